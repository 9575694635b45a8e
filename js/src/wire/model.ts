// The one place that knows the names of the widget's traits: typed signals over the model.
import { batch, signal } from "@preact/signals";
import { type Gesture, PageTags } from "../page/page-tags";
import type { Tagged } from "../core/tags";
import type { IndexArrays } from "../text/shared";

export interface Column {
  name: string;
  kind: "category" | "number";
  by: boolean;
  categories?: string[];
  min?: number;
  max?: number;
}

export interface Info {
  n: number;
  total: number;
  title: string;
  /** Which prompt the arrays belong to. */
  prompt: number;
  prompts: { label: string; n: number }[];
  columns: Column[];
  labels: { start: number; step: number } | string[];
  notes: string[];
  /** Outputs that have no text at all. */
  missing: number[];
  params: string;
  source: string | null;
}

export interface Tree {
  granularities: number[];
  /** Per granularity, the node of each leaf; -1 = like no other. */
  levels: number[][];
  /** Per granularity, its nodes, largest first. */
  order: number[][];
  nodes: { name: string; share: number; medoid: number; words: string[] }[];
}

export interface Rename {
  prompt: number;
  name: string;
  leaves: number[];
}

export type Order = "row" | "typical" | "unusual" | "untagged" | "disputed" | "ranked";
export type Tool = "lasso" | "pan";
export type ReaderMode = "cards" | "grid" | "interleaved";
export type Panel = "" | "phrases" | "openings" | "tags";

export interface View {
  color: string;
  order: Order;
  query: string;
  regex: boolean;
  tool: Tool;
  mode: ReaderMode;
  scope: "all" | "selected";
  /** Names of the layers that are on. */
  layers: string[];
  /** A share of the outputs up to 1, or a number of them. */
  min_outputs: number;
  min_words: number;
  /** Whether outputs are compared with all of them or with the selected ones. */
  context: "all" | "selection";
  markdown: boolean;
  fold: boolean;
  /** Columns that make the rows and columns of the grid, and what of a third one it shows. */
  rows: string | null;
  columns: string | null;
  filter: { column: string; value: string } | null;
  /** What is listed by its tags: with a tag or without any (null), by anybody or by one person. */
  tagged: { tag: string | null; annotator: string | null } | null;
  /** Whether the tags of others are hidden where one has given none. */
  blind: boolean;
  /** Rows of the user's frame. */
  pins: number[];
  scroll_to: number | null;
  panel: Panel;
}

/** `text.Index.arrays()`. */
export interface WordArrays extends IndexArrays {
  start: Uint32Array;
  end: Uint32Array;
}

/** Units of text (sentences, items) and the groups of those that play the same part; see widget/model.py. */
export interface Alignment {
  strength: number;
  enough: boolean;
  first: Uint32Array;
  start: Uint32Array;
  end: Uint32Array;
  group: Int32Array;
  unit: Uint32Array;
  times: Uint16Array;
  position: Float32Array;
  flags: Uint8Array;
  vary_first: Uint32Array;
  vary: Uint32Array;
}

/** A layer of the user's own: spans (start, end, type) of each output, in UTF-16 units. */
export interface OwnLayer {
  name: string;
  types: string[];
  first: Uint32Array;
  pieces: Uint32Array;
}

/** An order that Python made. */
export interface Ranked {
  prompt: number;
  /** What it is called. */
  name: string;
  /** How good it is. */
  says: string;
  rank: Uint32Array;
}

/** What Python makes when it is asked for: not there, refused, or there. */
export type Made<T> = { kind: "none" } | { kind: "error"; error: string } | { kind: "made"; value: T };

/** The outputs of one prompt, as Python sent them. */
export interface Shown {
  info: Info;
  rows: Uint32Array;
  xy: Float32Array;
  columns: Record<string, Uint16Array | Float32Array>;
  bytes: Uint8Array;
  offsets: Uint32Array;
  paged: boolean;
  leaf: Int32Array;
  tree: Tree;
  typical: Float32Array;
  /** Which of the different texts each output is. */
  variant: Uint32Array;
}

/** What this bundle uses of anywidget's model; a page without a kernel brings its own. */
export interface Model {
  /** false where nobody answers what is sent. */
  readonly kernel?: boolean;
  /** The log of a page without a kernel. */
  readonly log?: PageTags;
  get(name: string): any;
  set(name: string, value: unknown): void;
  save_changes(): void;
  on(name: string, callback: (...args: any[]) => void): void;
  off(name: string, callback: (...args: any[]) => void): void;
  send(content: unknown, callbacks?: unknown, buffers?: ArrayBuffer[]): void;
}

/** What the selected outputs say more often than the others. */
export interface Distinctive {
  text: string;
  f1: number;
  n1: number;
  f2: number;
  n2: number;
  q: number | null;
}

/** A message from Python: texts of a page, what a search found, what sets the selection apart, or what became of a tag. */
export type Reply =
  | { kind: "texts"; prompt: number; ids: number[] }
  | { kind: "found"; prompt: number; id: number; error?: string }
  | { kind: "distinctive"; prompt: number; id: number; rows: Distinctive[]; error: string }
  | { kind: "tagged"; prompt: number; id: number; says: string };

const DATA = [
  "_info",
  "_rows",
  "_xy",
  "_columns",
  "_texts",
  "_offsets",
  "_paged",
  "_leaf",
  "_tree",
  "_typical",
  "_variant",
];
const SETTINGS = [
  "granularity",
  "selection",
  "prompt_index",
  "renames",
  "view",
  "_index",
  "_aligned",
  "_layers",
  "_tagged",
  "_ranked",
];

export class Traits {
  readonly shown = signal<Shown>(null!);
  readonly granularity = signal(0.5);
  readonly selection = signal(new Uint32Array());
  readonly promptIndex = signal(0);
  readonly renames = signal<Rename[]>([]);
  readonly view = signal<View>(null!);
  readonly index = signal<Made<WordArrays>>({ kind: "none" });
  readonly aligned = signal<Made<Alignment>>({ kind: "none" });
  readonly layers = signal<OwnLayer[]>([]);
  readonly tagged = signal<Tagged>(null!);
  readonly ranked = signal<Ranked | null>(null);
  #made: unknown[] = [];
  #raw: unknown[] = [];

  constructor(
    readonly model: Model,
    until: AbortSignal,
  ) {
    this.#pull();
    const pull = () => this.#pull();
    for (const name of [...DATA, ...SETTINGS]) {
      model.on(`change:${name}`, pull);
      until.addEventListener("abort", () => model.off(`change:${name}`, pull));
    }
  }

  set(name: "granularity" | "prompt_index" | "renames" | "view", value: unknown): void {
    this.model.set(name, value);
    this.model.save_changes();
  }

  select(rows: Uint32Array): void {
    this.model.set("selection", new DataView(rows.buffer, rows.byteOffset, rows.byteLength));
    this.model.save_changes();
  }

  onReply(callback: (reply: Reply, buffers: DataView[]) => void, until: AbortSignal): void {
    this.model.on("msg:custom", callback);
    until.addEventListener("abort", () => this.model.off("msg:custom", callback));
  }

  // Traits that changed together arrive in one message: at the first of their events all of them are there.
  // So all are read at every event, and arrays of two prompts never meet.
  #pull(): void {
    const model = this.model;
    batch(() => {
      const raw = DATA.map((name) => model.get(name));
      if (raw.some((value, i) => value !== this.#raw[i])) {
        this.#raw = raw;
        this.shown.value = readShown(model);
      }
      this.granularity.value = model.get("granularity");
      this.promptIndex.value = model.get("prompt_index");
      this.renames.value = model.get("renames");
      this.view.value = model.get("view");
      const made = ["_index", "_aligned", "_layers", "_tagged", "_ranked"].map((name) => model.get(name));
      if (made[0] !== this.#made[0]) this.index.value = read(made[0], INDEX);
      if (made[1] !== this.#made[1]) this.aligned.value = read(made[1], ALIGNED);
      if (made[2] !== this.#made[2])
        this.layers.value = ((made[2] ?? []) as Record<string, unknown>[]).map((l) => arrays(l, LAYER));
      if (made[3] !== this.#made[3]) this.tagged.value = arrays(made[3], TAGGED);
      if (made[4] !== this.#made[4]) this.ranked.value = made[4]?.rank ? arrays(made[4], { rank: Uint32Array }) : null;
      this.#made = made;
      const rows = array(model.get("selection"), Uint32Array);
      if (!equal(rows, this.selection.peek())) this.selection.value = rows;
    });
  }
}

const INDEX = {
  variant: Uint32Array,
  weight: Uint32Array,
  bounds: Uint32Array,
  start: Uint32Array,
  end: Uint32Array,
  suffix: Uint32Array,
  lcp: Uint16Array,
  echo: Uint16Array,
}; // prettier-ignore
const ALIGNED = {
  first: Uint32Array,
  start: Uint32Array,
  end: Uint32Array,
  group: Int32Array,
  unit: Uint32Array,
  times: Uint16Array,
  position: Float32Array,
  flags: Uint8Array,
  vary_first: Uint32Array,
  vary: Uint32Array,
}; // prettier-ignore
const TAGGED = { bits: Uint8Array, stars: Uint8Array };
const LAYER = { first: Uint32Array, pieces: Uint32Array };

function read<T>(made: any, types: Record<string, Numbers>): Made<T> {
  if (made?.error) return { kind: "error", error: made.error };
  return Object.keys(made ?? {}).length ? { kind: "made", value: arrays(made, types) } : { kind: "none" };
}

/** The same record with typed arrays in place of the bytes. */
function arrays(record: Record<string, unknown>, types: Record<string, Numbers>): any {
  const typed = Object.entries(types).map(([name, type]) => [name, array(record[name] as DataView, type)]);
  return { ...record, ...Object.fromEntries(typed) };
}

function readShown(model: Model): Shown {
  const info: Info = model.get("_info");
  const columns: Shown["columns"] = {};
  for (const { name, kind } of info.columns) {
    const codes = model.get("_columns")[name];
    columns[name] = kind === "number" ? array(codes, Float32Array) : array(codes, Uint16Array);
  }
  return {
    info,
    rows: array(model.get("_rows"), Uint32Array),
    xy: array(model.get("_xy"), Float32Array),
    columns,
    bytes: array(model.get("_texts"), Uint8Array),
    offsets: array(model.get("_offsets"), Uint32Array),
    paged: model.get("_paged"),
    leaf: array(model.get("_leaf"), Int32Array),
    tree: model.get("_tree"),
    typical: array(model.get("_typical"), Float32Array),
    variant: array(model.get("_variant"), Uint32Array),
  };
}

type TypedArray = Uint8Array | Uint16Array | Uint32Array | Int32Array | Float32Array;
type Numbers = { new (buffer: ArrayBufferLike): TypedArray };

/** Copies, because what arrives need not lie on a multiple of the element's size. */
export function array<A extends TypedArray>(view: DataView, type: { new (buffer: ArrayBufferLike): A }): A {
  return new type(view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength));
}

function equal(a: Uint32Array, b: Uint32Array): boolean {
  return a.length === b.length && a.every((value, i) => value === b[i]);
}

/** The model of a page without a kernel: what is set stays in the page. */
export class PageModel implements Model {
  readonly kernel = false;
  #state: Record<string, unknown>;
  #listeners = new EventTarget();
  #wrapped = new Map<(...args: any[]) => void, (event: Event) => void>();

  readonly log: PageTags;
  #written: unknown;

  constructor(state: Record<string, unknown>) {
    this.#state = { ...state };
    this.log = new PageTags(String(state._lens ?? ""));
    this.#show(state.prompt_index as number);
  }
  /** Takes over what was tagged in another tab of the page. */
  sync(): void {
    this.log.sync();
    this.#retag();
  }
  /** A page holds the outputs of each prompt, as Python would send them. */
  #show(prompt: number): void {
    const pages = this.#state._pages as Record<string, unknown>[] | undefined;
    Object.assign(this.#state, pages?.[prompt]);
    this.#written = this.#state._tagged;
    this.#tag();
  }
  #tag(): void {
    this.#state._tagged = this.log.over(this.#written as any, (this.#state._keys as string[] | undefined) ?? []);
  }
  /** Tells who tags in the page. */
  sign(name: string): void {
    this.log.rename(name);
    this.#retag();
  }
  /** The file of the page's tags, for whoever made the page. */
  hand(): string {
    const file = this.log.hand();
    this.#retag();
    return file;
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
  /** Tags are given in the page itself; all else nobody answers. */
  send(content: unknown, _callbacks?: unknown, buffers?: ArrayBuffer[]): void {
    const message = content as Gesture & { kind: string; id: number; prompt: number };
    if (message.kind !== "tags") return;
    const pages = this.#state._pages as { _keys?: string[] }[] | undefined;
    const keys = (pages?.[message.prompt] ?? (this.#state as { _keys?: string[] }))._keys ?? [];
    const says = this.log.do(
      message,
      Array.from(new Uint32Array(buffers![0]), (id) => keys[id]),
    );
    this.#retag();
    this.answer({ kind: "tagged", prompt: message.prompt, id: message.id, says });
  }
  answer(reply: Reply): void {
    this.#listeners.dispatchEvent(new CustomEvent("msg:custom", { detail: reply }));
  }
  on(name: string, callback: (...args: any[]) => void): void {
    const wrapped =
      this.#wrapped.get(callback) ??
      ((event: Event) => callback(...(event instanceof CustomEvent ? [event.detail, []] : [])));
    this.#wrapped.set(callback, wrapped);
    this.#listeners.addEventListener(name, wrapped);
  }
  off(name: string, callback: (...args: any[]) => void): void {
    const wrapped = this.#wrapped.get(callback);
    if (wrapped) this.#listeners.removeEventListener(name, wrapped);
  }
}
