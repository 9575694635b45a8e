// Finds Markdown without changing the text: returns blocks and styles as positions in the original, and pure markup
// characters as hidden. Links, images and HTML are left as written. A line of === or --- does not turn the line above
// into a heading, because models use --- as a rule. Takes linear time on any text.

export type Kind = "p" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "item" | "quote" | "code" | "row" | "rule" | "blank";

/** Part of the text, in UTF-16 units, with its line ends. The blocks cover the whole text. */
export interface Block {
  start: number;
  end: number;
  kind: Kind;
  /** Nesting depth of lists and quotes, 0 = outermost; 0 for other blocks. */
  level: number;
  /** For rows: the trimmed content of each cell as [start, end] pairs; absent in the row of dashes below the header. */
  cells?: number[];
  /** The header row of a table. */
  first?: boolean;
}

const [STRONG, EM, CODE, STRIKE, HIDDEN] = [1, 2, 4, 8, 16];
/** For hidden markup with a style: set if the style ends here, clear if it begins. */
const ENDS = 32;
/** For hidden markup: precedes the content of a line, outside the sentence. */
const BEFORE = 64;

const HEADING = /^(#{1,6})(?:[ \t]+|$)/;
const FENCE = /^(?:`{3,}(?=[^`]*$)|~{3,})/;
const ITEM = /^(?:[-*+]|(\d{1,9})[.)])(?:[ \t]+|$)/;
const LINE_END = /\r\n?|\n/g;
const TICKS = /`+/g;
/** A tag, a link's target or an address: never styled. Written so that a search ends where the next may begin. */
const AS_WRITTEN =
  /<[a-z/][^<>`|\r\n]*>|\]\([^\s()`|]*(?:\([^\s()`|]*\)[^\s()`|]*)?|:\/\/[^\s<>`|*]*(?:\*(?!\*)[^\s<>`|*]*){0,9}[\p{L}\p{N}/&=#%+$@-]/iuy;

/**
 * The blocks, and the styled or hidden ranges as ascending, disjoint triples [start, end, bits], none across blocks.
 * Bits: 1 strong, 2 em, 4 code, 8 strike; 16, alone, for hidden markup.
 */
export function markdown(text: string): { blocks: Block[]; spans: number[] } {
  const blocks: Block[] = [];
  const spans: number[] = [];
  const marks = new Uint8Array(text.length);
  /** Indents of the list items that the line may belong to. */
  const lists: number[] = [];
  let fence = "";
  // For the last block: where its sentences begin (-1: none), whether a line of text continues it, and its quotes.
  let [content, open, quotes] = [-1, false, 0];

  const finish = (end: number) => {
    const block = blocks[blocks.length - 1];
    if (!block) return;
    block.end = end;
    const parts = block.cells ?? (content < 0 ? [] : [content, end]);
    for (let p = 0; p < parts.length; p += 2) inline(text, marks, parts[p], parts[p + 1]);
    collect(marks, block.start, end, spans);
  };

  for (let at = 0, next = 0, end = 0; at < text.length; at = next) {
    [end, next] = lineAt(text, at);
    const first = skip(text, at, end);
    let [start, body, depth, indent] = [first, first, 0, 0];
    for (let k = at; k < first; k++) indent += text[k] === "\t" ? 4 - (indent % 4) : 1;
    for (; text[start] === ">" && (!fence || depth < quotes); start = skip(text, body, end)) {
      depth++;
      body = skip(text, start + 1, Math.min(start + 2, end));
    }
    marks.fill(HIDDEN | BEFORE, first, body);
    const rest = text.slice(start, end);
    const begin = (kind: Kind, sentences = -1, more: Partial<Block> = {}) => {
      finish(more.start ?? at);
      const nests = depth || kind === "item";
      if (kind !== "code" && kind !== "blank") while (lists.length && indent < lists[lists.length - 1] + 2) lists.pop();
      blocks.push({
        start: at,
        end,
        kind: depth ? "quote" : kind,
        level: nests ? lists.length + Math.max(depth - 1, 0) : 0,
        ...more,
      });
      if (kind === "item" && !depth) lists.push(indent);
      [content, open, quotes] = [sentences, kind === "item" || kind === "p", depth];
    };

    if (fence && depth === quotes) {
      if (rest.startsWith(fence) && /^(?:`+|~+)[ \t]*$/.test(rest)) {
        marks.fill(HIDDEN, at, next);
        fence = "";
      } else if (depth) marks.fill(CODE, body, end);
      continue;
    }
    fence = FENCE.exec(rest)?.[0] ?? "";
    const heading = HEADING.exec(rest);
    const item = ITEM.exec(rest);
    // A sentence may continue with a year or a dash at the start of a line.
    const sentence = open && !lists.length && item && (item[0].length === rest.length || Number(item[1] ?? 1) !== 1);
    const last = blocks[blocks.length - 1]?.kind;
    if (fence) {
      begin("code");
      marks.fill(HIDDEN, at, next);
    } else if (!rest) {
      if (depth || last !== "blank") begin("blank");
    } else if (heading) {
      const from = start + heading[0].length;
      begin(`h${heading[1].length}` as Kind, from);
      marks.fill(HIDDEN, start, from);
      // In a quote, a heading is strong to the end of its block.
      if (depth) marks[start] |= STRONG;
      const closing = rest.search(/[ \t]#+[ \t]*$/);
      if (closing >= 0) marks.fill(HIDDEN, Math.max(start + closing, from), end);
    } else if ("-*_".includes(rest[0]) && /^(?:-{3,}|\*{3,}|_{3,})$/.test(rest.replace(/[ \t]+/g, ""))) {
      begin("rule");
      if (!depth) marks.fill(HIDDEN, at, end);
    } else if (item && !sentence) {
      const from = start + item[0].length;
      begin("item", from);
      // A fence after the marker is a separate block.
      if (!depth && FENCE.test(text.slice(from, end))) next = from;
    } else {
      const cells = !depth && rest.includes("|") ? cellsOf(text, start, end) : [];
      const [below, after] = cells.length && last !== "row" ? lineAt(text, next) : [next, next];
      const dashes = text.slice(next, below).includes("|") ? cellsOf(text, next, below) : [];
      if (cells.length && last === "row") begin("row", -1, { cells });
      else if (
        cells.length &&
        cells.length === dashes.length &&
        dashes.every((d, k) => k % 2 || /^:?-+:?$/.test(text.slice(d, dashes[k + 1])))
      ) {
        begin("row", -1, { cells, first: true });
        begin("row", -1, { cells: [], start: next });
        next = after;
      } else if (!open || depth > quotes) begin("p", body);
    }
  }
  finish(text.length);
  return { blocks, spans };
}

/** The end of the line, and the start of the next. */
function lineAt(text: string, at: number): [number, number] {
  LINE_END.lastIndex = at;
  const found = LINE_END.exec(text);
  return found ? [found.index, LINE_END.lastIndex] : [text.length, text.length];
}

function skip(text: string, at: number, end: number): number {
  while (at < end && (text[at] === " " || text[at] === "\t")) at++;
  return at;
}

/** The cells of a line with a bar. */
function cellsOf(text: string, start: number, end: number): number[] {
  const cells: number[] = [];
  const trimmed = (from: number, to: number) => from + text.slice(from, to).trimEnd().length;
  const last = trimmed(start, end);
  let from = skip(text, start, last);
  if (text[from] === "|") from++;
  for (let at = from; at <= last; at++) {
    if (text[at] === "\\" && at < last - 1) at++;
    else if (at === last ? from < last || !cells.length : text[at] === "|") {
      from = skip(text, from, at);
      cells.push(from, trimmed(from, at));
      from = at + 1;
    }
  }
  return cells;
}

/** Marks the styles of one stretch, by CommonMark's rules for delimiter runs. */
function inline(text: string, marks: Uint8Array, start: number, end: number): void {
  /** Runs that a later one may close: their start, and how many of their characters are left. */
  const openers: { sign: string; at: number; left: number; size: number; both: boolean }[] = [];
  /** Before these positions there is no opener for runs of the same kind: a search has failed. */
  const searched: number[] = [];
  /** The start of the last run of backticks of each length. */
  let ticks: Map<number, number> | null = null;
  for (let at = start, stop = start; at < end; at = stop) {
    const sign = text[at];
    stop = at + 1;
    if (sign === "\\" && /[!-/:-@[-`{-~]/.test(text[stop])) {
      marks[at] = HIDDEN;
      stop++;
    } else if ("<]:".includes(sign)) {
      AS_WRITTEN.lastIndex = at;
      if (AS_WRITTEN.test(text)) stop = AS_WRITTEN.lastIndex;
    }
    if (!"`*_~".includes(sign)) continue;
    while (stop < end && text[stop] === sign) stop++;
    const size = stop - at;
    if (sign === "`") {
      if (!ticks) {
        ticks = new Map();
        for (const run of text.slice(at, end).matchAll(/`+/g)) ticks.set(run[0].length, at + run.index);
      }
      if (!(ticks.get(size)! > at)) continue;
      let close = stop;
      for (TICKS.lastIndex = stop; stop - close !== size; stop = TICKS.lastIndex) close = TICKS.exec(text)!.index;
      for (let k = at + size; k < close; k++) marks[k] ||= CODE;
      marks.fill(HIDDEN, at, at + size).fill(HIDDEN, close, stop);
      continue;
    }
    const pair = text.codePointAt(at - 2)! > 0xffff ? 2 : 1;
    const before = at === start || marks[at - 1] & BEFORE ? " " : text.slice(at - pair, at);
    const after = stop === end ? " " : String.fromCodePoint(text.codePointAt(stop)!);
    const [b, a] = [before, after].map((c) => (/\s/.test(c) ? 0 : /[\p{P}\p{S}]/u.test(c) ? 1 : 2));
    const [left, right] = [a === 2 || (a === 1 && b < 2), b === 2 || (b === 1 && a < 2)];
    let opens = left && (sign !== "_" || !right || b === 1);
    let closes = right && (sign !== "_" || !left || a === 1);
    // An operator, as in 2*3*4 and x**2; but words can have a strong part: **R**eading.
    const product = size === 1 ? /^[\p{L}\p{N}_]{2}$/u : /^(?=.?\d)\w\w$/;
    if (sign === "~" ? size !== 2 : sign === "*" && product.test(before + after)) opens = closes = false;
    const both = opens && closes;
    const sort = "*_~".indexOf(sign) * 6 + (both ? 3 : 0) + (size % 3);
    while (closes && at < stop) {
      let o = openers.length - 1;
      let opener = openers[o];
      const odd = () => (opener.both || both) && (opener.size + size) % 3 === 0 && size % 3;
      while (opener?.at >= (searched[sort] ?? 0) && (opener.sign !== sign || odd())) opener = openers[--o];
      if (!(opener?.at >= (searched[sort] ?? 0))) {
        searched[sort] = at;
        break;
      }
      const count = Math.min(opener.left, stop - at, 2);
      const style = sign === "~" ? STRIKE : count === 2 ? STRONG : EM;
      opener.left -= count;
      openers.length = opener.left ? o + 1 : o;
      const from = opener.at + opener.left;
      marks.fill(HIDDEN, from, from + count).fill(HIDDEN, at, at + count);
      marks[from] |= style;
      marks[at] |= style | ENDS;
      at += count;
    }
    if (opens && at < stop) openers.push({ sign, at, left: stop - at, size, both });
  }
}

/** Appends the spans of one block. */
function collect(marks: Uint8Array, start: number, end: number, spans: number[]): void {
  const depth: number[] = [];
  let [from, last, styles] = [start, 0, 0];
  for (let at = start; at <= end; at++) {
    const mark = at < end ? marks[at] : 0;
    const style = mark & HIDDEN ? mark & (STRONG | EM | STRIKE) : 0;
    if (style) {
      depth[style] = (depth[style] ?? 0) + (mark & ENDS ? -1 : 1);
      styles = depth[style] ? styles | style : styles & ~style;
    }
    const bits = at === end ? 0 : mark & HIDDEN || mark | styles;
    if (bits === last) continue;
    if (last) spans.push(from, at, last);
    [from, last] = [at, bits];
  }
}
