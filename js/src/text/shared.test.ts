import { describe, expect, it } from "vitest";
import { echoed, holds, indexArrays, randomCase } from "../testing/index-arrays";
import { seeded } from "../testing/random";
import { SharedIndex } from "./shared";

describe("the shared words", () => {
  it("match brute force over all and over counted outputs", () => {
    for (let seed = 1; seed <= 600; seed++) {
      const { texts, prompt, arrays, below, counted, weight } = randomCase(seeded(seed));
      const [k, m] = [2 + below(3), 1 + below(4)];
      const shared = new SharedIndex(arrays);
      const coverage = shared.coverage(m, weight);
      const holders = shared.holders(m, weight);
      const reach = shared.reach(k, m, weight);
      const count = (part: string[]) => counted.filter((t) => holds(t, part)).length;
      texts.forEach((text, d) => {
        const variant = arrays.variant[d];
        const [first, end] = arrays.bounds.subarray(variant, variant + 2);
        const echo = echoed(text, prompt, m);
        const covered = text.map(() => 1);
        const held = text.map(() => 0);
        for (let i = 0; i + m <= text.length; i++) {
          const places = Array.from({ length: m }, (_, j) => i + j);
          if (places.some((j) => echo.has(j))) continue;
          held[i] = count(text.slice(i, i + m));
          for (const j of places) covered[j] = Math.max(covered[j], held[i]);
        }
        expect([...coverage.subarray(first, end)]).toEqual(covered);
        expect([...holders.subarray(first, end)]).toEqual(held);
        const spans: number[] = [];
        let before = -1;
        for (let i = 0; i < text.length; i++) {
          let length = 0;
          while (i + length < text.length && !echo.has(i + length) && count(text.slice(i, i + length + 1)) >= k)
            length++;
          if (length >= m && i + length > before) spans.push(i, length);
          before = i + length;
        }
        expect(shared.spans(variant, m, reach)).toEqual(spans);
      });
    }
  });

  it("have a position, a form and holders", () => {
    for (let seed = 1; seed <= 200; seed++) {
      const { texts, arrays, counted, weight } = randomCase(seeded(seed));
      const shared = new SharedIndex(arrays);
      const forms = [...new Set(texts.flat())].sort();
      texts.forEach((text, d) => {
        const first = arrays.bounds[arrays.variant[d]];
        text.forEach((word, i) => {
          expect(arrays.suffix[shared.rank[first + i]]).toBe(first + i);
          expect(shared.form[first + i]).toBe(forms.indexOf(word));
          for (let words = 1; i + words <= text.length; words++) {
            const part = text.slice(i, i + words);
            const having = texts.flatMap((t, e) =>
              holds(t, part) && (!weight || weight[arrays.variant[e]]) ? [arrays.variant[e]] : [],
            );
            const { variants, outputs } = shared.held(first + i, words, weight);
            expect(variants).toEqual([...new Set(having)].sort((a, b) => a - b));
            expect(outputs).toBe(counted.filter((t) => holds(t, part)).length);
          }
        });
      });
    }
  });

  it("are empty without words", () => {
    const shared = new SharedIndex(indexArrays([]));
    expect(shared.coverage(1)).toEqual(new Uint32Array());
    expect(new SharedIndex(indexArrays([[], []])).reach(2, 1)).toEqual(new Uint32Array());
  });
});
