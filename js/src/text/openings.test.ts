import { describe, expect, it } from "vitest";
import { indexArrays, randomCase } from "../testing/index-arrays";
import { seeded } from "../testing/random";
import { type Opening, openings } from "./openings";
import { SharedIndex } from "./shared";

interface Plain {
  opening: string[];
  run: string[];
  outputs: number;
  variants: number[];
  children: Plain[];
}

/** The tree, word by word from each opening. */
function obvious(
  texts: string[][],
  variant: Uint32Array,
  counted: boolean[],
  least: number,
  opening: string[] = [],
): Plain[] {
  const begin = (part: string[]) =>
    texts.flatMap((t, d) => (counted[d] && part.every((w, i) => t[i] === w) ? [d] : []));
  const next = [...new Set(begin(opening).map((d) => texts[d][opening.length]))].filter((w) => w !== undefined).sort();
  const nodes =
    opening.length < 40 ? next.map((word) => [...opening, word]).filter((o) => begin(o).length >= least) : [];
  const made = nodes.map((node) => {
    const members = begin(node);
    for (;;) {
      const word = texts[members[0]][node.length];
      if (node.length === 40 || word === undefined || begin([...node, word]).length < members.length) break;
      node = [...node, word];
    }
    const variants = [...new Set(members.map((d) => variant[d]))].sort((a, b) => a - b);
    return {
      opening: node,
      run: node.slice(opening.length),
      outputs: members.length,
      variants,
      children: obvious(texts, variant, counted, least, node),
    };
  });
  return made.sort((a, b) => b.outputs - a.outputs);
}

/** The openings found, in the same form. */
function plain(nodes: Opening[], words: string[], before: string[] = []): Plain[] {
  return nodes.map(({ from, at, words: length, outputs, variants, children }) => {
    const run = words.slice(from, at + 1);
    const opening = [...before, ...run];
    expect(opening.length).toBe(length);
    expect(words.slice(at + 1 - length, at + 1)).toEqual(opening);
    return { opening, run, outputs, variants, children: plain(children, words, opening) };
  });
}

const inOrder = (texts: string[][], variant: Uint32Array, bounds: Uint32Array) => {
  const words: string[] = [];
  texts.forEach((text, d) => text.forEach((word, i) => (words[bounds[variant[d]] + i] = word)));
  return words;
};

describe("openings", () => {
  it("match brute force over all and over counted outputs", () => {
    for (let seed = 1; seed <= 500; seed++) {
      const { texts, arrays, below, weight } = randomCase(seeded(seed));
      // Either all outputs of a variant are counted here, or none.
      const all = weight?.map((w, v) => (w ? arrays.weight[v] : 0));
      const counted = texts.map((_, d) => !all || all[arrays.variant[d]] > 0);
      const least = 1 + below(3);
      const found = openings(new SharedIndex(arrays), least, all);
      expect(plain(found, inOrder(texts, arrays.variant, arrays.bounds))).toEqual(
        obvious(texts, arrays.variant, counted, least),
      );
    }
  });

  it("of equal outputs count only the counted ones, and end after forty words", () => {
    const long = Array.from({ length: 45 }, (_, i) => `w${i}`);
    const index = new SharedIndex(indexArrays([long, long, long, [...long, "more"]]));
    const found = openings(index, 2, Uint32Array.of(2, 1));
    expect(found.map(({ words, outputs, variants, children }) => [words, outputs, variants, children])).toEqual([
      [40, 3, [0, 1], []],
    ]);
  });

  it("are empty without words", () => {
    expect(openings(new SharedIndex(indexArrays([])), 2)).toEqual([]);
    expect(openings(new SharedIndex(indexArrays([[], []])), 2)).toEqual([]);
  });
});
