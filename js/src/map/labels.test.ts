import { describe, expect, it } from "vitest";
import { COVERED, placeLabels, type Label } from "./labels";
import { seeded } from "../testing/random";

const measure = (text: string): number => text.length * 6.3;

function someLabels(count: number, random: () => number): Label[] {
  return Array.from({ length: count }, (_, id) => ({
    id,
    text: "n".repeat(Math.floor(random() * 30)),
    x: random() * 500 - 40,
    y: random() * 450 - 40,
    weight: Math.floor(random() * 10),
  }));
}

describe("placeLabels", () => {
  it("never lets labels overlap or leave the map", () => {
    const random = seeded(6);
    for (let round = 0; round < 100; round++) {
      const items = someLabels(30, random);
      const placed = placeLabels(items, 430, 380, measure);
      const hidden = placed.reduce((sum, label) => sum + label.width * 18, 0);
      expect(placed.length < 2 || hidden <= COVERED * 430 * 380).toBe(true);
      for (const [i, a] of placed.entries()) {
        expect(a.left).toBeGreaterThanOrEqual(0);
        expect(a.top).toBeGreaterThanOrEqual(0);
        expect(a.left + a.width).toBeLessThanOrEqual(430);
        expect(a.top + 18).toBeLessThanOrEqual(380);
        expect(a.width).toBeGreaterThanOrEqual(measure((items[a.id] as Label).text));
        for (const b of placed.slice(i + 1)) {
          const apart =
            a.left + a.width <= b.left || b.left + b.width <= a.left || a.top + 18 <= b.top || b.top + 18 <= a.top;
          expect(apart).toBe(true);
        }
      }
    }
  });

  it("does not depend on the order of the labels", () => {
    const items = someLabels(40, seeded(7));
    expect(placeLabels([...items].reverse(), 430, 380, measure)).toEqual(placeLabels(items, 430, 380, measure));
  });

  it("centres the heaviest and moves the lighter one aside", () => {
    const items = [
      { id: 0, text: "light", x: 200, y: 100, weight: 1 },
      { id: 1, text: "heavy", x: 200, y: 100, weight: 2 },
    ];
    const [first, second] = placeLabels(items, 430, 380, () => 40);
    expect(first).toEqual({ id: 1, left: 180, top: 91, width: 40 });
    expect(second?.id).toBe(0);
    expect(Math.abs((second?.top ?? 0) - 91)).toBeGreaterThanOrEqual(18);
  });

  it("skips labels that do not fit", () => {
    const label = { id: 0, text: "name", x: 50, y: 50, weight: 1 };
    expect(placeLabels([label], 100, 100, () => 101)).toEqual([]);
    expect(placeLabels([label], 100, 10, () => 20)).toEqual([]);
    expect(placeLabels([label], 0, 0, () => 20)).toEqual([]);
    expect(placeLabels([{ ...label, x: -1 }], 100, 100, () => 20)).toEqual([]);
    expect(placeLabels([{ ...label, text: "" }], 100, 100, () => 0)).toEqual([]);
  });
});

it("chooses the position that hides the fewest points", () => {
  const item = { id: 0, text: "name", x: 100, y: 100, weight: 1 };
  const place = (hides: (left: number, top: number) => number) =>
    placeLabels([item], 200, 200, () => 40, 18, hides).map(({ left, top }) => [left, top])[0];
  const [left, top] = place(() => 0);
  expect(place((x, y) => (x === left && y === top ? 3 : 1))).not.toEqual([left, top]);
  // Where every position hides the same number, the nearest.
  expect(place(() => 2)).toEqual([left, top]);
});
