// Keeps the focus in the widget when the focused element is removed.
import type { RefObject } from "preact";
import { useLayoutEffect } from "preact/hooks";

/** The focused element, in the page or in the element's shadow tree. */
export function focused(within: Element): HTMLElement | null {
  return (within.getRootNode() as Document | ShadowRoot).activeElement as HTMLElement | null;
}

/** Whether the window has the focus: if not, a field that loses the focus regains it with the window. */
export function windowIsActive(within: Element): boolean {
  return within.ownerDocument.hasFocus();
}

/** Focuses the list of texts around an element, or else the widget. */
export function focusTexts(from: Element | null): void {
  const widget = from?.closest<HTMLElement>(".outlens");
  (widget?.querySelector<HTMLElement>(".ol-list") ?? widget)?.focus({ preventScroll: true });
}

/** Focuses the previously focused element, or else the texts. */
export function giveBack(before: HTMLElement | null, from: Element | null): void {
  if (before?.isConnected && before !== before.ownerDocument.body) before.focus({ preventScroll: true });
  else focusTexts(from);
}

/** Keeps the focus inside a box: it moves to the box's list, the widget's, or the box itself. */
export function useFocusWithin(box: RefObject<HTMLElement | null>): void {
  const held = box.current?.contains(focused(box.current));
  useLayoutEffect(() => {
    const element = box.current!;
    const now = focused(element);
    // A box that has the focus itself, in place of its list, passes it on to the list.
    const standsIn = now === element && !element.matches(".ol-list");
    if (!held || (element.contains(now) && !standsIn)) return;
    const list =
      element.querySelector<HTMLElement>(".ol-list") ??
      element.closest(".outlens")?.querySelector<HTMLElement>(".ol-list");
    (list ?? element).focus({ preventScroll: true });
  });
}
