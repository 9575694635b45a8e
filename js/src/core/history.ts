// The history of this view, in order: tag gestures, which Python undoes, and selections that were dropped.
import { computed, signal } from "@preact/signals";

export type Step = { kind: "tags" } | { kind: "selection"; before: Uint32Array; after: Uint32Array };

/** Steps that are kept. */
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

  /** Moves the last step to those that can be done again, as it is to be done again. */
  undo(step: Step): void {
    this.#done.value = this.#done.value.slice(0, -1);
    this.#undone.value = [...this.#undone.value, step];
  }

  /** Moves the next step back to those that are done. */
  redo(step: Step): void {
    this.#undone.value = this.#undone.value.slice(0, -1);
    this.#done.value = [...this.#done.value, step];
  }
}
