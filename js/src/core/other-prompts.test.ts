import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { make, traits } from "../testing/fixture";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A lens with its questions, and a function that answers one with a count for each prompt. */
function asking() {
  const { lens, model } = make({}, true);
  const asked: any[] = [];
  model.send = (message) => void asked.push(message);
  const answer = async (...counts: number[]) => {
    const { id, prompt } = asked.at(-1);
    model.answer({ kind: "counted", id, prompt }, [new DataView(Uint32Array.from(counts).buffer)]);
    await vi.runAllTimersAsync();
  };
  return { lens, asked, answer };
}

it("counts matches in other prompts, not in the current one", async () => {
  const { lens, asked, answer } = asking();
  lens.settings.set({ query: "ri" });
  lens.settings.set({ query: "riv" });
  expect(asked).toEqual([]);
  await vi.runAllTimersAsync();
  expect(asked).toMatchObject([{ kind: "count", query: "riv", regex: false }]);
  expect(lens.otherPrompts.words.value).toBe("");
  await answer(2, 110);
  expect(lens.otherPrompts.list.value).toEqual([{ prompt: 1, label: "Why?", count: 110 }]);
  expect(lens.otherPrompts.words.value).toBe("110 in 1 other prompt");
  // The next query has no answer yet.
  lens.settings.set({ query: "rive" });
  expect(lens.otherPrompts.words.value).toBe("");
});

it("shows nothing for an empty answer, and asks nothing with a single prompt", async () => {
  const { lens, answer } = asking();
  lens.settings.set({ query: "riv" });
  await vi.runAllTimersAsync();
  await answer();
  expect(lens.otherPrompts.words.value).toBe("");
  const one = make({ _info: { ...(traits()._info as object), prompts: [{ label: "What?", n: 6 }] } }, true);
  const send = vi.spyOn(one.model, "send");
  one.lens.settings.set({ query: "riv" });
  await vi.runAllTimersAsync();
  expect(send).not.toHaveBeenCalled();
});

it("searches in the page without a kernel", async () => {
  const page = (text: string) => {
    const bytes = new TextEncoder().encode(text);
    const offsets = Uint32Array.of(0, bytes.length);
    return { _texts: new DataView(bytes.buffer), _offsets: new DataView(offsets.buffer) };
  };
  const { lens } = make({ _pages: [{ _texts: traits()._texts, _offsets: traits()._offsets }, page("a River runs")] });
  lens.settings.set({ query: "river" });
  await vi.runAllTimersAsync();
  expect(lens.otherPrompts.words.value).toBe("1 in 1 other prompt");
  lens.settings.set({ query: "r.v", regex: true });
  await vi.runAllTimersAsync();
  expect(lens.otherPrompts.words.value).toBe("1 in 1 other prompt");
});
