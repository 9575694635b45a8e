import { describe, expect, it } from "vitest";
import { compile, hits, parse, print } from "./search";

describe("search", () => {
  it("reads text between slashes as a regular expression", () => {
    expect(parse("a+b")).toEqual({ query: "a+b", regex: false });
    expect(parse("/a+b/")).toEqual({ query: "a+b", regex: true });
    expect(parse("//")).toEqual({ query: "//", regex: false });
    for (const typed of ["", "x", "/x/", "/a\\/b/", "1/2"]) expect(print(parse(typed))).toBe(typed);
  });

  it("finds a text literally, ignoring case", () => {
    const awkward = "a.b*c+(d)[e]{f}^$|\\/-?";
    for (const query of [...awkward, awkward]) {
      const pattern = compile({ query, regex: false })!;
      const text = `${awkward} ${awkward.toUpperCase()}`;
      const expected: number[] = [];
      const lower = text.toLowerCase();
      for (
        let at = lower.indexOf(query.toLowerCase());
        at >= 0;
        at = lower.indexOf(query.toLowerCase(), at + query.length)
      ) {
        expected.push(at, at + query.length);
      }
      expect(hits(text, pattern), query).toEqual(expected);
    }
  });

  it("steps over empty matches and surrogate pairs", () => {
    expect(hits("a😀b", compile({ query: "x*", regex: true })!)).toEqual([]);
    expect(hits("😀b😀b", compile({ query: "b*", regex: true })!)).toEqual([2, 3, 5, 6]);
  });

  it("reports an error in an expression", () => {
    expect(() => compile({ query: "(", regex: true })).toThrow(SyntaxError);
    expect(compile({ query: "a\\-b", regex: true })!.test("a-b")).toBe(true);
    expect(compile({ query: "", regex: true })).toBeNull();
  });

  it("stops at the limit", () => {
    expect(hits("aaaa", compile({ query: "a", regex: false })!, 2)).toEqual([0, 1, 1, 2]);
  });

  // The results of Python's find, worked out by hand.
  it.each<[string, string, string[]]>([
    [String.raw`\bécole\b`, "école, lycéecole, écoles, École", ["école", "École"]],
    [String.raw`\w+`, "naïve_1 e\u0301te\u0301 中文—x²", ["naïve_1", "e\u0301te\u0301", "中文", "x"]],
    [String.raw`[\w-]+`, "é-ä !", ["é-ä"]],
    [String.raw`[^\W_]+`, "é_ü", ["é", "ü"]],
    [String.raw`[\Wé]+`, "né, ü", ["é, "]],
    [String.raw`[^\W\dÉ]+`, "aé1ü _٢", ["a", "ü", "_"]],
    [String.raw`[\W]`, "é!", ["!"]],
    [String.raw`[^\W]`, "é!", ["é"]],
    [String.raw`[!"#%&',:;<=>@\`~\&\!]+`, "a&!@`~b", ["&!@`~"]],
    [String.raw`[^\w\s]`, "é !", ["!"]],
    [String.raw`\W+`, "é, ü", [", "]],
    [String.raw`\d+[\d]`, "١٢٣ 4", ["١٢٣"]],
    [String.raw`\D+`, "1a٢", ["a"]],
    [String.raw`\Bé`, "é né", ["é"]],
    ["(?i)(?s)a.b", "A\nB", ["A\nB"]],
    ["a.b", "a\nb a\u2028b", ["a\u2028b"]],
    ["(?m)^b$", "a\nb\nc", ["b"]],
    ["^b|c$", "b\nb\nc\n", ["b", "c"]],
    [String.raw`(?m)\Ab|c\Z`, "b\nb c\nc", ["b", "c"]],
    [`(?P<q>['"])a(?P=q)`, "'a' \"a'", ["'a'"]],
    ["[]a]+[^]a]", "a]b", ["a]b"]],
    [String.raw`[(&&|[)@.-]+\-\"\ \@`, '&&[-" @', ['&&[-" @']],
    [String.raw`[\]\-a-c]+`, "]-b-d", ["]-b-"]],
    ["a{,2}b", "aaab", ["aab"]],
    ["{a}", "{a}", ["{a}"]],
    ["x]", "x]", ["x]"]],
    ["[😀-😂]", "😁", ["😁"]],
  ])("understands Python's %s", (query, text, found) => {
    const at = hits(text, compile({ query, regex: true })!);
    expect(at.flatMap((start, k) => (k % 2 ? [] : [text.slice(start, at[k + 1])]))).toEqual(found);
  });

  it("needs no flag newer than Safari 16.4", () => {
    for (const query of ["a", "(?s)a", "[^\\W_]"]) expect(compile({ query, regex: true })!.flags).toMatch(/^gis?u$/);
  });

  it("reports the error for the expression as typed", () => {
    for (const query of [
      String.raw`\b(é`,
      "[a",
      "(?x)a b",
      "(?#b)a",
      String.raw`\N{BULLET}`,
      "(?P>a)",
      String.raw`[a-\W]`,
    ]) {
      expect(() => compile({ query, regex: true }), query).toThrow(`/${query}/: `);
    }
  });
});
