// State about the current content, forgotten when that content changes.
import { computed, type ReadonlySignal, signal } from "@preact/signals";

/** A signal that reads as `initial` again once `about` has changed since it was set. */
export class Remembered<T> {
  readonly #held;
  readonly #read;

  constructor(
    readonly about: ReadonlySignal<unknown>,
    readonly initial: T,
  ) {
    this.#held = signal({ about: about.peek(), value: initial });
    this.#read = computed(() => (this.#held.value.about === about.value ? this.#held.value.value : initial));
  }

  get value(): T {
    return this.#read.value;
  }

  set value(value: T) {
    if (value !== this.#read.peek()) this.#held.value = { about: this.about.peek(), value };
  }

  peek(): T {
    return this.#read.peek();
  }
}
