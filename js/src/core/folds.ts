// Folds long runs of words that most outputs share.
import { computed } from "@preact/signals";
import type { Fold } from "../ui/segments";
import type { Outputs } from "./outputs";
import { Remembered } from "./remembered";
import type { Settings } from "./settings";
import type { Shared } from "./shared";

/** Least number of words in a run worth folding, and least share of the outputs that contain it. */
export const FOLD_WORDS = 12;
const FOLD_SHARE = 0.5;

export class Folds {
  /** Unfolded runs: "output:start". */
  readonly unfolded: Remembered<ReadonlySet<string>>;

  constructor(
    readonly settings: Settings,
    outputs: Outputs,
    readonly shared: Shared,
  ) {
    this.unfolded = new Remembered<ReadonlySet<string>>(outputs.visit, new Set());
  }

  /** How many outputs must share a run before it is folded. */
  readonly #least = computed(() =>
    Math.max(this.shared.minOutputs.value, Math.ceil(FOLD_SHARE * this.shared.comparedCount.value)),
  );

  /** Whether no output has a folded run. */
  readonly none = computed(() => {
    const words = this.shared.words.value;
    const coverage = this.shared.coverage.value;
    if (!words || !coverage) return false;
    for (let v = 0; v + 1 < words.bounds.length; v++) {
      for (let at = words.bounds[v], run = 0; at < words.bounds[v + 1]; at++) {
        run = coverage[at] >= this.#least.value ? run + 1 : 0;
        if (run === FOLD_WORDS) return false;
      }
    }
    return true;
  });

  /** The folded runs of an output. */
  of(id: number): Fold[] {
    const words = this.shared.words.value;
    const coverage = this.shared.coverage.value;
    if (!this.settings.get("fold") || !words || !coverage) return [];
    const v = words.variant[id];
    const least = this.#least.value;
    const folds: Fold[] = [];
    for (let at = words.bounds[v]; at < words.bounds[v + 1]; at++) {
      const first = at;
      let fewest = Infinity;
      while (at < words.bounds[v + 1] && coverage[at] >= least) fewest = Math.min(fewest, coverage[at++]);
      const start = words.start[first];
      if (at - first < FOLD_WORDS || this.unfolded.value.has(`${id}:${start}`)) continue;
      const label = `${at - first} words shared by ${this.shared.ofCounted(fewest)}`;
      folds.push({ start, end: words.end[at - 1], label });
    }
    return folds;
  }

  /** Unfolds the run at a position. */
  unfoldAt(id: number, at: number): void {
    const fold = this.of(id).find(({ start, end }) => start <= at && at < end);
    if (fold) this.unfold(id, fold.start);
  }

  unfold(id: number, start: number): void {
    this.unfolded.value = new Set([...this.unfolded.value, `${id}:${start}`]);
  }
}
