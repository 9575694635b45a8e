import { useLens } from "./use-lens";

/** The colour of an output. */
export function Dot({ id }: { id: number }) {
  return <i class="ol-dot" style={{ background: useLens().colors.of(id) }} />;
}
