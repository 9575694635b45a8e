/** The heights of a list's rows, estimated until measured. */
export class Heights {
  /** The top of each row; valid up to `#until`. */
  readonly #top: Float64Array;
  readonly #height: Float64Array;
  #until = 0;

  constructor(
    readonly count: number,
    estimate: (k: number) => number,
    readonly gap: number,
  ) {
    this.#height = Float64Array.from({ length: count }, (_, k) => estimate(k));
    this.#top = new Float64Array(count + 1);
  }

  height(k: number): number {
    return this.#height[k];
  }

  /** The top of row k; for k = count, the end of the last row and its gap. */
  top(k: number): number {
    for (; this.#until < k; this.#until++)
      this.#top[this.#until + 1] = this.#top[this.#until] + this.#height[this.#until] + this.gap;
    return this.#top[k];
  }

  get total(): number {
    return this.top(this.count);
  }

  /** Sets a row's height; returns the change. */
  measure(k: number, height: number): number {
    const grown = height - this.#height[k];
    this.#height[k] = height;
    if (grown) this.#until = Math.min(this.#until, k);
    return grown;
  }

  /** The row at a position, including its gap; the first or last row outside the list. */
  at(y: number): number {
    let [low, high] = [0, Math.max(0, this.count - 1)];
    this.top(this.count);
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#top[middle] <= y) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}
