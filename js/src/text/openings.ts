// The openings of the outputs, as a tree of words.
import type { SharedIndex } from "./shared";

/** Openings end after this many words, as in Python. */
const LONGEST = 40;

/** A run of words that continues an opening; `from` and `at` are its first and last word in one of the outputs. */
export interface Opening {
  at: number;
  from: number;
  /** The length of the whole opening, up to `at`. */
  words: number;
  /** How many of the counted outputs begin this way, and their variants, ascending. */
  outputs: number;
  variants: number[];
  /** The continuations, most outputs first. */
  children: Opening[];
}

/** The openings that at least `least` of the counted outputs share. `weight` is as in SharedIndex. */
export function openings(index: SharedIndex, least: number, weight = index.arrays.weight): Opening[] {
  const { bounds } = index.arrays;
  const { rank, form } = index;
  const has = (v: number, depth: number) => bounds[v] + depth < bounds[v + 1];
  /** The continuations of outputs that share their first `depth` words; `variants` are sorted by their words. */
  const after = (variants: number[], depth: number): Opening[] => {
    const found: Opening[] = [];
    for (let i = 0, end = 0; depth < LONGEST && i < variants.length; i = end) {
      const first = variants[i];
      end = i + 1;
      if (!has(first, depth)) continue;
      const same = (v: number, words: number) =>
        has(v, words) && form[bounds[v] + words] === form[bounds[first] + words];
      let outputs = weight[first];
      for (; end < variants.length && same(variants[end], depth); end++) outputs += weight[variants[end]];
      if (outputs < least) continue;
      const own = variants.slice(i, end);
      // The variants are sorted, so they share what the first and the last share; only the first can have ended.
      let words = depth + 1;
      while (words < LONGEST && has(first, words) && same(own[own.length - 1], words)) words++;
      const [from, at] = [bounds[first] + depth, bounds[first] + words - 1];
      found.push({
        at,
        from,
        words,
        outputs,
        variants: own.slice().sort((a, b) => a - b),
        children: after(own, words),
      });
    }
    return found.sort((a, b) => b.outputs - a.outputs || form[a.from] - form[b.from]);
  };
  const begun: number[] = [];
  for (let v = 0; v < weight.length; v++) if (weight[v] && has(v, 0)) begun.push(v);
  return after(
    begun.sort((a, b) => rank[bounds[a]] - rank[bounds[b]]),
    0,
  );
}
