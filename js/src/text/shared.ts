// What outputs share, for any thresholds, from the arrays that Python's text.Index makes once.

/** `Index.arrays()`; see there for what each holds. */
export interface IndexArrays {
  variant: Uint32Array;
  weight: Uint32Array;
  bounds: Uint32Array;
  suffix: Uint32Array;
  lcp: Uint16Array;
  echo: Uint16Array;
}

export class SharedIndex {
  /** The variant of each word. */
  readonly #of: Uint32Array;

  constructor(readonly arrays: IndexArrays) {
    const { bounds, suffix } = arrays;
    this.#of = new Uint32Array(suffix.length);
    for (let v = 0; v + 1 < bounds.length; v++) this.#of.fill(v, bounds[v], bounds[v + 1]);
  }

  /** For each word, how many words from it on lie in its variant and are no echo of the prompt. */
  room(m: number): Uint32Array {
    const { bounds, suffix, echo } = this.arrays;
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
    return room;
  }

  /** For each word, how many outputs hold the m words from it on; 0 where there are none. */
  holders(m: number): Uint32Array {
    const { weight, suffix, lcp } = this.arrays;
    const of = this.#of;
    const room = this.room(m);
    const count = new Uint32Array(suffix.length);
    const seen = new Int32Array(weight.length).fill(-1);
    for (let start = 0; start < suffix.length; ) {
      let sum = 0;
      let end = start;
      do {
        const variant = of[suffix[end]];
        if (seen[variant] !== start) {
          seen[variant] = start;
          sum += weight[variant];
        }
        end++;
      } while (end < suffix.length && lcp[end] >= m);
      for (let r = start; r < end; r++) if (room[suffix[r]] >= m) count[suffix[r]] = sum;
      start = end;
    }
    return count;
  }

  /** For each word of the variants, the largest number of outputs that share m words covering it; 1 where none do. */
  coverage(m: number): Uint32Array {
    const { bounds } = this.arrays;
    const count = this.holders(m);
    const covered = new Uint32Array(count.length).fill(1);
    // Words whose count falls from the front on: the first is the largest of the last m.
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

  /** For each word, how many words from it on stand in at least k outputs. */
  reach(k: number, m: number): Uint32Array {
    const { bounds, weight, suffix, lcp, echo } = this.arrays;
    const of = this.#of;
    const n = suffix.length;
    const best = new Uint32Array(n);
    const held = new Uint32Array(weight.length);
    const rising = new Uint32Array(n);
    let [sum, left, head, tail] = [0, 0, 0, 0];
    for (let r = 0; r < n; r++) {
      const variant = of[suffix[r]];
      if (held[variant]++ === 0) sum += weight[variant];
      while (tail > head && lcp[rising[tail - 1]] >= lcp[r]) tail--;
      rising[tail++] = r;
      for (; left < r; left++) {
        const first = of[suffix[left]];
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

  /** The maximal spans of a variant: first word and length, two by two. `reach` is that of the thresholds. */
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
}
