import { expect, it } from "vitest";
import { make } from "../../testing/fixture";
import { axes, gridOf } from "./grid";

// The sources of outputs 0 to 5 are m1 m1 m2 m2 m1 and none.
it("puts the source across, and the first outputs of all columns into the first row", () => {
  const { lens } = make();
  expect(axes(lens).map((column) => column?.name)).toEqual([undefined, "model"]);
  const { columns, rows, all } = gridOf(lens, 3);
  expect([columns, all]).toEqual([["m1", "m2", "no value"], 3]);
  expect(rows.map(({ cells }) => cells)).toEqual([
    [[0], [2], [5]],
    [[1], [3], []],
    [[4], [], []],
  ]);
});

it("moves a column from across to down on request", () => {
  const { lens } = make();
  lens.settings.set({ rows: "model" });
  const { columns, rows } = gridOf(lens, 3);
  expect(columns).toEqual([""]);
  expect(rows).toEqual([
    { label: "m1", cells: [[0, 1, 4]] },
    { label: "m2", cells: [[2, 3]] },
    { label: "no value", cells: [[5]] },
  ]);
});

it("holds only the listed outputs, in order, that pass its filter", () => {
  const { lens } = make();
  lens.settings.set({ order: "typical", filter: { column: "model", value: "m1" } });
  // Their typicality is 0.9, 0.1 and 0.3.
  expect(gridOf(lens, 3).rows.map(({ cells }) => cells)).toEqual([[[0]], [[4]], [[1]]]);
  lens.settings.set({ query: "river" });
  expect(gridOf(lens, 3).rows.map(({ cells }) => cells)).toEqual([[[4]]]);
  // A value of another prompt filters nothing.
  lens.settings.set({ query: "", filter: { column: "model", value: "m9" } });
  expect(
    gridOf(lens, 3)
      .rows.flatMap(({ cells }) => cells.flat())
      .sort(),
  ).toEqual([0, 1, 2, 3, 4, 5]);
});

it("without columns follows the list, with as many in a row as fit", () => {
  const { lens, model } = make();
  model.set("_info", { ...(model.get("_info") as object), source: null });
  expect(gridOf(lens, 4).rows.map(({ cells }) => cells)).toEqual([
    [[0], [1], [2], [3]],
    [[4], [5]],
  ]);
});
