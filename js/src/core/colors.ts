// The values that colour the points.
import { computed, signal } from "@preact/signals";
import { ALONE, type Clusters } from "./clusters";
import type { Outputs } from "./outputs";
import { byGroup, byNumber, byTag, type Scheme } from "./scheme";
import type { Settings } from "./settings";
import type { Tags } from "./tags";

const NO_VALUE = 65535;

export class Colors {
  /** Whether the notebook's theme is dark. */
  readonly dark = signal(false);

  constructor(
    readonly outputs: Outputs,
    readonly settings: Settings,
    readonly clusters: Clusters,
    readonly tags: Tags,
  ) {}

  readonly scheme = computed<Scheme>(() => {
    const by = this.settings.get("color");
    const dark = this.dark.value;
    const column = this.outputs.column(by);
    if (by === "tags") {
      const { names, define } = this.tags.tagged.value;
      return byTag(this.tags.first.value, names, define, dark);
    }
    if (!column) {
      const labels = this.clusters.list.value.map((c) => c.name);
      const scheme = byGroup("cluster", "cluster", this.clusters.of.value, labels, dark, ALONE);
      // Colours would suggest groups that do not exist.
      const [grey] = scheme.palette.slice(-2);
      return this.clusters.tree.value.clear === false
        ? {
            ...scheme,
            palette: scheme.palette.map(() => grey),
            entries: scheme.entries.map((e) => ({ ...e, color: grey })),
          }
        : scheme;
    }
    const values = this.outputs.columns.value[by];
    if (column.kind === "number") return byNumber(column, values as Float32Array, dark);
    const group = Int32Array.from(values, (v) => (v === NO_VALUE ? -1 : v));
    return byGroup("category", by, group, column.categories ?? [], dark, "no value");
  });

  of(i: number): string {
    const { palette, codes } = this.scheme.value;
    return palette[codes[i]];
  }
}
