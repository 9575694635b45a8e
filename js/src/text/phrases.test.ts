import { describe, expect, it } from "vitest";
import { echoed, holds, indexArrays, randomCase } from "../testing/index-arrays";
import { seeded } from "../testing/random";
import { phrases, through } from "./phrases";
import { SharedIndex } from "./shared";

const wordsOf = (text: string) => text.split(" ");

describe("the phrases that contain a word", () => {
  it("match brute force", () => {
    for (let seed = 1; seed <= 500; seed++) {
      const { texts, prompt, arrays, below, counted, weight } = randomCase(seeded(seed));
      const [k, m] = [2 + below(3), 1 + below(4)];
      const index = new SharedIndex(arrays);
      const functions = new Set(seed % 2 ? [] : [texts.flat()[0]]);
      const variants: string[] = [];
      arrays.variant.forEach((v, d) => (variants[v] = texts[d].join(" ")));
      const words = variants.flatMap((t) => wordsOf(t).filter(Boolean));
      const count = (part: string[]) => counted.filter((t) => holds(t, part)).length;
      texts.forEach((text, d) => {
        const variant = arrays.variant[d];
        const echo = echoed(text, prompt, m);
        for (let w = 0; w < text.length; w++) {
          const may = (from: number, to: number) =>
            from >= 0 && to <= text.length && text.slice(from, to).every((_, i) => echo.has(from + i) === echo.has(w));
          const all: { from: number; to: number; part: string[] }[] = [];
          for (let from = 0; from <= w; from++) {
            for (let to = w + 1; to <= text.length; to++) {
              const outputs = count(text.slice(from, to));
              const more = [
                [from - 1, to],
                [from, to + 1],
              ].some(([f, t]) => may(f, t) && count(text.slice(f, t)) === outputs);
              if (may(from, to) && outputs >= 2 && !more) all.push({ from, to, part: text.slice(from, to) });
            }
          }
          const trivial = (w: string) => functions.has(w);
          const telling = all.filter(({ part }) => !part.every(trivial));
          const longest = Math.max(...telling.map(({ part }) => part.length));
          const long = telling.filter(({ part }) => part.length >= Math.min(m, longest));
          const painted = long.filter(({ part }) => count(part) >= k);
          const candidates = painted.length ? painted : long;
          const maximal = candidates.filter(
            (one) => !candidates.some((other) => other !== one && other.from <= one.from && one.to <= other.to),
          );
          const wanted = new Set(maximal.map(({ part }) => part.join(" ")));
          const most = () => Math.max(...[...wanted].map((part) => count(wordsOf(part))));
          const [widest] = all
            .filter(({ part }) => part.length >= m && count(part) >= k)
            .sort((a, b) => count(b.part) - count(a.part) || b.part.length - a.part.length || a.from - b.from);
          if (widest && !(most() >= count(widest.part))) wanted.add(widest.part.join(" "));
          const alone = wanted.size > 0 && !trivial(text[w]) && count([text[w]]) > most();
          if (alone) wanted.add(text[w]);
          const found = through(index, arrays.bounds[variant] + w, k, m, weight, (at) => functions.has(words[at]));
          const listed = found.map(({ at, words: length }) => words.slice(at, at + length));
          expect(new Set(listed.map((part) => part.join(" ")))).toEqual(wanted);
          expect(listed.length).toBe(wanted.size);
          const sizes = listed.map((part) => part.length * count(part));
          if (alone) sizes.pop();
          expect(sizes).toEqual([...sizes].sort((a, b) => b - a));
          // The number that the tooltip shows is in the list.
          const covered = index.coverage(m, weight)[arrays.bounds[variant] + w];
          if (covered >= k) expect(listed.filter((part) => part.length >= m).map(count)).toContain(covered);
          found.forEach(({ at, words: length, variants }) => {
            expect(at <= arrays.bounds[variant] + w && arrays.bounds[variant] + w < at + length).toBe(true);
            expect(variants).toEqual(index.held(at, length, weight).variants);
          });
        }
      });
    }
  });

  it("are the longest in k outputs, not their beginnings, and the one in most outputs", () => {
    // Each output continues for one word less, so each beginning is in one output more.
    const sentence = wordsOf("I would plant a cherry tree on day");
    const texts = sentence.map((_, i) => [...sentence.slice(0, i + 1), `end${i}`]);
    const index = new SharedIndex(indexArrays(texts));
    const last = index.arrays.bounds[index.arrays.variant[7]];
    expect(through(index, last + 2, 4, 2).map(({ words, variants }) => [words, variants.length])).toEqual([
      [5, 4],
      [3, 6],
    ]);
    // If no sequence is in k outputs, the longest that two outputs contain.
    expect(through(index, last + 2, 7, 2).map(({ words, variants }) => [words, variants.length])).toEqual([
      [7, 2],
      [1, 6],
    ]);
  });

  it("are at most twelve, by outputs and words", () => {
    // Overlapping windows of a long sentence, none within another.
    const long = Array.from({ length: 60 }, (_, i) => `w${i}`);
    const texts = [long, ...Array.from({ length: 20 }, (_, i) => [...long.slice(10 + i, 31 + i), `end${i}`])];
    const index = new SharedIndex(indexArrays(texts));
    const found = through(index, index.arrays.bounds[index.arrays.variant[0]] + 30, 2, 2);
    expect(found.length).toBe(12);
  });

  it("come quickly from a long run of one word", () => {
    const index = new SharedIndex(run([300_000, 299_000, 1000]));
    const before = performance.now();
    const found = through(index, 150_000, 2, 4);
    expect(performance.now() - before).toBeLessThan(2000);
    expect(found.length).toBeGreaterThan(0);
  });
});

/** The index of outputs that repeat one word, `lengths` times. */
function run(lengths: number[]) {
  const bounds = [0];
  for (const length of lengths) bounds.push(bounds[bounds.length - 1] + length);
  const words = lengths.flatMap((length, v) =>
    Array.from({ length }, (_, i) => ({ at: bounds[v] + i, left: length - i })),
  );
  words.sort((a, b) => a.left - b.left || a.at - b.at);
  return {
    variant: Uint32Array.from(lengths.keys()),
    weight: new Uint32Array(lengths.length).fill(1),
    bounds: Uint32Array.from(bounds),
    suffix: Uint32Array.from(words, ({ at }) => at),
    lcp: Uint16Array.from(words, (_, r) => (r ? Math.min(65535, words[r - 1].left) : 0)),
    echo: new Uint16Array(),
  };
}

describe("the best phrases", () => {
  it("match the ranking and the exclusions of brute force", () => {
    for (let seed = 1; seed <= 600; seed++) {
      const { texts, prompt, arrays, below, counted, weight } = randomCase(seeded(seed));
      const [k, m, limit] = [2 + below(3), 1 + below(4), 1 + below(8)];
      const count = (part: string[]) => counted.filter((t) => holds(t, part)).length;
      const found = new Map<string, string[]>();
      for (const text of counted) {
        const echo = echoed(text, prompt, m);
        let before = -1;
        for (let i = 0; i < text.length; i++) {
          let length = 0;
          while (i + length < text.length && !echo.has(i + length) && count(text.slice(i, i + length + 1)) >= k)
            length++;
          const part = text.slice(i, i + length);
          if (length >= m && i + length > before) found.set(part.join(" "), part);
          before = i + length;
        }
      }
      const score = (part: string[]) =>
        Math.round(1e6 * count(part) ** 2 * part.reduce((sum, word) => sum + 1 / count([word]), 0));
      // Equal scores are ordered by their words, with a sequence before its continuations.
      const order = [...found.values()].sort((a, b) => score(b) - score(a) || (a.join(" ") < b.join(" ") ? -1 : 1));
      const functions = new Set(seed % 2 ? [] : [texts.flat()[0]]);
      const listed: string[][] = [];
      for (const part of order) {
        const apart = !listed.some((other) => holds(other, part) || holds(part, other));
        if (listed.length < limit && apart && !part.every((word) => functions.has(word))) listed.push(part);
      }
      const index = new SharedIndex(arrays);
      const words = new Map<number, string>();
      texts.forEach((text, d) => text.forEach((word, i) => words.set(arrays.bounds[arrays.variant[d]] + i, word)));
      const got = phrases(index, k, m, limit, weight, (at) => functions.has(words.get(at) ?? ""));
      expect(got.map(({ at, words: length }) => Array.from({ length }, (_, i) => words.get(at + i)))).toEqual(listed);
      got.forEach(({ at, words: length, variants }) =>
        expect(variants).toEqual(index.held(at, length, weight).variants),
      );
    }
  });

  it("have the scores worked out by hand", () => {
    const texts = ["we sail at dawn", "they sail at dawn", "we sail at noon", "we sail at dusk"].map(wordsOf);
    const arrays = indexArrays(texts);
    const found = phrases(new SharedIndex(arrays), 2, 2, 9);
    // "we sail at": 3² (1/3 + 1/4 + 1/4) = 7.5; "sail at dawn": 2² (1/4 + 1/4 + 1/2) = 4. "sail at" would score 8, but
    // is never a maximal span: "we" precedes it or "dawn" follows it.
    expect(found.map(({ words, variants }) => [words, variants.length])).toEqual([
      [3, 3],
      [3, 2],
    ]);
  });

  it("are the best of the beginnings of one sentence, not the longest", () => {
    const sentence = wordsOf("please let us know whether that works for you and your team");
    const texts = [
      ...Array.from({ length: 24 }, (_, i) => [...sentence.slice(0, 9), `end${i}`]),
      ...Array.from({ length: 16 }, (_, i) => [...sentence, `end${i}`]),
    ];
    // 9 words in 40 outputs: 40² · 9 / 40 = 360; 12 words in 16: 16² (9 / 40 + 3 / 16) = 106.
    const found = phrases(new SharedIndex(indexArrays(texts)), 2, 2, 9);
    expect(found.map(({ words, variants }) => [words, variants.length])).toEqual([[9, 40]]);
  });

  it("come quickly from runs of one word of all lengths", () => {
    const index = new SharedIndex(run(Array.from({ length: 800 }, (_, i) => i + 1)));
    const before = performance.now();
    // w words are in 801 - w outputs, so the score is (801 - w)² w / 800: highest where 801 - w = 2 w.
    expect(phrases(index, 2, 2, 60).map(({ words }) => words)).toEqual([267]);
    expect(performance.now() - before).toBeLessThan(2000);
  });
});
