// The output under the pointer and the one at the keyboard's cursor.
import type { ReadonlySignal } from "@preact/signals";
import { computed } from "@preact/signals";
import type { Clusters } from "./clusters";
import type { Outputs } from "./outputs";
import { Remembered } from "./remembered";

export class Pointer {
  /** The output under the mouse; -1 = none. */
  readonly hover: Remembered<number>;
  /** The output at the keyboard's cursor; -1 = none. */
  readonly cursor: Remembered<number>;
  /** The cluster under the pointer in the list, whose points stay bright; null = none. */
  readonly cluster: Remembered<number | null>;

  constructor(outputs: Outputs, clusters: Clusters) {
    this.hover = new Remembered(outputs.visit, -1);
    this.cursor = new Remembered(outputs.visit, -1);
    // A row that disappears under the mouse sends no leave event.
    const rows: ReadonlySignal<string> = computed(() => `${outputs.visit.value} ${clusters.level.value}`);
    this.cluster = new Remembered<number | null>(rows, null);
  }
}
