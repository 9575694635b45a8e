import { describe, expect, it } from "vitest";
import { seeded as random } from "../testing/random";
import { type Painted, runs } from "./paint";

/** The layers over each unit, checked one by one. */
function obvious(layers: Painted[], length: number): string[] {
  return Array.from({ length }, (_, at) =>
    layers
      .flatMap(({ layer, spans }) => {
        for (let k = 0; k < spans.length; k += 3) {
          if (spans[k] <= at && at < spans[k + 1]) return [spans[k + 2] ? `${layer}-${spans[k + 2]}` : layer];
        }
        return [];
      })
      .join(" "),
  );
}

describe("runs", () => {
  it("cover exactly what the layers cover, once", () => {
    for (let seed = 1; seed <= 500; seed++) {
      const uniform = random(seed);
      const next = (below: number) => Math.floor(uniform() * below);
      const length = next(30);
      const layers = Array.from({ length: next(4) }, (_, l) => {
        const spans: number[] = [];
        for (let at = next(6); at < 34; at += 1 + next(9)) {
          const end = at + next(8);
          spans.push(at, end, next(3));
          at = end;
        }
        return { layer: "abc"[l], spans };
      });
      const from = next(length + 1);
      const found = runs(layers, from, length);
      const got = Array.from({ length }, () => "");
      let before = 0;
      for (const { start, end, classes } of found) {
        expect(start).toBeGreaterThanOrEqual(before);
        expect(end).toBeGreaterThan(start);
        for (let at = start; at < end; at++) got[at] = classes;
        before = end;
      }
      expect(got).toEqual(obvious(layers, length).map((classes, at) => (at < from ? "" : classes)));
      // The number of runs is minimal: touching neighbours differ.
      found
        .slice(1)
        .forEach((run, k) => expect(run.start > found[k].end || run.classes !== found[k].classes).toBe(true));
    }
  });
});
