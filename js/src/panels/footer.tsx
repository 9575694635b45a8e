// What is selected, and how to reach it from Python.
import type { State } from "../core/state";
import { plural } from "../ui/plural";
import { TagBar } from "./tags/tags";

export function Footer({ state }: { state: State }) {
  const count = state.selectedCount.value;
  const elsewhere = state.selectedElsewhere.value;
  const total = count + elsewhere;
  return (
    <footer class="ol-footer">
      <span class="ol-selected">
        <b>{total.toLocaleString("en")} selected</b>
        {elsewhere > 0 && <span class="ol-muted"> · {elsewhere.toLocaleString("en")} in other prompts</span>}
      </span>
      {total > 0 ? (
        <>
          {state.traits.model.kernel !== false && <code class="ol-muted">= lens.selected</code>}
          {count > 0 && count < state.info.value.n && (
            <button
              type="button"
              title="Select what is not selected, and nothing else (i)"
              onClick={() => state.invert()}
            >
              Invert
            </button>
          )}
          <button type="button" title="Clear the selection of all prompts (c)" onClick={() => state.clear()}>
            Clear
          </button>
        </>
      ) : null}
      <TagBar state={state} />
      {state.hidden.value.size > 0 && state.passing.value.length > 0 && (
        <button
          type="button"
          title="Select all that pass search and filter (a)"
          onClick={() => state.select(state.passing.value, "replace")}
        >
          Select {plural(state.passing.value.length, "output")} that pass
        </button>
      )}
      {state.hidden.value.size > 0 && (
        <button type="button" onClick={() => (state.hidden.value = new Set())}>
          Remove filter
        </button>
      )}
      <span class="ol-keys ol-muted">
        <span class="ol-wide">
          <kbd>j</kbd> <kbd>k</kbd> next, previous <kbd>x</kbd> select <kbd>/</kbd> search
        </span>
        <button
          type="button"
          class="ol-plain"
          title="All keys (?)"
          aria-label="Show all keys"
          onClick={() => (state.help.value = true)}
        >
          <kbd>?</kbd> keys
        </button>
      </span>
    </footer>
  );
}
