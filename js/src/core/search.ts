// Which outputs contain the query: in the page, beside it in a worker, or in Python where Python has the texts.
import { computed, effect, signal } from "@preact/signals";
import { compile, hits } from "../text/search";
import { findBeside } from "../text/search-worker";
import { plural } from "../ui/plural";
import type { Link } from "../wire/ask";
import { array } from "../wire/bytes";
import { type Announcer, PAUSE } from "./announce";
import type { Outputs } from "./outputs";
import type { Settings } from "./settings";

const SEARCHING = "searching…";

interface Result {
  /** The prompt and the query that it answers. */
  key: string;
  ids: Uint32Array | null;
  error: string;
}

export class Search {
  readonly #result = signal<Result>({ key: "", ids: null, error: "" });
  #asked = "";
  #running: AbortController | null = null;

  constructor(
    readonly outputs: Outputs,
    readonly settings: Settings,
    readonly link: Link,
    readonly announce: Announcer,
    readonly until: AbortSignal,
  ) {
    const stopAsking = effect(() => {
      if (this.pattern.value.pattern && this.#elsewhere.value && this.#result.value.key !== this.#key.value)
        void this.#ask(this.#key.value);
    });
    let typing: ReturnType<typeof setTimeout> | undefined;
    const stopReading = effect(() => {
      void this.settings.get("query");
      const status = this.status.value;
      clearTimeout(typing);
      if (!status) return;
      typing = setTimeout(() => announce.say(status), PAUSE);
    });
    until.addEventListener("abort", () => {
      stopAsking();
      stopReading();
      clearTimeout(typing);
    });
  }

  readonly #query = computed(() => ({ query: this.settings.get("query"), regex: this.settings.get("regex") }));
  readonly #key = computed(() => JSON.stringify([this.outputs.info.value.prompt, this.#query.value]));
  readonly pattern = computed<{ pattern: RegExp | null; error: string }>(() => {
    try {
      return { pattern: compile(this.#query.value), error: "" };
    } catch (error) {
      return { pattern: null, error: (error as Error).message };
    }
  });
  /** Regular expressions are run beside the page, and where Python has the texts, there. */
  readonly #elsewhere = computed(
    () => this.outputs.textData.value.paged || (this.settings.get("regex") && typeof Worker !== "undefined"),
  );
  /** 1 for each output that matches; null without a query, or while the answer is on its way. */
  readonly matches = computed<Uint8Array | null>(() => {
    const { pattern } = this.pattern.value;
    if (!pattern) return null;
    const mask = new Uint8Array(this.outputs.info.value.n);
    if (this.#elsewhere.value) {
      const { key, ids } = this.#result.value;
      if (key !== this.#key.value) return null;
      for (const i of ids ?? []) mask[i] = 1;
      return mask;
    }
    const texts = this.outputs.texts.value;
    for (let i = 0; i < mask.length; i++) if (hits(texts.get(i) ?? "", pattern, 1).length) mask[i] = 1;
    return mask;
  });
  readonly count = computed(() => this.matches.value?.reduce((sum, m) => sum + m, 0) ?? 0);
  readonly error = computed(() => {
    const { pattern, error } = this.pattern.value;
    if (error || !pattern || !this.#elsewhere.value) return error;
    return this.#result.value.key === this.#key.value ? this.#result.value.error : "";
  });
  /** How many outputs match, or why that is not known; "" without a query. */
  readonly status = computed(() => {
    if (this.error.value) return this.error.value;
    if (!this.settings.get("query")) return "";
    return this.matches.value ? plural(this.count.value, "match", "matches") : SEARCHING;
  });

  /** Start and end of every hit in a text, flat. */
  marks(text: string): number[] {
    const { pattern } = this.pattern.value;
    // An expression that may never end is not run in the page.
    if (!pattern || (this.#elsewhere.value && (!this.matches.value || this.error.value))) return [];
    return hits(text, pattern);
  }

  clear(): void {
    this.settings.set({ query: "", regex: false });
  }

  async #ask(key: string): Promise<void> {
    if (key === this.#asked) return;
    this.#asked = key;
    this.#running?.abort();
    const { pattern } = this.pattern.peek();
    const { paged, bytes, offsets } = this.outputs.textData.peek();
    if (!paged && pattern) {
      this.#running = new AbortController();
      const until = AbortSignal.any([this.until, this.#running.signal]);
      const found = await findBeside({ bytes, offsets, pattern }, until);
      if (!until.aborted) this.#result.value = { key, ...found };
      return;
    }
    const { prompt } = this.outputs.info.peek();
    let result: Result;
    try {
      const { reply, buffers } = await this.link.ask({ kind: "find", prompt, ...this.#query.peek() });
      result = { key, ids: array(buffers[0], Uint32Array), error: reply.error ?? "" };
    } catch {
      result = { key, ids: null, error: "not searched: no kernel" };
    }
    // Where something else was typed meanwhile, that has its own answer.
    if (this.#asked === key) this.#result.value = result;
  }
}
