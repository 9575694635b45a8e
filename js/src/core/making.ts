// The progress of the clusters and the map, and how to stop it.
import { computed } from "@preact/signals";
import { type Link, NO_KERNEL } from "../wire/ask";
import type { Traits } from "../wire/traits";
import type { Progress } from "../wire/types";
import type { Clusters } from "./clusters";
import type { Outputs } from "./outputs";

export class Making {
  constructor(
    readonly traits: Traits,
    readonly outputs: Outputs,
    readonly clusters: Clusters,
    readonly link: Link,
  ) {}

  /** The progress of computations still running; a page has none. */
  readonly progress = computed<Progress | undefined>(() => {
    const pending = this.outputs.info.n > 0 && !this.clusters.ready.value;
    const progress = pending ? this.traits.progress.value : undefined;
    return progress && this.link.gone.value ? { ...progress, status: "failed", says: NO_KERNEL, left: "" } : progress;
  });

  tell(kind: "stop" | "continue"): void {
    this.link.tell({ kind, prompt: this.outputs.info.prompt });
  }
}
