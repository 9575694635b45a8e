// What is read out to a screen reader.
import { signal } from "@preact/signals";

export class Announcer {
  readonly status = signal("");

  /** Reads a sentence out, also where the last one was the same. */
  say(sentence: string): void {
    if (!sentence || sentence !== this.status.peek()) {
      this.status.value = sentence;
      return;
    }
    // Only a change of the element is read out.
    this.status.value = "";
    queueMicrotask(() => (this.status.value = sentence));
  }
}
