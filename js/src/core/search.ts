// Which outputs match the query: computed in the page, in a worker, or in Python if the texts are there.
import { computed, signal } from "@preact/signals";
import { compile, hits } from "../text/search";
import { HitSpans } from "../text/hit-spans";
import { SearchWorker } from "../text/search-beside";
import { plural } from "../ui/format";
import type { Link } from "../wire/ask";
import { array } from "../wire/bytes";
import { type Announcer, PAUSE } from "./announce";
import { follow } from "./follow";
import type { Outputs } from "./outputs";
import type { Settings } from "./settings";

/** Bytes of text that can be searched in the page within a frame. */
const AT_ONCE = 4_000_000;
const SEARCHING = "searching…";

interface Result {
  /** Identifies the prompt, its number of outputs, and the query. */
  key: string;
  ids: Uint32Array | null;
  error: string;
}

export class Search {
  readonly #result = signal<Result>({ key: "", ids: null, error: "" });
  #asked = "";
  readonly #worker: SearchWorker;

  constructor(
    readonly outputs: Outputs,
    readonly settings: Settings,
    readonly link: Link,
    readonly announce: Announcer,
    until: AbortSignal,
  ) {
    this.#worker = new SearchWorker(until);
    follow(until, () => {
      if (this.pattern.value.pattern && this.#elsewhere.value && this.#result.value.key !== this.#key.value)
        void this.#ask(this.#key.value);
    });
    follow(until, () => {
      void this.settings.get("query");
      const status = this.status.value;
      if (!status) return;
      const typing = setTimeout(() => announce.say(status), PAUSE);
      return () => clearTimeout(typing);
    });
  }

  readonly #query = computed(() => ({ query: this.settings.get("query"), regex: this.settings.get("regex") }));
  readonly #key = computed(() => {
    const { prompt, n } = this.outputs.info;
    return JSON.stringify([prompt, n, this.#query.value]);
  });
  readonly pattern = computed<{ pattern: RegExp | null; error: string }>(() => {
    try {
      return { pattern: compile(this.#query.value), error: "" };
    } catch (error) {
      return { pattern: null, error: (error as Error).message };
    }
  });
  /**
   * Regular expressions and large texts are searched outside the page: in Python if the texts are there, else in a
   * worker.
   */
  readonly #elsewhere = computed(() => {
    const { paged, bytes } = this.outputs.textData.value;
    return paged || this.settings.get("regex") || bytes.length > AT_ONCE;
  });
  /** A regular expression never runs in the page: it might not end. */
  readonly #spans = computed(() => {
    const { pattern } = this.pattern.value;
    return pattern && this.settings.get("regex") ? new HitSpans(this.#worker, pattern) : null;
  });
  /** 1 for each output that matches; null without a query, or until the answer arrives. */
  readonly matches = computed<Uint8Array | null>(() => {
    const { pattern } = this.pattern.value;
    if (!pattern) return null;
    const mask = new Uint8Array(this.outputs.info.n);
    if (this.#elsewhere.value) {
      const { key, ids } = this.#result.value;
      if (key !== this.#key.value) return null;
      for (const i of ids ?? []) mask[i] = 1;
      return mask;
    }
    const texts = this.outputs.texts.value;
    for (let i = 0; i < mask.length; i++) if (hits(texts.peek(i) ?? "", pattern, 1).length) mask[i] = 1;
    return mask;
  });
  readonly count = computed(() => this.matches.value?.reduce((sum, m) => sum + m, 0) ?? 0);
  readonly error = computed(() => {
    const { pattern, error } = this.pattern.value;
    if (error || !pattern || !this.#elsewhere.value) return error;
    return this.#result.value.key === this.#key.value ? this.#result.value.error : "";
  });
  /** How many outputs match, or why that is unknown; "" without a query. */
  readonly status = computed(() => {
    if (this.error.value) return this.error.value;
    if (!this.settings.get("query")) return "";
    if (!this.matches.value) return SEARCHING;
    const unmarked = this.#spans.value?.error.value;
    return (
      plural(this.count.value, "output") +
      (this.count.value === 1 ? " matches" : " match") +
      (unmarked ? `, not marked: ${unmarked}` : "")
    );
  });

  /** Start and end of every hit in a text, as a flat list. */
  marks(text: string): number[] {
    const { pattern } = this.pattern.value;
    if (!pattern || !this.matches.value || this.error.value) return [];
    return this.#spans.value?.get(text) ?? hits(text, pattern);
  }

  clear(): void {
    this.settings.set({ query: "", regex: false });
  }

  async #ask(key: string): Promise<void> {
    if (key === this.#asked) return;
    this.#asked = key;
    const { pattern } = this.pattern.peek();
    const data = this.outputs.textData.peek();
    if (!data.paged && pattern) {
      const { ids, error } = await this.#worker.find(data, pattern, this.settings.get("regex"));
      if (this.#asked === key) this.#result.value = { key, ids, error };
      return;
    }
    const { prompt } = this.outputs.info;
    let result: Result;
    try {
      const { reply, buffers } = await this.link.ask({ kind: "find", prompt, ...this.#query.peek() });
      result = { key, ids: array(buffers[0], Uint32Array), error: reply.error ?? "" };
    } catch {
      result = { key, ids: null, error: "not searched: no kernel" };
    }
    // If the query changed meanwhile, its own answer follows.
    if (this.#asked === key) this.#result.value = result;
  }
}
