// The texts of one prompt: decoded when looked at, or fetched from Python a page at a time.
import { signal } from "@preact/signals";

/** Number of decoded texts to cache; a forgotten text is requested from Python again. */
export const KEPT = 4000;

export interface TextBytes {
  /** UTF-8 of all texts; empty if Python keeps them. */
  bytes: Uint8Array;
  /** Text i goes from offsets[i] to offsets[i + 1], even if Python keeps the texts. */
  offsets: Uint32Array;
  /** Whether Python keeps the texts. */
  paged: boolean;
}

export class Texts {
  /** Grows when texts arrive. */
  readonly #arrived = signal(0);
  readonly #decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  /** From the least to the most recently used text. */
  readonly #kept = new Map<number, string>();
  readonly #asked = new Set<number>();
  #queue: number[] = [];

  constructor(
    readonly data: TextBytes,
    readonly request: (ids: number[]) => void,
  ) {}

  get length(): number {
    return this.data.offsets.length - 1;
  }

  /** The text, or null until Python sends it, which reruns the reader of this signal. */
  get(i: number): string | null {
    const text = this.peek(i);
    if (text !== null) this.#keep(i, text);
    else {
      void this.#arrived.value;
      this.#want(i);
    }
    return text;
  }

  /** Like `get`, but neither requests nor caches a text: a search reads all texts and shows none. */
  peek(i: number): string | null {
    const { bytes, offsets, paged } = this.data;
    const kept = this.#kept.get(i);
    if (kept !== undefined || paged) return kept ?? null;
    return this.#decoder.decode(bytes.subarray(offsets[i], offsets[i + 1]));
  }

  /** Length in bytes, known before the text is. */
  size(i: number): number {
    return this.data.offsets[i + 1] - this.data.offsets[i];
  }

  receive(ids: number[], bytes: Uint8Array, offsets: Uint32Array): void {
    ids.forEach((id, k) => {
      this.#asked.delete(id);
      this.#keep(id, this.#decoder.decode(bytes.subarray(offsets[k], offsets[k + 1])));
    });
    this.#arrived.value++;
  }

  #keep(i: number, text: string): void {
    this.#kept.delete(i);
    this.#kept.set(i, text);
    if (this.#kept.size > KEPT) this.#kept.delete(this.#kept.keys().next().value!);
  }

  #want(i: number): void {
    if (this.#asked.has(i)) return;
    this.#asked.add(i);
    this.#queue.push(i);
    // Request all texts that one drawing of the widget lacks in one message.
    if (this.#queue.length > 1) return;
    queueMicrotask(() => {
      const ids = this.#queue;
      this.#queue = [];
      this.request(ids);
    });
  }
}
