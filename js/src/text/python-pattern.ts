// Rewrites a Python regular expression for JavaScript, so that the search box finds what `lens.find` finds. The result
// needs only the flag "u": Safari supports "v", with its nested sets, since version 17.

/** What \w matches in Python's `regex` module, which `lens.find` uses. */
const WORD = "\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}\\p{Join_Control}";
const [AFTER, BEFORE, NOT_AFTER, NOT_BEFORE] = ["?<=", "?=", "?<!", "?!"].map((look) => `(${look}[${WORD}])`);

const ANYWHERE: Record<string, string> = { W: `[^${WORD}]`, d: "\\p{Nd}", D: "\\P{Nd}", a: "\\x07" };
const IN_SET: Record<string, string> = { ...ANYWHERE, w: WORD };
const OUTSIDE: Record<string, string> = {
  ...ANYWHERE,
  w: `[${WORD}]`,
  b: `(?:${AFTER}${NOT_BEFORE}|${NOT_AFTER}${BEFORE})`,
  B: `(?:${AFTER}${BEFORE}|${NOT_AFTER}${NOT_BEFORE})`,
  A: "^",
  Z: "$",
};

/** An escape; a set; a repeat; a named group or a reference to one; a character with another meaning. */
const PARTS = /\\[^]|\[\^?\]?(?:\\[^]|[^\]\\])*\]|\{(?:\d+(?:,\d*)?|,\d*)\}|\(\?P<|\(\?P=[^)]*\)|[.^$\]{}]/gu;

/** Return the source and the flags for JavaScript. Unknown syntax passes unchanged, and JavaScript reports it. */
export function translate(query: string): { source: string; flags: string } {
  const lead = /^(?:\(\?[imsu]+\))*/.exec(query)![0];
  const whole = lead.includes("s");
  const lines = lead.includes("m");
  // In Python only \n ends a line; JavaScript's "m" and "." accept other characters too.
  const signs: Record<string, string> = {
    ".": whole ? "." : "[^\\n]",
    "^": lines ? "(?<![^\\n])" : "^",
    $: lines ? "(?![^\\n])" : "(?=\\n?$)",
    "(?P<": "(?<",
  };
  const source = query.slice(lead.length).replace(PARTS, (part) => {
    if (signs[part]) return signs[part];
    if (part[0] === "\\") return literal(part, OUTSIDE, /[$(-+./?[-^{-}]/);
    if (part[0] === "[") return set(part);
    if (part[0] === "(") return `\\k<${part.slice(4, -1)}>`;
    return part.length > 1 ? part.replace("{,", "{0,") : `\\${part}`;
  });
  return { source, flags: whole ? "su" : "u" };
}

function set(part: string): string {
  const negated = part[1] === "^";
  const body = part.slice(negated ? 2 : 1, -1);
  let notWord = false;
  const inner = body.replace(/\\[^]|[^]/gu, (one, at: number) => {
    // A minus between two characters is a range; at either end it is literal.
    if (one === "-" && at > 0 && at < body.length - 1) return one;
    if (one === "\\W") {
      notWord = true;
      // White space is never part of a word: as a stand-in, it keeps a range that ends with \W an error.
      return "\\s";
    }
    return literal(one[0] === "\\" && one[1] ? one : `\\${one}`, IN_SET, /[$(-+\-./?[-^{-}]/, one[0] !== "\\");
  });
  if (!notWord) return `[${negated ? "^" : ""}${inner}]`;
  return negated ? `(?:(?![${inner}])[${WORD}])` : `(?:[${inner}]|[^${WORD}])`;
}

/** Return an escape or, in a set, a plain character: escaped where JavaScript requires or allows it. */
function literal(part: string, known: Record<string, string>, special: RegExp, plain = false): string {
  const one = part.slice(1);
  if (special.test(one)) return part;
  return /[a-z0-9]/i.test(one) && !plain ? (known[one] ?? part) : one;
}
