// The summary: one sentence whose parts lead to what they mention.
import { computed } from "@preact/signals";
import type { Traits } from "../wire/traits";
import type { Piece } from "../wire/types";
import type { Clusters } from "./clusters";
import type { Reading } from "./reading";
import type { Selection } from "./selection";
import type { Settings } from "./settings";

export class Summary {
  constructor(
    readonly traits: Traits,
    readonly clusters: Clusters,
    readonly settings: Settings,
    readonly selection: Selection,
    readonly reading: Reading,
  ) {}

  /** The parts of the sentence at the chosen granularity. */
  readonly pieces = computed<Piece[]>(() => {
    const level = this.clusters.level.value;
    const clusters = this.clusters.list.value;
    return this.traits.summary.value
      .filter((piece) => (piece.step ?? level) === level)
      .map((piece) => ({
        ...piece,
        text: piece.cluster === null ? piece.text : piece.text.replace("{}", () => clusters[piece.cluster!]?.name),
      }));
  });
  readonly sentence = computed(() => this.pieces.value.map(({ text }) => text).join(""));

  /** Selects or shows the subject of a part. */
  follow({ rows, cluster, view }: Piece): void {
    if (view) {
      // The panel would be behind that of a clicked place.
      if (view.panel) this.reading.asked.value = null;
      this.settings.set(view);
    } else this.selection.select(cluster === null ? rows : this.clusters.members(cluster), "replace");
  }
}
