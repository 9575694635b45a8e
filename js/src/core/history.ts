// The history of this view, in order: tag gestures, which Python undoes, and replaced selections.
import { computed, signal } from "@preact/signals";

export type Step = { kind: "tags" } | { kind: "selection"; before: Uint32Array; after: Uint32Array };

/** Number of steps to keep. */
const KEPT = 100;

export class History {
  readonly #done = signal<readonly Step[]>([]);
  readonly #undone = signal<readonly Step[]>([]);

  readonly last = computed<Step | undefined>(() => this.#done.value.at(-1));
  readonly next = computed<Step | undefined>(() => this.#undone.value.at(-1));

  add(step: Step): void {
    this.#done.value = [...this.#done.value.slice(1 - KEPT), step];
    this.#undone.value = [];
  }

  /** Moves the last step to the redo stack, as `step`. */
  undo(step: Step): void {
    this.#done.value = this.#done.value.slice(0, -1);
    this.#undone.value = [...this.#undone.value, step];
  }

  /** Moves the next redo step back to the undo stack, as `step`. */
  redo(step: Step): void {
    this.#undone.value = this.#undone.value.slice(0, -1);
    this.#done.value = [...this.#done.value, step];
  }
}
