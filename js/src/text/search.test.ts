import { describe, expect, it } from "vitest";
import { compile, hits, parse, print } from "./search";

describe("search", () => {
  it("takes what stands between slashes for a regular expression", () => {
    expect(parse("a+b")).toEqual({ query: "a+b", regex: false });
    expect(parse("/a+b/")).toEqual({ query: "a+b", regex: true });
    expect(parse("//")).toEqual({ query: "//", regex: false });
    for (const typed of ["", "x", "/x/", "/a\\/b/", "1/2"]) expect(print(parse(typed))).toBe(typed);
  });

  it("finds a text as it stands, in any case", () => {
    const awkward = "a.b*c+(d)[e]{f}^$|\\/-?";
    for (const query of [...awkward, awkward]) {
      const pattern = compile({ query, regex: false })!;
      const text = `${awkward} ${awkward.toUpperCase()}`;
      const expected: number[] = [];
      const lower = text.toLowerCase();
      for (let at = lower.indexOf(query.toLowerCase()); at >= 0; at = lower.indexOf(query.toLowerCase(), at + query.length)) {
        expected.push(at, at + query.length);
      }
      expect(hits(text, pattern), query).toEqual(expected);
    }
  });

  it("steps over empty matches and pairs of surrogates", () => {
    expect(hits("a😀b", compile({ query: "x*", regex: true })!)).toEqual([]);
    expect(hits("😀b😀b", compile({ query: "b*", regex: true })!)).toEqual([2, 3, 5, 6]);
  });

  it("says what is wrong with an expression", () => {
    expect(() => compile({ query: "(", regex: true })).toThrow(SyntaxError);
    expect(compile({ query: "a\\-b", regex: true })!.test("a-b")).toBe(true);
    expect(compile({ query: "", regex: true })).toBeNull();
  });

  it("stops at the limit", () => {
    expect(hits("aaaa", compile({ query: "a", regex: false })!, 2)).toEqual([0, 1, 1, 2]);
  });
});
