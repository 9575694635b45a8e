// What travels between Python and the browser: the values of the traits, and the messages.

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
  /** Whether the clusters separate; not there = yes. */
  clear?: boolean;
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
export type Tab = "groups" | "sources" | "map";

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
  /** A share of the outputs up to 1, a number of them, or null: what suits the outputs. */
  min_outputs: number | null;
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
  /** What is shown beside the texts. */
  side: Tab;
  /** Its share of the width: 0 hides it, 1 hides the texts, null leaves it to the number of outputs. */
  side_width: number | null;
}

/** `text.Index.arrays()`. */
export interface WordArrays {
  /** The variant of each output; equal texts are one variant. */
  variant: Uint32Array;
  /** How many outputs each variant is. */
  weight: Uint32Array;
  /** Where the words of each variant begin. */
  bounds: Uint32Array;
  start: Uint32Array;
  end: Uint32Array;
  suffix: Uint32Array;
  lcp: Uint16Array;
  echo: Uint16Array;
  /** The share of the outputs from which on words are worth marking; 0 = none. */
  fit: number;
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

/** A part of the sentence that says what there is, and what it selects or changes; see summary.py. */
export interface Piece {
  /** "{}" stands for the name of the cluster. */
  text: string;
  rows: Uint32Array;
  cluster: number | null;
  view: Partial<View> | null;
  /** The step of the granularity at which it is true; null = all. */
  step: number | null;
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

// What Python sent of the outputs, in pieces of which each says which prompt it belongs to.

export interface FrameData {
  prompt: number;
  /** Grows whenever another prompt is shown. */
  visit: number;
  info: Info;
  /** Rows of the user's frame. */
  rows: Uint32Array;
  columns: Record<string, Uint16Array | Float32Array>;
}

export interface TextData {
  prompt: number;
  /** UTF-8; empty where texts are sent a page at a time. */
  bytes: Uint8Array;
  offsets: Uint32Array;
  paged: boolean;
}

export interface ClusterData {
  prompt: number;
  tree: Tree;
  /** The leaf of the tree of each output. */
  leaf: Int32Array;
  /** How typical each output is of all, 0 to 1. */
  typical: Float32Array;
}

/** How far the clusters and the map are; see progress.py. */
export interface Progress {
  prompt: number;
  status: "" | "waiting" | "running" | "stopped" | "failed" | "ready";
  /** What is being done, and the time that it will still take, in words. */
  says: string;
  left: string;
  /** What is done of the stage, 0 to 1; null where that is unknown. */
  share: number | null;
}

export interface MapData {
  prompt: number;
  xy: Float32Array;
}

export interface VariantData {
  prompt: number;
  /** Which of the different texts each output is. */
  variant: Uint32Array;
}

/** What Python makes when asked, with the prompt that it is about. */
export interface Stamped<T> {
  prompt: number;
  value: T;
}

/** Who tags in a page without a kernel, and how the tags leave it. */
export interface Page {
  readonly annotator: string;
  /** Whether the reader gave a name. */
  readonly named: boolean;
  /** Whether a file was downloaded: the name stays from then on. */
  readonly signed: boolean;
  /** Whether the browser keeps the tags until the page is opened again. */
  readonly saved: boolean;
  /** How many events there are. */
  readonly count: number;
  /** Sets the name under which the reader tags. */
  sign(name: string): void;
  /** Returns the file of the page's tags and keeps the name from then on. */
  download(): string;
}

/** What this bundle uses of anywidget's model; a page without a kernel brings its own. */
export interface Model {
  /** false where nobody answers what is sent. */
  readonly kernel?: boolean;
  /** Only in a page without a kernel. */
  readonly page?: Page;
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

export type Action = "tag" | "untag" | "note" | "star" | "unstar" | "define" | "undo" | "redo" | "suggest" | "unlike";

/** What Python answers with a message; `ask` adds the id. */
export type Question =
  | { kind: "texts"; prompt: number; ids: number[] }
  | { kind: "find"; prompt: number; query: string; regex: boolean }
  /** How many outputs of each prompt match. */
  | { kind: "count"; prompt: number; query: string; regex: boolean }
  | { kind: "distinctive"; prompt: number; ids: number[] }
  | { kind: "tags"; prompt: number; action: Action; value: string };

/** What Python answers with a trait. */
export type Notice = { kind: "index" | "aligned" | "stop" | "continue"; prompt: number };

/**
 * A message from Python: texts of a page, what a search found, what sets a selection apart, or the result of a
 * gesture.
 */
export type Reply =
  | { kind: "texts"; id: number; prompt: number; ids: number[] }
  | { kind: "found"; id: number; prompt: number; error?: string }
  | { kind: "counted"; id: number; prompt: number }
  | { kind: "distinctive"; id: number; prompt: number; rows: Distinctive[]; error: string }
  | { kind: "tagged"; id: number; prompt: number; says: string };

/** What a tag is drawn with and called by, beside its name. */
export interface Definition {
  /** 0 to 7, one of the eight colours. */
  color: number;
  description: string;
  /** "1" to "9", or "". */
  key: string;
}

/** As Python sends it, or a page without Python makes it; see widget/tagged.py. */
export interface Tagged {
  /** Whose tags a gesture here gives. */
  me: string;
  /** Everybody who did anything, `me` first. */
  annotators: string[];
  names: string[];
  define: Definition[];
  /** How many tags there were, with those that are on nothing any more: the next one has the colour after them. */
  ever: number;
  /** One bit an output, and one for the prompt after them: (names, annotators, ceil((n + 1) / 8)), least significant bit
   * first. */
  bits: Uint8Array;
  /** The same for stars: (annotators, ceil((n + 1) / 8)). */
  stars: Uint8Array;
  /** Output, annotator, text. */
  notes: [number, number, string][];
  /** What would be undone and redone, "" = nothing. */
  undo: string;
  redo: string;
  /** Where tags are kept. */
  store: string;
  /** Why some could not be written yet; "" = all are on disk. */
  problem: string;
}
