import { expect, it } from "vitest";
import { make, traits } from "../testing/fixture";
import { PageModel } from "../page/page-model";
import { asJson } from "./describe";
import { makeLens } from "./lens";

const settled = () => new Promise((resolve) => setTimeout(resolve));

/** Views of one lens: every message from Python reaches all of them. */
function views(count: number) {
  const model = new PageModel(traits());
  const sent: any[] = [];
  const listeners: ((reply: unknown, buffers: DataView[]) => void)[] = [];
  const on = model.on.bind(model);
  Object.assign(model, {
    kernel: true,
    send: (content: unknown) => sent.push(content),
    on: (name: string, callback: any) => (name === "msg:custom" ? listeners.push(callback) : on(name, callback)),
  });
  const until = new AbortController().signal;
  const lenses = Array.from({ length: count }, () => makeLens(model, until));
  const answer = async ({ id, prompt }: { id: number; prompt: number }, text: string) => {
    const rows = [{ text, f1: 1, n1: 1, f2: 0, n2: 5, q: null }];
    const buffers = [Uint32Array.of(0), Uint32Array.of(0, 1)].map((a) => new DataView(a.buffer));
    for (const listener of listeners) listener({ kind: "distinctive", id, prompt, rows, error: "" }, buffers);
    await settled();
  };
  return { lenses, sent, answer };
}

const texts = (lens: ReturnType<typeof makeLens>) => lens.distinctive.result.value.rows.map(({ text }) => text);

it("keeps distinctive words with their selection", async () => {
  const {
    lenses: [lens],
    sent,
    answer,
  } = views(1);
  lens.selection.select([0, 1], "replace");
  void lens.distinctive.ask();
  expect(lens.distinctive.result.value.error).toBe("Comparing…");
  // The selection changes before the answer arrives, which is then out of date.
  lens.selection.select([3], "replace");
  await answer(sent[0], "of the first");
  expect(lens.distinctive.result.value).toEqual({ rows: [], error: "Comparing…" });
  void lens.distinctive.ask();
  expect(sent.map(({ ids }) => ids)).toEqual([[0, 1], [3]]);
  await answer(sent[1], "of the second");
  expect(texts(lens)).toEqual(["of the second"]);
  lens.selection.select([0, 1], "replace");
  expect(texts(lens)).toEqual([]);
});

it("gives each of two views the answer to its own question, in any order", async () => {
  const {
    lenses: [one, two],
    sent,
    answer,
  } = views(2);
  one.selection.select([0], "replace");
  void one.distinctive.ask();
  two.selection.select([3, 4], "replace");
  void two.distinctive.ask();
  expect(sent.map(({ ids }) => ids)).toEqual([[0], [3, 4]]);
  await answer(sent[1], "of two");
  await answer(sent[0], "of one");
  // Both views show the second one's selection by now, so the first one's answer is out of date.
  expect(texts(two)).toEqual(["of two"]);
  expect(texts(one)).toEqual([]);
  one.selection.select([0], "replace");
  expect(texts(one)).toEqual(["of one"]);
  expect(texts(two)).toEqual([]);
});

it("copies an output as JSON with its numbers as numbers", () => {
  const { lens } = make();
  expect(JSON.parse(asJson(lens, 3))).toMatchObject({ row: "d", tags: [], columns: { model: "m2", score: 3 } });
  // A missing value is null, and no user column replaces ours.
  expect(JSON.parse(asJson(lens, 5)).columns).toEqual({ model: null, score: null });
});
