// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { make, traits } from "./testing/fixture";
import { CanvasMap } from "./map/canvas-map";
import { mount } from "./page";

let host: HTMLElement;
let end: () => void;

function show(change: Record<string, unknown> = {}): HTMLElement {
  end = mount(host, { ...traits(), ...change });
  return host.querySelector(".outlens")!;
}

const settled = () => new Promise((resolve) => setTimeout(resolve));

beforeEach(() => {
  host = document.createElement("div");
  document.body.append(host);
});
afterEach(() => {
  end();
  host.remove();
});

describe("the widget", () => {
  it("shows the prompt, the counts and the clusters", () => {
    const root = show();
    expect(root.querySelector(".ol-prompt")!.textContent).toBe("What?");
    const sentence = "6 outputs by 2 models: 2 clusters, the largest “apple”; 1 is blank.";
    expect(root.querySelector(".ol-summary")!.textContent).toBe(sentence);
    // A screen reader reads it on entering the widget.
    expect(root.querySelector("[role=region]")!.getAttribute("aria-label")).toBe(sentence);
    expect(root.querySelector(".ol-which")!.textContent).toMatch(/^1 of 2/);
    expect([...root.querySelectorAll(".ol-name")].map((e) => e.textContent)).toEqual([
      "apple",
      "river",
      "like no other",
    ]);
  });

  it("selects or shows the subject of a part of the summary", async () => {
    const root = show();
    const part = (text: string) =>
      [...root.querySelectorAll<HTMLElement>(".ol-summary [role=button]")].find((b) => b.textContent!.includes(text))!;
    part("blank").click();
    await settled();
    expect(root.querySelector(".ol-selected")!.textContent).toBe("1 selected");
    part("largest").click();
    await settled();
    expect(root.querySelector(".ol-selected")!.textContent).toBe("3 selected");
    part("6 outputs").click();
    await settled();
    expect(root.querySelector(".ol-list-menu")!.textContent).toContain("All 6");
  });

  it("keeps the focus on the map when a key takes the arrow buttons away", async () => {
    const root = show({ view: { ...(traits().view as object), side: "map", tool: "pan" } });
    const button = root.querySelector<HTMLElement>(".ol-pan button")!;
    button.focus();
    button.dispatchEvent(new KeyboardEvent("keydown", { key: "l", bubbles: true, cancelable: true }));
    await settled();
    expect(root.querySelector(".ol-pan")).toBeNull();
    expect(document.activeElement).toBe(root.querySelector(".ol-map"));
  });

  it.each([0, 1, 2])("is lower if it has almost nothing to show: %i outputs", (total) => {
    const root = show({ _info: { ...(traits()._info as object), total } });
    expect(root.querySelector(".ol-frame")!.classList.contains("ol-low")).toBe(total < 2);
  });

  it("counts the matches in the list if it shows only the selection", async () => {
    const root = show({
      selection: new DataView(Uint32Array.of(0, 4).buffer),
      view: { ...(traits().view as object), scope: "selected" },
    });
    const input = root.querySelector<HTMLInputElement>(".ol-search-input")!;
    const search = async (query: string) => {
      input.value = query;
      input.dispatchEvent(new Event("input"));
      await settled();
      return root.querySelector(".ol-search-count")!.textContent;
    };
    expect(await search("apple")).toBe("3 outputs match here, 1 listed");
    expect(await search("pie")).toBe("1 output matches here");
  });

  it("shows the panel of a part of the summary in place of a clicked word", () => {
    const { lens } = make();
    lens.reading.ask(0, 0);
    lens.summary.follow({ ...lens.summary.pieces.value[0], view: { panel: "phrases" } });
    expect(lens.reading.asked.value).toBeNull();
  });

  it.each(["Enter", " "])("follows a part of the summary on %j, without scrolling the page", async (key) => {
    const root = show();
    const part = [...root.querySelectorAll(".ol-summary [role=button]")].find((b) => b.textContent!.includes("blank"))!;
    const press = new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true });
    part.dispatchEvent(press);
    await settled();
    expect(root.querySelector(".ol-selected")!.textContent).toBe("1 selected");
    if (key === " ") expect(press.defaultPrevented).toBe(true);
  });

  it("shows the chosen prompt at once, and marks the panels as those of the previous one", async () => {
    const root = show();
    root.querySelector<HTMLElement>("[aria-label='Next prompt']")!.click();
    await settled();
    expect(root.querySelector(".ol-prompt")!.textContent).toBe("Why?");
    expect(root.querySelector(".ol-summary")!.textContent).toBe("Preparing…");
    expect(root.querySelector(".ol-body > .ol-preparing")!.textContent).toBe("Preparing this prompt…");
    // A tag for the prompt would go to the previous one.
    expect(root.querySelector(".ol-of-prompt")).toBeNull();
  });

  it("offers the outputs of a source that matches the search", async () => {
    const root = show();
    const search = root.querySelector<HTMLInputElement>(".ol-search-input")!;
    search.value = "m2";
    search.dispatchEvent(new Event("input", { bubbles: true }));
    await settled();
    const [button] = [...root.querySelectorAll<HTMLElement>(".ol-found button")].filter((b) =>
      b.textContent!.startsWith("Select 2"),
    );
    expect(button.textContent).toBe("Select 2 outputs of m2");
    button.click();
    await settled();
    expect(root.querySelector(".ol-selected")!.textContent).toBe("2 selected");
  });

  it("selects with a click on a cluster, and adds with Shift", async () => {
    const root = show();
    const [apple, river] = root.querySelectorAll<HTMLElement>(".ol-name");
    apple.click();
    await settled();
    expect(root.querySelector(".ol-selected")!.textContent).toBe("3 selected");
    river.dispatchEvent(new MouseEvent("click", { bubbles: true, shiftKey: true }));
    await settled();
    expect(root.querySelector(".ol-selected")!.textContent).toBe("5 selected");
  });

  it("announces the output reached with j and k, and zooms to a cluster by key", async () => {
    const root = show();
    const press = (target: Element, key: string) =>
      target.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
    press(root.querySelector(".ol-list")!, "j");
    await settled();
    expect(root.querySelector(".ol-status")!.textContent).toBe("m1, apple, apple pie");
    press(root.querySelector(".ol-list")!, "j");
    await settled();
    expect(root.querySelector(".ol-status")!.textContent).toBe("m1, apple, apple tart");
    const zoom = vi.spyOn(CanvasMap.prototype, "zoomTo");
    press(root.querySelectorAll(".ol-name")[1], "z");
    await vi.waitFor(() => expect(zoom.mock.calls.map(([ids]) => [...ids])).toEqual([[3, 4]]));
    expect(root.querySelector("[role=tab][aria-selected=true]")!.textContent).toBe("Map");
    root.querySelector<HTMLElement>("[role=tab]")!.click();
    await settled();
    press(root.querySelectorAll(".ol-name")[1], "F2");
    await settled();
    press(root.querySelector(".ol-row input")!, "z");
    expect(zoom).toHaveBeenCalledTimes(1);
    zoom.mockRestore();
  });

  it("keeps the focus in the list of keys while it is open", async () => {
    const root = show();
    const map = root.querySelector<HTMLElement>(".ol-list")!;
    const press = (key: string, more: object = {}) => {
      const event = new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...more });
      document.activeElement!.dispatchEvent(event);
      return event;
    };
    map.focus();
    press("?");
    await settled();
    const close = root.querySelector(".ol-help button")!;
    const dialog = root.querySelector<HTMLElement>(".ol-help")!;
    expect(document.activeElement).toBe(close);
    // The dimmed panels below take no keys.
    press("j");
    await settled();
    expect(root.querySelector(".ol-status")!.textContent).toBe("");
    for (const shiftKey of [false, true]) {
      expect(press("Tab", { shiftKey }).defaultPrevented).toBe(true);
      expect(document.activeElement).toBe(close);
      // The focus after a click beside the button.
      dialog.focus();
      expect(document.activeElement).toBe(dialog);
    }
    press("Tab");
    expect(document.activeElement).toBe(close);
    press("Escape");
    await settled();
    expect(document.activeElement).toBe(map);
    expect(press("Tab").defaultPrevented).toBe(false);
  });

  it("shows tags given in another tab of the page", async () => {
    const root = show({ _keys: ["a", "b", "c", "d", "e", "f"], _lens: "tabs" });
    const event = {
      id: "1".repeat(32),
      time: 5,
      annotator: "reader",
      key: "b",
      action: "tag",
      value: "elsewhere",
      gesture: "2".repeat(32),
      lens: "tabs",
    };
    localStorage.setItem("outlens:tags:tabs", JSON.stringify([event]));
    window.dispatchEvent(new Event("storage"));
    await vi.waitFor(() => expect(root.querySelector(".ol-tagbar .ol-tag")?.textContent).toContain("elsewhere"));
    localStorage.clear();
  });

  it("runs a toggling command once while its key is held", async () => {
    const root = show({ _keys: ["a", "b", "c", "d", "e", "f"] });
    const list = root.querySelector(".ol-list")!;
    const press = (key: string, repeat = false) =>
      list.dispatchEvent(new KeyboardEvent("keydown", { key, repeat, bubbles: true, cancelable: true }));
    press("j");
    for (const repeat of [false, true, true, true]) press("s", repeat);
    await settled();
    await vi.waitFor(() => expect(root.querySelectorAll("[aria-label=starred]")).toHaveLength(1));
    // To go on is what a key is held for.
    for (const repeat of [true, true]) press("j", repeat);
    await settled();
    expect(root.querySelector(".ol-status")!.textContent).toContain("Apple");
  });

  it("keeps plain keys from the notebook and lets the notebook's own keys through", () => {
    const root = show();
    const seen: string[] = [];
    host.addEventListener("keydown", (event) => seen.push(event.key));
    const map = root.querySelector(".ol-list")!;
    const press = (target: Element, key: string, more: object = {}) =>
      target.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...more }));
    for (const key of ["d", "d", "a", "b", "x", "z", "Backspace", "Enter", "ArrowDown"]) press(map, key);
    expect(seen).toEqual([]);
    press(map, "s", { ctrlKey: true });
    press(map, "Enter", { shiftKey: true });
    press(map, "Tab");
    press(map, "Escape");
    expect(seen).toEqual(["s", "Enter", "Tab", "Escape"]);
    press(root.querySelector(".ol-search-input")!, "Enter", { shiftKey: true });
    press(root.querySelector(".ol-search-input")!, "c", { ctrlKey: true });
    expect(seen).toHaveLength(4);
  });

  it("reports that there are no outputs", () => {
    const none = new DataView(new ArrayBuffer(0));
    const root = show({
      _info: { ...(traits()._info as object), n: 0, total: 0, columns: [], labels: [], source: null },
      _rows: none,
      _xy: none,
      _columns: {},
      _texts: none,
      _offsets: new DataView(new ArrayBuffer(4)),
      _leaf: none,
      _typical: none,
      _tree: { granularities: [0, 0.5, 1], levels: [[], [], []], order: [[], [], []], nodes: [] },
      _summary: [],
    }); // prettier-ignore
    expect(root.textContent).toContain("There are no outputs to read.");
  });
});
