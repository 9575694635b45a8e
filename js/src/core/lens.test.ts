import { effect } from "@preact/signals";
import { afterEach, describe, expect, it, vi } from "vitest";
import { inNotebook, make, TEXTS, traits } from "../testing/fixture";
import { array } from "../wire/bytes";

afterEach(() => void vi.useRealTimers());

const rows = (...values: number[]) => new DataView(Uint32Array.from(values).buffer);
const selection = (model: { get(name: string): unknown }) => [
  ...array(model.get("selection") as DataView, Uint32Array),
];

describe("selection", () => {
  it("holds sorted rows of the user's frame, and keeps those of other prompts", () => {
    const { lens, model } = make({ selection: rows(3, 6) });
    lens.selection.select([5, 0], "replace");
    expect(selection(model)).toEqual([0, 3, 6, 7]);
    lens.selection.select([1], "add");
    expect(selection(model)).toEqual([0, 1, 3, 6, 7]);
    lens.selection.select([0, 5], "remove");
    expect(selection(model)).toEqual([1, 3, 6]);
    expect([lens.selection.count.value, lens.selection.elsewhere.value]).toEqual([1, 2]);
  });

  it("made in Python is listed at once", () => {
    const { lens, model } = make();
    expect([...lens.listing.ids.value]).toEqual([0, 1, 2, 3, 4, 5]);
    // Like `Lens.select`: the scope arrives together with the selection.
    model.set("view", { ...lens.settings.all, scope: "selected" });
    model.set("selection", rows(4, 7));
    expect([...lens.listing.ids.value]).toEqual([3, 5]);
    model.set("selection", rows());
    expect(lens.listing.ids.value.length).toBe(6);
  });

  it("by picking leaves the reader unchanged", () => {
    const { lens } = make();
    lens.selection.pick([1]);
    expect(lens.listing.scope.value).toBe("all");
    lens.selection.select([2, 3], "replace");
    lens.selection.pick([2]);
    expect([lens.listing.scope.value, [...lens.listing.ids.value]]).toEqual(["selected", [3]]);
    lens.selection.pick([3]);
    expect(lens.listing.scope.value).toBe("all");
  });

  it("by lasso or cluster adds and removes only outputs that pass search and legend", () => {
    const { lens } = make();
    const chosen = () => [...lens.selection.mask.value].flatMap((s, i) => (s ? [i] : []));
    lens.selection.take([0, 1, 3], "replace");
    expect(chosen()).toEqual([0, 1, 3]);
    lens.settings.set({ query: "pie" });
    lens.selection.take([0, 1, 2], "remove");
    expect(chosen()).toEqual([1, 3]);
    lens.settings.set({ query: "e", color: "model" });
    lens.filter.only(1);
    lens.selection.take([0, 1, 2, 3, 4, 5], "add");
    expect(chosen()).toEqual([1, 2, 3]);
    // A hovered cluster only dims the others.
    lens.pointer.cluster.value = 0;
    lens.selection.take([3], "replace");
    expect(chosen()).toEqual([3]);
    // All of them are hidden: nothing changes.
    lens.selection.take([0, 1], "replace");
    expect(chosen()).toEqual([3]);
    expect(lens.announce.status.value).toContain("Hidden by the search");
  });

  it("is cleared in all prompts at once, with an announcement", () => {
    const { lens, model } = make({ selection: rows(0, 1, 3) });
    lens.selection.select([], "replace");
    expect(selection(model)).toEqual([3]);
    lens.selection.select([0, 1], "replace");
    lens.selection.clear();
    expect(selection(model)).toEqual([]);
    expect(lens.announce.status.value).toBe("3 outputs deselected, 1 of them in other prompts");
    lens.selection.clear();
    expect(lens.announce.status.value).toBe("Nothing selected");
  });
});

describe("clusters", () => {
  it("are numbered as in Python and follow the granularity", () => {
    const { lens } = make();
    expect([...lens.clusters.of.value]).toEqual([0, 0, 0, 1, 1, -1]);
    expect(lens.clusters.list.value.map((c) => [c.name, c.size])).toEqual([
      ["apple", 3],
      ["river", 2],
    ]);
    expect(lens.clusters.alone.value).toBe(1);
    lens.clusters.setGranularity(0.1);
    expect(lens.clusters.list.value.map((c) => [c.name, c.size])).toEqual([["everything", 6]]);
  });

  it("keep the user's name with the majority of the members", () => {
    const { lens, model } = make();
    lens.clusters.rename(lens.clusters.list.value[0], "fruit");
    expect(model.get("renames")).toEqual([{ prompt: 0, name: "fruit", leaves: [0] }]);
    expect(lens.clusters.list.value[0]).toMatchObject({ name: "fruit", given: true });
    // Three of six outputs are not more than half.
    lens.clusters.setGranularity(0);
    expect(lens.clusters.list.value[0].name).toBe("everything");
    lens.clusters.setGranularity(0.5);
    lens.clusters.rename(lens.clusters.list.value[0], "  ");
    expect(lens.clusters.list.value[0]).toMatchObject({ name: "apple", given: false });
  });

  it("keep their given names where they are when outputs are added", () => {
    // As many as `each` says in the leaves 0, 1 and 2; ten of leaf 1 were added.
    const each = [12, 18, 5];
    const leaf = Int32Array.from(each.flatMap((n, i) => Array(n).fill(i)));
    const info = { ...(traits()._info as object), n: 35 };
    const tree = {
      granularities: [0.5],
      levels: [[0, 1, 2]],
      order: [[0, 1, 2]],
      nodes: ["is", "was", "Oslo"].map((name) => ({ name, share: 1, medoid: 0, words: [] })),
      sizes: [12, 8, 5],
    };
    const renames = [{ prompt: 0, name: "Peru", leaves: [0, 1] }];
    const { lens } = make({ _info: info, _leaf: new DataView(leaf.buffer), _tree: tree, renames });
    expect(lens.clusters.list.value.map((c) => [c.name, c.size])).toEqual([
      ["Peru", 12],
      ["was", 18],
      ["Oslo", 5],
    ]);
  });

  it("keep the name of a part when the whole is named, and show the best match", () => {
    const { lens } = make({ renames: [{ prompt: 0, name: "most", leaves: [0, 1] }] });
    const first = () => lens.clusters.list.value[0];
    // Three of its five outputs are in the cluster of apples.
    expect(first().name).toBe("most");
    lens.clusters.rename(first(), "fruit");
    expect(first().name).toBe("fruit");
    lens.clusters.setGranularity(0);
    expect(first().name).toBe("most");
    lens.clusters.rename(first(), "all");
    expect(first().name).toBe("all");
    lens.clusters.setGranularity(0.5);
    expect(first().name).toBe("fruit");
    lens.clusters.rename(first(), "");
    expect(first().name).toBe("most");
    lens.clusters.setGranularity(0);
    expect(first().name).toBe("all");
  });
});

describe("search", () => {
  it("lists the matches of the selection, or of all", () => {
    const { lens } = make();
    lens.settings.set({ query: "APPLE" });
    expect([...lens.listing.ids.value]).toEqual([0, 1, 2]);
    expect(lens.search.marks(TEXTS[0])).toEqual([0, 5]);
    lens.selection.select([2, 3], "replace");
    expect([...lens.listing.ids.value]).toEqual([2]);
    expect([...lens.filter.passing.value]).toEqual([0, 1, 2]);
    expect([...lens.filter.faded.value!]).toEqual([0, 0, 0, 1, 1, 1]);
  });

  it("announces the number of matches once typing pauses, even if it is unchanged", () => {
    vi.useFakeTimers();
    const { lens } = make();
    const read: string[] = [];
    effect(() => void read.push(lens.announce.status.value));
    for (const query of ["a", "ap", "apple"]) lens.settings.set({ query });
    expect(lens.announce.status.value).toBe("");
    vi.advanceTimersByTime(1000);
    expect(lens.announce.status.value).toBe("3 outputs match");
    lens.settings.set({ query: "appl" });
    vi.advanceTimersByTime(1000);
    // A screen reader reads only changes, so a repeated sentence needs a different value.
    expect(read.map((sentence) => sentence.trim())).toEqual(["", "3 outputs match", "3 outputs match"]);
    expect(new Set(read).size).toBe(3);
    lens.settings.set({ query: "(", regex: true });
    vi.advanceTimersByTime(1000);
    expect(lens.announce.status.value).toBe(lens.search.error.value);
    lens.settings.set({ query: "apple", regex: false });
    lens.settings.set({ query: "" });
    vi.advanceTimersByTime(1000);
    expect(lens.announce.status.value).not.toBe("3 outputs match");
  });

  it("reports a bad expression and hides nothing", () => {
    const { lens } = make();
    lens.settings.set({ query: "(", regex: true });
    expect(lens.search.error.value).not.toBe("");
    expect(lens.listing.ids.value.length).toBe(6);
  });
});

describe("order, colour and legend", () => {
  it("lists typical or unusual outputs first", () => {
    const { lens } = make();
    lens.settings.set({ order: "typical" });
    expect([...lens.listing.ids.value]).toEqual([0, 2, 3, 4, 1, 5]);
    lens.settings.set({ order: "unusual" });
    expect([...lens.listing.ids.value]).toEqual([5, 1, 4, 2, 3, 0]);
  });

  it("counts every value and missing ones", () => {
    const { lens } = make();
    lens.settings.set({ color: "model" });
    expect(lens.colors.scheme.value.entries.map((e) => [e.label, e.count])).toEqual([
      ["m1", 3],
      ["m2", 2],
      ["no value", 1],
    ]);
    lens.filter.only(1);
    expect([...lens.listing.ids.value]).toEqual([2, 3]);
    lens.filter.only(1);
    expect(lens.listing.ids.value.length).toBe(6);
    lens.filter.toggle(0);
    lens.filter.toggle(1);
    expect([...lens.listing.ids.value]).toEqual([5]);
    lens.filter.toggle(-1);
    expect(lens.listing.ids.value.length).toBe(6);
  });

  it("merges values without their own colour into one entry", () => {
    const many = (count: number) => {
      const codes = Uint16Array.of(0, 7, 8, 9, 10, 65535);
      const { lens } = make({
        _info: {
          ...(traits()._info as object),
          columns: [
            { name: "model", kind: "category", by: true, categories: Array.from({ length: count }, (_, i) => `m${i}`) },
          ],
        },
        _columns: { model: new DataView(codes.map((c) => (c < count || c === 65535 ? c : 0)).buffer) },
      });
      lens.settings.set({ color: "model" });
      return lens;
    };
    const eleven = many(11);
    expect(eleven.colors.scheme.value.entries.map((e) => [e.label, e.count])).toEqual([
      ["m0", 1],
      ["m7", 1],
      ["others (3)", 3],
      ["no value", 1],
    ]);
    eleven.filter.only(eleven.colors.scheme.value.entries[2].group);
    expect([...eleven.listing.ids.value]).toEqual([2, 3, 4]);
    // A single one keeps its name.
    expect(many(9).colors.scheme.value.entries.map((e) => e.label)).toEqual(["m0", "m7", "m8", "no value"]);
  });

  it("puts all numbers into steps", () => {
    const { lens } = make();
    lens.settings.set({ color: "score" });
    const { group, entries } = lens.colors.scheme.value;
    expect(entries.reduce((sum, e) => sum + e.count, 0)).toBe(6);
    const found = [...group];
    expect(found[5]).toBe(-1);
    expect(found.slice(0, 5)).toEqual([...found.slice(0, 5)].sort((a, b) => a - b));
    expect(found[4]).toBe(7);
  });
});

describe("another prompt", () => {
  it("is shown once all of its data has arrived", () => {
    const { lens, model } = make();
    lens.outputs.setPrompt(1);
    expect(lens.outputs.preparing.value).toBe(true);
    const info = { ...(model.get("_info") as object), n: 2, prompt: 1 };
    model.set("_info", info);
    expect(lens.outputs.preparing.value).toBe(false);
    expect(lens.outputs.info.n).toBe(2);
  });
});

describe("changes from Python or another view", () => {
  it("drop a filter of groups only when the groups no longer exist", () => {
    const { lens, model } = make();
    const change = (name: string, value: unknown) => {
      lens.filter.toggle(1);
      expect(lens.filter.hidden.value.size).toBe(1);
      model.set(name, value);
    };
    change("view", { ...lens.settings.all, query: "apple" });
    expect(lens.filter.hidden.value.size).toBe(1);
    lens.filter.toggle(1);
    change("view", { ...lens.settings.all, color: "model" });
    expect(lens.filter.hidden.value.size).toBe(0);
    change("granularity", 0);
    expect(lens.filter.hidden.value.size).toBe(1);
    model.set("view", { ...lens.settings.all, color: "cluster" });
    model.set("granularity", 0.5);
    change("granularity", 0);
    expect(lens.filter.hidden.value.size).toBe(0);
    lens.pointer.cursor.value = lens.pointer.hover.value = 3;
    model.set("_info", { ...(model.get("_info") as object), prompt: 1 });
    expect([lens.pointer.cursor.value, lens.pointer.hover.value]).toEqual([-1, -1]);
  });

  it("answer only the current query, even if it changed meanwhile", async () => {
    const { lens, asked, answer: reply } = inNotebook({ _paged: true });
    const answer = ({ id }: { id: number }) => reply({ kind: "found", id, prompt: 0 }, [rows(0)]);
    const type = async (query: string) => {
      lens.settings.set({ query });
      await Promise.resolve();
    };
    await type("abc");
    await answer(asked.at(-1));
    expect(lens.search.count.value).toBe(1);
    await type("abcd");
    const late = asked.at(-1);
    await type("abc");
    // The answer to an earlier query says nothing about the current one.
    await answer(late);
    expect(lens.search.matches.value).toBeNull();
    await answer(asked.at(-1));
    expect(lens.search.count.value).toBe(1);
    await type("abcd");
    await answer(asked.at(-1));
    expect(lens.search.count.value).toBe(1);
  });
});
