// The field for naming a tag.
import { useSignal } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";
import { grouped } from "../../ui/format";
import { focused, giveBack, windowIsActive } from "../../ui/focus";
import { useLens } from "../use-lens";
import { short } from "./short";
import { Muted } from "../../ui/layout";

/** Number of suggestions to show. */
const SUGGESTED = 8;

export function TagField() {
  const lens = useLens();
  const { ids, what } = lens.tagging.field.value!;
  const typed = useSignal("");
  /** The option chosen with the arrows; without one, Enter takes the first matching tag, or creates one. */
  const at = useSignal(-1);
  const input = useRef<HTMLInputElement>(null);
  // Several widgets of a page may each load this module, so a counter would repeat ids.
  const list = useRef(`ol-tags-${Math.random().toString(36).slice(2)}`).current;
  const before = useRef<HTMLElement>(null);
  useLayoutEffect(() => {
    before.current = focused(input.current!);
    input.current!.focus();
  }, []);
  const wanted = typed.value.trim();
  const { names, define } = lens.tags.tagged.value;
  const like = wanted.toLocaleLowerCase();
  const found = names
    .map((name, tag) => ({ name, tag, place: name.toLocaleLowerCase().indexOf(like) }))
    .filter(({ place }) => place >= 0)
    .sort(
      (a, b) =>
        Number(b.name === wanted) - Number(a.name === wanted) ||
        Math.sign(a.place) - Math.sign(b.place) ||
        lens.tags.counts.value[b.tag] - lens.tags.counts.value[a.tag],
    )
    .slice(0, SUGGESTED)
    .map(({ name }) => name);
  const options = wanted && !names.includes(wanted) ? [...found, wanted] : found;
  // An exact match comes before names that begin with or contain the text.
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
    lens.tagging.field.value = null;
    giveBack(before.current, input.current);
  };
  const give = (name: string | undefined) => {
    if (name) lens.tagging.toggle(name, ids);
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
          aria-controls={list}
          aria-autocomplete="list"
          aria-label={`Tag for ${what}`}
          aria-activedescendant={options.length ? `${list}-${chosen}` : undefined}
          spellcheck={false}
          dir="auto"
          placeholder="name of the tag, then Enter"
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
              // The focus moves to a button, which the key would also press.
              event.preventDefault();
              give(options[chosen]);
            } else if (event.key === "Escape") {
              event.stopPropagation();
              close();
            }
          }}
          onBlur={(event) => {
            // If the window lost the focus, the field regains it together with the window.
            if (!windowIsActive(event.currentTarget)) return;
            if (!(event.relatedTarget as Element | null)?.closest(".ol-tag-options")) lens.tagging.field.value = null;
          }}
        />
      </label>
      {options.length > 0 && (
        <ul class="ol-tag-options" id={list} role="listbox" aria-label="Tags">
          {options.map((name, k) => {
            const tag = names.indexOf(name);
            return (
              <li
                key={name}
                id={`${list}-${k}`}
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
                    <Muted>{define[tag].description}</Muted>
                    <small class="ol-muted">{grouped(lens.tags.counts.value[tag])}</small>
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
