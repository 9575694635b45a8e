// The texts of one prompt: decoded when looked at, or fetched from Python a page at a time.
import { signal } from "@preact/signals";

/** Texts that are kept decoded; those of Python are asked for again when they were forgotten. */
export const KEPT = 4000;

export interface TextBytes {
  /** UTF-8 of all texts; empty where Python has them. */
  bytes: Uint8Array;
  /** Text i goes from offsets[i] to offsets[i + 1], also where Python has it. */
  offsets: Uint32Array;
  /** Python has the texts. */
  paged: boolean;
}

export class Texts {
  /** Grows when texts have arrived. */
  readonly #arrived = signal(0);
  readonly #decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  /** From the text used longest ago to the one used last. */
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

  /** The text, or null when it has to come from Python first: what reads it is then run again when texts have come. */
  get(i: number): string | null {
    const text = this.peek(i);
    if (text !== null) this.#keep(i, text);
    else {
      void this.#arrived.value;
      this.#want(i);
    }
    return text;
  }

  /** As `get`, but asks for nothing and keeps nothing: a search reads all texts and shows none of them. */
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
    // All texts that one drawing of the widget lacks are asked for in one message.
    if (this.#queue.length > 1) return;
    queueMicrotask(() => {
      const ids = this.#queue;
      this.#queue = [];
      this.request(ids);
    });
  }
}
