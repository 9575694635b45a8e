// @vitest-environment node
import { describe, expect, it } from "vitest";
import { HitSpans } from "./hit-spans";
import { hits } from "./search";

const worker = (asked: string[][], error = "") => ({
  async spans(texts: string[], pattern: RegExp) {
    asked.push(texts);
    return error ? { spans: null, error } : { spans: texts.map((text) => hits(text, pattern)), error };
  },
});
const turn = () => new Promise((go) => setTimeout(go));

describe("the hits of an expression", () => {
  it("are requested together and once, and are known on arrival", async () => {
    const asked: string[][] = [];
    const spans = new HitSpans(worker(asked), /a+/giu);
    expect([spans.get("baa"), spans.get("c"), spans.get("baa")]).toEqual([[], [], []]);
    await turn();
    expect(spans.arrived.value).toBe(1);
    expect([spans.get("baa"), spans.get("c")]).toEqual([[1, 3], []]);
    await turn();
    expect(asked).toEqual([["baa", "c"]]);
  });

  it("are not requested again after the expression was aborted", async () => {
    const asked: string[][] = [];
    const spans = new HitSpans(worker(asked, "given up"), /(a+)+b/giu);
    spans.get("aaaa");
    await turn();
    expect(spans.error.value).toBe("given up");
    expect(spans.get("aaaa")).toEqual([]);
    expect(spans.get("aaaaa")).toEqual([]);
    await turn();
    expect(asked.length).toBe(1);
  });
});
