// @vitest-environment happy-dom
import { h, render } from "preact";
import { expect, it } from "vitest";
import { make } from "../../testing/fixture";
import { fixturePoints } from "../../testing/points";
import { LensContext } from "../use-lens";
import { Card } from "./card";

function card(id: number, view: object = {}) {
  const { lens } = make({ _points: fixturePoints() });
  lens.settings.set({ points_granularity: 1, layers: ["points"], ...view });
  const el = document.createElement("div");
  render(h(LensContext.Provider, { value: lens, children: h(Card, { id }) }), el);
  return { lens, el, line: () => el.querySelector(".ol-omissions")?.textContent };
}

it("lists the common points that an output leaves out", () => {
  // Three of six outputs talk about apples.
  expect(card(3).line()).toBe("Leaves out: point 0 (50 %)");
  expect(card(1).line()).toBe("Leaves out nothing that most outputs say");
});

it("is there with the layer, or with an order that follows from it", () => {
  expect(card(3, { layers: [] }).line()).toBeUndefined();
  expect(card(3, { layers: [], order: "complete" }).line()).toBe("Leaves out: point 0 (50 %)");
});

it("is folded in all cards, and leads to the point", async () => {
  const { lens, el, line } = card(3);
  const [fold, point] = el.querySelectorAll<HTMLElement>(".ol-omissions button");
  point.click();
  expect([lens.settings.get("mode"), lens.points.currentGroup.value]).toEqual(["points", 0]);
  fold.click();
  await new Promise((resolve) => setTimeout(resolve));
  expect(lens.settings.get("omissions")).toBe(false);
  expect(line()).toBe("Leaves out 1 common point");
});
