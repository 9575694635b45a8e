// Why the reader is empty, and the way out.
import type { State } from "../../core/state";
import { plural } from "../../ui/plural";
import { print } from "../../text/search";

export function Nothing({ state }: { state: State }) {
  const elsewhere = state.passing.value.length;
  const selected = state.scope.value === "selected";
  const { query } = state.view.value;
  const filtered = state.hidden.value.size > 0;
  const whose = selected ? "selected outputs" : "outputs";
  const why = [...(query ? [`holds ${print(state.view.value)}`] : []), ...(filtered ? ["passes the filter"] : [])].join(
    " and ",
  );
  if (state.info.value.n === 0) return <div class="ol-empty">There are no outputs to read.</div>;
  if (state.searchError.value) return <div class="ol-empty ol-error">{state.searchError.value}</div>;
  return (
    <div class="ol-empty">
      None of the {whose} {why || "is here"}.
      {selected && elsewhere > 0 && (
        <button type="button" onClick={() => state.select(state.passing.value, "replace")}>
          Select the {plural(elsewhere, "other")} that {elsewhere === 1 ? "does" : "do"}
        </button>
      )}
      {query && (
        <button type="button" onClick={() => state.set({ query: "", regex: false })}>
          Clear the search
        </button>
      )}
    </div>
  );
}
