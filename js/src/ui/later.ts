// A timer with at most one pending call: starting it again, or stopping it, cancels the call before.

/** Runs the last of several changes, after its delay. */
export class Later {
  #timer: ReturnType<typeof setTimeout> | undefined;

  run(change: () => void, milliseconds: number): void {
    this.stop();
    this.#timer = setTimeout(change, milliseconds);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}
