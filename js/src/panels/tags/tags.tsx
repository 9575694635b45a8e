// Tags as they are seen and given: chips on an output, the field for a name, the keys, notes, and the list of all tags.
import { useSignal } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";
import { download } from "../../ui/download";
import { number } from "../../core/colors";
import type { State } from "../../core/state";
import { ANY, KEYS, type Mark } from "../../core/tags";
import { mode } from "../clusters/clusters";

/** Suggestions for a name at once. */
const SUGGESTED = 8;
/** Characters of a name that a chip shows; all of them are in its title. */
const CHIP = 40;

function short(name: string): string {
  return name.length > CHIP ? `${name.slice(0, CHIP - 1)}…` : name;
}

/** What a card's tags and notes are on: the equal outputs that it stands for, or the prompt. */
function bearers(state: State, id: number): number[] {
  return id === state.tags.prompt.value ? [id] : state.copies(id);
}

/** The tags on an output. A click on one's own takes it off, one on another's gives it too. */
export function Chips({ state, id }: { state: State; id: number }) {
  const { tags } = state;
  const ids = bearers(state, id);
  const marks = tags.of(ids);
  if (!marks.length) return null;
  return (
    <div class="ol-chips" role="group" aria-label="Tags">
      {marks.map((mark) => (
        <button
          key={mark.name}
          type="button"
          class={["ol-tag", `ol-tag-${mark.color}`, !mark.mine && "ol-theirs", mark.waits && "ol-waits"]
            .filter(Boolean)
            .join(" ")}
          title={about(mark, ids.length)}
          aria-label={`${short(mark.name)}${mark.count < ids.length ? ` on ${mark.count} of ${ids.length}` : ""}${mark.others.length ? ` ${mark.mine ? `+${mark.others.length}` : initials(mark.others)}, by ${mark.others.join(", ")}` : ""}: ${mark.mine ? "take off" : "give too"}`}
          onClick={(event) => {
            // The focus must not fall off the widget with what is taken off.
            if (mark.mine)
              (
                event.currentTarget.closest<HTMLElement>(".ol-list") ??
                event.currentTarget.closest(".outlens")?.querySelector<HTMLElement>(".ol-list, .ol-map")
              )?.focus({ preventScroll: true });
            tags.toggle(mark.name, ids);
          }}
        >
          <span dir="auto">{short(mark.name)}</span>
          {mark.count < ids.length && (
            <small>
              {" "}
              {mark.count} of {ids.length}
            </small>
          )}
          {mark.others.length > 0 && " "}
          {mark.others.length > 0 && <small>{mark.mine ? `+${mark.others.length}` : initials(mark.others)}</small>}
        </button>
      ))}
    </div>
  ); // prettier-ignore
}

function about({ name, count, others, mine, waits }: Mark, of: number): string {
  const by = [...(mine ? ["you"] : []), ...others].join(", ");
  const on = count < of ? `on ${count} of ${of} equal outputs\n` : "";
  const all = count < of ? "give it to all" : "give it too";
  return `${name}\n${on}${waits ? "not on disk yet" : by && `by ${by}`}\nclick: ${mine ? "take it off" : all}`;
}

function initials(people: string[]): string {
  return people
    .map((name) => name.slice(0, 2))
    .slice(0, 3)
    .join(" ");
}

/** The notes on an output, and where one's own is written. */
export function Notes({ state, id }: { state: State; id: number }) {
  const { tags } = state;
  const ids = bearers(state, id);
  const notes = tags.notes(ids);
  if (!notes.length) return null;
  const what = ids.length > 1 ? `these ${ids.length}` : id === tags.prompt.value ? "the prompt" : "this output";
  return (
    <div class="ol-notes-of">
      {notes.map(({ by, text }) => (
        <div key={`${by} ${text}`} class="ol-note-of" dir="auto">
          {by > 0 && <b>{tags.tagged.value.annotators[by]}: </b>}
          {text}
          {by === 0 && (
            <button
              type="button"
              class="ol-plain"
              title="Change the note (e)"
              aria-label="Change the note"
              onClick={() => tags.write(ids, what)}
            >
              ✎
            </button>
          )}
        </div>
      ))}
    </div>
  ); // prettier-ignore
}

/** Tags and notes are given to the prompt itself as well. */
export function PromptButtons({ state }: { state: State }) {
  const { tags } = state;
  const id = tags.prompt.value;
  return (
    <span class="ol-of-prompt">
      <button
        type="button"
        class="ol-plain"
        title="Tag the prompt itself"
        aria-label="Tag the prompt"
        onClick={() => (tags.field.value = { ids: [id], what: "the prompt" })}
      >
        Tag
      </button>
      <button
        type="button"
        class="ol-plain"
        title="A note on the prompt itself"
        aria-label="Note on the prompt"
        onClick={() => tags.write([id], "the prompt")}
      >
        Note
      </button>
    </span>
  ); // prettier-ignore
}

/** What was said of the prompt itself. */
export function PromptSaid({ state }: { state: State }) {
  const { tags } = state;
  const id = tags.prompt.value;
  if (!tags.of([id]).length && !tags.notes([id]).length) return null;
  return (
    <div class="ol-prompt-said" role="group" aria-label="Tags and notes of the prompt">
      <Chips state={state} id={id} />
      <Notes state={state} id={id} />
    </div>
  );
}

/** Where the note is written; below everything, because its output may be on several cards or on none. */
function NoteField({ state }: { state: State }) {
  const { tags } = state;
  const note = useRef(tags.noting.value!).current;
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
    tags.note(note, keep ? area.value.trim() : null);
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

/** Below everything: tags the output one is at, or the selection. */
export function TagBar({ state }: { state: State }) {
  const { tags } = state;
  const { ids, what } = tags.target.value;
  const field = tags.field.value;
  const { names, define } = tags.tagged.value;
  if (field) return <TagField state={state} />;
  const note = tags.noting.value;
  if (note) return <NoteField key={`${note.prompt} ${note.ids}`} state={state} />;
  return (
    <span class="ol-tagbar">
      <button
        type="button"
        disabled={!ids.length}
        title="A tag by its name (t)"
        onClick={() => (tags.field.value = { ids, what })}
      >
        Tag {ids.length ? what : "…"}
      </button>
      {tags.keyed.value.map((name, key) => {
        if (!name) return null;
        const tag = names.indexOf(name);
        return (
          <button
            key={name}
            type="button"
            class={`ol-tag ol-tag-${define[tag].color}`}
            disabled={!ids.length}
            title={`${name}\nclick, or ${key}: tag ${what}; again: take off`}
            onClick={() => tags.toggle(name, ids)}
          >
            <kbd>{key}</kbd> <span dir="auto">{short(name)}</span> <small>{number(tags.counts.value[tag])}</small>
          </button>
        );
      })}
      {(names.length > 0 || state.traits.model.page) && (
        <button
          type="button"
          class="ol-plain"
          aria-pressed={state.setting("panel") === "tags"}
          title="All tags: colours, keys, who gave them, filters"
          onClick={() => state.set({ panel: state.view.value.panel === "tags" ? "" : "tags" })}
        >
          all tags
        </button>
      )}
      <span class="ol-said ol-muted" aria-hidden="true" title={tags.said.value}>
        {tags.said.value}
      </span>
    </span>
  ); // prettier-ignore
}

function TagField({ state }: { state: State }) {
  const { tags } = state;
  const { ids, what } = tags.field.value!;
  const typed = useSignal("");
  /** The option that the arrows chose; without one Enter gives what begins as is typed, or a new tag. */
  const at = useSignal(-1);
  const input = useRef<HTMLInputElement>(null);
  const before = useRef(document.activeElement as HTMLElement | null);
  useLayoutEffect(() => input.current?.focus(), []);
  const wanted = typed.value.trim();
  const { names, define } = tags.tagged.value;
  const like = wanted.toLocaleLowerCase();
  const found = names
    .map((name, tag) => ({ name, tag, place: name.toLocaleLowerCase().indexOf(like) }))
    .filter(({ place }) => place >= 0)
    .sort(
      (a, b) =>
        Number(b.name === wanted) - Number(a.name === wanted) ||
        Math.sign(a.place) - Math.sign(b.place) ||
        tags.counts.value[b.tag] - tags.counts.value[a.tag],
    )
    .slice(0, SUGGESTED)
    .map(({ name }) => name);
  const options = wanted && !names.includes(wanted) ? [...found, wanted] : found;
  // What is typed in full is meant, not what begins like it or merely holds it.
  const exact = options.indexOf(wanted);
  const begins = found.findIndex((name) => name.toLocaleLowerCase().startsWith(like));
  const chosen =
    at.value >= 0
      ? Math.min(at.value, options.length - 1)
      : names.includes(wanted)
        ? exact
        : begins >= 0
          ? begins
          : options.length - 1;
  const close = () => {
    tags.field.value = null;
    const back = before.current;
    (back?.isConnected && back !== document.body
      ? back
      : input.current?.closest(".outlens")?.querySelector<HTMLElement>(".ol-list, .ol-map")
    )?.focus();
  };
  const give = (name: string | undefined) => {
    if (name) tags.toggle(name, ids);
    close();
  };
  return (
    <span class="ol-tagbar ol-tagfield">
      <label>
        Tag {what}:{" "}
        <input
          ref={input}
          type="text"
          role="combobox"
          aria-expanded={options.length > 0}
          aria-controls="ol-tag-options"
          aria-autocomplete="list"
          aria-label={`Tag for ${what}`}
          aria-activedescendant={options.length ? `ol-tag-${chosen}` : undefined}
          spellcheck={false}
          dir="auto"
          placeholder="name of the tag; Enter gives it"
          onInput={(event) => {
            typed.value = event.currentTarget.value;
            at.value = -1;
          }}
          onKeyDown={(event) => {
            if (event.isComposing) return;
            if (event.key === "ArrowDown" || event.key === "ArrowUp") {
              event.preventDefault();
              at.value = (chosen + (event.key === "ArrowDown" ? 1 : options.length - 1)) % Math.max(1, options.length);
            } else if (event.key === "Enter") {
              // The focus goes to a button, which the key would press as well.
              event.preventDefault();
              give(options[chosen]);
            } else if (event.key === "Escape") {
              event.stopPropagation();
              close();
            }
          }}
          onBlur={(event) => {
            if (!(event.relatedTarget as Element | null)?.closest(".ol-tag-options")) tags.field.value = null;
          }}
        />
      </label>
      {options.length > 0 && (
        <ul class="ol-tag-options" id="ol-tag-options" role="listbox" aria-label="Tags">
          {options.map((name, k) => {
            const tag = names.indexOf(name);
            return (
              <li
                key={name}
                id={`ol-tag-${k}`}
                role="option"
                aria-selected={k === chosen}
                tabIndex={-1}
                onPointerDown={(event) => event.preventDefault()}
                onClick={() => give(name)}
              >
                {tag < 0 ? (
                  <span>
                    new tag <b dir="auto">{short(name)}</b>
                  </span>
                ) : (
                  <>
                    <span class={`ol-tag ol-tag-${define[tag].color}`} dir="auto">
                      {short(name)}
                    </span>
                    <span class="ol-muted">{define[tag].description}</span>
                    <small class="ol-muted">{number(tags.counts.value[tag])}</small>
                  </>
                )}
              </li>
            );
          })}
        </ul>
      )}
    </span>
  ); // prettier-ignore
}

/** Undo, redo, and whether all is on disk. */
export function Saved({ state }: { state: State }) {
  const { tags } = state;
  const { undo, redo } = tags.tagged.value;
  const says = tags.says.value;
  return (
    <span class="ol-saved">
      <span class="ol-segments" role="group" aria-label="Undo and redo of tags">
        <button
          type="button"
          aria-label="Undo"
          aria-disabled={!tags.can("undo")}
          title={undo ? `Undo: ${undo} (u)` : "No tag to undo"}
          onClick={() => tags.switch("undo")}
        >
          ↶
        </button>
        <button
          type="button"
          aria-label="Redo"
          aria-disabled={!tags.can("redo")}
          title={redo ? `Redo: ${redo} (U)` : "No tag to redo"}
          onClick={() => tags.switch("redo")}
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

/** Where a page has no Python: who tags here, and the file that goes back to who made the page. */
function HandIn({ state }: { state: State }) {
  const { page } = state.traits.model;
  void state.tags.tagged.value;
  if (!page) return null;
  const handIn = () => {
    const file = page.download();
    download(`tags-${page.annotator.replace(/[^\w-]+/g, "_")}.jsonl`, file, "application/jsonl");
  };
  return (
    <p class="ol-hand-in">
      <label>
        Your name{" "}
        <input
          type="text"
          value={page.named ? page.annotator : ""}
          placeholder="give it to download"
          aria-label="Your name, under which you tag"
          readOnly={page.signed}
          title={page.signed ? "Your tags were downloaded under this name: it stays theirs" : undefined}
          onChange={(event) => page.sign(event.currentTarget.value)}
        />
      </label>
      <button
        type="button"
        disabled={!page.count || !page.named}
        title="A file for whoever made this page: outlens.tags.merge takes it"
        onClick={handIn}
      >
        Download your tags
      </button>
    </p>
  ); // prettier-ignore
}

/** All tags: colours, keys, what they mean, who gave them to how many; filters. */
export function TagPanel({ state }: { state: State }) {
  const { tags } = state;
  const { names, define, annotators } = tags.tagged.value;
  const filter = state.setting("tagged");
  const only = (tag: string | null) =>
    state.set({ tagged: filter && filter.tag === tag ? null : { tag, annotator: filter?.annotator ?? null } });
  const untagged = state.info.value.n - tags.any.value.reduce((sum, m) => sum + m, 0);
  return (
    <div class="ol-drawer-body ol-tag-panel">
      <HandIn state={state} />
      {annotators.length > 1 && (
        <p class="ol-hand-in">
          <button
            type="button"
            aria-pressed={state.setting("blind")}
            title="Hide what others say of an output until you have tagged it"
            onClick={() => state.set({ blind: !state.view.value.blind })}
          >
            Blind
          </button>
          <button
            type="button"
            disabled={!tags.disputes.value}
            aria-pressed={state.setting("order") === "disputed"}
            title="Outputs that several people tagged, and differently"
            onClick={() => state.set({ order: state.view.value.order === "disputed" ? "row" : "disputed" })}
          >
            {number(tags.disputes.value)} disputed first
          </button>
          <label class="ol-field ol-muted">
            filters look at the tags of{" "}
            <select
              aria-label="Whose tags are filtered by"
              value={filter?.annotator ?? ""}
              onChange={(event) =>
                state.set({ tagged: { tag: filter ? filter.tag : ANY, annotator: event.currentTarget.value || null } })
              }
            >
              <option value="">everybody</option>
              {annotators.map((name) => (
                <option key={name} value={name}>
                  {name}
                </option>
              ))}
            </select>
          </label>
        </p>
      )}
      <table class="ol-tag-table">
        <thead>
          <tr>
            <th scope="col">tag</th>
            <th scope="col">key</th>
            <th scope="col">what it means</th>
            {annotators.map((name) => (
              <th key={name} scope="col" class="ol-count">
                {name}
              </th>
            ))}
            <th scope="col">
              <span class="ol-muted">show, select</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {names.map((name, tag) => (
            <tr key={name}>
              <td>
                <button
                  type="button"
                  class={`ol-tag ol-tag-${define[tag].color}`}
                  title={`${name}\nclick: the next colour`}
                  aria-label={`${name}: another colour`}
                  onClick={() => tags.define(name, { color: (define[tag].color + 1) % 8 })}
                >
                  <span dir="auto">{short(name)}</span>
                </button>
              </td>
              <td>
                <select
                  aria-label={`Key of ${name}`}
                  title="In brackets: the key it has until you give it one"
                  value={define[tag].key}
                  onChange={(event) => tags.define(name, { key: event.currentTarget.value })}
                >
                  <option value="">
                    {tags.keyed.value.includes(name) && !define[tag].key ? `(${tags.keyed.value.indexOf(name)})` : "–"}
                  </option>
                  {Array.from({ length: KEYS }, (_, k) => (
                    <option key={k} value={String(k + 1)}>
                      {k + 1}
                    </option>
                  ))}
                </select>
              </td>
              <td>
                <input
                  type="text"
                  class="ol-describe"
                  aria-label={`What ${name} means`}
                  placeholder="when to give it"
                  defaultValue={define[tag].description}
                  dir="auto"
                  onChange={(event) => tags.define(name, { description: event.currentTarget.value.trim() })}
                />
              </td>
              {annotators.map((person, a) => (
                <td key={person} class="ol-count">
                  {number(tags.given(tag, a))}
                </td>
              ))}
              <td class="ol-tag-tools">
                <button
                  type="button"
                  aria-pressed={filter?.tag === name}
                  title="List only these; again: all"
                  onClick={() => only(name)}
                >
                  Only
                </button>
                <button
                  type="button"
                  title="Shift adds, Alt removes"
                  onClick={(event) => state.select(where(tags.mask(tag, null)), mode(event))}
                >
                  Select {number(tags.counts.value[tag])}
                </button>
                {state.traits.model.kernel !== false && (
                  <button
                    type="button"
                    title="List first what most likely bears it too; nothing is tagged by it"
                    onClick={() => tags.do("suggest", name)}
                  >
                    Suggest
                  </button>
                )}
              </td>
            </tr>
          ))}
          <tr>
            <td class="ol-muted">any tag</td>
            <td />
            <td />
            {annotators.map((person, a) => (
              <td key={person} class="ol-count ol-muted">
                {number(state.info.value.n - tags.without(a))}
              </td>
            ))}
            <td class="ol-tag-tools">
              <button
                type="button"
                aria-pressed={filter?.tag === ANY}
                title="List only these; again: all"
                onClick={() => only(ANY)}
              >
                Only
              </button>
              <button
                type="button"
                title="Shift adds, Alt removes"
                onClick={(event) => state.select(where(tags.any.value), mode(event))}
              >
                Select {number(state.info.value.n - untagged)}
              </button>
            </td>
          </tr>
          <tr>
            <td class="ol-muted">no tag</td>
            <td />
            <td />
            {annotators.map((person, a) => (
              <td key={person} class="ol-count ol-muted">
                {number(tags.without(a))}
              </td>
            ))}
            <td class="ol-tag-tools">
              <button
                type="button"
                aria-pressed={filter !== null && filter.tag === null}
                title="List only these; again: all"
                onClick={() => only(null)}
              >
                Only
              </button>
              <button
                type="button"
                title="Shift adds, Alt removes"
                onClick={(event) => state.select(where(tags.any.value.map((m) => 1 - m)), mode(event))}
              >
                Select {number(untagged)}
              </button>
              {state.traits.model.kernel !== false && (
                <button
                  type="button"
                  title="List first what is most unlike all that is tagged"
                  onClick={() => tags.do("unlike")}
                >
                  Unlike first
                </button>
              )}
            </td>
          </tr>
        </tbody>
      </table>
    </div>
  ); // prettier-ignore
}

function where(mask: Uint8Array): number[] {
  const ids: number[] = [];
  mask.forEach((m, i) => m && ids.push(i));
  return ids;
}
