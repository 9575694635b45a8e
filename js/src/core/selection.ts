// The selected outputs, and the gestures that change the selection.
import { computed, signal } from "@preact/signals";
import { plural } from "../ui/format";
import type { Traits } from "../wire/traits";
import type { Announcer } from "./announce";
import type { Filter } from "./filter";
import type { History } from "./history";
import type { Outputs } from "./outputs";
import type { Pointer } from "./pointer";
import type { Settings } from "./settings";

export type Mode = "replace" | "add" | "remove";
export type Scope = "all" | "selected";

/** How a click selects: Shift adds, Alt removes. */
export function modeOf(event: { shiftKey: boolean; altKey: boolean }): Mode {
  return event.altKey ? "remove" : event.shiftKey ? "add" : "replace";
}

export class Selection {
  constructor(
    readonly traits: Traits,
    readonly outputs: Outputs,
    readonly settings: Settings,
    readonly filter: Filter,
    readonly pointer: Pointer,
    readonly announce: Announcer,
    readonly history: History,
  ) {}

  /** Selected rows of the user's frame, in all prompts. */
  readonly rows = computed(() => this.traits.selection.value);
  readonly #picked = signal<{ rows: Uint32Array; origin: unknown } | null>(null);
  /** Changes with every selection, except when single cards are picked or unpicked. */
  readonly origin = computed<unknown>(() => {
    const picked = this.#picked.value;
    return picked?.rows === this.rows.value ? picked.origin : this.rows.value;
  });

  /** 1 for each selected output of the current prompt. */
  readonly mask = computed(() => {
    const mask = new Uint8Array(this.outputs.info.n);
    for (const row of this.traits.selection.value) {
      const i = this.outputs.localOf(row);
      if (i >= 0) mask[i] = 1;
    }
    return mask;
  });
  readonly ids = computed(() => this.outputs.where((i) => this.mask.value[i] === 1));
  readonly count = computed(() => this.ids.value.length);
  /** How many outputs of other prompts are selected. */
  readonly elsewhere = computed(() => this.traits.selection.value.length - this.count.value);

  /** Selects outputs; the reader lists the selection. */
  select(ids: ArrayLike<number>, mode: Mode): void {
    const before = this.rows.peek();
    this.#change(ids, mode, "selected");
    this.#remember(before);
  }

  #change(ids: ArrayLike<number>, mode: Mode, scope: Scope): void {
    const mask = mode === "replace" ? new Uint8Array(this.outputs.info.n) : this.mask.value.slice();
    for (let k = 0; k < ids.length; k++) mask[ids[k]] = mode === "remove" ? 0 : 1;
    const kept = this.traits.selection.value.filter((row) => this.outputs.localOf(row) < 0);
    const here = this.outputs.rows.value.filter((_, i) => mask[i]);
    const all = new Uint32Array(kept.length + here.length);
    all.set(kept);
    all.set(here, kept.length);
    this.#set(all.sort(), here.length ? scope : "all");
    // Tags apply to the current output or, without one, to the last selection.
    if (mode === "replace" && !(ids.length === 1 && ids[0] === this.pointer.cursor.value))
      this.pointer.cursor.value = -1;
    this.announce.say(`${this.count.value} of ${this.outputs.info.n} selected`);
  }

  /**
   * Like `select`, but skips outputs that the search or the legend hides: a lasso takes no dimmed points. If all are
   * hidden, nothing changes.
   */
  take(ids: ArrayLike<number>, mode: Mode): void {
    const passes = this.filter.passes.value;
    const left = passes ? Array.from(ids).filter(passes) : ids;
    if (left.length || !ids.length) this.select(left, mode);
    else this.announce.say("Hidden by the search or a filter");
  }

  /** Selects or deselects the outputs of a card; the reader keeps its list. */
  pick(ids: number[]): void {
    const origin = this.origin.peek();
    const scope = this.count.value ? this.settings.get("scope") : "all";
    this.#change(ids, this.mask.value[ids[0]] ? "remove" : "add", scope);
    this.#picked.value = { rows: this.rows.peek(), origin };
  }

  /** Inverts the selection within the current prompt. */
  invert(): void {
    const mask = this.mask.value;
    this.select(
      this.outputs.where((i) => !mask[i]),
      "replace",
    );
  }

  /** Deselects everything, in all prompts. */
  clear(): void {
    const count = this.traits.selection.value.length;
    const elsewhere = this.elsewhere.value;
    const before = this.rows.peek();
    this.#set(new Uint32Array(), "all");
    this.#remember(before);
    const where = elsewhere ? `, ${elsewhere} of them in other prompts` : "";
    this.announce.say(count ? `${plural(count, "output")} deselected${where}` : "Nothing selected");
  }

  /** Restores an earlier selection of rows of the user's frame. */
  restore(rows: Uint32Array): void {
    this.#set(rows, rows.some((row) => this.outputs.localOf(row) >= 0) ? "selected" : "all");
  }

  /** Makes a gesture that deselected something undoable. */
  #remember(before: Uint32Array): void {
    const after = this.rows.peek();
    const kept = new Set(after);
    if (before.some((row) => !kept.has(row))) this.history.add({ kind: "selection", before, after });
  }

  #set(selection: Uint32Array, scope: Scope): void {
    const same = this.settings.get("scope") === scope;
    this.traits.set({ selection, ...(!same && { view: this.settings.with({ scope }) }) });
  }
}
