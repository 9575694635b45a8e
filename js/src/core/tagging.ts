// Adding and removing tags, notes and stars: the field for a tag, the note being written, undo and redo.
import { computed } from "@preact/signals";
import { grouped, plural } from "../ui/format";
import { NO_KERNEL } from "../wire/ask";
import { type Action, type Definition, type Page, PROMPT } from "../wire/types";
import type { Announcer } from "./announce";
import { type Gestures, RANKINGS } from "./gestures";
import type { History } from "./history";
import type { Listing } from "./listing";
import type { Outputs } from "./outputs";
import type { Pointer } from "./pointer";
import { Remembered } from "./remembered";
import type { Selection } from "./selection";
import type { Tags } from "./tags";

/** The outputs of a gesture, and their name. */
export interface Target {
  ids: ArrayLike<number>;
  what: string;
}

/** A note being written. */
export interface Draft {
  prompt: number;
  ids: number[];
  what: string;
  /** Your existing note; null if equal outputs have different ones. */
  text: string | null;
}

const NOTHING = "Nothing to tag: select outputs, or press j to go to one";

/** Actions that do not go into the history. */
const PASSING = new Set<Action>(["undo", "redo", ...RANKINGS]);

export class Tagging {
  /** The outputs of the open tag field; null while it is closed. */
  readonly field: Remembered<Target | null>;
  readonly draft: Remembered<Draft | null>;
  /** The result of the last gesture, or why nothing happened, until the next gesture. */
  readonly result: Remembered<string>;

  constructor(
    readonly outputs: Outputs,
    readonly pointer: Pointer,
    readonly selection: Selection,
    readonly listing: Listing,
    readonly tags: Tags,
    readonly gestures: Gestures,
    readonly announce: Announcer,
    readonly history: History,
    readonly page: Page | undefined,
  ) {
    this.field = new Remembered<Target | null>(outputs.visit, null);
    this.draft = new Remembered<Draft | null>(outputs.visit, null);
    const moment = computed(() => [listing.question.value, pointer.cursor.value, selection.rows.value]);
    this.result = new Remembered(moment, "");
  }

  /** Shows and announces the result of a gesture. */
  report(sentence: string): void {
    this.result.value = sentence;
    this.announce.say(sentence);
  }

  /** The outputs that a gesture applies to: the current output, or else the selection. */
  readonly target = computed<Target>(() => {
    const at = this.pointer.cursor.value;
    if (at >= 0) return this.card(at);
    const ids = this.selection.ids.value;
    return { ids, what: `${grouped(ids.length)} selected` };
  });

  /** The outputs of a card; the prompt's number stands for the prompt. */
  card(i: number): Target & { ids: number[] } {
    if (i === PROMPT) return { ids: [i], what: "the prompt" };
    const ids = this.listing.copies(i);
    return { ids, what: ids.length > 1 ? `these ${ids.length}` : "this output" };
  }

  /** Opens the field for typing a tag. */
  type(target: Target): void {
    if (target.ids.length) this.field.value = target;
    else this.report(NOTHING);
  }

  /** Tags outputs; removes the tag if you gave it to all of them. */
  toggle(name: string, ids: ArrayLike<number>): void {
    if (!ids.length) {
      this.report(NOTHING);
      return;
    }
    const all = Array.from(ids);
    const given = this.tags.of(all).some((mark) => mark.name === name && mark.mine);
    this.do(given ? "untag" : "tag", name, all);
  }

  star(ids: ArrayLike<number>): void {
    const all = Array.from(ids);
    if (all.length) this.do(this.tags.stars(all) === all.length ? "unstar" : "star", "", all);
  }

  /** Opens a note, with your existing text. */
  write({ ids, what }: Target): void {
    const all = Array.from(ids);
    const mine = this.tags.notes(all).filter(({ by }) => by === 0);
    const { prompt } = this.outputs.info;
    this.draft.value = { prompt, ids: all, what, text: mine.length > 1 ? null : (mine[0]?.text ?? "") };
  }

  /** Closes a note; null or unchanged text changes nothing. */
  note({ prompt, ids, text }: Draft, written: string | null): void {
    this.draft.value = null;
    if (written !== null && written !== (text ?? "")) this.do("note", written, ids, prompt);
  }

  define(name: string, change: Partial<Definition>): void {
    this.do("define", JSON.stringify({ name, ...change }));
  }

  do(action: Action, value = "", ids: number[] = [], prompt = this.outputs.info.prompt): void {
    this.result.value = "";
    if (!PASSING.has(action)) this.history.add({ kind: "tags" });
    const { prompts, prompt: shown } = this.outputs.info;
    const known = prompt === shown;
    const before = new Map(ids.map((id) => [id, known ? this.tags.before(id, action, value) : undefined]));
    this.gestures.send(action, value, before, prompt).then(
      (done) => {
        const left = ids.length > 0 && prompt !== this.outputs.promptIndex.value;
        this.report(left ? `${done} (in the prompt “${prompts[prompt].label.slice(0, 40)}”)` : done);
      },
      () => this.report(`Not done. ${NO_KERNEL}`),
    );
  }

  /** Whether you can undo or redo, in Python or among the gestures on their way there. */
  can(action: "undo" | "redo"): boolean {
    return this.tags.tagged.value[action] !== "" || this.gestures.waiting.value.length > 0;
  }

  undo(action: "undo" | "redo"): void {
    if (this.can(action)) this.do(action);
    else this.report(`Nothing to ${action}`);
  }

  /** Whether all tags are saved, in words. */
  readonly saved = computed<{ text: string; title: string; bad: boolean }>(() => {
    const waiting = this.gestures.waiting.value;
    const { problem, store } = this.tags.tagged.value;
    if (this.gestures.link.gone.value)
      return {
        text: "no kernel",
        title: `${waiting.length ? `${plural(waiting.length, "change")} may not be saved. ` : "Tags cannot be saved. "}${NO_KERNEL}`,
        bad: true,
      };
    if (this.page && !this.page.saved)
      return {
        text: "not saved: download",
        title: "This browser has no room for more tags: download yours before you close the page.",
        bad: true,
      };
    if (problem)
      return {
        text: "not saved",
        title: `${problem} Your tags are kept in the browser and saved as soon as possible.`,
        bad: true,
      };
    if (waiting.some(({ action }) => RANKINGS.has(action)))
      return { text: "computing…", title: "Ordering the outputs", bad: false };
    if (waiting.length)
      return {
        text: `saving ${plural(waiting.length, "change")}…`,
        title: "Python is busy and will save them",
        bad: false,
      };
    if (!store)
      return {
        text: "in memory only",
        title: "Tags are lost when the kernel ends, because of store=False",
        bad: false,
      };
    return { text: "saved", title: store, bad: false };
  });
}
