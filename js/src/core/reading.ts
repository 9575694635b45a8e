// What the reader paints and tells: the layers over each text, for the thresholds that are set.
import { computed, effect, signal } from "@preact/signals";
import type { Alignment, Distinctive, Made, OwnLayer, WordArrays } from "../wire/types";
import { number } from "./colors";
import { plural } from "../ui/plural";
import type { State } from "./state";
import { markdown } from "../text/markdown";
import type { Painted } from "../text/paint";
import type { Anchor, Fold } from "../ui/segments";
import { SharedIndex } from "../text/shared";

export const LAYERS = ["shared", "common", "only", "echo", "aligned"] as const;
export type LayerName = (typeof LAYERS)[number];
/** Groups that have a colour of their own. */
const COLOURS = 8;
/** The code of what has none of them. */
const REST = 9;
/** Words from which on a common run is worth folding, and what share of the outputs holds it. */
export const FOLD_WORDS = 12;
const FOLD_SHARE = 0.5;
const MOST_PINS = 6;
const STYLES = ["ol-strong", "ol-em", "ol-code", "ol-strike", "ol-hide"];

export interface Group {
  /** Its place among the groups. */
  rank: number;
  /** Places of its units in the alignment's arrays. */
  units: number[];
  outputs: number;
  /** 1 to 8, or 9 for all others. */
  color: number;
  label: string;
  /** The median place of its units in their outputs, 0 to 1. */
  position: number;
}

/** A place in a text that the user asked about. */
export interface Asked {
  id: number;
  /** UTF-16 unit. */
  at: number;
}

export class Reading {
  readonly opened = signal<ReadonlySet<number>>(new Set());
  /** Folds that were unfolded: "output:start". */
  readonly unfolded = signal<ReadonlySet<string>>(new Set());
  readonly asked = signal<Asked | null>(null);
  /** The group pointed at. */
  readonly hot = signal(-1);
  readonly distinctive = signal<{ key: string; rows: (Distinctive & { ids: Uint32Array })[]; error: string }>({
    key: "",
    rows: [],
    error: "",
  });
  readonly #wants = new Set<string>();
  #questions = 0;
  #askedKey = "";

  constructor(
    readonly state: State,
    until: AbortSignal,
  ) {
    const { traits } = state;
    // What the layers need is asked for when one is on, once.
    const ends = [
      effect(() => {
        if (this.needsIndex.value) this.#want("index", traits.index.value);
        if (this.needsAligned.value) this.#want("aligned", traits.aligned.value);
      }),
      effect(() => {
        void state.info.value.prompt;
        this.opened.value = new Set();
        this.unfolded.value = new Set();
        this.asked.value = null;
        this.hot.value = -1;
        this.place.value = null;
        // What was asked for another prompt may have failed unheard.
        this.#wants.clear();
      }),
    ];
    until.addEventListener("abort", () => ends.forEach((end) => end()));
    traits.onReply((reply, buffers) => {
      if (reply.kind !== "distinctive" || reply.id !== this.#questions) return;
      const [ids, offsets] = buffers.map(
        (b) => new Uint32Array(b.buffer.slice(b.byteOffset, b.byteOffset + b.byteLength)),
      );
      const rows = reply.rows.map((row, i) => ({ ...row, ids: ids.subarray(offsets[i], offsets[i + 1]) }));
      this.distinctive.value = { key: this.#askedKey, rows, error: reply.error };
    }, until);
  }

  #want(kind: "index" | "aligned", made: Made<unknown>): void {
    const { prompt, n } = this.state.info.value;
    const key = `${kind}:${prompt}`;
    if (made.kind !== "none") this.#wants.delete(key);
    else if (n && !this.#wants.has(key) && !this.state.preparing.value) {
      this.#wants.add(key);
      this.state.traits.model.send({ kind, prompt });
    }
  }

  /** Whether anybody answers. */
  get kernel(): boolean {
    return this.state.traits.model.kernel !== false;
  }

  readonly on = computed(() => new Set(this.state.setting("layers")));
  readonly needsIndex = computed(() => {
    const on = this.on.value;
    return (
      this.state.setting("fold") ||
      ["phrases", "openings"].includes(this.state.setting("panel")) ||
      !!this.asked.value ||
      ["shared", "common", "only", "echo"].some((name) => on.has(name))
    );
  });
  readonly needsAligned = computed(
    () => this.state.setting("mode") === "interleaved" || this.on.value.has("aligned") || !!this.asked.value,
  );

  toggle(layer: string): void {
    const on = this.state.view.value.layers;
    // What failed is tried again.
    const made = layer === "aligned" ? "aligned" : "index";
    if (!on.includes(layer) && this.state.traits[made].value.kind === "error")
      this.state.traits.model.send({ kind: made, prompt: this.state.info.value.prompt });
    this.state.set({ layers: on.includes(layer) ? on.filter((name) => name !== layer) : [...on, layer] });
  }

  // What is shown where

  /** Where the text is to be brought into sight: which output, and how far in. */
  readonly place = signal<{ id: number; at: number } | null>(null);
  /** The output that Python, or a click elsewhere, scrolls to; -1 = none. */
  readonly target = computed(() => {
    const row = this.state.setting("scroll_to");
    return row === null ? -1 : this.state.localOf(row);
  });

  show(id: number, at: number): void {
    this.place.value = { id, at };
  }

  readonly pins = computed(() =>
    this.state
      .setting("pins")
      .map((row) => this.state.localOf(row))
      .filter((id) => id >= 0),
  );

  isPinned(id: number): boolean {
    return this.pins.value.includes(id);
  }

  pin(id: number): void {
    const row = this.state.shown.value.rows[id];
    const { pins } = this.state.view.value;
    const without = pins.filter((p) => p !== row);
    if (without.length === pins.length && pins.length === MOST_PINS) {
      this.state.status.value = `${MOST_PINS} outputs are pinned already: unpin one first`;
      return;
    }
    this.state.set({ pins: without.length < pins.length ? without : [...pins, row] });
    this.state.status.value =
      without.length < pins.length ? "Unpinned" : `Pinned, ${this.pins.value.length} side by side`;
  }

  /** An output with all that is known of it. */
  json(id: number): string {
    const { state } = this;
    const columns = state.info.value.columns.map(({ name }) => [name, state.raw(name, id)]);
    const tags = state.tags.of([id]).map(({ name }) => name);
    const known = { row: state.label(id), cluster: state.clusterName(id), tags, columns: Object.fromEntries(columns) };
    return JSON.stringify({ ...known, text: state.texts.value.get(id) }, null, 2);
  }

  // What outputs share

  readonly words = computed<WordArrays | null>(() => {
    const made = this.state.traits.index.value;
    return made.kind === "made" ? made.value : null;
  });
  readonly index = computed(() => (this.words.value ? new SharedIndex(this.words.value) : null));
  /** Why the index is not there: being made, refused, or nobody is there to make it; "" when it is. */
  readonly indexSays = computed(() => this.#says(this.state.traits.index.value));
  readonly alignedSays = computed(() => this.#says(this.state.traits.aligned.value));
  #says(made: Made<unknown>): string {
    if (made.kind === "error") return made.error;
    if (made.kind === "made") return "";
    return this.kernel ? "Comparing the outputs…" : "This page was written without this comparison.";
  }

  /** Outputs are compared with the selected ones only. */
  readonly within = computed(() => this.state.setting("context") === "selection" && this.state.selectedCount.value > 0);
  /** How many outputs are counted. */
  readonly counted = computed(() => (this.within.value ? this.state.selectedCount.value : this.state.info.value.n));
  /** How many of the counted outputs each variant of the index is; undefined = all. */
  readonly weight = computed(() => {
    const words = this.words.value;
    if (!words || !this.within.value) return undefined;
    const weight = new Uint32Array(words.weight.length);
    this.state.selected.value.forEach((selected, i) => selected && weight[words.variant[i]]++);
    return weight;
  });
  /** The threshold as a number of outputs. */
  readonly k = computed(() => {
    const min_outputs = this.state.setting("min_outputs");
    return Math.max(
      2,
      min_outputs > 1 ? min_outputs : Math.ceil(Number((min_outputs * this.counted.value).toFixed(9))),
    );
  });
  readonly m = computed(() => this.state.setting("min_words"));
  readonly coverage = computed(() => this.index.value?.coverage(this.m.value, this.weight.value) ?? null);
  /** How many outputs say each word. */
  readonly said = computed(() => this.index.value?.coverage(1, this.weight.value) ?? null);
  readonly room = computed(() => this.index.value?.room(this.m.value) ?? null);
  readonly hasEcho = computed(() => !!this.words.value?.echo.length);

  /** 0 = fewer than the threshold, else 1 to 3. */
  step(count: number): number {
    const k = this.k.value;
    if (count < k) return 0;
    return 1 + Math.min(2, Math.floor((3 * (count - k)) / Math.max(1, this.counted.value - k + 1)));
  }

  /** How many words of all outputs each layer marks, for the legend. */
  readonly marked = computed(() => {
    const words = this.words.value;
    const [coverage, said, room] = [this.coverage.value, this.said.value, this.room.value];
    if (!words || !coverage || !said || !room) return null;
    const weight = this.weight.value ?? words.weight;
    const k = this.k.value;
    const many = this.counted.value > 1;
    const sum = { all: 0, shared: 0, only: 0, echo: 0 };
    for (let v = 0; v < weight.length; v++) {
      const w = weight[v];
      if (!w) continue;
      for (let at = words.bounds[v]; at < words.bounds[v + 1]; at++) {
        sum.all += w;
        if (coverage[at] >= k) sum.shared += w;
        if (many && said[at] === 1 && !(words.echo[at] >= 1)) sum.only += w;
        if (room[at] === 0) sum.echo += w;
      }
    }
    return sum;
  });

  /** The words of an output between two places of its text: [from, to) in the index's words. */
  wordsBetween(id: number, from: number, to: number): [number, number] {
    const { variant, bounds, start, end } = this.words.value!;
    const v = variant[id];
    const first = lowest(bounds[v], bounds[v + 1], (at) => end[at] > from);
    return [first, lowest(first, bounds[v + 1], (at) => start[at] >= to)];
  }

  // Which sentences play the same part

  readonly aligned = computed<Alignment | null>(() => {
    const made = this.state.traits.aligned.value;
    return made.kind === "made" ? made.value : null;
  });
  readonly outputOf = computed(() => {
    const { first } = this.aligned.value!;
    const of = new Uint32Array(first[first.length - 1] ?? 0);
    for (let i = 0; i + 1 < first.length; i++) of.fill(i, first[i], first[i + 1]);
    return of;
  });
  readonly groups = computed<Group[]>(() => {
    const aligned = this.aligned.value;
    if (!aligned) return [];
    const of = this.outputOf.value;
    const units: number[][] = [];
    aligned.group.forEach((rank, u) => rank >= 0 && (units[rank] ??= []).push(u));
    const groups = units.map((own, rank): Group => {
      const place = own.map((u) => aligned.position[u]).sort((a, b) => a - b);
      return {
        rank,
        units: own,
        outputs: new Set(own.map((u) => of[u])).size,
        color: REST,
        label: "",
        position: place[place.length >> 1],
      };
    });
    const largest = groups.slice().sort((a, b) => b.outputs - a.outputs || a.rank - b.rank);
    for (const group of largest.slice(0, COLOURS)) group.color = 0;
    let color = 0;
    for (const group of groups) {
      group.label = String(group.rank + 1);
      if (group.color === 0) group.color = ++color;
    }
    return groups;
  });

  unitAt(id: number, at: number): number {
    const aligned = this.aligned.value;
    if (!aligned) return -1;
    const u = lowest(aligned.first[id], aligned.first[id + 1], (u) => aligned.end[u] > at);
    return u < aligned.first[id + 1] && aligned.start[u] <= at ? u : -1;
  }

  /** The rank of the group at a place, -1 = none. */
  groupAt(id: number, at: number): number {
    const u = this.unitAt(id, at);
    return u < 0 ? -1 : this.aligned.value!.group[u];
  }

  /** What this place shares, with whom, and what is like it. */
  ask(id: number, at: number): void {
    this.asked.value = { id, at };
  }

  /** Whether something stands below the texts. */
  readonly drawer = computed(() => !!this.asked.value || this.state.setting("panel") !== "");

  close(): void {
    if (this.asked.value) this.asked.value = null;
    else this.state.set({ panel: "" });
  }

  /** Goes to the next group, where groups are shown. */
  walk: ((by: number) => void) | null = null;

  // The layers of one text

  layers(id: number, text: string, from: number, to: number): Painted[] {
    const on = this.on.value;
    const layers: Painted[] = [];
    const counts = !this.within.value || this.state.selected.value[id] === 1;
    if (this.words.value && this.coverage.value && counts) {
      const { start, end, echo } = this.words.value;
      const [coverage, said, room] = [this.coverage.value, this.said.value!, this.room.value!];
      const v = this.words.value.variant[id];
      const { bounds } = this.words.value;
      const [inner, outer] = this.wordsBetween(id, from, to);
      // One word more on either side: what lies between two words of a run belongs to it, where the text is cut as well.
      const [first, last] = [Math.max(bounds[v], inner - 1), Math.min(bounds[v + 1], outer + 1)];
      const join = (layer: string, what: (at: number) => number, none = 0) => {
        const spans: number[] = [];
        for (let at = first; at < last; at++) {
          const value = what(at);
          if (value === none) continue;
          const before = spans.length - 3;
          if (before >= 0 && at > first && what(at - 1) === value) spans[before + 1] = end[at];
          else spans.push(start[at], end[at], value);
        }
        layers.push({ layer, spans });
      };
      if (on.has("shared")) join("ol-shared", (at) => this.step(coverage[at]));
      const k = this.k.value;
      // 0 adds nothing to the class; -1 is what is not marked.
      if (on.has("common")) join("ol-common", (at) => (coverage[at] >= k ? 0 : -1), -1);
      if (on.has("only") && this.counted.value > 1)
        join("ol-only", (at) => (said[at] === 1 && !(echo[at] >= 1) ? 0 : -1), -1);
      if (on.has("echo")) join("ol-echo", (at) => (room[at] === 0 ? 0 : -1), -1);
    }
    const aligned = this.aligned.value;
    if (aligned && (on.has("aligned") || this.hot.value >= 0)) {
      const [tint, hot]: number[][] = [[], []];
      for (let u = aligned.first[id]; u < aligned.first[id + 1]; u++) {
        const group = this.groups.value[aligned.group[u]];
        if (!group) continue;
        tint.push(aligned.start[u], aligned.end[u], group.color);
        if (group.rank === this.hot.value) hot.push(aligned.start[u], aligned.end[u], 0);
      }
      if (on.has("aligned")) layers.push({ layer: "ol-aligned", spans: tint });
      layers.push({ layer: "ol-hot", spans: hot });
    }
    let types = 0;
    for (const own of this.state.traits.layers.value) {
      if (on.has(own.name)) layers.push({ layer: "ol-own", spans: ownSpans(own, id, types) });
      types += Math.max(1, own.types.length);
    }
    const hits = this.state.marks(text);
    const found: number[] = [];
    for (let h = 0; h < hits.length; h += 2) found.push(hits[h], hits[h + 1], 0);
    if (found.length) layers.push({ layer: "ol-search", spans: found });
    const asked = this.asked.value;
    if (asked && asked.id === id) layers.push({ layer: "ol-asked", spans: this.around(asked) });
    return layers;
  }

  /** The word asked about, as a span. */
  around({ id, at }: Asked): number[] {
    if (!this.words.value) return [];
    const [first, last] = this.wordsBetween(id, at, at + 1);
    return first < last ? [this.words.value.start[first], this.words.value.end[first], 0] : [];
  }

  /** The mark after a place of an output's text, or before it; -1 where there is none. */
  markFrom(id: number, at: number, by: 1 | -1): number {
    const text = this.state.texts.value.get(id) ?? "";
    let best = -1;
    for (const { layer, spans } of this.layers(id, text, 0, text.length)) {
      if (layer === "ol-aligned" || layer === "ol-hot" || layer === "ol-asked") continue;
      for (let k = 0; k < spans.length; k += 3) {
        const start = spans[k];
        if (by > 0 ? start > at && (best < 0 || start < best) : start < at && start > best) best = start;
      }
    }
    return best;
  }

  /** Marks in the margin: where each aligned sentence begins. */
  anchors(id: number): Anchor[] {
    const aligned = this.aligned.value;
    if (!aligned || !this.on.value.has("aligned")) return [];
    const anchors: Anchor[] = [];
    for (let u = aligned.first[id]; u < aligned.first[id + 1]; u++) {
      const group = this.groups.value[aligned.group[u]];
      if (group)
        anchors.push({ at: aligned.start[u], label: group.label, color: group.color, odd: anchors.length % 2 === 1 });
    }
    return anchors;
  }

  /** How many outputs must have a run in common for it to fold. */
  readonly #foldLeast = computed(() => Math.max(this.k.value, Math.ceil(FOLD_SHARE * this.counted.value)));
  /** No output has a run that folds. */
  readonly nothingFolds = computed(() => {
    const words = this.words.value;
    const coverage = this.coverage.value;
    if (!words || !coverage) return false;
    for (let v = 0; v + 1 < words.bounds.length; v++) {
      for (let at = words.bounds[v], run = 0; at < words.bounds[v + 1]; at++) {
        run = coverage[at] >= this.#foldLeast.value ? run + 1 : 0;
        if (run === FOLD_WORDS) return false;
      }
    }
    return true;
  });

  /** Long runs that most outputs have in common. */
  folds(id: number): Fold[] {
    const words = this.words.value;
    const coverage = this.coverage.value;
    if (!this.state.setting("fold") || !words || !coverage) return [];
    const v = words.variant[id];
    const least = this.#foldLeast.value;
    const folds: Fold[] = [];
    for (let at = words.bounds[v]; at < words.bounds[v + 1]; at++) {
      const first = at;
      let fewest = Infinity;
      while (at < words.bounds[v + 1] && coverage[at] >= least) fewest = Math.min(fewest, coverage[at++]);
      const start = words.start[first];
      if (at - first < FOLD_WORDS || this.unfolded.value.has(`${id}:${start}`)) continue;
      folds.push({ start, end: words.end[at - 1], label: `${at - first} words shared by ${this.ofCounted(fewest)}` });
    }
    return folds;
  }

  unfold(id: number, start: number): void {
    this.unfolded.value = new Set([...this.unfolded.value, `${id}:${start}`]);
  }

  ofCounted(count: number): string {
    return `${number(count)} of ${number(this.counted.value)}`;
  }

  /** Markdown's blocks and styles, where the switch is on. */
  readonly #rendered = new Map<string, ReturnType<typeof markdown>>();
  styled(text: string): { blocks: ReturnType<typeof markdown>["blocks"]; layers: Painted[] } | null {
    if (!this.state.setting("markdown")) return null;
    let made = this.#rendered.get(text);
    if (!made) {
      made = markdown(text);
      this.#rendered.set(text, made);
      if (this.#rendered.size > 200) this.#rendered.delete(this.#rendered.keys().next().value!);
    }
    const layers = STYLES.map((layer, bit): Painted => {
      const spans: number[] = [];
      for (let k = 0; k < made.spans.length; k += 3) {
        if (made.spans[k + 2] & (1 << bit)) spans.push(made.spans[k], made.spans[k + 1], 0);
      }
      return { layer, spans };
    });
    return { blocks: made.blocks, layers: layers.filter((l) => l.spans.length) };
  }

  /** What a place of a text is told about, one line a layer that is on; the lines of the hover. */
  tell(id: number, at: number): string[] {
    const lines: string[] = [];
    const on = this.on.value;
    const words = this.words.value;
    if (words && this.coverage.value && (!this.within.value || this.state.selected.value[id])) {
      const [word, last] = this.wordsBetween(id, at, at + 1);
      if (word < last) {
        const count = this.coverage.value[word];
        const said = this.said.value![word];
        if ((on.has("shared") || on.has("common")) && count >= this.k.value)
          lines.push(`shared by ${this.ofCounted(count)}`);
        if (on.has("only") && said === 1 && this.counted.value > 1 && !(words.echo[word] >= 1)) lines.push("only here");
        if (on.has("echo") && this.room.value![word] === 0) lines.push("repeats the prompt");
      }
    }
    const group = this.groups.value[this.groupAt(id, at)];
    if (group && on.has("aligned"))
      lines.push(`part ${group.label}: in ${number(group.outputs)} of ${number(this.state.info.value.n)}`);
    for (const own of this.state.traits.layers.value) {
      if (!on.has(own.name)) continue;
      const spans = ownSpans(own, id, 0);
      for (let k = 0; k < spans.length; k += 3) {
        if (spans[k] <= at && at < spans[k + 1]) {
          const code = own.pieces[3 * own.first[id] + k + 2];
          lines.push([own.name, typeName(own, code)].filter(Boolean).join(": "));
        }
      }
    }
    return lines;
  }

  /** Asks Python what sets the selection apart, once for a selection. */
  askDistinctive(): void {
    const key = this.#selectionKey();
    if (this.distinctive.peek().key === key || !this.kernel) return;
    this.distinctive.value = { key, rows: [], error: "Comparing…" };
    this.#askedKey = key;
    this.state.traits.model.send({ kind: "distinctive", prompt: this.state.info.value.prompt, id: ++this.#questions });
  }
  #selectionKey(): string {
    return `${this.state.info.peek().prompt}:${this.state.traits.selection.peek().join()}`;
  }
  /** Of the selection there is now, in the prompt shown. */
  readonly apart = computed(() => {
    void this.state.info.value.prompt;
    void this.state.traits.selection.value;
    const { key, rows, error } = this.distinctive.value;
    return key === this.#selectionKey() ? { rows, error } : { rows: [], error: "Comparing…" };
  });

  /** Equal outputs and outputs, said of what is listed. */
  readonly variantsSay = computed(() => {
    const cards = this.state.cards.value.ids.length;
    return cards === this.state.listed.value.length ? "" : `${plural(cards, "different text")}`;
  });
}

export function typeName(own: OwnLayer, code: number): string {
  if (code === REST) return "several";
  if (code === COLOURS && own.types.length > COLOURS) return "other";
  return own.types[code - 1] ?? "";
}

/** The spans of one output; colours go on from those of the layers before. */
function ownSpans(own: OwnLayer, id: number, before: number): number[] {
  const spans: number[] = [];
  for (let k = 3 * own.first[id]; k < 3 * own.first[id + 1]; k += 3) {
    const code = own.pieces[k + 2];
    spans.push(own.pieces[k], own.pieces[k + 1], code === REST ? REST : ownColor(Math.max(code, 1), before));
  }
  return spans;
}

export function ownColor(code: number, before: number): number {
  return ((code - 1 + before) % COLOURS) + 1;
}

/** The first of the numbers from low on for which it is true; `high` if for none. It stays true once it is. */
function lowest(low: number, high: number, test: (k: number) => boolean): number {
  while (low < high) {
    const middle = (low + high) >> 1;
    if (test(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
