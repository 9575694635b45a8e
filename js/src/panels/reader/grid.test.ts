// @vitest-environment happy-dom
import { h, render } from "preact";
import { expect, it } from "vitest";
import { make } from "../../testing/fixture";
import { LensContext } from "../use-lens";
import { Grid } from "./grid";

const u32 = (...values: number[]) => new DataView(Uint32Array.from(values).buffer);

it("shows each of several equal outputs once, without their number", () => {
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
