// The panel beside the texts, and its width.
import { computed, signal } from "@preact/signals";
import type { Tab } from "../wire/types";
import type { Outputs } from "./outputs";
import type { Settings } from "./settings";

/** With fewer outputs, the map is hidden by default. */
export const FEW = 20;
/** The side's share of the width until the divider is dragged. */
const SHARE = 0.34;
/** The smallest share for either side: below it, the divider hides that side. */
const LEAST = 0.12;

export class Side {
  constructor(
    readonly outputs: Outputs,
    readonly settings: Settings,
  ) {}

  /** Whether the drawer of a narrow widget is open. */
  readonly drawer = signal(false);
  /** Outputs that the map zooms to once it is visible. */
  readonly zoom = signal<Uint32Array | null>(null);
  readonly tab = computed<Tab>(() => this.settings.get("side"));
  /** Its share of the width; 0 = hidden, 1 = the texts are hidden. */
  readonly share = computed(() => {
    const share = this.settings.get("side_width");
    return share ?? (this.outputs.info.n < FEW ? 0 : SHARE);
  });

  /** Shows a panel; if the widget is narrow, only in an open drawer. */
  show(tab = this.tab.value): void {
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

  /** Resets the width and shows both sides. */
  reset(): void {
    this.settings.set({ side_width: SHARE });
  }
}
