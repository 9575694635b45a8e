// The points that distinguish clusters: those that a larger share of a cluster's outputs makes than of the others.
import { type Cut, listOf } from "./points-cut";

export interface Distinguishing {
  /** The group of the point. */
  point: number;
  /** The outputs of the cluster that make it, and all of them. */
  f1: number;
  n1: number;
  /** The other outputs that make it, and all of them. */
  f2: number;
  n2: number;
  /** How much more often the cluster makes it, as a power of two: the lower end of the confidence interval. */
  lrc: number;
  /** The probability of so many by chance, adjusted for the number of tests. */
  q: number;
}

/** The fewest outputs of a cluster that make a listed point (all, if the cluster is smaller). */
const LEAST = 3;
/** Smaller clusters are not tested. */
const TESTED = 5;
const SIGNIFICANT = 0.05;

/**
 * For each cluster from -1 on, the points that it makes significantly more often, best first: the rows of
 * `points.distinctive` with q <= .05. `clusterOf` is the cluster of each output.
 */
export function distinguishing(clusterOf: Int32Array, cut: Cut): Distinguishing[][] {
  const n = clusterOf.length;
  const sizes = new Uint32Array(clusterOf.reduce((most, c) => Math.max(most, c), -1) + 2);
  for (const c of clusterOf) sizes[c + 1]++;
  const found: (Distinguishing & { k: number; p: number })[] = [];
  const chance = hypergeometric(n);
  let features = 0;
  for (let point = 0; point < cut.pointCount; point++) {
    const makers = listOf(cut.makers, point);
    if (makers.length < LEAST) continue;
    features++;
    const counts = new Map<number, number>();
    for (const id of makers) counts.set(clusterOf[id] + 1, (counts.get(clusterOf[id] + 1) ?? 0) + 1);
    for (const [k, f1] of counts) {
      const n1 = sizes[k];
      const [f2, n2] = [makers.length - f1, n - n1];
      if (n1 < TESTED || f1 < LEAST || f1 * n2 <= f2 * n1) continue;
      found.push({ k, point, f1, n1, f2, n2, lrc: 0, q: 1, p: chance(f1, n1, makers.length) });
    }
  }
  // Benjamini and Hochberg; what is not listed counts as p = 1.
  const tests = features * sizes.filter((size) => size >= TESTED).length;
  found.sort((a, b) => a.p - b.p);
  for (let i = found.length - 1, q = 1; i >= 0; i--) found[i].q = q = Math.min(q, (found[i].p * tests) / (i + 1));
  const lists = Array.from(sizes, (): typeof found => []);
  for (const row of found) {
    if (row.q > SIGNIFICANT) break;
    row.lrc = logRatio(row, 0.05 / tests);
    lists[row.k].push(row);
  }
  for (const list of lists) list.sort((a, b) => b.lrc - a.lrc || a.p - b.p || b.f1 - a.f1 || a.point - b.point);
  return lists;
}

/** P(X >= f1), where X is how many of n1 outputs drawn from n are among the f that make a point. */
function hypergeometric(n: number): (f1: number, n1: number, f: number) => number {
  const logs = new Float64Array(n + 1);
  for (let i = 1; i <= n; i++) logs[i] = logs[i - 1] + Math.log(i);
  const choose = (all: number, some: number) => logs[all] - logs[some] - logs[all - some];
  return (f1, n1, f) =>
    tail(
      Math.exp(choose(f, f1) + choose(n - f, n1 - f1) - choose(n, n1)),
      f1,
      Math.min(f, n1),
      (x) => ((f - x) * (n1 - x)) / ((x + 1) * (n - f - n1 + x + 1)),
    );
}

/** The sum of the terms from x to the last one, where `ratio(x)` leads from one to the next and falls below 1. */
function tail(term: number, x: number, last: number, ratio: (x: number) => number): number {
  let sum = term;
  for (; x < last && term > sum * 1e-17; x++) sum += term *= ratio(x);
  return Math.min(1, sum);
}

/**
 * The lower end of the interval of log2((f1 / n1) / (f2 / n2)), at least 0 (Evert 2022), from the Clopper-Pearson
 * interval of f1 / (f1 + f2).
 */
function logRatio({ f1, n1, f2, n2 }: Distinguishing, alpha: number): number {
  const n = f1 + f2;
  let logs = 0;
  for (let i = 1; i <= f2; i++) logs += Math.log((f1 + i) / i);
  let [low, high] = [0, f1 / n];
  for (let step = 0; step < 60; step++) {
    const p = (low + high) / 2;
    const first = Math.exp(logs + f1 * Math.log(p) + f2 * Math.log1p(-p));
    if (tail(first, f1, n, (x) => (((n - x) / (x + 1)) * p) / (1 - p)) < alpha / 2) low = p;
    else high = p;
  }
  return Math.max(0, Math.log2((low / (1 - low)) * (n2 / n1)));
}
