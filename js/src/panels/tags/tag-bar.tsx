// Tags for the output that the keyboard is at, or for the selection.
import { number } from "../../ui/format";
import { useLens } from "../use-lens";
import { NoteField } from "./note-field";
import { short } from "./short";
import { TagField } from "./tag-field";

/** Below everything: tags the output one is at, or the selection. */
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
      <button
        type="button"
        disabled={!ids.length}
        title="A tag by its name (t)"
        onClick={() => lens.tagging.type({ ids, what })}
      >
        Tag {ids.length ? what : "…"}
      </button>
      {lens.tagKeys.all.value.map((name, key) => {
        if (!name) return null;
        const tag = names.indexOf(name);
        return (
          <button
            key={name}
            type="button"
            class={`ol-tag ol-tag-${define[tag].color}`}
            disabled={!ids.length}
            title={`${name}\nclick, or ${key}: tag ${what}; again: take off`}
            onClick={() => lens.tagging.toggle(name, ids)}
          >
            <kbd>{key}</kbd> <span dir="auto">{short(name)}</span> <small>{number(lens.tags.counts.value[tag])}</small>
          </button>
        );
      })}
      {(names.length > 0 || lens.page) && (
        <button
          type="button"
          class="ol-plain"
          aria-pressed={lens.settings.get("panel") === "tags"}
          title="All tags: colours, keys, who gave them, filters"
          onClick={() => lens.settings.set({ panel: lens.settings.all.panel === "tags" ? "" : "tags" })}
        >
          all tags
        </button>
      )}
      <span class="ol-said ol-muted" aria-hidden="true" title={lens.tagging.result.value}>
        {lens.tagging.result.value}
      </span>
    </span>
  ); // prettier-ignore
}
