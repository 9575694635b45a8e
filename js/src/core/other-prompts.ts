// How many outputs of other prompts match the query. The browser has only the current prompt's texts.
import { computed, signal } from "@preact/signals";
import { grouped, plural } from "../ui/format";
import type { Link } from "../wire/ask";
import { array } from "../wire/bytes";
import { follow } from "./follow";
import type { Outputs } from "./outputs";
import type { Search } from "./search";
import type { Settings } from "./settings";

/** Milliseconds after the last key before the other prompts are searched. */
const PAUSE = 400;

export interface PromptMatches {
  prompt: number;
  label: string;
  count: number;
}

export class OtherPrompts {
  readonly #answer = signal<{ key: string; counts: Uint32Array }>({ key: "", counts: new Uint32Array() });

  constructor(
    readonly outputs: Outputs,
    readonly settings: Settings,
    search: Search,
    readonly link: Link,
    until: AbortSignal,
  ) {
    follow(until, () => {
      const key = this.#key.value;
      if (!search.pattern.value.pattern || this.outputs.info.prompts.length < 2) return;
      if (this.#answer.peek().key === key) return;
      const typing = setTimeout(() => void this.#ask(key), PAUSE);
      return () => clearTimeout(typing);
    });
  }

  readonly #query = computed(() => ({ query: this.settings.get("query"), regex: this.settings.get("regex") }));
  readonly #key = computed(() => JSON.stringify([this.outputs.info.total, this.#query.value]));

  /** How many outputs of each prompt match the search; null without a search, or until known. */
  readonly counts = computed(() => {
    const { key, counts } = this.#answer.value;
    return key === this.#key.value && this.settings.get("query") ? counts : null;
  });

  /** The other prompts with matches, in order; empty until known. */
  readonly list = computed<PromptMatches[]>(() => {
    const counts = this.counts.value;
    if (!counts) return [];
    const shown = this.outputs.promptIndex.value;
    return this.outputs.info.prompts
      .map(({ label }, prompt) => ({ prompt, label, count: counts[prompt] ?? 0 }))
      .filter(({ prompt, count }) => count > 0 && prompt !== shown);
  });

  /** "110 in 57 other prompts"; "" if there are none, or until known. */
  readonly words = computed(() => {
    const list = this.list.value;
    const count = list.reduce((sum, one) => sum + one.count, 0);
    return count ? `${grouped(count)} in ${plural(list.length, "other prompt")}` : "";
  });

  async #ask(key: string): Promise<void> {
    const prompt = this.outputs.info.prompt;
    try {
      const { buffers } = await this.link.ask({ kind: "count", prompt, ...this.#query.peek() });
      this.#answer.value = { key, counts: array(buffers[0], Uint32Array) };
    } catch {
      // Without a kernel the counts are unknown, so none are shown.
    }
  }
}
