import { expect, it } from "vitest";
import { inside } from "./lasso";
import { randomPoints, seeded } from "../testing/random";

/** Whether a polygon winds around a point an odd number of times, from the sum of its sides' angles. */
function windsOddly(polygon: Float64Array, px: number, py: number): boolean {
  const corners = polygon.length / 2;
  let turned = 0;
  for (let i = 0; i < corners; i++) {
    const j = (i + 1) % corners;
    const from = Math.atan2((polygon[2 * i + 1] as number) - py, (polygon[2 * i] as number) - px);
    const to = Math.atan2((polygon[2 * j + 1] as number) - py, (polygon[2 * j] as number) - px);
    const angle = to - from;
    turned += angle > Math.PI ? angle - 2 * Math.PI : angle < -Math.PI ? angle + 2 * Math.PI : angle;
  }
  return Math.abs(Math.round(turned / (2 * Math.PI))) % 2 === 1;
}

it("finds the same points as winding numbers, even when the lasso crosses itself", () => {
  const random = seeded(5);
  const at = { sx: 180, sy: -180, tx: 215, ty: 190 };
  for (let round = 0; round < 60; round++) {
    const xy = randomPoints(150, random);
    const polygon = Float64Array.from({ length: 2 * (3 + Math.floor(random() * 20)) }, () => random() * 430);
    const expected: number[] = [];
    for (let id = 0; id < 150; id++) {
      const px = (xy[2 * id] as number) * at.sx + at.tx;
      const py = (xy[2 * id + 1] as number) * at.sy + at.ty;
      if (windsOddly(polygon, px, py)) expected.push(id);
    }
    expect([...inside(polygon, xy, at)]).toEqual(expected);
  }
});

it("finds nothing with fewer than three corners or no points", () => {
  const at = { sx: 1, sy: -1, tx: 0, ty: 0 };
  expect(inside(Float64Array.of(0, 0, 9, 9), Float32Array.of(5, -5), at)).toHaveLength(0);
  expect(inside(Float64Array.of(0, 0, 9, 0, 9, 9), new Float32Array(0), at)).toHaveLength(0);
});
