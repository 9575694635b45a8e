import type { IndexArrays } from "../text/shared";

/** The arrays of Python's index, computed the obvious way. */
export function indexArrays(texts: string[][], prompt: string[] = []): IndexArrays {
  const keys = texts.map((t) => t.join(" "));
  const variants = [...new Set(keys)].sort();
  const words = variants.map((v) => v.split(" ").filter(Boolean));
  const bounds = [0];
  for (const w of words) bounds.push(bounds[bounds.length - 1] + w.length);
  const suffixes = words.flatMap((w, v) => w.map((_, i) => ({ at: bounds[v] + i, rest: w.slice(i) })));
  const common = (a: string[], b: string[]) => {
    let n = 0;
    while (n < a.length && n < b.length && a[n] === b[n]) n++;
    return n;
  };
  const compare = (a: string[], b: string[]) => {
    const n = common(a, b);
    if (n === a.length || n === b.length) return a.length - b.length;
    return a[n] < b[n] ? -1 : 1;
  };
  suffixes.sort((a, b) => compare(a.rest, b.rest) || a.at - b.at);
  const echo = words.flatMap((w) =>
    w.map((_, i) => Math.max(0, ...prompt.map((_, p) => common(w.slice(i), prompt.slice(p))))),
  );
  return {
    variant: Uint32Array.from(keys, (k) => variants.indexOf(k)),
    weight: Uint32Array.from(variants, (v) => keys.filter((k) => k === v).length),
    bounds: Uint32Array.from(bounds),
    suffix: Uint32Array.from(suffixes, (s) => s.at),
    lcp: Uint16Array.from(suffixes, (s, r) => (r ? common(suffixes[r - 1].rest, s.rest) : 0)),
    echo: prompt.length ? Uint16Array.from(echo) : new Uint16Array(),
  };
}

export const holds = (text: string[], part: string[]) => text.some((_, i) => part.every((w, j) => text[i + j] === w));

/** The words of a text within at least m consecutive words of the prompt. */
export function echoed(text: string[], prompt: string[], m: number): Set<number> {
  const words = new Set<number>();
  for (let i = 0; i + m <= text.length; i++) {
    if (holds(prompt, text.slice(i, i + m))) for (let j = i; j < i + m; j++) words.add(j);
  }
  return words;
}

export interface Case {
  texts: string[][];
  prompt: string[];
  arrays: IndexArrays;
  below: (n: number) => number;
  /** The counted outputs, and their number for each variant; in every other case all outputs and undefined. */
  counted: string[][];
  weight: Uint32Array | undefined;
}

/** A few short outputs of few words, some equal; sometimes with a prompt, sometimes with only some outputs counted. */
export function randomCase(uniform: () => number): Case {
  const below = (n: number) => Math.floor(uniform() * n);
  const randomWords = () => Array.from({ length: below(9) }, () => "aabc"[below(4)]);
  const texts = Array.from({ length: 1 + below(6) }, randomWords);
  if (below(3) === 0) texts.push(texts[0]);
  if (below(3) === 0) texts.push([...texts[0].slice(0, 4), ...randomWords()]);
  const prompt = below(2) ? randomWords() : [];
  const arrays = indexArrays(texts, prompt);
  if (below(2)) return { texts, prompt, arrays, below, counted: texts, weight: undefined };
  const weight = new Uint32Array(arrays.weight.length);
  const counted = texts.filter((_, d) => {
    const some = below(3) > 0;
    if (some) weight[arrays.variant[d]]++;
    return some;
  });
  return { texts, prompt, arrays, below, counted, weight };
}
