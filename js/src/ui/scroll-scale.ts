// Lists taller than a browser can scroll. Chromium's limit is 33.5 million device pixels, Firefox's 17.9 million.

/** The largest height given to the browser: at four device pixels per CSS pixel, the limit is 8.4 million. */
const MOST = 8e6;
/** Largest step, in screens, of the wheel or the keys; anything larger is the scroll bar or the End key. */
const STEP = 3;

export interface Extent {
  /** Height of all rows. */
  total: number;
  /** Height of the visible part. */
  screen: number;
  /** Height of other scrolling content: a header, margins. */
  extra: number;
}

/**
 * Maps the browser's scroll position to a position in the list. A small step moves by the same number of pixels, a
 * large one in proportion to the whole. `offset` is how far the list is ahead of the browser: rows are drawn higher by
 * it.
 */
export class ScrollScale {
  offset = 0;
  #position = 0;

  constructor(readonly most = MOST) {}

  /** The height to give to the browser for rows of a total height. */
  space(total: number): number {
    return Math.min(total, this.most);
  }

  /** The position in the list at the top of the screen. */
  get place(): number {
    return this.#position + this.offset;
  }

  /** Goes to the top, for another list. */
  begin(): void {
    this.offset = this.#position = 0;
  }

  /** Handles a scroll of the browser to a position. */
  scrolled(position: number, extent: Extent): void {
    const { positions, places } = this.#ranges(extent);
    const end = position <= 0 || position >= positions - 1;
    if (places <= positions) this.offset = 0;
    else if (end || Math.abs(position - this.#position) > STEP * extent.screen)
      this.offset = positions > 0 ? Math.max(0, Math.min(1, position / positions)) * places - position : 0;
    this.#position = position;
  }

  /** Whether the browser is at the end of a list that is too tall for it. */
  atEnd(extent: Extent): boolean {
    const { positions, places } = this.#ranges(extent);
    return places > positions && this.#position >= positions - 1;
  }

  /** The browser position for a position in the list; call `settled` with the result. */
  positionFor(place: number, extent: Extent): number {
    const { positions, places } = this.#ranges(extent);
    const within = Math.max(0, Math.min(places, place));
    return places <= positions ? within : (within / places) * positions;
  }

  /** Records that the browser's position shows this position in the list. */
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
