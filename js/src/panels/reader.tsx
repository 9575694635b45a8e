// The full texts, of what is selected or of all: cards in a list of which only the visible part exists.
import { elementScroll, observeElementOffset, observeElementRect, Virtualizer } from "@tanstack/virtual-core";
import { effect, useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { Order } from "../model";
import type { State } from "../state";
import { Card, estimate } from "./card";
import { print } from "../text/search";
import { plural } from "../plural";

const GAP = 10;
/** Cards narrower than this are hard to read. */
const MIN_COLUMN = 330;

export function Reader({ state }: { state: State }) {
  return (
    <section class="ol-reader" aria-label="Outputs">
      <ReaderBar state={state} />
      <List state={state} />
    </section>
  );
}

function ReaderBar({ state }: { state: State }) {
  const listed = state.listed.value.length;
  const selected = state.selectedCount.value;
  const n = state.info.value.n;
  const scope = state.scope.value;
  const of = scope === "selected" ? selected : n;
  return (
    <div class="ol-bar">
      <span class="ol-segments" role="group" aria-label="What the reader lists">
        <button
          type="button" aria-pressed={scope === "all"} 
          onClick={() => (state.scope.value = "all")}
        >All {n.toLocaleString("en")}</button>
        <button
          type="button" aria-pressed={scope === "selected"} disabled={!selected} 
          onClick={() => (state.scope.value = "selected")}
        >Selected {selected.toLocaleString("en")}</button>
      </span>
      {listed !== of && <span class="ol-what">{listed.toLocaleString("en")} of them {state.hidden.value.size ? "pass the filter" : "match"}</span>}
      <span class="ol-spring" />
      <label class="ol-field">
        <span class="ol-muted">Order</span>
        <select
          aria-label="Order of the outputs"  value={state.view.value.order}
          onChange={(event) => state.set({ order: event.currentTarget.value as Order })}
        >
          <option value="row">by row</option>
          <option value="typical">typical first</option>
          <option value="unusual">unusual first</option>
        </select>
      </label>
    </div>
  ); // prettier-ignore
}

function List({ state }: { state: State }) {
  const scroller = useRef<HTMLDivElement>(null);
  const opened = useSignal<ReadonlySet<number>>(new Set());
  const drawn = useSignal(0);
  const columns = useSignal(1);
  const virtual = useRef<Virtualizer<HTMLDivElement, HTMLElement>>(null);
  const listed = state.listed.value;
  const texts = state.texts.value;
  void texts.arrived.value;
  void drawn.value;

  const options = {
    count: listed.length,
    lanes: columns.value,
    gap: GAP,
    paddingStart: 2,
    paddingEnd: 12,
    overscan: 4,
    getScrollElement: () => scroller.current,
    estimateSize: (k: number) => estimate(texts.size(listed[k]), (scroller.current?.clientWidth ?? 700) / columns.peek()),
    getItemKey: (k: number) => listed[k],
    scrollToFn: elementScroll<HTMLDivElement>,
    observeElementRect,
    observeElementOffset,
    onChange: () => {
      drawn.value++;
    },
  };
  virtual.current ??= new Virtualizer<HTMLDivElement, HTMLElement>(options);
  virtual.current.setOptions(options);

  useEffect(() => {
    const list = virtual.current!;
    const ended = list._didMount();
    list._willUpdate();
    let offset = 0;
    const observer = new ResizeObserver(([entry]) => {
      const width = entry.contentRect.width;
      // A notebook takes cells that are out of sight off the page, and with them goes how far one had scrolled.
      if (width === 0) offset = list.scrollOffset ?? 0;
      else if (offset) {
        scroller.current!.scrollTop = offset;
        offset = 0;
      }
      if (width === 0) return;
      const fit = Math.max(1, Math.min(3, Math.floor((width + GAP) / (MIN_COLUMN + GAP))));
      if (fit !== columns.value) {
        columns.value = fit;
        list.measure();
      }
    });
    observer.observe(scroller.current!);
    return () => {
      observer.disconnect();
      ended();
    };
  }, []);
  useEffect(() => virtual.current!._willUpdate());
  // Another list begins at its beginning.
  useEffect(() => {
    if (scroller.current) scroller.current.scrollTop = 0;
    virtual.current!.measure();
  }, [listed, columns.value]);
  // The output the keyboard goes to comes into sight.
  useEffect(
    () =>
      effect(() => {
        const at = state.cursor.value;
        const k = at < 0 ? -1 : state.listed.peek().indexOf(at);
        if (k >= 0) virtual.current!.scrollToIndex(k, { align: "auto" });
      }),
    [],
  );

  const share = 100 / columns.value;
  return (
    <div ref={scroller} class="ol-list" role="feed" aria-busy={state.preparing.value} aria-label="The texts">
      {listed.length === 0 ? (
        <Nothing state={state} />
      ) : (
        <div class="ol-list-space" style={{ height: `${virtual.current.getTotalSize()}px` }}>
          {virtual.current.getVirtualItems().map((item) => {
            const i = listed[item.index];
            if (i === undefined) return null;
            return (
              <div
                key={i}
                ref={(element) => {
                  if (element) virtual.current!.measureElement(element);
                }}
                data-index={item.index}
                class="ol-slot"
                style={{ transform: `translateY(${item.start}px)`, left: `${item.lane * share}%`, width: `${share}%` }}
              >
                <Card
                  state={state} id={i} text={texts.get(i)} position={item.index + 1} total={listed.length}
                  open={opened.value.has(i)} onOpen={() => (opened.value = flipped(opened.value, i))}
                />
              </div>
            );
          })}
        </div>
      )}
    </div>
  ); // prettier-ignore
}

function Nothing({ state }: { state: State }) {
  const elsewhere = state.passing.value.length;
  const selected = state.scope.value === "selected";
  const { query } = state.view.value;
  const filtered = state.hidden.value.size > 0;
  const whose = selected ? "selected outputs" : "outputs";
  const why = [...(query ? [`holds ${print(state.view.value)}`] : []), ...(filtered ? ["passes the filter"] : [])].join(" and ");
  if (state.info.value.n === 0) return <div class="ol-empty">There are no outputs to read.</div>;
  if (state.searchError.value) return <div class="ol-empty ol-error">{state.searchError.value}</div>;
  return (
    <div class="ol-empty">
      None of the {whose} {why || "is here"}.
      {selected && elsewhere > 0 && (
        <button type="button"  onClick={() => state.select(state.passing.value, "replace")}>
          Select the {plural(elsewhere, "other")} that {elsewhere === 1 ? "does" : "do"}
        </button>
      )}
      {query && (
        <button type="button" onClick={() => state.set({ query: "", regex: false })}>
          Clear the search
        </button>
      )}
    </div>
  );
}

function flipped(set: ReadonlySet<number>, i: number): Set<number> {
  const next = new Set(set);
  if (!next.delete(i)) next.add(i);
  return next;
}
