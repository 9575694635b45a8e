import { computed } from "@preact/signals";
import { useMemo } from "preact/hooks";

/** A value computed from signals: the component is drawn again when it changes, not whenever they do. */
export function useComputed<T>(compute: () => T, inputs: unknown[]): T {
  return useMemo(() => computed(compute), inputs).value;
}
