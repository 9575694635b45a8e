// The field for writing a note.
import { useLayoutEffect, useRef } from "preact/hooks";
import { focused, giveBack, windowIsActive } from "../../ui/focus";
import { useLens } from "../use-lens";

/** The field for a note. It is in the footer, because its output may be on several cards or none. */
export function NoteField() {
  const lens = useLens();
  const note = useRef(lens.tagging.draft.value!).current;
  const field = useRef<HTMLTextAreaElement>(null);
  const before = useRef<HTMLElement>(null);
  const ended = useRef(false);
  const end = (area: HTMLTextAreaElement, keep: boolean) => {
    if (ended.current) return;
    ended.current = true;
    if (area === focused(area)) giveBack(before.current, area);
    lens.tagging.note(note, keep ? area.value.trim() : null);
  };
  useLayoutEffect(() => {
    const area = field.current!;
    before.current = focused(area);
    area.focus();
    area.setSelectionRange(area.value.length, area.value.length);
    // Saves the note even if another prompt is shown by now.
    return () => end(area, true);
  }, []);
  return (
    <span class="ol-tagbar ol-tagfield">
      <label>
        Note on {note.what}:{" "}
        <textarea
          ref={field}
          class="ol-note-field"
          aria-label={`Note on ${note.what}. Enter saves, Shift+Enter starts a new line, Escape cancels`}
          defaultValue={note.text ?? ""}
          dir="auto"
          rows={Math.min(6, (note.text ?? "").split("\n").length)}
          placeholder={
            note.text === null
              ? "These outputs have different notes: saving replaces them"
              : "Enter saves, Escape cancels"
          }
          onKeyDown={(event) => {
            if (event.isComposing) return;
            if (event.key === "Escape") {
              event.stopPropagation();
              end(event.currentTarget, false);
            } else if (event.key === "Enter" && !event.shiftKey) {
              event.preventDefault();
              end(event.currentTarget, true);
            }
          }}
          onBlur={(event) => windowIsActive(event.currentTarget) && end(event.currentTarget, true)}
        />
      </label>
    </span>
  ); // prettier-ignore
}
