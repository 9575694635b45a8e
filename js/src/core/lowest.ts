/** The first of the numbers from low on for which a test is true, `high` if for none. It stays true once it is. */
export function lowest(low: number, high: number, test: (k: number) => boolean): number {
  while (low < high) {
    const middle = (low + high) >> 1;
    if (test(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
