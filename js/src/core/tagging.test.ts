import { expect, it, vi } from "vitest";
import { PageModel } from "../page/page-model";
import { inNotebook, make } from "../testing/fixture";
import { busy, setTagged, settled, showPrompt } from "../testing/tagged";
import { NO_KERNEL } from "../wire/ask";
import { PROMPT } from "../wire/types";

it("names the prompt of a star given while another prompt is being prepared", async () => {
  const { lens } = make({ _keys: ["a", "b", "c", "d", "e", "f"] }, true);
  lens.outputs.setPrompt(1);
  expect(lens.outputs.preparing.value).toBe(true);
  lens.tagging.star([1]);
  await Promise.resolve();
  await new Promise((resolve) => setTimeout(resolve));
  expect(lens.tagging.result.value).toMatch(/ \(in the prompt “What\?”\)$/);
  expect(lens.tags.stars([1])).toBe(1);
});

it("offers a new tag by name and key while it waits", () => {
  const { lens, sent } = busy();
  const { names } = lens.tags.tagged.value;
  lens.tagging.toggle("late", [1]);
  expect(lens.tags.tagged.value.names).toEqual([...names, "late"]);
  expect(lens.tagKeys.all.value).toContain("late");
  lens.tagging.toggle("later", [1]);
  lens.tagging.toggle("late", [2]);
  expect(lens.tags.tagged.value.names).toEqual([...names, "late", "later"]);
  expect(lens.tags.of([2]).map(({ name }) => name)).toContain("late");
  expect(sent.length).toBe(3);
});

it("gives keys to the most used tags, and never moves one", () => {
  const { lens } = make();
  const names = [..."abcdefghijkl"];
  const keysFor = (counts: number[], change = {}) => {
    const bits = Uint8Array.from(counts, (count) => (1 << count) - 1);
    setTagged(lens, {
      annotators: ["ann"],
      names,
      define: names.map(() => ({ color: 0, description: "", key: "" })),
      bits,
      ...change,
    });
    return lens.tagKeys.all.value.slice(1).join("");
  };
  // a, e and i are the least used of twelve; the others have keys, in the order of their first use.
  const counts = [1, 3, 3, 3, 1, 3, 3, 3, 1, 3, 3, 3];
  expect(keysFor(counts)).toBe("bcdfghjkl");
  counts[0] = 6;
  expect(keysFor(counts)).toBe("bcdfghjkl");
  // A tag with an assigned key has it; another tag must give it up.
  const define = names.map((name) => ({ color: 0, description: "", key: name === "a" ? "2" : "" }));
  expect(keysFor(counts, { define })).toBe("badfghjkl");
  // A tag removed from its last output keeps its key: pressed again, it adds the tag again.
  const less = names.filter((name) => name !== "d");
  const rest = {
    names: less,
    define: less.map(() => ({ color: 0, description: "", key: "" })),
    bits: Uint8Array.from(less, (name) => (name === "c" ? 63 : 1)),
  };
  expect(keysFor([], rest)).toBe("badfghjkl");
  expect(lens.tags.counts.value[lens.tags.tagged.value.names.indexOf("d")]).toBe(0);
  // A new tag takes it.
  const more = { names: [...less, "m"], define: [...rest.define, rest.define[0]] };
  expect(keysFor([], { ...more, bits: Uint8Array.from(more.names, (name) => (name === "m" ? 63 : 1)) })).toBe(
    "bamfghjkl",
  );
});

it("keeps waiting gestures with their prompt", () => {
  const { lens, model } = busy();
  lens.tagging.toggle("late", [1]);
  showPrompt(model, 1);
  expect(lens.tags.of([1])).toEqual([]);
  showPrompt(model, 0);
  expect(lens.tags.of([1]).map(({ name }) => name)).toEqual(["late"]);
});

it("handles only the answers to its own gestures", async () => {
  const { lens, sent, reply } = busy();
  lens.tagging.toggle("late", [1]);
  reply(sent[0].id + 2 ** 30);
  reply(1);
  await settled();
  expect(lens.tagging.saved.value.text).toContain("saving 1 change");
  reply(sent[0].id);
  await settled();
  expect(lens.tagging.saved.value.text).not.toContain("saving");
});

it("does not tag without a kernel, and says so", async () => {
  const { lens, model } = make();
  model.send = () => {
    throw new Error("Cannot send");
  };
  lens.tagging.toggle("late", [1]);
  await settled();
  expect(lens.tagging.result.value).toBe(`Not done. ${NO_KERNEL}`);
  expect(lens.tags.of([1])).toEqual([]);
});

it("does not send to a kernel that was restarted", async () => {
  const { lens, model, asked: sent, restartKernel } = inNotebook();
  restartKernel();
  lens.tagging.toggle("late", [1]);
  await settled();
  expect(sent).toEqual([]);
  expect(lens.tagging.saved.value).toMatchObject({ text: "no kernel", bad: true });
  expect(lens.tagging.result.value).toBe(`Not done. ${NO_KERNEL}`);
  expect(lens.tags.of([1])).toEqual([]);
  model.set("_progress", { prompt: 0, status: "running", says: "Embedding", left: "9 s", share: 0.5 });
  model.set("_tree", { granularities: [], levels: [], sizes: [], order: [], nodes: [] });
  expect(lens.making.progress.value).toMatchObject({ status: "failed", says: NO_KERNEL });
});

it("reports that tags are not stored", () => {
  const { lens, model } = make();
  expect(lens.tagging.saved.value).toMatchObject({ text: "saved", bad: false });
  model.log.saved = false;
  setTagged(lens, {});
  expect(lens.tagging.saved.value).toMatchObject({ text: "not saved: download", bad: true });
  const { lens: inNotebook } = make({}, true);
  setTagged(inNotebook, { store: "" });
  expect(inNotebook.tagging.saved.value).toMatchObject({ text: "in memory only", bad: false });
});

it("counts an undo that waits", () => {
  const { lens, sent } = busy();
  lens.tagging.toggle("late", [1]);
  lens.tagging.undo("undo");
  expect(lens.tags.of([1])).toEqual([]);
  lens.tagging.toggle("late", [1]);
  expect(sent.map(({ action }) => action)).toEqual(["tag", "undo", "tag"]);
  expect(lens.tags.of([1]).map(({ name }) => name)).toEqual(["late"]);
});

it("shows the same while Python's answers to a tag, its undo and redo arrive one by one", async () => {
  const { lens, sent, reply } = busy();
  const n = lens.outputs.info.n;
  const show = (tagged: boolean) => {
    const bits = new Uint8Array(Math.ceil((n + 1) / 8));
    if (tagged) bits[0] = 2;
    setTagged(lens, { names: ["late"], define: [{ color: 0, description: "", key: "" }], bits });
  };
  const shown = () => lens.tags.of([1]).filter(({ mine }) => mine).length;
  const python = [true, false, true, false];
  /** Python shows its state after a gesture, and answers it. */
  const answered = async (k: number) => {
    show(python[k]);
    reply(sent[k].id);
    await settled();
    return shown();
  };
  lens.tagging.toggle("late", [1]);
  lens.tagging.undo("undo");
  expect([shown(), await answered(0)]).toEqual([0, 0]);
  lens.tagging.undo("redo");
  expect([shown(), await answered(1)]).toEqual([1, 1]);
  // What is shown decides what the next gesture does.
  lens.tagging.toggle("late", [1]);
  expect(sent.map(({ action }) => action)).toEqual(["tag", "undo", "redo", "untag"]);
  expect([shown(), await answered(2), await answered(3)]).toEqual([0, 0, 0]);
  expect(lens.tagging.saved.value.text).toBe("saved");
});

it("does not redo a gesture for one that only Python knows", () => {
  const { lens } = busy();
  lens.tagging.toggle("late", [1]);
  // The second undo is of a gesture before this view.
  lens.tagging.undo("undo");
  lens.tagging.undo("undo");
  lens.tagging.undo("redo");
  expect(lens.tags.of([1])).toEqual([]);
  lens.tagging.undo("redo");
  expect(lens.tags.of([1]).map(({ name }) => name)).toEqual(["late"]);
});

it("restores the star or note that was there when a gesture that waits is undone", async () => {
  const { lens, sent, reply } = busy();
  setTagged(lens, { stars: Uint8Array.of(2), notes: [[1, 0, "old"]] });
  lens.tagging.note({ prompt: 0, ids: [1], what: "", text: "old" }, "new");
  lens.tagging.star([1]);
  expect([lens.tags.stars([1]), lens.tags.notes([1])]).toEqual([0, [{ by: 0, text: "new" }]]);
  setTagged(lens, { stars: Uint8Array.of(0), notes: [[1, 0, "new"]] });
  reply(sent[0].id);
  await settled();
  lens.tagging.undo("undo");
  lens.tagging.undo("undo");
  expect([lens.tags.stars([1]), lens.tags.notes([1])]).toEqual([1, [{ by: 0, text: "old" }]]);
});

it("tags the outputs of the given prompt, on a page with several", () => {
  const pages = [
    ["a", "b"],
    ["c", "d"],
  ].map((_keys) => ({ _keys }));
  const { lens, model } = make({ _pages: pages });
  model.send({ kind: "tags", id: 1, prompt: 1, action: "note", value: "late" }, undefined, [Uint32Array.of(1).buffer]);
  expect(lens.outputs.info.prompt).toBe(0);
  expect(model.log.file()).toContain('"key":"d"');
});

it("tags the prompt itself, and none of its outputs", () => {
  const { lens } = busy();
  const n = lens.outputs.info.n;
  lens.tagging.toggle("vague", [PROMPT]);
  expect(lens.tags.of([PROMPT])).toMatchObject([{ name: "vague", mine: true }]);
  expect(Array.from(lens.tags.any.value)).toEqual(Array(n).fill(0));
  // Python sends the prompt's bit last.
  const bits = new Uint8Array(Math.ceil((n + 1) / 8));
  bits[bits.length - 1] |= 1 << 7;
  setTagged(lens, {
    names: ["odd"],
    define: [{ color: 3, description: "", key: "" }],
    bits,
  });
  expect(lens.tags.of([PROMPT]).map(({ name }) => name)).toEqual(["odd", "vague"]);
  expect(Array.from(lens.tags.any.value)).toEqual(Array(n).fill(0));
});

/** The widget counts, filters and finds disputes with bits; here plain sets do, output by output. */
it.each([false, true])("counts like plain sets, blind: %s", (blind) => {
  const { lens } = make();
  const { n } = lens.outputs.info;
  const [names, people] = [
    ["a", "b", "c"],
    ["ann", "ben", "cem"],
  ];
  lens.settings.set({ blind });
  let seed = 5;
  const random = () => (seed = (seed * 48271) % 2147483647) % 3 === 0;
  for (let round = 0; round < 30; round++) {
    const given = names.map(() => people.map(() => new Set(Array.from({ length: n + 1 }, (_, i) => i).filter(random))));
    const bits = new Uint8Array(given.flat().flatMap((set) => [[...set].reduce((byte, i) => byte | (1 << i), 0)]));
    const define = names.map((_, k) => ({ color: k, description: "", key: "" }));
    setTagged(lens, {
      me: "ann",
      annotators: people,
      names,
      define,
      bits,
      stars: new Uint8Array(3),
    });
    const seen = (i: number, a: number) => a === 0 || !blind || given.some((by) => by[0].has(i));
    const holds = (t: number, a: number, i: number) => given[t][a].has(i) && seen(i, a);
    const all = [...names.keys()];
    const outputs = Array.from({ length: n }, (_, i) => i);
    expect(Array.from(lens.tags.any.value)).toEqual(
      outputs.map((i) => Number(all.some((t) => all.some((a) => holds(t, a, i))))),
    );
    expect(lens.tags.counts.value).toEqual(
      all.map((t) => outputs.filter((i) => all.some((a) => holds(t, a, i))).length),
    );
    for (const a of all) {
      expect(lens.tags.without(a)).toBe(outputs.filter((i) => !all.some((t) => holds(t, a, i))).length);
      for (const t of all) expect(Array.from(lens.tags.mask(t, a))).toEqual(outputs.map((i) => Number(holds(t, a, i))));
    }
    for (const tag of ["gone", "", "b", null]) {
      for (const annotator of ["gone", "ben", null]) {
        lens.settings.set({ tagged: { tag, annotator } });
        const has = (i: number) =>
          all.some((t) =>
            all.some((a) => (!tag || names[t] === tag) && (!annotator || people[a] === annotator) && holds(t, a, i)),
          );
        expect(Array.from(lens.tags.passing.value!)).toEqual(outputs.map((i) => Number(has(i) === (tag !== null))));
      }
    }
    expect(Array.from(lens.tags.disputed.value)).toEqual(
      outputs.map((i) => {
        const judges = all.filter((a) => all.some((t) => holds(t, a, i)));
        return all.filter((t) => judges.some((a) => holds(t, a, i)) && judges.some((a) => !holds(t, a, i))).length;
      }),
    );
  }
});

it("reports that there is nothing to tag", async () => {
  const { lens, sent } = busy();
  lens.tagging.toggle("late", []);
  expect(sent).toEqual([]);
  expect(lens.tagging.result.value).toContain("Nothing to tag");
  await vi.waitFor(() => expect(lens.announce.status.value).toContain("Nothing to tag"));
});

it("forgets the result of a gesture at the next gesture", () => {
  const { lens } = make();
  for (const next of [
    () => (lens.pointer.cursor.value = 2),
    () => lens.selection.select([1], "replace"),
    () => lens.settings.set({ query: "apple" }),
    () => lens.tagging.toggle("late", [1]),
  ]) {
    lens.tagging.report("Nothing to undo");
    expect(lens.tagging.result.value).toBe("Nothing to undo");
    next();
    expect(lens.tagging.result.value).toBe("");
  }
});

it("tags the current output, or else the selection", () => {
  const { lens } = make();
  lens.selection.select([1, 2], "replace");
  expect(Array.from(lens.tagging.target.value.ids)).toEqual([1, 2]);
  lens.pointer.cursor.value = 3;
  expect(Array.from(lens.tagging.target.value.ids)).toEqual([3]);
  lens.selection.select([4, 5], "replace");
  expect(Array.from(lens.tagging.target.value.ids)).toEqual([4, 5]);
  lens.pointer.cursor.value = 4;
  lens.selection.pick([4]);
  expect(Array.from(lens.tagging.target.value.ids)).toEqual([4]);
});

it("applies a gesture on a page without Python", async () => {
  const { lens, model } = make({ _keys: ["a", "b", "c", "d", "e", "f"], _lens: "y" });
  expect(model).toBeInstanceOf(PageModel);
  lens.tagging.toggle("late", [1]);
  await settled();
  expect(lens.tags.of([1])).toMatchObject([{ name: "late", mine: true, waits: false }]);
  expect(lens.tagging.result.value).toContain("late");
  const [head, event] = model.log
    .file()
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(head).toEqual({ outlens: "events", version: 1 });
  expect(event).toMatchObject({ key: "b", action: "tag", value: "late", annotator: "reader", lens: "y" });
});
