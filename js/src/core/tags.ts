// The tags, notes and stars on the outputs of the prompt shown: what is on disk, what is on its way there, and what a
// gesture does to them.
import { batch, computed, effect, signal } from "@preact/signals";
import { byGroup, type Scheme } from "./colors";
import { plural } from "../ui/plural";
import type { Action, Definition, Tagged } from "../wire/types";
import type { State } from "./state";

interface Gesture {
  id: number;
  prompt: number;
  action: Action;
  value: string;
  ids: Set<number>;
}

/** A tag on an output, or on equal ones that a card stands for. */
export interface Mark {
  name: string;
  color: number;
  /** How many of them bear it. */
  count: number;
  /** Who else gave it. */
  others: string[];
  /** Whether all of them have it of oneself. */
  mine: boolean;
  /** Not on disk yet. */
  waits: boolean;
}

const GESTURES = 2 ** 20;
export const KEYS = 9;
/** In the filter: any tag. No tag's own name is empty. */
export const ANY = "";

export class Tags {
  readonly #waiting = signal<Gesture[]>([]);
  /** Other views of the lens hear the answers too: each counts from a number of its own. */
  readonly #first = GESTURES * Math.floor(Math.random() * 2 ** 31);
  #gestures = 0;
  /** Where a tag is typed: for which outputs, and what they are. */
  readonly field = signal<{ ids: ArrayLike<number>; what: string } | null>(null);
  /** The note that is written: on what, and one's own that is there; null where equal outputs have different ones. */
  readonly noting = signal<{ prompt: number; ids: number[]; what: string; text: string | null } | null>(null);
  /** What the last gesture did, or why it did nothing. */
  readonly said = signal("");
  /** Whether a gesture could not even be sent. */
  readonly #cut = signal(false);

  constructor(
    readonly state: State,
    until: AbortSignal,
  ) {
    state.traits.onReply((reply) => {
      if (reply.kind !== "tagged" || reply.id <= this.#first || reply.id > this.#first + this.#gestures) return;
      batch(() => {
        this.#waiting.value = this.#waiting.value.filter(({ id }) => id > reply.id);
        this.say(reply.says);
      });
    }, until);
    // Of another prompt nothing is typed on.
    const end = effect(() => {
      void state.info.value.prompt;
      this.field.value = null;
      this.noting.value = null;
    });
    until.addEventListener("abort", end);
  }

  /** Shows and reads out a sentence, also where it is the same again. */
  say(says: string): void {
    this.said.value = says;
    this.state.status.value = "";
    queueMicrotask(() => (this.state.status.value = says));
  }

  /** What Python told, and the names that are on their way to it: a new tag has its key at once. */
  readonly tagged = computed<Tagged>(() => {
    const told = this.state.traits.tagged.value;
    const given = this.#waiting.value.filter(({ action }) => action === "tag").map(({ value }) => value);
    const names = [...new Set([...told.names, ...given])];
    const fresh = names
      .slice(told.names.length)
      .map((_, k) => ({ color: (told.ever + k) % 8, description: "", key: "" }));
    return fresh.length ? { ...told, names, define: [...told.define, ...fresh] } : told;
  });
  readonly #bytes = computed(() => Math.ceil((this.state.info.value.n + 1) / 8));
  /** What waits and concerns the prompt shown. */
  readonly #here = computed(() => {
    const done: Gesture[] = [];
    const undone: Gesture[] = [];
    for (const gesture of this.#waiting.value) {
      if (gesture.action === "undo") undone.push(...done.splice(-1));
      else if (gesture.action === "redo") done.push(...undone.splice(-1));
      else done.push(gesture);
    }
    return done.filter(({ prompt }) => prompt === this.state.info.value.prompt);
  });
  /** The prompt itself bears tags and notes as an output does: its number is the one after theirs. */
  readonly prompt = computed(() => this.state.info.value.n);

  #bit(bits: Uint8Array, row: number, id: number): boolean {
    return has(bits, 8 * row * this.#bytes.value + id);
  }

  /** Whether an annotator gave a tag to an output, as it is on disk. */
  holds(tag: number, annotator: number, id: number): boolean {
    return this.#bit(this.tagged.value.bits, tag * this.tagged.value.annotators.length + annotator, id);
  }

  /** The bits of the outputs, and of the prompt, that an annotator gave a tag; none where there is no such, or it waits. */
  #row(tag: number, annotator: number): Uint8Array {
    const { annotators, bits } = this.tagged.value;
    if (tag < 0 || annotator < 0) return new Uint8Array();
    const from = (tag * annotators.length + annotator) * this.#bytes.value;
    return bits.subarray(from, from + this.#bytes.value);
  }

  /** The bits where others' tags are to be seen; null: everywhere. */
  readonly #opened = computed(() => {
    if (!this.state.setting("blind")) return null;
    const own = new Uint8Array(this.#bytes.value);
    this.tagged.value.names.forEach((_, tag) => merge(own, this.#row(tag, 0), null));
    return own;
  });

  #open(id: number): boolean {
    const opened = this.#opened.value;
    return !opened || has(opened, id);
  }

  /** The tags of outputs, or of the prompt, one's own first. */
  of(ids: readonly number[]): Mark[] {
    const { names, annotators, define } = this.tagged.value;
    const marks: Mark[] = [];
    names.forEach((name, tag) => {
      const rows = annotators.map((_, a) => this.#row(tag, a));
      const waiting = this.#here.value
        .filter(({ action, value }) => value === name && (action === "tag" || action === "untag"))
        .reverse();
      const others = new Set<string>();
      let [count, own, waits] = [0, 0, false];
      for (const id of ids) {
        const kept = has(rows[0], id);
        const last = waiting.find((gesture) => gesture.ids.has(id));
        const mine = last ? last.action === "tag" : kept;
        const by = this.#open(id) ? annotators.filter((_, a) => a > 0 && has(rows[a], id)) : [];
        by.forEach((person) => others.add(person));
        if (mine) own++;
        if (mine !== kept) waits = true;
        if (mine || by.length || mine !== kept) count++;
      }
      if (count)
        marks.push({ name, color: define[tag].color, count, others: [...others], mine: own === ids.length, waits });
    });
    return marks.sort((a, b) => Number(b.mine) - Number(a.mine));
  }

  /** How many of these outputs have a star of one's own. */
  stars(ids: readonly number[]): number {
    const waiting = this.#here.value.filter(({ action }) => action === "star" || action === "unstar").reverse();
    return ids.filter((id) => {
      const last = waiting.find((gesture) => gesture.ids.has(id));
      return last ? last.action === "star" : this.#bit(this.tagged.value.stars, 0, id);
    }).length;
  }

  readonly #notes = computed(() => {
    const notes = new Map<number, { by: number; text: string }[]>();
    for (const [id, by, text] of this.tagged.value.notes) notes.set(id, [...(notes.get(id) ?? []), { by, text }]);
    return notes;
  });
  /** The different notes on outputs: who, and what; one's own are of annotator 0. */
  notes(ids: readonly number[]): { by: number; text: string }[] {
    const waiting = this.#here.value.filter(({ action }) => action === "note").reverse();
    const found = new Map<string, { by: number; text: string }>();
    for (const id of ids) {
      const last = waiting.find((gesture) => gesture.ids.has(id));
      const kept = (this.#notes.value.get(id) ?? []).filter(({ by }) => (by === 0 ? !last : this.#open(id)));
      for (const note of last?.value ? [{ by: 0, text: last.value }, ...kept] : kept)
        found.set(`${note.by} ${note.text}`, note);
    }
    return [...found.values()];
  }

  /** The bits of the outputs that somebody whose tags are seen gave this tag; null: any, anybody. */
  #union(tag: number | null, annotator: number | null): Uint8Array {
    const { names, annotators } = this.tagged.value;
    const { n } = this.state.info.value;
    const all = new Uint8Array(this.#bytes.value);
    for (const t of tag === null ? names.keys() : [tag]) {
      for (const a of annotator === null ? annotators.keys() : [annotator])
        merge(all, this.#row(t, a), a ? this.#opened.value : null);
    }
    // Without the prompt's.
    all[n >> 3] &= (1 << (n & 7)) - 1;
    return all;
  }

  /** 1 for each output that somebody whose tags are seen gave this tag; null: any, anybody. */
  mask(tag: number | null, annotator: number | null): Uint8Array {
    const all = this.#union(tag, annotator);
    return new Uint8Array(this.state.info.value.n).map((_, i) => (all[i >> 3] >> (i & 7)) & 1);
  }

  /** 1 for each output that has any tag. */
  readonly any = computed(() => this.mask(null, null));

  /** What passes the filter of tags; null where there is none. */
  readonly passing = computed<Uint8Array | null>(() => {
    const filter = this.state.setting("tagged");
    if (!filter) return null;
    const { names, annotators } = this.tagged.value;
    const annotator = filter.annotator === null ? null : annotators.indexOf(filter.annotator);
    if (filter.tag === null) return this.mask(null, annotator).map((m) => 1 - m);
    return this.mask(filter.tag === ANY ? null : names.indexOf(filter.tag), annotator);
  });

  /** What has several tags is coloured by the first of them. */
  scheme(dark: boolean): Scheme {
    const { names, define } = this.tagged.value;
    const group = new Int32Array(this.state.info.value.n).fill(-1);
    for (let tag = names.length - 1; tag >= 0; tag--) {
      const all = this.#union(tag, null);
      for (let i = 0; i < group.length; i++) if (has(all, i)) group[i] = tag;
    }
    const scheme = byGroup("category", "tags", group, names, dark, "no tag");
    if (scheme.many) return scheme;
    // As the chips are.
    const color = (tag: number, own: number) => (tag < 0 ? own : define[tag].color);
    const codes = scheme.codes.map((code, i) => color(group[i], code));
    const entries = scheme.entries.map((entry) => ({
      ...entry,
      color: entry.group < 0 ? entry.color : scheme.palette[define[entry.group].color],
    }));
    return { ...scheme, codes, entries };
  }

  /** How many outputs somebody gave a tag, and how many none. */
  given(tag: number, annotator: number | null): number {
    return ones(this.#union(tag, annotator));
  }
  without(annotator: number): number {
    return this.state.info.value.n - ones(this.#union(null, annotator));
  }

  /** The output after the one that one is at that has no tag of one's own, in the reader's order; -1 = none. */
  nextUntagged(): number {
    const { ids } = this.state.cards.value;
    const mine = this.mask(null, 0);
    const from = ids.indexOf(this.state.cursor.value);
    for (let k = 1; k <= ids.length; k++) {
      const id = ids[(from + k) % ids.length];
      if (
        this.state.copies(id).some((copy) => !mine[copy]) &&
        !this.of(this.state.copies(id)).some((mark) => mark.mine)
      )
        return id;
    }
    return -1;
  }

  /** On how many tags those differ who gave an output any; others' are looked at as far as they are seen. */
  readonly disputed = computed(() => {
    const { names, annotators } = this.tagged.value;
    const counts = new Uint16Array(this.state.info.value.n);
    if (annotators.length < 2) return counts;
    const judged = annotators.map((_, a) => this.#union(null, a));
    for (const tag of names.keys()) {
      const given = this.#union(tag, null);
      const missing = new Uint8Array(given.length);
      judged.forEach((judge, a) => {
        const own = this.#union(tag, a);
        for (let i = 0; i < missing.length; i++) missing[i] |= judge[i] & ~own[i];
      });
      for (let i = 0; i < counts.length; i++) if (has(given, i) && has(missing, i)) counts[i]++;
    }
    return counts;
  });
  readonly disputes = computed(() => this.disputed.value.reduce((sum, count) => sum + (count ? 1 : 0), 0));

  /** How many outputs have each tag. */
  readonly counts = computed(() => this.tagged.value.names.map((_, tag) => this.given(tag, null)));

  #keys: (string | undefined)[] = [];
  /** The tag of each key: those that say which, then those that are used most. */
  readonly keyed = computed(() => {
    const { names, define } = this.tagged.value;
    const keys: (string | undefined)[] = [];
    define.forEach(({ key }, tag) => key && (keys[Number(key)] ??= names[tag]));
    const own = new Set(keys);
    // Keys that move under the fingers give wrong tags: who has one keeps it.
    this.#keys.forEach(
      (name, key) => name !== undefined && names.includes(name) && !own.has(name) && (keys[key] ??= name),
    );
    const given = new Set(keys);
    const free = KEYS - keys.filter((name) => name !== undefined).length;
    const most = names
      .map((name, tag) => ({ name, tag, count: this.counts.value[tag] }))
      .filter(({ name }) => !given.has(name))
      .sort((a, b) => b.count - a.count || a.tag - b.tag)
      .slice(0, free)
      .sort((a, b) => a.tag - b.tag);
    for (let key = 1; key <= KEYS; key++) keys[key] ??= most.shift()?.name;
    return (this.#keys = keys);
  });

  // What a gesture is for: the output that the keyboard is at, or else the selection.

  readonly target = computed(() => {
    const { state } = this;
    const at = state.cursor.value;
    if (at >= 0)
      return {
        ids: state.copies(at),
        what: state.copies(at).length > 1 ? `these ${state.copies(at).length}` : "this output",
      };
    const ids = state.selectedIds.value;
    return { ids, what: `${ids.length.toLocaleString("en")} selected` };
  });

  /** Gives a tag to some outputs; where all have it, takes it away. */
  toggle(name: string, ids: ArrayLike<number>): void {
    if (!ids.length) {
      this.say("Nothing to tag: select outputs, or go to one with j");
      return;
    }
    const all = Array.from(ids);
    const off = this.of(all).some((mark) => mark.name === name && mark.mine);
    this.do(off ? "untag" : "tag", name, all);
  }

  star(ids: ArrayLike<number>): void {
    const all = Array.from(ids);
    if (all.length) this.do(this.stars(all) === all.length ? "unstar" : "star", "", all);
  }

  /** Begins a note; what is written already can be changed. */
  write(ids: ArrayLike<number>, what: string): void {
    const all = Array.from(ids);
    const own = this.notes(all).filter(({ by }) => by === 0);
    const { prompt } = this.state.info.value;
    this.noting.value = { prompt, ids: all, what, text: own.length > 1 ? null : (own[0]?.text ?? "") };
  }

  /** Ends a note; null, or what was there before, changes nothing. */
  note({ prompt, ids, text }: NonNullable<typeof this.noting.value>, written: string | null): void {
    this.noting.value = null;
    if (written !== null && written !== (text ?? "")) this.do("note", written, ids, prompt);
  }

  define(name: string, change: Partial<Definition>): void {
    this.do("define", JSON.stringify({ name, ...change }), []);
  }

  do(action: Action, value = "", ids: number[] = [], prompt = this.state.info.value.prompt): void {
    const id = this.#first + ++this.#gestures;
    const places = Uint32Array.from(ids);
    this.#waiting.value = [...this.#waiting.value, { id, prompt, action, value, ids: new Set(ids) }];
    try {
      this.state.traits.model.send({ kind: "tags", id, prompt, action, value }, undefined, [places.buffer]);
    } catch {
      // Where the kernel is gone there is nobody to send it to.
      this.#cut.value = true;
    }
  }

  /** Whether a gesture may be undone, or redone; what it is Python knows when it has done what waits. */
  can(action: "undo" | "redo"): boolean {
    return this.tagged.value[action] !== "" || this.#waiting.value.length > 0;
  }

  switch(action: "undo" | "redo"): void {
    if (this.can(action)) this.do(action);
    else this.say(`Nothing to ${action}`);
  }

  /** What stands beside undo: whether all is on disk. */
  readonly says = computed(() => {
    const waiting = this.#waiting.value.length;
    const { problem, store } = this.tagged.value;
    const page = this.state.traits.model.page;
    if (this.#cut.value)
      return {
        text: "not saved: no kernel",
        title: `The kernel is gone, and ${plural(waiting, "change")} could not be saved. Run the cell again and repeat them.`,
        bad: true,
      };
    if (page && !page.saved)
      return {
        text: "not kept: download",
        title: "This browser keeps no more of them: download your tags before you close the page.",
        bad: true,
      };
    if (problem) return { text: "not saved", title: `${problem} Your tags are kept here and tried again.`, bad: true };
    if (this.#waiting.value.some(({ action }) => action === "suggest" || action === "unlike"))
      return { text: "computing…", title: "An order is being made", bad: false };
    if (waiting)
      return {
        text: `saving ${plural(waiting, "change")}…`,
        title: "Python is busy: they are written when it is free",
        bad: false,
      };
    if (!store)
      return { text: "in memory only", title: "store=False: tags are kept while the kernel runs", bad: false };
    return { text: "saved", title: store, bad: false };
  });
}

function has(bits: Uint8Array, id: number): boolean {
  return ((bits[id >> 3] >> (id & 7)) & 1) === 1;
}

/** Adds bits to others, where they are seen. */
function merge(all: Uint8Array, more: Uint8Array, seen: Uint8Array | null): void {
  for (let i = 0; i < more.length; i++) all[i] |= seen ? more[i] & seen[i] : more[i];
}

function ones(bits: Uint8Array): number {
  let sum = 0;
  for (let byte of bits) for (; byte; byte &= byte - 1) sum++;
  return sum;
}
