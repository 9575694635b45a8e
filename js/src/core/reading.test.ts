import { expect, it } from "vitest";
import { make } from "../testing/fixture";
import { Reading } from "./reading";

function reading(change: Record<string, unknown> = {}) {
  const { state, model } = make(change);
  const sent: any[] = [];
  const listeners: ((reply: unknown, buffers: DataView[]) => void)[] = [];
  // A model with a Python that answers when it is told to.
  Object.assign(model, { kernel: true, send: (content: unknown) => sent.push(content) });
  Object.assign(state.traits, { onReply: (callback: any) => listeners.push(callback) });
  const made = new Reading(state, new AbortController().signal);
  const answer = (text: string) => {
    const { id, prompt } = sent.filter(({ kind }) => kind === "distinctive").at(-1);
    const rows = [{ text, f1: 1, n1: 1, f2: 0, n2: 5, q: null }];
    const buffers = [Uint32Array.of(0), Uint32Array.of(0, 1)].map((a) => new DataView(a.buffer));
    for (const listener of listeners) listener({ kind: "distinctive", id, prompt, rows, error: "" }, buffers);
  };
  return { state, reading: made, sent, answer };
}

it("keeps what sets a selection apart for that selection", () => {
  const { state, reading: r, sent, answer } = reading();
  state.select([0, 1], "replace");
  r.askDistinctive();
  expect(r.apart.value.error).toBe("Comparing…");
  // Another selection before the answer comes: the answer is not about it.
  state.select([3], "replace");
  answer("of the first");
  expect(r.apart.value).toEqual({ rows: [], error: "Comparing…" });
  r.askDistinctive();
  expect(sent.filter(({ kind }) => kind === "distinctive")).toHaveLength(2);
  answer("of the second");
  expect(r.apart.value.rows.map(({ text }) => text)).toEqual(["of the second"]);
  state.select([0, 1], "replace");
  expect(r.apart.value.rows).toEqual([]);
});

it("gives an output as JSON with its numbers as numbers", () => {
  const { reading: r } = reading();
  expect(JSON.parse(r.json(3))).toMatchObject({ row: "d", tags: [], columns: { model: "m2", score: 3 } });
  // No value is null, and no column of the user's takes the place of ours.
  expect(JSON.parse(r.json(5)).columns).toEqual({ model: null, score: null });
});
