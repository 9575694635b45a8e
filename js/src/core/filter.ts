// The outputs that pass the legend, the search and the tag filter.
import { computed } from "@preact/signals";
import type { Clusters } from "./clusters";
import type { Colors } from "./colors";
import type { Outputs } from "./outputs";
import type { Pointer } from "./pointer";
import { Remembered } from "./remembered";
import type { Search } from "./search";
import type { Settings } from "./settings";
import type { Tags } from "./tags";

const NOTHING: ReadonlySet<number> = new Set();

export class Filter {
  /** Dimmed groups of the colour scheme; forgotten when the groups change. */
  readonly hidden: Remembered<ReadonlySet<number>>;

  constructor(
    readonly outputs: Outputs,
    settings: Settings,
    readonly clusters: Clusters,
    readonly colors: Colors,
    readonly search: Search,
    readonly tags: Tags,
    readonly pointer: Pointer,
  ) {
    const groups = computed(() => {
      const level = colors.scheme.value.kind === "cluster" ? clusters.level.value : 0;
      const color = settings.get("color");
      return JSON.stringify([
        outputs.visit.value,
        color,
        level,
        color === "point" && colors.points.currentGroup.value,
        colors.denser.value?.names,
      ]);
    });
    this.hidden = new Remembered(groups, NOTHING);
  }

  toggle(group: number): void {
    const hidden = new Set(this.hidden.value);
    if (!hidden.delete(group)) hidden.add(group);
    // With everything dimmed nothing would be visible: start over.
    this.hidden.value = hidden.size === this.colors.scheme.value.entries.length ? NOTHING : hidden;
  }

  /** Shows only this group, or all groups if only this one was shown. */
  only(group: number): void {
    const others = this.colors.scheme.value.entries.map((e) => e.group).filter((g) => g !== group);
    const isOnly = !this.hidden.value.has(group) && others.every((g) => this.hidden.value.has(g));
    this.hidden.value = isOnly ? NOTHING : new Set(others);
  }

  clear(): void {
    this.hidden.value = NOTHING;
  }

  /** Whether an output passes; null if nothing is filtered. */
  readonly passes = computed<((i: number) => boolean) | null>(() => {
    const hidden = this.hidden.value;
    const matches = this.search.matches.value;
    const tagged = this.tags.passing.value;
    if (!hidden.size && !matches && !tagged) return null;
    const group = hidden.size ? this.colors.scheme.value.group : null;
    return (i) => (!group || !hidden.has(group[i])) && (!matches || !!matches[i]) && (!tagged || !!tagged[i]);
  });

  /** The outputs that pass, whether selected or not. */
  readonly passing = computed<Uint32Array>(() => {
    const passes = this.passes.value;
    return this.outputs.where((i) => !passes || passes(i));
  });

  /** 1 for each point to dim: it is filtered out, or outside the cluster under the pointer. */
  readonly faded = computed<Uint8Array | null>(() => {
    const passes = this.passes.value;
    const pointed = this.pointer.cluster.value;
    if (!passes && pointed === null) return null;
    const clusters = this.clusters.of.value;
    const faded = new Uint8Array(this.outputs.info.n);
    for (let i = 0; i < faded.length; i++) {
      if ((passes && !passes(i)) || (pointed !== null && clusters[i] !== pointed)) faded[i] = 1;
    }
    return faded;
  });
}
