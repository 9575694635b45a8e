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

it("has no sources without a source column", () => {
  const { lens, model } = make();
  model.set("_info", { ...(model.get("_info") as object), source: null });
  expect(sourcesOf(lens)).toEqual([]);
});
