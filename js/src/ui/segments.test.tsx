// @vitest-environment happy-dom
import { render } from "preact";
import { describe, expect, it } from "vitest";
import { seeded } from "../testing/random";
import { invisibles } from "../text/invisible";
import { markdown } from "../text/markdown";
import type { Painted as Layer } from "../text/paint";
import { Painted } from "./segments";

type Props = Parameters<typeof Painted>[0];

function painted(text: string, props: Partial<Props> = {}): HTMLElement {
  const host = document.createElement("div");
  render(<Painted text={text} from={0} to={text.length} layers={[]} {...props} />, host);
  return host;
}

/** For each character of an element, whether it is inside a node of the class. */
function covered(host: HTMLElement, name: string): boolean[] {
  const walker = document.createTreeWalker(host, NodeFilter.SHOW_TEXT);
  const found: boolean[] = [];
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const inside = !!node.parentElement!.closest(`.${name}`);
    for (let k = 0; k < node.nodeValue!.length; k++) found.push(inside);
  }
  return found;
}

const WORDS = [
  "one",
  "<b>bold</b>",
  "# head",
  "- item",
  "**x**",
  "`c`",
  "\n",
  "\n\n",
  "|a|b|\n|-|-|\n|c|d|\n",
  "😀",
  "é",
  "\u202e",
  "עברית",
  "> q",
  "```\ncode\n```",
];

describe("a painted text", () => {
  it("equals the text, whatever is painted, folded, anchored or rendered", () => {
    for (let seed = 1; seed <= 300; seed++) {
      const next = seeded(seed);
      const below = (n: number) => Math.floor(next() * n);
      const text = Array.from({ length: 1 + below(14) }, () => WORDS[below(WORDS.length)]).join(below(2) ? " " : "");
      const spans = (count: number) => {
        const edges = [...new Set(Array.from({ length: 2 * count }, () => below(text.length + 1)))].sort(
          (a, b) => a - b,
        );
        const made: number[] = [];
        for (let k = 0; k + 1 < edges.length; k += 2) made.push(edges[k], edges[k + 1], below(3));
        return made;
      };
      const layers: Layer[] = ["ol-a", "ol-b", "ol-search"].map((layer) => ({ layer, spans: spans(below(4)) }));
      const folding = spans(2);
      const folds = [];
      for (let k = 0; k < folding.length; k += 3)
        folds.push({ start: folding[k], end: folding[k + 1], label: "put away" });
      const at = below(text.length);
      const anchors = [{ at, label: "1", color: 1 }];
      const blocks = below(2) ? markdown(text).blocks : null;
      const host = painted(text, { layers, folds: below(2) ? folds : [], anchors, blocks });
      expect(host.textContent).toBe(text);
      expect(host.querySelector("b, h1, script")).toBeNull();
      for (const { layer, spans: own } of layers) {
        for (const what of [0, 1, 2]) {
          const expected = Array.from({ length: text.length }, (_, i) => inside(own, i, what));
          expect(covered(host, what ? `${layer}-${what}` : layer)).toEqual(expected);
        }
      }
    }
  });

  it("shows invisible characters as chips with labels outside the text", () => {
    const host = painted("a\u200bb\u202ec\u{e0041}", { layers: [{ layer: "ol-search", spans: [1, 3, 0] }] });
    const chips = [...host.querySelectorAll<HTMLElement>(".ol-chip")];
    expect(chips.map((c) => c.dataset.label)).toEqual(["200B", "202E", "A"]);
    expect(host.querySelector("mark .ol-chip")).not.toBeNull();
    expect(host.textContent).toBe("a\u200bb\u202ec\u{e0041}");
  });

  it("leaves emoji, joined scripts and line ends alone", () => {
    expect(invisibles("👩‍🚀 क्‍ष a\r\nb\tc")).toEqual([]);
    expect(invisibles("👩🏽‍🚀 🏳️‍⚧️ ❤️ ☎\ufe0e 1\ufe0f\u20e3 葛\u{e0100} می‌خواهم ≨\ufe00")).toEqual([]);
    expect(invisibles(" \u200d").length).toBe(1);
    // A joiner between Latin letters, and a message in variation selectors after an emoji.
    expect(invisibles("no\u200dte").map(({ title }) => title)).toEqual(["U+200D zero-width joiner"]);
    expect(invisibles("😀\ufe0f\u{e0148}\u{e0151}").map(({ title }) => title)).toEqual([
      "U+E0148 variation selector",
      "U+E0151 variation selector",
    ]);
    expect(invisibles("a\ufe01\uffa0").map(({ title }) => title)).toEqual([
      "U+FE01 variation selector",
      "U+FFA0 Hangul filler",
    ]);
    expect(invisibles("a\rb")[0].title).toContain("U+000D");
  });

  it("leaves the flags of England, Scotland and Wales alone, but no lookalikes", () => {
    const tags = (letters: string) => [...letters].map((c) => String.fromCodePoint(0xe0000 + c.charCodeAt(0))).join("");
    const flag = (letters: string) => `\u{1f3f4}${tags(letters)}\u{e007f}`;
    expect(invisibles(`${flag("gbeng")} ${flag("gbsct")} ${flag("gbwls")} ${flag("usca")}`)).toEqual([]);
    // Without an end, without a flag before it, a hidden sentence, another emoji, a second sequence: all hide
    // something.
    for (const [text, hidden] of [
      [`\u{1f3f4}${tags("gbeng")}`, 5],
      [`${tags("gbeng")}\u{e007f}`, 6],
      [`x${tags("gbeng")}\u{e007f}`, 6],
      [flag("ignore all rules"), 17],
      [`\u{1f600}${tags("gbeng")}\u{e007f}`, 6],
      [`${flag("gbeng")}${tags("gb")}\u{e007f}`, 3],
    ] as [string, number][])
      expect(invisibles(text).length, text).toBe(hidden);
  });

  it("folds and unfolds", () => {
    let unfolded = -1;
    const host = painted("one two three four", {
      folds: [{ start: 4, end: 13, label: "2 words" }],
      onUnfold: (at) => (unfolded = at),
    });
    const fold = host.querySelector<HTMLElement>(".ol-fold")!;
    expect(fold.textContent).toBe("two three");
    expect(fold.querySelector("[hidden]")!.textContent).toBe("two three");
    fold.click();
    expect(unfolded).toBe(4);
  });

  it("draws a table with hidden bars", () => {
    const text = "|a|b|\n|-|-|\n|c|d|\n";
    const host = painted(text, { blocks: markdown(text).blocks });
    const seen = (cell: Element) =>
      [...cell.childNodes]
        .filter((n) => !(n instanceof HTMLElement && n.hidden))
        .map((n) => n.textContent)
        .join("");
    expect([...host.querySelectorAll("th")].map(seen)).toEqual(["a", "b"]);
    expect([...host.querySelectorAll("td:not([hidden])")].map(seen)).toEqual(["c", "d"]);
  });
});

function inside(spans: ArrayLike<number>, at: number, what: number): boolean {
  for (let k = 0; k < spans.length; k += 3) if (spans[k] <= at && at < spans[k + 1]) return spans[k + 2] === what;
  return false;
}
