// The tag buttons for the current output or the selection.
import { Button, Plain } from "../../ui/button";
import { grouped } from "../../ui/format";
import { useLens } from "../use-lens";
import { NoteField } from "./note-field";
import { short } from "./short";
import { TagField } from "./tag-field";

/** The tag bar in the footer, for the current output or the selection. */
export function TagBar() {
  const lens = useLens();
  const { ids, what } = lens.tagging.target.value;
  const field = lens.tagging.field.value;
  const { names, define } = lens.tags.tagged.value;
  if (field) return <TagField />;
  const note = lens.tagging.draft.value;
  if (note) return <NoteField key={`${note.prompt} ${note.ids}`} />;
  return (
    <span class="ol-tagbar">
      <Button
        disabled={!ids.length}
        title={ids.length ? `Tag ${what}: type a name (t)` : "Type the name of a tag (t)"}
        onClick={() => lens.tagging.type({ ids, what })}
      >
        Tag {lens.pointer.cursor.value < 0 ? "" : what}
      </Button>
      {lens.tagKeys.all.value.map((name, key) => {
        if (!name) return null;
        const tag = names.indexOf(name);
        return (
          <Button
            key={name}
            class={`ol-tag ol-tag-${define[tag].color}`}
            disabled={!ids.length}
            title={`${name}\nclick or press ${key} to tag ${what}; again to remove the tag`}
            onClick={() => lens.tagging.toggle(name, ids)}
          >
            <kbd>{key}</kbd> <span dir="auto">{short(name)}</span> <small>{grouped(lens.tags.counts.value[tag])}</small>
          </Button>
        );
      })}
      {(names.length > 0 || lens.page) && (
        <Plain
          pressed={lens.settings.get("panel") === "tags"}
          title="All tags: colours, keys, counts by annotator, filters"
          onClick={() => lens.reading.toggle("tags")}
        >
          all tags
        </Plain>
      )}
      <span class="ol-said ol-muted" aria-hidden="true" title={lens.tagging.result.value}>
        {lens.tagging.result.value}
      </span>
    </span>
  ); // prettier-ignore
}
