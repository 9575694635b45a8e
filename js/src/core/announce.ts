// Announcements to a screen reader.
import { signal } from "@preact/signals";

/** Milliseconds that something may take before it is worth reading out, and without typing before its result is. */
export const PAUSE = 600;
/** Not heard and not seen, but it makes a sentence that was said before another one. */
const MARK = "\u00a0";

export class Announcer {
  readonly status = signal("");

  /** Reads a sentence out. One that repeats the last gets an invisible mark: only a change of the page is read out. */
  say(sentence: string): void {
    this.status.value = sentence && sentence === this.status.peek() ? sentence + MARK : sentence;
  }
}
