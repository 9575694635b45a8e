// The one place that knows the names of the widget's traits: typed signals over the model.
import { batch, signal } from "@preact/signals";
import { type ArrayType, array, arrays, equal } from "./bytes";
import type {
  Alignment,
  Info,
  Made,
  Model,
  OwnLayer,
  Ranked,
  Rename,
  Reply,
  Shown,
  Tagged,
  View,
  WordArrays,
} from "./types";

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
const TAGGED = { bits: Uint8Array, stars: Uint8Array };
const LAYER = { first: Uint32Array, pieces: Uint32Array };

function read<T>(made: any, types: Record<string, ArrayType>): Made<T> {
  if (made?.error) return { kind: "error", error: made.error };
  return Object.keys(made ?? {}).length ? { kind: "made", value: arrays(made, types) } : { kind: "none" };
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
