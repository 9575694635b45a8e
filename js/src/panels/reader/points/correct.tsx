// Correcting points by hand: rename, merge with another, tag the outputs that make it.
import { useLayoutEffect, useRef } from "preact/hooks";
import type { Lens } from "../../../core/lens";
import { Button, Plain } from "../../../ui/button";
import { useDismiss } from "../../../ui/dismiss";
import { plural } from "../../../ui/format";
import { Muted, Spring } from "../../../ui/layout";
import { useLens } from "../../use-lens";
import type { Rows } from "./rows";

/** Asks Python for a correction of the points, or wordings, of some rows. */
export function correct(lens: Lens, does: "name" | "merge" | "split", rows: number[], more: object = {}): void {
  const { found, granularities } = lens.points.arrays.value!;
  const granularity = granularities[lens.points.level.value];
  lens.tagging.do("point", JSON.stringify({ do: does, rows, found, granularity, ...more }));
}

interface Props {
  group: number;
  rows: Rows;
}

/** The buttons of a point. Only Python corrects points; a page without a kernel can tag. */
export function Acts({ group, rows }: Props) {
  const lens = useLens();
  const { points, pointList } = lens;
  const name = points.name(group);
  const row = points.typical(group);
  const begin = (what: "renaming" | "merging") => {
    points.current.value = row;
    rows[what].value = row;
  };
  const tag = () => {
    points.current.value = row;
    pointList.select(group, "make");
    const ids = lens.selection.ids.peek();
    lens.tagging.type({ ids, what: `${plural(ids.length, "output")} that say “${name.slice(0, 40)}”` });
  };
  return (
    <span class="ol-quiet" role="group" aria-label={`Correct ${name}`}>
      {points.link.kernel && (
        <>
          <Plain tabIndex={-1} title="Rename (F2)" label={`Rename ${name}`} onClick={() => begin("renaming")}>
            ✎
          </Plain>
          <Plain
            tabIndex={-1}
            title="Merge with another point, which you choose next"
            label={`Merge ${name} with…`}
            onClick={(event) => {
              begin("merging");
              // The rows are chosen from the list, with the arrows and Enter.
              event.currentTarget.closest(".ol-point-head")?.querySelector<HTMLElement>(".ol-point-main")?.focus();
            }}
          >
            merge
          </Plain>
        </>
      )}
      <Plain tabIndex={-1} title="Select and tag the listed outputs that make it" label={`Tag ${name}`} onClick={tag}>
        tag
      </Plain>
    </span>
  ); // prettier-ignore
}

/** What is expected while a point is merged; Escape and a press elsewhere cancel. */
export function Merging({ rows }: { rows: Rows }) {
  const lens = useLens();
  const box = useRef<HTMLDivElement>(null);
  const cancel = () => (rows.merging.value = -1);
  useDismiss(true, box, ".ol-point-row, .ol-merging", cancel);
  const name = lens.points.name(lens.points.groupOf(rows.merging.value));
  const says = `Choose the point that says the same as “${name}”.`;
  useLayoutEffect(() => lens.announce.say(`${says} Escape cancels.`), []);
  return (
    <div class="ol-bar ol-axes ol-merging" ref={box}>
      <b>{says}</b>
      <Muted>Enter or a click merges them, Escape cancels</Muted>
      <Spring />
      <Button onClick={cancel}>Cancel</Button>
    </div>
  );
}
