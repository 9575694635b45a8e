"""The methods of `Lens` that select or look up outputs."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from outlens import tables, text
from outlens.naming import members
from outlens.owners import Owners


def select(
    lens: Owners, rows: Any = None, *, cluster: int | None = None, point: int | None = None, made: bool = True
) -> None:
    """Select rows in every view of this lens; the reader shows them, or all outputs if none are selected.

    Parameters
    ----------
    rows : boolean mask, index labels (plain integers are labels, as in `df.loc`), positions such as
        `lens.selection`, a DataFrame or Series of some of the rows, a span table, a function of the frame that
        returns one of these, or None to clear.
    cluster : the number of a cluster of the current prompt, instead of rows; -1 selects outputs like no other.
    point : the number of a point of the current prompt, instead of rows: the outputs that make it.
    made : False selects the outputs that do not make the point.
    """
    if (rows is not None) + (cluster is not None) + (point is not None) > 1:
        raise ValueError("select takes rows, a cluster or a point, and only one of them.")
    if not isinstance(made, bool) or (not made and point is None):
        raise ValueError(f"made is {made!r:.40}; give True or False, together with a point.")
    if cluster is not None:
        lens._state.select(members(lens._part, lens.granularity, cluster))
    elif point is not None:
        lens._state.select(
            tables.makers(lens._study, lens._part, lens._state.view["points_granularity"], lens._tags, point, made),
        )
    else:
        lens._state.select(lens._study.outputs.positions(rows))


def find(lens: Owners, query: str, regex: bool = False) -> pd.DataFrame:
    """Select the outputs that contain a text, ignoring case; the widget highlights the matches.

    Returns the span table: columns `output` (position), `start`, `end` (code points), int64.
    """
    if not isinstance(regex, bool):
        raise ValueError(f"find takes regex=True or regex=False, not {regex!r:.60}.")
    spans = text.find(lens._study.outputs.texts, query, regex=regex)
    lens._state.select(np.unique(spans["output"]), query=query, regex=regex)
    return spans


def similar(lens: Owners, row: Any, n: int = 10) -> pd.DataFrame:
    """Return the n outputs most similar to one, nearest first, as your rows with a column `similarity`.

    Outputs are compared within the prompt of the row, by meaning and wording as for the clusters and the map: 1 for an
    equal output, 0 or less for an unrelated one. The selection does not change. If you have a column `similarity`, the
    new one is named "similarity_lens".

    Parameters
    ----------
    row : one row, in any form that `select` takes; usually its index label.
    n : number of outputs; fewer are returned if the prompt has fewer.

    Raises
    ------
    KeyError
        If there is no such row.
    ValueError
        If `row` names no row or several, or `n` is not a whole number of at least 1.

    Examples
    --------
    >>> import outlens as ol
    >>> lens = ol.Lens(["Yes.", "No.", "Yes. "], vectors=[[1, 0], [0, 1], [1, 0]], store=False)
    >>> lens.similar(0).index.tolist()
    [2, 1]
    """
    if isinstance(n, bool) or not isinstance(n, int | np.integer) or n < 1:
        raise ValueError(f"n is {n!r:.40}; give the number of outputs you want, 1 or more.")
    return tables.similar(lens._study, lens._study.outputs.position(row, "similar"), int(n))
