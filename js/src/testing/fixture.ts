// A small lens for the tests: six outputs, three leaves, two levels.

import { type Lens, makeLens } from "../core/lens";
import { PageModel } from "../page/page-model";

export const TEXTS = ["apple pie", "apple tart", "Apple", "river", "the river", "🐚 shell"];

const view = (array: ArrayBufferView) => new DataView(array.buffer, array.byteOffset, array.byteLength);

export function traits(): Record<string, unknown> {
  const encoded = TEXTS.map((t) => new TextEncoder().encode(t));
  const offsets = new Uint32Array(TEXTS.length + 1);
  encoded.forEach((e, i) => (offsets[i + 1] = offsets[i] + e.length));
  const bytes = new Uint8Array(offsets[TEXTS.length]);
  encoded.forEach((e, i) => bytes.set(e, offsets[i]));
  return {
    _info: {
      n: 6,
      total: 8,
      title: "What?",
      prompt: 0,
      prompts: [
        { label: "What?", n: 6, different: 6 },
        { label: "Why?", n: 2, different: 1 },
      ],
      columns: [
        { name: "model", kind: "category", by: true, categories: ["m1", "m2"] },
        { name: "score", kind: "number", by: false, min: 0, max: 5 },
      ],
      labels: ["a", "b", "c", "d", "e", "f"],
      notes: [],
      missing: [],
      params: "",
      source: "model",
    },
    _rows: view(Uint32Array.of(0, 1, 2, 4, 5, 7)),
    _xy: view(Float32Array.of(-1, -1, -1, 0, -1, 1, 1, -1, 1, 0, 1, 1)),
    _columns: { model: view(Uint16Array.of(0, 0, 1, 1, 0, 65535)), score: view(Float32Array.of(0, 1, 2, 3, 5, NaN)) },
    _texts: view(bytes),
    _offsets: view(offsets),
    _paged: false,
    _leaf: view(Int32Array.of(0, 0, 0, 1, 1, 2)),
    _tree: {
      granularities: [0, 0.5, 1],
      levels: [
        [3, 3, 3],
        [0, 1, -1],
        [0, 1, -1],
      ],
      sizes: [3, 2, 1],
      order: [[3], [0, 1], [0, 1]],
      nodes: ["apple", "river", "shell", "everything"].map((name) => ({ name, share: 1, medoid: 0, words: [] })),
    },
    _typical: view(Float32Array.of(0.9, 0.1, 0.5, 0.5, 0.3, 0)),
    granularity: 0.5,
    selection: view(new Uint32Array()),
    prompt_index: 0,
    renames: [],
    _variant: view(Uint32Array.of(0, 1, 2, 3, 4, 5)),
    _index: {},
    _aligned: {},
    _points: {},
    _layers: [],
    _summary: [
      { text: "6 outputs", view: { scope: "all" } },
      { text: " by 2 models: " },
      { text: "2 clusters", view: { side: "groups" }, step: 1 },
      { text: ", " },
      { text: "the largest “{}”", cluster: 0, step: 1 },
      { text: "; " },
      { text: "1 is blank", rows: view(Uint32Array.of(4)) },
      { text: "." },
    ].map((piece) => ({ rows: view(new Uint32Array()), cluster: null, view: null, step: null, ...piece })),
    _tagged: {
      me: "ann",
      annotators: ["ann"],
      names: [],
      define: [],
      ever: 0,
      bits: view(new Uint8Array()),
      stars: view(new Uint8Array(1)),
      notes: [],
      undo: "",
      redo: "",
      store: "",
      problem: "",
    },
    view: {
      color: "cluster",
      order: "row",
      query: "",
      regex: false,
      tool: "lasso",
      mode: "cards",
      scope: "all",
      layers: [],
      min_outputs: 0.3,
      min_words: 4,
      context: "all",
      markdown: false,
      fold: false,
      rows: null,
      columns: null,
      filter: null,
      pins: [],
      scroll_to: null,
      panel: "",
      tagged: null,
      blind: false,
      side: "groups",
      side_width: 0.34,
      points_granularity: 0.5,
      points_order: "made",
      omissions: true,
    },
  }; // prettier-ignore
}

/** A lens of a page, or of a notebook. */
export function make(change: Record<string, unknown> = {}, notebook = false): { lens: Lens; model: PageModel } {
  const model = new PageModel({ ...traits(), ...change });
  if (notebook) Object.assign(model, { kernel: true, page: undefined });
  return { lens: makeLens(model, new AbortController().signal), model };
}

/** A lens of a notebook, with its questions to Python and a function that answers them. */
export function inNotebook(change: Record<string, unknown> = {}) {
  const model = new PageModel({ ...traits(), ...change });
  const asked: any[] = [];
  const listeners: Record<string, (...args: any[]) => void> = {};
  const on = model.on.bind(model);
  Object.assign(model, {
    kernel: true,
    page: undefined,
    send: (message: unknown) => asked.push(message),
    on: (name: string, callback: any) =>
      name.startsWith("change:") ? on(name, callback) : (listeners[name] = callback),
  });
  const lens = makeLens(model, new AbortController().signal);
  /** Resolves once the answer has taken effect. */
  const answer = async (reply: object, buffers: DataView[] = []) => {
    listeners["msg:custom"](reply, buffers);
    await new Promise((resolve) => setTimeout(resolve));
  };
  /** Disconnects the widget, as Jupyter does when the kernel restarts. */
  const restartKernel = () => listeners.comm_live_update();
  return { lens, model, asked, answer, restartKernel };
}
