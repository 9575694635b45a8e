// What outputs share at any thresholds, from the arrays that Python's text.Index builds once.

/** `Index.arrays()`; see there for the contents. */
export interface IndexArrays {
  variant: Uint32Array;
  weight: Uint32Array;
  bounds: Uint32Array;
  suffix: Uint32Array;
  lcp: Uint16Array;
  echo: Uint16Array;
}

/** Numbers of common words beyond this are not distinguished: it is the largest lcp. */
export const TOP = 65535;

/**
 * Throughout, `weight` is the number of counted outputs of each variant; by default, all outputs count. Words of
 * uncounted outputs get results too: how many counted outputs share them.
 */
export class SharedIndex {
  /** The variant of each word. */
  readonly of: Uint32Array;
  /** The variant of each position in the suffix array, for sequential reads in loops over positions. */
  readonly #ofPlace: Uint32Array;
  #rank: Uint32Array | undefined;
  #form: Uint32Array | undefined;
  #room: { m: number; room: Uint32Array } | undefined;

  constructor(readonly arrays: IndexArrays) {
    const { bounds, suffix } = arrays;
    this.of = new Uint32Array(suffix.length);
    for (let v = 0; v + 1 < bounds.length; v++) this.of.fill(v, bounds[v], bounds[v + 1]);
    this.#ofPlace = new Uint32Array(suffix.length);
    for (let r = 0; r < suffix.length; r++) this.#ofPlace[r] = this.of[suffix[r]];
  }

  /** The position of each word in the suffix array. */
  get rank(): Uint32Array {
    if (!this.#rank) {
      const { suffix } = this.arrays;
      this.#rank = new Uint32Array(suffix.length);
      for (let r = 0; r < suffix.length; r++) this.#rank[suffix[r]] = r;
    }
    return this.#rank;
  }

  /** A number for each word: equal for words of the same form, in the order of the forms. */
  get form(): Uint32Array {
    if (!this.#form) {
      const { suffix, lcp } = this.arrays;
      this.#form = new Uint32Array(suffix.length);
      let form = 0;
      for (let r = 0; r < suffix.length; r++) {
        if (r && lcp[r] < 1) form++;
        this.#form[suffix[r]] = form;
      }
    }
    return this.#form;
  }

  /**
   * For each word, how many words from it on lie in its variant and do not echo the prompt. Do not modify the result.
   */
  room(m: number): Uint32Array {
    const { bounds, suffix, echo } = this.arrays;
    // Without a prompt the result is the same for all m.
    if (!echo.length) m = 1;
    if (this.#room?.m === m) return this.#room.room;
    const room = new Uint32Array(suffix.length);
    for (let v = 0; v + 1 < bounds.length; v++) {
      let end = bounds[v];
      if (echo.length) {
        for (let at = bounds[v]; at < bounds[v + 1]; at++) {
          if (echo[at] >= m) end = Math.max(end, at + echo[at]);
          room[at] = at < end ? 0 : 1;
        }
      } else room.fill(1, bounds[v], bounds[v + 1]);
      for (let at = bounds[v + 1] - 2; at >= bounds[v]; at--) if (room[at]) room[at] = room[at + 1] + 1;
    }
    this.#room = { m, room };
    return room;
  }

  /**
   * For each word, how many outputs contain the m words from it on, echo or not. The m words must lie in its variant.
   */
  counts(m: number, weight = this.arrays.weight): Uint32Array {
    const { suffix, lcp } = this.arrays;
    const of = this.#ofPlace;
    const n = suffix.length;
    const count = new Uint32Array(n);
    const seen = new Int32Array(weight.length).fill(-1);
    for (let start = 0; start < n; ) {
      let sum = 0;
      let end = start;
      do {
        const variant = of[end];
        if (seen[variant] !== start) {
          seen[variant] = start;
          sum += weight[variant];
        }
        end++;
      } while (end < n && lcp[end] >= m);
      for (let r = start; r < end; r++) count[suffix[r]] = sum;
      start = end;
    }
    return count;
  }

  /** For each word, how many outputs contain the m words from it on, without echo; 0 if fewer follow. */
  holders(m: number, weight = this.arrays.weight): Uint32Array {
    const room = this.room(m);
    const count = this.counts(m, weight);
    for (let at = 0; at < count.length; at++) if (room[at] < m) count[at] = 0;
    return count;
  }

  /** For each word of the variants, the most outputs that share m words covering it; 1 if none do. */
  coverage(m: number, weight = this.arrays.weight): Uint32Array {
    const { bounds } = this.arrays;
    const count = this.holders(m, weight);
    const covered = new Uint32Array(count.length).fill(1);
    // Words with descending counts: the first is the largest of the last m.
    const queue = new Uint32Array(count.length);
    for (let v = 0; v + 1 < bounds.length; v++) {
      let head = 0;
      let tail = 0;
      for (let at = bounds[v]; at < bounds[v + 1]; at++) {
        while (head < tail && queue[head] + m <= at) head++;
        while (head < tail && count[queue[tail - 1]] <= count[at]) tail--;
        queue[tail++] = at;
        if (count[queue[head]] > 1) covered[at] = count[queue[head]];
      }
    }
    return covered;
  }

  /** For each word, how many words from it on occur in at least k outputs. */
  reach(k: number, m: number, weight = this.arrays.weight): Uint32Array {
    const { bounds, suffix, lcp, echo } = this.arrays;
    const of = this.#ofPlace;
    const n = suffix.length;
    const best = new Uint32Array(n);
    const held = new Uint32Array(weight.length);
    const rising = new Uint32Array(n);
    let [sum, left, head, tail] = [0, 0, 0, 0];
    for (let r = 0; r < n; r++) {
      const variant = of[r];
      if (held[variant]++ === 0) sum += weight[variant];
      while (tail > head && lcp[rising[tail - 1]] >= lcp[r]) tail--;
      rising[tail++] = r;
      for (; left < r; left++) {
        const first = of[left];
        if (held[first] === 1) {
          if (sum - weight[first] < k) break;
          sum -= weight[first];
        }
        held[first]--;
      }
      while (head < tail && rising[head] <= left) head++;
      if (sum >= k) best[r] = left === r ? bounds[variant + 1] - suffix[r] : lcp[rising[head]];
    }
    for (let r = 1; r < n; r++) best[r] = Math.max(best[r], Math.min(best[r - 1], lcp[r]));
    for (let r = n - 2; r >= 0; r--) best[r] = Math.max(best[r], Math.min(best[r + 1], lcp[r + 1]));
    const reach = new Uint32Array(n);
    for (let r = 0; r < n; r++) reach[suffix[r]] = best[r];
    if (echo.length) {
      const room = this.room(m);
      for (let at = 0; at < n; at++) reach[at] = Math.min(reach[at], room[at]);
    }
    return reach;
  }

  /** The maximal spans of a variant as pairs of first word and length. `reach` must use the same thresholds. */
  spans(variant: number, m: number, reach: Uint32Array): number[] {
    const { bounds } = this.arrays;
    const found: number[] = [];
    let before = -1;
    for (let at = bounds[variant]; at < bounds[variant + 1]; at++) {
      if (reach[at] >= m && at + reach[at] > before) found.push(at - bounds[variant], reach[at]);
      before = at + reach[at];
    }
    return found;
  }

  /** The range [from, to) in the suffix array of everything that begins with the `words` words from `at` on. */
  range(at: number, words: number): [number, number] {
    const { lcp } = this.arrays;
    const least = Math.min(words, TOP);
    let from = this.rank[at];
    let to = from + 1;
    // Step by step: the caller visits all these positions anyway, so a binary search would save nothing.
    while (from > 0 && lcp[from] >= least) from--;
    while (to < lcp.length && lcp[to] >= least) to++;
    return [from, to];
  }

  /** The distinct variants that contain the `words` words from `at` on, ascending, and their number of outputs. */
  held(at: number, words: number, weight = this.arrays.weight): { variants: number[]; outputs: number } {
    const [from, to] = this.range(at, words);
    const holds = new Uint8Array(weight.length);
    for (let r = from; r < to; r++) holds[this.#ofPlace[r]] = 1;
    const variants: number[] = [];
    let outputs = 0;
    for (let v = 0; v < weight.length; v++) {
      if (!holds[v] || !weight[v]) continue;
      variants.push(v);
      outputs += weight[v];
    }
    return { variants, outputs };
  }
}
