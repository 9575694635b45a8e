import { boundsOf } from "./view";

const PER_CELL = 3;
const MAX_SIDE = 512;

/** A uniform grid that finds the point nearest to a position without a scan of all points. */
export class Grid {
  readonly #xy: Float32Array;
  readonly #side: number;
  readonly #left: number;
  readonly #bottom: number;
  readonly #perX: number;
  readonly #perY: number;
  readonly #starts: Uint32Array;
  readonly #ids: Uint32Array;

  constructor(xy: Float32Array) {
    this.#xy = xy;
    const count = xy.length >> 1;
    const bounds = boundsOf(xy) ?? { left: 0, right: 0, bottom: 0, top: 0 };
    this.#side = Math.max(1, Math.min(MAX_SIDE, Math.ceil(Math.sqrt(count / PER_CELL))));
    this.#left = bounds.left;
    this.#bottom = bounds.bottom;
    this.#perX = this.#side / (bounds.right - bounds.left || 1);
    this.#perY = this.#side / (bounds.top - bounds.bottom || 1);
    this.#starts = new Uint32Array(this.#side * this.#side + 1);
    this.#ids = new Uint32Array(count);
    const cells = new Uint32Array(count);
    for (let id = 0; id < count; id++) {
      const cell = this.#row(xy[2 * id + 1] as number) * this.#side + this.#column(xy[2 * id] as number);
      cells[id] = cell;
      (this.#starts[cell + 1] as number)++;
    }
    for (let cell = 0; cell < this.#side * this.#side; cell++) {
      (this.#starts[cell + 1] as number) += this.#starts[cell] as number;
    }
    const next = this.#starts.slice();
    for (let id = 0; id < count; id++) {
      const cell = cells[id] as number;
      this.#ids[next[cell] as number] = id;
      (next[cell] as number)++;
    }
  }

  #column(x: number): number {
    return Math.max(0, Math.min(this.#side - 1, Math.floor((x - this.#left) * this.#perX))) || 0;
  }

  #row(y: number): number {
    return Math.max(0, Math.min(this.#side - 1, Math.floor((y - this.#bottom) * this.#perY))) || 0;
  }

  /** The point nearest to (x, y) within `reach`, all in data units; -1 if there is none. */
  nearest(x: number, y: number, reach: number): number {
    let best = -1;
    let least = reach * reach;
    const [first, last] = [this.#column(x - reach), this.#column(x + reach)];
    for (let row = this.#row(y - reach), end = this.#row(y + reach); row <= end; row++) {
      const stop = this.#starts[row * this.#side + last + 1] as number;
      for (let i = this.#starts[row * this.#side + first] as number; i < stop; i++) {
        const id = this.#ids[i] as number;
        const dx = (this.#xy[2 * id] as number) - x;
        const dy = (this.#xy[2 * id + 1] as number) - y;
        const distance = dx * dx + dy * dy;
        if (distance < least || (distance === least && id > best)) {
          least = distance;
          best = id;
        }
      }
    }
    return best;
  }
}
