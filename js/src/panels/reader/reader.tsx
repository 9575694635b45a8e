// The full texts: what is listed and how, what is marked in them, and what a mark is.
import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { number } from "../../core/colors";
import type { Order, Panel, ReaderMode } from "../../wire/types";
import type { Reading } from "../../core/reading";
import type { State } from "../../core/state";
import { Cards } from "./cards";
import { Drawer } from "../drawer/drawer";
import { useFocusWithin } from "../../ui/focus";
import { Grid } from "./grid";
import { Interleaved } from "./interleaved";
import { LayersBar, Legend } from "./layers";
import { Pins } from "./pins";
import { placeAt } from "../../ui/places";

export const MODES: { mode: ReaderMode; name: string; title: string }[] = [
  { mode: "cards", name: "Cards", title: "One output each, the whole text" },
  { mode: "grid", name: "Grid", title: "Rows and columns made by your own columns; cells scroll together" },
  {
    mode: "interleaved",
    name: "Interleaved",
    title: "The sentences of all outputs, those that play the same part below one another",
  },
];

interface Props {
  state: State;
  reading: Reading;
}

interface Tip {
  x: number;
  y: number;
  lines: string[];
}

export function Reader({ state, reading }: Props) {
  const section = useRef<HTMLElement>(null);
  const tip = useSignal<Tip | null>(null);
  const frame = useRef(0);
  const mode = state.setting("mode");
  useFocusWithin(section);
  const leave = () => {
    cancelAnimationFrame(frame.current);
    tip.value = null;
    if (reading.on.peek().has("aligned")) reading.hot.value = -1;
  };
  const point = (event: PointerEvent) => {
    cancelAnimationFrame(frame.current);
    if (event.buttons || event.pointerType === "touch") return;
    frame.current = requestAnimationFrame(() => {
      const place = placeAt(event);
      const lines = place ? reading.tell(place.id, place.at) : [];
      if (reading.on.peek().has("aligned")) reading.hot.value = place ? reading.groupAt(place.id, place.at) : -1;
      const box = section.current!.getBoundingClientRect();
      if (lines.length) tip.value = { x: event.clientX - box.left, y: event.clientY - box.top, lines };
      else if (tip.peek()) tip.value = null;
    });
  };
  /** A click in a text asks about that place; one that ends a selection of text, or is on a control, does not. */
  const ask = (event: MouseEvent) => {
    if ((event.target as Element).closest("button, a, input, select") || event.shiftKey || event.altKey) return;
    if (!getSelection()?.isCollapsed) return;
    const place = placeAt(event);
    if (place) reading.ask(place.id, place.at);
  };
  return (
    <section
      ref={section}
      class="ol-reader"
      aria-label="Outputs"
      onPointerMove={point}
      onPointerLeave={leave}
      onPointerDown={leave}
      onClick={ask}
    >
      <ReaderBar state={state} />
      <LayersBar state={state} reading={reading} />
      <Legend state={state} reading={reading} />
      <Ranked state={state} />
      <Pins state={state} reading={reading} />
      {mode === "grid" ? (
        <Grid state={state} reading={reading} />
      ) : mode === "interleaved" ? (
        <Interleaved key={state.info.value.prompt} state={state} reading={reading} />
      ) : (
        <Cards state={state} reading={reading} />
      )}
      <Drawer state={state} reading={reading} />
      {tip.value && <TipBox tip={tip.value} within={section.current!} />}
    </section>
  ); // prettier-ignore
}

/** How good a suggested order is: nobody should have to trust it blindly. */
function Ranked({ state }: { state: State }) {
  const { order, mode } = state.view.value;
  const ranked = state.ranked.value;
  if (order !== "ranked" || mode === "interleaved" || !ranked?.says) return null;
  return (
    <div class="ol-ranked ol-muted" dir="auto">
      <b>{ranked.name}</b>: {ranked.says}
    </div>
  );
}

/** What the place under the pointer is; it stays within the reader, and out of the pointer's way. */
function TipBox({ tip: { x, y, lines }, within }: { tip: Tip; within: HTMLElement }) {
  const { clientWidth, clientHeight } = within;
  const side = x > clientWidth / 2 ? { right: `${clientWidth - x}px` } : { left: `${x}px` };
  const place =
    y > clientHeight - 40 - 18 * lines.length ? { bottom: `${clientHeight - y + 14}px` } : { top: `${y + 18}px` };
  return (
    <div class="ol-tip" aria-hidden="true" style={{ ...side, ...place }}>
      {lines.map((line) => (
        <div key={line} dir="auto">
          {line}
        </div>
      ))}
    </div>
  ); // prettier-ignore
}

function ReaderBar({ state }: { state: State }) {
  const listed = state.listed.value.length;
  const selected = state.selectedCount.value;
  const { n } = state.info.value;
  const { mode, order, panel } = state.view.value;
  const scope = state.scope.value;
  const of = scope === "selected" ? selected : n;
  const toggle = (name: Panel) => state.set({ panel: panel === name ? "" : name });
  return (
    <div class="ol-bar">
      <span class="ol-segments" role="group" aria-label="What the reader lists">
        <button type="button" aria-pressed={scope === "all"} onClick={() => state.setScope("all")}>
          All {number(n)}
        </button>
        <button
          type="button"
          aria-pressed={scope === "selected"}
          disabled={!selected}
          onClick={() => state.setScope("selected")}
        >
          Selected {number(selected)}
        </button>
      </span>
      {listed !== of && (
        <span class="ol-what">
          {number(listed)} of them {state.hidden.value.size ? "pass the filter" : "match"}
        </span>
      )}
      <span class="ol-segments" role="group" aria-label="How the reader shows them">
        {MODES.map(({ mode: one, name, title }) => (
          <button
            key={one}
            type="button"
            aria-pressed={mode === one}
            title={`${title} (m: the next mode)`}
            onClick={() => state.set({ mode: one })}
          >
            {name}
          </button>
        ))}
      </span>
      <span class="ol-spring" />
      <button
        type="button"
        aria-pressed={panel === "phrases"}
        title="What outputs share, and what sets the selection apart; a click selects"
        onClick={() => toggle("phrases")}
      >
        Phrases
      </button>
      <button
        type="button"
        aria-pressed={panel === "openings"}
        title="How the outputs begin; a click selects"
        onClick={() => toggle("openings")}
      >
        Openings
      </button>
      {mode !== "interleaved" && (
        <label class="ol-field">
          <span class="ol-muted">Order</span>
          <select
            aria-label="Order of the outputs"
            title={order === "ranked" ? state.ranked.value?.says : undefined}
            value={order}
            onChange={(event) => state.set({ order: event.currentTarget.value as Order })}
          >
            <option value="row">by row</option>
            <option value="typical">typical first</option>
            <option value="unusual">unusual first</option>
            <option value="untagged">untagged first</option>
            {(state.ranked.value || order === "ranked") && (
              <option value="ranked">{state.ranked.value?.name ?? "suggested first"}</option>
            )}
            {(state.tags.tagged.value.annotators.length > 1 || order === "disputed") && (
              <option value="disputed">disputed tags first</option>
            )}
          </select>
        </label>
      )}
    </div>
  ); // prettier-ignore
}
