import { h, render } from "preact";
import { expect, it, vi } from "vitest";
import { make } from "../testing/fixture";
import { PageModel } from "../page/page-model";
import { Chips, Notes, Saved, TagBar } from "../panels/tags/tags";
import { PageTags } from "../page/page-tags";

/** A model whose Python is busy until it is told otherwise. */
function busy() {
  const made = make();
  const { state, model } = made;
  const sent: any[] = [];
  model.send = (content) => void sent.push(content);
  const el = document.createElement("div");
  render([h(Saved, { state }), h(Chips, { state, id: 1 })], el);
  return { state, sent, el, model };
}

it("shows a tag that waits as waiting, until Python has it on disk", async () => {
  const { state, sent, el } = busy();
  expect(el.textContent).toContain("saved");
  state.tags.toggle("late", [1]);
  await vi.waitFor(() => expect(el.textContent).toContain("saving 1 change"));
  expect(el.querySelector(".ol-waits")?.textContent).toBe("late");
  expect(sent).toMatchObject([{ kind: "tags", action: "tag", value: "late", prompt: 0 }]);
  // Again: it is taken off, which waits as well.
  state.tags.toggle("late", [1]);
  expect(sent[1]).toMatchObject({ action: "untag" });
  await vi.waitFor(() => expect(el.querySelector(".ol-tag")).toBeNull());
});

it("undoes what still waits, and says where there is nothing to undo", async () => {
  const { state, sent, el } = busy();
  const undo = el.querySelector<HTMLButtonElement>('[aria-label="Undo"]')!;
  expect(undo.getAttribute("aria-disabled")).toBe("true");
  state.tags.switch("undo");
  expect(sent).toEqual([]);
  expect(state.tags.said.value).toBe("Nothing to undo");
  state.tags.toggle("late", [1]);
  await vi.waitFor(() => expect(undo.getAttribute("aria-disabled")).toBe("false"));
  undo.click();
  expect(sent.map(({ action }) => action)).toEqual(["tag", "undo"]);
});

it("has a new tag at hand by name and key while it waits", () => {
  const { state, sent } = busy();
  const { names } = state.tags.tagged.value;
  state.tags.toggle("late", [1]);
  expect(state.tags.tagged.value.names).toEqual([...names, "late"]);
  expect(state.tags.keyed.value).toContain("late");
  state.tags.toggle("later", [1]);
  state.tags.toggle("late", [2]);
  expect(state.tags.tagged.value.names).toEqual([...names, "late", "later"]);
  expect(state.tags.of([2]).map(({ name }) => name)).toContain("late");
  expect(sent.length).toBe(3);
});

it("gives the keys to the tags that are used most, and never moves one", () => {
  const { state } = make();
  const names = [..."abcdefghijkl"];
  const told = (counts: number[], change = {}) => {
    const bits = Uint8Array.from(counts, (count) => (1 << count) - 1);
    state.traits.tagged.value = {
      ...state.traits.tagged.value,
      annotators: ["ann"],
      names,
      define: names.map(() => ({ color: 0, description: "", key: "" })),
      bits,
      ...change,
    };
    return state.tags.keyed.value.slice(1).join("");
  };
  // a, e and i are used least of twelve: the others have keys, in the order in which they were given first.
  const counts = [1, 3, 3, 3, 1, 3, 3, 3, 1, 3, 3, 3];
  expect(told(counts)).toBe("bcdfghjkl");
  counts[0] = 6;
  expect(told(counts)).toBe("bcdfghjkl");
  // One that says its key has it; another one has to give it up.
  const define = names.map((name) => ({ color: 0, description: "", key: name === "a" ? "2" : "" }));
  expect(told(counts, { define })).toBe("badfghjkl");
  // Where one is gone its key is free, for the most used of the rest.
  const less = names.filter((name) => name !== "d");
  const rest = {
    names: less,
    define: less.map(() => ({ color: 0, description: "", key: "" })),
    bits: Uint8Array.from(less, (name) => (name === "c" ? 63 : 1)),
  };
  expect(told([], rest)).toBe("bacfghjkl");
});

it("keeps the colours of a page's tags where one is undone", () => {
  const log = new PageTags("x", null);
  const none = new DataView(new ArrayBuffer(0));
  const written = {
    me: "ann",
    annotators: ["ann"],
    names: [],
    define: [],
    ever: 2,
    bits: none,
    stars: new DataView(new ArrayBuffer(1)),
    notes: [],
  };
  for (const value of ["a", "b", "c"]) log.do({ action: "tag", value }, ["k"]);
  const colors = () => (log.over(written, ["k"]) as { define: { color: number }[] }).define.map(({ color }) => color);
  expect(colors()).toEqual([2, 3, 4]);
  for (const _ of "cba") log.do({ action: "undo", value: "" }, []);
  log.do({ action: "tag", value: "c" }, ["k"]);
  expect(colors()).toEqual([4]);
});

it("says on how many of the equal outputs of a card a tag is", async () => {
  // Two of the first three outputs bear it; the card stands for all three.
  const { state, model } = make({ _variant: new DataView(Uint32Array.of(0, 0, 0, 1, 2, 3).buffer) });
  const sent: any[] = [];
  model.send = (content) => void sent.push(content);
  state.traits.tagged.value = {
    ...state.traits.tagged.value,
    names: ["odd"],
    define: [{ color: 0, description: "", key: "" }],
    bits: Uint8Array.of(0b110),
    notes: [[1, 0, "why?"]],
  };
  expect(state.copies(0)).toEqual([0, 1, 2]);
  const el = document.createElement("div");
  render([h(Chips, { state, id: 0 }), h(Notes, { state, id: 0 })], el);
  expect(el.querySelector(".ol-tag")!.textContent).toBe("odd 2 of 3");
  expect(el.querySelector(".ol-note-of")!.textContent).toContain("why?");
  expect(state.tags.nextUntagged()).toBe(0);
  // A click gives it to all; what all have is taken off.
  el.querySelector<HTMLElement>(".ol-tag")!.click();
  expect(sent[0]).toMatchObject({ action: "tag", value: "odd" });
  await vi.waitFor(() => expect(el.querySelector(".ol-tag")!.textContent).toBe("odd"));
  el.querySelector<HTMLElement>(".ol-tag")!.click();
  expect(sent[1]).toMatchObject({ action: "untag", value: "odd" });
  state.tags.star([1]);
  expect(state.tags.stars([0, 1, 2])).toBe(1);
});

it("keeps what waits to the prompt that it was given to", () => {
  const { state } = busy();
  state.tags.toggle("late", [1]);
  const { shown } = state.traits;
  shown.value = { ...shown.value, info: { ...shown.value.info, prompt: 1 } };
  expect(state.tags.of([1])).toEqual([]);
  shown.value = { ...shown.value, info: { ...shown.value.info, prompt: 0 } };
  expect(state.tags.of([1]).map(({ name }) => name)).toEqual(["late"]);
});

/** The bar below with a note begun for an output. */
async function noting(ids: number[], notes: [number, number, string][] = []) {
  const { state, sent } = busy();
  const el = document.createElement("div");
  document.body.append(el);
  render(h(TagBar, { state }), el);
  state.traits.tagged.value = { ...state.traits.tagged.value, annotators: ["ann"], notes };
  state.tags.write(ids, "this output");
  await vi.waitFor(() => expect(el.querySelector("textarea")).not.toBeNull());
  return { state, sent, el, area: el.querySelector("textarea")! };
}

it("keeps a note that is being typed where its field goes, on the output it was begun for", async () => {
  for (const leave of ["prompt", "widget", "blur"]) {
    const { state, sent, el, area } = await noting([1]);
    expect(document.activeElement).toBe(area);
    area.value = "half a thou";
    const { shown } = state.traits;
    if (leave === "prompt") shown.value = { ...shown.value, info: { ...shown.value.info, prompt: 1 } };
    else if (leave === "widget") render(null, el);
    else area.blur();
    await vi.waitFor(() => expect(sent).toHaveLength(1));
    expect(sent[0]).toMatchObject({ action: "note", value: "half a thou", prompt: 0 });
    expect(state.tags.noting.value).toBeNull();
    el.remove();
  }
});

it("writes no note where nothing was typed, also over the different notes of equal outputs", async () => {
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

it("takes the answers of its own gestures only", () => {
  const { state, sent, model } = busy();
  state.tags.toggle("late", [1]);
  const reply = (id: number) => model.answer({ kind: "tagged", prompt: 0, id, says: "Tagged" });
  reply(sent[0].id + 2 ** 30);
  reply(1);
  expect(state.tags.says.value.text).toContain("saving 1 change");
  reply(sent[0].id);
  expect(state.tags.says.value.text).not.toContain("saving");
});

it("says that nothing is saved where the kernel is gone", () => {
  const { state, model } = make();
  model.send = () => {
    throw new Error("Cannot send");
  };
  state.tags.toggle("late", [1]);
  expect(state.tags.says.value).toMatchObject({ text: "not saved: no kernel", bad: true });
  expect(state.tags.of([1])).toMatchObject([{ name: "late", waits: true }]);
});

it("says where tags are not kept", () => {
  const { state, model } = make();
  expect(state.tags.says.value).toMatchObject({ text: "saved", bad: false });
  model.log.saved = false;
  state.traits.tagged.value = { ...state.traits.tagged.value };
  expect(state.tags.says.value).toMatchObject({ text: "not kept: download", bad: true });
  (model as any).page = undefined;
  state.traits.tagged.value = { ...state.traits.tagged.value, store: "" };
  expect(state.tags.says.value).toMatchObject({ text: "in memory only", bad: false });
});

it("counts an undo that waits", () => {
  const { state, sent } = busy();
  state.tags.toggle("late", [1]);
  state.tags.switch("undo");
  expect(state.tags.of([1])).toEqual([]);
  state.tags.toggle("late", [1]);
  expect(sent.map(({ action }) => action)).toEqual(["tag", "undo", "tag"]);
  expect(state.tags.of([1]).map(({ name }) => name)).toEqual(["late"]);
});

it("tags the outputs of the prompt it is told, in a page of several", () => {
  const pages = [
    ["a", "b"],
    ["c", "d"],
  ].map((_keys) => ({ _keys }));
  const { state, model } = make({ _pages: pages });
  model.send({ kind: "tags", id: 1, prompt: 1, action: "note", value: "late" }, undefined, [Uint32Array.of(1).buffer]);
  expect(state.info.value.prompt).toBe(0);
  expect(model.log.file()).toContain('"key":"d"');
});

it("tags the prompt itself, and no output with it", () => {
  const { state } = busy();
  const n = state.info.value.n;
  state.tags.toggle("vague", [state.tags.prompt.value]);
  expect(state.tags.of([n])).toMatchObject([{ name: "vague", mine: true }]);
  expect(Array.from(state.tags.any.value)).toEqual(Array(n).fill(0));
  // As Python tells it: the bit after the outputs'.
  const bits = new Uint8Array(Math.ceil((n + 1) / 8));
  bits[n >> 3] |= 1 << (n & 7);
  state.traits.tagged.value = {
    ...state.traits.tagged.value,
    names: ["odd"],
    define: [{ color: 3, description: "", key: "" }],
    bits,
  };
  expect(state.tags.of([n]).map(({ name }) => name)).toEqual(["odd", "vague"]);
  expect(Array.from(state.tags.any.value)).toEqual(Array(n).fill(0));
});

/** Counts, filters and disputes are made of bits; here of plain sets, output by output. */
it.each([false, true])("counts as plain sets do, blind: %s", (blind) => {
  const { state } = make();
  const { n } = state.info.value;
  const [names, people] = [
    ["a", "b", "c"],
    ["ann", "ben", "cem"],
  ];
  state.set({ blind });
  let seed = 5;
  const random = () => (seed = (seed * 48271) % 2147483647) % 3 === 0;
  for (let round = 0; round < 30; round++) {
    const given = names.map(() => people.map(() => new Set(Array.from({ length: n + 1 }, (_, i) => i).filter(random))));
    const bits = new Uint8Array(given.flat().flatMap((set) => [[...set].reduce((byte, i) => byte | (1 << i), 0)]));
    const define = names.map((_, k) => ({ color: k, description: "", key: "" }));
    state.traits.tagged.value = {
      ...state.traits.tagged.value,
      me: "ann",
      annotators: people,
      names,
      define,
      bits,
      stars: new Uint8Array(3),
    };
    const seen = (i: number, a: number) => a === 0 || !blind || given.some((by) => by[0].has(i));
    const holds = (t: number, a: number, i: number) => given[t][a].has(i) && seen(i, a);
    const all = [...names.keys()];
    const outputs = Array.from({ length: n }, (_, i) => i);
    expect(Array.from(state.tags.any.value)).toEqual(
      outputs.map((i) => Number(all.some((t) => all.some((a) => holds(t, a, i))))),
    );
    expect(state.tags.counts.value).toEqual(
      all.map((t) => outputs.filter((i) => all.some((a) => holds(t, a, i))).length),
    );
    for (const a of all) {
      expect(state.tags.without(a)).toBe(outputs.filter((i) => !all.some((t) => holds(t, a, i))).length);
      for (const t of all)
        expect(Array.from(state.tags.mask(t, a))).toEqual(outputs.map((i) => Number(holds(t, a, i))));
    }
    for (const tag of ["gone", "", "b", null]) {
      for (const annotator of ["gone", "ben", null]) {
        state.set({ tagged: { tag, annotator } });
        const has = (i: number) =>
          all.some((t) =>
            all.some((a) => (!tag || names[t] === tag) && (!annotator || people[a] === annotator) && holds(t, a, i)),
          );
        expect(Array.from(state.tags.passing.value!)).toEqual(outputs.map((i) => Number(has(i) === (tag !== null))));
      }
    }
    expect(Array.from(state.tags.disputed.value)).toEqual(
      outputs.map((i) => {
        const judges = all.filter((a) => all.some((t) => holds(t, a, i)));
        return all.filter((t) => judges.some((a) => holds(t, a, i)) && judges.some((a) => !holds(t, a, i))).length;
      }),
    );
  }
});

it("says that nothing is to be tagged where nothing is", async () => {
  const { state, sent } = busy();
  state.tags.toggle("late", []);
  expect(sent).toEqual([]);
  expect(state.tags.said.value).toContain("Nothing to tag");
  await vi.waitFor(() => expect(state.status.value).toContain("Nothing to tag"));
});

it("tags what the keyboard is at, or else the selection", () => {
  const { state } = make();
  state.select([1, 2], "replace");
  expect(Array.from(state.tags.target.value.ids)).toEqual([1, 2]);
  state.cursor.value = 3;
  expect(Array.from(state.tags.target.value.ids)).toEqual([3]);
  state.select([4, 5], "replace");
  expect(Array.from(state.tags.target.value.ids)).toEqual([4, 5]);
  state.cursor.value = 4;
  state.pick([4]);
  expect(Array.from(state.tags.target.value.ids)).toEqual([4]);
});

/** The log of a page against a model in obvious lines: what counts is what was done and not undone. */
it("keeps a page's log as the plain model has it", () => {
  const log = new PageTags("x", null);
  const keys = ["a", "b", "c", "d", "e", "f", "g", "h", "i"];
  const none = new DataView(new ArrayBuffer(0));
  const written = {
    me: "ann",
    annotators: ["ann"],
    names: [],
    define: [],
    ever: 0,
    bits: none,
    stars: new DataView(new ArrayBuffer(2)),
    notes: [],
  };
  let held = new Map<string, Set<string>>();
  const past: Map<string, Set<string>>[] = [];
  let future: Map<string, Set<string>>[] = [];
  const copy = (map: Map<string, Set<string>>) => new Map([...map].map(([name, set]) => [name, new Set(set)]));
  let seed = 7;
  const random = (below: number) => (seed = (seed * 48271) % 2147483647) % below;
  for (let step = 0; step < 400; step++) {
    const what = random(4);
    if (what === 2) {
      log.do({ action: "undo", value: "" }, []);
      const before = past.pop();
      if (before) {
        future.push(held);
        held = before;
      }
    } else if (what === 3) {
      log.do({ action: "redo", value: "" }, []);
      const after = future.pop();
      if (after) {
        past.push(held);
        held = after;
      }
    } else {
      const name = "xyz"[random(3)];
      const given = keys.filter(() => random(3) === 0);
      if (!given.length) continue;
      past.push(copy(held));
      future = [];
      const set = held.get(name) ?? new Set();
      for (const key of given) what === 0 ? set.add(key) : set.delete(key);
      held.set(name, set);
      log.do({ action: what === 0 ? "tag" : "untag", value: name }, given);
    }
    const { names, bits } = log.over(written, keys) as { names: string[]; bits: DataView };
    for (const name of "xyz") {
      const row = names.indexOf(name);
      const shown = keys.filter((_, i) => row >= 0 && (bits.getUint8(row * 2 * 2 + (i >> 3)) >> (i & 7)) & 1);
      expect(shown).toEqual(keys.filter((key) => held.get(name)?.has(key)));
    }
  }
});

it("goes on under a name that is in the page already", () => {
  const log = new PageTags("x", null);
  const bits = new DataView(Uint8Array.of(0b11).buffer);
  const written = {
    me: "ann",
    annotators: ["ann"],
    names: ["old"],
    define: [{ color: 0, description: "", key: "" }],
    ever: 1,
    bits,
    stars: new DataView(new ArrayBuffer(1)),
    notes: [],
  };
  log.rename("ann");
  log.do({ action: "untag", value: "old" }, ["a"]);
  const over = log.over(written, ["a", "b"]) as { annotators: string[]; bits: DataView };
  expect(over.annotators).toEqual(["ann"]);
  expect(over.bits.getUint8(0)).toBe(0b10);
});

/** What a browser keeps, for two tabs of one page. */
function kept(): Pick<Storage, "getItem" | "setItem"> {
  const held = new Map<string, string>();
  return { getItem: (name) => held.get(name) ?? null, setItem: (name, value) => void held.set(name, value) };
}

it("learns in another tab the name that was given before anything was tagged", () => {
  const store = kept();
  const [one, two] = [new PageTags("x", store), new PageTags("x", store)];
  expect(one.named).toBe(false);
  one.rename("ann");
  two.sync();
  two.do({ action: "tag", value: "a" }, ["k"]);
  one.sync();
  expect([one.annotator, two.annotator, one.named]).toEqual(["ann", "ann", true]);
});

it("loses nothing where a page is open in two tabs", () => {
  const store = kept();
  const [one, two] = [new PageTags("x", store), new PageTags("x", store)];
  one.do({ action: "tag", value: "first" }, ["a"]);
  two.do({ action: "tag", value: "second" }, ["b", "c"]);
  one.do({ action: "tag", value: "third" }, ["a"]);
  const values = (log: PageTags) => [...log.file().matchAll(/"value":"(\w+)"/g)].map(([, value]) => value);
  expect(values(one)).toEqual(["first", "second", "second", "third"]);
  expect(values(new PageTags("x", store))).toEqual(["first", "second", "second", "third"]);
  // Signed in one of them, whatever the other still believes.
  one.rename("ann");
  two.do({ action: "tag", value: "fourth" }, ["a"]);
  expect(two.annotator).toBe("ann");
  expect(new Set([...two.file().matchAll(/"annotator":"(\w+)"/g)].map(([, who]) => who))).toEqual(new Set(["ann"]));
  expect(two.do({ action: "undo", value: "" }, [])).toContain("fourth");
  expect(one.do({ action: "undo", value: "" }, [])).toContain("third");
});

it("keeps the name under which tags were handed in", () => {
  const store = kept();
  const log = new PageTags("x", store);
  log.do({ action: "tag", value: "first" }, ["a"]);
  log.rename("ann");
  expect(log.file()).toContain('"annotator":"ann"');
  expect(log.signed).toBe(false);
  const first = log.hand();
  // The same events under two names could not be merged.
  for (const one of [log, new PageTags("x", store)]) {
    expect(one.signed).toBe(true);
    one.rename("ben");
    expect(one.annotator).toBe("ann");
    expect(one.file()).toBe(first);
  }
});

it("gives another page's reader no tags of this one", () => {
  const store = kept();
  const first = new PageTags("x", store);
  first.rename("ann");
  first.do({ action: "tag", value: "hers" }, ["a"]);
  new PageTags("y", store).rename("ben");
  expect(new PageTags("x", store).annotator).toBe("ann");
  expect(new PageTags("z", store).annotator).toBe("ben");
});

it("begins anew where what the browser kept cannot be read", () => {
  for (const broken of ["{", "5", "null", '[{"id":1}]']) {
    const store = kept();
    store.setItem("outlens:tags:x", broken);
    const log = new PageTags("x", store);
    log.do({ action: "tag", value: "new" }, ["a"]);
    expect(new PageTags("x", store).count).toBe(1);
  }
});

it("takes a gesture in a page without Python", () => {
  const { state, model } = make({ _keys: ["a", "b", "c", "d", "e", "f"], _lens: "y" });
  expect(model).toBeInstanceOf(PageModel);
  state.tags.toggle("late", [1]);
  expect(state.tags.of([1])).toMatchObject([{ name: "late", mine: true, waits: false }]);
  expect(state.tags.said.value).toContain("late");
  const [head, event] = model.log
    .file()
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(head).toEqual({ outlens: "events", version: 1 });
  expect(event).toMatchObject({ key: "b", action: "tag", value: "late", annotator: "reader", lens: "y" });
});
