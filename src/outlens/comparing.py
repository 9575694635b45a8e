"""The method of `Lens` that compares groups of outputs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from outlens.comparison import Comparison
from outlens.owners import Owners


def compare(
    lens: Owners,
    by: str | None = None,
    baseline: Any = None,
    on: str | Callable[[str], Any] | None = None,
    *,
    cases: str | None = None,
) -> Comparison:
    """Compare groups of outputs, such as two models: how they differ, and whether it is more than chance.

    All prompts are covered, and outputs are compared within their prompt; prompts not shown yet are computed first.
    Outputs without a text or a group are left out. The result describes the lens at the time of the call: later
    changes, such as `add`, do not change it.

    Parameters
    ----------
    by : the column of the groups, or "cluster" for the clusters of a lens with one prompt. By default it is the first
        `by` column of the lens, or the clusters if there is none.
    baseline : the value of the column that every other group is compared with. By default, up to six groups are
        compared by pairs, and each of more groups with all other outputs.
    on : a score for `cases`, larger is better: a column of numbers or booleans, the name of a trait of
        `compare.trait_values`, or a function of a text. If a column and a trait have the same name, it is the column.
    cases : the column that says which outputs belong together in `cases`; by default the prompt.

    Returns
    -------
    A `Comparison`. Print it for a summary. `difference`, `points`, `words`, `traits`, `diversity`, `likeness`,
    `clusters`, `pairs` and `cases` are DataFrames; `report` writes a file.

    Raises
    ------
    KeyError
        If there is no such column, or `on` is neither a column nor a trait.
    ValueError
        If fewer than two groups have outputs, `baseline` is not one of them, or clusters of several prompts are asked
        for.

    Examples
    --------
    >>> import numpy as np
    >>> import outlens as ol
    >>> frame = ol.sample("two_models")
    >>> lens = ol.Lens(frame, by="source", vectors=np.eye(2)[(frame["source"] == "Tern").astype(int)], store=False)
    >>> comparison = lens.compare()
    >>> comparison.groups, comparison.difference[["group", "other", "n1", "n2", "estimate"]].round(1).values.tolist()
    (['Heron', 'Tern'], [['Heron', 'Tern', 25, 25, 2.0]])
    >>> print(repr(comparison).splitlines()[1])
    Heron and Tern differ: squared distance 2 [2, 2], p = .001, n = 25 and 25.
    >>> comparison.traits[["trait", "mean1", "mean2"]].round(1).values.tolist()[0]
    ['words', 99.0, 78.1]
    """
    lens.prepare()
    return Comparison(lens._study, lens._state, lens._tags, by, baseline, on, cases)
