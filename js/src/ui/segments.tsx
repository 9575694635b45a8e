// Paints part of a text with its layers: elements that contain text, never HTML. The painted characters are exactly
// those of the text; chips, folds and markers add visible content only by CSS. The browser does not copy folded or
// hidden parts; the Copy button copies the original.
import type { ComponentChild } from "preact";
import { invisibles } from "../text/invisible";
import type { Block } from "../text/markdown";
import { type Painted as Layer, type Run, runs } from "../text/paint";
import { Button } from "./button";

/** A mark in the margin at a position in the text; it has no characters of its own. */
export interface Anchor {
  at: number;
  label: string;
  color: number;
}

/** Folded words and the label that replaces them. */
export interface Fold {
  start: number;
  end: number;
  label: string;
}

interface Props {
  text: string;
  from: number;
  to: number;
  layers: Layer[];
  anchors?: Anchor[];
  folds?: Fold[];
  blocks?: Block[] | null;
  onUnfold?: (at: number) => void;
}

export function Painted({ text, from, to, layers, anchors = [], folds = [], blocks, onUnfold }: Props) {
  const pieces = piecesOf(text, from, to, layers, anchors);
  const folded = (start: number, end: number): ComponentChild[] => {
    const parts: ComponentChild[] = [];
    let at = start;
    for (const fold of folds) {
      if (fold.start < at || fold.end > end) continue;
      parts.push(...pieces(at, fold.start));
      parts.push(
        <Button
          tabIndex={-1}
          class="ol-fold"
          label={`${fold.label}: unfold`}
          data-label={fold.label}
          onClick={(event) => {
            event.stopPropagation();
            onUnfold?.(fold.start);
          }}
        >
          <span hidden>{pieces(fold.start, fold.end)}</span>
        </Button>,
      ); // prettier-ignore
      at = fold.end;
    }
    parts.push(...pieces(at, end));
    return parts;
  };
  if (!blocks) return <>{folded(from, to)}</>;
  return <>{blocked(blocks, from, to, folded)}</>;
}

/** Returns a function that paints consecutive parts of the text, in ascending order. */
function piecesOf(text: string, from: number, to: number, layers: Layer[], anchors: Anchor[]) {
  const painted = runs(layers, from, to);
  const chips = invisibles(text.slice(from, to));
  const cursor = { run: 0, chip: 0, anchor: 0 };

  /** A stretch of uniform style, with its chips. */
  const plain = (start: number, end: number): ComponentChild[] => {
    const parts: ComponentChild[] = [];
    let at = start;
    for (; cursor.chip < chips.length && from + chips[cursor.chip].at < end; cursor.chip++) {
      const { at: place, length, label, title } = chips[cursor.chip];
      const begin = from + place;
      if (begin < at) continue;
      if (begin > at) parts.push(text.slice(at, begin));
      parts.push(
        <span class="ol-chip" title={title} data-label={label}>
          {text.slice(begin, begin + length)}
        </span>,
      );
      at = begin + length;
    }
    if (at < end) parts.push(text.slice(at, end));
    return parts;
  };
  const element = ({ classes }: Run, inner: ComponentChild[]) =>
    classes.includes("ol-search") ? <mark class={classes}>{inner}</mark> : <span class={classes}>{inner}</span>;

  return (start: number, end: number): ComponentChild[] => {
    const parts: ComponentChild[] = [];
    let at = start;
    while (at < end) {
      for (; cursor.anchor < anchors.length && anchors[cursor.anchor].at <= at; cursor.anchor++) {
        const { at: place, label, color } = anchors[cursor.anchor];
        if (place === at) parts.push(<i class={`ol-part ol-part-${color}`} data-label={label} aria-hidden="true" />);
      }
      while (cursor.run < painted.length && painted[cursor.run].end <= at) cursor.run++;
      const run = painted[cursor.run];
      const next = anchors[cursor.anchor]?.at ?? end;
      const inside = run && run.start <= at;
      const stop = Math.min(end, next, !run ? end : inside ? run.end : run.start);
      const inner = plain(at, stop);
      if (inside) parts.push(element(run, inner));
      else parts.push(...inner);
      at = stop;
    }
    return parts;
  };
}

/** Wraps the pieces of the text in markdown blocks. */
function blocked(
  blocks: Block[],
  from: number,
  to: number,
  pieces: (start: number, end: number) => ComponentChild[],
): ComponentChild[] {
  const parts: ComponentChild[] = [];
  for (let b = 0; b < blocks.length; b++) {
    const { kind, level } = blocks[b];
    const start = Math.max(blocks[b].start, from);
    const end = Math.min(blocks[b].end, to);
    if (end <= start) continue;
    if (kind !== "row") {
      parts.push(
        <div class={`ol-md ol-md-${kind}`} style={level ? { "--ol-level": level } : undefined}>
          {pieces(start, end)}
        </div>,
      );
      continue;
    }
    const rows: ComponentChild[] = [];
    for (; b < blocks.length && blocks[b].kind === "row" && (!rows.length || !blocks[b].first); b++)
      rows.push(row(blocks[b], from, to, pieces));
    b--;
    parts.push(
      <div class="ol-md-table">
        <table>
          <tbody>{rows}</tbody>
        </table>
      </div>,
    );
  }
  return parts;
}

/** A table row. Each cell begins with the hidden characters between it and the previous cell. */
function row(
  { start, end, cells = [], first }: Block,
  from: number,
  to: number,
  pieces: (start: number, end: number) => ComponentChild[],
) {
  const within = (at: number) => Math.min(Math.max(at, from), to);
  const Cell = first ? "th" : "td";
  const drawn: ComponentChild[] = [];
  let at = start;
  for (let c = 0; c < cells.length; c += 2) {
    const last = c + 2 >= cells.length;
    drawn.push(
      <Cell>
        <span hidden>{pieces(within(at), within(cells[c]))}</span>
        {pieces(within(cells[c]), within(cells[c + 1]))}
        {last && <span hidden>{pieces(within(cells[c + 1]), within(end))}</span>}
      </Cell>,
    );
    at = cells[c + 1];
  }
  return <tr>{cells.length ? drawn : <td hidden>{pieces(within(start), within(end))}</td>}</tr>;
}
