// What differs between wordings of the same: words, and numbers with their measures.
import { isFunctionWord } from "./function-words";

/** A run of letters and digits; in scripts without spaces, one character. */
const WORD =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]|(?:(?![\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}])[\p{L}\p{M}\p{N}])+(?:['’]\p{L}+)*/gu;
/** Python has the same list, text/differs.py. */
const SPELT = `zero two three four five six seven eight nine ten eleven twelve twenty thirty forty fifty sixty seventy
eighty ninety hundred thousand million billion half twice`;
const SPELT_NUMBERS = new Set(SPELT.split(/\s+/));
const NUMBER =
  /(?<![\p{L}\p{N}])(?:\d+ \d+\/\d+|\d*[¼-¾⅐-⅞]|\d+(?:[.,:/]\d+)*)(?:[-–](?:\d+ \d+\/\d+|\d*[¼-¾⅐-⅞]|\d+(?:[.,:/]\d+)*))?%?(?: ?(\p{L}{1,12})(?!\p{L}))?/gu;

const form = (word: string) => word.toLowerCase().replaceAll("’", "'");

/** The words of a text, in lower case. */
export function wordSet(text: string): Set<string> {
  return new Set(Array.from(text.matchAll(WORD), ([word]) => form(word)));
}

/** Spans (start, end, 0) of the words between two positions that are not among the known ones; neighbours are joined. */
export function newWords(text: string, from: number, to: number, known: ReadonlySet<string>): number[] {
  const spans: number[] = [];
  let joined = false;
  for (const { 0: word, index } of text.slice(from, to).matchAll(WORD)) {
    const fresh = !known.has(form(word));
    const end = from + index + word.length;
    if (fresh && joined) spans[spans.length - 2] = end;
    else if (fresh) spans.push(from + index, end, 0);
    joined = fresh;
  }
  return spans;
}

/** The numbers in a text: in digits, each with the word after it ("4 oz"), and spelt. */
export function numbersIn(text: string): Set<string> {
  const found = Array.from(text.matchAll(NUMBER), ({ 0: all, 1: measure }) =>
    measure && isFunctionWord(measure) ? all.slice(0, -measure.length).trim() : all,
  );
  return new Set([...found, ...[...wordSet(text)].filter((word) => SPELT_NUMBERS.has(word))]);
}
