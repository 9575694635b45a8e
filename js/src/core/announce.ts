// Announcements to a screen reader.
import { signal } from "@preact/signals";

/** Milliseconds to wait before an announcement: after something started that may take long, or after the last key. */
export const PAUSE = 600;
/** Unseen and not read out, but it makes a repeated sentence count as a change. */
const MARK = "\u00a0";

export class Announcer {
  readonly status = signal("");

  /** Reads a sentence out. A repeated one gets an invisible mark, because only changes are read out. */
  say(sentence: string): void {
    this.status.value = sentence && sentence === this.status.peek() ? sentence + MARK : sentence;
  }
}
