// The tags, notes and stars of the current prompt: those saved, and those on their way.
import { computed } from "@preact/signals";
import type { Traits } from "../wire/traits";
import type { Action, Definition, Tagged } from "../wire/types";
import type { Gestures, Given } from "./gestures";
import type { Outputs } from "./outputs";
import type { Settings } from "./settings";

/** A tag on an output, or on the equal outputs of a card. */
export interface Mark {
  name: string;
  color: number;
  /** How many of the outputs have it. */
  count: number;
  /** Other annotators who gave it. */
  others: string[];
  /** Whether you gave it to all of the outputs. */
  mine: boolean;
  /** Not saved yet. */
  waits: boolean;
}

/** In a filter: any tag. No tag has an empty name. */
export const ANY = "";

export class Tags {
  constructor(
    readonly traits: Traits,
    readonly outputs: Outputs,
    readonly settings: Settings,
    readonly gestures: Gestures,
  ) {}

  /** Every tag that Python has sent to this view. */
  readonly #met = new Map<string, Definition>();

  /**
   * The tags that Python sent; those that it no longer sends, because they are on no output any more: their keys and
   * chips add them again; and the names on their way there: a new tag has its key at once.
   */
  readonly tagged = computed<Tagged>(() => {
    const kept = this.traits.tagged.value;
    kept.names.forEach((name, tag) => this.#met.set(name, kept.define[tag]));
    const names = [...new Set([...kept.names, ...this.#met.keys(), ...this.gestures.names.value])];
    let color = kept.ever;
    const more = names
      .slice(kept.names.length)
      .map((name) => this.#met.get(name) ?? { color: color++ % 8, description: "", key: "" });
    return more.length ? { ...kept, names, define: [...kept.define, ...more] } : kept;
  });
  readonly #bytes = computed(() => Math.ceil((this.outputs.info.n + 1) / 8));

  /** Bits of the outputs and the prompt with a tag from an annotator; empty if the tag is unknown. */
  #row(tag: number, annotator: number): Uint8Array {
    const { annotators, bits } = this.tagged.value;
    if (tag < 0 || annotator < 0) return new Uint8Array();
    const from = (tag * annotators.length + annotator) * this.#bytes.value;
    return bits.subarray(from, from + this.#bytes.value);
  }

  /** Bits where the tags of others may be shown; null = everywhere. */
  readonly #opened = computed(() => {
    if (!this.settings.get("blind")) return null;
    const mine = new Uint8Array(this.#bytes.value);
    this.tagged.value.names.forEach((_, tag) => merge(mine, this.#row(tag, 0), null));
    return mine;
  });

  #open(id: number): boolean {
    const opened = this.#opened.value;
    return !opened || has(opened, id);
  }

  /** The tags on outputs or on the prompt, yours first. */
  of(ids: readonly number[]): Mark[] {
    const { names, annotators, define } = this.tagged.value;
    const marks: Mark[] = [];
    names.forEach((name, tag) => {
      const rows = annotators.map((_, a) => this.#row(tag, a));
      const others = new Set<string>();
      let [count, mineCount, waits] = [0, 0, false];
      for (const id of ids) {
        const kept = has(rows[0], id);
        const mine = this.#given(id, name);
        const by = this.#open(id) ? annotators.filter((_, a) => a > 0 && has(rows[a], id)) : [];
        by.forEach((person) => others.add(person));
        if (mine) mineCount++;
        if (mine !== kept) waits = true;
        if (mine || by.length || mine !== kept) count++;
      }
      const mine = mineCount === ids.length;
      if (count) marks.push({ name, color: define[tag].color, count, others: [...others], mine, waits });
    });
    return marks.sort((a, b) => Number(b.mine) - Number(a.mine));
  }

  /** How many of these outputs you starred. */
  stars(ids: readonly number[]): number {
    return ids.filter((id) => this.#starred(id)).length;
  }

  /** Whether you gave an output a tag. */
  #given(id: number, name: string): boolean {
    const last = this.gestures.last(id, ["tag", "untag"], name);
    return last ? last.action === "tag" : has(this.#row(this.tagged.value.names.indexOf(name), 0), id);
  }

  #starred(id: number): boolean {
    const last = this.gestures.last(id, ["star", "unstar"]);
    return last ? last.action === "star" : has(this.tagged.value.stars, id);
  }

  /** What a gesture of this kind would change on an output of the current prompt, as the gesture that gives it. */
  before(id: number, action: Action, value: string): Given {
    if (action === "tag" || action === "untag") return { action: this.#given(id, value) ? "tag" : "untag", value };
    if (action === "note") return { action, value: this.notes([id]).find(({ by }) => by === 0)?.text ?? "" };
    return { action: this.#starred(id) ? "star" : "unstar", value };
  }

  readonly #notes = computed(() => {
    const notes = new Map<number, { by: number; text: string }[]>();
    for (const [id, by, text] of this.tagged.value.notes) notes.set(id, [...(notes.get(id) ?? []), { by, text }]);
    return notes;
  });

  /** The distinct notes on outputs, with their annotators; 0 is you. */
  notes(ids: readonly number[]): { by: number; text: string }[] {
    const different = new Map<string, { by: number; text: string }>();
    for (const id of ids) {
      const last = this.gestures.last(id, ["note"]);
      const kept = (this.#notes.value.get(id) ?? []).filter(({ by }) => (by === 0 ? !last : this.#open(id)));
      for (const note of last?.value ? [{ by: 0, text: last.value }, ...kept] : kept)
        different.set(`${note.by} ${note.text}`, note);
    }
    return [...different.values()];
  }

  /** Bits of the outputs with a visible tag from an annotator; null = any tag, any annotator. */
  #union(tag: number | null, annotator: number | null): Uint8Array {
    const { names, annotators } = this.tagged.value;
    const { n } = this.outputs.info;
    const all = new Uint8Array(this.#bytes.value);
    for (const t of tag === null ? names.keys() : [tag]) {
      for (const a of annotator === null ? annotators.keys() : [annotator])
        merge(all, this.#row(t, a), a ? this.#opened.value : null);
    }
    // Exclude the prompt.
    all[n >> 3] &= (1 << (n & 7)) - 1;
    return all;
  }

  /** 1 for each output with a visible tag from an annotator; null = any tag, any annotator. */
  mask(tag: number | null, annotator: number | null): Uint8Array {
    const all = this.#union(tag, annotator);
    return new Uint8Array(this.outputs.info.n).map((_, i) => Number(has(all, i)));
  }

  /** 1 for each output with any tag. */
  readonly any = computed(() => this.mask(null, null));
  /** The first tag of each output, -1 = none. */
  readonly first = computed(() => {
    const first = new Int32Array(this.outputs.info.n).fill(-1);
    for (let tag = this.tagged.value.names.length - 1; tag >= 0; tag--) {
      const all = this.#union(tag, null);
      for (let i = 0; i < first.length; i++) if (has(all, i)) first[i] = tag;
    }
    return first;
  });

  /** 1 for each output that passes the tag filter; null without a filter. */
  readonly passing = computed<Uint8Array | null>(() => {
    const filter = this.settings.get("tagged");
    if (!filter) return null;
    const { names, annotators } = this.tagged.value;
    const annotator = filter.annotator === null ? null : annotators.indexOf(filter.annotator);
    if (filter.tag === null) return this.mask(null, annotator).map((m) => 1 - m);
    return this.mask(filter.tag === ANY ? null : names.indexOf(filter.tag), annotator);
  });

  /** How many outputs an annotator, or anyone, gave a tag. */
  given(tag: number, annotator: number | null): number {
    return ones(this.#union(tag, annotator));
  }

  /** How many outputs an annotator left untagged. */
  without(annotator: number): number {
    return this.outputs.info.n - ones(this.#union(null, annotator));
  }

  /** The number of outputs with each tag. */
  readonly counts = computed(() => this.tagged.value.names.map((_, tag) => this.given(tag, null)));

  /** For each output, the number of tags that its annotators disagree on. Hidden tags do not count. */
  readonly disputed = computed(() => {
    const { names, annotators } = this.tagged.value;
    const counts = new Uint16Array(this.outputs.info.n);
    if (annotators.length < 2) return counts;
    const judged = annotators.map((_, a) => this.#union(null, a));
    for (const tag of names.keys()) {
      const given = this.#union(tag, null);
      const missing = new Uint8Array(given.length);
      judged.forEach((judge, a) => {
        const theirs = this.#union(tag, a);
        for (let i = 0; i < missing.length; i++) missing[i] |= judge[i] & ~theirs[i];
      });
      for (let i = 0; i < counts.length; i++) if (has(given, i) && has(missing, i)) counts[i]++;
    }
    return counts;
  });
  /** How many outputs are disputed. */
  readonly disputes = computed(() => this.disputed.value.reduce((sum, count) => sum + (count ? 1 : 0), 0));
}

function has(bits: Uint8Array, id: number): boolean {
  // The prompt's bit is the last one.
  return ((bits.at(id >> 3)! >> (id & 7)) & 1) === 1;
}

/** Adds bits, limited to those that may be shown. */
function merge(all: Uint8Array, more: Uint8Array, shown: Uint8Array | null): void {
  for (let i = 0; i < more.length; i++) all[i] |= shown ? more[i] & shown[i] : more[i];
}

function ones(bits: Uint8Array): number {
  let sum = 0;
  for (let byte of bits) for (; byte; byte &= byte - 1) sum++;
  return sum;
}
