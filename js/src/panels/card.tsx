// One output: where it comes from, its cluster, its whole text.
import type { State } from "../state";
import { Marked } from "../text/marks";
import { mode } from "./clusters";

/** A card shows this many characters until it is opened; 3 MB lines exist. */
const CLIP = 1600;
const OPEN_STEP = 200_000;
const LINE = 19;
/** Height at which a closed card is cut, as in the style sheet. */
const MAX_TEXT = 320;

interface Props {
  state: State;
  id: number;
  text: string | null;
  position: number;
  total: number;
  open: boolean;
  onOpen: () => void;
}

export function Card({ state, id, text, position, total, open, onOpen }: Props) {
  const selected = state.selected.value[id] === 1;
  const current = state.cursor.value === id;
  const source = state.source(id);
  const label = state.label(id);
  const classes = ["ol-card", selected && "ol-chosen", current && "ol-current"].filter(Boolean).join(" ");
  return (
    <article
      class={classes}
      aria-posinset={position} aria-setsize={total} aria-current={current || undefined}
      aria-label={`${source ? `${source}, ` : ""}row ${label}, ${state.clusterName(id)}`}
      onMouseEnter={() => (state.hover.value = id)}
      onMouseLeave={() => (state.hover.value = -1)}
    >
      <div
        class="ol-card-head"
        onClick={(event) => {
          if ((event.target as HTMLElement).closest("input")) return;
          state.cursor.value = id;
          if (event.shiftKey || event.altKey) state.select([id], mode(event));
        }}
      >
        <i class="ol-dot" style={{ background: state.color(id) }} />
        {source && <b class="ol-source" title={source}>{source}</b>}
        <span class="ol-muted ol-card-cluster" title={state.clusterName(id)}>{state.clusterName(id)}</span>
        <span class="ol-spring" />
        <span class="ol-muted ol-row-label" title={label}>row {label}</span>
        <input
          type="checkbox" checked={selected} aria-label="Selected" title="Select (x)" 
          onChange={() => state.pick(id)}
        />
      </div>
      {text === null ? (
        <div class="ol-text ol-muted" style={{ height: `${estimate(state.texts.value.size(id), 340) - 40}px` }}>…</div>
      ) : text.trim() === "" ? (
        <div class="ol-text ol-muted">{state.blank(id)}</div>
      ) : (
        <Body state={state} text={text} open={open} onOpen={onOpen} />
      )}
    </article>
  ); // prettier-ignore
}

function Body({ state, text, open, onOpen }: { state: State; text: string; open: boolean; onOpen: () => void }) {
  const marks = state.marks(text);
  const { start, end } = excerpt(text, marks, open);
  const inside: number[] = [];
  for (let k = 0; k < marks.length; k += 2) {
    if (marks[k + 1] > start && marks[k] < end) inside.push(marks[k] - start, marks[k + 1] - start);
  }
  const hidden = marks.length / 2 - inside.length / 2;
  const long = text.length > CLIP || lines(text) > MAX_TEXT / LINE;
  return (
    <>
      <div class={long && !open ? "ol-text ol-clipped" : "ol-text"} dir="auto">
        {start > 0 && <span class="ol-muted">… </span>}
        <Marked text={text.slice(start, end)} marks={inside} />
        {open && end < text.length && (
          <span class="ol-muted"> … and {(text.length - end).toLocaleString("en")} characters more (lens.selected has all)</span>
        )}
      </div>
      {long && (
        <button type="button" class="ol-plain ol-more" aria-expanded={open}  onClick={onOpen}>
          {open ? "Show less" : `Show all ${text.length.toLocaleString("en")} characters`}
          {!open && hidden > 0 && ` (${hidden} more ${hidden === 1 ? "hit" : "hits"})`}
        </button>
      )}
    </>
  );
}

/** The part of a text a card shows: the beginning, or what surrounds the first hit where that is further on. */
export function excerpt(text: string, marks: number[], open: boolean): { start: number; end: number } {
  if (open) return { start: 0, end: whole(text, Math.min(text.length, OPEN_STEP)) };
  const first = marks[0] ?? 0;
  const start = first > CLIP / 2 ? whole(text, first - 200) : 0;
  return { start, end: whole(text, Math.min(text.length, start + CLIP)) };
}

/** Never between the halves of a surrogate pair. */
function whole(text: string, at: number): number {
  const code = text.charCodeAt(at);
  return code >= 0xdc00 && code <= 0xdfff ? at + 1 : at;
}

function lines(text: string): number {
  let count = 1;
  for (let at = text.indexOf("\n"); at >= 0 && count < 40; at = text.indexOf("\n", at + 1)) count++;
  return count + text.length / 90;
}

/** Height of a card before it is measured, from the bytes of its text and the width of its column. */
export function estimate(bytes: number, width: number): number {
  const perLine = Math.max(20, (width - 34) / 6.4);
  return 46 + Math.min(MAX_TEXT + 24, Math.ceil((bytes * 1.15) / perLine) * LINE);
}
