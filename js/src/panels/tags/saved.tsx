// Undo, redo, and whether all tags are saved.
import { useLens } from "../use-lens";

/** Undo, redo, and whether all tags are saved. */
export function Saved() {
  const lens = useLens();
  const { undo, redo } = lens.tags.tagged.value;
  const says = lens.tagging.saved.value;
  return (
    <span class="ol-saved">
      <span class="ol-segments" role="group" aria-label="Undo and redo of tags">
        <button
          type="button"
          aria-label="Undo"
          aria-disabled={!lens.tagging.can("undo")}
          title={undo ? `Undo: ${undo} (u)` : "No tag to undo"}
          onClick={() => lens.tagging.undo("undo")}
        >
          ↶
        </button>
        <button
          type="button"
          aria-label="Redo"
          aria-disabled={!lens.tagging.can("redo")}
          title={redo ? `Redo: ${redo} (U)` : "No tag to redo"}
          onClick={() => lens.tagging.undo("redo")}
        >
          ↷
        </button>
      </span>
      <span class={says.bad ? "ol-error" : "ol-muted"} role={says.bad ? "alert" : undefined} title={says.title}>
        {says.text}
      </span>
    </span>
  ); // prettier-ignore
}
