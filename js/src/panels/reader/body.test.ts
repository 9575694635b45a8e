import { describe, expect, it } from "vitest";
import { excerpt } from "./body";

describe("the excerpt of a long text", () => {
  const text = `${"a ".repeat(5000)}needle${" b".repeat(5000)}`;

  it("starts at the beginning", () => {
    expect(excerpt("short", [], false)).toEqual({ start: 0, end: 5 });
    expect(excerpt(text, [], false).start).toBe(0);
    expect(excerpt(text, [4, 6], false).start).toBe(0);
  });

  it("goes to the first hit", () => {
    const at = text.indexOf("needle");
    const { start, end } = excerpt(text, [at, at + 6], false);
    expect(start).toBeLessThan(at);
    expect(end).toBeGreaterThan(at + 6);
  });

  it("never cuts a character in two", () => {
    const emoji = "😀".repeat(3000);
    const { start, end } = excerpt(`a${emoji}`, [3001, 3003], false);
    expect(() => encodeURIComponent(`a${emoji}`.slice(start, end))).not.toThrow();
  });
});
