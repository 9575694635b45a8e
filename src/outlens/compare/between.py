"""How alike the outputs of every two groups are."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from outlens._imports import importing
from outlens.compare.diverse import unit_vectors
from outlens.compare.groups import FEW_PROMPTS, grouped, too_few
from outlens.compare.intervals import student

Floats = npt.NDArray[np.float64]

AT_ONCE = 4_096
"""How many outputs are compared with all groups at once."""


def likeness_between(
    vectors: npt.ArrayLike, groups: Iterable[Any], prompts: Iterable[Any] | None = None, *, level: float = 0.95
) -> pd.DataFrame:
    """Return the mean cosine of the outputs of every two groups, and of the outputs within each.

    Parameters
    ----------
    vectors : (n, d) numbers.
    groups : n labels; outputs with None or NaN are left out.
    prompts : n values, the prompt of each output. Only outputs of one prompt are compared, and every prompt counts the
        same.
    level : the confidence level.

    Returns
    -------
    One row per two groups, and per group with itself: `group, other`, `estimate, low, high` (float64), `n1, n2`
    and `prompts` (int64), `unit` of the interval and `note`. An output is not compared with itself.

    Raises
    ------
    TypeError, ValueError
        If the arguments do not have n values, or the vectors are not finite.

    Notes
    -----
    Means come from the sums of the vectors, without a matrix of all pairs. With 5 prompts or more, the interval is a t
    interval over prompts; with fewer, it is from the jackknife over outputs (Arvesen 1969). Groups with different
    prompts in common are not quite comparable: see `prompts`.

    Examples
    --------
    >>> table = likeness_between([[1, 0], [1, 0], [0, 1], [0, 1]], list("aabb"))
    >>> table[["group", "other", "estimate"]].values.tolist()
    [['a', 'a', 1.0], ['a', 'b', 0.0], ['b', 'b', 1.0]]
    """
    n = len(np.asarray(vectors))
    unit = unit_vectors(vectors, n)
    made = grouped(groups, n, prompts)
    counts = made.cells()
    count = len(made.names)
    k, total, square, error = (np.zeros((count, count)) for _ in range(4))
    spread = np.ones((count, count), bool)
    over_prompts = made.unit == "prompts"
    order = np.flatnonzero(made.codes >= 0)
    order = order[np.argsort(made.block[order], kind="stable")]
    bounds = np.searchsorted(made.block[order], np.arange(len(made.prompts) + 1))
    for block in range(len(made.prompts)):
        rows = order[bounds[block] : bounds[block + 1]]
        used, local = np.unique(made.codes[rows], return_inverse=True)
        size = counts[used, block].astype(np.float64)
        own = unit[rows].astype(np.float64)
        sums = np.zeros((len(used), own.shape[1]))
        np.add.at(sums, local.reshape(-1), own)
        squares = np.bincount(local.reshape(-1), (own * own).sum(1))
        products = sums @ sums.T
        pairs = np.outer(size, size)
        np.fill_diagonal(products, products.diagonal() - squares)
        np.fill_diagonal(pairs, size * (size - 1))
        some = pairs > 0
        mean = products / np.where(some, pairs, 1)
        at = np.ix_(used, used)
        k[at] += some
        total[at] += np.where(some, mean, 0)
        square[at] += np.where(some, mean * mean, 0)
        if not over_prompts:
            variance, enough = _jackknife(own, local.reshape(-1), sums, size, mean)
            error[at] += np.where(some, variance, 0)
            spread[at] &= enough | ~some
    whole = np.maximum(k, 1)
    estimate = total / whole
    low, high = student(estimate, np.maximum(square - k * estimate**2, 0) / np.maximum(k - 1, 1), k, level)
    few = k < FEW_PROMPTS
    sizes = made.sizes()
    with importing:
        from scipy.special import stdtrit

    # As many degrees of freedom as the smaller group gives.
    freedom = np.maximum(np.minimum.outer(sizes, sizes) - 1, 1)
    half = stdtrit(freedom, (1 + level) / 2) * np.sqrt(error) / whole
    low, high = np.where(few, estimate - half, low), np.where(few, estimate + half, high)
    low = np.where(few & (~spread | over_prompts), np.nan, low.clip(-1, 1))
    high = np.where(np.isnan(low), np.nan, high.clip(-1, 1))
    rows_made: list[dict[str, Any]] = []
    for i in range(count):
        for j in range(i, count):
            note = too_few([(made.names[g], int(counts[g].max())) for g in {i, j}], 2) if i == j else ""
            if not note and not k[i, j]:
                note = "no prompt has both groups"
            elif not note and np.isnan(low[i, j]):
                note = "too few for an interval: " + (f"{int(k[i, j])} prompts" if over_prompts else "1 or 2 outputs")
            some_prompts = k[i, j] > 0
            rows_made.append({
                "group": made.names[i], "other": made.names[j],
                "estimate": estimate[i, j] if some_prompts else np.nan,
                "low": low[i, j] if some_prompts else np.nan, "high": high[i, j] if some_prompts else np.nan,
                "n1": sizes[i], "n2": sizes[j], "prompts": int(k[i, j]),
                "unit": "outputs" if few[i, j] else "prompts", "note": note,
            })  # fmt: skip
    return pd.DataFrame(rows_made).astype({"group": object, "other": object, "unit": object, "note": object})


def _jackknife(
    own: Floats, local: npt.NDArray[Any], sums: Floats, size: Floats, mean: Floats
) -> tuple[Floats, npt.NDArray[np.bool_]]:
    """Return the variance of the means of pairs within a prompt, and where there are enough outputs for it."""
    # The mean likeness of each output to each group, without itself.
    others = np.maximum(np.tile(size, (len(size), 1)) - np.eye(len(size)), 1)
    spread = np.zeros(mean.shape)
    for first in range(0, len(own), AT_ONCE):
        some, of = own[first : first + AT_ONCE], local[first : first + AT_ONCE]
        to = some @ sums.T
        to[np.arange(len(some)), of] -= (some * some).sum(1)
        np.add.at(spread, of, (to / others[of] - mean[of]) ** 2)
    enough = np.minimum.outer(size, size) > 1
    each = spread / np.maximum(size * (size - 1), 1)[:, None]
    variance = each + each.T
    within = 4 * (size - 1) / np.maximum(size, 1) / np.maximum(size - 2, 1) ** 2 * spread.diagonal()
    np.fill_diagonal(variance, within)
    np.fill_diagonal(enough, size > 2)
    return variance, enough
