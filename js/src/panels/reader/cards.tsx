// The outputs as cards, in one column or as many as fit.
import { useLens } from "../use-lens";
import type { Lens } from "../../core/lens";
import { effect, untracked, useSignal } from "@preact/signals";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { estimate } from "./body";
import { Card } from "./card";
import { Nothing } from "./nothing";
import { type ListControl, Windowed } from "../../ui/windowed";
import { useComputed } from "../use-computed";

const GAP = 10;
/** The least width of a card for comfortable reading. */
const MIN_COLUMN = 330;

export function Cards() {
  const lens = useLens();
  const width = useSignal(700);
  const columns = useComputed(() => Math.max(1, Math.min(3, Math.floor((width.value + GAP) / (MIN_COLUMN + GAP)))), []);
  const control = useRef<ListControl>(null);
  const { ids } = lens.listing.cards.value;
  const texts = lens.outputs.texts.value;
  const version = useMemo(() => ({}), [ids, columns]);
  const rows = Math.ceil(ids.length / columns);
  useShown(lens, control, (id) => {
    // Equal outputs share the card of the first.
    const k = lens.listing.cards.peek().ids.indexOf(lens.listing.copies(id)[0]);
    return k < 0 ? -1 : Math.floor(k / columns);
  });
  if (!ids.length) return <Nothing />;
  const size = (i: number) => estimate(texts.size(i), width.peek() / columns);
  return (
    <Windowed
      count={rows}
      gap={GAP}
      label="The texts"
      role="feed"
      busy={lens.outputs.preparing.value}
      control={control}
      list={lens.listing.question.value}
      version={version}
      each={columns}
      keyOf={(k) => ids[k]}
      estimate={(r) => Math.max(...Array.from(ids.subarray(r * columns, (r + 1) * columns), size))}
      onWidth={(w) => (width.value = w)}
      row={(r) => (
        <div class="ol-cards-row" style={{ "--ol-columns": columns }}>
          {Array.from(ids.subarray(r * columns, (r + 1) * columns), (id, c) => (
            <Card key={id} id={id} position={r * columns + c + 1} total={ids.length} />
          ))}
        </div>
      )}
    />
  ); // prettier-ignore
}

/** Scrolls to the output that the keyboard or Python requests. */
export function useShown(lens: Lens, control: { current: ListControl | null }, rowOf: (id: number) => number): void {
  const latest = useRef(rowOf);
  latest.current = rowOf;
  useEffect(() => {
    // Showing a row redraws the list. `untracked` makes the effect depend only on the signal in its argument.
    const show = (id: number, where: "nearest" | "top") =>
      untracked(() => {
        if (id >= 0) control.current?.show(() => latest.current(id), where);
        lens.painted();
      });
    let frame = 0;
    let again = 0;
    const ends = [
      effect(() => show(lens.pointer.cursor.value, "nearest")),
      effect(() => {
        const id = lens.reading.target.value;
        show(id, "top");
        // The list may have changed and not be drawn yet.
        cancelAnimationFrame(again);
        again = requestAnimationFrame(() => show(id, "top"));
      }),
      effect(() => {
        const place = lens.reading.place.value;
        if (!place) return;
        cancelAnimationFrame(frame);
        show(place.id, "nearest");
        // Wait until the card is drawn.
        frame = requestAnimationFrame(
          () => (frame = requestAnimationFrame(() => control.current?.reveal(place.id, place.at))),
        );
      }),
    ];
    return () => {
      cancelAnimationFrame(frame);
      cancelAnimationFrame(again);
      ends.forEach((end) => end());
    };
  }, []);
}
