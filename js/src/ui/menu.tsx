// A button with a panel that opens below it.
import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useRef } from "preact/hooks";
import { Button } from "./button";
import { useDismiss } from "./dismiss";
import { classes } from "./layout";

interface Props {
  /** The button's content. */
  text: ComponentChildren;
  /** The accessible name of the panel. */
  name: string;
  /** The button's tooltip, if not that name. */
  title?: string | undefined;
  /** The panel's class: a press on anything else closes it. */
  class: string;
  /** Aligns the panel with the end of the button instead of its start. */
  atEnd?: boolean;
  children: ComponentChildren;
}

/**
 * Escape, another press of the button, a press elsewhere in the widget, and any button of the panel that is not a switch
 * close the panel.
 */
export function Menu({ text, name, title = name, class: more, atEnd = false, children }: Props) {
  const open = useSignal(false);
  const box = useRef<HTMLSpanElement>(null);
  const close = () => {
    open.value = false;
    box.current?.querySelector("button")?.focus();
  };
  useDismiss(open.value, box, `.${more}`, close);
  return (
    <span class={classes("ol-menu", more)} ref={box}>
      <Button
        class="ol-menu-button"
        aria-expanded={open.value}
        title={title}
        onClick={() => (open.value = !open.value)}
      >
        {text} <span aria-hidden="true">▾</span>
      </Button>
      {open.value && (
        <div
          class={atEnd ? "ol-menu-panel ol-at-end" : "ol-menu-panel"}
          role="group"
          aria-label={name}
          tabIndex={-1}
          onClick={({ target }) => (target as Element).closest("button:not([aria-pressed], [role])") && close()}
        >
          {children}
        </div>
      )}
    </span>
  ); // prettier-ignore
}
