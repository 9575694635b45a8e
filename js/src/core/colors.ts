// The values that colour the points.
import { computed, signal } from "@preact/signals";
import { ALONE, type Clusters } from "./clusters";
import type { Outputs } from "./outputs";
import type { Points } from "./points";
import { listOf } from "./points-cut";
import { Remembered } from "./remembered";
import { byGroup, byNumber, byTag, type Scheme } from "./scheme";
import type { Settings } from "./settings";
import type { Tags } from "./tags";

const NO_VALUE = 65535;

export class Colors {
  /** Whether the notebook's theme is dark. */
  readonly dark = signal(false);
  /** Where two sets of outputs are denser, and their names: 1 and 2 for each output, or 0. */
  readonly denser: Remembered<{ sides: Uint8Array; names: [string, string] } | null>;

  constructor(
    readonly outputs: Outputs,
    readonly settings: Settings,
    readonly clusters: Clusters,
    readonly tags: Tags,
    readonly points: Points,
  ) {
    this.denser = new Remembered<Colors["denser"]["value"]>(outputs.visit, null);
  }

  readonly scheme = computed<Scheme>(() => {
    const by = this.settings.get("color");
    const dark = this.dark.value;
    const column = this.outputs.column(by);
    if (by === "tags") {
      const { names, define } = this.tags.tagged.value;
      return byTag(this.tags.first.value, names, define, dark);
    }
    // A column of that name comes first.
    if (by === "point" && !column) return this.#byPoint(dark);
    if (by === "sets" && !column) {
      const { sides, names } = this.denser.value ?? { sides: new Uint8Array(this.outputs.info.n), names: [] };
      const labels = names.map((name) => `more ${name}`);
      return byGroup(
        "category",
        "sets",
        Int32Array.from(sides, (side) => side - 1),
        labels,
        dark,
        "neither",
      );
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

  /** Who makes the current point. */
  #byPoint(dark: boolean): Scheme {
    const cut = this.points.cut.value;
    const current = this.points.currentGroup.value;
    const group = new Int32Array(this.outputs.info.n).fill(-1);
    if (!cut || current < 0) return byGroup("category", "point", group, [], dark, "no point is open");
    for (const id of listOf(cut.makers, current)) group[id] = 0;
    return byGroup("category", "point", group, [this.points.name(current)], dark, "others");
  }

  /** The colours that clusters or the values of a column have when they colour the map. */
  palette(kind: "cluster" | "category"): (code: number) => string {
    const { palette } = byGroup(kind, "", new Int32Array(), [], this.dark.value, "");
    return (code) => palette[Math.min(code, palette.length - 2)];
  }

  of(i: number): string {
    const { palette, codes } = this.scheme.value;
    return palette[codes[i]];
  }
}
