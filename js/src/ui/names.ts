// Names that must stay different in little room.

/** What ends a token of a name: "anthropic/claude-3" is anthropic, claude and 3. */
const TOKEN = /.+?(?:[/:_\s-]+|$)/gsu;
const MOST = 28;
/** Names that are no longer than this have room as they are. */
const SHORT = 16;

/** For each name what is shown of it: not what all of them begin with, and cut in the middle where it is still long. */
export function shortNames(names: string[]): Map<string, string> {
  const start = names.some((name) => name.length > SHORT) ? commonStart(names) : 0;
  return new Map(names.map((name) => [name, cutMiddle(name.slice(start), MOST)]));
}

/** The length of the whole tokens that all names begin with; something of each name is left, and no number is split. */
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

/** A name of at most `most` characters, cut in its middle: names often differ at their end. */
export function cutMiddle(name: string, most: number): string {
  const characters = [...name];
  if (characters.length <= most) return name;
  const end = Math.floor((most - 1) / 2);
  return `${characters.slice(0, most - 1 - end).join("")}…${characters.slice(-end).join("")}`;
}
