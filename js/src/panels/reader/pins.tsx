// Pinned outputs side by side, scrolled together.
import { useLens } from "../use-lens";
import { useRef } from "preact/hooks";
import { Start } from "./body";
import { Head, oneStop } from "./card";
import { together } from "../../ui/sync-scroll";

export function Pins() {
  const lens = useLens();
  const box = useRef<HTMLDivElement>(null);
  const pins = lens.reading.pins.value;
  if (!pins.length) return null;
  return (
    <section
      class="ol-pins"
      ref={box}
      aria-label="Pinned outputs, side by side"
      style={{ "--ol-columns": pins.length }}
    >
      {pins.map((id) => (
        <article
          key={id}
          {...oneStop(lens, id)}
          class="ol-card"
          aria-label={`Pinned: ${lens.outputs.source(id)} ${lens.outputs.row(id)}`}
        >
          <Head id={id} />
          <div
            class="ol-cell-scroll"
            tabIndex={0}
            role="group"
            aria-label="The text; pinned texts scroll together"
            onScroll={(event) => together(box.current!, event.currentTarget)}
          >
            <Start id={id} />
          </div>
        </article>
      ))}
    </section>
  ); // prettier-ignore
}
