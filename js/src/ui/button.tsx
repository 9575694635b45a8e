import type { ComponentProps } from "preact";

type Props = ComponentProps<"button"> & {
  /** Its name for those who cannot see what is drawn on it. */
  label?: string;
  /** Whether it is on, where it can be on or off. */
  pressed?: boolean;
};

/** A button that submits no form that the widget may stand in. */
export function Button({ label, pressed, ...rest }: Props) {
  return <button type="button" aria-label={label} aria-pressed={pressed} {...rest} />;
}
