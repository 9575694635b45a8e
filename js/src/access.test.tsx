// @vitest-environment happy-dom
// What people need who use no mouse, or hear what is shown.
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { makeLens } from "./core/lens";
import { COMMANDS } from "./keys/commands";
import { CanvasMap } from "./map/canvas-map";
import { mount } from "./page";
import { PageModel } from "./page/page-model";
import { traits } from "./testing/fixture";

let host: HTMLElement;
let ends: (() => void)[];

function show(change: Record<string, unknown> = {}): HTMLElement {
  ends.push(mount(host, { ...traits(), ...change }));
  return host.querySelector(".outlens:last-child")!;
}

const drawn = () => new Promise((resolve) => setTimeout(resolve));

function press(target: Element, key: string, more: object = {}): KeyboardEvent {
  const event = new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...more });
  target.dispatchEvent(event);
  return event;
}

beforeEach(() => {
  ends = [];
  host = document.createElement("div");
  document.body.append(host);
});
afterEach(() => {
  vi.useRealTimers();
  for (const end of ends) end();
  host.remove();
});

describe("what is read out", () => {
  it("changes the page each time, also when the sentence is the same", async () => {
    const root = show();
    const status = root.querySelector(".ol-status")!;
    const heard: string[] = [];
    const observer = new MutationObserver(() => heard.push(status.textContent!));
    observer.observe(status, { childList: true, characterData: true, subtree: true });
    for (let k = 0; k < 3; k++) {
      press(root.querySelector(".ol-map")!, "c");
      await drawn();
    }
    observer.disconnect();
    expect(heard.map((text) => text.trim())).toEqual(Array(3).fill("Nothing selected"));
    expect(heard[0]).not.toBe(heard[1]);
    expect(heard[1]).not.toBe(heard[2]);
  });

  it("includes that a search takes long, and what it found", async () => {
    vi.useFakeTimers();
    let receive: (reply: unknown, buffers: DataView[]) => void = () => {};
    const model = new PageModel({ ...traits(), _paged: true });
    const asked: { id: number }[] = [];
    model.send = (message) => void asked.push(message as { id: number });
    const on = model.on.bind(model);
    model.on = (name, callback) => (name === "msg:custom" ? void (receive = callback) : on(name, callback));
    const lens = makeLens(model, new AbortController().signal);
    lens.settings.set({ query: "river" });
    vi.runAllTimers();
    expect(lens.announce.status.value).toBe("searching…");
    receive({ kind: "found", id: asked.at(-1)!.id, prompt: 0 }, [new DataView(Uint32Array.of(3, 4).buffer)]);
    await vi.runAllTimersAsync();
    expect(lens.announce.status.value).toBe("2 matches");
  });

  it("includes that a prompt is being prepared, and that it is there", async () => {
    vi.useFakeTimers();
    const model = new PageModel(traits());
    const lens = makeLens(model, new AbortController().signal);
    model.set("prompt_index", 1);
    vi.runAllTimers();
    expect(lens.announce.status.value).toBe("Preparing this prompt…");
    model.set("_info", { ...(traits()._info as object), prompt: 1 });
    vi.runAllTimers();
    expect(lens.announce.status.value).toBe("Ready: 6 outputs");
  });

  it("says nothing of a prompt that is there at once", () => {
    vi.useFakeTimers();
    const model = new PageModel(traits());
    const lens = makeLens(model, new AbortController().signal);
    model.set("prompt_index", 1);
    model.set("_info", { ...(traits()._info as object), prompt: 1 });
    vi.runAllTimers();
    expect(lens.announce.status.value).toBe("");
  });
});

describe("the map", () => {
  beforeEach(() => {
    vi.spyOn(HTMLElement.prototype, "clientWidth", "get").mockReturnValue(400);
    vi.spyOn(HTMLElement.prototype, "clientHeight", "get").mockReturnValue(300);
  });
  afterEach(() => vi.restoreAllMocks());

  /** Pixels that the points moved by. */
  const moves = (pan: { mock: { calls: number[][] } }) => pan.mock.calls.map(([dx, dy]) => `${dx},${dy}`);

  it("is moved with Shift and an arrow, by a fifth of what it shows", async () => {
    const root = show();
    await vi.waitFor(() => expect(root.querySelector(".ol-map canvas")).not.toBeNull());
    const pan = vi.spyOn(CanvasMap.prototype, "panBy").mockReturnValue();
    const map = root.querySelector(".ol-map")!;
    for (const key of ["ArrowRight", "ArrowLeft", "ArrowDown", "ArrowUp"]) {
      expect(press(map, key, { shiftKey: true }).defaultPrevented).toBe(true);
    }
    expect(moves(pan)).toEqual(["-80,0", "80,0", "0,-60", "0,60"]);
    await drawn();
    // No point was walked to.
    expect(root.querySelector(".ol-status")!.textContent).toBe("");
  });

  it("is moved by buttons too, while a drag moves it", async () => {
    const root = show();
    await vi.waitFor(() => expect(root.querySelector(".ol-map canvas")).not.toBeNull());
    const pan = vi.spyOn(CanvasMap.prototype, "panBy").mockReturnValue();
    const button = (name: string) =>
      root.querySelector<HTMLElement>(`[aria-label="Move the map"] [aria-label="${name}"]`);
    expect(button("Right")).toBeNull();
    press(root.querySelector(".ol-map")!, "p");
    await drawn();
    for (const name of ["Right", "Left", "Down", "Up"]) button(name)!.click();
    expect(moves(pan)).toEqual(["-80,0", "80,0", "0,-60", "0,60"]);
  });

  it("leaves Shift and an arrow to the notebook wherever else the focus is", () => {
    const root = show();
    const seen: string[] = [];
    host.addEventListener("keydown", (event) => seen.push(event.key));
    const down = (selector: string) => press(root.querySelector(selector)!, "ArrowDown", { shiftKey: true });
    for (const selector of [".ol-map", ".ol-search-input", "input[type=range]"]) down(selector);
    expect(seen).toEqual([]);
    for (const selector of [".ol-list", ".ol-name"]) down(selector);
    expect(seen).toEqual(["ArrowDown", "ArrowDown"]);
  });

  it("has its keys in the list of keys", () => {
    expect(COMMANDS.find(({ shown }) => shown.startsWith("Shift+←"))?.words).toContain("move the map");
  });
});
