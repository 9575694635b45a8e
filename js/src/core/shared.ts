// What outputs share: how many outputs contain each word of a shared run, at the current thresholds.
import { computed } from "@preact/signals";
import { SharedIndex } from "../text/shared";
import { outputsNeeded } from "../text/thresholds";
import { grouped } from "../ui/format";
import type { Traits } from "../wire/traits";
import type { WordArrays } from "../wire/types";
import { lowest } from "./lowest";
import { ofPrompt, waitingFor } from "./made";
import type { Outputs } from "./outputs";
import type { Selection } from "./selection";
import type { Settings } from "./settings";

export class Shared {
  constructor(
    readonly traits: Traits,
    readonly outputs: Outputs,
    readonly settings: Settings,
    readonly selection: Selection,
    readonly kernel: boolean,
  ) {}

  readonly made = computed(() => ofPrompt(this.traits.index.value, this.outputs.info.prompt));
  readonly words = computed<WordArrays | null>(() => (this.made.value.kind === "made" ? this.made.value.value : null));
  readonly index = computed(() => (this.words.value ? new SharedIndex(this.words.value) : null));
  readonly status = computed(() => waitingFor(this.made.value, this.outputs.info.n, this.kernel));

  /** Whether outputs are compared only with the selected ones. */
  readonly within = computed(() => this.settings.get("context") === "selection" && this.selection.count.value > 0);
  /** The number of outputs compared. */
  readonly comparedCount = computed(() => (this.within.value ? this.selection.count.value : this.outputs.info.n));
  /** Whether an output is among those compared. */
  counts(id: number): boolean {
    return !this.within.value || this.selection.mask.value[id] === 1;
  }
  /** The number of compared outputs of each variant of the index; undefined = all. */
  readonly weight = computed(() => {
    const words = this.words.value;
    if (!words || !this.within.value) return undefined;
    const weight = new Uint32Array(words.weight.length);
    this.selection.mask.value.forEach((selected, i) => selected && weight[words.variant[i]]++);
    return weight;
  });
  /** The least number of outputs that must share words. */
  readonly minOutputs = computed(() =>
    outputsNeeded(this.settings.get("min_outputs") ?? (this.words.value?.fit || 0.3), this.comparedCount.value),
  );
  /** The least number of consecutive words that counts as shared. */
  readonly minWords = computed(() => this.settings.get("min_words"));
  /** For each word, how many outputs share a long enough run that contains it. */
  readonly coverage = computed(() => this.index.value?.coverage(this.minWords.value, this.weight.value) ?? null);
  /** For each word, how many outputs contain it. */
  readonly outputsWith = computed(() => this.index.value?.coverage(1, this.weight.value) ?? null);
  /** For each word, 0 if it lies in a run that repeats the prompt. */
  readonly room = computed(() => this.index.value?.room(this.minWords.value) ?? null);
  readonly hasEcho = computed(() => !!this.words.value?.echo.length);

  /** Whether a word occurs in only one output. */
  onlyHere(at: number): boolean {
    return this.outputsWith.value?.[at] === 1 && this.comparedCount.value > 1 && !(this.words.value!.echo[at] >= 1);
  }

  /** The strength of the tint: 0 = too few outputs, else 1 to 3. */
  step(count: number): number {
    const least = this.minOutputs.value;
    if (count < least) return 0;
    return 1 + Math.min(2, Math.floor((3 * (count - least)) / Math.max(1, this.comparedCount.value - least + 1)));
  }

  /** The number of words that each layer marks in all outputs, for the legend. */
  readonly marked = computed(() => {
    const words = this.words.value;
    const [coverage, outputsWith, room] = [this.coverage.value, this.outputsWith.value, this.room.value];
    if (!words || !coverage || !outputsWith || !room) return null;
    const weight = this.weight.value ?? words.weight;
    const least = this.minOutputs.value;
    const many = this.comparedCount.value > 1;
    const sum = { all: 0, shared: 0, only: 0, echo: 0 };
    for (let v = 0; v < weight.length; v++) {
      const w = weight[v];
      if (!w) continue;
      for (let at = words.bounds[v]; at < words.bounds[v + 1]; at++) {
        sum.all += w;
        if (coverage[at] >= least) sum.shared += w;
        if (many && outputsWith[at] === 1 && !(words.echo[at] >= 1)) sum.only += w;
        if (room[at] === 0) sum.echo += w;
      }
    }
    return sum;
  });

  /** The words between two positions in an output's text: [from, to) in the index's words. */
  wordsBetween(id: number, from: number, to: number): [number, number] {
    const { variant, bounds, start, end } = this.words.value!;
    const v = variant[id];
    const first = lowest(bounds[v], bounds[v + 1], (at) => end[at] > from);
    return [first, lowest(first, bounds[v + 1], (at) => start[at] >= to)];
  }

  /** The outputs of some variants; only selected ones if the comparison is limited to them. */
  outputsOf(variants: number[]): number[] {
    const wanted = new Set(variants);
    const { variant } = this.words.value!;
    const ids: number[] = [];
    for (let i = 0; i < variant.length; i++) if (wanted.has(variant[i]) && this.counts(i)) ids.push(i);
    return ids;
  }

  /** Words from one on, as written in the first output that contains them. */
  written(at: number, words: number): string {
    const { bounds, start, end, variant } = this.words.value!;
    const v = lowest(0, bounds.length - 2, (k) => bounds[k + 1] > at);
    const text = this.outputs.text(variant.indexOf(v));
    return text === null ? "…" : text.slice(start[at], end[at + words - 1]).replace(/\s+/g, " ");
  }

  ofCounted(count: number): string {
    return `${grouped(count)} of ${grouped(this.comparedCount.value)}`;
  }
}
