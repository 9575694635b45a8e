// The progress of the clusters and the map, and how to stop it.
import { computed } from "@preact/signals";
import type { Link } from "../wire/ask";
import type { Traits } from "../wire/traits";
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
  readonly progress = computed(() => {
    const pending = this.outputs.info.n > 0 && !this.clusters.ready.value;
    return pending ? this.traits.progress.value : undefined;
  });

  tell(kind: "stop" | "continue"): void {
    this.link.tell({ kind, prompt: this.outputs.info.prompt });
  }
}
