import { describe, expect, it, vi } from "vitest";
import { make, TEXTS, traits } from "../testing/fixture";
import { PageModel } from "../page/page-model";
import { array } from "../wire/bytes";
import { Traits } from "../wire/traits";
import { State } from "./state";

const rows = (...values: number[]) => new DataView(Uint32Array.from(values).buffer);
const selection = (model: { get(name: string): unknown }) => [
  ...array(model.get("selection") as DataView, Uint32Array),
];

describe("selection", () => {
  it("is rows of the user's frame, sorted, and keeps those of other prompts", () => {
    const { state, model } = make({ selection: rows(3, 6) });
    state.select([5, 0], "replace");
    expect(selection(model)).toEqual([0, 3, 6, 7]);
    state.select([1], "add");
    expect(selection(model)).toEqual([0, 1, 3, 6, 7]);
    state.select([0, 5], "remove");
    expect(selection(model)).toEqual([1, 3, 6]);
    expect([state.selectedCount.value, state.selectedElsewhere.value]).toEqual([1, 2]);
  });

  it("made in Python is listed at once", () => {
    const { state, model } = make();
    expect([...state.listed.value]).toEqual([0, 1, 2, 3, 4, 5]);
    model.set("selection", rows(4, 7));
    expect([...state.listed.value]).toEqual([3, 5]);
    model.set("selection", rows());
    expect(state.listed.value.length).toBe(6);
  });

  it("by picking leaves the reader as it is", () => {
    const { state } = make();
    state.pick([1]);
    expect(state.scope.value).toBe("all");
    state.select([2, 3], "replace");
    state.pick([2]);
    expect([state.scope.value, [...state.listed.value]]).toEqual(["selected", [3]]);
    state.pick([3]);
    expect(state.scope.value).toBe("all");
  });

  it("by lasso or cluster takes only what passes search and legend, and takes away only that", () => {
    const { state } = make();
    const chosen = () => [...state.selected.value].flatMap((s, i) => (s ? [i] : []));
    state.take([0, 1, 3], "replace");
    expect(chosen()).toEqual([0, 1, 3]);
    state.set({ query: "pie" });
    state.take([0, 1, 2], "remove");
    expect(chosen()).toEqual([1, 3]);
    state.set({ query: "e", color: "model" });
    state.only(1);
    state.take([0, 1, 2, 3, 4, 5], "add");
    expect(chosen()).toEqual([1, 2, 3]);
    // A cluster that is pointed at only dims the others.
    state.pointed.value = 0;
    state.take([3], "replace");
    expect(chosen()).toEqual([3]);
  });

  it("is cleared in every prompt at once, which is told", () => {
    const { state, model } = make({ selection: rows(0, 1, 3) });
    state.select([], "replace");
    expect(selection(model)).toEqual([3]);
    state.select([0, 1], "replace");
    state.clear();
    expect(selection(model)).toEqual([]);
    expect(state.status.value).toBe("3 outputs deselected, 1 of them in other prompts");
    state.clear();
    expect(state.status.value).toBe("Nothing selected");
  });
});

describe("clusters", () => {
  it("are numbered as in Python and follow the granularity", () => {
    const { state } = make();
    expect([...state.clusterOf.value]).toEqual([0, 0, 0, 1, 1, -1]);
    expect(state.clusters.value.map((c) => [c.name, c.size])).toEqual([
      ["apple", 3],
      ["river", 2],
    ]);
    expect(state.alone.value).toBe(1);
    state.setGranularity(0.1);
    expect(state.clusters.value.map((c) => [c.name, c.size])).toEqual([["everything", 6]]);
  });

  it("keep the user's names with most of the members", () => {
    const { state, model } = make();
    state.rename(state.clusters.value[0], "fruit");
    expect(model.get("renames")).toEqual([{ prompt: 0, name: "fruit", leaves: [0] }]);
    expect(state.clusters.value[0]).toMatchObject({ name: "fruit", given: true });
    // Three of six outputs are not more than half.
    state.setGranularity(0);
    expect(state.clusters.value[0].name).toBe("everything");
    state.setGranularity(0.5);
    state.rename(state.clusters.value[0], "  ");
    expect(state.clusters.value[0]).toMatchObject({ name: "apple", given: false });
  });
});

describe("search", () => {
  it("lists the matches of the selection, or of all", () => {
    const { state } = make();
    state.set({ query: "APPLE" });
    expect([...state.listed.value]).toEqual([0, 1, 2]);
    expect(state.marks(TEXTS[0])).toEqual([0, 5]);
    state.select([2, 3], "replace");
    expect([...state.listed.value]).toEqual([2]);
    expect([...state.passing.value]).toEqual([0, 1, 2]);
    expect([...state.faded.value!]).toEqual([0, 0, 0, 1, 1, 1]);
  });

  it("tells how many match once the typing has paused", () => {
    vi.useFakeTimers();
    const { state } = make();
    for (const query of ["a", "ap", "apple"]) state.set({ query });
    expect(state.status.value).toBe("");
    vi.advanceTimersByTime(1000);
    expect(state.status.value).toBe("3 matches");
    state.select([0], "replace");
    expect(state.status.value).toBe("1 of 6 selected");
    // Told again though the count is the same.
    state.set({ query: "appl" });
    vi.advanceTimersByTime(1000);
    expect(state.status.value).toBe("3 matches");
    state.set({ query: "(", regex: true });
    vi.advanceTimersByTime(1000);
    expect(state.status.value).toBe(state.searchError.value);
    state.set({ query: "apple", regex: false });
    state.set({ query: "" });
    vi.advanceTimersByTime(1000);
    expect(state.status.value).not.toBe("3 matches");
    vi.useRealTimers();
  });

  it("with a bad expression says so and hides nothing", () => {
    const { state } = make();
    state.set({ query: "(", regex: true });
    expect(state.searchError.value).not.toBe("");
    expect(state.listed.value.length).toBe(6);
  });
});

describe("order, colour and legend", () => {
  it("typical and unusual first", () => {
    const { state } = make();
    state.set({ order: "typical" });
    expect([...state.listed.value]).toEqual([0, 2, 3, 4, 1, 5]);
    state.set({ order: "unusual" });
    expect([...state.listed.value]).toEqual([5, 1, 4, 2, 3, 0]);
  });

  it("counts every value and what has none", () => {
    const { state } = make();
    state.set({ color: "model" });
    expect(state.scheme.value.entries.map((e) => [e.label, e.count])).toEqual([
      ["m1", 3],
      ["m2", 2],
      ["no value", 1],
    ]);
    state.only(1);
    expect([...state.listed.value]).toEqual([2, 3]);
    state.only(1);
    expect(state.listed.value.length).toBe(6);
    state.toggle(0);
    state.toggle(1);
    expect([...state.listed.value]).toEqual([5]);
    state.toggle(-1);
    expect(state.listed.value.length).toBe(6);
  });

  it("puts many values without a colour of their own into one entry", () => {
    const many = (count: number) => {
      const codes = Uint16Array.of(0, 7, 8, 9, 10, 65535);
      const { state } = make({
        _info: {
          ...(traits()._info as object),
          columns: [
            { name: "model", kind: "category", by: true, categories: Array.from({ length: count }, (_, i) => `m${i}`) },
          ],
        },
        _columns: { model: new DataView(codes.map((c) => (c < count || c === 65535 ? c : 0)).buffer) },
      });
      state.set({ color: "model" });
      return state;
    };
    const state = many(11);
    expect(state.scheme.value.entries.map((e) => [e.label, e.count])).toEqual([
      ["m0", 1],
      ["m7", 1],
      ["others (3)", 3],
      ["no value", 1],
    ]);
    state.only(state.scheme.value.entries[2].group);
    expect([...state.listed.value]).toEqual([2, 3, 4]);
    // One alone keeps its name.
    expect(many(9).scheme.value.entries.map((e) => e.label)).toEqual(["m0", "m7", "m8", "no value"]);
  });

  it("puts numbers into steps that hold all of them", () => {
    const { state } = make();
    state.set({ color: "score" });
    const { group, entries } = state.scheme.value;
    expect(entries.reduce((sum, e) => sum + e.count, 0)).toBe(6);
    const found = [...group];
    expect(found[5]).toBe(-1);
    expect(found.slice(0, 5)).toEqual([...found.slice(0, 5)].sort((a, b) => a - b));
    expect(found[4]).toBe(7);
  });
});

describe("another prompt", () => {
  it("is shown when its data is there, never half of it", () => {
    const { state, model } = make();
    state.setPrompt(1);
    expect(state.preparing.value).toBe(true);
    const info = { ...(model.get("_info") as object), n: 2, prompt: 1 };
    model.set("_info", info);
    expect(state.preparing.value).toBe(false);
    expect(state.info.value.n).toBe(2);
  });
});

describe("what is changed from elsewhere", () => {
  it("takes away a filter of groups that are no longer there, and nothing else does", () => {
    const { state, model } = make();
    const change = (name: string, value: unknown) => {
      state.toggle(1);
      expect(state.hidden.value.size).toBe(1);
      model.set(name, value);
    };
    change("view", { ...state.view.value, query: "apple" });
    expect(state.hidden.value.size).toBe(1);
    state.toggle(1);
    change("view", { ...state.view.value, color: "model" });
    expect(state.hidden.value.size).toBe(0);
    change("granularity", 0);
    expect(state.hidden.value.size).toBe(1);
    model.set("view", { ...state.view.value, color: "cluster" });
    model.set("granularity", 0.5);
    change("granularity", 0);
    expect(state.hidden.value.size).toBe(0);
    state.cursor.value = state.hover.value = 3;
    model.set("_info", { ...(model.get("_info") as object), prompt: 1 });
    expect([state.cursor.value, state.hover.value]).toEqual([-1, -1]);
  });

  it("is answered though something else was typed meanwhile", async () => {
    const model = new PageModel({ ...traits(), _paged: true });
    const asked: { id: number; query: string }[] = [];
    let reply: (message: unknown, buffers: DataView[]) => void = () => {};
    model.send = (message?: unknown) => void asked.push(message as { id: number; query: string });
    const on = model.on.bind(model);
    model.on = (name, callback) => (name === "msg:custom" ? void (reply = callback) : on(name, callback));
    const until = new AbortController().signal;
    const state = new State(new Traits(model, until), until);
    const type = async (query: string) => {
      state.set({ query });
      void state.matches.value;
      await Promise.resolve();
    };
    const answer = () => {
      const { id, query } = asked[asked.length - 1];
      reply({ kind: "found", prompt: 0, id, query }, [rows(0)]);
    };
    await type("abc");
    answer();
    expect(state.matchCount.value).toBe(1);
    await type("abcd");
    await type("abc");
    answer();
    await type("abcd");
    if (!state.matches.value) answer();
    expect(state.matchCount.value).toBe(1);
  });
});
