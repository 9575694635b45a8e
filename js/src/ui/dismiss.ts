// Dismisses popups with Escape or a press elsewhere, and gives the pointer time to reach them.
import type { RefObject } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { Later } from "./later";

/** Milliseconds for the pointer to get from its target to the popup. */
const GRACE = 160;

/** While something around a box is `open`, Escape or a press outside `own` closes it. */
export function useDismiss(open: boolean, box: RefObject<Element | null>, own: string, close: () => void): void {
  const latest = useRef(close);
  latest.current = close;
  // A layout effect runs before the first paint: whatever is visible can be dismissed.
  useLayoutEffect(() => {
    const root = box.current?.closest<HTMLElement>(".outlens");
    if (!open || !root) return;
    const ended = new AbortController();
    // Captured before the widget's own keys, so that Escape does nothing else.
    const options = { capture: true, signal: ended.signal };
    root.addEventListener(
      "keydown",
      (event) => {
        if (event.key !== "Escape") return;
        latest.current();
        event.stopImmediatePropagation();
      },
      options,
    );
    root.addEventListener(
      "pointerdown",
      (event) => (event.target as Element).closest(own) || latest.current(),
      options,
    );
    return () => ended.abort();
  }, [open]);
}

/** Runs the last of several changes after the grace period. */
export class Grace extends Later {
  override run(change: () => void): void {
    super.run(change, GRACE);
  }
}
