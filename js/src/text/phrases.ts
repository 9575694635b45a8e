// The phrases that outputs share: those that contain a word, and the best overall.
import { type SharedIndex, TOP } from "./shared";

/** A word sequence as written from the word `at` on, and the variants that contain it. */
export interface Phrase {
  at: number;
  words: number;
  variants: number[];
}

const MOST = 12;
/** Most positions of the suffix array that a click may visit: about 30 ms. Ordinary texts need a thousandth of them. */
const VISITS = 4e6;

interface Sequence {
  at: number;
  words: number;
  outputs: number;
}

/**
 * The phrases that contain a word: the longest sequences of its variant in at least k outputs, which are the ones the
 * reader paints; if there are none, the longest in two outputs. No phrase is part of another, partly echo, or made of
 * function words alone (`isFunction` takes their position). They have at least m words if possible. One phrase is there in
 * any case: the one that most outputs share, of those that the reader paints; that number is the word's coverage. Sorted
 * by outputs x words, 12 at most. The word alone comes last, if more outputs contain it than any phrase.
 */
export function through(
  index: SharedIndex,
  word: number,
  k: number,
  m: number,
  weight = index.arrays.weight,
  isFunction: (at: number) => boolean = () => false,
): Phrase[] {
  const { found, alone } = covering(index, word, m, weight);
  const telling = found.filter(({ at, words }) => {
    for (let w = at; w < at + words; w++) if (!isFunction(w)) return true;
    return false;
  });
  const longest = telling.reduce((most, { words }) => Math.max(most, words), 1);
  const long = telling.filter(({ words }) => words >= Math.min(m, longest));
  const painted = long.filter(({ outputs }) => outputs >= k);
  const candidates = painted.length ? painted : long;
  // All contain the word, so a sequence within the ends of another is part of it.
  const isPart = (one: Sequence) =>
    candidates.some(
      (other) => other.words > one.words && other.at <= one.at && one.at + one.words <= other.at + other.words,
    );
  const maximal: Sequence[] = [];
  // The same words may occur twice around the word.
  for (const one of candidates)
    if (!isPart(one) && !maximal.some((other) => same(index, one, other))) maximal.push(one);
  const size = ({ outputs, words }: Sequence) => outputs * words;
  const bySize = (a: Sequence, b: Sequence) => size(b) - size(a) || b.outputs - a.outputs || a.at - b.at;
  let listed = maximal.sort(bySize).slice(0, MOST);
  const [widest] = found
    .filter(({ words, outputs }) => words >= m && outputs >= k)
    .sort((a, b) => b.outputs - a.outputs || b.words - a.words || a.at - b.at);
  if (widest && listed.every(({ outputs }) => outputs < widest.outputs))
    listed = [...listed.slice(0, MOST - 1), widest].sort(bySize);
  if (!isFunction(word) && listed.length && listed.every(({ outputs }) => outputs < alone))
    listed = [...listed.slice(0, MOST - 1), { at: word, words: 1, outputs: alone }];
  return listed.map(({ at, words }) => ({ at, words, variants: index.held(at, words, weight).variants }));
}

/**
 * The maximal sequences that contain a word, and how many outputs contain the word alone. From each word before it, and
 * from the word itself, walks the suffix array outwards, which meets outputs in order of their common words; stops once
 * all that could reach the word are met. A long run of one word (a million times "ha") would still take quadratic time,
 * so the number of visits is limited; the sequences may then begin too late.
 */
function covering(
  index: SharedIndex,
  word: number,
  m: number,
  weight: Uint32Array,
): { found: Sequence[]; alone: number } {
  const { bounds, lcp, suffix } = index.arrays;
  const { rank, of } = index;
  const room = index.room(m);
  const own = of[word];
  const alike = (at: number) => (room[at] === 0) === (room[word] === 0);
  let end = word + 1;
  while (end < bounds[own + 1] && alike(end)) end++;

  const found: Sequence[] = [];
  const met = new Int32Array(weight.length).fill(-1);
  /** The sequences that begin one word later, by their outputs. */
  let after = new Map<number, Sequence>();
  let most = Infinity;
  let alone = 0;
  let visits = 0;
  for (let at = word; at >= bounds[own] && alike(at) && most > 1 && visits < VISITS; at--, visits++) {
    const here = new Map<number, Sequence>();
    let [from, to] = [rank[at], rank[at] + 1];
    let [common, words] = [end - at, end - at];
    let outputs = weight[own];
    met[own] = at;
    const keep = () => outputs > 1 && here.set(outputs, { at, words, outputs });
    while (outputs < most) {
      const next = Math.max(lcp[from], to < lcp.length ? lcp[to] : 0);
      if (next <= word - at) break;
      const variant = of[suffix[lcp[from] === next ? --from : to++]];
      visits++;
      common = Math.min(common, next);
      if (met[variant] === at || !weight[variant]) continue;
      met[variant] = at;
      if (common < words) {
        keep();
        words = common;
      }
      outputs += weight[variant];
    }
    keep();
    most = outputs;
    if (at === word) alone = outputs;
    // If as many outputs also contain the word before, keep the longer phrase.
    for (const part of after.values())
      if (!((here.get(part.outputs)?.words ?? 0) >= Math.min(part.words + 1, TOP))) found.push(part);
    after = here;
  }
  return { found: [...found, ...after.values()], alone };
}

function same({ form }: SharedIndex, a: Sequence, b: Sequence): boolean {
  if (a.words !== b.words || a.outputs !== b.outputs) return false;
  let i = 0;
  while (i < a.words && form[a.at + i] === form[b.at + i]) i++;
  return i === a.words;
}

/** A phrase with its range in the suffix array, [from, to). */
interface Placed extends Sequence {
  from: number;
  to: number;
  score: number;
}

/**
 * The best `limit` phrases that at least k outputs share: `shared_phrases` of Python's text.Index, which explains the
 * score. Skips a phrase that is part of a listed one, contains one, or consists of function words. `at` is its position
 * in the first variant.
 */
export function phrases(
  index: SharedIndex,
  k: number,
  m: number,
  limit: number,
  weight = index.arrays.weight,
  isFunction: (at: number) => boolean = () => false,
): Phrase[] {
  const { suffix } = index.arrays;
  const candidates = different(index, m, weight, index.reach(k, m, weight));
  count(index, candidates, weight);
  const frequency = index.counts(1, weight);
  const sums = new Float64Array(frequency.length + 1);
  for (let at = 0; at < frequency.length; at++) sums[at + 1] = sums[at] + 1 / Math.max(1, frequency[at]);
  // Rounded, so that the order of summation cannot break a tie.
  for (const one of candidates)
    one.score = Math.round(1e6 * (one.outputs ** 2 * (sums[one.at + one.words] - sums[one.at])));
  candidates.sort((a, b) => b.score - a.score || a.from - b.from || a.words - b.words);
  /** For each word, the length of the shortest listed phrase that begins there, at any of its positions; 0 for none. */
  const shortest = new Uint32Array(suffix.length);
  /** For each word, the end of the listed phrases that cover it, at any of their positions; 0 for none. */
  const coveredTo = new Uint32Array(suffix.length);
  const holdsListed = ({ at, words }: Placed) => {
    for (let w = at; w < at + words; w++) if (shortest[w] && w + shortest[w] <= at + words) return true;
    return false;
  };
  const isPartOfListed = ({ words, from, to }: Placed) => {
    for (let r = from; r < to; r++) if (coveredTo[suffix[r]] >= suffix[r] + words) return true;
    return false;
  };
  const listed: Phrase[] = [];
  for (const one of candidates) {
    if (listed.length === limit) break;
    if (holdsListed(one) || isPartOfListed(one) || ofFunctionWords(one, isFunction)) continue;
    const { at, words, from, to } = one;
    listed.push({ at, words, variants: index.held(at, words, weight).variants });
    for (let r = from; r < to; r++) shortest[suffix[r]] = Math.min(shortest[suffix[r]] || words, words);
    for (let w = at; w < at + words; w++) coveredTo[w] = Math.max(coveredTo[w], at + words);
  }
  return listed;
}

function ofFunctionWords({ at, words }: Sequence, isFunction: (at: number) => boolean): boolean {
  for (let word = at; word < at + words; word++) if (!isFunction(word)) return false;
  return true;
}

/** The maximal spans of the counted variants, each distinct sequence once. */
function different(index: SharedIndex, m: number, weight: Uint32Array, reach: Uint32Array): Placed[] {
  const { bounds, suffix, lcp } = index.arrays;
  const n = suffix.length;
  const words = new Uint32Array(n);
  for (let v = 0; v < weight.length; v++) {
    const spans = weight[v] ? index.spans(v, m, reach) : [];
    for (let s = 0; s < spans.length; s += 2) words[bounds[v] + spans[s]] = spans[s + 1];
  }
  // Earlier (or later) positions with fewer common words than any position between there and here, ascending by that
  // number.
  const stack = new Uint32Array(n + 1);
  let top = 0;
  const least = (r: number) => (r < n ? lcp[r] : 0);
  /** The nearest of them with fewer than `words` common words. */
  const nearest = (words: number) => {
    let [low, high] = [0, top - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (least(stack[middle]) < Math.min(words, TOP)) low = middle;
      else high = middle - 1;
    }
    return stack[low];
  };
  const to = new Uint32Array(n);
  for (let r = n - 1; r >= 0; r--) {
    while (top && least(stack[top - 1]) >= least(r + 1)) top--;
    stack[top++] = r + 1;
    if (words[suffix[r]]) to[r] = nearest(words[suffix[r]]);
  }
  const once = new Map<number, Placed>();
  top = 0;
  for (let r = 0; r < n; r++) {
    while (top && lcp[stack[top - 1]] >= lcp[r]) top--;
    stack[top++] = r;
    const at = suffix[r];
    if (!words[at]) continue;
    const from = nearest(words[at]);
    const key = from * (n + 1) + words[at];
    const known = once.get(key);
    if (!known) once.set(key, { at, words: words[at], from, to: to[r], outputs: 0, score: 0 });
    else if (at < known.at) known.at = at;
  }
  return [...once.values()];
}

/**
 * How many outputs contain each phrase. Only the last position of each variant up to here counts, so the sum from
 * `from` on counts distinct variants; stored in a binary indexed tree (Fenwick 1994).
 */
function count(index: SharedIndex, found: Placed[], weight: Uint32Array): void {
  const { suffix } = index.arrays;
  const tree = new Int32Array(suffix.length + 1);
  const last = new Int32Array(weight.length).fill(-1);
  let all = 0;
  let here = 0;
  const add = (place: number, value: number) => {
    all += value;
    for (let i = place + 1; i < tree.length; i += i & -i) tree[i] += value;
  };
  for (const one of found.sort((a, b) => a.to - b.to)) {
    for (; here < one.to; here++) {
      const variant = index.of[suffix[here]];
      if (!weight[variant]) continue;
      if (last[variant] >= 0) add(last[variant], -weight[variant]);
      add(here, weight[variant]);
      last[variant] = here;
    }
    one.outputs = all;
    for (let i = one.from; i > 0; i -= i & -i) one.outputs -= tree[i];
  }
}
