// A timer with at most one pending call: starting or stopping it cancels the previous call.

/** Runs the last of several changes after a delay. */
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
