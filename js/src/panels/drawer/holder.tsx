// A row that selects the outputs that contain something.
import type { ComponentChild } from "preact";
import { modeOf } from "../../core/selection";
import { Button } from "../../ui/button";
import { grouped } from "../../ui/format";
import { ShareBar } from "../../ui/share-bar";
import { useLens } from "../use-lens";

/** A row that selects the outputs that contain something. */
export function Holder({
  ids,
  text,
  of,
  count,
  note,
  depth = 0,
}: {
  ids: ArrayLike<number>;
  text: ComponentChild;
  of: number;
  /** The number that the bar shows as a share of `of`; by default the number of outputs. */
  count?: number;
  /** Shown in place of the number of outputs. */
  note?: string;
  depth?: number;
}) {
  const lens = useLens();
  return (
    <Button
      class="ol-holder"
      style={depth ? { "--ol-level": depth } : undefined}
      title={`${lens.outputs.sourcesOf(ids)}\nclick: select them · Shift adds · Alt removes`.trim()}
      onClick={(event) => lens.selection.select(ids, modeOf(event))}
    >
      <span class="ol-holder-text" dir="auto">
        {text}
      </span>
      <ShareBar count={count ?? ids.length} of={of} />
      <span class="ol-holder-count">{note ?? `${grouped(ids.length)} of ${grouped(of)}`}</span>
    </Button>
  ); // prettier-ignore
}
