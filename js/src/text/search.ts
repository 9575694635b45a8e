// Search in the browser: a text or a /regular expression/, ignoring case.
import { translate } from "./python-pattern";

export interface Query {
  query: string;
  regex: boolean;
}

/** Parses the search box: /.../ is a regular expression. */
export function parse(typed: string): Query {
  const regex = typed.length > 2 && typed.startsWith("/") && typed.endsWith("/");
  return { query: regex ? typed.slice(1, -1) : typed, regex };
}

/** Formats a query for the search box. */
export function print({ query, regex }: Query): string {
  return regex ? `/${query}/` : query;
}

/** The expression for a query; null if it is empty. Throws SyntaxError on an invalid expression. */
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

/** Start and end of every non-empty hit, as a flat list of at most `limit` hits. */
export function hits(text: string, pattern: RegExp, limit = 2000): number[] {
  const found: number[] = [];
  pattern.lastIndex = 0;
  for (let match = pattern.exec(text); match && found.length < 2 * limit; match = pattern.exec(text)) {
    if (match[0]) found.push(match.index, match.index + match[0].length);
    // An empty match does not advance by itself; step over a surrogate pair as one character.
    else pattern.lastIndex += (text.codePointAt(pattern.lastIndex) ?? 0) > 0xffff ? 2 : 1;
  }
  return found;
}
