import { expect, it } from "vitest";
import { Heights } from "./heights";
import { heldInPlace, type Rows } from "./held-place";

const GAP = 10;

/** A list whose items are as high as their number, `each` in a row; a row is as high as its highest item. */
function list(items: number[], each = 1): Rows & { made: Heights } {
  const estimate = (row: number) => Math.max(...items.slice(row * each, (row + 1) * each));
  const count = Math.ceil(items.length / each);
  return { count, each, keyOf: (k) => items[k], estimate, gap: GAP, made: new Heights(count, estimate, GAP) };
}

const all = Array.from({ length: 40 }, (_, i) => 50 + i);

/** The distance of an item from the top of the screen. */
function shown(rows: Rows, heights: Heights, place: number, item: number): number {
  const k = Array.from({ length: rows.count * rows.each }, (_, i) => rows.keyOf(i)).indexOf(item);
  return heights.top(Math.floor(k / rows.each)) - place;
}

it.each([
  ["the items above are gone", all.slice(20), 75],
  ["every other item is gone", all.filter((i) => i % 2), 75],
  ["items are inserted above", [...Array.from({ length: 9 }, (_, i) => 100 + i), ...all], 74],
  ["the first visible one goes to the end", [...all.slice(0, 24), ...all.slice(25), 74], 75],
  ["the second visible one goes to the end", [...all.slice(0, 25), ...all.slice(26), 75], 74],
])("visible items stay in place when %s", (_, left, item) => {
  const [before, after] = [list(all), list(left)];
  const place = before.made.top(24) + 5;
  const [heights, held] = heldInPlace(before.made, before, after, place, 300);
  expect(shown(after, heights, held, item)).toBe(shown(before, before.made, place, item));
});

it("an item that changes its column stays in its row", () => {
  const [before, after] = [list(all, 2), list(all.slice(3), 2)];
  const place = before.made.top(12);
  const [heights, held] = heldInPlace(before.made, before, after, place, 300);
  expect(shown(after, heights, held, 74)).toBe(0);
});

it("the next item comes to the top when no visible item is left", () => {
  const [before, after] = [list(all), list(all.filter((i) => i < 60 || i > 85))];
  const [heights, held] = heldInPlace(before.made, before, after, before.made.top(24), 300);
  expect(shown(after, heights, held, 86)).toBe(0);
});

it("rows keep their measured heights", () => {
  const before = list(all);
  before.made.measure(30, 500);
  const [heights] = heldInPlace(before.made, before, list(all.slice(5)), 700, 300);
  expect([heights.height(25), heights.height(24)]).toEqual([500, 79]);
});
