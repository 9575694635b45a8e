// The hits of a regular expression in the visible texts. A worker finds them, because an expression may never end.
import { signal } from "@preact/signals";
import type { SearchWorker } from "./search-beside";

/** Number of texts whose hits are cached; more than any page shows at once. */
const KEPT = 1000;

export class HitSpans {
  /** Grows when hits arrive. */
  readonly arrived = signal(0);
  /** Why the hits are unknown; "" if they are known. */
  readonly error = signal("");
  readonly #known = new Map<string, number[]>();
  readonly #asked = new Set<string>();
  #queue: string[] = [];

  constructor(
    readonly worker: Pick<SearchWorker, "spans">,
    readonly pattern: RegExp,
  ) {}

  /** Start and end of every hit in a text, as a flat list; empty until `arrived` grows. */
  get(text: string): number[] {
    void this.arrived.value;
    const known = this.#known.get(text);
    if (known) {
      // Forget the least recently used text first.
      this.#known.delete(text);
      this.#known.set(text, known);
      return known;
    }
    if (!this.#asked.has(text) && !this.error.peek()) {
      this.#asked.add(text);
      // Send all texts of one drawing in one message.
      if (this.#queue.push(text) === 1) queueMicrotask(() => void this.#ask());
    }
    return [];
  }

  async #ask(): Promise<void> {
    const texts = this.#queue;
    this.#queue = [];
    const { spans, error } = await this.worker.spans(texts, this.pattern);
    texts.forEach((text, k) => {
      this.#asked.delete(text);
      if (spans) this.#known.set(text, spans[k]);
    });
    while (this.#known.size > KEPT) this.#known.delete(this.#known.keys().next().value!);
    this.error.value = error;
    this.arrived.value++;
  }
}
