// A regular expression of Python, as JavaScript writes it: both searches are to find the same.

/** What \w holds for Python's `regex`, which `lens.find` searches with. */
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

/** An escape; a set; a repeat; a named group, or a reference to one; a character that means something else. */
const PARTS = /\\[^]|\[\^?\]?(?:\\[^]|[^\]\\])*\]|\{(?:\d+(?:,\d*)?|,\d*)\}|\(\?P<|\(\?P=[^)]*\)|[.^$\]{}]/gu;

/** The source and the flags for JavaScript. What is not known passes as it is, and JavaScript says so. */
export function translate(query: string): { source: string; flags: string } {
  const lead = /^(?:\(\?[imsu]+\))*/.exec(query)![0];
  const whole = lead.includes("s");
  const lines = lead.includes("m");
  // A line ends at \n alone; "m" and "." of JavaScript know more ends.
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
  return { source, flags: whole ? "sv" : "v" };
}

function set(part: string): string {
  const start = part[1] === "^" ? 2 : 1;
  const body = part.slice(start, -1);
  const inner = body.replace(/\\[^]|[^]/gu, (one, at: number) => {
    // A minus between two characters makes a range; first or last it is one itself.
    if (one === "-" && at > 0 && at < body.length - 1) return one;
    return literal(one[0] === "\\" && one[1] ? one : `\\${one}`, IN_SET, /[!#-&(-/:-@[-^`{-~]/, one[0] !== "\\");
  });
  return `${part.slice(0, start)}${inner}]`;
}

/** An escape or, in a set, a plain character: escaped where JavaScript wants or allows it. */
function literal(part: string, known: Record<string, string>, special: RegExp, plain = false): string {
  const one = part.slice(1);
  if (special.test(one)) return part;
  return /[a-z0-9]/i.test(one) && !plain ? (known[one] ?? part) : one;
}
