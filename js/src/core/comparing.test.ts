import { expect, it } from "vitest";
import { make, traits } from "../testing/fixture";
import { PageModel } from "../page/page-model";
import { comparingOf } from "./comparing";
import { asJson } from "./describe";
import { makeLens } from "./lens";

const settled = () => new Promise((resolve) => setTimeout(resolve));

/** Views of one lens: every message from Python reaches all of them. */
function views(count: number) {
  const model = new PageModel(traits());
  const sent: { id: number; prompt: number; sets: number[][] }[] = [];
  const listeners: ((reply: unknown, buffers: DataView[]) => void)[] = [];
  const on = model.on.bind(model);
  Object.assign(model, {
    kernel: true,
    send: (content: any, _: unknown, buffers: ArrayBuffer[] = []) =>
      sent.push({ ...content, sets: buffers.map((buffer) => [...new Uint32Array(buffer)]) }),
    on: (name: string, callback: any) => (name === "msg:custom" ? listeners.push(callback) : on(name, callback)),
  });
  const until = new AbortController().signal;
  const lenses = Array.from({ length: count }, () => makeLens(model, until));
  const answer = async ({ id, prompt }: { id: number; prompt: number }, text: string, ids = [0, 3]) => {
    const rows = [{ kind: "phrase", text, estimate: 0.5 }];
    const buffers = [Uint32Array.from(ids), Uint32Array.of(0, ids.length)].map((a) => new DataView(a.buffer));
    for (const listener of listeners)
      listener({ kind: "compared", id, prompt, rows, tested: { phrase: 1 }, error: "" }, buffers);
    await settled();
  };
  const reply = async (content: object, buffers: ArrayBufferView[]) => {
    for (const listener of listeners)
      listener(
        content,
        buffers.map(({ buffer }) => new DataView(buffer as ArrayBuffer)),
      );
    await settled();
  };
  return { lenses, sent, answer, reply };
}

const texts = (lens: ReturnType<typeof makeLens>) =>
  comparingOf(lens).result.value?.rows.map(({ text }) => text) ?? null;
const idsOf = (lens: ReturnType<typeof makeLens>) => comparingOf(lens).sets.value.map((ids) => [...ids]);

it("compares the two sources at first, and swaps them", () => {
  const [lens] = views(1).lenses;
  // An output without a source is in neither.
  expect(idsOf(lens)).toEqual([
    [0, 1, 4],
    [2, 3],
  ]);
  lens.compare.swap();
  expect(idsOf(lens)).toEqual([
    [2, 3],
    [0, 1, 4],
  ]);
});

it("offers columns, clusters, tags and the selection, and finds their outputs", () => {
  const [lens] = views(1).lenses;
  const kinds = () => comparingOf(lens).options("first");
  expect(kinds().map(({ kind }) => kind)).toEqual(["", "model", "cluster"]);
  const [model, cluster] = kinds().slice(1);
  lens.compare.choose("first", cluster.sets[1].key);
  lens.compare.choose("second", "rest:");
  expect(idsOf(lens)).toEqual([
    [3, 4],
    [0, 1, 2, 5],
  ]);
  lens.compare.choose("second", model.sets[0].key);
  expect(idsOf(lens)[1]).toEqual([0, 1, 4]);
  expect(comparingOf(lens).name(cluster.sets[1].key)).toBe("river");
  lens.compare.choose("first", "cluster:-1");
  expect(idsOf(lens)[0]).toEqual([5]);
});

it("keeps the selected outputs as a set while the selection changes", () => {
  const [lens] = views(1).lenses;
  lens.selection.select([1, 2], "replace");
  lens.compare.toggle();
  expect(lens.settings.get("panel")).toBe("compare");
  lens.selection.select([5], "replace");
  expect(idsOf(lens)).toEqual([
    [1, 2],
    [0, 3, 4, 5],
  ]);
  lens.compare.choose("second", "selected:");
  lens.selection.clear();
  expect(idsOf(lens)).toEqual([[1, 2], [5]]);
  expect(comparingOf(lens).name(lens.compare.second.value)).toBe("1 output selected before");
  // Another selection is compared in place of the first one, and the button of what is compared closes the panel.
  lens.selection.select([3], "replace");
  lens.compare.toggle();
  expect([lens.settings.get("panel"), idsOf(lens)[0]]).toEqual(["compare", [3]]);
  lens.compare.toggle();
  expect(lens.settings.get("panel")).toBe("");
  lens.compare.choose("first", "held:0");
  // The same outputs are one set.
  lens.selection.select([1, 2], "replace");
  lens.compare.choose("second", "selected:");
  expect(lens.compare.second.value).toBe(lens.compare.first.value);
});

it("asks for the sets as they are, one question at a time, and shows no answer for others", async () => {
  const {
    lenses: [lens],
    sent,
    answer,
  } = views(1);
  const comparing = comparingOf(lens);
  void comparing.ask();
  void comparing.ask();
  expect(sent.map(({ sets }) => sets)).toEqual([
    [
      [0, 1, 4],
      [2, 3],
    ],
  ]);
  // The sets change before the answer arrives, which is then out of date: the next question follows.
  lens.compare.choose("second", "rest:");
  await answer(sent[0], "of the first");
  expect(texts(lens)).toBe(null);
  expect(sent[1].sets[1]).toEqual([2, 3, 5]);
  await answer(sent[1], "of the second");
  expect(texts(lens)).toEqual(["of the second"]);
  expect(sent.length).toBe(2);
});

it("gives each of two views the answer to its own question, in any order", async () => {
  const {
    lenses: [one, two],
    sent,
    answer,
  } = views(2);
  void comparingOf(one).ask();
  two.compare.choose("first", "cluster:0");
  void comparingOf(two).ask();
  await answer(sent[1], "of two");
  await answer(sent[0], "of one");
  expect([texts(one), texts(two)]).toEqual([["of one"], ["of two"]]);
});

it("finds the outputs that speak against a difference", async () => {
  const {
    lenses: [lens],
    sent,
    answer,
  } = views(1);
  void comparingOf(lens).ask();
  await answer(sent[0], "apple", [0, 1, 3]);
  const [row] = comparingOf(lens).result.value!.rows;
  // 4 is of the set that says it more and does not; 3 is of the other one and does.
  expect(comparingOf(lens).exceptions(row)).toEqual([3, 4]);
  expect(comparingOf(lens).exceptions({ ...row, estimate: -0.5 })).toEqual([0, 1, 2]);
});

it("colours the map by where each set is denser, and says why it cannot", async () => {
  const {
    lenses: [lens],
    sent,
    reply,
  } = views(1);
  const done = comparingOf(lens).density();
  await reply({ ...sent[0], kind: "density", error: "" }, [Uint8Array.of(1, 1, 0, 2, 0, 0)]);
  expect(await done).toBe("");
  expect(lens.settings.get("color")).toBe("sets");
  const { entries } = lens.colors.scheme.value;
  expect(entries.map(({ label, count }) => [label, count])).toEqual([
    ["more m1", 2],
    ["more m2", 1],
    ["neither", 3],
  ]);
  const failed = comparingOf(lens).density();
  await reply({ ...sent[1], kind: "density", error: "no vectors" }, []);
  expect(await failed).toBe("no vectors");
});

it("copies an output as JSON with its numbers as numbers", () => {
  const { lens } = make();
  expect(JSON.parse(asJson(lens, 3))).toMatchObject({ row: "d", tags: [], columns: { model: "m2", score: 3 } });
  // A missing value is null, and no user column replaces ours.
  expect(JSON.parse(asJson(lens, 5)).columns).toEqual({ model: null, score: null });
});
