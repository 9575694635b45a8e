"""Which traits tell groups apart when all are taken together."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from outlens.compare.groups import REST, Groups, comparisons, grouped, name_of, too_few
from outlens.compare.intervals import percentile
from outlens.compare.logistic import elastic_net
from outlens.compare.resampling import resamples
from outlens.compare.traits import columns_of

Floats = npt.NDArray[np.float64]

AT_ONCE = 1 << 22
"""How many weights are held at once: 32 MB."""


def telling_traits(
    values: pd.DataFrame,
    groups: Iterable[Any],
    prompts: Iterable[Any] | None = None,
    *,
    against: Hashable = "pairs",
    c: float = 1.0,
    l1_ratio: float = 0.5,
    resampled: int = 200,
    seed: int = 0,
    level: float = 0.95,
) -> pd.DataFrame:
    """Predict the group of an output from its traits, and return what each trait adds.

    As in VibeCheck (Dunlap et al. 2024), it is a logistic regression of the group on the standardised traits. `traits`
    takes one trait at a time; here, a trait that repeats others gets a small coefficient or none.

    Parameters
    ----------
    values, groups, prompts, against, level : as for `traits`. Columns of a judge, +1, 0 or -1, are traits like others.
        A missing value counts as the mean of its prompt.
    c, l1_ratio : the inverse strength of the penalty, and the share of the lasso in it, as in scikit-learn.
    resampled : the number of bootstrap samples.
    seed : of the samples.

    Returns
    -------
    One row per comparison and trait: `group, other, trait`; `estimate` (float64, the coefficient: how much the log odds
    of the group rise if the trait is larger by one standard deviation within prompts); `low, high` (float64);
    `stability` (float64, the share of samples in which the coefficient has the sign of `estimate` and is not 0);
    `n1, n2` (int64), `unit` and `note`.

    Raises
    ------
    TypeError, ValueError
        As for `traits`, or if `c` or `l1_ratio` is out of range.

    Notes
    -----
    Traits are centred within prompts, so that a difference between prompts does not count. The interval holds the
    percentiles of bootstrap samples, of prompts if there are 5 or more. The penalty draws coefficients towards 0, so it
    is not a confidence interval of an unpenalised one; of two traits that nearly repeat each other, either may get the
    coefficient, which `stability` shows. There is no p: test single traits with `traits`.

    Examples
    --------
    >>> values = pd.DataFrame({"words": [1, 2, 3, 2] * 5 + [4, 5, 4, 6] * 5, "links": [0, 1] * 20})
    >>> table = telling_traits(values, ["a"] * 20 + ["b"] * 20)
    >>> table[["trait", "stability"]].values.tolist()[0], bool(table["estimate"][0] < 0)
    (['words', 1.0], True)
    """
    if isinstance(resampled, bool) or not isinstance(resampled, int | np.integer) or resampled < 1:
        raise ValueError(f"resampled is {resampled!r}; give a whole number, 1 or more.")
    if not c > 0 or not 0 <= l1_ratio <= 1:
        raise ValueError(f"c is {c!r} and l1_ratio is {l1_ratio!r}; give a c above 0 and an l1_ratio from 0 to 1.")
    names, columns, _ = columns_of(values)
    made = grouped(groups, len(values), prompts, fewest=2)
    rows: list[dict[str, Any]] = []
    for one, other in comparisons(made, against):
        kept = np.flatnonzero((made.codes >= 0) if other == REST else (made.codes == one) | (made.codes == other))
        first = made.codes[kept] == one
        used, block = np.unique(made.block[kept], return_inverse=True)
        labels = made.names[one], name_of(made, other)
        part = Groups(1 - first.astype(np.int64), list(labels), block.reshape(-1), [made.prompts[i] for i in used])
        n = int(first.sum()), int((~first).sum())
        note = too_few(zip(labels, n, strict=True), 2)
        x, varies = _standardised(columns[kept], part.block)
        made_of = np.full((resampled + 1, len(names)), np.nan)
        if not note:
            made_of = _fitted(x, first.astype(np.float64), part, c, l1_ratio, resampled, seed)
        low, high = percentile(made_of[1:], level)
        sign = np.sign(made_of[0])
        drawn = made_of[1:][~np.isnan(made_of[1:]).any(axis=1)]
        stability = ((np.sign(drawn) == sign) & (sign != 0)).mean(axis=0) if len(drawn) else np.full(len(names), np.nan)
        for t, name in enumerate(names):
            rows.append({
                "group": labels[0], "other": labels[1], "trait": name, "estimate": made_of[0, t],
                "low": low[t], "high": high[t], "stability": stability[t], "n1": n[0], "n2": n[1],
                "unit": part.unit, "note": note or ("" if varies[t] else "constant"),
            })  # fmt: skip
    return pd.DataFrame(rows).astype({name: object for name in ("group", "other", "trait", "unit", "note")})


def _standardised(columns: Floats, block: npt.NDArray[np.int64]) -> tuple[Floats, npt.NDArray[np.bool_]]:
    """Centre the traits within prompts and scale them, missing values as the mean; return also which vary."""
    some = ~np.isnan(columns)
    filled = np.where(some, columns, 0)
    out = np.zeros(columns.shape)
    for t in range(columns.shape[1]):
        count = np.bincount(block[some[:, t]], minlength=int(block.max()) + 1)
        total = np.bincount(block, filled[:, t], minlength=len(count))
        out[:, t] = np.where(some[:, t], filled[:, t] - (total / np.maximum(count, 1))[block], 0)
    scale = np.sqrt((out * out).mean(axis=0))
    varies = scale > 1e-12 * np.maximum(np.abs(filled).max(axis=0), 1e-300)
    return np.where(varies, out / np.where(varies, scale, 1), 0), varies


def _fitted(x: Floats, y: Floats, groups: Groups, c: float, l1_ratio: float, resampled: int, seed: int) -> Floats:
    """Return the coefficients of all outputs, then of each bootstrap sample; NaN for a sample without a group."""
    n = len(y)
    size = max(1, AT_ONCE // n)
    whole = elastic_net(x, y, np.ones((1, n)), c=c, l1_ratio=l1_ratio)
    parts = [whole[:, :-1]]
    weights: list[Floats] = []
    for i, sample in enumerate(resamples(groups, resampled, seed)):
        weights.append(np.bincount(sample, minlength=n).astype(np.float64))
        if len(weights) == size or i == resampled - 1:
            held = np.stack(weights)
            # Far more exact than the spread of the samples.
            made = elastic_net(x, y, held, c=c, l1_ratio=l1_ratio, start=whole[0], tolerance=1e-4)[:, :-1]
            made[(held @ y == 0) | (held @ (1 - y) == 0)] = np.nan
            parts.append(made)
            weights = []
    return np.concatenate(parts)
