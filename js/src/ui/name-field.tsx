// A name that is written in place.
import { useLayoutEffect, useRef } from "preact/hooks";

interface Props {
  value: string;
  label: string;
  /** Called once with the name, or with null if it is dropped; `byKey` unless the field lost the focus. */
  done: (name: string | null, byKey: boolean) => void;
}

/** Enter and leaving the field keep the name, Escape drops it. */
export function NameField({ value, label, done }: Props) {
  const field = useRef<HTMLInputElement>(null);
  const ended = useRef(false);
  useLayoutEffect(() => field.current?.select(), []);
  const end = (name: string | null, byKey: boolean) => {
    if (ended.current) return;
    ended.current = true;
    done(name, byKey);
  };
  return (
    <input
      ref={field}
      class="ol-name-field"
      aria-label={label}
      maxLength={120}
      defaultValue={value}
      spellcheck={false}
      onKeyDown={(event) => {
        if (event.isComposing) return;
        if (event.key !== "Enter" && event.key !== "Escape") return;
        // The button that gets the focus must not receive the key too.
        event.preventDefault();
        event.stopPropagation();
        end(event.key === "Enter" ? event.currentTarget.value : null, true);
      }}
      onBlur={(event) => end(event.currentTarget.value, false)}
    />
  ); // prettier-ignore
}
