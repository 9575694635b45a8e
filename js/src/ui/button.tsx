import type { ComponentProps } from "preact";

type Props = ComponentProps<"button"> & {
  /** Its name where what is drawn on it does not say it; its tooltip too, unless it has one. */
  label?: string;
  /** Whether it is on, where it can be on or off. */
  pressed?: boolean;
};

/** A button that submits no form that the widget may stand in. */
export function Button({ label, pressed, ...rest }: Props) {
  return <button type="button" aria-label={label} title={label} aria-pressed={pressed} {...rest} />;
}

/** A button without a frame. */
export function Plain({ class: more = "", ...rest }: Props) {
  return <Button {...rest} class={`ol-plain ${more}`} />;
}

interface StepProps {
  back?: boolean;
  /** What it goes to. */
  to: string;
  disabled: boolean;
  onClick: () => void;
}

/** Goes to the next one, or back. */
export function Step({ back, to, ...rest }: StepProps) {
  const name = `${back ? "Previous" : "Next"} ${to}`;
  return (
    <Button label={name} {...rest}>
      {back ? "‹" : "›"}
    </Button>
  );
}
