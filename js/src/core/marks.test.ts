import { expect, it } from "vitest";
import { make, traits } from "../testing/fixture";
import { indexArrays } from "../testing/index-arrays";

it("describes the space between two words of a mark like the mark", () => {
  const texts = ["a b c", "a b d", "a b", "x y", "u", "v"];
  const index = indexArrays(texts.map((text) => text.split(" ")));
  // Words of one letter, each at an even place.
  const start = Uint32Array.from(index.suffix, () => 0);
  for (let v = 0; v + 1 < index.bounds.length; v++)
    for (let at = index.bounds[v]; at < index.bounds[v + 1]; at++) start[at] = 2 * (at - index.bounds[v]);
  const arrays = { ...index, start, end: start.map((at) => at + 1) };
  const _index = Object.fromEntries(Object.entries(arrays).map(([name, array]) => [name, new DataView(array.buffer)]));
  const view = { ...(traits().view as object), layers: ["shared", "only"], min_outputs: 2, min_words: 2 };
  const { marks } = make({ _index, view }).lens;
  const lines = (id: number) => Array.from(texts[id], (_, at) => marks.lines(id, at).join());
  const shared = "shared by 3 of 6";
  expect(lines(0)).toEqual([shared, shared, shared, "", "only here"]);
  expect(lines(3)).toEqual(["only here", "only here", "only here"]);
  // A text ends with its last word, whatever begins the next text.
  expect(marks.lines(2, 3)).toEqual([]);
});
