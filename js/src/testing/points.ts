// The trait `_points` for tests, from rows and the groups of their wordings.
import { NOT_COMPARED } from "../wire/types";
import { TEXTS } from "./fixture";

export interface Row {
  output: number;
  start: number;
  end: number;
  /** -1 = not compared. */
  unit: number;
  position: number;
}

const view = (array: ArrayBufferView) => new DataView(array.buffer, array.byteOffset, array.byteLength);

/**
 * Encodes rows as Python does. `levels[l][leaf]` is the group of a leaf at a level; `isFrame` says which groups are frames.
 * Every group of every level is a node of its own.
 */
export function encode(
  rows: Row[],
  leaf: number[],
  levels: number[][],
  isFrame: (level: number, group: number) => boolean = () => false,
  granularities = levels.map((_, l) => l / Math.max(1, levels.length - 1)),
) {
  const [typical, names, varies]: [number[], string[], string[]] = [[], [], []];
  const nodesOf: number[] = [];
  const counts: number[] = [];
  const order = levels.map((groups, l) => {
    const base = typical.length;
    for (const group of groups) nodesOf.push(base + group);
    const outputs = Array.from({ length: Math.max(-1, ...groups) + 1 }, () => new Set<number>());
    rows.forEach(({ unit, output }) => unit >= 0 && outputs[groups[leaf[unit]]].add(output));
    outputs.forEach((_, group) => {
      typical.push(rows.findIndex(({ unit }) => unit >= 0 && groups[leaf[unit]] === group));
      names.push(`point ${group}`);
      varies.push("");
    });
    const sorted = [...outputs.keys()].sort(
      (a, b) => Number(isFrame(l, a)) - Number(isFrame(l, b)) || outputs[b].size - outputs[a].size || a - b,
    );
    counts.push(sorted.filter((group) => !isFrame(l, group)).length);
    return view(Int32Array.from(sorted, (group) => base + group));
  });
  const u32 = (value: (row: Row) => number) => view(Uint32Array.from(rows, value));
  return {
    prompt: 0,
    found: 1,
    output: u32(({ output }) => output),
    start: u32(({ start }) => start),
    end: u32(({ end }) => end),
    unit: u32(({ unit }) => (unit < 0 ? NOT_COMPARED : unit)),
    position: view(Float32Array.from(rows, ({ position }) => position)),
    leaf: view(Int32Array.from(leaf)),
    granularities,
    levels: view(Int32Array.from(nodesOf)),
    order,
    points: counts,
    typical: view(Uint32Array.from(typical)),
    names,
    varies,
    by_hand: view(new Uint8Array(typical.length)),
    similarity: view(new Uint8Array(levels.length * leaf.length).fill(200)),
    differs: view(new Uint8Array(levels.length * leaf.length)),
  };
}

/**
 * The points of the fixture: outputs 0, 1 and 2 say something about apples, 3 and 4 about the river, 5 about a shell; at the
 * coarse level the first two are one point.
 */
export function fixturePoints(change: object = {}) {
  const rows = TEXTS.map((text, i) => ({ output: i, start: 0, end: text.length, unit: i, position: i / 10 }));
  const levels = [
    [0, 0, 1],
    [0, 1, 2],
  ];
  return { ...encode(rows, [0, 0, 0, 1, 1, 2], levels), ...change };
}
