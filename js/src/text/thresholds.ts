/** The number of n outputs that a threshold means: a count above 1, a share up to 1. As `text.thresholds` in Python. */
export function outputsNeeded(minOutputs: number, n: number): number {
  // 0.07 * 100 is 7.000000000000001 and must not become 8.
  return minOutputs > 1 ? minOutputs : Math.max(2, Math.ceil(Number((minOutputs * n).toFixed(9))));
}
