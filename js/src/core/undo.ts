// Undo and redo of the last steps, tags or selections.
import { computed } from "@preact/signals";
import { grouped, plural } from "../ui/format";
import type { Announcer } from "./announce";
import type { History, Step } from "./history";
import type { Selection } from "./selection";
import type { Tagging } from "./tagging";
import type { Tags } from "./tags";

export type Way = "undo" | "redo";

export class Undo {
  constructor(
    readonly history: History,
    readonly selection: Selection,
    readonly tags: Tags,
    readonly tagging: Tagging,
    readonly announce: Announcer,
  ) {}

  #step(way: Way): Step | undefined {
    return way === "undo" ? this.history.last.value : this.history.next.value;
  }

  can(way: Way): boolean {
    return this.#step(way)?.kind === "selection" || this.tagging.can(way);
  }

  /** The step that would be undone or redone, in words; "" = none. */
  what(way: Way): string {
    const step = this.#step(way);
    if (step?.kind !== "selection") return this.tags.tagged.value[way];
    return `selection of ${grouped((way === "undo" ? step.before : step.after).length)}`;
  }

  run(way: Way): void {
    const step = this.#step(way);
    if (step?.kind !== "selection") {
      // If this view did nothing, another view may have tagged.
      if (step) this.history[way](step);
      this.tagging.undo(way);
      return;
    }
    const rows = this.selection.rows.peek();
    const wanted = way === "undo" ? step.before : step.after;
    this.selection.restore(wanted);
    // Redo restores the selection that undo replaces.
    this.history[way](way === "undo" ? { ...step, after: rows } : { ...step, before: rows });
    this.announce.say(`${plural(wanted.length, "output")} selected again`);
  }

  /** How many outputs the last gesture deselected, if nothing is selected since. */
  readonly dropped = computed(() => {
    const step = this.history.last.value;
    if (step?.kind !== "selection" || this.selection.rows.value.length) return 0;
    return step.after.length ? 0 : step.before.length;
  });
}
