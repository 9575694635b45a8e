// The outputs as cards, one below the other or side by side where there is room.
import { computed, effect, untracked, useSignal } from "@preact/signals";
import { useEffect, useMemo, useRef } from "preact/hooks";
import type { Reading } from "../../core/reading";
import type { State } from "../../core/state";
import { estimate } from "./body";
import { Card } from "./card";
import { Nothing } from "./nothing";
import { type ListControl, Windowed } from "../../ui/windowed";

const GAP = 10;
/** Cards narrower than this are hard to read. */
const MIN_COLUMN = 330;

export function Cards({ state, reading }: { state: State; reading: Reading }) {
  const width = useSignal(700);
  const columns = useMemo(
    () => computed(() => Math.max(1, Math.min(3, Math.floor((width.value + GAP) / (MIN_COLUMN + GAP))))),
    [],
  ).value;
  const control = useRef<ListControl>(null);
  const { ids } = state.cards.value;
  const texts = state.texts.value;
  const version = useMemo(() => ({}), [ids, columns]);
  const rows = Math.ceil(ids.length / columns);
  useShown(state, reading, control, (id) => {
    // A copy is on the card of the first.
    const k = state.cards.peek().ids.indexOf(state.copies(id)[0]);
    return k < 0 ? -1 : Math.floor(k / columns);
  });
  if (!ids.length) return <Nothing state={state} />;
  const size = (i: number) => estimate(texts.size(i), width.peek() / columns);
  return (
    <Windowed
      count={rows}
      gap={GAP}
      label="The texts"
      role="feed"
      busy={state.preparing.value}
      control={control}
      list={state.listed.value}
      version={version}
      keyOf={(r) => ids[r * columns]}
      estimate={(r) => Math.max(...Array.from(ids.subarray(r * columns, (r + 1) * columns), size))}
      onWidth={(w) => (width.value = w)}
      row={(r) => (
        <div class="ol-cards-row" style={{ "--ol-columns": columns }}>
          {Array.from(ids.subarray(r * columns, (r + 1) * columns), (id, c) => (
            <Card key={id} state={state} reading={reading} id={id} position={r * columns + c + 1} total={ids.length} />
          ))}
        </div>
      )}
    />
  ); // prettier-ignore
}

/** Keeps in sight the output that the keyboard, or Python, goes to. */
export function useShown(
  state: State,
  reading: Reading,
  control: { current: ListControl | null },
  rowOf: (id: number) => number,
): void {
  const latest = useRef(rowOf);
  latest.current = rowOf;
  useEffect(() => {
    // To show a row draws the list anew: the effect is to follow what it is called with alone.
    const show = (id: number, where: "nearest" | "top") =>
      untracked(() => {
        if (id >= 0) control.current?.show(() => latest.current(id), where);
      });
    let frame = 0;
    let again = 0;
    const ends = [
      effect(() => show(state.cursor.value, "nearest")),
      effect(() => {
        const id = reading.target.value;
        show(id, "top");
        // What changes the list may have come just before, and is not drawn yet.
        cancelAnimationFrame(again);
        again = requestAnimationFrame(() => show(id, "top"));
      }),
      effect(() => {
        const place = reading.place.value;
        if (!place) return;
        cancelAnimationFrame(frame);
        show(place.id, "nearest");
        // When its card is there and drawn.
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
