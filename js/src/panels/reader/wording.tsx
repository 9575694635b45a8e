// Texts of several outputs in the same words, with buttons that show each output in place.
import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { Button } from "../../ui/button";
import { Muted, classes } from "../../ui/layout";
import { selectsText } from "../../ui/places";
import { Painted } from "../../ui/segments";
import { Dot } from "../dot";
import { useLens } from "../use-lens";
import { Card } from "./card";

/** The layers in a bare wording. */
const KEPT = new Set(["ol-own", "ol-search", "ol-asked"]);

/** Part of an output's text. */
export interface Passage {
  id: number;
  from: number;
  to: number;
}

interface Props {
  /** Where the wording stands; the first one is shown. */
  passages: Passage[];
  /** The words to ink, as spans of the first one. */
  vary: ArrayLike<number>;
  /** What differs from the typical wording. */
  flags: string[];
  /** How often it occurs in one output. */
  times?: number;
  /** Whether its other words are grey. */
  varies: boolean;
  typical: boolean;
  /** Whether only search hits and the user's own layers are painted, without emphasis, and a click shows the output. */
  bare?: boolean;
  /** Called with the output that is shown in place, and with null when it is closed. */
  onShow: (passage: Passage | null) => void;
  /** Further buttons. */
  children?: ComponentChildren;
}

export function Wording({ passages, vary, flags, times = 1, varies, typical, bare = false, onShow, children }: Props) {
  const lens = useLens();
  const open = useSignal<Passage | null>(null);
  const all = useSignal(false);
  const { id, from, to } = passages[0];
  const text = lens.outputs.text(id);
  // Grey text is shared within the group; dark text varies.
  const others =
    text === null
      ? []
      : lens.marks.layers(id, text, from, to).filter(({ layer }) => (bare ? KEPT.has(layer) : layer !== "ol-common"));
  const styled = text === null || bare ? null : lens.marks.styled(text);
  if (text !== null && bare) others.push({ layer: "ol-hide", spans: emphasis(text, from, to) });
  const show = (passage: Passage) => {
    open.value = open.value?.id === passage.id && open.value.from === passage.from ? null : passage;
    onShow(open.value);
    if (!open.value) return;
    lens.reading.open(passage.id);
    lens.reading.show(passage.id, passage.from);
  };
  return (
    <div class={classes("ol-wording", bare && "ol-bare", varies && "ol-varies", typical && "ol-typical")}>
      <div class="ol-wording-line">
        <div
          class={styled ? "ol-text ol-rendered" : "ol-text"}
          dir="auto"
          data-id={id}
          data-from={from}
          onClick={({ currentTarget }) => bare && !selectsText(currentTarget) && show(passages[0])}
        >
          {text === null ? (
            "…"
          ) : (
            <Painted
              text={text}
              from={from}
              to={to}
              layers={[{ layer: "ol-vary", spans: vary }, ...others, ...(styled?.layers ?? [])]}
            />
          )}
        </div>
        {flags.length > 0 && (
          <span class="ol-flag" title="Compared with the typical wording of the group">
            {flags.join(", ")}
          </span>
        )}
        {times > 1 && <Muted title="Occurrences in this output">× {times}</Muted>}
        {children}
        <span class="ol-badges">
          {passages.slice(0, all.value ? undefined : 1).map((passage) => (
            <Badge key={`${passage.id} ${passage.from}`} passage={passage} open={open.value} show={show} />
          ))}
          {passages.length > 1 && (
            <Button
              class="ol-badge"
              aria-expanded={all.value}
              title={lens.outputs.sourcesOf(passages.map((passage) => passage.id)) || "All outputs with this wording"}
              onClick={() => (all.value = !all.value)}
            >
              {all.value ? "fewer" : `× ${passages.length}`}
            </Button>
          )}
        </span>
      </div>
      {open.value && (
        <div class="ol-in-place">
          <Card id={open.value.id} />
        </div>
      )}
    </div>
  ); // prettier-ignore
}

/** Spans of the marks of emphasis between two positions. */
function emphasis(text: string, from: number, to: number): number[] {
  return Array.from(text.slice(from, to).matchAll(/\*\*|__|`/g), ({ 0: mark, index }) => [
    from + index,
    from + index + mark.length,
    0,
  ]).flat();
}

interface BadgeProps {
  passage: Passage;
  open: Passage | null;
  show: (passage: Passage) => void;
}

function Badge({ passage, open, show }: BadgeProps) {
  const { outputs } = useLens();
  const { id, from } = passage;
  const source = outputs.source(id);
  return (
    <Button
      class="ol-badge"
      aria-expanded={open?.id === id && open.from === from}
      title={`${source} ${outputs.row(id)}: show the whole output here`}
      onClick={() => show(passage)}
    >
      <Dot id={id} />
      {source && <span>{outputs.shortSource(id)}</span>}
      <span class="ol-badge-row">{source ? outputs.label(id) : outputs.row(id)}</span>
    </Button>
  ); // prettier-ignore
}
