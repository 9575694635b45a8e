// Groups of sentences that play the same role in different outputs.
import { computed } from "@preact/signals";
import type { Traits } from "../wire/traits";
import type { Alignment } from "../wire/types";
import { lowest } from "./lowest";
import type { Outputs } from "./outputs";
import { ofPrompt, waitingFor } from "./made";

/** Number of groups with their own colour. */
export const COLORS = 8;
/** The colour code of all other groups. */
export const REST = 9;

export interface Group {
  /** Its position among the groups. */
  rank: number;
  /** Indices of its units in the alignment's arrays. */
  units: number[];
  outputs: number;
  /** 1 to 8, or 9 for all others. */
  color: number;
  label: string;
  /** The median position of its units in their outputs, 0 to 1. */
  position: number;
}

export class Groups {
  constructor(
    readonly traits: Traits,
    readonly outputs: Outputs,
    readonly kernel: boolean,
  ) {}

  readonly made = computed(() => ofPrompt(this.traits.aligned.value, this.outputs.info.prompt));
  readonly alignment = computed<Alignment | null>(() =>
    this.made.value.kind === "made" ? this.made.value.value : null,
  );
  readonly status = computed(() => waitingFor(this.made.value, this.outputs.info.n, this.kernel));

  /** The output of each unit. */
  readonly outputOf = computed(() => {
    const { first } = this.alignment.value!;
    const of = new Uint32Array(first[first.length - 1] ?? 0);
    for (let i = 0; i + 1 < first.length; i++) of.fill(i, first[i], first[i + 1]);
    return of;
  });

  readonly list = computed<Group[]>(() => {
    const alignment = this.alignment.value;
    if (!alignment) return [];
    const of = this.outputOf.value;
    const unitsOf: number[][] = [];
    alignment.group.forEach((rank, u) => rank >= 0 && (unitsOf[rank] ??= []).push(u));
    const groups = unitsOf.map((units, rank): Group => {
      const places = units.map((u) => alignment.position[u]).sort((a, b) => a - b);
      return {
        rank,
        units,
        outputs: new Set(units.map((u) => of[u])).size,
        color: REST,
        label: "",
        position: places[places.length >> 1],
      };
    });
    const largest = groups.slice().sort((a, b) => b.outputs - a.outputs || a.rank - b.rank);
    for (const group of largest.slice(0, COLORS)) group.color = 0;
    let color = 0;
    for (const group of groups) {
      group.label = String(group.rank + 1);
      if (group.color === 0) group.color = ++color;
    }
    return groups;
  });

  /** The unit at a position in an output's text, -1 = none. */
  unitAt(id: number, at: number): number {
    const alignment = this.alignment.value;
    if (!alignment) return -1;
    const u = lowest(alignment.first[id], alignment.first[id + 1], (k) => alignment.end[k] > at);
    return u < alignment.first[id + 1] && alignment.start[u] <= at ? u : -1;
  }

  /** The rank of the group at a position, -1 = none. */
  at(id: number, at: number): number {
    const u = this.unitAt(id, at);
    return u < 0 ? -1 : this.alignment.value!.group[u];
  }
}
