// A placeholder for the clusters and the map while they are computed.
import { Button } from "../ui/button";
import { Muted } from "../ui/layout";
import { useLens } from "./use-lens";

export function Making() {
  const { making } = useLens();
  const progress = making.progress.value;
  if (!progress) return null;
  const { status, says, left, share } = progress;
  const failed = status === "failed";
  const halted = failed || status === "stopped";
  return (
    <div class="ol-empty">
      <span class={failed ? "ol-error" : ""}>{says}</span>
      {!failed && <progress value={share ?? (halted ? 0 : undefined)} aria-label="Clusters and map" />}
      <Muted>{left}</Muted>
      {!making.link.gone.value && (
        <Button title="Finished results are kept" onClick={() => making.tell(halted ? "continue" : "stop")}>
          {failed ? "Try again" : halted ? "Continue" : "Stop"}
        </Button>
      )}
    </div>
  );
}
