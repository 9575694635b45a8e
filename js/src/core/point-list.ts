// The points of the listed outputs, in order, with the share of each source.
import { computed } from "@preact/signals";
import type { Clusters } from "./clusters";
import type { Colors } from "./colors";
import type { Listing } from "./listing";
import type { Outputs } from "./outputs";
import type { Points } from "./points";
import { listOf, sizeOf } from "./points-cut";
import type { Selection } from "./selection";
import type { Settings } from "./settings";

/** With more sources than this, shares are by cluster. */
const MOST_SOURCES = 12;
const NONE = 255;

/** The sources whose shares are compared. */
export interface Strip {
  /** The column, or "cluster". */
  name: string;
  labels: string[];
  colors: string[];
  /** The source of each output; `NONE` = none. */
  of: Uint8Array;
  /** The listed outputs of each. */
  totals: Uint32Array;
}

export class PointList {
  constructor(
    readonly points: Points,
    readonly outputs: Outputs,
    readonly settings: Settings,
    readonly clusters: Clusters,
    readonly colors: Colors,
    readonly selection: Selection,
    readonly listing: Listing,
  ) {}

  /** The sources; null if there are less than two, or neither few sources nor clear clusters. */
  readonly strip = computed<Strip | null>(() => {
    const column = this.outputs.column(this.outputs.info.source);
    const codes = column?.categories ? this.outputs.present(column) : [];
    if (column && codes.length > 1 && codes.length <= MOST_SOURCES) {
      const palette = this.colors.palette("category");
      const place = new Map(codes.map((code, k) => [code, k]));
      return this.#strip(
        column.name,
        codes.map((code) => column.categories![code]),
        codes.map((code) => palette(code)),
        Uint8Array.from(this.outputs.columns.value[column.name], (code) => place.get(code) ?? NONE),
      );
    }
    const clusters = this.clusters.list.value.slice(0, MOST_SOURCES);
    if (clusters.length < 2 || this.clusters.tree.value.clear === false) return null;
    const palette = this.colors.palette("cluster");
    return this.#strip(
      "cluster",
      clusters.map(({ name }) => name),
      clusters.map(({ number }) => palette(number)),
      Uint8Array.from(this.clusters.of.value, (c) => (c >= 0 && c < clusters.length ? c : NONE)),
    );
  });

  #strip(name: string, labels: string[], colors: string[], of: Uint8Array): Strip {
    const totals = new Uint32Array(labels.length);
    for (const id of this.listing.ids.value) if (of[id] < NONE) totals[of[id]]++;
    return { name, labels, colors, of, totals };
  }

  readonly #listed = computed(() => {
    const listed = new Uint8Array(this.outputs.info.n);
    for (const id of this.listing.ids.value) listed[id] = 1;
    return listed;
  });

  /** The listed outputs that make each group, in all and by source, one group after another. */
  readonly counts = computed(() => {
    const cut = this.points.cut.value;
    const strip = this.strip.value;
    const listed = this.#listed.value;
    const groups = cut?.nodes.length ?? 0;
    const width = strip?.labels.length ?? 0;
    const all = new Uint32Array(groups);
    const bySource = new Uint32Array(groups * width);
    for (let g = 0; g < groups; g++) {
      for (const id of listOf(cut!.makers, g)) {
        if (!listed[id]) continue;
        all[g]++;
        if (strip && strip.of[id] < NONE) bySource[g * width + strip.of[id]]++;
      }
    }
    return { all, bySource };
  });

  /** The groups that listed outputs make: points of several outputs in order, points of one output, and frames. */
  readonly groups = computed(() => {
    const cut = this.points.cut.value;
    const { all } = this.counts.value;
    const [points, alone, frames]: number[][] = [[], [], []];
    for (let g = 0; cut && g < all.length; g++) {
      if (!all[g]) continue;
      const kind = g >= cut.pointCount ? frames : sizeOf(cut.makers, g) > 1 ? points : alone;
      kind.push(g);
    }
    const compare = this.#order.value;
    if (cut) alone.sort((a, b) => this.#firstRow(a) - this.#firstRow(b));
    return { points: points.sort((a, b) => compare(a, b) || a - b), alone, frames };
  });

  #firstRow(group: number): number {
    const { rows } = this.points.cut.value!;
    return rows.items[rows.first[group]];
  }

  readonly #order = computed<(a: number, b: number) => number>(() => {
    const { all } = this.counts.value;
    const place = this.points.cut.value?.place ?? [];
    const by = this.settings.get("points_order");
    if (by === "place") return (a, b) => place[a] - place[b];
    if (by === "rare") return (a, b) => all[a] - all[b] || place[a] - place[b];
    if (by === "differ") {
      const apart = Float64Array.from(all, (_, g) => this.#apart(g));
      return (a, b) => apart[b] - apart[a] || all[b] - all[a];
    }
    return (a, b) => all[b] - all[a];
  });

  /** How unlikely the shares of the sources are if all make a group alike: a chi-squared that distrusts small counts. */
  #apart(group: number): number {
    const strip = this.strip.value;
    if (!strip) return 0;
    const counts = this.ofSources(group);
    const sum = (numbers: Uint32Array) => numbers.reduce((a, b) => a + b, 0);
    const share = sum(counts) / Math.max(1, sum(strip.totals));
    return counts.reduce((score, count, s) => {
      const expected = strip.totals[s] * share;
      return score + (count - expected) ** 2 / (expected * (1 - share) + 0.5);
    }, 0);
  }

  /** The listed outputs of each source that make a group. */
  ofSources(group: number): Uint32Array {
    const width = this.strip.value?.labels.length ?? 0;
    return this.counts.value.bySource.subarray(group * width, (group + 1) * width);
  }

  /** The rows of a group in listed outputs. */
  rows(group: number): Uint32Array {
    const { output } = this.points.arrays.value!;
    const listed = this.#listed.value;
    return listOf(this.points.cut.value!.rows, group).filter((row) => listed[output[row]]);
  }

  /**
   * Selects outputs by a group: the listed ones that make it; to add, all that make it and pass the filters; or with
   * `others`, the listed ones that do not make it, or if all do, all that pass the filters and do not.
   */
  select(group: number, how: "make" | "add" | "others"): void {
    const makers = listOf(this.points.cut.value!.makers, group);
    const makes = new Set(makers);
    const { passing } = this.selection.filter;
    if (how === "others") {
      const others = (ids: Uint32Array) => ids.filter((id) => !makes.has(id));
      const listed = others(this.listing.ids.value);
      this.selection.select(listed.length ? listed : others(passing.value), "replace");
    } else if (how === "add") {
      this.selection.select(
        passing.value.filter((id) => makes.has(id)),
        "add",
      );
    } else {
      const listed = this.#listed.value;
      this.selection.select(
        makers.filter((id) => listed[id]),
        "replace",
      );
    }
  }
}
