// A long list of which only the visible part exists. Rows have the heights that they turn out to have.
import { useSignal } from "@preact/signals";
import type { ComponentChild, RefObject } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";

import { useFocusWithin } from "./focus";
import { textAt } from "./places";

/** Pixels above and below the visible part in which rows exist already. */
const AHEAD = 700;

/** The rows' heights: estimated until they are measured. */
export class Heights {
  /** Where each row begins; known up to `#until`. */
  readonly #top: Float64Array;
  readonly #height: Float64Array;
  #until = 0;

  constructor(
    readonly count: number,
    estimate: (k: number) => number,
    readonly gap: number,
  ) {
    this.#height = Float64Array.from({ length: count }, (_, k) => estimate(k));
    this.#top = new Float64Array(count + 1);
  }

  height(k: number): number {
    return this.#height[k];
  }

  top(k: number): number {
    for (; this.#until < k; this.#until++) {
      this.#top[this.#until + 1] = this.#top[this.#until] + this.#height[this.#until] + this.gap;
    }
    return this.#top[k];
  }

  get total(): number {
    return this.top(this.count);
  }

  /** By how much the row has grown. */
  measure(k: number, height: number): number {
    const grown = height - this.#height[k];
    this.#height[k] = height;
    if (grown) this.#until = Math.min(this.#until, k);
    return grown;
  }

  /** The row at a place. */
  at(y: number): number {
    let [low, high] = [0, this.count - 1];
    this.top(this.count);
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#top[middle] <= y) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}

export interface ListControl {
  /** Brings a row into sight, or to the top; found again where rows are cut otherwise before one scrolls on. */
  show(find: () => number, where?: "nearest" | "top"): void;
  /** Brings the row after the first one in sight to the top, or the one before. */
  step(by: number): void;
  /** Scrolls to a place of an output's text. */
  reveal(id: number, at: number): void;
}

interface Props {
  count: number;
  /** Names the row, so that it is the same element when others come before it. */
  keyOf: (k: number) => string | number;
  estimate: (k: number) => number;
  row: (k: number) => ComponentChild;
  /** Rows are drawn anew when it changes. What a row reads of signals it follows by itself. */
  version: unknown;
  /** A list of other things: begins at its beginning. */
  list: unknown;
  gap?: number;
  control: RefObject<ListControl | null>;
  class?: string;
  label: string;
  role?: "feed" | "list";
  busy?: boolean;
  onWidth?: (width: number) => void;
  header?: ComponentChild;
}

export function Windowed(props: Props) {
  const { count, keyOf, row, version, list, gap = 10 } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const space = useRef<HTMLDivElement>(null);
  const drawn = useSignal(0);
  const live = useRef({
    heights: new Heights(0, () => 0, 0),
    list: {} as unknown,
    goal: -1,
    find: null as (() => number) | null,
    where: "nearest",
    range: "",
    width: 0,
  }).current;
  const kept = useRef({ version: {} as unknown, rows: new Map<number, ComponentChild>() }).current;
  const observer = useRef<ResizeObserver>(null);
  const measured = useRef<Set<Element>>(new Set());
  void drawn.value;
  useFocusWithin(scroller);

  const other = live.list !== list;
  const fresh = other || live.heights.count !== count;
  if (fresh) {
    live.heights = new Heights(count, props.estimate, gap);
    live.list = list;
    live.goal = -1;
    if (other) live.find = null;
  }
  if (fresh || kept.version !== version) {
    kept.version = version;
    kept.rows.clear();
  }
  const { heights } = live;

  const range = (): [number, number] => {
    const top = other ? 0 : (scroller.current?.scrollTop ?? 0);
    const height = scroller.current?.clientHeight ?? 600;
    return [heights.at(top - AHEAD), Math.min(count - 1, heights.at(top + height + AHEAD))];
  };
  const redraw = () => {
    const now = range().join();
    if (now !== live.range) drawn.value = drawn.peek() + 1;
  };
  const aim = () => {
    const element = scroller.current!;
    if (live.goal < 0) return;
    const top = heights.top(live.goal);
    const bottom = top + heights.height(live.goal);
    const { scrollTop, clientHeight } = element;
    if (live.where === "top" || top < scrollTop || bottom - top > clientHeight) element.scrollTop = top;
    else if (bottom > scrollTop + clientHeight) element.scrollTop = bottom - clientHeight;
  };
  const latest = useRef({ redraw, aim });
  latest.current = { redraw, aim };

  useLayoutEffect(() => {
    const element = scroller.current!;
    const sizes = new ResizeObserver((entries) => {
      const { heights } = live;
      const first = heights.count ? heights.at(element.scrollTop) : 0;
      let above = 0;
      let changed = false;
      for (const { target, borderBoxSize } of entries) {
        const k = Number((target as HTMLElement).dataset.row);
        const height = borderBoxSize[0].blockSize;
        // A row that is out of the page or hidden has no height to speak of.
        if (!target.isConnected || !height || k >= heights.count) continue;
        const grown = heights.measure(k, height);
        changed ||= grown !== 0;
        if (k < first) above += grown;
      }
      if (!changed) return;
      // What one reads stays where it is.
      if (above && live.goal < 0) element.scrollTop += above;
      drawn.value = drawn.peek() + 1;
      latest.current.aim();
    });
    observer.current = sizes;
    let offset = 0;
    const own = new ResizeObserver(([entry]) => {
      const { width } = entry.contentRect;
      // A notebook takes cells that are out of sight off the page, and with them goes how far one had scrolled.
      if (width === 0) offset = live.width ? element.scrollTop : offset;
      else if (live.width === 0 && offset) element.scrollTop = offset;
      live.width = width;
      if (width) props.onWidth?.(width);
      latest.current.redraw();
    });
    own.observe(element);
    const onScroll = () => latest.current.redraw();
    const letGo = () => {
      live.goal = -1;
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
        const now = heights.at(element.scrollTop + gap);
        const to = Math.max(0, Math.min(heights.count - 1, now + by));
        this.show(() => to, "top");
      },
      reveal(id, at) {
        const box = textAt(element, id, at)?.getBoundingClientRect();
        if (!box) return;
        letGo();
        const { top, height } = element.getBoundingClientRect();
        if (box.top < top + 30 || box.bottom > top + height - 30) element.scrollTop += box.top - top - height / 3;
      },
    };
    return () => {
      sizes.disconnect();
      own.disconnect();
      props.control.current = null;
    };
  }, []);
  useLayoutEffect(() => {
    // Rows of other heights may be the elements that were there: they are measured anew.
    if (fresh) measured.current.forEach((element) => observer.current!.unobserve(element));
    if (fresh) measured.current = new Set();
    if (other) scroller.current!.scrollTop = 0;
    if (fresh && live.find) {
      live.goal = live.find();
      aim();
    }
    // Only what is on the page is measured.
    const now = new Set(space.current!.children);
    for (const element of measured.current) if (!now.has(element)) observer.current!.unobserve(element);
    for (const element of now) if (!measured.current.has(element)) observer.current!.observe(element);
    measured.current = now;
  });
  useEffect(() => latest.current.redraw(), [count]);

  const [from, to] = count ? range() : [0, -1];
  live.range = `${from},${to}`;
  const rows: ComponentChild[] = [];
  const still = new Map<number, ComponentChild>();
  for (let k = from; k <= to; k++) {
    // The same node again costs nothing to compare.
    const content = kept.rows.get(k) ?? row(k);
    still.set(k, content);
    rows.push(
      <div key={keyOf(k)} data-row={k} class="ol-slot" style={{ transform: `translateY(${heights.top(k)}px)` }}>
        {content}
      </div>,
    );
  }
  kept.rows = still;
  return (
    <div
      ref={scroller}
      class={`ol-list ${props.class ?? ""}`}
      role={props.role}
      aria-busy={props.busy}
      aria-label={props.label}
      tabIndex={0}
    >
      {props.header}
      <div ref={space} class="ol-list-space" style={{ height: `${heights.total}px` }}>
        {rows}
      </div>
    </div>
  );
}
