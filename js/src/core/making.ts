// How far the clusters and the map are, and how that is stopped.
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

  /** How far they are, while they are still to come; a page holds only what is ready. */
  readonly progress = computed(() => {
    const pending = this.outputs.info.n > 0 && !this.clusters.ready.value;
    return pending ? this.traits.progress.value : undefined;
  });

  tell(kind: "stop" | "continue"): void {
    this.link.tell({ kind, prompt: this.outputs.info.prompt });
  }
}
