// What appears under the pointer goes away by Escape or a press elsewhere, and waits for the pointer to come to it.
import type { RefObject } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { Later } from "./later";

/** Milliseconds in which the pointer can get from a place to what appeared there. */
const GRACE = 160;

/** While something is `open` around a box, Escape or a press outside what matches `own` closes it. */
export function useDismiss(open: boolean, box: RefObject<Element | null>, own: string, close: () => void): void {
  const latest = useRef(close);
  latest.current = close;
  // Before it is painted: what can be seen can be dismissed.
  useLayoutEffect(() => {
    const root = box.current?.closest<HTMLElement>(".outlens");
    if (!open || !root) return;
    const ended = new AbortController();
    // Captured, and before the widget's own keys: Escape then does nothing else.
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

/** Runs the last of several changes, once the pointer has had its time. */
export class Grace extends Later {
  override run(change: () => void): void {
    super.run(change, GRACE);
  }
}
