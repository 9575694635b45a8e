// @vitest-environment happy-dom
import { useSignal } from "@preact/signals";
import { render } from "preact";
import { useRef } from "preact/hooks";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { useDismiss } from "./dismiss";

function Shown() {
  const open = useSignal(true);
  const box = useRef<HTMLDivElement>(null);
  useDismiss(open.value, box, ".tip", () => (open.value = false));
  return (
    <div ref={box}>
      <button type="button">text</button>
      {open.value && <i class="tip">tip</i>}
    </div>
  );
}

const settled = () => new Promise((resolve) => setTimeout(resolve, 50));
let host: HTMLElement;

/** The widget's root, in the page or in a shadow root, with something shown in it. */
async function show(within: Node = host): Promise<HTMLElement> {
  const root = document.createElement("div");
  root.className = "outlens";
  within.appendChild(root);
  render(<Shown />, root);
  await settled();
  return root;
}

const tip = (root: HTMLElement) => root.querySelector(".tip");
const pressEscape = (target: Element) =>
  target.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true, composed: true }));
const press = (target: Element) =>
  target.dispatchEvent(new PointerEvent("pointerdown", { bubbles: true, composed: true }));

beforeEach(() => {
  host = document.createElement("div");
  document.body.append(host);
});
afterEach(() => host.remove());

it("closes on Escape in the widget, which then does nothing else", async () => {
  const root = await show();
  const keys: string[] = [];
  root.addEventListener("keydown", ({ key }) => keys.push(key));
  pressEscape(root.querySelector("button")!);
  await settled();
  expect(tip(root)).toBeNull();
  expect(keys).toEqual([]);
  pressEscape(root.querySelector("button")!);
  expect(keys).toEqual(["Escape"]);
});

it("stays open on Escape elsewhere on the page, where it does not listen", async () => {
  const added = [vi.spyOn(window, "addEventListener"), vi.spyOn(document, "addEventListener")];
  const root = await show();
  pressEscape(document.body);
  await settled();
  expect(tip(root)).not.toBeNull();
  for (const spy of added) {
    expect(spy).not.toHaveBeenCalled();
    spy.mockRestore();
  }
});

it("closes on a press outside it, but not on it", async () => {
  const root = await show();
  press(tip(root)!);
  await settled();
  expect(tip(root)).not.toBeNull();
  press(root.querySelector("button")!);
  await settled();
  expect(tip(root)).toBeNull();
});

it("closes in a shadow root too", async () => {
  const shadow = host.attachShadow({ mode: "open" });
  const [first, second] = [await show(shadow), await show(shadow)];
  pressEscape(first.querySelector("button")!);
  press(second.querySelector("button")!);
  await settled();
  expect([tip(first), tip(second)]).toEqual([null, null]);
});
