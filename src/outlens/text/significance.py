"""The significance of a word in a group: exact tests, correction for multiple testing, and a log ratio."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from outlens._imports import importing

Int64s = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


def fisher(f1: Int64s, n1: Int64s, f: Int64s, n: int) -> Floats:
    """Return P(X >= f1), where X is how many of n1 outputs drawn from n are among the f that contain a word."""
    with importing:
        from scipy.stats import hypergeom

    if not len(f1):
        return np.zeros(0)
    # Compute each distinct row once: most tables have few.
    rows, back = np.unique(np.stack([f1, n1, f]), axis=1, return_inverse=True)
    p: Floats = np.clip(hypergeom.sf(rows[0] - 1, n, rows[2], rows[1]), 0, 1)
    return p[back.reshape(-1)]


NORMAL = 400.0
"""Above this variance, a sum over prompts is approximated by a normal distribution corrected for skewness."""


def within_strata(f1: Int64s, feature: Int64s, group: Int64s, holders: Any, sizes: Int64s) -> Floats:
    """Return P(X >= f1), where X sums over prompts the hypergeometric count of a group's outputs that contain a word.

    `holders` is a sparse (features, prompts) and `sizes` a (groups, prompts) table of outputs.
    """
    with importing:
        from scipy.special import gammaln
        from scipy.stats import norm

    total = sizes.sum(0)
    logs = gammaln(np.arange(int(total.max(initial=0)) + 2) + 1.0)
    first, prompt = holders.indptr.astype(np.int64), holders.indices.astype(np.int64)
    tails, mean, variance, third = _kernel()(
        f1, feature, group, first, prompt, holders.data, sizes, total, logs, NORMAL
    )
    wide = variance > NORMAL
    z = (f1[wide] - 0.5 - mean[wide]) / np.sqrt(variance[wide])
    skewness = third[wide] / variance[wide] ** 1.5
    tails[wide] = norm.sf(z) + skewness * (z * z - 1) * norm.pdf(z) / 6
    p: Floats = np.clip(tails, 0, 1)
    return p


@lru_cache(maxsize=1)
def _kernel() -> Any:
    with importing:
        from outlens.text.compiled import compiled

    def tails(
        f1: Int64s, feature: Int64s, group: Int64s, first: Int64s, prompt: Int64s, holders: Int64s, sizes: Int64s,
        total: Int64s, logs: Floats, normal: float,
    ) -> tuple[Floats, Floats, Floats, Floats]:  # fmt: skip
        n = len(f1)
        p, mean = np.zeros(n), np.zeros(n)
        variance, third = np.zeros(n), np.zeros(n)
        for i in range(n):
            g = group[i]
            low = high = 0
            for j in range(first[feature[i]], first[feature[i] + 1]):
                s = prompt[j]
                f, k, m = holders[j], sizes[g, s], total[s]
                low += max(0, f + k - m)
                high += min(f, k)
                if m > 1:
                    share = f / m
                    v = k * share * (1 - share) * (m - k) / (m - 1)
                    mean[i] += k * share
                    variance[i] += v
                    if m > 2:
                        third[i] += v * (m - 2 * f) * (m - 2 * k) / (m * (m - 2))
                else:
                    mean[i] += k * f
            if variance[i] > normal:
                continue
            chance = np.zeros(high - low + 1)
            following = np.zeros(high - low + 1)
            chance[0] = 1.0
            width = 1
            for j in range(first[feature[i]], first[feature[i] + 1]):
                s = prompt[j]
                f, k, m = holders[j], sizes[g, s], total[s]
                least, most = max(0, f + k - m), min(f, k)
                if least == most:
                    continue
                following[: width + most - least] = 0.0
                for x in range(least, most + 1):
                    one = np.exp(
                        logs[f] - logs[x] - logs[f - x] + logs[m - f] - logs[k - x] - logs[m - f - k + x]
                        - logs[m] + logs[k] + logs[m - k]
                    )  # fmt: skip
                    for y in range(width):
                        following[y + x - least] += chance[y] * one
                width += most - least
                chance, following = following, chance
            for x in range(f1[i] - low, width):
                p[i] += chance[x]
        return p, mean, variance, third

    return compiled(tails)


def adjusted(p: Floats, tests: int) -> Floats:
    """Return p adjusted after Benjamini and Hochberg; the remaining tests, up to `tests` in total, count as p = 1."""
    order = np.argsort(p, kind="stable")
    ratio = p[order] * (tests / np.arange(1, len(p) + 1))
    q = np.empty(len(p))
    q[order] = np.minimum(np.minimum.accumulate(ratio[::-1])[::-1], 1)
    return q


def log_ratio(f1: Int64s, n1: Int64s, f2: Int64s, n2: Int64s, alpha: float) -> Floats:
    """Return the lower end of the confidence interval of log2((f1 / n1) / (f2 / n2)), at least 0."""
    with importing:
        from scipy.stats import beta

    if not len(f1):
        return np.zeros(0)
    rows, back = np.unique(np.stack([f1, f2]), axis=1, return_inverse=True)
    low = np.clip(beta.ppf(alpha / 2, rows[0], rows[1] + 1), 1e-300, 1 - 1e-12)[back.reshape(-1)]
    lrc: Floats = np.maximum(np.log2(low / (1 - low) * (n2 / n1)), 0)
    return lrc
