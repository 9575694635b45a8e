// What appears under the pointer goes away by Escape, wherever the focus is, and waits for the pointer to come to it.
import { useEffect, useRef } from "preact/hooks";

/** Milliseconds in which the pointer can get from a place to what appeared there. */
const GRACE = 160;

/** While something is `open`, Escape closes it; in the widget it then does nothing else. */
export function useEscape(open: boolean, close: () => void): void {
  const latest = useRef(close);
  latest.current = close;
  useEffect(() => {
    if (!open) return;
    const listener = (event: KeyboardEvent) => {
      if (event.key !== "Escape") return;
      latest.current();
      const inWidget = event.composedPath().some((node) => (node as Element).classList?.contains("outlens"));
      if (inWidget) event.stopImmediatePropagation();
    };
    // On the window, before the widget's own keys: the pointer may be here while the focus is elsewhere.
    window.addEventListener("keydown", listener, true);
    return () => window.removeEventListener("keydown", listener, true);
  }, [open]);
}

/** Runs the last of several changes, after a moment. */
export class Grace {
  #timer: ReturnType<typeof setTimeout> | undefined;

  run(change: () => void): void {
    this.stop();
    this.#timer = setTimeout(change, GRACE);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}
