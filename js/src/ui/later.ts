// What happens after a moment, unless something else happens before.

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
