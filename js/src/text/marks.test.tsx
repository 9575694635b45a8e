import { render } from "preact";
import { describe, expect, it } from "vitest";
import { invisibles } from "./invisible";
import { Marked } from "./marks";

function painted(text: string, marks: number[]): HTMLElement {
  const host = document.createElement("div");
  render(<Marked text={text} marks={marks} />, host);
  return host;
}

describe("marked text", () => {
  it("is the text, whatever is marked", () => {
    const text = "<b>one</b> & two 😀 three";
    for (const marks of [[], [0, 3], [0, text.length], [4, 7, 7, 10], [2, 9, 5, 12], [20, 99]]) {
      const host = painted(text, marks);
      expect(host.textContent).toBe(text);
      expect(host.querySelector("b")).toBeNull();
    }
  });

  it("marks what it is told to", () => {
    const marks = [...painted("aXbXc", [1, 2, 3, 4]).querySelectorAll("mark")];
    expect(marks.map((m) => m.textContent)).toEqual(["X", "X"]);
  });

  it("shows what nobody sees as chips, inside marks as well", () => {
    const host = painted("a\u200bb\u202ec\u{e0041}", [1, 3]);
    expect([...host.querySelectorAll(".ol-chip")].map((c) => c.textContent)).toEqual(["200B", "202E", "A"]);
    expect(host.querySelector("mark .ol-chip")).not.toBeNull();
  });

  it("leaves emoji, joined scripts and line ends alone", () => {
    expect(invisibles("👩‍🚀 क्‍ष a\r\nb\tc")).toEqual([]);
    expect(invisibles(" \u200d").length).toBe(1);
    expect(invisibles("a\rb")[0].title).toContain("U+000D");
  });
});
