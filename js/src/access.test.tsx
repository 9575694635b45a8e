// @vitest-environment happy-dom
// Use without a mouse and with a screen reader.
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
  return [...host.querySelectorAll<HTMLElement>(".outlens")].at(-1)!;
}

const view = (array: ArrayBufferView) => new DataView(array.buffer, array.byteOffset, array.byteLength);
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

describe("announcements", () => {
  it("change the page each time, even for a repeated sentence", async () => {
    const root = show();
    const status = root.querySelector(".ol-status")!;
    const heard: string[] = [];
    const observer = new MutationObserver(() => heard.push(status.textContent!));
    observer.observe(status, { childList: true, characterData: true, subtree: true });
    for (let k = 0; k < 3; k++) {
      press(root.querySelector(".ol-list")!, "c");
      await drawn();
    }
    observer.disconnect();
    expect(heard.map((text) => text.trim())).toEqual(Array(3).fill("Nothing selected"));
    expect(heard[0]).not.toBe(heard[1]);
    expect(heard[1]).not.toBe(heard[2]);
  });

  it("include that a search takes long, and its result", async () => {
    vi.useFakeTimers();
    let receive: (reply: unknown, buffers: DataView[]) => void = () => {};
    const model = new PageModel({ ...traits(), _paged: true });
    const asked: { id: number; kind: string }[] = [];
    model.send = (message) => void asked.push(message as (typeof asked)[number]);
    const on = model.on.bind(model);
    model.on = (name, callback) => (name === "msg:custom" ? void (receive = callback) : on(name, callback));
    const lens = makeLens(model, new AbortController().signal);
    lens.settings.set({ query: "river" });
    vi.runAllTimers();
    expect(lens.announce.status.value).toBe("searching…");
    receive({ kind: "found", id: asked.find(({ kind }) => kind === "find")!.id, prompt: 0 }, [
      new DataView(Uint32Array.of(3, 4).buffer),
    ]);
    await vi.runAllTimersAsync();
    expect(lens.announce.status.value).toBe("2 outputs match");
  });

  it("include that a prompt is being prepared, and that it is ready", async () => {
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

  it("are not made for a prompt that is ready at once", () => {
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

  /** The pixels by which the points moved. */
  const moves = (pan: { mock: { calls: number[][] } }) => pan.mock.calls.map(([dx, dy]) => `${dx},${dy}`);

  it("pans with Shift and an arrow, by a fifth of its size", async () => {
    const root = show({ view: { ...(traits().view as object), side: "map" } });
    await vi.waitFor(() => expect(root.querySelector(".ol-map canvas")).not.toBeNull());
    const pan = vi.spyOn(CanvasMap.prototype, "panBy").mockReturnValue();
    const map = root.querySelector(".ol-map")!;
    for (const key of ["ArrowRight", "ArrowLeft", "ArrowDown", "ArrowUp"]) {
      expect(press(map, key, { shiftKey: true }).defaultPrevented).toBe(true);
    }
    expect(moves(pan)).toEqual(["-80,0", "80,0", "0,-60", "0,60"]);
    await drawn();
    // The cursor did not move to a point.
    expect(root.querySelector(".ol-status")!.textContent).toBe("");
  });

  it("has buttons for panning while the pan tool is chosen", async () => {
    const root = show({ view: { ...(traits().view as object), side: "map" } });
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

  it("leaves Shift and an arrow to the notebook if anything else is focused", () => {
    const root = show({ view: { ...(traits().view as object), side: "map" } });
    const seen: string[] = [];
    host.addEventListener("keydown", (event) => seen.push(event.key));
    const down = (selector: string) => press(root.querySelector(selector)!, "ArrowDown", { shiftKey: true });
    for (const selector of [".ol-map", ".ol-search-input"]) down(selector);
    expect(seen).toEqual([]);
    for (const selector of [".ol-list", ".ol-tablist button"]) down(selector);
    expect(seen).toEqual(["ArrowDown", "ArrowDown"]);
  });

  it("has its keys in the list of keys", () => {
    expect(COMMANDS.find(({ shown }) => shown.startsWith("Shift+←"))?.words).toContain("move the map");
  });
});

describe("a card", () => {
  const stops = (within: Element) =>
    [within, ...within.querySelectorAll("button, input, select, [tabindex]")].filter(
      (element) => element.matches("button, input, select, [tabindex]") && element.getAttribute("tabindex") !== "-1",
    );
  const cards = (root: HTMLElement) => [...root.querySelectorAll<HTMLElement>(".ol-list article")];

  it("is one Tab stop, including its tags, note and equal outputs", async () => {
    const root = show({ _keys: ["a", "b", "c", "d", "e", "f"], _variant: view(Uint32Array.of(0, 0, 2, 3, 4, 5)) });
    press(root.querySelector(".ol-list")!, "j");
    press(root.querySelector(".ol-list")!, "s");
    press(root.querySelector(".ol-list")!, "t");
    await drawn();
    const field = root.querySelector<HTMLInputElement>("[role=combobox]")!;
    field.value = "odd";
    field.dispatchEvent(new Event("input", { bubbles: true }));
    await drawn();
    press(field, "Enter");
    press(root.querySelector(".ol-list")!, "e");
    await drawn();
    const note = root.querySelector<HTMLTextAreaElement>(".ol-note-field")!;
    note.value = "a note";
    press(note, "Enter");
    await vi.waitFor(() => expect(root.querySelectorAll(".ol-list .ol-note-of button")).toHaveLength(1));
    expect(root.querySelectorAll(".ol-list .ol-chips button")).toHaveLength(1);
    expect(root.querySelectorAll(".ol-list .ol-copies")).toHaveLength(1);
    expect(cards(root).map(stops)).toEqual(cards(root).map((card) => [card]));
    expect(cards(root)).toHaveLength(5);
  });

  it("is entered with an arrow, which goes from button to button and back to the card", async () => {
    const root = show();
    const [card] = cards(root);
    const controls = [...card.querySelectorAll<HTMLElement>("button, input")];
    card.focus();
    const right = () => {
      const event = press(document.activeElement!, "ArrowRight");
      expect(event.defaultPrevented).toBe(true);
      return document.activeElement;
    };
    expect(controls.map(right)).toEqual(controls);
    expect(right()).toBe(card);
    press(card, "ArrowLeft");
    expect(document.activeElement).toBe(controls.at(-1));
    // Enter presses the focused button, as everywhere.
    expect(press(document.activeElement!, "Enter").defaultPrevented).toBe(false);
  });

  it("becomes the current output on Enter, which goes to its first button", async () => {
    const root = show();
    const second = cards(root)[1];
    second.focus();
    press(second, "Enter");
    await drawn();
    expect(second.getAttribute("aria-current")).toBe("true");
    expect(document.activeElement).toBe(second.querySelector("button"));
  });

  it("becomes the current output on a click on its margin, which focuses it", async () => {
    const root = show();
    const second = cards(root)[1];
    second.click();
    await drawn();
    expect(second.getAttribute("aria-current")).toBe("true");
  });

  it("passes the focus on with j and k", async () => {
    const root = show();
    cards(root)[0].focus();
    press(cards(root)[0], "j");
    press(cards(root)[0], "j");
    await drawn();
    expect(document.activeElement).toBe(cards(root)[1]);
  });

  it("and a row of the clusters are one Tab stop each", async () => {
    const root = show();
    const rows = [...root.querySelectorAll<HTMLElement>(".ol-row")];
    expect(rows.map((row) => stops(row).map((stop) => stop.className.split(" ")[0]))).toEqual(
      rows.map(() => ["ol-name"]),
    );
    const name = rows[0].querySelector<HTMLElement>(".ol-name")!;
    name.focus();
    press(name, "ArrowRight");
    expect(document.activeElement!.className).toContain("ol-rename");
  });
});

describe("two widgets on a page", () => {
  it("share no id, and every referenced id exists", async () => {
    const seen: string[][] = [];
    for (let k = 0; k < 2; k++) {
      const root = show({ _keys: ["a", "b", "c", "d", "e", "f"] });
      press(root.querySelector(".ol-list")!, "j");
      press(root.querySelector(".ol-list")!, "t");
      await drawn();
      const field = root.querySelector<HTMLInputElement>("[role=combobox]")!;
      field.value = "odd";
      field.dispatchEvent(new Event("input", { bubbles: true }));
      await drawn();
      const ids = [...root.querySelectorAll("[id]")].map(({ id }) => id);
      expect(new Set(ids).size).toBe(ids.length);
      for (const name of ["aria-controls", "aria-activedescendant"]) expect(ids).toContain(field.getAttribute(name));
      seen.push(ids);
    }
    expect(seen[0].filter((id) => seen[1].includes(id))).toEqual([]);
  });
});
