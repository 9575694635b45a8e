// The tags on an output or on the prompt.
import type { Mark } from "../../core/tags";
import { useLens } from "../use-lens";
import { short } from "./short";
import { Button } from "../../ui/button";
import { giveBack } from "../../ui/focus";
import { classes } from "../../ui/layout";

/** The tags on an output. A click removes your tag, or adds yours to a tag that only others gave. */
export function Chips({ id, tabIndex }: { id: number; tabIndex?: number }) {
  const lens = useLens();
  const { ids } = lens.tagging.card(id);
  const marks = lens.tags.of(ids);
  if (!marks.length) return null;
  return (
    <div class="ol-chips" role="group" aria-label="Tags">
      {marks.map((mark) => (
        <Button
          key={mark.name}
          tabIndex={tabIndex}
          class={classes("ol-tag", `ol-tag-${mark.color}`, !mark.mine && "ol-theirs", mark.waits && "ol-waits")}
          title={about(mark, ids.length)}
          label={`${short(mark.name)}${mark.count < ids.length ? ` on ${mark.count} of ${ids.length}` : ""}${mark.others.length ? ` ${mark.mine ? `+${mark.others.length}` : initials(mark.others)}, by ${mark.others.join(", ")}` : ""}: ${mark.mine ? "remove" : "add yours"}`}
          onClick={(event) => {
            // Keep the focus in the widget when the focused chip disappears.
            if (mark.mine) giveBack(event.currentTarget.closest("article[tabindex], .ol-list"), event.currentTarget);
            lens.tagging.toggle(mark.name, ids);
          }}
        >
          <span dir="auto">{short(mark.name)}</span>
          {mark.count < ids.length && (
            <small>
              {" "}
              {mark.count} of {ids.length}
            </small>
          )}
          {mark.others.length > 0 && " "}
          {mark.others.length > 0 && <small>{mark.mine ? `+${mark.others.length}` : initials(mark.others)}</small>}
        </Button>
      ))}
    </div>
  ); // prettier-ignore
}

function about({ name, count, others, mine, waits }: Mark, of: number): string {
  const by = [...(mine ? ["you"] : []), ...others].join(", ");
  const on = count < of ? `on ${count} of ${of} identical outputs\n` : "";
  const all = count < of ? "tag all of them" : "add yours";
  return `${name}\n${on}${waits ? "not saved yet" : by && `by ${by}`}\nclick: ${mine ? "remove your tag" : all}`;
}

function initials(people: string[]): string {
  return people
    .map((name) => name.slice(0, 2))
    .slice(0, 3)
    .join(" ");
}
