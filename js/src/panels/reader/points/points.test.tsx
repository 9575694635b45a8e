// @vitest-environment happy-dom
import { render } from "preact";
import { describe, expect, it, vi } from "vitest";
import type { Lens } from "../../../core/lens";
import { press } from "../../../keys/commands";
import { inNotebook, make } from "../../../testing/fixture";
import { encode, fixturePoints } from "../../../testing/points";
import { draw, host } from "../../../testing/stage";
import { Points } from "./points";
import { leadOf } from "./row";

const drawn = () => new Promise((resolve) => setTimeout(resolve));

function show(lens: Lens): HTMLElement {
  lens.settings.set({ mode: "points", points_granularity: 1 });
  return draw(Points, lens);
}

const mains = () => [...host.querySelectorAll<HTMLElement>(".ol-point-main")];
const texts = () => mains().map((main) => main.textContent.trim());
const counts = () => [...host.querySelectorAll(".ol-point-count")].map((count) => count.textContent.trim());
const named = (name: string) => [...host.querySelectorAll("button")].find((b) => b.textContent.trim() === name)!;
const key = (target: Element, name: string) =>
  target.dispatchEvent(new KeyboardEvent("keydown", { key: name, bubbles: true, cancelable: true }));

describe("the list of points", () => {
  it("has the points of several outputs, and what one output says in a folded section", async () => {
    show(make({ _points: fixturePoints() }).lens);
    expect(counts()).toEqual(["3 of 6", "2 of 6"]);
    expect(texts()).toEqual(["point 0. apple pie", "point 1. river", "Said by one output only (1)"]);
    mains()[2].click();
    await drawn();
    expect(texts()[3]).toContain("🐚 shell");
    expect(texts()[3]).toContain("row f");
  });

  it("folds frames in a line of their own, and says so if nothing else is left", async () => {
    const rows = [0, 1].map((output) => ({ output, start: 0, end: 5, unit: 0, position: 0 }));
    show(make({ _points: encode(rows, [0], [[0]], () => true) }).lens);
    expect(texts()).toEqual(["Greetings, headings and closings (1)"]);
    expect(host.querySelector(".ol-note")!.textContent).toBe("No points: these outputs share no content.");
  });

  it("has the shares by source, with exact numbers", () => {
    show(make({ _points: fixturePoints() }).lens);
    const [apples] = host.querySelectorAll(".ol-strip");
    expect(apples.getAttribute("aria-label")).toBe("m1: 2 of 3 (67 %); m2: 1 of 2 (50 %)");
  });

  it("counts the outputs that a search lists", async () => {
    const { lens } = make({ _points: fixturePoints() });
    show(lens);
    lens.settings.set({ query: "river" });
    await drawn();
    expect(counts()).toEqual(["2 of 2 listed"]);
    lens.settings.set({ query: "no such text" });
    await drawn();
    expect(host.textContent).toContain("None of the outputs");
  });

  it("selects those that make a point, with Alt the others, and adds with Shift", () => {
    const { lens } = make({ _points: fixturePoints() });
    show(lens);
    const [apples, river] = host.querySelectorAll(".ol-point-count");
    const click = (target: Element, more: object) =>
      target.dispatchEvent(new MouseEvent("click", { bubbles: true, ...more }));
    click(river, {});
    expect([...lens.selection.ids.value]).toEqual([3, 4]);
    click(apples, { shiftKey: true });
    expect([...lens.selection.ids.value]).toEqual([0, 1, 2, 3, 4]);
    lens.selection.clear();
    click(apples, { altKey: true });
    expect([...lens.selection.ids.value]).toEqual([3, 4, 5]);
  });
});

describe("an open point", () => {
  it("lists its wordings and inks the words that the typical one has not", async () => {
    const { lens } = make({ _points: fixturePoints() });
    show(lens);
    mains()[0].click();
    await drawn();
    expect([...host.querySelectorAll(".ol-wording .ol-text")].map((text) => text.textContent)).toEqual([
      "apple pie",
      "apple tart",
      "Apple",
    ]);
    expect([...host.querySelectorAll(".ol-vary")].map((word) => word.textContent)).toEqual(["tart"]);
    named("the other 3").click();
    expect([...lens.selection.ids.value]).toEqual([3, 4, 5]);
  });

  it("opens the output of a wording in place with a click on its text", async () => {
    const { lens } = make({ _points: fixturePoints() });
    show(lens);
    mains()[0].click();
    await drawn();
    host.querySelectorAll<HTMLElement>(".ol-wording .ol-text")[1].click();
    await drawn();
    expect(host.querySelector(".ol-in-place article")!.getAttribute("aria-label")).toContain("row b");
  });

  it("counts the numbers in its wordings, and selects the outputs that have one", async () => {
    const { lens } = make({ _points: fixturePoints() });
    const said = ["Add 4 oz of juice", "Add 6 oz of juice", "Pour in 4 oz of juice", "Add 4 oz of juice"];
    const encoded = said.map((text) => new TextEncoder().encode(text));
    const offsets = new Uint32Array(7);
    for (let i = 0; i < 6; i++) offsets[i + 1] = offsets[i] + (encoded[i]?.length ?? 0);
    const bytes = new Uint8Array(offsets[6]);
    encoded.forEach((part, i) => bytes.set(part, offsets[i]));
    const rows = said.map((text, i) => ({ output: i, start: 0, end: text.length, unit: i % 3, position: 0 }));
    const points = encode(rows, [0, 0, 0], [[0]]);
    const drinks = make({
      _texts: new DataView(bytes.buffer),
      _offsets: new DataView(offsets.buffer),
      _points: { ...points, differs: new DataView(Uint8Array.of(0, 1, 0).buffer) },
    }).lens;
    expect(lens).not.toBe(drinks);
    show(drinks);
    mains()[0].click();
    await drawn();
    const numbers = [...host.querySelectorAll<HTMLElement>(".ol-point-numbers button")];
    expect(numbers.map((button) => button.textContent)).toEqual(["4 oz3", "6 oz1"]);
    expect(host.querySelector(".ol-flag")!.textContent).toBe("a number differs");
    numbers[0].click();
    expect([...drinks.selection.ids.value]).toEqual([0, 2, 3]);
  });
});

describe("the keyboard", () => {
  it("has one row as Tab stop, and j, k and the arrows go from row to row", async () => {
    const { lens } = make({ _points: fixturePoints() });
    show(lens);
    const stops = () => mains().flatMap((main, k) => (main.tabIndex === 0 ? [k] : []));
    expect(stops()).toEqual([0]);
    await vi.waitFor(() => expect(lens.reading.walk).not.toBeNull());
    host.querySelector<HTMLElement>(".ol-list")!.focus();
    const type = (name: string) =>
      press(
        { lens, root: host, target: document.activeElement as HTMLElement },
        new KeyboardEvent("keydown", { key: name }),
      );
    type("j");
    await drawn();
    expect(stops()).toEqual([0]);
    expect(document.activeElement).toBe(mains()[0]);
    expect(lens.announce.status.value).toBe("3 of 6: apple pie");
    key(mains()[0], "ArrowDown");
    await drawn();
    expect(document.activeElement).toBe(mains()[1]);
    type("j");
    type("j");
    await drawn();
    expect(document.activeElement).toBe(mains()[2]);
    type("k");
    await drawn();
    key(document.activeElement!, "ArrowLeft");
    expect(document.activeElement!.className).toContain("ol-point-count");
    type("x");
    expect([...lens.selection.ids.value]).toEqual([3, 4]);
    type("[");
    expect(lens.settings.get("points_granularity")).toBe(0);
  });
});

describe("corrections by hand", () => {
  const notebook = () => {
    const { lens, asked } = inNotebook({ _points: fixturePoints() });
    show(lens);
    const values = () => asked.filter(({ action }) => action === "point").map(({ value }) => JSON.parse(String(value)));
    return { lens, values };
  };

  it("rename a point in place with F2: Enter keeps the name, Escape and the same name change nothing", async () => {
    const { values } = notebook();
    const rename = async (name: string, end: string) => {
      key(mains()[0], "F2");
      await drawn();
      const field = host.querySelector<HTMLInputElement>(".ol-name-field")!;
      expect(field.value).toBe("point 0");
      field.value = name;
      key(field, end);
      await drawn();
      expect(host.querySelector(".ol-name-field")).toBeNull();
    };
    await rename("dropped", "Escape");
    await rename("point 0", "Enter");
    expect(values()).toEqual([]);
    await rename("pies", "Enter");
    await rename("", "Enter");
    const sent = { do: "name", rows: [0], found: 1, granularity: 1 };
    expect(values()).toEqual([
      { ...sent, name: "pies" },
      { ...sent, name: "" },
    ]);
  });

  it("merge with the point that is chosen next; Cancel and the same point do nothing", async () => {
    const { lens, values } = notebook();
    const begin = async () => {
      host.querySelector<HTMLElement>("[aria-label='Merge point 0 with…']")!.click();
      await drawn();
      expect(host.querySelector(".ol-merging")!.textContent).toContain("the same as “point 0”");
    };
    await begin();
    named("Cancel").click();
    await drawn();
    expect(host.querySelector(".ol-merging")).toBeNull();
    await begin();
    mains()[0].click();
    expect(values()).toEqual([]);
    await drawn();
    await begin();
    mains()[1].click();
    await drawn();
    expect(values()).toEqual([{ do: "merge", rows: [0, 3], found: 1, granularity: 1 }]);
    expect(lens.points.isOpen(1)).toBe(false);
  });

  it("split off a wording, and keep open and current points when the corrected ones arrive", async () => {
    const { lens, model } = inNotebook({ _points: fixturePoints() });
    show(lens);
    mains()[0].click();
    await drawn();
    expect([...host.querySelectorAll("button")].filter((b) => b.textContent === "Split off")).toHaveLength(3);
    const rows = [0, 1, 2, 3, 4, 5].map((output) => ({ output, start: 0, end: 3, unit: output, position: 0 }));
    const corrected = encode(rows, [0, 1, 0, 2, 2, 3], [[0, 1, 2, 3]], () => false, [1]);
    model.set("_points", { ...corrected, by_hand: new DataView(Uint8Array.of(1, 0, 2, 3).buffer) });
    await drawn();
    expect(lens.points.isOpen(lens.points.groupOf(0))).toBe(true);
    expect(lens.points.isOpen(lens.points.groupOf(1))).toBe(false);
    expect(lens.points.currentGroup.value).toBe(lens.points.groupOf(0));
    expect(texts()[0]).toContain("corrected by hand");
    expect(texts()[1]).toContain("named by hand");
    model.set("_points", { ...corrected, found: 2 });
    expect(lens.points.currentGroup.value).toBe(-1);
  });

  it("tag the outputs that make it, also in a page, which offers nothing else", async () => {
    const { lens } = make({ _points: fixturePoints() });
    show(lens);
    const acts = [...host.querySelectorAll(".ol-quiet button")].map((button) => button.getAttribute("aria-label"));
    expect(acts).toEqual(["Tag point 0", "Tag point 1"]);
    host.querySelectorAll<HTMLElement>(".ol-quiet button")[1].click();
    expect([...lens.selection.ids.value]).toEqual([3, 4]);
    expect(lens.tagging.field.value!.what).toBe("2 outputs that say “point 1”");
  });
});

it("shows a point that a click elsewhere leads to, in its section", async () => {
  const { lens } = make({ _points: fixturePoints() });
  show(lens);
  lens.points.show(5);
  await vi.waitFor(() => expect(texts()).toHaveLength(4));
  expect(mains()[3].getAttribute("aria-expanded")).toBe("true");
});

describe("before there are points", () => {
  it("shows the progress, and stops and continues", async () => {
    const { lens, model, asked } = inNotebook();
    show(lens);
    expect(host.textContent).toBe("Looking for points…");
    const progress = { prompt: 0, status: "running", says: "comparing units", left: "2 s left", share: 0.5 };
    model.set("_points_progress", progress);
    await drawn();
    expect(host.querySelector("progress")!.value).toBe(0.5);
    named("Stop").click();
    model.set("_points_progress", { ...progress, status: "stopped", says: "stopped" });
    await drawn();
    named("Continue").click();
    expect(asked.map(({ kind }) => kind)).toEqual(["points", "stop", "points"]);
    model.set("_points", fixturePoints());
    await drawn();
    expect(counts()).toEqual(["3 of 6", "2 of 6"]);
  });

  it("shows why they could not be made, and what a page lacks", () => {
    show(inNotebook({ _points: { error: "too many units" } }).lens);
    expect(host.textContent).toBe("too many unitsTry again");
    render(null, host);
    show(make().lens);
    expect(host.textContent).toBe("This page was written without points.");
  });
});

it("puts the name before a text that does not begin with it, and finds the lead of one that does", () => {
  expect(leadOf("Water the plants.", "Be kind")).toEqual({ own: "Be kind", lead: 0 });
  expect(leadOf("Water the plants.", "Water the plants")).toEqual({ own: "", lead: 0 });
  expect(leadOf("Be patient: grief takes time", "Be patient")).toEqual({ own: "", lead: 11 });
  expect(leadOf("At 10:30 call them", "At 10:30 call them")).toEqual({ own: "", lead: 0 });
});
