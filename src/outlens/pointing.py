"""The methods of `Lens` about points: what the outputs say, who says it and who leaves it out."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from outlens import correcting, tables
from outlens.owners import Owners
from outlens.points import omissions as omitted
from outlens.points import support as supported


def points(lens: Owners) -> pd.DataFrame:
    """One row per point of the current prompt: what its outputs say, whatever the words and the place.

    Columns as in `points.find`: `point` (0 is made by the most outputs), `text`, `name`, `outputs`, `share`,
    `position`, `units`, `varies`; and a column "by=value" with the share of the outputs that make it, for each value of
    each `by` column. They are found when first requested, with a progress bar. `view.points_granularity` makes them
    finer or coarser. Names, merges and splits by hand apply at every granularity; see `name_point`.
    """
    _, table = tables.points(lens._study, lens._part, _granularity(lens), lens._tags, lens._study.outputs.by)
    return table


def point_spans(lens: Owners) -> pd.DataFrame:
    """The span table of the units of the current prompt's outputs, with their points; see `points.find`."""
    units, _ = tables.points(lens._study, lens._part, _granularity(lens), lens._tags)
    return lens._part.place(units)


def omissions(lens: Owners, row: Any, least: float = 0.5) -> pd.DataFrame:
    """Return the points that an output leaves out although at least a share of the outputs of its prompt make them.

    Parameters
    ----------
    row : one row, in any form that `select` takes; usually its index label.
    least : the share of the outputs, 0 to 1.

    Returns
    -------
    The rows of `points`, most made first.

    Raises
    ------
    KeyError
        If there is no such row.
    ValueError
        If `row` names no row or several, or `least` is not between 0 and 1.
    """
    if isinstance(least, bool) or not isinstance(least, int | float | np.number) or not 0 <= least <= 1:
        raise ValueError(f"least is {least!r:.40}; give a share of the outputs from 0 to 1.")
    part, output = lens._study.place_of(lens._study.outputs.position(row, "omissions"))
    units, table = tables.points(lens._study, part, _granularity(lens), lens._tags)
    return omitted(units, table, output, least)


def support(lens: Owners, row: Any) -> pd.DataFrame:
    """Return what an output says, unit by unit, with how many other outputs of its prompt say the same.

    Support is no evidence of truth: many outputs can be wrong together.

    Parameters
    ----------
    row : one row, in any form that `select` takes; usually its index label.

    Returns
    -------
    A span table: the units of the output that make points, as in `point_spans`, with `support` (int64, 0 for what only
    this output says).

    Raises
    ------
    KeyError
        If there is no such row.
    ValueError
        If `row` names no row or several.
    """
    part, output = lens._study.place_of(lens._study.outputs.position(row, "support"))
    units, table = tables.points(lens._study, part, _granularity(lens), lens._tags)
    return part.place(supported(units, table, output))


def name_point(lens: Owners, point: int, name: str) -> None:
    """Name a point of the current prompt; "" removes the name.

    A name belongs to the sentences of the point: points of another granularity have it if they share most of them.
    Names, merges and splits are kept in the tag log and can be undone. Those of all annotators apply, in order of time.

    Parameters
    ----------
    point : the number of the point, as in `points`; or of a frame, as in `point_spans`.
    name : the name.

    Raises
    ------
    TypeError
        If the name is not a str.
    ValueError
        If there is no such point.

    Examples
    --------
    >>> import outlens as ol
    >>> texts = ["Water it weekly. Give it sun.", "Water it every week.", "Give it sun. Turn the pot."]
    >>> lens = ol.Lens(texts, vectors=[[1, 0], [0, 1], [1, 1]], store=False)
    >>> lens.name_point(0, "Watering")
    >>> lens.points["name"][0]
    'Watering'
    >>> lens.undo()
    'name ‘Watering’ of a point'
    """
    correcting.name_point(lens._part, _granularity(lens), point, name, lens._tags)
    lens._tags.finish()


def merge_points(lens: Owners, points: list[int]) -> int:
    """Make points of the current prompt one, at every granularity, and return its number.

    Parameters
    ----------
    points : the numbers of at least two points, as in `points`; or of frames, as in `point_spans`.

    Raises
    ------
    TypeError
        If `points` is not a list.
    ValueError
        If there is no such point, or the numbers are not at least two different ones.
    """
    number = correcting.merge_points(lens._part, _granularity(lens), points, lens._tags)
    lens._tags.finish()
    return number


def split_point(lens: Owners, units: Any) -> int:
    """Make sentences of the current prompt a point of their own, at every granularity, and return its number.

    All outputs that say a sentence in the same words follow.

    Parameters
    ----------
    units : rows of `point_spans`, or the text of a unit, or a list of texts.

    Raises
    ------
    KeyError
        If no output of the prompt has such a unit.
    ValueError
        If the units are all units of a point.
    """
    number = correcting.split_point(lens._part, _granularity(lens), units, lens._tags)
    lens._tags.finish()
    return number


def _granularity(lens: Owners) -> float:
    return float(lens._state.view["points_granularity"])
