// The notes on an output or on the prompt.
import { useLens } from "../use-lens";
import { Plain } from "../../ui/button";

/** The notes on an output, with a button to edit yours. */
export function Notes({ id, tabIndex }: { id: number; tabIndex?: number }) {
  const lens = useLens();
  const target = lens.tagging.card(id);
  const notes = lens.tags.notes(target.ids);
  if (!notes.length) return null;
  return (
    <div class="ol-notes-of">
      {notes.map(({ by, text }) => (
        <div key={`${by} ${text}`} class="ol-note-of" dir="auto">
          {by > 0 && <b>{lens.tags.tagged.value.annotators[by]}: </b>}
          {text}
          {by === 0 && (
            <Plain
              tabIndex={tabIndex}
              title="Edit your note (e)"
              label="Edit your note"
              onClick={() => lens.tagging.write(target)}
            >
              ✎
            </Plain>
          )}
        </div>
      ))}
    </div>
  ); // prettier-ignore
}
