// A long list that renders only its visible part. Rows may have any height.
import { useSignal } from "@preact/signals";
import type { ComponentChild, RefObject } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";

import { useFocusWithin } from "./focus";
import { Heights } from "./heights";
import { heldInPlace, type Rows } from "./held-place";
import { Later } from "./later";
import { textAt } from "./places";
import { type Extent, ScrollScale } from "./scroll-scale";

/** Pixels above and below the visible part within which rows are rendered. */
const AHEAD = 700;

/** Milliseconds without an event after which scrolling has stopped. */
const STILL = 150;

export interface ListControl {
  /** Scrolls a row into view, or to the top; `find` runs again if the rows change before the next scroll. */
  show(find: () => number, where?: "nearest" | "top"): void;
  /** Brings the next or the previous row to the top. */
  step(by: number): void;
  /** Scrolls to a position in an output's text. */
  reveal(id: number, at: number): void;
}

interface Props extends Rows {
  row: (k: number) => ComponentChild;
  /** A change redraws all rows. Signals that a row reads redraw it by themselves. */
  version: unknown;
  /** A change means other content and scrolls to the top. */
  list: unknown;
  control: RefObject<ListControl | null>;
  /** A row that stays in place, if it was visible; -1 = none. */
  hold?: number;
  class?: string;
  label: string;
  role?: "feed" | "list";
  busy?: boolean;
  onWidth?: (width: number) => void;
  header?: ComponentChild;
}

export function Windowed(props: Props) {
  const { count, each, keyOf, row, version, list, gap, hold = -1 } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const space = useRef<HTMLDivElement>(null);
  const drawn = useSignal(0);
  const live = useRef({
    heights: new Heights(0, () => 0, 0),
    rows: props as Rows,
    hold,
    held: -1,
    place: 0,
    list: {} as unknown,
    goal: -1,
    find: null as (() => number) | null,
    where: "nearest",
    range: "",
    width: 0,
    scale: new ScrollScale(),
  }).current;
  const kept = useRef({ version: {} as unknown, rows: new Map<number, ComponentChild>() }).current;
  const observer = useRef<ResizeObserver>(null);
  const measured = useRef<Set<Element>>(new Set());
  void drawn.value;
  useFocusWithin(scroller);

  const other = live.list !== list;
  const recounted = other || live.heights.count !== count;
  const fresh = recounted || kept.version !== version;
  if (fresh) {
    const { place } = live.scale;
    const was = live.heights;
    const screen = scroller.current?.clientHeight ?? 0;
    const offset = was.top(live.hold) - place;
    const held = !other && Math.min(hold, live.hold) >= 0 && offset >= 0 && offset < screen;
    // A list at its top stays at its top, as in browsers.
    if (other || (place <= 0 && !held)) [live.heights, live.place] = [new Heights(count, props.estimate, gap), 0];
    else [live.heights, live.place] = heldInPlace(was, live.rows, props, place, screen);
    if (held) live.place = Math.max(0, live.heights.top(hold) - offset);
    live.held = held ? hold : -1;
    live.list = list;
    if (recounted) live.goal = -1;
    if (other) {
      live.find = null;
      live.scale.begin();
    }
    kept.version = version;
    kept.rows.clear();
  }
  live.rows = props;
  live.hold = hold;
  const { heights, scale } = live;

  const range = (): [number, number] => {
    const top = fresh ? live.place : scale.place;
    const height = scroller.current?.clientHeight ?? 600;
    return [heights.at(top - AHEAD), Math.min(count - 1, heights.at(top + height + AHEAD))];
  };
  const redraw = () => {
    const now = `${range().join()},${scale.offset}`;
    if (now !== live.range) drawn.value = drawn.peek() + 1;
  };
  const extent = (): Extent => {
    const element = scroller.current!;
    const rows = space.current!.offsetHeight;
    return { total: live.heights.total, screen: element.clientHeight, extra: element.scrollHeight - rows };
  };
  const scrollTo = (place: number) => {
    const element = scroller.current!;
    const now = extent();
    element.scrollTop = scale.positionFor(place, now);
    scale.settled(place, element.scrollTop, now);
  };
  const aim = () => {
    const element = scroller.current!;
    if (live.goal < 0) return;
    const top = heights.top(live.goal);
    const bottom = top + heights.height(live.goal);
    const { clientHeight } = element;
    if (live.where === "top" || top < scale.place || bottom - top > clientHeight) scrollTo(top);
    else if (bottom > scale.place + clientHeight) scrollTo(bottom - clientHeight);
  };
  const latest = useRef({ redraw, aim, scrollTo, extent });
  latest.current = { redraw, aim, scrollTo, extent };

  useLayoutEffect(() => {
    const element = scroller.current!;
    const sizes = new ResizeObserver((entries) => {
      const { heights } = live;
      // New rows are measured after the row that is held was put in its place.
      const first = Math.max(live.held, heights.count ? heights.at(scale.place) : 0);
      let above = 0;
      let changed = false;
      for (const { target, borderBoxSize } of entries) {
        const k = Number((target as HTMLElement).dataset.row);
        const height = borderBoxSize[0].blockSize;
        // A detached or hidden row has no meaningful height.
        if (!target.isConnected || !height || k >= heights.count) continue;
        const grown = heights.measure(k, height);
        changed ||= grown !== 0;
        if (k < first) above += grown;
      }
      if (!changed) return;
      // Keep the text being read in place.
      const now = latest.current.extent();
      // At the end of a list that is too tall the browser cannot scroll further: show the growth at once.
      if (scale.atEnd(now)) scale.scrolled(element.scrollTop, now);
      else if (above && live.goal < 0) latest.current.scrollTo(scale.place + above);
      drawn.value = drawn.peek() + 1;
      latest.current.aim();
    });
    observer.current = sizes;
    let place = 0;
    const own = new ResizeObserver(([entry]) => {
      const { width } = entry.contentRect;
      // A notebook detaches cells that are out of view, which loses their scroll position.
      if (width === 0) place = live.width ? scale.place : place;
      else if (live.width === 0 && place) latest.current.scrollTo(place);
      live.width = width;
      if (width) props.onWidth?.(width);
      latest.current.redraw();
    });
    own.observe(element);
    const still = new Later();
    const onScroll = () => {
      scale.scrolled(element.scrollTop, latest.current.extent());
      latest.current.redraw();
      still.stop();
      // In a list that is too tall, small steps leave the scroll bar behind: it catches up once scrolling stops.
      if (scale.offset) still.run(() => latest.current.scrollTo(scale.place), STILL);
    };
    const letGo = () => {
      live.goal = live.held = -1;
      live.find = null;
    };
    element.addEventListener("scroll", onScroll, { passive: true });
    for (const kind of ["wheel", "pointerdown", "touchmove", "keydown"])
      element.addEventListener(kind, letGo, { passive: true });
    props.control.current = {
      show(find, where = "nearest") {
        const k = find();
        if (k < 0) return;
        live.goal = k;
        live.find = find;
        live.where = where;
        latest.current.aim();
        latest.current.redraw();
      },
      step(by) {
        const { heights } = live;
        const now = heights.at(scale.place + gap);
        const to = Math.max(0, Math.min(heights.count - 1, now + by));
        this.show(() => to, "top");
      },
      reveal(id, at) {
        const box = textAt(element, id, at)?.getBoundingClientRect();
        if (!box) return;
        letGo();
        const { top, height } = element.getBoundingClientRect();
        if (box.top < top + 30 || box.bottom > top + height - 30)
          latest.current.scrollTo(scale.place + box.top - top - height / 3);
      },
    };
    return () => {
      still.stop();
      sizes.disconnect();
      own.disconnect();
      props.control.current = null;
    };
  }, []);
  useLayoutEffect(() => {
    // The elements may now hold rows of other heights: measure them again.
    if (fresh) measured.current.forEach((element) => observer.current!.unobserve(element));
    if (fresh) measured.current = new Set();
    if (fresh) scrollTo(live.place);
    if (recounted && live.find) {
      live.goal = live.find();
      aim();
    }
    // Measure only attached rows.
    const now = new Set(space.current!.children);
    for (const element of measured.current) if (!now.has(element)) observer.current!.unobserve(element);
    for (const element of now) if (!measured.current.has(element)) observer.current!.observe(element);
    measured.current = now;
  });
  useEffect(() => latest.current.redraw(), [count, version]);

  const [from, to] = count ? range() : [0, -1];
  live.range = `${from},${to},${scale.offset}`;
  const rows: ComponentChild[] = [];
  const still = new Map<number, ComponentChild>();
  for (let k = from; k <= to; k++) {
    // Reusing a node makes the comparison free.
    const content = kept.rows.get(k) ?? row(k);
    still.set(k, content);
    rows.push(
      <div
        key={keyOf(k * each)}
        data-row={k}
        class="ol-slot"
        style={{ transform: `translateY(${heights.top(k) - scale.offset}px)` }}
      >
        {content}
      </div>,
    );
  }
  kept.rows = still;
  return (
    <div
      ref={scroller}
      class={`ol-list ${props.class ?? ""}`}
      role={props.role ?? "group"}
      aria-busy={props.busy}
      aria-label={props.label}
      tabIndex={0}
    >
      {props.header}
      <div ref={space} class="ol-list-space" style={{ height: `${scale.space(heights.total)}px` }}>
        {rows}
      </div>
    </div>
  );
}
