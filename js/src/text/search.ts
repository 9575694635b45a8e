// Search in the browser: a text or a /regular expression/, any case.
import { translate } from "./python-pattern";

export interface Query {
  query: string;
  regex: boolean;
}

/** What the search box holds, understood: /.../ is a regular expression. */
export function parse(typed: string): Query {
  const regex = typed.length > 2 && typed.startsWith("/") && typed.endsWith("/");
  return { query: regex ? typed.slice(1, -1) : typed, regex };
}

/** What the search box shows for a query. */
export function print({ query, regex }: Query): string {
  return regex ? `/${query}/` : query;
}

/** The expression that finds a query; null when there is nothing to find. Throws SyntaxError on a bad one. */
export function compile({ query, regex }: Query): RegExp | null {
  if (!query) return null;
  if (!regex) return new RegExp(query.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&"), "giu");
  const { source, flags } = translate(query);
  try {
    return new RegExp(source, `gi${flags}`);
  } catch (error) {
    const why = (error as Error).message.replace(/^Invalid regular expression: (\/[^]*\/[a-z]*: )?/, "");
    throw new SyntaxError(`/${query}/: ${why}`);
  }
}

/** Start and end of every hit, flat; empty hits are none. At most `limit` of them. */
export function hits(text: string, pattern: RegExp, limit = 2000): number[] {
  const found: number[] = [];
  pattern.lastIndex = 0;
  for (let match = pattern.exec(text); match && found.length < 2 * limit; match = pattern.exec(text)) {
    if (match[0]) found.push(match.index, match.index + match[0].length);
    // An empty match does not move on by itself; a surrogate pair is stepped over as one.
    else pattern.lastIndex += (text.codePointAt(pattern.lastIndex) ?? 0) > 0xffff ? 2 : 1;
  }
  return found;
}
