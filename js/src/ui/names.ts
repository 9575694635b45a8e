// Short names that stay distinct.

/** The end of a token: "anthropic/claude-3" has the tokens anthropic, claude and 3. */
const TOKEN = /.+?(?:[/:_\s-]+|$)/gsu;
const MOST = 28;
/** Names up to this length are not cut. */
const SHORT = 16;

/** The short form of each name: without the common prefix, and cut in the middle if still too long. */
export function shortNames(names: string[]): Map<string, string> {
  const start = names.some((name) => name.length > SHORT) ? commonStart(names) : 0;
  return new Map(names.map((name) => [name, cutMiddle(name.slice(start), MOST)]));
}

/** The length of the whole tokens that all names share at the start; leaves part of each name, and splits no number. */
export function commonStart(names: string[]): number {
  const tokens = [...new Set(names)].map((name) => name.match(TOKEN) ?? []);
  if (tokens.length < 2) return 0;
  let length = 0;
  for (let k = 0; ; k++) {
    const token = tokens[0][k] ?? "";
    if (!/\p{L}/u.test(token) || tokens.some((of) => of.length < k + 2 || of[k] !== token)) return length;
    length += token.length;
  }
}

/** A name cut in the middle to `most` characters, because names often differ at their end. */
export function cutMiddle(name: string, most: number): string {
  const characters = [...name];
  if (characters.length <= most) return name;
  const end = Math.floor((most - 1) / 2);
  return `${characters.slice(0, most - 1 - end).join("")}…${characters.slice(-end).join("")}`;
}
