"""Whether a confidence says how often outputs are correct."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from outlens.compare.groups import grouped
from outlens.compare.intervals import auc, percentile, wilson
from outlens.compare.resampling import resamples
from outlens.compare.trait_values import column

Floats = npt.NDArray[np.float64]


def calibration(
    confidence: Iterable[float],
    correct: Iterable[Any],
    prompts: Iterable[Any] | None = None,
    *,
    bins: int = 10,
    resampled: int = 999,
    seed: int = 0,
    level: float = 0.95,
) -> pd.DataFrame:
    """Compare the confidence in outputs with how often they are correct.

    Parameters
    ----------
    confidence : n numbers from 0 to 1, such as `cluster_share` of `consistency`.
    correct : n booleans, or 1 and 0. Outputs without one of the two values are left out.
    prompts : n values, the prompt of each output, which are then resampled together.
    bins : the number of bins of equal width.
    resampled : the number of bootstrap samples.
    seed : of the samples.
    level : the confidence level of the intervals.

    Returns
    -------
    `measure`, `start, end` and `confidence` (float64, of a bin: its ends and the mean confidence in it; NaN for the
    other measures), `estimate, low, high` (float64), `n` (int64), `unit` of the interval and `note`:

    bin : the share of correct outputs in each bin, with its Wilson interval, which treats outputs as independent.
    ece : the expected calibration error (Guo et al. 2017), the mean over outputs of the distance between confidence and
        share in their bin, with its basic bootstrap interval. It depends on the bins and is above 0 even if all is
        right.
    auroc : the chance that a correct output has a higher confidence than a wrong one; half of the equal ones count. The
        interval is Newcombe's (2006), or the percentiles of samples of prompts if there are 5 or more.

    Raises
    ------
    TypeError, ValueError
        If the arguments do not have n values, a confidence is not from 0 to 1, or `correct` is not true or false.

    Examples
    --------
    >>> table = calibration([0.9, 0.8, 0.7, 0.2], [True, True, False, False], bins=2)
    >>> table[["measure", "confidence", "estimate", "n"]].round(3).dropna().values.tolist()
    [['bin', 0.2, 0.0, 1], ['bin', 0.8, 0.667, 3]]
    """
    for name, whole in (("bins", bins), ("resampled", resampled)):
        if isinstance(whole, bool) or not isinstance(whole, int | np.integer) or whole < 1:
            raise ValueError(f"{name} is {whole!r}; give a whole number, 1 or more.")
    given = list(confidence)
    n = len(given)
    sure = column("confidence", given, n).astype(np.float64)
    right = column("correct", correct, n).astype(np.float64)
    if len(wrong := sure[(sure < 0) | (sure > 1)]):
        raise ValueError(f"confidence holds {wrong[0]}; give numbers from 0 to 1.")
    if len(wrong := right[(right != 0) & (right != 1) & ~np.isnan(right)]):
        raise ValueError(f"correct holds {wrong[0]}; give True and False, or 1 and 0.")
    some = ~np.isnan(sure) & ~np.isnan(right)
    groups = grouped(["all" if both else None for both in some], n, prompts) if some.any() else None
    edges = np.linspace(0, 1, bins + 1)
    # A bin holds its upper end, and the first one 0 too.
    at = np.clip(np.digitize(sure, edges, right=True) - 1, 0, bins - 1)
    count, held = (np.bincount(at[some], weights, minlength=bins) for weights in (None, right[some]))
    summed = np.bincount(at[some], sure[some], minlength=bins)
    low, high = wilson(held, count, level)
    rows: list[dict[str, Any]] = []
    for i in range(bins):
        empty = count[i] == 0
        rows.append({
            "measure": "bin", "start": edges[i], "end": edges[i + 1],
            "confidence": np.nan if empty else summed[i] / count[i],
            "estimate": np.nan if empty else held[i] / count[i], "low": low[i], "high": high[i],
            "n": int(count[i]), "unit": "outputs", "note": "no output in this bin" if empty else "",
        })  # fmt: skip
    estimates = {"ece": np.nan, "auroc": np.nan}
    ends = {"ece": (np.nan, np.nan), "auroc": (np.nan, np.nan)}
    notes = {"ece": "too few: 0 outputs", "auroc": "too few: 0 outputs"}
    if groups is not None:
        values, place = np.unique(sure, return_inverse=True)
        rank = place.reshape(-1)
        everything = np.flatnonzero(some)
        estimates = {"ece": _ece(sure, right, at, everything), "auroc": _auroc(rank, right, everything, len(values))}
        drawn: dict[str, list[float]] = {"ece": [], "auroc": []}
        for sample in resamples(groups, resampled, seed):
            drawn["ece"].append(_ece(sure, right, at, sample))
            if groups.unit == "prompts":
                drawn["auroc"].append(_auroc(rank, right, sample, len(values)))
        from_low, to_high = percentile(drawn["ece"], level)
        ends["ece"] = max(2 * estimates["ece"] - float(to_high), 0.0), min(2 * estimates["ece"] - float(from_low), 1.0)
        positive = float(right[some].sum())
        notes = {"ece": "", "auroc": ""}
        if positive in (0, some.sum()):
            notes["auroc"] = f"constant: all are {'correct' if positive else 'wrong'}"
        elif groups.unit == "prompts":
            ends["auroc"] = percentile(drawn["auroc"], level)
        else:
            first, last = auc(estimates["auroc"], positive, some.sum() - positive, level)
            ends["auroc"] = float(first), float(last)
        if some.sum() < 2:
            notes["ece"] = "too few for an interval: 1 output"
            ends["ece"] = np.nan, np.nan
    for name, estimate in estimates.items():
        rows.append({
            "measure": name, "start": np.nan, "end": np.nan, "confidence": np.nan,
            "estimate": estimate, "low": ends[name][0], "high": ends[name][1], "n": int(some.sum()),
            "unit": groups.unit if groups is not None else "outputs", "note": notes[name],
        })  # fmt: skip
    return pd.DataFrame(rows).astype({"measure": object, "unit": object, "note": object})


def _ece(sure: Floats, right: Floats, at: npt.NDArray[np.int64], rows: npt.NDArray[np.int64]) -> float:
    return float(np.abs(np.bincount(at[rows], sure[rows] - right[rows])).sum() / len(rows))


def _auroc(rank: npt.NDArray[np.int64], right: Floats, rows: npt.NDArray[np.int64], size: int) -> float:
    """Return the AUC from the counts of correct and wrong outputs at each confidence; NaN if all are the same."""
    correct = np.bincount(rank[rows], right[rows], minlength=size)
    wrong = np.bincount(rank[rows], minlength=size) - correct
    pairs = correct.sum() * wrong.sum()
    if pairs == 0:
        return np.nan
    return float(correct @ (np.cumsum(wrong) - wrong / 2) / pairs)
