// Where the focus goes when what has it is taken off the page: it must not fall out of the widget.
import type { RefObject } from "preact";
import { useLayoutEffect } from "preact/hooks";

/** What has the focus, in the page or in the shadow tree that an element is in. */
export function focused(within: Element): HTMLElement | null {
  return (within.getRootNode() as Document | ShadowRoot).activeElement as HTMLElement | null;
}

/** Whether the window has the focus: where it does not, a field that loses it gets it back with the window. */
export function windowIsActive(within: Element): boolean {
  return within.ownerDocument.hasFocus();
}

/** Focuses what had the focus before, or else what one reads. */
export function giveBack(before: HTMLElement | null, from: Element | null): void {
  const usable = before?.isConnected && before !== before.ownerDocument.body;
  const other = from?.closest(".outlens")?.querySelector<HTMLElement>(".ol-list, .ol-map");
  (usable ? before : other)?.focus({ preventScroll: true });
}

/** The focus stays inside a box: what takes its place is the box's list, the widget's, or the box itself. */
export function useFocusWithin(box: RefObject<HTMLElement | null>): void {
  const held = box.current?.contains(focused(box.current));
  useLayoutEffect(() => {
    const element = box.current!;
    if (!held || element.contains(focused(element))) return;
    const list =
      element.querySelector<HTMLElement>(".ol-list") ??
      element.closest(".outlens")?.querySelector<HTMLElement>(".ol-list");
    (list ?? element).focus({ preventScroll: true });
  });
}
