"""The methods of a lens that select outputs. `Lens` takes them as its own."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from outlens import text
from outlens.naming import members
from outlens.owners import Owners


def select(lens: Owners, rows: Any = None, *, cluster: int | None = None) -> None:
    """Select rows, here and in every view of this lens; the reader shows them, or all if there are none.

    Parameters
    ----------
    rows : boolean mask, index labels (plain integers are labels, as in `df.loc`), positions such as
        `lens.selection`, a DataFrame or Series of some of the rows, a span table, a function of the frame that
        returns one of these, or None to clear.
    cluster : the number of a cluster of the prompt shown, instead of rows; -1 selects outputs like no other.
    """
    if cluster is None:
        _select(lens, lens._study.outputs.positions(rows))
        return
    if rows is not None:
        raise ValueError("select takes either rows or a cluster, not both.")
    _select(lens, members(lens._part, lens.granularity, cluster))


def find(lens: Owners, query: str, regex: bool = False) -> pd.DataFrame:
    """Select the outputs that contain a text, in any case; the widget marks the hits.

    Returns the span table: columns `output` (position), `start`, `end` (code points), int64.
    """
    if not isinstance(regex, bool):
        raise ValueError(f"find takes regex=True or regex=False, not {regex!r:.60}.")
    spans = text.find(lens._study.outputs.texts, query, regex=regex)
    _select(lens, np.unique(spans["output"]), query=query, regex=regex)
    return spans


def _select(lens: Owners, positions: npt.NDArray[np.int64], **view: Any) -> None:
    """Select rows; every change of the selection shows it in the reader."""
    scope = "selected" if len(positions) else "all"
    with lens._state.lock:
        lens._state.change(view={**lens._state.view, "scope": scope, **view}, selection=positions)
