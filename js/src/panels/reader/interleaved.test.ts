import { expect, it } from "vitest";
import { make } from "../../testing/fixture";
import { blocksOf } from "./interleaved";

const view = (array: ArrayBufferView) => new DataView(array.buffer, array.byteOffset, array.byteLength);

/**
 * Eight sentences: outputs 0, 1 and 2 have two each, 3 and 4 one, 5 none. The first sentences of 0, 1 and 2 form group
 * 0, with the same wording in 0 and 2; the second ones of 0 and 1 are identical but have no group; all others are
 * single.
 */
const ALIGNED = {
  strength: 1,
  enough: true,
  first: view(Uint32Array.of(0, 2, 4, 6, 7, 8, 8)),
  start: view(new Uint32Array(8)),
  end: view(new Uint32Array(8).fill(1)),
  group: view(Int32Array.of(0, -1, 0, -1, 0, -1, -1, -1)),
  unit: view(Uint32Array.of(10, 20, 11, 20, 10, 30, 40, 50)),
  times: view(new Uint16Array(8).fill(1)),
  // The wording of output 1 is the typical one; one of its numbers differs.
  flags: view(Uint8Array.of(0, 0, 9, 0, 0, 0, 0, 0)),
  position: view(Float32Array.of(0.2, 0.6, 0.3, 0.7, 0.2, 0.9, 0.1, 0.5)),
  vary_first: view(new Uint32Array(9)),
  vary: view(new Uint32Array()),
};

it("lists the most widely shared groups first; equal and single sentences come last", () => {
  const { lens } = make({ _aligned: ALIGNED });
  const blocks = blocksOf(lens).map(({ group, wordings, outputs }) => ({
    rank: group?.rank,
    units: wordings.map(({ units }) => units),
    outputs,
  }));
  expect(blocks).toEqual([
    // The typical wording first, then the most frequent one.
    { rank: 0, units: [[2], [0, 4]], outputs: [0, 1, 2] },
    { rank: undefined, units: [[1, 3]], outputs: [0, 1] },
    // In text order.
    { rank: undefined, units: [[6], [7], [5]], outputs: [] },
  ]);
});

it("lists a small group after a large one that comes later in the texts", () => {
  const group = view(Int32Array.of(1, 0, 1, 0, -1, 0, -1, -1));
  const { lens } = make({ _aligned: { ...ALIGNED, group } });
  expect(blocksOf(lens).map(({ group, outputs }) => [group?.rank, outputs.length])).toEqual([
    [0, 3],
    [1, 2],
    [undefined, 0],
  ]);
});

it("holds only the sentences of listed outputs", () => {
  const { lens } = make({ _aligned: ALIGNED });
  lens.selection.select([1, 4], "replace");
  expect(
    blocksOf(lens).map(({ group, wordings, outputs }) => [group?.rank, wordings.flatMap((w) => w.units), outputs]),
  ).toEqual([
    [0, [2], [1]],
    // The equal sentence of output 0 is not listed, so those of 1 and 4 are single.
    [undefined, [7, 3], []],
  ]);
});
