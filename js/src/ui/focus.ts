// Where the focus goes when what has it is taken off the page: it must not fall out of the widget.
import type { RefObject } from "preact";
import { useLayoutEffect } from "preact/hooks";

/** What has the focus beside an element: inside a shadow root the document sees only the shadow's host. */
export function focused(element: Element): Element | null {
  return (element.getRootNode() as Document | ShadowRoot).activeElement;
}

/** The focus stays inside a box: what takes its place is the box's list, or the box itself. */
export function useFocusWithin(box: RefObject<HTMLElement | null>): void {
  const held = !!box.current && box.current.contains(focused(box.current));
  useLayoutEffect(() => {
    const element = box.current!;
    if (held && !element.contains(focused(element)))
      (element.querySelector<HTMLElement>(".ol-list") ?? element).focus({ preventScroll: true });
  });
}
