import type { ComponentProps } from "preact";

type Props = ComponentProps<"button"> & {
  /** The accessible name, if the content is not one; also the default tooltip. */
  label?: string;
  /** The state of a toggle button. */
  pressed?: boolean;
};

/** A button that does not submit a form around the widget. */
export function Button({ label, pressed, ...rest }: Props) {
  return <button type="button" aria-label={label} title={label} aria-pressed={pressed} {...rest} />;
}

/** A button without a frame. */
export function Plain({ class: more = "", ...rest }: Props) {
  return <Button {...rest} class={`ol-plain ${more}`} />;
}

interface StepProps {
  back?: boolean;
  /** The noun for its target. */
  to: string;
  disabled: boolean;
  onClick: () => void;
}

/** A button for the next or the previous one. */
export function Step({ back, to, ...rest }: StepProps) {
  const name = `${back ? "Previous" : "Next"} ${to}`;
  return (
    <Button label={name} {...rest}>
      {back ? "‹" : "›"}
    </Button>
  );
}
