// Undo, redo, and whether all tags are saved.
import { useLens } from "../use-lens";
import { Button } from "../../ui/button";
import { Segments } from "../../ui/layout";

/** Undo, redo, and whether all tags are saved. */
export function Saved() {
  const lens = useLens();
  const undo = lens.undo.what("undo");
  const redo = lens.undo.what("redo");
  const saved = lens.tagging.saved.value;
  return (
    <span class="ol-saved">
      <Segments label="Undo and redo">
        <Button
          label="Undo"
          aria-disabled={!lens.undo.can("undo")}
          title={undo ? `Undo: ${undo} (u)` : "Nothing to undo"}
          onClick={() => lens.undo.run("undo")}
        >
          ↶
        </Button>
        <Button
          label="Redo"
          aria-disabled={!lens.undo.can("redo")}
          title={redo ? `Redo: ${redo} (U)` : "Nothing to redo"}
          onClick={() => lens.undo.run("redo")}
        >
          ↷
        </Button>
      </Segments>
      <span class={saved.bad ? "ol-error" : "ol-muted"} role={saved.bad ? "alert" : undefined} title={saved.title}>
        {saved.text}
      </span>
    </span>
  ); // prettier-ignore
}
