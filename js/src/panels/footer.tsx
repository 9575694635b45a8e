// What is selected, and how to reach it from Python.
import { useRef } from "preact/hooks";
import { Button, Plain } from "../ui/button";
import { useFocusWithin } from "../ui/focus";
import { useLens } from "./use-lens";
import { grouped, plural } from "../ui/format";
import { TagBar } from "./tags/tag-bar";
import { Muted } from "../ui/layout";

export function Footer() {
  const lens = useLens();
  const box = useRef<HTMLElement>(null);
  useFocusWithin(box);
  const count = lens.selection.count.value;
  const elsewhere = lens.selection.elsewhere.value;
  const total = count + elsewhere;
  return (
    <footer class="ol-footer" ref={box}>
      <span class="ol-selected">
        <b>{grouped(total)} selected</b>
        {elsewhere > 0 && <Muted> · {grouped(elsewhere)} in other prompts</Muted>}
      </span>
      {lens.undo.dropped.value > 0 && (
        <Button title="Select them again (u)" onClick={() => lens.undo.run("undo")}>
          {grouped(lens.undo.dropped.value)} deselected, undo
        </Button>
      )}
      {total > 0 ? (
        <>
          {lens.kernel && <code class="ol-muted">= lens.selected</code>}
          {count > 0 && count < lens.outputs.info.n && (
            <Button title="Invert the selection (i)" onClick={() => lens.selection.invert()}>
              Invert
            </Button>
          )}
          <Button title="Clear the selection in all prompts (c)" onClick={() => lens.selection.clear()}>
            Clear
          </Button>
        </>
      ) : null}
      <TagBar />
      {lens.filter.hidden.value.size > 0 && lens.filter.passing.value.length > 0 && (
        <Button
          title="Select all that pass search and filter (a)"
          onClick={() => lens.selection.select(lens.filter.passing.value, "replace")}
        >
          Select {plural(lens.filter.passing.value.length, "output")} that pass
        </Button>
      )}
      {lens.filter.hidden.value.size > 0 && <Button onClick={() => lens.filter.clear()}>Remove filter</Button>}
      <span class="ol-keys ol-muted">
        <span class="ol-wide">
          <kbd>j</kbd> <kbd>k</kbd> next, previous <kbd>x</kbd> select <kbd>/</kbd> search
        </span>
        <Plain title="All keys (?)" label="Show all keys" onClick={() => (lens.help.value = true)}>
          <kbd>?</kbd> keys
        </Plain>
      </span>
    </footer>
  );
}
