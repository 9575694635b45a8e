import { expect, it } from "vitest";
import { make } from "../testing/fixture";
import { sourcesOf } from "./sources";

it("counts for each source its outputs, its different answers and how unusual they are", () => {
  const { lens } = make();
  // Outputs 0, 1, 4 are m1's and 2, 3 m2's; apple are 0 to 2, river 3 and 4; typical .9 .1 .5 .5 .3 0, so the ranks are
  // 0 4 1 2 3 5 of 5.
  expect(sourcesOf(lens).map(({ ids, cells }) => [ids, ...cells])).toEqual([
    [[0, 1, 4], "m1", 3, 2, "apple", Math.round((100 * (0 + 4 + 3)) / 3 / 5)],
    [[2, 3], "m2", 2, 2, "apple", Math.round((100 * (1 + 2)) / 2 / 5)],
  ]);
});

it("has no sources where no column says where outputs come from", () => {
  const { lens, model } = make();
  model.set("_info", { ...(model.get("_info") as object), source: null });
  expect(sourcesOf(lens)).toEqual([]);
});
