// Lists that are higher than a browser can scroll. Chromium ends at 33.5 million device pixels, Firefox at 17.9
// million.

/** The height that is given to the browser, at most: at four device pixels to one the limit is 8.4 million. */
const MOST = 8e6;
/** Screens that one moves by wheel or keys at once; more is a drag of the scroll bar, or the End key. */
const STEP = 3;

export interface Extent {
  /** Height of all rows. */
  total: number;
  /** Height of the part that is seen. */
  screen: number;
  /** Height of what else scrolls: a header, margins. */
  extra: number;
}

/**
 * Maps the browser's scroll position to the place in the list. A small step moves by as many pixels; a large one by the
 * share of the whole. `offset` is how much further down in the list one is than the browser believes: rows are drawn higher by it.
 */
export class ScrollScale {
  offset = 0;
  #position = 0;

  constructor(readonly most = MOST) {}

  /** The height to give to the browser for rows of so much. */
  space(total: number): number {
    return Math.min(total, this.most);
  }

  /** The place in the list at the top of the screen. */
  get place(): number {
    return this.#position + this.offset;
  }

  /** Goes to the top, for another list. */
  begin(): void {
    this.offset = this.#position = 0;
  }

  /** The browser has scrolled to a position. */
  scrolled(position: number, extent: Extent): void {
    const { positions, places } = this.#ranges(extent);
    const end = position <= 0 || position >= positions - 1;
    if (places <= positions) this.offset = 0;
    else if (end || Math.abs(position - this.#position) > STEP * extent.screen)
      this.offset = positions > 0 ? Math.max(0, Math.min(1, position / positions)) * places - position : 0;
    this.#position = position;
  }

  /** Whether the browser is at the end of a list that is too high for it. */
  atEnd(extent: Extent): boolean {
    const { positions, places } = this.#ranges(extent);
    return places > positions && this.#position >= positions - 1;
  }

  /** The position to set for a place in the list; `settled` says what the browser made of it. */
  positionFor(place: number, extent: Extent): number {
    const { positions, places } = this.#ranges(extent);
    const within = Math.max(0, Math.min(places, place));
    return places <= positions ? within : (within / places) * positions;
  }

  /** The place is at the browser's position now. */
  settled(place: number, position: number, extent: Extent): void {
    const { positions, places } = this.#ranges(extent);
    this.#position = position;
    this.offset = places <= positions ? 0 : Math.max(0, Math.min(places, place)) - position;
  }

  #ranges({ total, screen, extra }: Extent): { positions: number; places: number } {
    return {
      positions: Math.max(0, this.space(total) + extra - screen),
      places: Math.max(0, total + extra - screen),
    };
  }
}
