import { describe, expect, it } from "vitest";
import { KEPT, Texts } from "./texts";

const COUNT = KEPT + 1000;
const texts = Array.from({ length: COUNT }, (_, i) => `text ${i} 😀`);
const parts = texts.map((text) => new TextEncoder().encode(text));
const offsets = new Uint32Array(COUNT + 1);
parts.forEach((part, i) => (offsets[i + 1] = offsets[i] + part.length));
const bytes = new Uint8Array(offsets[COUNT]);
parts.forEach((part, i) => bytes.set(part, offsets[i]));

/** Texts held by Python, with the requests and a function that answers them. */
function paged() {
  const asked: number[][] = [];
  const made = new Texts({ bytes: new Uint8Array(), offsets, paged: true }, (ids) => void asked.push(ids));
  const answer = (ids: number[]) => {
    const starts = new Uint32Array(ids.length + 1);
    ids.forEach((id, k) => (starts[k + 1] = starts[k] + parts[id].length));
    made.receive(ids, Uint8Array.from(ids.flatMap((id) => [...parts[id]])), starts);
  };
  return { made, asked, answer };
}

describe("texts", () => {
  it("are not cached when a search reads all of them", () => {
    const { made, asked, answer } = paged();
    answer([0, 1]);
    for (let i = 0; i < COUNT; i++) made.peek(i);
    expect([made.get(0), made.get(1)]).toEqual([texts[0], texts[1]]);
    expect(asked).toEqual([]);
    const here = new Texts({ bytes, offsets, paged: false }, () => {});
    expect([here.peek(COUNT - 1), here.get(7)]).toEqual([texts[COUNT - 1], texts[7]]);
  });

  it("stay cached if recently used, and are requested again otherwise", async () => {
    const { made, asked, answer } = paged();
    for (let i = 0; i < KEPT; i++) answer([i]);
    expect(made.get(0)).toBe(texts[0]);
    // Text 1 is now the least recently used.
    answer([KEPT]);
    expect(made.get(0)).toBe(texts[0]);
    expect(made.get(1)).toBeNull();
    expect(made.get(1)).toBeNull();
    expect(made.get(2)).toBe(texts[2]);
    await Promise.resolve();
    expect(asked).toEqual([[1]]);
    answer([1]);
    expect(made.get(1)).toBe(texts[1]);
  });

  it("of one drawing are requested in one message", async () => {
    const { made, asked } = paged();
    made.get(5);
    made.get(3);
    await Promise.resolve();
    made.get(9);
    await Promise.resolve();
    expect(asked).toEqual([[5, 3], [9]]);
  });
});
