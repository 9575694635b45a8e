// The only module that knows the names of the widget's traits: typed signals over the model.
import { batch, type Signal, signal } from "@preact/signals";
import { type ArrayType, array, arrays, equal } from "./bytes";
import type {
  Alignment,
  ClusterData,
  FrameData,
  Info,
  Made,
  MapData,
  Model,
  OwnLayer,
  Piece,
  PointArrays,
  Progress,
  Ranked,
  Rename,
  Stamped,
  Tagged,
  TextData,
  Tree,
  VariantData,
  View,
  WordArrays,
} from "./types";

/** The traits that a gesture changes. */
export interface Changes {
  granularity?: number;
  prompt_index?: number;
  renames?: Rename[];
  view?: View;
  /** Sorted rows of the user's frame. */
  selection?: Uint32Array;
}

const NO_TREE: Tree = { granularities: [], levels: [], sizes: [], order: [], nodes: [] };
const NONE = { prompt: -1, value: { kind: "none" as const } };

export class Traits {
  /** The code of the second module, rare.ts; empty until Python sends it, undefined in a page. */
  readonly rare = signal<DataView<ArrayBuffer> | undefined>(undefined);
  /** The notebook's name for the lens; "" if it has none. */
  readonly variable = signal("");
  readonly frame = signal<FrameData>(null!);
  readonly texts = signal<TextData>(null!);
  readonly map = signal<MapData>(null!);
  readonly clusters = signal<ClusterData>(null!);
  readonly progress = signal<Progress | undefined>(undefined);
  readonly variants = signal<VariantData>(null!);
  readonly index = signal<Stamped<Made<WordArrays>>>(NONE);
  readonly aligned = signal<Stamped<Made<Alignment>>>(NONE);
  readonly points = signal<Stamped<Made<PointArrays>>>(NONE);
  readonly pointsProgress = signal<Progress | undefined>(undefined);
  readonly tagged = signal<Tagged>(null!);
  readonly ranked = signal<Ranked | null>(null);
  readonly layers = signal<OwnLayer[]>([]);
  readonly summary = signal<Piece[]>([]);
  readonly granularity = signal(0.5);
  readonly selection = signal(new Uint32Array());
  readonly promptIndex = signal(0);
  readonly renames = signal<Rename[]>([]);
  readonly view = signal<View>(null!);
  readonly #model: Model;
  readonly #raw = new Map<Signal<any>, unknown[]>();

  constructor(model: Model, until: AbortSignal) {
    this.#model = model;
    this.#pull();
    const pull = () => this.#pull();
    for (const name of NAMES) model.on(`change:${name}`, pull);
    until.addEventListener("abort", () => {
      for (const name of NAMES) model.off(`change:${name}`, pull);
    });
  }

  /** Changes traits together: Python and the other views get one message. */
  set(changes: Changes): void {
    batch(() => {
      for (const [name, value] of Object.entries(changes)) {
        const bytes = value instanceof Uint32Array;
        this.#model.set(name, bytes ? new DataView(value.buffer, value.byteOffset, value.byteLength) : value);
      }
    });
    this.#model.save_changes();
  }

  // Traits that change together arrive in one message: at the first of its events all have changed. Reading all of them
  // at every event keeps arrays of two prompts apart.
  #pull(): void {
    const get = (name: string) => this.#model.get(name);
    const info: Info = get("_info");
    const { prompt } = info;
    batch(() => {
      this.#piece(this.frame, ["_info", "_rows", "_columns"], () => ({
        prompt,
        visit: this.#visit(prompt),
        info,
        rows: array(get("_rows"), Uint32Array),
        columns: columnsOf(info, get("_columns")),
      }));
      this.#piece(this.texts, ["_texts", "_offsets", "_paged"], () => ({
        prompt,
        bytes: array(get("_texts"), Uint8Array),
        offsets: array(get("_offsets"), Uint32Array),
        paged: get("_paged"),
      }));
      this.#piece(this.map, ["_xy"], () => ({ prompt, xy: array(get("_xy"), Float32Array) }));
      this.#piece(this.clusters, ["_leaf", "_tree", "_typical"], () => ({
        prompt,
        tree: { ...NO_TREE, ...get("_tree") },
        leaf: array(get("_leaf"), Int32Array),
        typical: array(get("_typical"), Float32Array),
      }));
      this.progress.value = get("_progress");
      this.rare.value = get("_rare");
      this.variable.value = get("_variable") ?? "";
      this.#piece(this.variants, ["_variant"], () => ({
        prompt,
        variant: array(get("_variant"), Uint32Array),
      }));
      this.#piece(this.index, ["_index"], () => stamped(get("_index"), prompt, INDEX));
      this.#piece(this.aligned, ["_aligned"], () => stamped(get("_aligned"), prompt, ALIGNED));
      this.#piece(this.points, ["_points"], () => pointsOf(get("_points"), prompt));
      this.pointsProgress.value = get("_points_progress");
      this.#piece(this.layers, ["_layers"], () => (get("_layers") ?? []).map((layer: any) => arrays(layer, LAYER)));
      this.#piece(this.summary, ["_summary"], () =>
        (get("_summary") ?? []).map((p: any) => arrays(p, { rows: Uint32Array })),
      );
      this.#piece(this.tagged, ["_tagged"], () => arrays(get("_tagged"), TAGGED));
      this.#piece(this.ranked, ["_ranked"], () => {
        const ranked = get("_ranked");
        return ranked?.rank ? arrays(ranked, { rank: Uint32Array }) : null;
      });
      this.granularity.value = get("granularity");
      this.promptIndex.value = get("prompt_index");
      this.renames.value = get("renames");
      this.view.value = get("view");
      const rows = array(get("selection"), Uint32Array);
      if (!equal(rows, this.selection.peek())) this.selection.value = rows;
    });
  }

  /** Reads a piece if one of its traits, or the prompt, has changed. */
  #piece<T>(into: Signal<T>, names: string[], read: () => T): void {
    const raw = [this.#model.get("_info").prompt, ...names.map((name) => this.#model.get(name))];
    const known = this.#raw.get(into);
    if (known?.every((value, i) => value === raw[i])) return;
    this.#raw.set(into, raw);
    into.value = read();
  }

  #visit(prompt: number): number {
    const before = this.frame.peek() as FrameData | null;
    return before ? before.visit + (before.prompt === prompt ? 0 : 1) : 0;
  }
}

const NAMES = [
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
  "_progress",
  "_rare",
  "_variable",
  "_variant",
  "_index",
  "_aligned",
  "_points",
  "_points_progress",
  "_layers",
  "_summary",
  "_tagged",
  "_ranked",
  "granularity",
  "selection",
  "prompt_index",
  "renames",
  "view",
];

const INDEX = {
  variant: Uint32Array,
  weight: Uint32Array,
  bounds: Uint32Array,
  start: Uint32Array,
  end: Uint32Array,
  suffix: Uint32Array,
  lcp: Uint16Array,
  echo: Uint16Array,
};
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
};
const POINTS = {
  output: Uint32Array,
  start: Uint32Array,
  end: Uint32Array,
  unit: Uint32Array,
  position: Float32Array,
  leaf: Int32Array,
  levels: Int32Array,
  typical: Uint32Array,
  by_hand: Uint8Array,
  similarity: Uint8Array,
  differs: Uint8Array,
};
const TAGGED = { bits: Uint8Array, stars: Uint8Array };
const LAYER = { first: Uint32Array, pieces: Uint32Array };

/** A result that Python computes on request, for the prompt it names, or else the current one. */
function stamped<T>(made: any, shown: number, types: Record<string, ArrayType>): Stamped<Made<T>> {
  const prompt: number = made?.prompt ?? shown;
  if (made?.error) return { prompt, value: { kind: "error", error: made.error } };
  if (!made?.first && !made?.bounds && !made?.output) return { prompt, value: { kind: "none" } };
  return { prompt, value: { kind: "made", value: arrays(made, types) } };
}

function pointsOf(made: any, shown: number): Stamped<Made<PointArrays>> {
  const order = (made?.order ?? []).map((nodes: DataView) => array(nodes, Int32Array));
  return stamped({ ...made, order }, shown, POINTS);
}

function columnsOf(info: Info, codes: Record<string, DataView>): FrameData["columns"] {
  const columns: FrameData["columns"] = {};
  for (const { name, kind } of info.columns)
    columns[name] = kind === "number" ? array(codes[name], Float32Array) : array(codes[name], Uint16Array);
  return columns;
}
