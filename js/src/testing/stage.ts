// An element in which the tests of a file draw; it is emptied after each.
import { type ComponentType, h, render } from "preact";
import { afterEach, beforeEach } from "vitest";
import type { Lens } from "../core/lens";
import { LensContext } from "../panels/use-lens";

export const host = document.createElement("div");
host.className = "outlens";

beforeEach(() => document.body.append(host));
afterEach(() => {
  render(null, host);
  host.remove();
});

/** Draws a component of a lens. */
export function draw(component: ComponentType, lens: Lens): HTMLElement {
  render(h(LensContext.Provider, { value: lens, children: h(component, {}) }), host);
  return host;
}
