// Pinned outputs side by side; they scroll together.
import { useRef } from "preact/hooks";
import type { Reading } from "../../core/reading";
import type { State } from "../../core/state";
import { Start } from "./body";
import { Head } from "./card";
import { together } from "../../ui/sync-scroll";

export function Pins({ state, reading }: { state: State; reading: Reading }) {
  const box = useRef<HTMLDivElement>(null);
  const pins = reading.pins.value;
  const texts = state.texts.value;
  void texts.arrived.value;
  if (!pins.length) return null;
  return (
    <section
      class="ol-pins"
      ref={box}
      aria-label="Pinned outputs, side by side"
      style={{ "--ol-columns": pins.length }}
    >
      {pins.map((id) => {
        const text = texts.get(id);
        return (
          <article key={id} class="ol-card" aria-label={`Pinned: ${state.source(id)} row ${state.label(id)}`}>
            <Head state={state} reading={reading} id={id} />
            <div
              class="ol-cell-scroll"
              tabIndex={0}
              role="group"
              aria-label="The text; pinned texts scroll together"
              onScroll={(event) => together(box.current!, event.currentTarget)}
            >
              {text === null ? "…" : <Start state={state} reading={reading} id={id} text={text} />}
            </div>
          </article>
        );
      })}
    </section>
  ); // prettier-ignore
}
