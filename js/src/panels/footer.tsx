// Actions for the selected or tagged outputs; empty if there are none.
import { Button, Plain } from "../ui/button";
import { useRef } from "preact/hooks";
import { useFocusWithin } from "../ui/focus";
import { useLens } from "./use-lens";
import { grouped, plural } from "../ui/format";
import { copy } from "./reader/card";
import { Saved } from "./tags/saved";
import { TagBar } from "./tags/tag-bar";
import { Muted } from "../ui/layout";
import { Menu } from "../ui/menu";

export function Footer() {
  const lens = useLens();
  const box = useRef<HTMLElement>(null);
  useFocusWithin(box);
  const count = lens.selection.count.value;
  const elsewhere = lens.selection.elsewhere.value;
  const total = count + elsewhere;
  const { tagging, undo } = lens;
  // The selected rows in Python, if the notebook has a variable for the lens.
  const python = lens.variable.value && `${lens.variable.value}.selected`;
  const copied = () => void copy(lens, python, `“${python}”`);
  const idle =
    !total &&
    lens.pointer.cursor.value < 0 &&
    !tagging.field.value &&
    !tagging.draft.value &&
    !tagging.result.value &&
    !tagging.saved.value.bad &&
    !undo.can("undo") &&
    !undo.can("redo") &&
    !lens.tags.tagged.value.names.length;
  if (idle) return <footer class="ol-footer" ref={box} hidden />;
  return (
    <footer class="ol-footer" ref={box}>
      {total > 0 && (
        <span class="ol-selected">
          <b>{grouped(total)} selected</b>
          {elsewhere > 0 && <Muted> · {grouped(elsewhere)} in other prompts</Muted>}
        </span>
      )}
      {undo.dropped.value > 0 && (
        <Button title="Select them again (u)" onClick={() => undo.run("undo")}>
          {grouped(undo.dropped.value)} deselected, undo
        </Button>
      )}
      {total > 0 && (
        <>
          {python && (
            <Plain label={`Copy ${python}: these rows of your DataFrame`} onClick={copied}>
              <code class="ol-muted">= {python}</code>
            </Plain>
          )}
          {count > 0 && count < lens.outputs.info.n && (
            <Button title="Invert the selection (i)" onClick={() => lens.selection.invert()}>
              Invert
            </Button>
          )}
          <Button title="Clear the selection in all prompts (c)" onClick={() => lens.selection.clear()}>
            Clear
          </Button>
          {lens.kernel && count > 0 && count < lens.outputs.info.n && (
            <Button
              pressed={lens.settings.get("panel") === "compare"}
              title="What the selected outputs say more often than the others, and the other way round"
              onClick={() => lens.compare.toggle()}
            >
              Compare
            </Button>
          )}
          {lens.kernel && (
            <Menu text="Export" name="Export the selected outputs" class="ol-export">
              {python && <Button onClick={copied}>Copy “{python}”</Button>}
              <Button onClick={() => lens.exporting.save("csv")}>CSV of {plural(total, "selected output")}</Button>
              <Button
                title="A file for a browser, with all outputs of the prompts that were shown; it needs no kernel"
                onClick={() => lens.exporting.save("page")}
              >
                Page with this widget
              </Button>
            </Menu>
          )}
        </>
      )}
      <TagBar />
      <Saved />
    </footer>
  ); // prettier-ignore
}
