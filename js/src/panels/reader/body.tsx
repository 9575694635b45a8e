// The painted text of one output, with a minimap of its marks if it is long.
import { useLayoutEffect, useRef } from "preact/hooks";
import { useLens } from "../use-lens";
import { Plain } from "../../ui/button";
import { Painted } from "../../ui/segments";
import { grouped } from "../../ui/format";

/** A closed card shows this many characters; some lines have 3 MB. */
const CLIP = 1600;
/** Characters that each "show all" adds. */
const OPEN_STEP = 200_000;
/** Characters that a grid cell or a pin shows at most. */
const MOST = 20_000;
export const LINE = 19;
/** The height at which a closed card is cut, as in the style sheet. */
export const MAX_TEXT = 320;
/** A text is cut only if that hides more than a few lines. */
const WORTH_A_CUT = 1.4 * MAX_TEXT;
/** Segments of the minimap, and the text length beyond which there is none. */
const BINS = 120;
const MAPPED = 400_000;
/** The layers shown in the minimap, the most informative last. */
const SHADES = ["ol-shared-1", "ol-shared-2", "ol-shared-3", "ol-echo", "ol-own", "ol-only", "ol-search"];

interface Props {
  id: number;
  text: string;
}

export function Body({ id, text }: Props) {
  const lens = useLens();
  const open = lens.reading.opened.value.has(id);
  const marks = lens.search.marks(text);
  const { start, end } = excerpt(text, marks, open);
  let hidden = 0;
  for (let k = 0; k < marks.length; k += 2) if (marks[k + 1] <= start || marks[k] >= end) hidden++;
  const long = isLong(text);
  const left = text.length - end;
  return (
    <>
      <div class="ol-body-box">
        <Text id={id} text={text} from={start} to={end} clipped={long && !open} />
        {long && text.length <= MAPPED && <Minimap id={id} text={text} />}
      </div>
      {open && left > 0 && (
        <div class="ol-muted ol-left-out">and {grouped(left)} characters more: your DataFrame has all</div>
      )}
      {long && (
        <Plain tabIndex={-1} class="ol-more" aria-expanded={open} onClick={() => lens.reading.flip(id)}>
          {open ? "Show less" : `Show all ${grouped(text.length)} characters`}
          {!open && hidden > 0 && ` (${hidden} more ${hidden === 1 ? "hit" : "hits"})`}
        </Plain>
      )}
    </>
  );
}

interface TextProps extends Props {
  from: number;
  to: number;
  clipped?: boolean;
  class?: string;
}

/** Part of a text with its layers. Contains exactly the characters of that part. */
export function Text({ id, text, from, to, clipped, class: more }: TextProps) {
  const lens = useLens();
  const styled = lens.marks.styled(text);
  const layers = lens.marks.layers(id, text, from, to);
  const margin = lens.marks.on.value.has("aligned");
  const box = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    if (margin) placeParts(box.current!);
  });
  useLayoutEffect(() => {
    if (!margin) return;
    const sizes = new ResizeObserver(() => placeParts(box.current!));
    sizes.observe(box.current!);
    return () => sizes.disconnect();
  }, [margin]);
  const classes = ["ol-text", clipped && "ol-clipped", margin && "ol-margin", styled && "ol-rendered", more];
  return (
    <div
      ref={box}
      class={classes.filter(Boolean).join(" ")}
      dir="auto"
      data-id={id}
      data-from={from}
      data-cut={from > 0 || undefined}
    >
      <Painted
        text={text}
        from={from}
        to={to}
        layers={styled ? [...layers, ...styled.layers] : layers}
        blocks={styled?.blocks}
        anchors={lens.marks.anchors(id)}
        folds={lens.folds.of(id)}
        onUnfold={(at) => lens.folds.unfold(id, at)}
      />
    </div>
  ); // prettier-ignore
}

/** Places the marks of sentences in the margin; if more than two begin in a line, the others stand in the line. */
function placeParts(text: Element): void {
  const parts = text.querySelectorAll(".ol-part");
  for (const part of parts) part.classList.remove("ol-odd", "ol-inline");
  let line = Number.NaN;
  let before = 0;
  // One after the other: a mark in the line moves those after it.
  for (const part of parts) {
    const { top } = part.getBoundingClientRect();
    before = Math.abs(top - line) < 4 ? before + 1 : 0;
    line = top;
    if (before) part.classList.add(before > 1 ? "ol-inline" : "ol-odd");
  }
}

/** The placeholder for a text without visible characters. */
export function Blank({ id }: { id: number }) {
  return <div class="ol-text ol-muted">{useLens().outputs.blank(id)}</div>;
}

/** The beginning of an output, for narrow places. */
export function Start({ id }: { id: number }) {
  const lens = useLens();
  const text = lens.outputs.text(id);
  if (text === null) return <>…</>;
  if (!text.trim()) return <Blank id={id} />;
  const to = whole(text, Math.min(text.length, MOST));
  const left = text.length - to;
  return (
    <>
      <Text id={id} text={text} from={0} to={to} />
      {left > 0 && <div class="ol-muted ol-left-out">and {grouped(left)} characters more: its card has them</div>}
    </>
  );
}

/** A strip that shows the highlights of a long text. A click goes there; `n` and `N` go between highlights. */
function Minimap({ id, text }: { id: number; text: string }) {
  const lens = useLens();
  const bins = new Int8Array(BINS).fill(-1);
  for (const { layer, spans } of lens.marks.layers(id, text, 0, text.length)) {
    for (let k = 0; k < spans.length; k += 3) {
      const shade = SHADES.indexOf(layer === "ol-shared" ? `${layer}-${spans[k + 2]}` : layer);
      const last = Math.min(BINS - 1, Math.floor((BINS * spans[k + 1]) / text.length));
      for (let b = Math.floor((BINS * spans[k]) / text.length); b <= last; b++) bins[b] = Math.max(bins[b], shade);
    }
  }
  if (bins.every((shade) => shade < 0)) return null;
  const stops = Array.from(bins, (shade, b) => {
    const color = shade < 0 ? "transparent" : `var(--${SHADES[shade]})`;
    return `${color} ${((100 * b) / BINS).toFixed(1)}% ${((100 * (b + 1)) / BINS).toFixed(1)}%`;
  });
  return (
    <div
      class="ol-minimap"
      aria-hidden="true"
      title="Highlights of the whole text; click to go there"
      style={{ background: `linear-gradient(${stops.join()})` }}
      onClick={(event) => {
        const box = event.currentTarget.getBoundingClientRect();
        const at = ((event.clientY - box.top) / box.height) * text.length;
        if (!lens.reading.opened.value.has(id)) lens.reading.flip(id);
        lens.reading.show(id, at);
      }}
    />
  ); // prettier-ignore
}

/** The part of a text that a card shows: the beginning, or the surroundings of the first hit if it is further on. */
export function excerpt(text: string, marks: number[], open: boolean): { start: number; end: number } {
  if (open) return { start: 0, end: whole(text, Math.min(text.length, OPEN_STEP)) };
  const first = marks[0] ?? 0;
  const start = first > CLIP / 2 ? whole(text, first - 200) : 0;
  return { start, end: whole(text, Math.min(text.length, start + CLIP)) };
}

/** Moves a cut out of a surrogate pair. */
function whole(text: string, at: number): number {
  const code = text.charCodeAt(at);
  return code >= 0xdc00 && code <= 0xdfff ? at + 1 : at;
}

function isLong(text: string): boolean {
  if (text.length > CLIP) return true;
  let count = 1;
  for (let at = text.indexOf("\n"); at >= 0 && count < 40; at = text.indexOf("\n", at + 1)) count++;
  return count + text.length / 90 > WORTH_A_CUT / LINE;
}

/** Estimates a card's height from its text's bytes and its column's width. */
export function estimate(bytes: number, width: number): number {
  const perLine = Math.max(20, (width - 34) / 6.4);
  const height = Math.ceil((bytes * 1.15) / perLine) * LINE;
  return 46 + (height > WORTH_A_CUT ? MAX_TEXT + 24 : height);
}
