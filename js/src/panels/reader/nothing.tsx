// Explains why the reader is empty, and offers a way out.
import { useLens } from "../use-lens";
import { Button } from "../../ui/button";
import { plural } from "../../ui/format";
import { print } from "../../text/search";
import { Empty } from "../../ui/layout";

export function Nothing() {
  const lens = useLens();
  const elsewhere = lens.filter.passing.value.length;
  const selected = lens.listing.scope.value === "selected";
  const { query } = lens.settings.all;
  const filtered = lens.filter.hidden.value.size > 0;
  const many = lens.outputs.info.prompts.length > 1;
  const whose = selected ? "selected outputs" : many ? "outputs of this prompt" : "outputs";
  const why = [
    ...(query ? [`contains “${print(lens.settings.all)}”`] : []),
    ...(filtered ? ["passes the filter"] : []),
  ].join(" and ");
  if (lens.outputs.info.n === 0) return <Empty>There are no outputs to read.</Empty>;
  if (lens.search.error.value) return <div class="ol-empty ol-error">{lens.search.error.value}</div>;
  return (
    <Empty>
      None of the {whose} {why || "is here"}.
      {selected && elsewhere > 0 && (
        <Button onClick={() => lens.selection.select(lens.filter.passing.value, "replace")}>
          Select the {plural(elsewhere, "other")} that {elsewhere === 1 ? "does" : "do"}
        </Button>
      )}
      {query && <Button onClick={() => lens.search.clear()}>Clear the search</Button>}
    </Empty>
  );
}
