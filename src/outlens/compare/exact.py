"""Exact tests of a difference of two shares, two-sided, for many properties at once."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from outlens._imports import importing
from outlens.text.significance import within_strata

Int64s = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

AT_ONCE = 1 << 21
"""How many probabilities are computed at once: 16 MB."""


def fisher(f1: Int64s, n1: int, f: Int64s, n: int) -> Floats:
    """Return p of Fisher's exact test, two-sided.

    It is the probability of the counts that are at most as probable as the one observed (Irwin 1935), if n1 of n
    outputs are drawn, f of which have a property.

    Parameters
    ----------
    f1, f : (m,): how many of the first group, and of both, have each property.
    n1, n : the size of the first group, and of both.

    Examples
    --------
    >>> fisher(np.array([8, 3]), 10, np.array([9, 6]), 20).round(4).tolist()
    [0.0055, 1.0]
    """
    with importing:
        from scipy.special import gammaln

    if not len(f1):
        return np.zeros(0)
    rows, back = np.unique(np.stack([f1, f]), axis=1, return_inverse=True)
    logs = gammaln(np.arange(n + 1) + 1.0)

    def choose(of: Int64s | int, take: Int64s) -> Floats:
        found: Floats = logs[of] - logs[take] - logs[of - take]
        return found

    width = min(n1, n - n1) + 1
    p = np.empty(rows.shape[1])
    step = max(1, AT_ONCE // width)
    for start in range(0, len(p), step):
        seen, both = rows[:, start : start + step, None]
        low, high = np.maximum(0, both + n1 - n), np.minimum(both, n1)
        k = np.minimum(low + np.arange(width), high)
        chance = np.exp(choose(both, k) + choose(n - both, n1 - k) - choose(n, np.full(1, n1)))
        # Padding repeats the last count of a row.
        chance[low + np.arange(width) > high] = 0
        observed = np.take_along_axis(chance, seen - low, axis=1)
        # Counts that are exactly as probable differ by rounding.
        p[start : start + step] = np.where(chance <= observed * (1 + 1e-7), chance, 0).sum(axis=1)
    p = np.minimum(p, 1)
    return p[back.reshape(-1)]


def within_prompts(makers1: Int64s, sizes1: Int64s, makers2: Int64s, sizes2: Int64s) -> Floats:
    """Return p of the exact conditional test of Cochran-Mantel-Haenszel tables, two-sided (Gart 1970).

    It is twice the smaller tail of the sum over prompts of hypergeometric counts; see `text.significance`.

    Parameters
    ----------
    makers1, makers2 : (prompts, m): how many outputs of each group have each property.
    sizes1, sizes2 : (prompts,): the outputs of each group.
    """
    with importing:
        from scipy.sparse import csr_matrix

    f1, f2 = makers1.sum(axis=0), makers2.sum(axis=0)
    both, sizes = makers1 + makers2, sizes1 + sizes2
    # The other tail is not smaller: such a sum is distributed like the number of successes in independent trials, whose
    # median is less than 1 from its mean (Jogdeo and Samuels 1968).
    above = f1 >= (sizes1 / sizes) @ both
    holders = csr_matrix(both.T)
    holders.sort_indices()
    feature = np.arange(len(f1))
    # The first group has at most f1 where the second has at least f2.
    group = np.where(above, 0, 1)
    tail = within_strata(np.where(above, f1, f2), feature, group, holders, np.stack([sizes1, sizes2]))
    p: Floats = np.minimum(2 * tail, 1)
    return p
