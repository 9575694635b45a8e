// What is shown beside the texts, and how wide it is.
import { computed, signal } from "@preact/signals";
import type { Tab } from "../wire/types";
import type { Outputs } from "./outputs";
import type { Settings } from "./settings";

/** Fewer outputs than this are read without a map of them. */
export const FEW = 20;
/** Share of the width that the side has until it is dragged. */
const SHARE = 0.34;
/** Shares that are too little for either side: the divider then hides it. */
const LEAST = 0.12;

export class Side {
  constructor(
    readonly outputs: Outputs,
    readonly settings: Settings,
  ) {}

  /** Whether the drawer of a narrow widget is open. */
  readonly drawer = signal(false);
  /** Outputs that the map zooms to as soon as it is shown. */
  readonly zoom = signal<Uint32Array | null>(null);
  readonly tab = computed<Tab>(() => this.settings.get("side"));
  /** Its share of the width; 0 = hidden, 1 = the texts are hidden. */
  readonly share = computed(() => {
    const share = this.settings.get("side_width");
    return share ?? (this.outputs.info.n < FEW ? 0 : SHARE);
  });

  show(tab = this.tab.value): void {
    this.drawer.value = true;
    this.settings.set({ side: tab, ...(this.share.value < LEAST && { side_width: SHARE }) });
  }

  /** Shows some outputs on the map. */
  zoomTo(ids: Uint32Array): void {
    this.zoom.value = ids;
    this.show("map");
  }

  resize(share: number): void {
    const whole = share < LEAST ? 0 : share > 1 - LEAST ? 1 : share;
    this.settings.set({ side_width: Math.round(1000 * whole) / 1000 });
  }

  /** Back to the width that it has by itself, whichever side was hidden. */
  reset(): void {
    this.settings.set({ side_width: SHARE });
  }
}
