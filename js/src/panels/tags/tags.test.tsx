// @vitest-environment happy-dom
import { type ComponentChild, h, render } from "preact";
import { expect, it, vi } from "vitest";
import type { Lens } from "../../core/lens";
import { make } from "../../testing/fixture";
import { busy, setTagged, showPrompt } from "../../testing/tagged";
import { LensContext } from "../use-lens";
import { Chips } from "./chips";
import { Notes } from "./notes";
import { Saved } from "./saved";
import { TagBar } from "./tag-bar";

function draw(lens: Lens, el: HTMLElement, ...children: ComponentChild[]) {
  render(h(LensContext.Provider, { value: lens, children }), el);
}

/** A card's tags and what is saved, while the kernel is busy. */
function drawn() {
  const made = busy();
  const el = document.createElement("div");
  draw(made.lens, el, h(Saved, {}), h(Chips, { id: 1 }));
  return { ...made, el };
}

it("shows a tag as waiting until Python has saved it", async () => {
  const { lens, sent, el } = drawn();
  expect(el.textContent).toContain("saved");
  lens.tagging.toggle("late", [1]);
  await vi.waitFor(() => expect(el.textContent).toContain("saving 1 change"));
  expect(el.querySelector(".ol-waits")?.textContent).toBe("late");
  expect(sent).toMatchObject([{ kind: "tags", action: "tag", value: "late", prompt: 0 }]);
  // Toggled again, the tag is removed, which waits as well.
  lens.tagging.toggle("late", [1]);
  expect(sent[1]).toMatchObject({ action: "untag" });
  await vi.waitFor(() => expect(el.querySelector(".ol-tag")).toBeNull());
});

it("undoes a waiting gesture, and reports when there is nothing to undo", async () => {
  const { lens, sent, el } = drawn();
  const undo = el.querySelector<HTMLButtonElement>('[aria-label="Undo"]')!;
  expect(undo.getAttribute("aria-disabled")).toBe("true");
  lens.tagging.undo("undo");
  expect(sent).toEqual([]);
  expect(lens.tagging.result.value).toBe("Nothing to undo");
  lens.tagging.toggle("late", [1]);
  await vi.waitFor(() => expect(undo.getAttribute("aria-disabled")).toBe("false"));
  undo.click();
  expect(sent.map(({ action }) => action)).toEqual(["tag", "undo"]);
});

it("reports how many of a card's equal outputs have a tag", async () => {
  // Two of the first three outputs have it; the card stands for all three.
  const { lens, model } = make({ _variant: new DataView(Uint32Array.of(0, 0, 0, 1, 2, 3).buffer) });
  const sent: any[] = [];
  model.send = (content) => void sent.push(content);
  setTagged(lens, {
    names: ["odd"],
    define: [{ color: 0, description: "", key: "" }],
    bits: Uint8Array.of(0b110),
    notes: [[1, 0, "why?"]],
  });
  expect(lens.listing.copies(0)).toEqual([0, 1, 2]);
  const el = document.createElement("div");
  draw(lens, el, h(Chips, { id: 0 }), h(Notes, { id: 0 }));
  expect(el.querySelector(".ol-tag")!.textContent).toBe("odd 2 of 3");
  expect(el.querySelector(".ol-note-of")!.textContent).toContain("why?");
  expect(lens.listing.nextUntagged()).toBe(0);
  // A click adds the tag to all; if all have it, a click removes it.
  el.querySelector<HTMLElement>(".ol-tag")!.click();
  expect(sent[0]).toMatchObject({ action: "tag", value: "odd" });
  await vi.waitFor(() => expect(el.querySelector(".ol-tag")!.textContent).toBe("odd"));
  el.querySelector<HTMLElement>(".ol-tag")!.click();
  expect(sent[1]).toMatchObject({ action: "untag", value: "odd" });
  lens.tagging.star([1]);
  expect(lens.tags.stars([0, 1, 2])).toBe(1);
});

/** The footer with an open note for an output. */
async function noting(ids: number[], notes: [number, number, string][] = []) {
  const { lens, sent, model } = busy();
  const el = document.createElement("div");
  document.body.append(el);
  draw(lens, el, h(TagBar, {}));
  setTagged(lens, { annotators: ["ann"], notes });
  lens.tagging.write({ ids, what: "this output" });
  await vi.waitFor(() => expect(el.querySelector("textarea")).not.toBeNull());
  return { lens, sent, el, model, area: el.querySelector("textarea")! };
}

it("keeps an unfinished note with its output when its field disappears", async () => {
  for (const leave of ["prompt", "widget", "blur"]) {
    const { lens, sent, el, model, area } = await noting([1]);
    expect(document.activeElement).toBe(area);
    area.value = "half a thou";
    if (leave === "prompt") showPrompt(model, 1);
    else if (leave === "widget") render(null, el);
    else area.blur();
    await vi.waitFor(() => expect(sent).toHaveLength(1));
    expect(sent[0]).toMatchObject({ action: "note", value: "half a thou", prompt: 0 });
    expect(lens.tagging.draft.value).toBeNull();
    el.remove();
  }
});

it("saves no note if nothing was typed, even over the different notes of equal outputs", async () => {
  for (const notes of [
    [],
    [[0, 0, "A"]],
    [
      [0, 0, "A"],
      [1, 0, "B"],
    ],
  ] as [number, number, string][][]) {
    const { sent, area } = await noting([0, 1], notes);
    expect(area.value).toBe(notes.length === 1 ? "A" : "");
    area.blur();
    expect(sent).toEqual([]);
  }
});
