// Results that Python computes on request, and why one is missing.
import type { Made, Stamped } from "../wire/types";

/** Why a result of Python about `n` outputs is missing: being computed, refused, or no kernel; "" if it is there. */
export function waitingFor(made: Made<unknown>, n: number, kernel: boolean): string {
  if (made.kind === "error") return made.error;
  if (made.kind === "made") return "";
  if (!n) return "There are no outputs to compare.";
  return kernel ? "Comparing the outputs…" : "This page was written without this comparison.";
}

/** The result from Python if it is about the current prompt; else none. */
export function ofPrompt<T>({ prompt, value }: Stamped<Made<T>>, shown: number): Made<T> {
  return prompt === shown ? value : { kind: "none" };
}
