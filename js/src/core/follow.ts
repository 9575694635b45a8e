import { effect } from "@preact/signals";

/**
 * Runs now, and again whenever a signal that it read has changed, until `until` aborts. What it returns is run before
 * the next time, and at the end.
 */
export function follow(until: AbortSignal, run: () => void | (() => void)): void {
  until.addEventListener("abort", effect(run));
}
