// What the outputs say: the points at the chosen granularity, and what each output makes and leaves out.
import { computed } from "@preact/signals";
import { grouped } from "../ui/format";
import { type Link, NO_KERNEL } from "../wire/ask";
import type { Traits } from "../wire/traits";
import type { PointArrays, Progress } from "../wire/types";
import { lowest } from "./lowest";
import type { Outputs } from "./outputs";
import { cutAt, listOf, sizeOf } from "./points-cut";
import type { Place } from "./reading";
import { Remembered } from "./remembered";
import type { Settings } from "./settings";
import { ofPrompt, waitingFor } from "./made";

/** A point is common from this share of the outputs on: the others leave it out. */
const COMMON = 0.5;
/** Shares of the other outputs from which the tint of a unit is darker. */
const DARKER = [0.2, 0.5];

export class Points {
  /** A row of the current point, which stays current at other granularities; -1 = none. */
  readonly current: Remembered<number>;
  /** A row of each point whose wordings are shown: a point may have another number at another level. */
  readonly opened: Remembered<ReadonlySet<number>>;
  /** The row of the point to scroll to. */
  readonly target: Remembered<{ row: number } | null>;

  constructor(
    readonly traits: Traits,
    readonly outputs: Outputs,
    readonly settings: Settings,
    readonly link: Link,
  ) {
    this.current = new Remembered(this.found, -1);
    this.opened = new Remembered<ReadonlySet<number>>(this.found, new Set());
    this.target = new Remembered<{ row: number } | null>(this.found, null);
  }

  readonly result = computed(() => ofPrompt(this.traits.points.value, this.outputs.info.prompt));
  readonly arrays = computed<PointArrays | null>(() =>
    this.result.value.kind === "made" ? this.result.value.value : null,
  );
  /** Identifies the rows, which stay the same when points are corrected. */
  readonly found = computed(() => this.arrays.value?.found);
  /** Why there are no points; "" if there are. */
  readonly status = computed(() => waitingFor(this.result.value, this.outputs.info.n, this.link.kernel));
  /** The progress of the computation; undefined before it begins and after it ends. */
  readonly progress = computed<Progress | undefined>(() => {
    if (this.result.value.kind !== "none" || !this.link.kernel) return undefined;
    const progress = this.traits.pointsProgress.value;
    if (this.link.gone.value)
      return { prompt: 0, share: null, ...progress, status: "failed", says: NO_KERNEL, left: "" };
    return progress?.status && progress.status !== "ready" && progress.prompt === this.outputs.info.prompt
      ? progress
      : undefined;
  });

  /** Starts or continues the computation, or stops it. */
  tell(kind: "points" | "stop"): void {
    const { prompt } = this.outputs.info;
    this.link.tell(kind === "stop" ? { kind, prompt, what: "points" } : { kind, prompt });
  }

  /** The level nearest to the chosen granularity. */
  readonly level = computed(() => {
    const granularities = this.arrays.value?.granularities ?? [];
    const away = granularities.map((g) => Math.abs(g - this.settings.get("points_granularity")));
    return Math.max(0, away.indexOf(Math.min(...away)));
  });
  readonly cut = computed(() => {
    const arrays = this.arrays.value;
    return arrays && cutAt(arrays, this.level.value, this.outputs.info.n);
  });

  setLevel(level: number): void {
    const granularity = this.arrays.value?.granularities[level];
    if (granularity !== undefined) this.settings.set({ points_granularity: granularity });
  }

  /** The first row of each output. */
  readonly #first = computed(() => {
    const output = this.arrays.value?.output ?? new Uint32Array();
    const first = new Uint32Array(this.outputs.info.n + 1);
    for (const id of output) first[id + 1]++;
    for (let i = 0; i + 1 < first.length; i++) first[i + 1] += first[i];
    return first;
  });

  /** The rows of an output: the first, and the one after the last. */
  rowsOf(id: number): [number, number] {
    return [this.#first.value[id], this.#first.value[id + 1]];
  }

  /** The row at a position in an output's text; -1 = none. */
  rowAt({ id, at }: Place): number {
    const arrays = this.arrays.value;
    if (!arrays) return -1;
    const [from, to] = this.rowsOf(id);
    const row = lowest(from, to, (r) => arrays.end[r] > at);
    return row < to && arrays.start[row] <= at ? row : -1;
  }

  /** The group of a row; -1 = none. */
  groupOf(row: number): number {
    return this.cut.value?.groupOf[row] ?? -1;
  }

  /** Whether a group is a point: the others are frames such as greetings. */
  isPoint(group: number): boolean {
    return group >= 0 && group < (this.cut.value?.pointCount ?? 0);
  }

  /** How many outputs make a group. */
  count(group: number): number {
    const cut = this.cut.value;
    return cut && group >= 0 ? sizeOf(cut.makers, group) : 0;
  }

  /** 1 to 3 by the share of the other outputs that make the point of a row; 0 if none does, or if it makes no point. */
  step(row: number): number {
    const group = this.groupOf(row);
    const others = this.count(group) - 1;
    if (!this.isPoint(group) || others < 1) return 0;
    return 1 + DARKER.filter((share) => others >= share * (this.outputs.info.n - 1)).length;
  }

  /** How many outputs say what a row says; "" if it is not compared. */
  says(row: number): string {
    const group = this.groupOf(row);
    const count = this.count(group);
    const of = `${grouped(count)} of ${grouped(this.outputs.info.n)}`;
    if (!count) return "";
    if (!this.isPoint(group)) return `greeting, heading or closing: in ${of}`;
    return count === 1 ? "said by this output only" : `said by ${of}`;
  }

  /** The points that at least half of the outputs make. */
  readonly common = computed(() => {
    const common: number[] = [];
    const least = Math.max(2, COMMON * this.outputs.info.n);
    for (let g = 0; this.isPoint(g); g++) if (this.count(g) >= least) common.push(g);
    return common;
  });

  /** The common points that an output leaves out, those made by the most outputs first. */
  omissions(id: number): number[] {
    const cut = this.cut.value;
    if (!cut) return [];
    const made = new Set(listOf(cut.made, id));
    return this.common.value.filter((g) => !made.has(g));
  }

  /** Whether cards list what their outputs leave out, or that they leave out nothing. */
  readonly listsOmissions = computed(
    () =>
      this.common.value.length > 0 &&
      (this.settings.get("layers").includes("points") || ["complete", "alone"].includes(this.settings.get("order"))),
  );

  /** How many points each output makes, how many of them only it makes, and how many of the common ones. */
  readonly ofOutput = computed(() => {
    const cut = this.cut.value;
    const { n } = this.outputs.info;
    const [points, alone, common] = [new Uint32Array(n), new Uint32Array(n), new Uint32Array(n)];
    const isCommon = new Set(this.common.value);
    for (let g = 0; cut && g < cut.pointCount; g++) {
      const makers = listOf(cut.makers, g);
      for (const id of makers) {
        points[id]++;
        if (makers.length === 1) alone[id]++;
        if (isCommon.has(g)) common[id]++;
      }
    }
    return { points, alone, common };
  });

  /** The group of the current point; -1 = none. */
  readonly currentGroup = computed(() => this.groupOf(this.current.value));

  /** The most typical row of a group. */
  typical(group: number): number {
    return this.arrays.value!.typical[this.cut.value!.nodes[group]];
  }

  name(group: number): string {
    return this.arrays.value!.names[this.cut.value!.nodes[group]];
  }

  /** What varies between its wordings, in words. */
  varies(group: number): string {
    return this.arrays.value!.varies[this.cut.value!.nodes[group]].replace(/^; /, "");
  }

  /** What people corrected of a group: 1 its wordings, 2 its name, 3 both. */
  byHand(group: number): number {
    return this.arrays.value!.by_hand[this.cut.value!.nodes[group]];
  }

  readonly #open = computed(() => new Set(Array.from(this.opened.value, (row) => this.groupOf(row))));

  isOpen(group: number): boolean {
    return this.#open.value.has(group);
  }

  flip(group: number, open = !this.isOpen(group)): void {
    const row = this.typical(group);
    const others = [...this.opened.value].filter((each) => this.groupOf(each) !== group);
    this.opened.value = new Set(open ? [...others, row] : others);
    this.current.value = row;
  }

  /** Shows the point of a row in the reader, with its wordings. */
  show(row: number): void {
    const group = this.groupOf(row);
    if (group < 0) return;
    this.flip(group, true);
    this.target.value = { row };
    this.settings.set({ mode: "points" });
  }
}
