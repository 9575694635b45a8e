// The outputs in the reader, their order, and which of them share a card.
import { computed } from "@preact/signals";
import type { Traits } from "../wire/traits";
import type { Clusters } from "./clusters";
import type { Filter } from "./filter";
import type { Outputs } from "./outputs";
import type { Pointer } from "./pointer";
import type { Points } from "./points";
import { Remembered } from "./remembered";
import type { Scope, Selection } from "./selection";
import type { Settings } from "./settings";
import type { Tags } from "./tags";

export class Listing {
  /** Texts whose equal outputs each have a separate card. */
  readonly spread: Remembered<ReadonlySet<number>>;

  constructor(
    readonly traits: Traits,
    readonly outputs: Outputs,
    readonly settings: Settings,
    readonly clusters: Clusters,
    readonly tags: Tags,
    readonly filter: Filter,
    readonly selection: Selection,
    readonly pointer: Pointer,
    readonly points: Points,
  ) {
    this.spread = new Remembered<ReadonlySet<number>>(outputs.visit, new Set());
  }

  /** Whether the selection or everything is listed; everything if nothing is selected. */
  readonly scope = computed<Scope>(() => (this.selection.count.value ? this.settings.get("scope") : "all"));

  setScope(scope: Scope): void {
    if (scope !== this.settings.get("scope")) this.settings.set({ scope });
  }

  /** The order that Python computed for the current outputs. */
  readonly ranked = computed(() => {
    const ranked = this.traits.ranked.value;
    return ranked?.prompt === this.outputs.info.prompt ? ranked : null;
  });

  /** The listed outputs, in order. */
  readonly ids = computed<Uint32Array>(() => {
    const passes = this.filter.passes.value;
    const selected = this.scope.value === "selected" ? this.selection.mask.value : null;
    const ids = this.outputs.where((i) => (!selected || !!selected[i]) && (!passes || passes(i)));
    const compare = this.#order.value;
    return compare ? ids.slice().sort((a, b) => compare(a, b) || a - b) : ids;
  });

  /**
   * A new object whenever the list is a different one, which then starts at its top. Tagging, picking a card and
   * filtering change the list's content but not its identity: the text being read stays in place.
   */
  readonly question = computed<object>(() => {
    const scope = this.scope.value;
    const order = this.settings.get("order");
    return {
      visit: this.outputs.visit.value,
      scope,
      order,
      ranked: order === "ranked" && this.ranked.value,
      selection: scope === "selected" && this.selection.origin.value,
      query: this.settings.get("query"),
      regex: this.settings.get("regex"),
    };
  });

  /** Compares two outputs in the chosen order; null = the original order. */
  readonly #order = computed<((a: number, b: number) => number) | null>(() => {
    const by = this.settings.get("order");
    const typical = this.clusters.typical.value;
    if (by === "typical") return (a, b) => typical[b] - typical[a];
    if (by === "unusual") return (a, b) => typical[a] - typical[b];
    if (by === "ranked") {
      const rank = this.ranked.value?.rank;
      return rank ? (a, b) => rank[a] - rank[b] : null;
    }
    if (by === "complete" || by === "alone") {
      const { points, alone, common } = this.points.ofOutput.value;
      if (by === "alone") return (a, b) => alone[b] - alone[a];
      return (a, b) => common[b] - common[a] || points[b] - points[a];
    }
    if (by === "disputed") {
      const disputed = this.tags.disputed.value;
      return (a, b) => disputed[b] - disputed[a];
    }
    if (by === "untagged") {
      // Untagged first, then cluster by cluster with unclustered outputs last; in each cluster, the most typical first.
      const clusters = this.clusters.of.value;
      const tagged = this.tags.any.value;
      const place = (i: number) => (clusters[i] < 0 ? Number.MAX_SAFE_INTEGER : clusters[i]);
      return (a, b) => tagged[a] - tagged[b] || place(a) - place(b) || typical[b] - typical[a];
    }
    return null;
  });

  /** The listed outputs grouped by text: equal ones share the card of the first. */
  readonly cards = computed(() => {
    const variant = this.outputs.variant.value;
    const spread = this.spread.value;
    // A grid shows every output in its own cell.
    const single = this.settings.get("mode") === "grid";
    const ids: number[] = [];
    const copies = new Map<number, number[]>();
    for (const i of this.ids.value) {
      const v = variant[i];
      const others = single || spread.has(v) ? undefined : copies.get(v);
      if (others) others.push(i);
      else {
        copies.set(v, [i]);
        ids.push(i);
      }
    }
    return { ids: Uint32Array.from(ids), copies };
  });

  /** The outputs that a card represents. */
  copies(i: number): number[] {
    const v = this.outputs.variant.value[i];
    const copies = this.spread.value.has(v) ? undefined : this.cards.value.copies.get(v);
    return copies?.includes(i) ? copies : [i];
  }

  /** Gives each of the equal outputs a separate card. */
  spreadOut(i: number): void {
    this.spread.value = new Set([...this.spread.value, this.outputs.variant.value[i]]);
  }

  /** The next output after the current one that you have not tagged; -1 = none. */
  nextUntagged(): number {
    const { ids } = this.cards.value;
    const mine = this.tags.mask(null, 0);
    const from = ids.indexOf(this.pointer.cursor.value);
    for (let k = 1; k <= ids.length; k++) {
      const id = ids[(from + k) % ids.length];
      const copies = this.copies(id);
      if (copies.some((copy) => !mine[copy]) && !this.tags.of(copies).some((mark) => mark.mine)) return id;
    }
    return -1;
  }
}
