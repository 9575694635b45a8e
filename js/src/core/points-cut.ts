// The groups of rows at one granularity: who makes each, and where it stands in the outputs.
import { NOT_COMPARED, type PointArrays } from "../wire/types";

/** Lists of numbers, one after another: list k goes from `first[k]` to `first[k + 1]`. */
export interface Lists {
  first: Uint32Array;
  items: Uint32Array;
}

export interface Cut {
  /** The nodes of the groups: points first, then frames such as greetings. */
  nodes: Int32Array;
  /** How many of the groups are points. */
  pointCount: number;
  /** The group of each row; -1 = not compared. */
  groupOf: Int32Array;
  /** The rows of each group, ascending. */
  rows: Lists;
  /** The outputs that make each group, ascending. */
  makers: Lists;
  /** The groups that each output makes, ascending. */
  made: Lists;
  /** The median place of each group in the outputs, 0 to 1. */
  place: Float32Array;
}

/** The number of items of list k. */
export function sizeOf({ first }: Lists, k: number): number {
  return first[k + 1] - first[k];
}

/** List k, without a copy. */
export function listOf({ first, items }: Lists, k: number): Uint32Array {
  return items.subarray(first[k], first[k + 1]);
}

export function cutAt(points: PointArrays, level: number, n: number): Cut {
  const nodes = points.order[level] ?? new Int32Array();
  const leaves = points.granularities.length ? points.levels.length / points.granularities.length : 0;
  const number = new Int32Array(points.typical.length).fill(-1);
  nodes.forEach((node, g) => (number[node] = g));
  const groupOf = Int32Array.from(points.unit, (unit) =>
    unit === NOT_COMPARED ? -1 : (number[points.levels[level * leaves + points.leaf[unit]]] ?? -1),
  );
  const rows = listsBy(groupOf, nodes.length);
  const place = new Float32Array(nodes.length);
  const first = new Uint32Array(nodes.length + 1);
  const items = new Uint32Array(groupOf.length);
  let count = 0;
  for (let g = 0; g < nodes.length; g++) {
    const own = listOf(rows, g);
    const places = Float32Array.from(own, (row) => points.position[row]).sort();
    place[g] = (places[(places.length - 1) >> 1] + places[places.length >> 1]) / 2;
    // Rows are sorted by output.
    let last = -1;
    for (const row of own) if (points.output[row] !== last) items[count++] = last = points.output[row];
    first[g + 1] = count;
  }
  const makers = { first, items: items.subarray(0, count) };
  return { nodes, pointCount: points.points[level] ?? 0, groupOf, rows, makers, made: turned(makers, n), place };
}

/** The positions of each key, ascending; negative keys are skipped. */
function listsBy(keys: Int32Array, count: number): Lists {
  const first = new Uint32Array(count + 1);
  for (const key of keys) if (key >= 0) first[key + 1]++;
  for (let k = 0; k < count; k++) first[k + 1] += first[k];
  const items = new Uint32Array(first[count]);
  const next = first.slice();
  keys.forEach((key, at) => key >= 0 && (items[next[key]++] = at));
  return { first, items };
}

/** For each item, the lists that hold it, ascending. */
function turned(lists: Lists, count: number): Lists {
  const of = new Int32Array(lists.items.length);
  for (let k = 0; k + 1 < lists.first.length; k++) of.fill(k, lists.first[k], lists.first[k + 1]);
  const { first, items } = listsBy(Int32Array.from(lists.items), count);
  return { first, items: items.map((at) => of[at]) };
}
