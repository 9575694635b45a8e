import { effect } from "@preact/signals";

/**
 * Runs now, and again whenever a signal that it read changes, until `until` aborts. The function it returns is called
 * before each further run and at the end.
 */
export function follow(until: AbortSignal, run: () => void | (() => void)): void {
  until.addEventListener("abort", effect(run));
}
