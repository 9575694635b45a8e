// One output: where it comes from, its cluster, its whole text.
import type { Reading } from "../../core/reading";
import type { State } from "../../core/state";
import { plural } from "../../ui/plural";
import { Body, estimate } from "./body";
import { mode } from "../clusters/clusters";
import { Chips, Notes } from "../tags/tags";

interface Props {
  state: State;
  reading: Reading;
  id: number;
  position?: number;
  total?: number;
}

export function Card({ state, reading, id, position, total }: Props) {
  const selected = state.selected.value[id] === 1;
  const current = state.cursor.value === id;
  const label = state.label(id);
  const source = state.source(id);
  const classes = ["ol-card", selected && "ol-chosen", current && "ol-current"].filter(Boolean).join(" ");
  return (
    <article
      class={classes}
      aria-posinset={position}
      aria-setsize={total}
      aria-current={current || undefined}
      aria-label={`${source ? `${source}, ` : ""}row ${label}, ${state.clusterName(id)}`}
      onMouseEnter={() => (state.hover.value = id)}
      onMouseLeave={() => (state.hover.value = -1)}
    >
      <Head state={state} reading={reading} id={id} />
      <Content state={state} reading={reading} id={id} />
    </article>
  ); // prettier-ignore
}

export function Head({ state, reading, id }: Props) {
  const source = state.source(id);
  const label = state.label(id);
  const copies = state.copies(id);
  const pinned = reading.isPinned(id);
  const stars = state.tags.stars(copies);
  return (
    <>
      <div
        class="ol-card-head"
        onClick={(event) => {
          if ((event.target as HTMLElement).closest("input, button")) return;
          state.cursor.value = id;
          if (event.shiftKey || event.altKey) state.select(copies, mode(event));
        }}
      >
        <i class="ol-dot" style={{ background: state.color(id) }} />
        {source && (
          <b class="ol-source" title={source}>
            {source}
          </b>
        )}
        {copies.length > 1 && <Copies state={state} id={id} copies={copies} />}
        {stars > 0 && (
          <span class="ol-star" role="img" aria-label="starred">
            ★
            {stars < copies.length && (
              <small>
                {" "}
                {stars} of {copies.length}
              </small>
            )}
          </span>
        )}
        <span class="ol-muted ol-card-cluster" title={state.clusterName(id)}>
          {state.clusterName(id)}
        </span>
        <span class="ol-spring" />
        <span class="ol-card-tools">
          <button
            type="button"
            class="ol-plain"
            title="Tag this output (t)"
            onClick={() =>
              (state.tags.field.value = {
                ids: copies,
                what: copies.length > 1 ? `these ${copies.length}` : "this output",
              })
            }
          >
            Tag
          </button>
          <button
            type="button"
            class="ol-plain"
            title="A note on this output (e)"
            onClick={() => state.tags.write(copies, copies.length > 1 ? `these ${copies.length}` : "this output")}
          >
            Note
          </button>
          <button
            type="button"
            class="ol-plain"
            aria-pressed={stars === copies.length}
            title="Star (s)"
            onClick={() => state.tags.star(copies)}
          >
            Star
          </button>
          <button
            type="button"
            class="ol-plain"
            title="Copy the text as it is"
            onClick={() => copy(state, state.texts.value.get(id), "Text")}
          >
            Copy
          </button>
          <button
            type="button"
            class="ol-plain"
            title="Copy this output as JSON"
            onClick={() => copy(state, state.texts.value.get(id) === null ? null : reading.json(id), "JSON")}
          >
            JSON
          </button>
          <button
            type="button"
            class="ol-plain"
            aria-pressed={pinned}
            title={pinned ? "Unpin" : "Pin: side by side with others, up to 6 (v)"}
            onClick={() => reading.pin(id)}
          >
            {pinned ? "Unpin" : "Pin"}
          </button>
        </span>
        <span class="ol-muted ol-row-label" title={label}>
          row {label}
        </span>
        <input
          type="checkbox"
          checked={state.selected.value[id] === 1}
          aria-label="Selected"
          title={copies.length > 1 ? `Select all ${copies.length} (x)` : "Select (x)"}
          onChange={() => state.pick(copies)}
        />
      </div>
      <Chips state={state} id={id} />
      <Notes state={state} id={id} />
    </>
  ); // prettier-ignore
}

/** Equal outputs: how many, and a card for each at a click. */
function Copies({ state, id, copies }: { state: State; id: number; copies: number[] }) {
  const from = state.sourcesOf(copies);
  return (
    <button
      type="button"
      class="ol-copies"
      title={`${plural(copies.length, "output")} with this very text${from && `: ${from}`}\nclick: a card for each`}
      aria-label={`${copies.length} equal outputs, show each`}
      onClick={() => (state.spread.value = new Set([...state.spread.value, state.shown.value.variant[id]]))}
    >
      × {copies.length}
    </button>
  ); // prettier-ignore
}

/** The text, or what stands for one that is blank or still on its way. */
export function Content({ state, reading, id }: Props) {
  const texts = state.texts.value;
  void texts.arrived.value;
  const text = texts.get(id);
  if (text === null)
    return (
      <div class="ol-text ol-muted" style={{ height: `${estimate(texts.size(id), 340) - 40}px` }}>
        …
      </div>
    );
  if (text.trim() === "") return <div class="ol-text ol-muted">{state.blank(id)}</div>;
  return <Body state={state} reading={reading} id={id} text={text} />;
}

export async function copy(state: State, text: string | null, what: string): Promise<void> {
  if (text === null) {
    state.status.value = "The text is still on its way: try again in a moment";
    return;
  }
  try {
    await navigator.clipboard.writeText(text);
    state.status.value = `${what} copied`;
  } catch {
    // A page that is not secure has no clipboard, or the user refused.
    state.status.value = `${what} could not be copied: the browser does not allow it here`;
  }
}
