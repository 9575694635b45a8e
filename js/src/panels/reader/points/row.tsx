// A point: its text, how many outputs make it, and the share of each source; opened, its wordings.
import { useComputed } from "../../use-computed";
import { useLayoutEffect, useRef } from "preact/hooks";
import { Plain } from "../../../ui/button";
import { listOf, sizeOf } from "../../../core/points-cut";
import { focused } from "../../../ui/focus";
import { grouped } from "../../../ui/format";
import { NameField } from "../../../ui/name-field";
import { classes, Muted } from "../../../ui/layout";
import { rove } from "../../../ui/rove";
import { Painted } from "../../../ui/segments";
import { ShareBar } from "../../../ui/share-bar";
import { useLens } from "../../use-lens";
import { Acts, correct } from "./correct";
import { type Item, type Key, type Rows, sectionName, typicalText } from "./rows";
import { Wordings } from "./wordings";

interface Props {
  group: number;
  at: Key;
  rows: Rows;
}

export function PointRow({ group, at, rows }: Props) {
  const lens = useLens();
  const { points, pointList } = lens;
  const { main, tabIndex } = useStop(rows, at);
  const open = points.isOpen(group);
  const current = points.currentGroup.value === group;
  const count = pointList.counts.value.all[group];
  const listed = lens.listing.ids.value.length;
  const part = listed === lens.outputs.info.n ? "" : " listed";
  const renaming = points.groupOf(rows.renaming.value) === group;
  const source = rows.merging.value;
  const choose = () => {
    if (source < 0) {
      points.flip(group);
      return;
    }
    rows.merging.value = -1;
    if (points.groupOf(source) !== group) correct(lens, "merge", [source, points.typical(group)]);
  };
  const rename = (name: string | null, byKey: boolean) => {
    rows.renaming.value = -1;
    if (name !== null && name.trim() !== points.name(group)) correct(lens, "name", [points.typical(group)], { name });
    // After the next drawing, the text is a button again.
    if (byKey) requestAnimationFrame(() => main.current?.focus({ preventScroll: true }));
  };
  return (
    <div class={classes("ol-point-row", current && "ol-current")} role="listitem" aria-current={current || undefined}>
      <div
        class="ol-point-head"
        onKeyDown={(event) => {
          if (renaming) return;
          walkOrRove(event, lens.reading.walk);
          if (event.key !== "F2" || !points.link.kernel) return;
          event.preventDefault();
          points.current.value = rows.renaming.value = points.typical(group);
        }}
      >
        <Plain
          class="ol-point-count"
          tabIndex={-1}
          title="Select the outputs that make it (Shift adds them, Alt selects those that do not)"
          onClick={(event) => {
            points.current.value = points.typical(group);
            pointList.select(group, event.altKey ? "others" : event.shiftKey ? "add" : "make");
          }}
        >
          <span>
            <b>{grouped(count)}</b> of {grouped(listed)}
            {part}
          </span>
          <ShareBar count={count} of={listed} />
        </Plain>
        {renaming ? (
          <div class="ol-point-main">
            <NameField value={points.name(group)} label="Name of the point" done={rename} />
            <Said group={group} />
          </div>
        ) : (
          <button
            type="button"
            ref={main}
            class="ol-plain ol-point-main"
            tabIndex={tabIndex}
            aria-expanded={open}
            dir="auto"
            onClick={choose}
          >
            <Said group={group} />
          </button>
        )}
        {source < 0 && !renaming && <Acts group={group} rows={rows} />}
        <Strip group={group} />
      </div>
      {open && <Wordings group={group} />}
    </div>
  ); // prettier-ignore
}

/** The name, unless the text begins with it, the text, and what varies. */
function Said({ group }: { group: number }) {
  const lens = useLens();
  const text = typicalText(lens, group);
  const name = lens.points.name(group);
  const { makers } = lens.points.cut.value!;
  const [maker] = listOf(makers, group);
  const alone = sizeOf(makers, group) === 1 && lens.outputs.info.n > 1;
  // What varies is counted over all outputs: beside the counts of a part it would mislead.
  const whole = lens.listing.ids.value.length === lens.outputs.info.n;
  const varies = alone
    ? `${lens.outputs.shortSource(maker)} ${lens.outputs.row(maker)}`.trim()
    : whole && lens.points.varies(group);
  const byHand = ["", "corrected by hand", "named by hand", "corrected and named by hand"][lens.points.byHand(group)];
  if (text === null) return <>…</>;
  const hits = lens.search.marks(text);
  const found: number[] = [];
  for (let k = 0; k < hits.length; k += 2) found.push(hits[k], hits[k + 1], 0);
  const { lead, own } = leadOf(text, name);
  const layers = [
    { layer: "ol-strong", spans: lead ? [0, lead, 0] : [] },
    { layer: "ol-search", spans: found },
  ];
  return (
    <>
      <span class="ol-point-text">
        {own && <b>{/[.!?…]$/.test(own) ? own : `${own}.`}</b>}{" "}
        <Painted text={text} from={0} to={text.length} layers={layers} />
      </span>
      {(varies || byHand) && (
        <Muted title={alone || !varies ? undefined : "What varies between the wordings"}>
          {[varies, byHand].filter(Boolean).join(" · ")}
        </Muted>
      )}
    </>
  ); // prettier-ignore
}

/** The most words of a lead. */
const LEAD = 6;

/** The name unless the text begins with it, and the length of the text's lead ("Be patient: ..."). */
export function leadOf(text: string, name: string): { own: string; lead: number } {
  const bare = (words: string) =>
    words
      .toLowerCase()
      .replace(/[^\p{L}\p{M}\p{N}]+/gu, " ")
      .trim();
  if (!bare(text).startsWith(bare(name))) return { own: name, lead: 0 };
  const lead = /^[^:：]{1,60}[:：](?=\s)/.exec(text)?.[0] ?? "";
  return { own: "", lead: lead.split(/\s+/).length > LEAD ? 0 : lead.length };
}

/** The share of each source's outputs, as bars. */
function Strip({ group }: { group: number }) {
  const { pointList } = useLens();
  const strip = pointList.strip.value;
  if (!strip) return null;
  const counts = pointList.ofSources(group);
  const shares = strip.labels.map((_, s) => counts[s] / Math.max(1, strip.totals[s]));
  const says = strip.labels.map(
    (label, s) => `${label}: ${counts[s]} of ${strip.totals[s]} (${Math.round(100 * shares[s])} %)`,
  );
  return (
    <span class="ol-strip" role="img" aria-label={says.join("; ")} title={says.join("\n")}>
      {shares.map((share, s) => (
        <i
          key={strip.labels[s]}
          style={{ "--ol-part": `${share > 0 ? Math.max(8, 100 * share) : 0}%`, "--ol-color": strip.colors[s] }}
        />
      ))}
    </span>
  );
}

/** The line that folds a section. */
export function SectionRow({ item, rows }: { item: Extract<Item, { fold: string }>; rows: Rows }) {
  const lens = useLens();
  const { main, tabIndex } = useStop(rows, item.fold);
  return (
    <div class="ol-point-row ol-point-section" role="listitem">
      <div class="ol-point-head" onKeyDown={(event) => walkOrRove(event, lens.reading.walk)}>
        <button
          type="button"
          ref={main}
          class="ol-plain ol-point-main"
          tabIndex={tabIndex}
          aria-expanded={rows.unfolded.value.has(item.fold)}
          onClick={() => rows.flip(item.fold)}
        >
          {sectionName(item)}
        </button>
      </div>
    </div>
  );
}

/** The main button of a row: Tab reaches that of the current row, or of the first, and the focus follows it. */
function useStop(rows: Rows, at: Key) {
  const main = useRef<HTMLButtonElement>(null);
  const current = useComputed(() => rows.current.value === at, [rows, at]);
  const isStop = useComputed(() => (rows.current.value ?? rows.keys.value[0]) === at, [rows, at]);
  useLayoutEffect(() => {
    if (current && main.current && focused(main.current)?.matches(".ol-point-main, .ol-list, .ol-reader"))
      main.current.focus({ preventScroll: true });
  }, [current]);
  return { main, tabIndex: isStop ? 0 : -1 };
}

/** Up and Down go from row to row, Left and Right between the buttons of one. */
function walkOrRove(event: KeyboardEvent, walk: ((by: number) => void) | null): void {
  const by = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
  if (!by || event.shiftKey || event.ctrlKey || event.metaKey || event.altKey) rove(event);
  else {
    event.preventDefault();
    walk?.(by);
  }
}
