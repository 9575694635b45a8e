// What the search found. It has a bar of its own above the texts: the header stays as it is while you type.
import type { Lens } from "../core/lens";
import { Button } from "../ui/button";
import { focusTexts } from "../ui/focus";
import { grouped } from "../ui/format";
import { Elsewhere } from "./elsewhere";
import { useLens } from "./use-lens";

export function Found() {
  const lens = useLens();
  const { search } = lens;
  const status = lens.outputs.preparing.value ? "" : search.status.value;
  if (!status) return null;
  const error = search.error.value;
  const matches = search.matches.value;
  const count = search.count.value;
  const listed = lens.listing.ids.value.length;
  const here = matches && lens.outputs.info.prompts.length > 1 ? " here" : "";
  // A selection or a filter may leave out some of them.
  const some = matches && listed < count ? `, ${grouped(listed)} listed` : "";
  const shown = lens.listing.scope.value === "selected" ? "selected" : "filtered";
  return (
    <div class="ol-bar ol-found">
      <span
        class={error ? "ol-search-count ol-error" : "ol-search-count"}
        title={some && `The list shows ${shown} outputs only`}
      >
        {status}
        {here}
        {some}
      </span>
      {!error && count > 0 && (
        <Button title="Select the matches (Enter)" onClick={(event) => selectMatches(lens, event.currentTarget)}>
          Select
        </Button>
      )}
      {!error && <Elsewhere />}
    </div>
  );
}

/** Selects the outputs that match; the next key applies to them: `t` tags them. */
export function selectMatches(lens: Lens, from: Element): void {
  const { matches, count, status } = lens.search;
  const found = matches.value;
  if (!found || !count.value) {
    lens.announce.say(found ? "No output matches: nothing was selected" : status.value);
    return;
  }
  lens.selection.select(
    lens.outputs.where((i) => found[i] > 0),
    "replace",
  );
  focusTexts(from);
}
