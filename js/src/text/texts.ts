// The texts of one prompt: decoded when looked at, or fetched from Python a page at a time.
import { signal } from "@preact/signals";
import type { Shown } from "../wire/types";

const KEPT = 4000;

export class Texts {
  /** Grows when texts have arrived. */
  readonly arrived = signal(0);
  readonly #decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  readonly #cache = new Map<number, string>();
  readonly #asked = new Set<number>();
  #queue: number[] = [];

  constructor(
    readonly shown: Shown,
    readonly request: (ids: number[]) => void,
  ) {}

  get length(): number {
    return this.shown.info.n;
  }

  /** The text, or null when it has to come from Python first; then `arrived` tells. */
  get(i: number): string | null {
    const { bytes, offsets, paged } = this.shown;
    const cached = this.#cache.get(i);
    if (cached !== undefined) return cached;
    if (paged) {
      this.#want(i);
      return null;
    }
    const text = this.#decoder.decode(bytes.subarray(offsets[i], offsets[i + 1]));
    this.#keep(i, text);
    return text;
  }

  /** Length in bytes, known before the text is. */
  size(i: number): number {
    return this.shown.offsets[i + 1] - this.shown.offsets[i];
  }

  receive(ids: number[], bytes: Uint8Array, offsets: Uint32Array): void {
    ids.forEach((id, k) => {
      this.#asked.delete(id);
      this.#keep(id, this.#decoder.decode(bytes.subarray(offsets[k], offsets[k + 1])));
    });
    this.arrived.value++;
  }

  #keep(i: number, text: string): void {
    this.#cache.set(i, text);
    if (this.#cache.size > KEPT) this.#cache.delete(this.#cache.keys().next().value!);
  }

  // All texts that one drawing of the widget lacks are asked for in one message.
  #want(i: number): void {
    if (this.#asked.has(i)) return;
    this.#asked.add(i);
    this.#queue.push(i);
    if (this.#queue.length > 1) return;
    queueMicrotask(() => {
      const ids = this.#queue;
      this.#queue = [];
      this.request(ids);
    });
  }
}
