// One output: its source, cluster and full text.
import { modeOf } from "../../core/selection";
import { useLens } from "../use-lens";
import type { Lens } from "../../core/lens";
import { asJson } from "../../core/describe";
import type { ComponentProps, TargetedKeyboardEvent } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { Button, Plain } from "../../ui/button";
import { plural } from "../../ui/format";
import { rove } from "../../ui/rove";
import { Blank, Body, estimate } from "./body";
import { Omissions } from "./omissions";
import { Chips } from "../tags/chips";
import { Notes } from "../tags/notes";
import { Spring, classes } from "../../ui/layout";
import { Dot } from "../dot";

interface Props {
  id: number;
  position?: number;
  total?: number;
}

export function Card({ id, position, total }: Props) {
  const lens = useLens();
  const selected = lens.selection.mask.value[id] === 1;
  const current = lens.pointer.cursor.value === id;
  const label = lens.outputs.label(id);
  const source = lens.outputs.source(id);
  const article = useRef<HTMLElement>(null);
  useLayoutEffect(() => {
    // Keyboard navigation continues from the focused card.
    const tree = article.current!.getRootNode() as Document | ShadowRoot;
    if (current && tree.activeElement?.matches(".ol-card")) article.current!.focus({ preventScroll: true });
  }, [current]);
  return (
    <article
      ref={article}
      {...oneStop(lens, id)}
      class={classes("ol-card", selected && "ol-chosen", current && "ol-current")}
      aria-posinset={position}
      aria-setsize={total}
      aria-current={current || undefined}
      aria-label={`${source ? `${source}, ` : ""}row ${label}, ${lens.clusters.nameOf(id)}`}
      onClick={(event) => {
        // Keys then apply to this output.
        if (!(event.target as Element).closest("button, input, label")) lens.pointer.cursor.value = id;
      }}
      onMouseEnter={() => (lens.pointer.hover.value = id)}
      onMouseLeave={() => (lens.pointer.hover.value = -1)}
    >
      <Head id={id} />
      <Content id={id} />
      <Omissions id={id} />
    </article>
  ); // prettier-ignore
}

/** A card is one Tab stop: Enter makes it current and moves to its buttons, as the arrow keys do. */
export function oneStop(lens: Lens, id: number) {
  return {
    tabIndex: 0,
    onKeyDown: (event: TargetedKeyboardEvent<HTMLElement>) => {
      const card = event.currentTarget;
      if (event.key === "Enter" && !event.shiftKey && event.target === card) {
        event.preventDefault();
        lens.pointer.cursor.value = id;
        card.querySelector("button")?.focus();
      } else rove(event);
    },
  };
}

export function Head({ id }: Props) {
  const lens = useLens();
  const source = lens.outputs.source(id);
  const label = lens.outputs.label(id);
  const copies = lens.listing.copies(id);
  const pinned = lens.reading.isPinned(id);
  const stars = lens.tags.stars(copies);
  return (
    <>
      <div
        class="ol-card-head"
        onClick={(event) => {
          if ((event.target as HTMLElement).closest("input, button")) return;
          lens.pointer.cursor.value = id;
          if (event.shiftKey || event.altKey) lens.selection.select(copies, modeOf(event));
        }}
      >
        <Dot id={id} />
        {source && (
          <b class="ol-source" title={source}>
            {lens.outputs.shortSource(id)}
          </b>
        )}
        {copies.length > 1 && <Copies id={id} copies={copies} />}
        {stars > 0 && (
          <span class="ol-star" role="img" aria-label="starred">
            ★
            {stars < copies.length && (
              <small>
                {" "}
                {stars} of {copies.length}
              </small>
            )}
          </span>
        )}
        <span class="ol-muted ol-card-cluster" title={lens.clusters.nameOf(id)}>
          {lens.clusters.nameOf(id)}
        </span>
        <Spring />
        <span class="ol-card-tools" onClick={() => (lens.pointer.cursor.value = id)}>
          <Tool title="Tag this output (t)" onClick={() => lens.tagging.type(lens.tagging.card(id))}>
            Tag
          </Tool>
          <Tool title="A note on this output (e)" onClick={() => lens.tagging.write(lens.tagging.card(id))}>
            Note
          </Tool>
          <Tool pressed={stars === copies.length} title="Star (s)" onClick={() => lens.tagging.star(copies)}>
            Star
          </Tool>
          {lens.kernel && lens.clusters.ready.value && (
            <Tool title="List the most similar outputs first" onClick={() => lens.tagging.do("similar", "", [id])}>
              Similar
            </Tool>
          )}
          <Tool title="Copy the original text" onClick={() => copy(lens, lens.outputs.text(id), "Text")}>
            Copy
          </Tool>
          <Tool
            title="Copy this output as JSON"
            onClick={() => copy(lens, lens.outputs.text(id) === null ? null : asJson(lens, id), "JSON")}
          >
            JSON
          </Tool>
          <Tool
            pressed={pinned}
            title={pinned ? "Unpin" : "Pin: side by side with others, up to 6 (v)"}
            onClick={() => lens.reading.pin(id)}
          >
            {pinned ? "Unpin" : "Pin"}
          </Tool>
        </span>
        <span class="ol-muted ol-row-label" title={label}>
          row {label}
        </span>
        <input
          type="checkbox"
          tabIndex={-1}
          checked={lens.selection.mask.value[id] === 1}
          aria-label="Selected"
          title={copies.length > 1 ? `Select all ${copies.length} (x)` : "Select (x)"}
          onChange={() => lens.selection.pick(copies)}
        />
      </div>
      <Chips id={id} tabIndex={-1} />
      <Notes id={id} tabIndex={-1} />
    </>
  ); // prettier-ignore
}

/** A button of a card, reached with the arrow keys. */
function Tool(props: ComponentProps<typeof Button>) {
  return <Plain tabIndex={-1} {...props} />;
}

/** The number of equal outputs; a click gives each its own card. */
function Copies({ id, copies }: { id: number; copies: number[] }) {
  const lens = useLens();
  const from = lens.outputs.sourcesOf(copies);
  return (
    <Button
      tabIndex={-1}
      class="ol-copies"
      title={`${plural(copies.length, "output")} with this exact text${from && `: ${from}`}\nclick: a card for each`}
      label={`${copies.length} equal outputs, show each`}
      onClick={() => lens.listing.spreadOut(id)}
    >
      × {copies.length}
    </Button>
  ); // prettier-ignore
}

/** The text, or a placeholder if it is blank or still loading. */
export function Content({ id }: Props) {
  const lens = useLens();
  const texts = lens.outputs.texts.value;
  const text = texts.get(id);
  if (text === null)
    return (
      <div class="ol-text ol-muted" style={{ height: `${estimate(texts.size(id), 340) - 40}px` }}>
        …
      </div>
    );
  if (!text.trim()) return <Blank id={id} />;
  return <Body id={id} text={text} />;
}

export async function copy(lens: Lens, text: string | null, what: string): Promise<void> {
  if (text === null) {
    lens.announce.say("The text is still loading: try again in a moment");
    return;
  }
  try {
    await navigator.clipboard.writeText(text);
    lens.announce.say(`${what} copied`);
  } catch {
    // An insecure page has no clipboard, or the user refused access.
    lens.announce.say(`${what} could not be copied: the browser does not allow it here`);
  }
}
