// The full texts: which outputs are listed and how, what is highlighted in them, and what a highlight means.
import { useLens } from "../use-lens";
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { Button } from "../../ui/button";
import { Grace, useDismiss } from "../../ui/dismiss";
import { number } from "../../ui/format";
import type { Order, Panel, ReaderMode } from "../../wire/types";
import { Cards } from "./cards";
import { Drawer } from "../drawer/drawer";
import { useFocusWithin } from "../../ui/focus";
import { Grid } from "./grid";
import { Interleaved } from "./interleaved";
import { LayersBar, Legend } from "./layers";
import { Pins } from "./pins";
import { placeAt, pointedAt } from "../../ui/places";
import { Segments, Spring } from "../../ui/layout";
import { Choice } from "../../ui/choice";

export const MODES: { mode: ReaderMode; name: string; title: string }[] = [
  { mode: "cards", name: "Cards", title: "One output each, the whole text" },
  { mode: "grid", name: "Grid", title: "Rows and columns made by your own columns; cells scroll together" },
  {
    mode: "interleaved",
    name: "Interleaved",
    title: "The sentences of all outputs, those that play the same part below one another",
  },
];

const PANELS: [Panel, string, string][] = [
  ["phrases", "Phrases", "What outputs share, and what sets the selection apart"],
  ["openings", "Openings", "How the outputs begin"],
];

interface Tip {
  x: number;
  y: number;
  lines: string[];
}

function inTip({ target }: Event): boolean {
  return (target as Element).closest?.(".ol-tip") != null;
}

/** Whether a tip is where it would be put again: below the line of the pointer. */
function near(a: Tip, b: Tip): boolean {
  return Math.abs(a.x - b.x) < 150 && Math.abs(a.y - b.y) < 30;
}

export function Reader() {
  const lens = useLens();
  const section = useRef<HTMLElement>(null);
  const tip = useSignal<Tip | null>(null);
  const frame = useRef(0);
  const mode = lens.settings.get("mode");
  useFocusWithin(section);
  const grace = useRef(new Grace()).current;
  /** The tip that was dismissed: it comes again at another place. */
  const dismissed = useRef("");
  useDismiss(tip.value !== null, section, ".ol-tip", () => {
    grace.stop();
    dismissed.current = tip.peek()?.lines.join() ?? "";
    tip.value = null;
  });
  const stop = () => {
    cancelAnimationFrame(frame.current);
    grace.stop();
  };
  const leave = () => {
    stop();
    dismissed.current = "";
    tip.value = null;
    if (lens.marks.on.peek().has("aligned")) lens.reading.hot.value = -1;
  };
  useEffect(() => stop, []);
  const point = (event: PointerEvent) => {
    cancelAnimationFrame(frame.current);
    if (inTip(event)) grace.stop();
    if (event.buttons || event.pointerType === "touch" || inTip(event)) return;
    const pointed = pointedAt(event);
    frame.current = requestAnimationFrame(() => {
      const place = placeAt(pointed);
      const lines = place ? lens.marks.lines(place.id, place.at) : [];
      if (lens.marks.on.peek().has("aligned")) lens.reading.hot.value = place ? lens.groups.at(place.id, place.at) : -1;
      const box = section.current!.getBoundingClientRect();
      const next = lines.length ? { x: pointed.x - box.left, y: pointed.y - box.top, lines } : null;
      const now = tip.peek();
      if (lines.join() !== dismissed.current) dismissed.current = "";
      if (dismissed.current) return;
      if (!now) tip.value = next;
      // The pointer may be on its way to the tip.
      else if (next?.lines.join() === now.lines.join() && near(next, now)) grace.stop();
      else grace.run(() => (tip.value = next));
    });
  };
  /** A click in a text asks about that place; one that ends a selection of text, or is on a control, does not. */
  const ask = (event: MouseEvent) => {
    if ((event.target as Element).closest("button, a, input, select") || event.shiftKey || event.altKey) return;
    if (selectsText(event.currentTarget as Element)) return;
    const place = placeAt(pointedAt(event));
    if (place) lens.reading.ask(place.id, place.at);
  };
  return (
    <section
      ref={section}
      class="ol-reader"
      aria-label="Outputs"
      onPointerMove={point}
      onPointerLeave={leave}
      onPointerDown={(event) => !inTip(event) && stop()}
      onClick={ask}
    >
      <ReaderBar />
      <LayersBar />
      <Legend />
      <Ranked />
      <Pins />
      {mode === "grid" ? <Grid /> : mode === "interleaved" ? <Interleaved key={lens.outputs.info.prompt} /> : <Cards />}
      <Drawer />
      {tip.value && <TipBox tip={tip.value} within={section.current!} />}
    </section>
  ); // prettier-ignore
}

/** Whether text is selected, in the page or in the shadow tree that the reader is in. */
function selectsText(within: Element): boolean {
  const tree = within.getRootNode() as (Document | ShadowRoot) & { getSelection?: () => Selection | null };
  // Not every browser reports this inside a shadow tree.
  const selection = tree.getSelection?.() ?? within.ownerDocument.getSelection();
  return !!selection && !selection.isCollapsed;
}

/** How good a suggested order is: nobody should have to trust it blindly. */
function Ranked() {
  const lens = useLens();
  const { order, mode } = lens.settings.all;
  const ranked = lens.listing.ranked.value;
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

function ReaderBar() {
  const lens = useLens();
  const listed = lens.listing.ids.value.length;
  const selected = lens.selection.count.value;
  const { n } = lens.outputs.info;
  const { mode, order, panel } = lens.settings.all;
  const scope = lens.listing.scope.value;
  const of = scope === "selected" ? selected : n;
  return (
    <div class="ol-bar">
      <Segments label="What the reader lists">
        <Button pressed={scope === "all"} onClick={() => lens.listing.setScope("all")}>
          All {number(n)}
        </Button>
        <Button pressed={scope === "selected"} disabled={!selected} onClick={() => lens.listing.setScope("selected")}>
          Selected {number(selected)}
        </Button>
      </Segments>
      {listed !== of && (
        <span class="ol-what">
          {number(listed)} of them {lens.filter.hidden.value.size ? "pass the filter" : "match"}
        </span>
      )}
      <Segments label="How the reader shows them">
        {MODES.map(({ mode: one, name, title }) => (
          <Button
            key={one}
            pressed={mode === one}
            title={`${title} (m: the next mode)`}
            onClick={() => lens.settings.set({ mode: one })}
          >
            {name}
          </Button>
        ))}
      </Segments>
      <Spring />
      <span class="ol-field">
        {PANELS.map(([name, label, title]) => (
          <Button
            key={name}
            pressed={panel === name}
            title={`${title}; a click selects`}
            onClick={() => lens.reading.toggle(name)}
          >
            {label}
          </Button>
        ))}
      </span>
      {mode !== "interleaved" && (
        <Choice
          label="Order"
          name="Order of the outputs"
          title={order === "ranked" ? lens.listing.ranked.value?.says : undefined}
          value={order}
          set={(chosen) => lens.settings.set({ order: chosen as Order })}
        >
          <option value="row">by row</option>
          <option value="typical">typical first</option>
          <option value="unusual">unusual first</option>
          <option value="untagged">untagged first</option>
          {(lens.listing.ranked.value || order === "ranked") && (
            <option value="ranked">{lens.listing.ranked.value?.name ?? "suggested first"}</option>
          )}
          {(lens.tags.tagged.value.annotators.length > 1 || order === "disputed") && (
            <option value="disputed">disputed tags first</option>
          )}
        </Choice>
      )}
    </div>
  ); // prettier-ignore
}
