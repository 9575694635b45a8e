// The reader's state: which texts are open, pinned or scrolled to, and the clicked position.
import type { Panel } from "../wire/types";
import { computed } from "@preact/signals";
import type { Announcer } from "./announce";
import type { Outputs } from "./outputs";
import { Remembered } from "./remembered";
import type { Settings } from "./settings";

const MOST_PINS = 6;

/** A position in the text of an output. */
export interface Place {
  id: number;
  /** UTF-16 unit. */
  at: number;
}

export class Reading {
  /** Outputs whose whole text is shown. */
  readonly opened: Remembered<ReadonlySet<number>>;
  /** The position that the drawer explains. */
  readonly asked: Remembered<Place | null>;
  /** The group of sentences under the pointer; -1 = none. */
  readonly hot: Remembered<number>;
  /** The position to scroll to. */
  readonly place: Remembered<Place | null>;
  /** Goes to the next group, if groups are shown. */
  walk: ((by: number) => void) | null = null;

  constructor(
    readonly outputs: Outputs,
    readonly settings: Settings,
    readonly announce: Announcer,
  ) {
    this.opened = new Remembered<ReadonlySet<number>>(outputs.visit, new Set());
    this.asked = new Remembered<Place | null>(outputs.visit, null);
    this.hot = new Remembered(outputs.visit, -1);
    this.place = new Remembered<Place | null>(outputs.visit, null);
  }

  open(id: number): void {
    this.opened.value = new Set([...this.opened.value, id]);
  }

  /** Shows the whole text, or only its beginning again. */
  flip(id: number): void {
    const opened = new Set(this.opened.value);
    if (!opened.delete(id)) opened.add(id);
    this.opened.value = opened;
  }

  /** Opens the drawer for a position: its shared phrases, the outputs that share them, and similar sentences. */
  ask(id: number, at: number): void {
    this.asked.value = { id, at };
  }

  show(id: number, at: number): void {
    this.place.value = { id, at };
  }

  /** The output to scroll to, after a call in Python or a click elsewhere; -1 = none. */
  readonly target = computed(() => {
    const row = this.settings.get("scroll_to");
    return row === null ? -1 : this.outputs.localOf(row);
  });

  /** Whether the drawer is open. */
  readonly drawer = computed(() => !!this.asked.value || this.settings.get("panel") !== "");

  /** Opens a panel in the drawer, in place of the clicked position; closes it if it is visible. */
  toggle(panel: Panel): void {
    const seen = !this.asked.value && this.settings.get("panel") === panel;
    this.asked.value = null;
    this.settings.set({ panel: seen ? "" : panel });
  }

  /** Closes the clicked position, or else the drawer. */
  close(): void {
    if (this.asked.value) this.asked.value = null;
    else this.settings.set({ panel: "" });
  }

  readonly pins = computed(() =>
    this.settings
      .get("pins")
      .map((row) => this.outputs.localOf(row))
      .filter((id) => id >= 0),
  );

  isPinned(id: number): boolean {
    return this.pins.value.includes(id);
  }

  /** Pins an output beside others, or unpins it. */
  pin(id: number): void {
    const row = this.outputs.rows.value[id];
    const pins = this.settings.get("pins");
    if (pins.includes(row)) {
      this.settings.set({ pins: pins.filter((p) => p !== row) });
      this.announce.say("Unpinned");
    } else if (pins.length === MOST_PINS) {
      this.announce.say(`${MOST_PINS} outputs are pinned already: unpin one first`);
    } else {
      this.settings.set({ pins: [...pins, row] });
      this.announce.say(`Pinned, ${this.pins.value.length} side by side`);
    }
  }
}
