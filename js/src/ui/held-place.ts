// The scroll position of a list after its rows change, so that the text being read does not move.
import { Heights } from "./heights";

export interface Rows {
  count: number;
  /** Items per row. */
  each: number;
  /** Identifies an item, so that it is recognised after others are inserted before it. */
  keyOf: (item: number) => string | number;
  estimate: (row: number) => number;
  gap: number;
}

/** A row with less than one line visible counts as hidden. */
const LINE = 24;
/** Penalty for items below the visible part: visible ones come first. */
const BELOW = 1e9;

/**
 * The heights of the new rows and the scroll position. Of the visible items, the one whose order changed least stays in
 * place; if none is left, the next remaining one moves to the top.
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
