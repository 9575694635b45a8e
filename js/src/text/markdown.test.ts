import { describe, expect, it } from "vitest";
import { seeded } from "../testing/random";
import { markdown } from "./markdown";

const HIDDEN = 16;

/** Kind, level and text of each block. */
function blocksOf(text: string): [string, number, string][] {
  return markdown(text).blocks.map(({ start, end, kind, level }) => [kind, level, text.slice(start, end)]);
}

/** The styled text without hidden characters: bits and text. */
function styled(text: string): [number, string][] {
  return spansOf(text).filter(([bits]) => bits !== HIDDEN);
}

function spansOf(text: string): [number, string][] {
  const { spans } = markdown(text);
  return spans.flatMap((start, k) =>
    k % 3 ? [] : [[spans[k + 2], text.slice(start, spans[k + 1])] as [number, string]],
  );
}

/** The visible text. */
function seen(text: string): string {
  const { spans } = markdown(text);
  let left = "";
  let at = 0;
  for (let k = 0; k < spans.length; k += 3) {
    if (spans[k + 2] !== HIDDEN) continue;
    left += text.slice(at, spans[k]);
    at = spans[k + 1];
  }
  return left + text.slice(at);
}

function cellsOf(text: string): (string[] | undefined)[] {
  return markdown(text).blocks.map(({ cells }) =>
    cells?.flatMap((at, k) => (k % 2 ? [] : [text.slice(at, cells[k + 1])])),
  );
}

/** The fault in the blocks and spans of a text; "" if there is none. */
function wrong(text: string): string {
  const { blocks, spans } = markdown(text);
  let at = 0;
  let k = 0;
  for (const { start, end, kind, level, cells } of blocks) {
    if (start !== at || end <= start) return "blocks are not the text";
    if (level && kind !== "item" && kind !== "quote") return "a level where there is none";
    if (!!cells !== (kind === "row")) return "cells";
    let cell = start;
    for (const place of cells ?? []) {
      if (place < cell || place > end) return "cells are not in order";
      cell = place;
    }
    for (at = start; k < spans.length && spans[k] < end; k += 3) {
      if (spans[k] < at || spans[k + 1] <= spans[k] || spans[k + 1] > end)
        return "spans are not in order, or cross blocks";
      at = spans[k + 1];
      const bits = spans[k + 2];
      if (bits !== HIDDEN && (bits < 1 || bits > 15)) return "unknown bits";
      if (bits !== HIDDEN || kind === "code") continue;
      const hidden = text.slice(spans[k], at);
      if (kind !== "quote" && !/^[-#>*_~`\\ \t]+$/.test(hidden)) return `hides ${JSON.stringify(hidden)}`;
    }
    at = end;
  }
  return at !== text.length ? "blocks end early" : k !== spans.length ? "spans after the end" : "";
}

describe("markdown of any text", () => {
  it("has blocks that make up the text and ascending spans within them, and hides only markup", () => {
    const signs =
      "* ** _ __ ~~ ` `` ``` ~~~ # ## > - + 1. 2) | --- *** \\ [ ]( ) < </b> :// . a b é 中 😀 \ud800 \udc00 \0 \u2028".split(
        " ",
      );
    signs.push(" ", " ", "  ", "\t", "\n", "\n", "\n\n", "\r", "\r\n", "|-|\n", "> ", "- ");
    const random = seeded(7);
    for (let round = 0; round < 20_000; round++) {
      let text = "";
      for (let left = random() * 30; left > 0; left--) text += signs[Math.floor(random() * signs.length)];
      const fault = wrong(text);
      if (fault) expect.fail(`${fault}: ${JSON.stringify(text)}`);
    }
  });

  it("finds no blocks in an empty text", () => {
    expect(markdown("")).toEqual({ blocks: [], spans: [] });
  });

  // A search that restarts at every position takes quadratic time: none of these would end.
  it.each([
    "*",
    "`",
    "[",
    "<",
    ">",
    "|",
    "\n",
    "- ",
    "*a ",
    "**a* ",
    "_a ",
    "`a",
    "](a",
    "<a ",
    "://a",
    "|://",
    "|-|\n",
    "> \n",
    "- a\n",
    " ",
    " #",
    "\\",
    "a~~",
  ])(
    "takes no longer than the text: 1 MB of %j",
    (sign) => {
      expect(wrong(sign.repeat(1e6 / sign.length))).toBe("");
    },
    20_000,
  );

  it("takes linear time: backticks of every number, ever deeper lists, nested styles", () => {
    const numbers = (count: number) => Array.from({ length: count }, (_, k) => k + 1);
    expect(
      wrong(
        numbers(2000)
          .map((k) => "`".repeat(k))
          .join("a"),
      ),
    ).toBe(""); // prettier-ignore
    expect(
      wrong(
        numbers(2000)
          .map((k) => `${" ".repeat(k)}- a\n`)
          .join(""),
      ),
    ).toBe(""); // prettier-ignore
    expect(wrong("*a ".repeat(3e5) + "b* ".repeat(3e5))).toBe("");
    expect(wrong("*a **b ".repeat(2e5) + "c_ ".repeat(3e5))).toBe("");
  });
});

describe("blocks", () => {
  it("reads # before a space as a heading, and hides it with its closing marks", () => {
    expect(blocksOf("# Oak\n###### Elm")).toEqual([
      ["h1", 0, "# Oak\n"],
      ["h6", 0, "###### Elm"],
    ]); // prettier-ignore
    expect(seen("# Oak\n## Elm ##\n#\tFir #1\n#\n")).toBe("Oak\nElm\nFir #1\n\n");
    for (const text of ["#oak", "####### oak", "\\# oak", "C# oak"]) expect(blocksOf(text)[0][0], text).toBe("p");
    expect(blocksOf("oak\n# elm\nfir").map(([kind]) => kind)).toEqual(["p", "h1", "p"]);
  });

  it("does not read the line above --- or === as a heading", () => {
    expect(blocksOf("oak\n---\nelm\n===\n")).toEqual([
      ["p", 0, "oak\n"],
      ["rule", 0, "---\n"],
      ["p", 0, "elm\n===\n"],
    ]); // prettier-ignore
  });

  it("hides a rule's line, not its end", () => {
    for (const line of ["---", "***", "___", " - - -", "**  * ** * "]) {
      expect(blocksOf(`${line}\r\n`)).toEqual([["rule", 0, `${line}\r\n`]]);
      expect(seen(`${line}\r\n`)).toBe("\r\n");
    }
    for (const line of ["--", "-*-", "--- a", "+++"]) expect(blocksOf(line)[0][0], line).not.toBe("rule");
  });

  it("nests items by their indent, and keeps their markers visible", () => {
    const lines = [
      "- oak",
      "  - elm",
      "    lazy",
      "      * fir",
      "   + ash",
      "- yew",
      "",
      "1. bay",
      "   1) box",
      "\t- fig",
      "2. tea",
    ];
    const text = lines.join("\n");
    expect(blocksOf(text)).toEqual([
      ["item", 0, "- oak\n"],
      ["item", 1, "  - elm\n    lazy\n"],
      ["item", 2, "      * fir\n"],
      ["item", 1, "   + ash\n"],
      ["item", 0, "- yew\n"],
      ["blank", 0, "\n"],
      ["item", 0, "1. bay\n"],
      ["item", 1, "   1) box\n"],
      ["item", 1, "\t- fig\n"],
      ["item", 0, "2. tea"],
    ]);
    expect(seen(text)).toBe(text);
    expect(blocksOf("- a\n    - b\n\t- c\n \t\t- d").map(([, level]) => level)).toEqual([0, 1, 1, 2]);
    // A paragraph at the margin ends all lists, one below an item does not.
    expect(blocksOf("- a\n\n  b\n\n  - c\n\nd\n\n  - e").map(([, level]) => level)).toEqual([
      0, 0, 0, 0, 1, 0, 0, 0, 0,
    ]);
    for (const line of ["-oak", "1.oak", "1 oak", "1234567890. oak"]) expect(blocksOf(line)[0][0], line).toBe("p");
  });

  it("lets a sentence continue with a year", () => {
    expect(blocksOf("It was\n1984. It was")).toHaveLength(1);
    expect(blocksOf("Steps\n1. oak\n2. elm").map(([kind]) => kind)).toEqual(["p", "item", "item"]);
    expect(blocksOf("7. oak\n9. elm").map(([kind]) => kind)).toEqual(["item", "item"]);
  });

  it("continues a paragraph over lines, however indented, until a blank one", () => {
    expect(blocksOf("oak\n      elm\rfir\r\n \n\t\n\nash")).toEqual([
      ["p", 0, "oak\n      elm\rfir\r\n"],
      ["blank", 0, " \n\t\n\n"],
      ["p", 0, "ash"],
    ]); // prettier-ignore
  });

  it("hides the marks of quotes", () => {
    const text = "> oak\n> elm\nlazy\n>> fir\n> > ash\n>\n> yew\n\nbox";
    expect(blocksOf(text)).toEqual([
      ["quote", 0, "> oak\n> elm\nlazy\n"],
      ["quote", 1, ">> fir\n> > ash\n"],
      ["quote", 0, ">\n"],
      ["quote", 0, "> yew\n"],
      ["blank", 0, "\n"],
      ["p", 0, "box"],
    ]);
    expect(seen(text)).toBe("oak\nelm\nlazy\nfir\nash\n\nyew\n\nbox");
    expect(spansOf("> a **b\n> c** >d")).toEqual([
      [16, "> "],
      [16, "**"],
      [1, "b\n"],
      [16, "> "],
      [1, "c"],
      [16, "**"],
    ]); // prettier-ignore
    expect(styled("> # oak\n> *elm*")).toEqual([
      [1, "oak\n"],
      [2, "elm"],
    ]); // prettier-ignore
    expect(seen(">   oak\n> ---")).toBe("  oak\n---");
    expect(spansOf("> `a\n> b`")).toEqual([
      [16, "> `"],
      [4, "a\n"],
      [16, "> "],
      [4, "b"],
      [16, "`"],
    ]); // prettier-ignore
    expect(styled("> _a\n>_ b")).toEqual([]);
    expect(blocksOf("\n>\n")).toEqual([
      ["blank", 0, "\n"],
      ["quote", 0, ">\n"],
    ]); // prettier-ignore
    expect(blocksOf("- oak\n  > elm")[1]).toEqual(["quote", 1, "  > elm"]);
    expect(seen("> > ```\n> > *a*\n> > ```\n> *b*")).toBe("*a*\nb");
    expect(styled("> ```\n> *a*\n*b*")).toEqual([
      [4, "*a*"],
      [2, "b"],
    ]); // prettier-ignore
  });

  it("shows the content of a fence unchanged", () => {
    for (const [open, close] of [
      ["```", "```"],
      ["~~~py", "~~~~"],
      ["  ````js x", "`````  "],
    ]) {
      const inside = "# *a*\n``\n\n> b\n- c\n";
      const text = `oak\n${open}\n${inside}${close}\r\n*elm*`;
      expect(blocksOf(text)).toEqual([
        ["p", 0, "oak\n"],
        ["code", 0, `${open}\n${inside}${close}\r\n`],
        ["p", 0, "*elm*"],
      ]);
      expect(seen(text)).toBe(`oak\n${inside}elm`);
      expect(styled(text)).toEqual([[2, "elm"]]);
    }
    expect(blocksOf("```\n*a*\n\n~~~\n``` b\n")).toEqual([["code", 0, "```\n*a*\n\n~~~\n``` b\n"]]);
    expect(styled("```a``` *b*")).toEqual([
      [4, "a"],
      [2, "b"],
    ]); // prettier-ignore
  });

  it("keeps a fence beside a marker from swallowing the list", () => {
    expect(blocksOf("1. ```py\n   a\n   ```\n   - b\n2. c")).toEqual([
      ["item", 0, "1. "],
      ["code", 0, "```py\n   a\n   ```\n"],
      ["item", 1, "   - b\n"],
      ["item", 0, "2. c"],
    ]);
  });

  it("finds the cells of tables", () => {
    const text = "Trees:\n| tree | *how \\| high* |\n|:--|--:|\n|oak||\n elm | 3 \\\\ | 4\n| `a\nfir\n| ash |";
    expect(blocksOf(text).map(([kind]) => kind)).toEqual(["p", "row", "row", "row", "row", "row", "p"]);
    expect(cellsOf(text)).toEqual([
      undefined,
      ["tree", "*how \\| high*"],
      [],
      ["oak", ""],
      ["elm", "3 \\\\", "4"],
      ["`a"],
      undefined,
    ]);
    expect(markdown(text).blocks.map(({ first }) => !!first)).toEqual([false, true, false, false, false, false, false]);
    expect(styled(text)).toEqual([
      [2, "how "],
      [2, "| high"],
    ]); // prettier-ignore
    expect(styled("|a|\n|-|\n|*b|c*|\n|`d|e`|")).toEqual([]);
    expect(cellsOf("|\n|-|\n|\n||")).toEqual([[""], [], [""], [""]]);
    for (const none of ["a | b\nc | d", "a | b\n---", "a\n|-|", "|a|b|\n|-|", "|a|\n|-x|", "|a|\n\n|-|"]) {
      expect(
        blocksOf(none).map(([kind]) => kind),
        none,
      ).not.toContain("row"); // prettier-ignore
    }
  });
});

describe("styles", () => {
  it.each<[string, [number, string][]]>([
    ["a **b** c", [[1, "b"]]],
    ["a __b__ c", [[1, "b"]]],
    [
      "a *b* _c_",
      [
        [2, "b"],
        [2, "c"],
      ],
    ],
    ["~~a~~ ~b~ ~~~c~~~", [[8, "a"]]],
    ["***a***", [[3, "a"]]],
    [
      "*a **b** c*",
      [
        [2, "a "],
        [3, "b"],
        [2, " c"],
      ],
    ],
    [
      "**a *b***",
      [
        [1, "a "],
        [3, "b"],
      ],
    ],
    ["**~~*a*~~**", [[11, "a"]]],
    [
      "*a _b_ c*",
      [
        [2, "a "],
        [2, "b"],
        [2, " c"],
      ],
    ],
    [
      "*a `*` b*",
      [
        [2, "a "],
        [6, "*"],
        [2, " b"],
      ],
    ],
    ["*a\nb*", [[2, "a\nb"]]],
    ["*a\n\nb*", []],
    ["*a\n- b*", []],
    ["# *a\nb*", []],
    ["* a*", []],
    ["a * b * c", []],
    ["snake_case_name __init__", [[1, "init"]]],
    ["_a_b _c", []],
    ["2*3*4 a*b*c x**2 + y**2", []],
    [
      "**R**eading 这**是**的",
      [
        [1, "R"],
        [1, "是"],
      ],
    ],
    ["**a*", [[2, "a"]]],
    ["*a**", [[2, "a"]]],
    ["*(a)*b", []],
    [
      "(*a*) _(b)_ (_(c)_)",
      [
        [2, "a"],
        [2, "(b)"],
        [2, "(c)"],
      ],
    ],
    ["a*(b)*", []],
    ["a***b***c", [[3, "b"]]],
    ["a**b*c", []],
    [
      "`a` ``b`c`` ```d",
      [
        [4, "a"],
        [4, "b`c"],
      ],
    ],
    ["`a``b", []],
    ["``a` b`", [[4, " b"]]],
    ["*a `b* c`", [[4, "b* c"]]],
    ["`a\\` b`", [[4, "a\\"]]],
    ["\\*a* \\`b` \\_c_", []],
    ["\\\\*a*", [[2, "a"]]],
    ["😀*a*😀", [[2, "a"]]],
    ["😀*.a*", [[2, ".a"]]],
    ["\u{10400}*.a*", []],
    ["\ud800**a**", [[1, "a"]]],
  ])("of %j", (text, expected) => {
    expect(styled(text)).toEqual(expected);
  }); // prettier-ignore

  it("hides markup, and nothing else", () => {
    expect(seen("**a** __b__ *c* _d_ ~~e~~ ``f`` \\*g\\* \\h")).toBe("a b c d e f *g* \\h");
    expect(seen("**a* \\\n**b**")).toBe("*a \\\nb");
    expect(spansOf("**a**")).toEqual([
      [16, "**"],
      [1, "a"],
      [16, "**"],
    ]); // prettier-ignore
  });

  it("leaves links, addresses and HTML unchanged", () => {
    for (const text of [
      "[a](b_c_ d)",
      "[a](/_b_/*c*)",
      "![a](x_(_y_)_z)",
      "https://a.b/_c_/*d*/e",
      "https://*.a.b/*",
      "<a href=\"_b_\" id='*c*'>",
      "</b> &amp; [a][b]",
    ])
      expect(markdown(text).spans, text).toEqual([]); // prettier-ignore
    expect(styled("**https://a.b** _https://a.b/c_ *[d](e)* <b>*f*</b>")).toEqual([
      [1, "https://a.b"],
      [2, "https://a.b/c"],
      [2, "[d](e)"],
      [2, "f"],
    ]); // prettier-ignore
    expect(styled("**https://a.b**c")).toEqual([[1, "https://a.b"]]);
    expect(styled("a <b *c* d < e](f *g*")).toEqual([
      [2, "c"],
      [2, "g"],
    ]); // prettier-ignore
  });
});
