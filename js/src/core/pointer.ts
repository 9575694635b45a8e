// What is pointed at, and where the keyboard is.
import type { ReadonlySignal } from "@preact/signals";
import { computed } from "@preact/signals";
import type { Clusters } from "./clusters";
import type { Outputs } from "./outputs";
import { Remembered } from "./remembered";

export class Pointer {
  /** The output under the mouse; -1 = none. */
  readonly hover: Remembered<number>;
  /** The output that the keyboard is at; -1 = none. */
  readonly cursor: Remembered<number>;
  /** The cluster pointed at in the list, whose points stay bright; null = none. */
  readonly cluster: Remembered<number | null>;

  constructor(outputs: Outputs, clusters: Clusters) {
    this.hover = new Remembered(outputs.visit, -1);
    this.cursor = new Remembered(outputs.visit, -1);
    // A row that vanishes under the mouse reports no leaving.
    const rows: ReadonlySignal<string> = computed(() => `${outputs.visit.value} ${clusters.level.value}`);
    this.cluster = new Remembered<number | null>(rows, null);
  }
}
