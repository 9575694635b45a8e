// A placeholder for what is being computed, with a button that stops it.
import { Button } from "../ui/button";
import { Muted } from "../ui/layout";
import type { Progress } from "../wire/types";
import { useLens } from "./use-lens";

/** A placeholder for the clusters and the map. */
export function Making() {
  const { making } = useLens();
  const progress = making.progress.value;
  return (
    progress && (
      <Waiting progress={progress} name="Clusters and map" tell={(go) => making.tell(go ? "continue" : "stop")} />
    )
  );
}

interface Props {
  progress: Progress;
  /** What is computed. */
  name: string;
  /** Continues or stops. */
  tell: (go: boolean) => void;
}

export function Waiting({ progress: { status, says, left, share }, name, tell }: Props) {
  const failed = status === "failed";
  const halted = failed || status === "stopped";
  return (
    <div class="ol-empty">
      <span class={failed ? "ol-error" : ""}>{says}</span>
      {!failed && <progress value={share ?? (halted ? 0 : undefined)} aria-label={name} />}
      <Muted>{left}</Muted>
      {!useLens().making.link.gone.value && (
        <Button title="Finished results are kept" onClick={() => tell(halted)}>
          {failed ? "Try again" : halted ? "Continue" : "Stop"}
        </Button>
      )}
    </div>
  );
}
