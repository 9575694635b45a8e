// @vitest-environment happy-dom
import { h, render } from "preact";
import { expect, it } from "vitest";
import { make, traits } from "../../testing/fixture";
import { LensContext } from "../use-lens";
import { Grid, gridOf } from "./grid";

const u32 = (...values: number[]) => new DataView(Uint32Array.from(values).buffer);

it("shows each of several equal outputs once, without a count", () => {
  const { lens } = make({ _variant: u32(0, 0, 0, 3, 4, 5) });
  lens.settings.set({ mode: "grid" });
  expect([...lens.listing.cards.value.ids]).toEqual([0, 1, 2, 3, 4, 5]);
  expect(lens.listing.copies(1)).toEqual([1]);
  const el = document.createElement("div");
  render(h(LensContext.Provider, { value: lens, children: h(Grid, {}) }), el);
  expect(el.querySelectorAll(".ol-copies").length).toBe(0);
  lens.settings.set({ mode: "cards" });
  expect(lens.listing.copies(1)).toEqual([0, 1, 2]);
});

it("reaches the columns after the first 24", () => {
  const count = 25;
  const columns = [
    { name: "model", kind: "category", by: true, categories: Array.from({ length: count }, (_, k) => `m${k}`) },
  ];
  const { lens } = make({
    _info: { ...(traits()._info as object), n: count, total: count, columns, labels: { start: 0, step: 1 } },
    _rows: u32(...Array.from({ length: count }, (_, k) => k)),
    _columns: { model: new DataView(Uint16Array.from({ length: count }, (_, k) => k).buffer) },
  });
  lens.settings.set({ mode: "grid", columns: "model" });
  const begin = gridOf(lens, 4);
  expect([begin.columns.length, begin.columns[23], begin.all]).toEqual([24, "m23", 25]);
  const end = gridOf(lens, 4, 24);
  expect([end.columns, end.rows, end.all]).toEqual([["m24"], [{ label: "", cells: [[24]] }], 25]);
});

it("has a column for each source if this prompt has few, whatever others have", () => {
  const categories = Array.from({ length: 40 }, (_, k) => `m${k}`);
  const { lens } = make({
    _info: { ...(traits()._info as object), columns: [{ name: "model", kind: "category", by: true, categories }] },
  });
  lens.settings.set({ mode: "grid" });
  expect(gridOf(lens, 4).columns).toEqual(["m0", "m1", "no value"]);
});
