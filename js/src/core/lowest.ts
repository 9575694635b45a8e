/** The first number from `low` on that passes a monotonic test; `high` if none does. */
export function lowest(low: number, high: number, test: (k: number) => boolean): number {
  while (low < high) {
    const middle = (low + high) >> 1;
    if (test(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
