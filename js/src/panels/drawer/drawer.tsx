// Below the texts: what a highlight is, the phrases that outputs share, and how outputs begin. A click selects.
import { computed, useSignal } from "@preact/signals";
import type { ComponentChild } from "preact";
import { useEffect, useMemo } from "preact/hooks";
import type { Reading } from "../../core/reading";
import type { State } from "../../core/state";
import { number } from "../../core/colors";
import { plural } from "../../ui/plural";
import { type Opening, openings } from "../../text/openings";
import { phrases, through } from "../../text/phrases";
import { mode } from "../clusters/clusters";
import { likeSentence } from "../../core/like";
import { TagPanel } from "../tags/tags";

const LISTED = 60;
/** An opening that fewer outputs share is not shown. */
const LEAST_SHARE = 0.02;

interface Props {
  state: State;
  reading: Reading;
}

export function Drawer({ state, reading }: Props) {
  const panel = state.setting("panel");
  const asked = reading.asked.value;
  if (!panel && !asked) return null;
  const title = asked
    ? "This place"
    : panel === "phrases"
      ? "Phrases"
      : panel === "tags"
        ? "Tags"
        : "How the outputs begin";
  const says = panel === "tags" && !asked ? "" : reading.indexSays.value;
  const close = (event: MouseEvent) => {
    // The focus must not fall off the widget with what is closed.
    (event.currentTarget as Element).closest(".ol-reader")?.querySelector<HTMLElement>(".ol-list")?.focus();
    reading.close();
  };
  return (
    <section class="ol-drawer" aria-label={title}>
      <div class="ol-drawer-head">
        <b>{title}</b>
        <span class="ol-spring" />
        <button type="button" class="ol-plain ol-close" aria-label="Close" title="Close (Escape)" onClick={close}>
          ✕
        </button>
      </div>
      {says ? (
        <div class="ol-empty">{says}</div>
      ) : asked ? (
        <Ask state={state} reading={reading} />
      ) : panel === "tags" ? (
        <TagPanel state={state} />
      ) : panel === "phrases" ? (
        <Phrases state={state} reading={reading} />
      ) : (
        <Openings state={state} reading={reading} />
      )}
    </section>
  ); // prettier-ignore
}

/** A row that selects the outputs that hold something. */
function Holder({
  state,
  ids,
  text,
  of,
  note,
  depth = 0,
}: {
  state: State;
  ids: ArrayLike<number>;
  text: ComponentChild;
  of: number;
  note?: string;
  depth?: number;
}) {
  return (
    <button
      type="button"
      class="ol-holder"
      style={depth ? { "--ol-level": depth } : undefined}
      title={`${state.sourcesOf(ids)}\nclick: select them · Shift adds · Alt removes`.trim()}
      onClick={(event) => state.select(ids, mode(event))}
    >
      <span class="ol-holder-text" dir="auto">
        {text}
      </span>
      {note && <span class="ol-muted">{note}</span>}
      <span class="ol-share" aria-hidden="true">
        <i style={{ width: `${(100 * ids.length) / Math.max(1, of)}%` }} />
      </span>
      <span class="ol-holder-count">
        {number(ids.length)} of {number(of)}
      </span>
    </button>
  ); // prettier-ignore
}

/** The outputs of some variants; of the selected ones only, where those are compared. */
function holders(state: State, reading: Reading, variants: number[]): number[] {
  const wanted = new Set(variants);
  const { variant } = reading.words.value!;
  const within = reading.within.value ? state.selected.value : null;
  const ids: number[] = [];
  for (let i = 0; i < variant.length; i++) if (wanted.has(variant[i]) && (!within || within[i])) ids.push(i);
  return ids;
}

/** Words from one on, as the first output that has them writes them. */
function written(state: State, reading: Reading, at: number, words: number): string {
  const { bounds, start, end, variant } = reading.words.value!;
  let [low, high] = [0, bounds.length - 2];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (bounds[middle] <= at) low = middle;
    else high = middle - 1;
  }
  const text = state.texts.value.get(variant.indexOf(low));
  return text === null ? "…" : text.slice(start[at], end[at + words - 1]).replace(/\s+/g, " ");
}

function Ask({ state, reading }: Props) {
  const asked = reading.asked.value!;
  const found = useMemo(
    () =>
      computed(() => {
        const place = reading.asked.value;
        const index = reading.index.value;
        if (!place || !index) return null;
        const [word, last] = reading.wordsBetween(place.id, place.at, place.at + 1);
        return word < last
          ? { word, spans: through(index, word, reading.k.value, reading.m.value, reading.weight.value) }
          : null;
      }),
    [state],
  ).value;
  const like = useMemo(
    () => computed(() => (reading.asked.value ? likeSentence(reading, reading.asked.value) : null)),
    [state],
  ).value;
  void state.texts.value.arrived.value;
  const whole = reading.counted.value;
  const where = [state.source(asked.id), `row ${state.label(asked.id)}`].filter(Boolean).join(" ");
  return (
    <div class="ol-drawer-body">
      <div class="ol-column">
        <h4>
          What it shares <small class="ol-muted">{where}</small>
        </h4>
        {!found ? (
          <p class="ol-muted">There is no word here.</p>
        ) : !found.spans.length ? (
          <p>“{written(state, reading, found.word, 1)}”: no other output says it.</p>
        ) : (
          found.spans.map(({ at, words, variants }) => (
            <Holder
              key={`${at}:${words}`}
              state={state}
              ids={holders(state, reading, variants)}
              of={whole}
              text={written(state, reading, at, words)}
            />
          ))
        )}
      </div>
      <div class="ol-column">
        <h4>Like this sentence</h4>
        {reading.alignedSays.value ? (
          <p class="ol-muted">{reading.alignedSays.value}</p>
        ) : !like ? (
          <p class="ol-muted">This is no sentence of three words or more.</p>
        ) : (
          <>
            {like.group && (
              <Holder
                state={state}
                ids={like.outputs}
                of={state.info.value.n}
                text={
                  <>
                    <i class={`ol-part ol-part-${like.group.color}`} data-label={like.group.label} /> the same part
                  </>
                }
              />
            )}
            {!like.group && <p class="ol-muted">No group: it stands alone. The nearest sentences:</p>}
            {like.nearest.map(({ id, from, to, share }) => (
              <button
                key={`${id}:${from}`}
                type="button"
                class="ol-holder"
                title="Show it in its text"
                onClick={() => {
                  reading.opened.value = new Set([...reading.opened.value, id]);
                  // It may be of those that are not listed.
                  const there = state.listed.value.includes(id);
                  state.set({ mode: "cards", ...(!there && { scope: "all", query: "", regex: false, tagged: null }) });
                  if (!there) state.hidden.value = new Set();
                  reading.hot.value = -1;
                  reading.asked.value = { id, at: from };
                  reading.show(id, from);
                }}
              >
                <span class="ol-holder-text" dir="auto">
                  {(state.texts.value.get(id) ?? "…").slice(from, to).replace(/\s+/g, " ")}
                </span>
                <span class="ol-muted">{state.source(id) || `row ${state.label(id)}`}</span>
                <span class="ol-holder-count" title="Words in common, rare ones counting more">
                  {Math.round(100 * share)} %
                </span>
              </button>
            ))}
          </>
        )}
      </div>
    </div>
  ); // prettier-ignore
}

function Phrases({ state, reading }: Props) {
  const found = useMemo(
    () =>
      computed(() => {
        const index = reading.index.value;
        return index ? phrases(index, reading.k.value, reading.m.value, LISTED, reading.weight.value) : [];
      }),
    [state],
  ).value;
  void state.texts.value.arrived.value;
  const selection = state.traits.selection.value;
  useEffect(() => {
    if (state.selectedCount.value) reading.askDistinctive();
  }, [selection, state.info.value.prompt]);
  const { rows, error } = reading.apart.value;
  const selected = state.selectedCount.value;
  return (
    <div class="ol-drawer-body">
      <div class="ol-column">
        <h4>
          Shared{" "}
          <small class="ol-muted">
            {reading.m.value}+ words in at least {reading.ofCounted(reading.k.value)}
          </small>
        </h4>
        {!found.length && <p class="ol-muted">Nothing found: lower the thresholds above.</p>}
        {found.map(({ at, words, variants }) => (
          <Holder
            key={`${at}:${words}`}
            state={state}
            ids={holders(state, reading, variants)}
            of={reading.counted.value}
            text={written(state, reading, at, words)}
          />
        ))}
      </div>
      <div class="ol-column">
        <h4>What the selection says and the rest does not</h4>
        {!reading.kernel ? (
          <p class="ol-muted">Needs a notebook: this page has no Python.</p>
        ) : !selected ? (
          <p class="ol-muted">
            Select some outputs, and this lists the words and phrases that more of them say than of the others.
          </p>
        ) : error ? (
          <p class="ol-muted">{error}</p>
        ) : !rows.length ? (
          <p class="ol-muted">Nothing found.</p>
        ) : (
          rows.map((row) => (
            <Holder
              key={row.text}
              state={state}
              ids={row.ids}
              of={state.info.value.n}
              text={row.text}
              note={`${row.f1}/${row.n1} · ${row.f2}/${row.n2}${row.q !== null && row.q > 0.05 ? " · may be chance" : ""}`}
            />
          ))
        )}
      </div>
    </div>
  ); // prettier-ignore
}

function Openings({ state, reading }: Props) {
  const least = Math.max(2, Math.ceil(LEAST_SHARE * reading.counted.value));
  const roots = useMemo(
    () =>
      computed(() =>
        reading.index.value
          ? openings(
              reading.index.value,
              Math.max(2, Math.ceil(LEAST_SHARE * reading.counted.value)),
              reading.weight.value,
            )
          : [],
      ),
    [state],
  ).value;
  void state.texts.value.arrived.value;
  return (
    <div class="ol-drawer-body">
      <div class="ol-column">
        {!roots.length && <p class="ol-muted">No two outputs begin with the same word.</p>}
        {roots.map((node) => (
          <OpeningRow key={node.at} state={state} reading={reading} node={node} depth={0} of={reading.counted.value} />
        ))}
        {roots.length > 0 && <p class="ol-muted">Openings of at least {plural(least, "output")}.</p>}
      </div>
    </div>
  ); // prettier-ignore
}

function OpeningRow({ state, reading, node, depth, of }: Props & { node: Opening; depth: number; of: number }) {
  const open = useSignal(depth < 2);
  return (
    <div class="ol-opening">
      <div class="ol-opening-line" style={{ "--ol-level": depth }}>
        {!node.children.length ? (
          <span class="ol-twist" />
        ) : (
          <button
            type="button"
            class="ol-plain ol-twist"
            aria-expanded={open.value}
            aria-label="What follows"
            onClick={() => (open.value = !open.value)}
          >
            {open.value ? "▾" : "▸"}
          </button>
        )}
        <Holder
          state={state}
          ids={holders(state, reading, node.variants)}
          of={of}
          text={written(state, reading, node.from, node.at + 1 - node.from)}
        />
      </div>
      {open.value &&
        node.children.map((child) => (
          <OpeningRow key={child.at} state={state} reading={reading} node={child} depth={depth + 1} of={of} />
        ))}
    </div>
  ); // prettier-ignore
}
