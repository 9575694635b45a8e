// The layers of one text, and their description at a position.
import { computed } from "@preact/signals";
import { markdown } from "../text/markdown";
import type { Painted } from "../text/paint";
import { grouped } from "../ui/format";
import type { Anchor } from "../ui/segments";
import type { Link } from "../wire/ask";
import type { Traits } from "../wire/traits";
import type { Groups } from "./groups";
import type { Outputs } from "./outputs";
import { ownSpans, typesAt } from "./own-layers";
import type { Points } from "./points";
import type { Place, Reading } from "./reading";
import type { Search } from "./search";
import type { Settings } from "./settings";
import type { Shared } from "./shared";

const STYLES = ["ol-strong", "ol-em", "ol-code", "ol-strike", "ol-hide"];
/** Number of texts whose markdown is cached. */
const RENDERED = 200;
/** Layers that `n` and `N` skip. */
const PASSED = new Set(["ol-support", "ol-framing", "ol-of-point", "ol-aligned", "ol-hot", "ol-asked"]);

export class Marks {
  readonly #rendered = new Map<string, ReturnType<typeof markdown>>();

  constructor(
    readonly traits: Traits,
    readonly outputs: Outputs,
    readonly settings: Settings,
    readonly search: Search,
    readonly reading: Reading,
    readonly shared: Shared,
    readonly groups: Groups,
    readonly points: Points,
    readonly link: Link,
  ) {}

  /** Names of the visible layers. */
  readonly on = computed(() => new Set(this.settings.get("layers")));
  /** The user's own layers. */
  readonly own = computed(() => this.traits.layers.value);

  /** Switches a layer; if its data failed, asks for it again. */
  toggle(layer: string): void {
    const on = this.settings.get("layers");
    const switchedOn = !on.includes(layer);
    const kind = layer === "aligned" || layer === "points" ? layer : "index";
    const { result } = this.points;
    const made = { aligned: this.groups.made, points: result, index: this.shared.made }[kind].value;
    if (switchedOn && made.kind === "error") this.link.tell({ kind, prompt: this.outputs.info.prompt });
    this.settings.set({ layers: switchedOn ? [...on, layer] : on.filter((name) => name !== layer) });
  }

  /** The layers of part of a text, bottom first. */
  layers(id: number, text: string, from: number, to: number): Painted[] {
    const layers = [...this.#points(id), ...this.#words(id, from, to), ...this.#sentences(id)];
    let types = 0;
    for (const layer of this.own.value) {
      if (this.on.value.has(layer.name)) layers.push({ layer: "ol-own", spans: ownSpans(layer, id, types) });
      types += Math.max(1, layer.types.length);
    }
    const hits = this.search.marks(text);
    const searched: number[] = [];
    for (let h = 0; h < hits.length; h += 2) searched.push(hits[h], hits[h + 1], 0);
    if (searched.length) layers.push({ layer: "ol-search", spans: searched });
    const asked = this.reading.asked.value;
    if (asked && asked.id === id) layers.push({ layer: "ol-asked", spans: this.#wordAt(asked) });
    return layers;
  }

  /** The support of an output's units, and the units of the current point. */
  #points(id: number): Painted[] {
    const { points } = this;
    const arrays = points.arrays.value;
    const shown = this.on.value.has("points");
    const current = this.settings.get("mode") === "points" ? points.currentGroup.value : -1;
    if (!arrays || (!shown && current < 0)) return [];
    const [tint, frames, hot]: number[][] = [[], [], []];
    const [from, to] = points.rowsOf(id);
    for (let row = from; row < to; row++) {
      const group = points.groupOf(row);
      const step = points.step(row);
      const span = [arrays.start[row], arrays.end[row]];
      if (step) tint.push(...span, step);
      else if (group >= 0 && !points.isPoint(group)) frames.push(...span, 0);
      if (group >= 0 && group === current) hot.push(...span, 0);
    }
    const layers = [
      { layer: "ol-support", spans: tint },
      { layer: "ol-framing", spans: frames },
    ];
    return [...(shown ? layers : []), { layer: "ol-of-point", spans: hot }];
  }

  /** The words shared with other outputs. */
  #words(id: number, from: number, to: number): Painted[] {
    const words = this.shared.words.value;
    const coverage = this.shared.coverage.value;
    if (!words || !coverage || !this.shared.counts(id)) return [];
    const on = this.on.value;
    const room = this.shared.room.value!;
    const v = words.variant[id];
    const [inner, outer] = this.shared.wordsBetween(id, from, to);
    // One more word on either side: the space between two words of a run belongs to it, even at a cut.
    const first = Math.max(words.bounds[v], inner - 1);
    const last = Math.min(words.bounds[v + 1], outer + 1);
    const layers: Painted[] = [];
    /** Joins neighbouring words with the same value into a span. */
    const join = (layer: string, codeOf: (at: number) => number, none = 0) => {
      const spans: number[] = [];
      for (let at = first; at < last; at++) {
        const value = codeOf(at);
        if (value === none) continue;
        const before = spans.length - 3;
        if (before >= 0 && at > first && codeOf(at - 1) === value) spans[before + 1] = words.end[at];
        else spans.push(words.start[at], words.end[at], value);
      }
      layers.push({ layer, spans });
    };
    const least = this.shared.minOutputs.value;
    if (on.has("shared")) join("ol-shared", (at) => this.shared.step(coverage[at]));
    // 0 adds nothing to the class; -1 means unmarked.
    if (on.has("common")) join("ol-common", (at) => (coverage[at] >= least ? 0 : -1), -1);
    if (on.has("only") && this.shared.comparedCount.value > 1)
      join("ol-only", (at) => (this.shared.onlyHere(at) ? 0 : -1), -1);
    if (on.has("echo")) join("ol-echo", (at) => (room[at] === 0 ? 0 : -1), -1);
    return layers;
  }

  /** The groups of an output's sentences. */
  #sentences(id: number): Painted[] {
    const alignment = this.groups.alignment.value;
    const shown = this.on.value.has("aligned");
    const pointed = this.reading.hot.value;
    if (!alignment || (!shown && pointed < 0)) return [];
    const [tint, hot]: number[][] = [[], []];
    for (let u = alignment.first[id]; u < alignment.first[id + 1]; u++) {
      const group = this.groups.list.value[alignment.group[u]];
      if (!group) continue;
      tint.push(alignment.start[u], alignment.end[u], group.color);
      if (group.rank === pointed) hot.push(alignment.start[u], alignment.end[u], 0);
    }
    return [...(shown ? [{ layer: "ol-aligned", spans: tint }] : []), { layer: "ol-hot", spans: hot }];
  }

  #wordAt({ id, at }: Place): number[] {
    const words = this.shared.words.value;
    if (!words) return [];
    const [first, last] = this.shared.wordsBetween(id, at, at + 1);
    return first < last ? [words.start[first], words.end[first], 0] : [];
  }

  /** The position of the mark after, or before, a position in an output's text; -1 = none. */
  next(id: number, at: number, by: 1 | -1): number {
    const text = this.outputs.text(id) ?? "";
    let best = -1;
    for (const { layer, spans } of this.layers(id, text, 0, text.length)) {
      if (PASSED.has(layer)) continue;
      for (let k = 0; k < spans.length; k += 3) {
        const start = spans[k];
        if (by > 0 ? start > at && (best < 0 || start < best) : start < at && start > best) best = start;
      }
    }
    return best;
  }

  /** The name whose members overlap these leaves most, by more than half; the latest of equals. */
  anchors(id: number): Anchor[] {
    const alignment = this.groups.alignment.value;
    if (!alignment || !this.on.value.has("aligned")) return [];
    const anchors: Anchor[] = [];
    for (let u = alignment.first[id]; u < alignment.first[id + 1]; u++) {
      const group = this.groups.list.value[alignment.group[u]];
      if (!group) continue;
      const { label, color } = group;
      anchors.push({ at: alignment.start[u], label, color });
    }
    return anchors;
  }

  /** Markdown's blocks and styles, if switched on. */
  styled(text: string): { blocks: ReturnType<typeof markdown>["blocks"]; layers: Painted[] } | null {
    if (!this.settings.get("markdown")) return null;
    let rendered = this.#rendered.get(text);
    if (!rendered) {
      rendered = markdown(text);
      this.#rendered.set(text, rendered);
      if (this.#rendered.size > RENDERED) this.#rendered.delete(this.#rendered.keys().next().value!);
    }
    const { blocks, spans } = rendered;
    const layers = STYLES.map((layer, bit): Painted => {
      const styled: number[] = [];
      for (let k = 0; k < spans.length; k += 3) {
        if (spans[k + 2] & (1 << bit)) styled.push(spans[k], spans[k + 1], 0);
      }
      return { layer, spans: styled };
    });
    return { blocks, layers: layers.filter((layer) => layer.spans.length) };
  }

  /** What the visible layers mean at a position, one line each. */
  lines(id: number, at: number): string[] {
    const lines: string[] = [];
    const on = this.on.value;
    const { shared } = this;
    const words = shared.words.value;
    const coverage = shared.coverage.value;
    if (words && coverage && shared.counts(id)) {
      const [next, last] = shared.wordsBetween(id, at, at + 1);
      // The space between two words of a highlight belongs to it, as drawn.
      const before = next < last ? next : next - 1;
      const v = words.variant[id];
      const within = before >= words.bounds[v] && next < words.bounds[v + 1];
      const both = (marked: (at: number) => boolean) => within && marked(before) && marked(next);
      const joined =
        on.has("common") || (on.has("shared") && shared.step(coverage[before]) === shared.step(coverage[next]));
      if (joined && both((at) => coverage[at] >= shared.minOutputs.value))
        lines.push(`shared by ${shared.ofCounted(Math.min(coverage[before], coverage[next]))}`);
      if (on.has("only") && both((at) => shared.onlyHere(at))) lines.push("only here");
      if (on.has("echo") && both((at) => shared.room.value![at] === 0)) lines.push("repeats the prompt");
    }
    const says = on.has("points") && this.points.says(this.points.rowAt({ id, at }));
    if (says) lines.push(says);
    const group = this.groups.list.value[this.groups.at(id, at)];
    if (group && on.has("aligned"))
      lines.push(`part ${group.label}: in ${grouped(group.outputs)} of ${grouped(this.outputs.info.n)}`);
    for (const layer of this.own.value) {
      if (!on.has(layer.name)) continue;
      for (const type of typesAt(layer, id, at)) lines.push([layer.name, type].filter(Boolean).join(": "));
    }
    return lines;
  }
}
