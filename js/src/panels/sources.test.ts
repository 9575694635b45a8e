// @vitest-environment happy-dom
import { type ComponentType, h, render } from "preact";
import { expect, it } from "vitest";
import { make, traits } from "../testing/fixture";
import { Clusters } from "./clusters/clusters";
import { LensContext } from "./use-lens";

/** A panel of a lens whose other prompts have one more model. */
function draw(panel: ComponentType): HTMLElement {
  const given = traits();
  const codes = Uint16Array.of(0, 0, 2, 2, 0, 65535);
  const { lens } = make({
    _info: {
      ...(given._info as object),
      columns: [{ name: "model", kind: "category", by: true, categories: ["m1", "m0", "m2"] }],
    },
    _columns: { model: new DataView(codes.buffer) },
  });
  const el = document.createElement("div");
  render(h(LensContext.Provider, { value: lens, children: h(panel, {}) }), el);
  return el;
}

it("draws a bar for each source of the current prompt", () => {
  const bars = draw(Clusters).querySelector(".ol-bars")!;
  expect(bars.children.length).toBe(2);
  expect(bars.getAttribute("aria-label")).toMatch(/^m1: \d of its 3 \(\d+ %\); m2: \d of its 2/);
});
