// Tags in a page without Python: a log of this page, stored in the browser and downloaded as a file for `tags.merge`.
// The format is that of outlens/tags/events_file.py.
import { plural } from "../ui/format";
import { decode, encode, type Event, eventId } from "./kept-log";
import { type Action, type Definition, PROMPT } from "../wire/types";

/** The tags that Python wrote into the page, with the bits still as bytes. */
interface Written {
  me: string;
  annotators: string[];
  names: string[];
  define: Definition[];
  ever: number;
  bits: DataView;
  stars: DataView;
  notes: [number, number, string][];
}

export interface Gesture {
  action: Action;
  value: string;
}

const HEAD = { outlens: "events", version: 1 };
const PLACE = "outlens:tags:";
const NAME = "outlens:annotator";
const NOBODY = "reader";
const SIGNED = "outlens:signed:";
const DAMAGED = "outlens:damaged:";

export class PageTags {
  #events: Event[] = [];
  #name: string;
  /** Whether the browser stores the tags beyond this visit. */
  saved = true;
  /** Whether part of the stored log was unreadable. */
  damaged = false;
  /** Whether an unreadable log could not be renamed, which prevents saving. */
  #blocked = false;
  /** The log as it was last read or written. */
  #seen: string | null | undefined = undefined;

  /** `lens` identifies the set of outputs, so that a later visit finds its tags. */
  constructor(
    readonly lens: string,
    readonly store: Pick<Storage, "getItem" | "setItem"> | null = storage(),
  ) {
    this.#name = this.#read(NAME) || NOBODY;
    this.sync();
  }

  #read(name: string): string | null {
    try {
      return this.store?.getItem(name) ?? null;
    } catch {
      return null;
    }
  }

  /** Adds the events that another tab of this page has written. */
  sync(): void {
    const text = this.#read(PLACE + this.lens);
    if (text !== this.#seen) this.#take(text);
    else if (!this.#events.length) this.#name = this.#read(NAME) || this.#name;
  }

  #take(text: string | null): void {
    const { events: kept, damaged } = decode(text, this.lens);
    if (damaged) this.#setAside(text!);
    const known = new Set(kept.map(({ id }) => id));
    // All tags in a page belong to one reader: the last name used, unless the browser could not store it.
    if (this.saved) this.#name = kept.at(-1)?.annotator ?? ((!this.#events.length && this.#read(NAME)) || this.#name);
    // Events that the browser could not store, or that another tab overwrote, exist only here.
    const missing = this.#events.filter(({ id }) => !known.has(id));
    // A stable sort keeps the events of a gesture in order.
    this.#events = [...kept, ...missing]
      .map((event) => ({ ...event, annotator: this.#name }))
      .sort((a, b) => a.time - b.time || (a.gesture < b.gesture ? -1 : Number(a.gesture > b.gesture)));
    this.#seen = text;
    if (missing.length || damaged) this.#keep();
  }

  /** Renames an unreadable log so that nothing overwrites it. */
  #setAside(text: string): void {
    this.damaged = true;
    try {
      this.store!.setItem(`${DAMAGED}${this.lens}:${Date.now()}`, text);
    } catch {
      this.#blocked = true;
    }
  }

  #keep(): void {
    this.saved = false;
    if (this.#blocked || !this.store) return;
    try {
      const text = encode(this.#events, this.#name);
      this.store.setItem(NAME, this.#name);
      this.store.setItem(PLACE + this.lens, text);
      this.#seen = text;
      this.saved = true;
    } catch {
      // The browser's storage is full or disabled; `saved` reports it.
    }
  }

  get annotator(): string {
    return this.#name;
  }

  /** Sets the annotator's name, also for earlier tags of this page. The name is fixed once a file was downloaded. */
  rename(name: string): void {
    this.sync();
    if (this.signed) return;
    this.#name = name.trim() || NOBODY;
    for (const event of this.#events) event.annotator = this.#name;
    this.#keep();
  }

  /** Whether the annotator entered a name. Without names, merging would treat several annotators as one. */
  get named(): boolean {
    return this.#name !== NOBODY;
  }

  get count(): number {
    return this.#events.length;
  }

  #signed = false;
  /** Whether a file was downloaded: the same events under two names could not be merged. */
  get signed(): boolean {
    return this.#signed || this.#read(SIGNED + this.lens) !== null;
  }

  /** The file to download; fixes the name. */
  hand(): string {
    this.sync();
    this.#signed = true;
    try {
      this.store?.setItem(SIGNED + this.lens, "");
    } catch {
      // The browser stores nothing; the page still knows.
    }
    return this.file();
  }

  /** The text of the file that `tags.merge` reads. */
  file(): string {
    return `${[HEAD, ...this.#events].map((line) => JSON.stringify(line)).join("\n")}\n`;
  }

  /** Applies a gesture. Returns the sentence to announce. */
  do({ action, value }: Gesture, keys: string[]): string {
    this.sync();
    const [undo, redo] = this.#stacks();
    if (action === "undo" || action === "redo") {
      const stack = action === "undo" ? undo : redo;
      const gesture = stack.at(-1);
      if (!gesture) return `Nothing to ${action}`;
      const says = this.#describe(gesture);
      this.#add([""], action, gesture);
      return `${action === "undo" ? "Undone" : "Redone"}: ${says}`;
    }
    if (action === "define") {
      const { name, color, ...rest } = JSON.parse(value);
      this.#add(
        [`tag:${name}`],
        action,
        JSON.stringify({ ...rest, ...(color !== undefined && { color: String(color) }) }),
      );
      return `${name}: kept`;
    }
    this.#add(keys, action, value);
    return `${DONE[action] ?? action}${value && action.endsWith("tag") ? ` ${value}` : ""}: ${many(keys)}`;
  }

  #add(keys: string[], action: Action, value: string): void {
    const last = this.#events.at(-1)?.time ?? 0;
    const time = Math.max(Date.now() * 1000, last + 1);
    const gesture = hex();
    for (const [k, key] of keys.entries())
      this.#events.push({
        id: eventId(gesture, k),
        time,
        annotator: this.#name,
        key,
        action,
        value,
        gesture,
        lens: this.lens,
      });
    this.#keep();
  }

  #off(): Set<string> {
    const off = new Set<string>();
    for (const { action, value } of this.#events) {
      if (action === "undo") off.add(value);
      else if (action === "redo") off.delete(value);
    }
    return off;
  }

  #stacks(): [string[], string[]] {
    const undo: string[] = [];
    const redo: string[] = [];
    for (const { action, value, gesture } of this.#events) {
      if (action === "undo" || action === "redo") {
        const [from, to] = action === "undo" ? [undo, redo] : [redo, undo];
        // Two tabs may undo the same step.
        if (from.includes(value)) to.push(...from.splice(from.indexOf(value), 1));
      } else if (undo.at(-1) !== gesture) {
        undo.push(gesture);
        redo.length = 0;
      }
    }
    return [undo, redo];
  }

  #describe(gesture: string): string {
    const own = this.#events.filter((event) => event.gesture === gesture);
    const { action, value, key } = own[0];
    if (action === "define") return `definition of ‘${key.slice(4)}’`;
    return `${action}${value ? ` ‘${value.slice(0, 40)}’` : ""} on ${many(own.map((event) => event.key))}`;
  }

  /** Where the tags are stored, in words. */
  #says(): string {
    const where = this.saved
      ? "kept in this browser; download them to hand them in"
      : "kept until this page is closed: download them";
    return this.damaged
      ? `some tags from earlier could not be read and were set aside; the others are ${where}`
      : where;
  }

  /** The tags of a prompt and its outputs, including those of this page; the last key is the prompt's. */
  over(written: Written, keys: string[]): Record<string, unknown> {
    const bytes = Math.ceil(keys.length / 8);
    const place = new Map(keys.map((key, i) => [key, key.startsWith("prompt:") ? PROMPT : i]));
    const me = this.#name;
    // An annotator who is already in the page continues under the same name.
    const annotators = [me, ...written.annotators.filter((name) => name !== me && name !== "")];
    const names = [...written.names];
    const define = [...written.define];
    const off = this.#off();
    const counts = this.#events.filter(({ gesture }) => !off.has(gesture));
    const named = ({ action, value, key }: Event) =>
      action === "tag" ? value : action === "define" ? key.slice(4) : "";
    // Undone tags keep their colour too.
    const ever = [...new Set(this.#events.map(named))].filter((name) => name && !names.includes(name));
    for (const name of new Set(counts.map(named))) {
      if (!ever.includes(name)) continue;
      define.push({ color: (written.ever + ever.indexOf(name)) % 8, description: "", key: "" });
      names.push(name);
    }
    const source = annotators.map((name) => written.annotators.indexOf(name));
    const copied = (rows: number, view: DataView) => {
      const all = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
      const made = new Uint8Array(rows * annotators.length * bytes);
      for (let row = 0; row < rows; row++) {
        source.forEach((a, to) => {
          const from = (row * written.annotators.length + a) * bytes;
          if (a >= 0 && from + bytes <= all.length)
            made.set(all.subarray(from, from + bytes), (row * annotators.length + to) * bytes);
        });
      }
      return made;
    };
    const bits = copied(names.length, written.bits);
    const stars = copied(1, written.stars);
    const notes = new Map(
      written.notes.map(([id, by, text]) => [`${id}:${annotators.indexOf(written.annotators[by])}`, text]),
    );
    const set = (mask: Uint8Array, row: number, id: number, on: boolean) => {
      const at = (id < 0 ? row + 1 : row) * bytes + (id >> 3);
      mask[at] = on ? mask[at] | (1 << (id & 7)) : mask[at] & ~(1 << (id & 7));
    };
    for (const { action, value, key } of counts) {
      if (action === "define") {
        const { color, ...rest } = definition(value);
        const tag = names.indexOf(key.slice(4));
        // Only one tag can have a key.
        if (rest.key) define.forEach((one, other) => one.key === rest.key && (define[other] = { ...one, key: "" }));
        define[tag] = { ...define[tag], ...rest, ...(color !== undefined && { color: Number(color) }) };
        continue;
      }
      const id = place.get(key);
      if (id === undefined) continue;
      if (action === "tag" || action === "untag")
        set(bits, names.indexOf(value) * annotators.length, id, action === "tag");
      else if (action === "star" || action === "unstar") set(stars, 0, id, action === "star");
      else if (action === "note") notes.set(`${id}:0`, value);
    }
    const [undo, redo] = this.#stacks();
    return {
      ...written,
      me,
      annotators,
      names,
      define,
      ever: written.ever + ever.length,
      bits: new DataView(bits.buffer),
      stars: new DataView(stars.buffer),
      notes: [...notes].filter(([, text]) => text).map(([where, text]) => [...where.split(":").map(Number), text]),
      undo: undo.length ? this.#describe(undo.at(-1)!) : "",
      redo: redo.length ? this.#describe(redo.at(-1)!) : "",
      store: this.#says(),
    }; // prettier-ignore
  }
}

/** The past tense of each gesture, as in Python. */
const DONE: Partial<Record<Action, string>> = {
  tag: "Tagged",
  untag: "Removed",
  star: "Starred",
  unstar: "Star removed",
  note: "Note saved",
};

function definition(value: string): Partial<Record<"color" | "description" | "key", string>> {
  try {
    return JSON.parse(value);
  } catch {
    return {};
  }
}

function many(keys: string[]): string {
  return keys[0]?.startsWith("prompt:") ? "the prompt" : plural(keys.length, "output");
}

function hex(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function storage(): Storage | null {
  try {
    return window.localStorage;
  } catch {
    return null;
  }
}
