// @vitest-environment node
import { describe, expect, it } from "vitest";
import { seeded } from "../testing/random";
import { Heights } from "./heights";

describe("the heights of rows", () => {
  it("add up row by row, in whatever order they are measured", () => {
    for (let seed = 1; seed <= 100; seed++) {
      const next = seeded(seed);
      const below = (n: number) => Math.floor(next() * n);
      const count = 1 + below(40);
      const gap = below(12);
      const real = Array.from({ length: count }, () => below(300));
      const heights = new Heights(count, (k) => real[k], gap);
      for (let step = 0; step < 60; step++) {
        const k = below(count);
        const before = real[k];
        if (below(2)) expect(heights.measure(k, (real[k] = below(300)))).toBe(real[k] - before);
        const tops = real.map((_, i) => real.slice(0, i).reduce((sum, height) => sum + height + gap, 0));
        const at = below(count + 1);
        expect(heights.top(at)).toBe(at < count ? tops[at] : tops[count - 1] + real[count - 1] + gap);
        const y = below(heights.total + 20) - 10;
        // The last row that begins at or before the position; rows without height begin where the next one does.
        expect(heights.at(y)).toBe(Math.max(0, tops.filter((top) => top <= y).length - 1));
      }
      expect(heights.total).toBe(real.reduce((sum, height) => sum + height + gap, 0));
    }
  });

  it("are zero without rows", () => {
    const heights = new Heights(0, () => 5, 10);
    expect([heights.total, heights.at(0), heights.at(100)]).toEqual([0, 0, 0]);
  });
});
