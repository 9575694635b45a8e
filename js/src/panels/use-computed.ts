import { computed } from "@preact/signals";
import { useMemo } from "preact/hooks";

/** A value computed from signals: the component redraws only when the value changes. */
export function useComputed<T>(compute: () => T, inputs: unknown[]): T {
  return useMemo(() => computed(compute), inputs).value;
}
