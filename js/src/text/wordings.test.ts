import { expect, it } from "vitest";
import { plain } from "./plain";
import { newWords, numbersIn, wordSet } from "./wordings";

it("marks the words that are new, and joins neighbours", () => {
  const text = "… Do not water THEM daily, ever";
  const spans = newWords(text, 2, text.length, wordSet("Water them, do it."));
  const words = [];
  for (let k = 0; k < spans.length; k += 3) words.push(text.slice(spans[k], spans[k + 1]));
  expect(words).toEqual(["not", "daily, ever"]);
});

it("compares scripts without spaces character by character", () => {
  const text = "我喜欢茶";
  expect(newWords(text, 0, text.length, wordSet("我喜欢咖啡"))).toEqual([3, 4, 0]);
});

it("reads a number with its measure", () => {
  expect([...numbersIn("1 1/2 oz of E28 for 30 refrigerators")]).toEqual(["1 1/2 oz", "30"]);
  expect([...numbersIn("Thirty-five drops, TWO cups")]).toEqual(["thirty", "five", "two"]);
  expect([...numbersIn("Mix 4 oz and 1½ cups, 2 of them 10-15% by 12:30.")]).toEqual([
    "4 oz",
    "1½ cups",
    "2",
    "10-15%",
    "12:30",
  ]);
});

it("shows a unit without its markers", () => {
  expect(plain("  - **Be patient:** grief\n takes `time`")).toBe("Be patient: grief takes time");
  expect(plain("## 1. Heading")).toBe("Heading");
  expect(plain("| a | b |")).toBe("a | b");
  expect(plain("1.5 litres")).toBe("1.5 litres");
});
