"""The outputs that show best how groups differ."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import Any

import numpy as np
import pandas as pd

from outlens.compare.groups import comparisons, name_of, repeated
from outlens.compare.means import centred_within, checked, pair_of


def telling_pairs(
    vectors: Any,
    groups: Iterable[Any],
    n: int = 5,
    prompts: Iterable[Any] | None = None,
    *,
    against: Hashable = "pairs",
) -> pd.DataFrame:
    """Return the outputs that show best how groups differ.

    These are the outputs of each group that are nearest to the mean of their own group and farthest from that of the
    other one: with the largest difference of the squared distances to the two means.

    Parameters
    ----------
    vectors, groups, prompts, against : as for `difference`. With prompts, the mean of each prompt is subtracted first.
    n : how many outputs of each group (all, if the group is smaller).

    Returns
    -------
    One row for each comparison and rank: `group, other` (the labels), `rank` (int64, from 1), `output, other_output`
    (int64, positions of an output of each) and `score, other_score` (float64, the difference of squared distances;
    below 0 for an output that is nearer to the mean of the other group).

    Examples
    --------
    >>> vectors = np.eye(4)[[0, 0, 1, 2, 3, 2]]
    >>> pairs = telling_pairs(vectors, ["a"] * 3 + ["b"] * 3, n=1)
    >>> pairs[["group", "other", "output", "other_output"]].values.tolist()
    [['a', 'b', 0, 3]]
    """
    if isinstance(n, bool) or not isinstance(n, int | np.integer) or n < 1:
        raise ValueError(f"n is {n!r}; give a whole number of outputs, 1 or more.")
    made, rows = checked(vectors, groups, prompts)
    parts: list[pd.DataFrame] = []
    for one, other in comparisons(made, against):
        pair, at = pair_of(made, one, other)
        if not len(at):
            continue
        centred = centred_within(rows[at], pair.block)
        first = pair.codes == 0
        axis = centred[first].mean(axis=0) - centred[~first].mean(axis=0)
        # The difference of the squared distances is linear in the vector.
        middle = (centred[first].mean(axis=0) + centred[~first].mean(axis=0)) / 2
        score = 2 * (centred - middle) @ axis
        best, best_other = (
            own[np.argsort(-sign * np.round(score[own], 9), kind="stable")][:n]
            for own, sign in ((np.flatnonzero(first), 1), (np.flatnonzero(~first), -1))
        )
        count = min(len(best), len(best_other))
        parts.append(
            pd.DataFrame({
                "group": repeated([name_of(made, one)], [count]),
                "other": repeated([name_of(made, other)], [count]),
                "rank": np.arange(1, count + 1),
                "output": at[best[:count]],
                "other_output": at[best_other[:count]],
                "score": score[best[:count]],
                "other_score": -score[best_other[:count]],
            })
        )  # fmt: skip
    if not parts:
        columns = {"group": object, "other": object, "rank": int, "output": int, "other_output": int}
        return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in columns.items()}).assign(
            score=np.zeros(0), other_score=np.zeros(0)
        )
    return pd.concat(parts, ignore_index=True)
