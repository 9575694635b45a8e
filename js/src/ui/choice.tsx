import type { ComponentChildren } from "preact";

interface Props {
  /** The text before the choice. */
  label?: ComponentChildren;
  /** The accessible name. */
  name: string;
  title?: string;
  value: string;
  set: (value: string) => void;
  /** The options. */
  children: ComponentChildren;
}

/** A select box with a label. */
export function Choice({ label, name, title, value, set, children }: Props) {
  return (
    <label class="ol-field">
      {label && <span class="ol-muted">{label}</span>}
      <select aria-label={name} title={title} value={value} onChange={(event) => set(event.currentTarget.value)}>
        {children}
      </select>
    </label>
  ); // prettier-ignore
}

/** An option for each name. */
export function Options({ names }: { names: string[] }) {
  return (
    <>
      {names.map((name) => (
        <option key={name} value={name}>
          {name}
        </option>
      ))}
    </>
  );
}
