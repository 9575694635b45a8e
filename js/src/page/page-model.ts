// The model of a page without a kernel: it holds the trait values and the reader's tags.
import { compile } from "../text/search";
import { SearchWorker } from "../text/search-beside";
import { array } from "../wire/bytes";
import type { Model, Page, Question, Reply } from "../wire/types";
import { type Gesture, PageTags } from "./page-tags";

type CountQuestion = Extract<Question, { kind: "count" }> & { id: number };

/** Values that are set stay within the page. */
export class PageModel implements Model {
  readonly kernel = false;
  #state: Record<string, unknown>;
  #listeners = new EventTarget();
  #wrapped = new Map<(...args: any[]) => void, (event: Event) => void>();

  readonly log: PageTags;
  readonly page: Page;
  #written: unknown;
  readonly #worker = new SearchWorker(new AbortController().signal);
  /** The latest question for counts. */
  #counting = 0;

  constructor(state: Record<string, unknown>) {
    this.#state = { ...state };
    this.log = new PageTags(String(state._lens ?? ""));
    this.page = this.#pageOf(this.log);
    this.#show(state.prompt_index as number);
  }
  /** The log as the panels see it; a new name or a download shows at once. */
  #pageOf(log: PageTags): Page {
    return {
      get annotator() {
        return log.annotator;
      },
      get named() {
        return log.named;
      },
      get signed() {
        return log.signed;
      },
      get saved() {
        return log.saved;
      },
      get count() {
        return log.count;
      },
      sign: (name) => {
        log.rename(name);
        this.#retag();
      },
      download: () => {
        const file = log.hand();
        this.#retag();
        return file;
      },
    };
  }
  /** Shows the tags given in another tab of the page. */
  sync(): void {
    this.log.sync();
    this.#retag();
  }
  /** Shows a prompt with its outputs, as Python would send them. */
  #show(prompt: number): void {
    const pages = this.#state._pages as Record<string, unknown>[] | undefined;
    Object.assign(this.#state, pages?.[prompt]);
    this.#written = this.#state._tagged;
    this.#tag();
  }
  #tag(): void {
    this.#state._tagged = this.log.over(this.#written as any, (this.#state._keys as string[] | undefined) ?? []);
  }
  #retag(): void {
    this.#tag();
    this.#listeners.dispatchEvent(new Event("change:_tagged"));
  }
  get(name: string): unknown {
    return this.#state[name];
  }
  set(name: string, value: unknown): void {
    this.#state[name] = value;
    if (name === "prompt_index") this.#show(value as number);
    this.#listeners.dispatchEvent(new Event(`change:${name}`));
  }
  save_changes(): void {}
  /** Applies tags and counts matches within the page; other messages get no answer. */
  send(content: unknown, _callbacks?: unknown, buffers?: ArrayBuffer[]): void {
    const message = content as Gesture & { kind: string; id: number; prompt: number };
    if (message.kind === "count") void this.#count(content as CountQuestion);
    if (message.kind !== "tags") return;
    const pages = this.#state._pages as { _keys?: string[] }[] | undefined;
    const keys = (pages?.[message.prompt] ?? (this.#state as { _keys?: string[] }))._keys ?? [];
    const says = this.log.do(
      message,
      Array.from(new Int32Array(buffers![0]), (id) => keys.at(id)!),
    );
    this.#retag();
    this.answer({ kind: "tagged", prompt: message.prompt, id: message.id, says });
  }
  answer(reply: Reply, buffers: DataView[] = []): void {
    this.#listeners.dispatchEvent(new CustomEvent("msg:custom", { detail: [reply, buffers] }));
  }
  /** Counts the matching outputs of each prompt; a prompt whose search timed out counts as zero. */
  async #count({ id, prompt, ...query }: CountQuestion): Promise<void> {
    const pattern = compile(query);
    const pages = this.#state._pages as Record<string, DataView>[] | undefined;
    if (!pattern || !pages) return;
    this.#counting = id;
    const counts: number[] = [];
    for (const page of pages) {
      const texts = { bytes: array(page._texts, Uint8Array), offsets: array(page._offsets, Uint32Array) };
      const { ids } = await this.#worker.find(texts, pattern, true);
      if (this.#counting !== id) return;
      counts.push(ids?.length ?? 0);
    }
    this.answer({ kind: "counted", id, prompt }, [new DataView(Uint32Array.from(counts).buffer)]);
  }
  on(name: string, callback: (...args: any[]) => void): void {
    const wrapped =
      this.#wrapped.get(callback) ??
      ((event: Event) => callback(...(event instanceof CustomEvent ? event.detail : [])));
    this.#wrapped.set(callback, wrapped);
    this.#listeners.addEventListener(name, wrapped);
  }
  off(name: string, callback: (...args: any[]) => void): void {
    const wrapped = this.#wrapped.get(callback);
    if (wrapped) this.#listeners.removeEventListener(name, wrapped);
  }
}
