import { expect, it } from "vitest";
import { Grid } from "./grid";
import { randomPoints, seeded } from "../testing/random";

function nearestByAll(xy: Float32Array, x: number, y: number, reach: number): number {
  let best = -1;
  let least = reach;
  for (let id = 0; id < xy.length / 2; id++) {
    const distance = Math.hypot((xy[2 * id] as number) - x, (xy[2 * id + 1] as number) - y);
    if (distance < least) {
      least = distance;
      best = id;
    }
  }
  return best;
}

it("finds the same point as a full scan", () => {
  const random = seeded(8);
  for (const count of [0, 1, 2, 17, 900]) {
    const xy = randomPoints(count, random);
    const grid = new Grid(xy);
    for (let round = 0; round < 300; round++) {
      const [x, y, reach] = [random() * 3 - 1.5, random() * 3 - 1.5, random() * 0.5];
      expect(grid.nearest(x, y, reach)).toBe(nearestByAll(xy, x, y, reach));
    }
  }
});

it("accepts points that all lie in one position or on one line", () => {
  expect(new Grid(new Float32Array(20).fill(0.5)).nearest(0.5, 0.5, 0.1)).toBe(9);
  const line = Float32Array.from({ length: 200 }, (_, i) => (i % 2 ? 0.3 : i / 200));
  expect(new Grid(line).nearest(0.5, 0.31, 0.1)).toBe(50);
});
