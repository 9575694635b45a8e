// The reader: full texts, the list's controls, and explanations of highlights.
import { useLens } from "../use-lens";
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { Grace, useDismiss } from "../../ui/dismiss";
import { Cards } from "./cards";
import { Found } from "../found";
import { Drawer } from "../drawer/drawer";
import { useFocusWithin } from "../../ui/focus";
import { Grid } from "./grid";
import { Pins } from "./pins";
import { Interleaved, Points } from "../rare";
import { hasOrder, Toolbar } from "./toolbar";
import { placeAt, pointedAt, selectsText } from "../../ui/places";

interface Tip {
  x: number;
  y: number;
  lines: string[];
}

function inTip({ target }: Event): boolean {
  return (target as Element).closest?.(".ol-tip") != null;
}

/** Whether a tip would reappear in the same place, below the pointer's line. */
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
  /** The dismissed tip; it reappears at another position. */
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
  /** A click in a text asks about that position, unless it ends a text selection or hits a control. */
  const ask = (event: MouseEvent) => {
    if ((event.target as Element).closest("button, a, input, select") || event.shiftKey || event.altKey) return;
    // A click on a wording of a point shows its output.
    if ((event.target as Element).closest(".ol-bare .ol-wording-line")) return;
    if (selectsText(event.currentTarget as Element)) return;
    const place = placeAt(pointedAt(event));
    if (!place) return;
    // Keys then apply to the clicked output.
    lens.pointer.cursor.value = place.id;
    const row = lens.marks.on.peek().has("points") ? lens.points.rowAt(place) : -1;
    if (lens.points.groupOf(row) >= 0) {
      lens.points.show(row);
      return;
    }
    lens.reading.ask(place.id, place.at);
  };
  return (
    <section
      ref={section}
      class="ol-reader"
      // A message in place of the list cannot take the focus of the list.
      tabIndex={-1}
      aria-label="Outputs"
      onPointerMove={point}
      onPointerLeave={leave}
      onPointerDown={(event) => {
        lens.side.drawer.value = false;
        if (!inTip(event)) stop();
      }}
      onClick={ask}
    >
      <Toolbar />
      <Found />
      <Ranked />
      <Pins />
      {mode === "grid" ? (
        <Grid />
      ) : mode === "interleaved" ? (
        <Interleaved key={lens.outputs.info.prompt} />
      ) : mode === "points" ? (
        <Points key={lens.outputs.info.prompt} />
      ) : (
        <Cards />
      )}
      <Drawer />
      {tip.value && <TipBox tip={tip.value} within={section.current!} />}
    </section>
  ); // prettier-ignore
}

/** The quality of a suggested order, so that nobody has to trust it blindly. */
function Ranked() {
  const lens = useLens();
  const { order, mode } = lens.settings.all;
  const ranked = lens.listing.ranked.value;
  if (order !== "ranked" || !hasOrder(mode) || !ranked?.says) return null;
  return (
    <div class="ol-ranked ol-muted" dir="auto">
      <b>{ranked.name}</b>: {ranked.says}
    </div>
  );
}

/** Explains the position under the pointer; stays within the reader and clear of the pointer. */
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
