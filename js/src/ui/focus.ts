// Where the focus goes when what has it is taken off the page: it must not fall out of the widget.
import type { RefObject } from "preact";
import { useLayoutEffect } from "preact/hooks";

/** The focus stays inside a box: what takes its place is the box's list, or the box itself. */
export function useFocusWithin(box: RefObject<HTMLElement | null>): void {
  const held = box.current?.contains(document.activeElement);
  useLayoutEffect(() => {
    const element = box.current!;
    if (held && !element.contains(document.activeElement))
      (element.querySelector<HTMLElement>(".ol-list") ?? element).focus({ preventScroll: true });
  });
}
