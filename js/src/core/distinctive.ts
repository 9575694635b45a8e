// The words that set the selection apart from the other outputs; Python computes them.
import { computed, signal } from "@preact/signals";
import type { Link } from "../wire/ask";
import { array } from "../wire/bytes";
import type { Distinctive as Row } from "../wire/types";
import type { Outputs } from "./outputs";
import type { Selection } from "./selection";

interface Result {
  /** Identifies the prompt and the selection. */
  key: string;
  rows: (Row & { ids: Uint32Array })[];
  error: string;
}

const COMPARING = "Comparing…";

export class Distinctive {
  readonly #result = signal<Result>({ key: "", rows: [], error: "" });

  constructor(
    readonly outputs: Outputs,
    readonly selection: Selection,
    readonly link: Link,
  ) {}

  readonly #key = computed(() => `${this.outputs.info.prompt}:${this.selection.ids.value.join()}`);

  /** The result for the current selection. */
  readonly result = computed<Omit<Result, "key">>(() => {
    const { key, rows, error } = this.#result.value;
    return key === this.#key.value ? { rows, error } : { rows: [], error: COMPARING };
  });

  /** Asks Python once for each selection. */
  async ask(): Promise<void> {
    const key = this.#key.peek();
    if (this.#result.peek().key === key || !this.link.kernel) return;
    this.#result.value = { key, rows: [], error: COMPARING };
    const { prompt } = this.outputs.info;
    const ids = Array.from(this.selection.ids.peek());
    let result: Result;
    try {
      const { reply, buffers } = await this.link.ask({ kind: "distinctive", prompt, ids });
      const [outputs, offsets] = buffers.map((buffer) => array(buffer, Uint32Array));
      const rows = reply.rows.map((row, i) => ({ ...row, ids: outputs.subarray(offsets[i], offsets[i + 1]) }));
      result = { key, rows, error: reply.error };
    } catch {
      result = { key, rows: [], error: "not compared: no kernel" };
    }
    if (this.#result.peek().key === key) this.#result.value = result;
  }
}
