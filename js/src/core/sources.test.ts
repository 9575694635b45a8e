import { expect, it } from "vitest";
import { make } from "../testing/fixture";
import { sourcesOf } from "./sources";

it("counts each source's outputs and distinct answers, and how unusual they are", () => {
  const { lens } = make();
  // Outputs 0, 1 and 4 have source m1, 2 and 3 m2; apple has 0 to 2, river 3 and 4. The typicality is .9 .1 .5 .5 .3 0,
  // so the ranks are 0 4 1 2 3 5 of 5.
  expect(sourcesOf(lens).map(({ ids, cells }) => [ids, ...cells])).toEqual([
    [[0, 1, 4], "m1", 3, 2, "apple", Math.round((100 * (0 + 4 + 3)) / 3 / 5)],
    [[2, 3], "m2", 2, 2, "apple", Math.round((100 * (1 + 2)) / 2 / 5)],
  ]);
});

const view = (array: Uint16Array | Float32Array) => new DataView(array.buffer);

it("gives equally typical outputs one rank", () => {
  const { lens } = make({ _typical: view(Float32Array.of(0.5, 0.5, 0.5, 0.5, 0.5, 0.5)) });
  expect(sourcesOf(lens).map(({ cells }) => cells[4])).toEqual([50, 50]);
});

it("prefers a cluster to a single output as the most frequent", () => {
  // m2 has 2, which is in apple, and 5, which is in no cluster.
  const { lens } = make({
    _columns: { model: view(Uint16Array.of(0, 0, 1, 65535, 0, 1)), score: view(new Float32Array(6)) },
  });
  expect(sourcesOf(lens).map(({ ids, cells }) => [ids, cells[2], cells[3]])).toEqual([
    [[0, 1, 4], 2, "apple"],
    [[2, 5], 2, "apple"],
  ]);
});

it("has no sources without a source column", () => {
  const { lens, model } = make();
  model.set("_info", { ...(model.get("_info") as object), source: null });
  expect(sourcesOf(lens)).toEqual([]);
});
