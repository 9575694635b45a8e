// Where a list is scrolled to after its rows changed, so that the text being read does not move.
import { Heights } from "./heights";

export interface Rows {
  count: number;
  /** Items of a row. */
  each: number;
  /** Names an item, so that it is recognised when others come before it. */
  keyOf: (item: number) => string | number;
  estimate: (row: number) => number;
  gap: number;
}

/** A row of which less than a line is in sight counts as out of sight. */
const LINE = 24;
/** Added to how far an item moved, if it was below what is in sight: those in sight come first. */
const BELOW = 1e9;

/**
 * The heights of the new rows and the place to scroll to. Of the items in sight, the one that moved least in the order
 * stays where it is; if none of them is left, the next one that is comes to the top.
 */
export function heldInPlace(was: Heights, before: Rows, now: Rows, place: number, screen: number): [Heights, number] {
  const items = new Map<string | number, number>();
  for (let item = 0; item < before.count * before.each; item++) items.set(before.keyOf(item), item);
  const rowBefore = (item: number) => Math.floor(items.get(now.keyOf(item))! / before.each);
  const heights = new Heights(
    now.count,
    (row) => (before.each === now.each && was.height(rowBefore(row * now.each))) || now.estimate(row),
    now.gap,
  );
  const [first, last] = [was.at(place + LINE), was.at(place + screen)];
  let least = Infinity;
  let held = place;
  for (let item = 0; item < now.count * now.each; item++) {
    const row = rowBefore(item);
    if (!(row >= first)) continue;
    const below = row > last;
    const moved = Math.abs(items.get(now.keyOf(item))! - item) + (below ? BELOW : 0);
    if (moved >= least) continue;
    least = moved;
    held = heights.top(Math.floor(item / now.each)) + (below ? 0 : place - was.top(row));
  }
  return [heights, held];
}
