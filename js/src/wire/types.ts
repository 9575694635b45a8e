// The data exchanged between Python and the browser: trait values and messages.

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
  /** The prompt that the arrays belong to. */
  prompt: number;
  /** The outputs of each prompt, and how many differ in more than surrounding spaces; null if it is the only one. */
  prompts: { label: string; n: number; different: number | null }[];
  columns: Column[];
  labels: { start: number; step: number } | string[];
  notes: string[];
  /** Outputs without a text. */
  missing: number[];
  params: string;
  source: string | null;
}

export interface Tree {
  /** Differs between trees that Python computed. */
  id?: number;
  granularities: number[];
  /** For each granularity, the node of each leaf; -1 = no cluster. */
  levels: number[][];
  /** The outputs in each leaf, without those that were added: these do not count when a name is looked up. */
  sizes: number[];
  /** For each granularity, its nodes, largest first. */
  order: number[][];
  nodes: { name: string; share: number; medoid: number; words: string[] }[];
  /** Whether the clusters separate; absent = yes. */
  clear?: boolean;
  /** Whether the outputs are long, so that points explain the clusters. */
  long?: boolean;
}

export interface Rename {
  prompt: number;
  name: string;
  leaves: number[];
  /** The `id` of the tree with these leaves. */
  tree?: number;
}

export type Order = "row" | "typical" | "unusual" | "untagged" | "disputed" | "ranked" | "complete" | "alone";
export type PointsOrder = "made" | "place" | "differ" | "rare";
export type Tool = "lasso" | "pan";
export type ReaderMode = "cards" | "grid" | "interleaved" | "points";
export type Panel = "" | "compare" | "phrases" | "openings" | "tags" | "prompts";
export type Tab = "groups" | "sources" | "map";

export interface View {
  color: string;
  order: Order;
  query: string;
  regex: boolean;
  tool: Tool;
  mode: ReaderMode;
  scope: "all" | "selected";
  /** Names of the visible layers. */
  layers: string[];
  /** A share of the outputs up to 1, a number above 1, or null to choose automatically. */
  min_outputs: number | null;
  min_words: number;
  /** Whether outputs are compared with all outputs or with the selected ones. */
  context: "all" | "selection";
  markdown: boolean;
  fold: boolean;
  /** The columns for the rows and columns of the grid, and a column and value to filter by. */
  rows: string | null;
  columns: string | null;
  filter: { column: string; value: string } | null;
  /** Lists only outputs with a tag (null: without any), from one annotator or from anyone (null). */
  tagged: { tag: string | null; annotator: string | null } | null;
  /** Whether others' tags are hidden on outputs that you have not tagged. */
  blind: boolean;
  /** Rows of the user's frame. */
  pins: number[];
  scroll_to: number | null;
  panel: Panel;
  /** The panel beside the texts. */
  side: Tab;
  /** Its share of the width: 0 hides it, 1 hides the texts, null depends on the number of outputs. */
  side_width: number | null;
  /** From 0 (few broad points) to 1 (many narrow ones). */
  points_granularity: number;
  points_order: PointsOrder;
  /** Whether a card lists the common points that its output leaves out. */
  omissions: boolean;
}

/** `text.Index.arrays()`. */
export interface WordArrays {
  /** The variant of each output; equal texts are one variant. */
  variant: Uint32Array;
  /** The number of outputs of each variant. */
  weight: Uint32Array;
  /** The first word of each variant. */
  bounds: Uint32Array;
  start: Uint32Array;
  end: Uint32Array;
  suffix: Uint32Array;
  lcp: Uint16Array;
  echo: Uint16Array;
  /** The suggested least share of outputs for marking words; 0 = none. */
  fit: number;
}

/** Text units (sentences, items) and the groups of those with the same role; see widget/model.py. */
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

/** What the outputs say: rows are their sentences, items and table rows; see widget/points.py. */
export interface PointArrays {
  /** Identifies what Python found: corrections by hand change only groups, names and their order. */
  found: number;
  /** Output, start, end, distinct wording (`NOT_COMPARED` = none) and place (0 to 1) of each row, sorted by output. */
  output: Uint32Array;
  start: Uint32Array;
  end: Uint32Array;
  unit: Uint32Array;
  position: Float32Array;
  /** The finest group of each wording. */
  leaf: Int32Array;
  /** From 0 (coarse) to 1 (fine), one for each level. */
  granularities: number[];
  /** The node of each leaf, level after level. */
  levels: Int32Array;
  /** For each level its nodes: points first, then frames such as greetings; those made by the most outputs first. */
  order: Int32Array[];
  /** The number of points of each level; the other nodes are frames. */
  points: number[];
  /** The most typical row of each node. */
  typical: Uint32Array;
  names: string[];
  varies: string[];
  /** What people corrected of each node, as bits: 1 its wordings, 2 its name. */
  by_hand: Uint8Array;
  /** Of each wording to the centre of its point, 0 to 255, level after level. */
  similarity: Uint8Array;
  /** How each wording differs from the typical one, as bits: 1 number, 2 negation, 4 name, 8 items. */
  differs: Uint8Array;
}

/** The wording of a row that is not compared: code, or no words. */
export const NOT_COMPARED = 0xffffffff;

/** One of the user's own layers: spans (start, end, type) of each output, in UTF-16 units. */
export interface OwnLayer {
  name: string;
  types: string[];
  first: Uint32Array;
  pieces: Uint32Array;
}

/** A part of the summary sentence, and what it selects or changes; see summary.py. */
export interface Piece {
  /** "{}" stands for the name of the cluster. */
  text: string;
  rows: Uint32Array;
  cluster: number | null;
  view: Partial<View> | null;
  /** The granularity step for which it holds; null = all. */
  step: number | null;
}

/** An order computed by Python. */
export interface Ranked {
  prompt: number;
  /** Its name. */
  name: string;
  /** Its quality, in words. */
  says: string;
  rank: Uint32Array;
}

/** A result that Python computes on request: missing, refused, or made. */
export type Made<T> = { kind: "none" } | { kind: "error"; error: string } | { kind: "made"; value: T };

// The output data from Python, in pieces that each name their prompt.

export interface FrameData {
  prompt: number;
  /** Grows whenever the prompt changes. */
  visit: number;
  info: Info;
  /** Rows of the user's frame. */
  rows: Uint32Array;
  columns: Record<string, Uint16Array | Float32Array>;
}

export interface TextData {
  prompt: number;
  /** UTF-8; empty if texts are sent in pages. */
  bytes: Uint8Array;
  offsets: Uint32Array;
  paged: boolean;
}

export interface ClusterData {
  prompt: number;
  tree: Tree;
  /** The leaf of the tree for each output. */
  leaf: Int32Array;
  /** How typical each output is, 0 to 1. */
  typical: Float32Array;
}

/** The progress of the clusters and the map, or of the points; see progress.py. */
export interface Progress {
  prompt: number;
  status: "" | "waiting" | "running" | "stopped" | "failed" | "ready";
  /** The current stage and the estimated time left, in words. */
  says: string;
  left: string;
  /** The finished share of the stage, 0 to 1; null if unknown. */
  share: number | null;
}

export interface MapData {
  prompt: number;
  xy: Float32Array;
}

export interface VariantData {
  prompt: number;
  /** The distinct text of each output. */
  variant: Uint32Array;
}

/** A result that Python computes on request, with its prompt. */
export interface Stamped<T> {
  prompt: number;
  value: T;
}

/** The annotator of a page without a kernel, and the download of the tags. */
export interface Page {
  readonly annotator: string;
  /** Whether the reader entered a name. */
  readonly named: boolean;
  /** Whether a file was downloaded, which fixes the name. */
  readonly signed: boolean;
  /** Whether the browser stores the tags beyond this visit. */
  readonly saved: boolean;
  /** The number of events. */
  readonly count: number;
  /** Sets the reader's name. */
  sign(name: string): void;
  /** Returns the page's tag file and fixes the name. */
  download(): string;
}

/** The part of anywidget's model that this bundle uses; a page without a kernel has its own. */
export interface Model {
  /** false if no kernel answers. */
  readonly kernel?: boolean;
  /** Set only in a page without a kernel. */
  readonly page?: Page;
  get(name: string): any;
  set(name: string, value: unknown): void;
  save_changes(): void;
  on(name: string, callback: (...args: any[]) => void): void;
  off(name: string, callback: (...args: any[]) => void): void;
  send(content: unknown, callbacks?: unknown, buffers?: ArrayBuffer[]): void;
}

/** What one set of outputs says more than another; see contrast.py. */
export interface Contrast {
  kind: "point" | "phrase" | "trait";
  text: string;
  /** How many outputs of each set have it, and how many there are. */
  f1: number;
  n1: number;
  f2: number;
  n2: number;
  /** For traits that are numbers, the means, and the value above which an output counts. */
  mean1: number | null;
  mean2: number | null;
  cut: number | null;
  /** How much more the first set has it, -1 to 1, and the interval. */
  estimate: number;
  low: number | null;
  high: number | null;
  p: number | null;
  q: number | null;
}

/** How many points, phrases and traits were compared; points are absent until they are found. */
export type Tested = Partial<Record<Contrast["kind"], number>>;

export type Action = "tag" | "untag" | "note" | "star" | "unstar" | "define" | "point" | "undo" | "redo" | Ranking;

/** Actions that change only the order of the list. */
export type Ranking = "suggest" | "unlike" | "similar";

/** A file that Python writes: the selected rows, or a page with the widget. */
export type ExportForm = "csv" | "page";

/** Messages that Python answers with a message; `ask` adds the id. */
export type Question =
  | { kind: "texts"; prompt: number; ids: number[] }
  | { kind: "find"; prompt: number; query: string; regex: boolean }
  /** Counts the matching outputs of each prompt. */
  | { kind: "count"; prompt: number; query: string; regex: boolean }
  /** The buffers are the outputs of the two sets. */
  | { kind: "compare"; prompt: number }
  | { kind: "density"; prompt: number }
  | { kind: "tags"; prompt: number; action: Action; value: string }
  | { kind: "export"; prompt: number; form: ExportForm };

/** Messages that Python answers with a trait. */
export type Notice =
  | { kind: "index" | "aligned" | "points" | "continue"; prompt: number }
  /** Stops the clusters and the map or, on request, the points. */
  | { kind: "stop"; prompt: number; what?: "points" };

/** A message from Python: a page of texts, search results, a comparison, or the result of a gesture. */
export type Reply =
  | { kind: "texts"; id: number; prompt: number; ids: number[] }
  | { kind: "found"; id: number; prompt: number; error?: string }
  | { kind: "counted"; id: number; prompt: number }
  | { kind: "compared"; id: number; prompt: number; rows: Contrast[]; tested: Tested; error: string }
  | { kind: "density"; id: number; prompt: number; error: string }
  | { kind: "tagged"; id: number; prompt: number; says: string }
  | { kind: "exported"; id: number; prompt: number; error: string; says: string };

/** A tag's colour, description and key. */
export interface Definition {
  /** 0 to 7, one of the eight colours. */
  color: number;
  description: string;
  /** "1" to "9", or "". */
  key: string;
}

/** The prompt has tags and notes like an output; this is its number, whatever the number of outputs. */
export const PROMPT = -1;

/** Tags as sent by Python or built by a page without Python; see widget/tagged.py. */
export interface Tagged {
  /** The annotator of gestures in this view. */
  me: string;
  /** All annotators, `me` first. */
  annotators: string[];
  names: string[];
  define: Definition[];
  /** The number of tags ever used, including those no longer on any output; it determines the next colour. */
  ever: number;
  /** One bit an output, least significant first, and the last one for the prompt: (names, annotators, ceil((n + 1) / 8)).
   */
  bits: Uint8Array;
  /** The same for stars: (annotators, ceil((n + 1) / 8)). */
  stars: Uint8Array;
  /** Output, annotator, text. */
  notes: [number, number, string][];
  /** The gestures that would be undone and redone, "" = none. */
  undo: string;
  redo: string;
  /** Where tags are stored. */
  store: string;
  /** Why some tags could not be saved yet; "" = all are saved. */
  problem: string;
}
