// Where a note is written.
import { useLayoutEffect, useRef } from "preact/hooks";
import { useLens } from "../use-lens";

/** Where the note is written; below everything, because its output may be on several cards or on none. */
export function NoteField() {
  const lens = useLens();
  const note = useRef(lens.tagging.draft.value!).current;
  const field = useRef<HTMLTextAreaElement>(null);
  const before = useRef(document.activeElement as HTMLElement | null);
  const ended = useRef(false);
  const end = (area: HTMLTextAreaElement, keep: boolean) => {
    if (ended.current) return;
    ended.current = true;
    const back = before.current;
    if (area === document.activeElement)
      (back?.isConnected && back !== document.body
        ? back
        : area.closest(".outlens")?.querySelector<HTMLElement>(".ol-list, .ol-map")
      )?.focus();
    lens.tagging.note(note, keep ? area.value.trim() : null);
  };
  useLayoutEffect(() => {
    const area = field.current!;
    area.focus();
    area.setSelectionRange(area.value.length, area.value.length);
    // Also where another prompt is shown what was typed is kept.
    return () => end(area, true);
  }, []);
  return (
    <span class="ol-tagbar ol-tagfield">
      <label>
        Note on {note.what}:{" "}
        <textarea
          ref={field}
          class="ol-note-field"
          aria-label={`Note on ${note.what}; Enter keeps it, Shift+Enter is a new line, Escape leaves`}
          defaultValue={note.text ?? ""}
          dir="auto"
          rows={Math.min(6, (note.text ?? "").split("\n").length)}
          placeholder={
            note.text === null ? "They have different notes: yours takes their place" : "Enter keeps it, Escape leaves"
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
          onBlur={(event) => end(event.currentTarget, true)}
        />
      </label>
    </span>
  ); // prettier-ignore
}
