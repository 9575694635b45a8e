// Random documents whose parts are known.
import { describe, expect, it } from "vitest";
import { seeded } from "../testing/random";
import { markdown } from "./markdown";

const HIDDEN = 16;

describe("documents made of known parts", () => {
  type Piece = [text: string, bits: number];

  function document(random: () => number) {
    const pick = <T>(from: readonly T[]) => from[Math.floor(random() * from.length)];
    const pieces: Piece[] = [];
    const ends: [string, number, number][] = [];
    let length = 0;
    const put = (text: string, bits = 0) => {
      pieces.push([text, bits]);
      length += text.length;
    };
    const end = (kind: string, level = 0) => ends.push([kind, level, length]);
    const word = (bits: number) =>
      put(pick(["oak", "elm,", "1", "Größe", "树木", "a_b_c", "2*3*4", "😀", "x]", "(y)", "[z](_u_v)"]), bits);

    /**
     * A sentence with styles that begins and ends with a word. `line` begins a line: its text, and whether it is
     * hidden.
     */
    const sentence = (bits: number, deep: number, line: Piece | null) => {
      const gap = () => {
        if (!line || random() < 0.8) return put(" ", bits);
        put("\n", bits);
        if (line[0]) put(line[0], line[1] || bits);
      };
      word(bits);
      for (let left = Math.floor(random() * 5); left > 0; left--) {
        gap();
        const [sign, style] = pick([
          ["**", 1],
          ["__", 1],
          ["*", 2],
          ["_", 2],
          ["~~", 8],
          ["`", 4],
          ["```", 4],
          ["\\", 0],
          ["", 0],
        ] as const);
        if (style && (style === 4 || deep < 4)) {
          put(sign, HIDDEN);
          if (style === 4) put(pick(["*a*", "b", "c `` d", "\\e", "<f>"]), bits | 4);
          else sentence(bits | style, deep + 1, line);
          put(sign, HIDDEN);
        } else if (sign === "\\") {
          put("\\", HIDDEN);
          put(pick(["*", "`", "_", "#", "\\", "<"]), bits);
        } else word(bits);
      }
      gap();
      word(bits);
    };
    const list = (indent: number, level: number) => {
      for (let left = 1 + random() * 3; left > 0; left--) {
        put(" ".repeat(indent) + pick(["- ", "* ", "+ ", "1. ", "12) "]));
        sentence(0, 0, [" ".repeat(indent + 2), 0]);
        put("\n");
        end("item", level);
        if (level < 4 && random() < 0.3) list(indent + 2 + Math.floor(random() * 3), level + 1);
      }
    };
    const parts: Record<string, () => void> = {
      p() {
        sentence(0, 0, ["", 0]);
        put("\n");
        end("p");
      },
      heading() {
        const level = 1 + Math.floor(random() * 6);
        put(`${"#".repeat(level)} `, HIDDEN);
        sentence(0, 0, null);
        if (random() < 0.5) put(" ##", HIDDEN);
        put("\n");
        end(`h${level}`);
      },
      rule() {
        put(pick(["---", "* * *", "____"]), HIDDEN);
        put("\n");
        end("rule");
      },
      fence() {
        const sign = pick(["```", "~~~~"]);
        put(`${sign}${pick(["", "py", " a b"])}\n`, HIDDEN);
        put(pick(["*a*\n", "# b\n\n- c\n", "> d\n``\n", "|e|\n|-|\n"]));
        put(`${sign}\n`, HIDDEN);
        end("code");
      },
      table() {
        for (let row = 0; row < 4; row++) {
          for (let column = 0; column < 3; column++) {
            put("| ");
            if (row === 1) put("---");
            else sentence(0, 0, null);
          }
          put("|\n");
          end("row");
        }
      },
      quote() {
        const level = Math.floor(random() * 3);
        const marks = "> ".repeat(level + 1);
        put(marks, HIDDEN);
        sentence(0, 0, [marks, HIDDEN]);
        put("\n");
        end("quote", level);
      },
      list: () => list(0, 0),
    };
    for (let left = 1 + random() * 6; left > 0; left--) {
      const name = pick(Object.keys(parts));
      parts[name]();
      if (["heading", "rule", "fence"].includes(name) && random() < 0.5) continue;
      put("\n");
      end("blank");
    }
    return { pieces, ends };
  }

  it("finds the parts", () => {
    const random = seeded(11);
    for (let round = 0; round < 1500; round++) {
      const { pieces, ends } = document(random);
      const text = pieces.map(([piece]) => piece).join("");
      const { blocks, spans } = markdown(text);
      expect(
        blocks.map(({ kind, level, end }) => [kind, level, end]),
        text,
      ).toEqual(ends); // prettier-ignore
      const bits = new Uint8Array(text.length);
      for (let k = 0; k < spans.length; k += 3) bits.fill(spans[k + 2], spans[k], spans[k + 1]);
      const expected = pieces.flatMap(([piece, style]) => Array<number>(piece.length).fill(style));
      if (expected.some((style, at) => style !== bits[at])) expect([...bits], text).toEqual(expected);
    }
  });
});
