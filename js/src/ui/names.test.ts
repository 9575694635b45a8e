import { expect, it } from "vitest";
import { commonStart, cutMiddle, shortNames } from "./names";

/** The names without their common start. */
function rest(...names: string[]): string[] {
  return names.map((name) => name.slice(commonStart(names)));
}

it("finds the whole tokens that all names share at the start", () => {
  expect(rest("anthropic/claude-opus", "anthropic/claude-haiku")).toEqual(["opus", "haiku"]);
  // "gpt" and "gpt4" are different tokens with the same beginning.
  expect(rest("lab/gpt-x", "lab/gpt4-x")).toEqual(["gpt-x", "gpt4-x"]);
  expect(rest("mixtral", "mistral")).toEqual(["mixtral", "mistral"]);
});

it("leaves part of each name, and keeps numbers and dates whole", () => {
  expect(rest("lab/gpt", "lab/gpt-4")).toEqual(["gpt", "gpt-4"]);
  expect(rest("a/b")).toEqual(["a/b"]);
  expect(rest("a/b", "a/b")).toEqual(["a/b", "a/b"]);
  expect(rest("", "a/b")).toEqual(["", "a/b"]);
  expect(rest("2024-01-05", "2024-02-05")).toEqual(["2024-01-05", "2024-02-05"]);
  expect(rest("claude-3-opus", "claude-3-haiku")).toEqual(["3-opus", "3-haiku"]);
  expect(commonStart([])).toBe(0);
});

it("cuts a long name in the middle, between characters", () => {
  expect(cutMiddle("abcdefghij", 7)).toBe("abc…hij");
  expect(cutMiddle("abcdefg", 7)).toBe("abcdefg");
  expect(cutMiddle("🐚🐚🐚🐚🐚🐚🐚🐚", 5)).toBe("🐚🐚…🐚🐚");
});

it("leaves short names unchanged", () => {
  expect([...shortNames(["gpt-4", "gpt-4-turbo"]).values()]).toEqual(["gpt-4", "gpt-4-turbo"]);
  expect([...shortNames(["anthropic/claude-opus", "anthropic/haiku"]).values()]).toEqual(["claude-opus", "haiku"]);
  const long = "meta-llama/Meta-Llama-3.1-405B-Instruct-Turbo";
  expect(shortNames([long, "x"]).get(long)).toBe("meta-llama/Met…nstruct-Turbo");
});
