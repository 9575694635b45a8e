import { describe, expect, it } from "vitest";
import { seeded as random } from "../testing/random";
import { type IndexArrays, SharedIndex } from "./shared";

/** The arrays of Python's index, made the obvious way. */
function index(texts: string[][], prompt: string[]): IndexArrays {
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
  const echo = words.flatMap((w) => w.map((_, i) => Math.max(0, ...prompt.map((_, p) => common(w.slice(i), prompt.slice(p))))));
  return {
    variant: Uint32Array.from(keys, (k) => variants.indexOf(k)),
    weight: Uint32Array.from(variants, (v) => keys.filter((k) => k === v).length),
    bounds: Uint32Array.from(bounds),
    suffix: Uint32Array.from(suffixes, (s) => s.at),
    lcp: Uint16Array.from(suffixes, (s, r) => (r ? common(suffixes[r - 1].rest, s.rest) : 0)),
    echo: prompt.length ? Uint16Array.from(echo) : new Uint16Array(),
  };
}

const holds = (text: string[], part: string[]) => text.some((_, i) => part.every((w, j) => text[i + j] === w));

function echoed(text: string[], prompt: string[], m: number): Set<number> {
  const words = new Set<number>();
  for (let i = 0; i + m <= text.length; i++) {
    if (holds(prompt, text.slice(i, i + m))) for (let j = i; j < i + m; j++) words.add(j);
  }
  return words;
}

describe("what outputs share", () => {
  it("is what brute force finds", () => {
    for (let seed = 1; seed <= 400; seed++) {
      const next = random(seed);
      const below = (n: number) => Math.floor(next() * n);
      const said = () => Array.from({ length: below(9) }, () => "aabc"[below(4)]);
      const texts = Array.from({ length: 1 + below(6) }, said);
      if (below(3) === 0) texts.push(texts[0]);
      const prompt = below(2) ? said() : [];
      const [k, m] = [2 + below(3), 1 + below(4)];
      const arrays = index(texts, prompt);
      const shared = new SharedIndex(arrays);
      const coverage = shared.coverage(m);
      const reach = shared.reach(k, m);
      texts.forEach((text, d) => {
        const variant = arrays.variant[d];
        const echo = echoed(text, prompt, m);
        const count = (part: string[]) => texts.filter((t) => holds(t, part)).length;
        const covered = text.map(() => 1);
        for (let i = 0; i + m <= text.length; i++) {
          const places = Array.from({ length: m }, (_, j) => i + j);
          if (places.some((j) => echo.has(j))) continue;
          for (const j of places) covered[j] = Math.max(covered[j], count(text.slice(i, i + m)));
        }
        expect([...coverage.subarray(arrays.bounds[variant], arrays.bounds[variant + 1])]).toEqual(covered);
        const spans: number[] = [];
        let before = -1;
        for (let i = 0; i < text.length; i++) {
          let length = 0;
          while (i + length < text.length && !echo.has(i + length) && count(text.slice(i, i + length + 1)) >= k) length++;
          if (length >= m && i + length > before) spans.push(i, length);
          before = i + length;
        }
        expect(shared.spans(variant, m, reach)).toEqual(spans);
      });
    }
  });
});
