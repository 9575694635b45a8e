"""The points of single outputs: which they make, which they leave out, and who else says what they say."""

from __future__ import annotations

import numpy as np
import pandas as pd

COMMON = 0.5
"""A point is common if at least this share of the outputs make it, and at least two."""


def by_output(units: pd.DataFrame, points: pd.DataFrame, n: int, common: float = COMMON) -> pd.DataFrame:
    """Count the points of each output.

    Parameters
    ----------
    units, points : the tables that `find` returns.
    n : the number of outputs.
    common : the share of the outputs from which a point is common, if two make it.

    Returns
    -------
    One row per output: `points` (int64, how many it makes), `alone` (int64, how many only it makes) and `completeness`
    (float64, the share of the common points that it makes; NaN if no point is common).

    Examples
    --------
    >>> from outlens.points import find
    >>> units, points = find(["Water it weekly. Give it sun.", "Water it weekly."])
    >>> by_output(units, points, 2).values.tolist()
    [[2.0, 1.0, 1.0], [1.0, 0.0, 1.0]]
    """
    made = makers(units, points)
    outputs, share = points["outputs"].to_numpy()[made["point"]], points["share"].to_numpy()
    is_common = (share >= common) & (points["outputs"].to_numpy() > 1)
    number = int(is_common.sum())
    output = made["output"].to_numpy()
    completeness = np.bincount(output[is_common[made["point"]]], minlength=n) / number if number else np.full(n, np.nan)
    return pd.DataFrame({
        "points": np.bincount(output, minlength=n),
        "alone": np.bincount(output[outputs == 1], minlength=n),
        "completeness": completeness,
    })  # fmt: skip


def omissions(units: pd.DataFrame, points: pd.DataFrame, output: int, least: float = COMMON) -> pd.DataFrame:
    """Return the rows of `points` that a share of the outputs, at least two, make and this one does not."""
    made = units.loc[units["output"] == output, "point"]
    return points[(points["share"] >= least) & (points["outputs"] > 1) & ~points["point"].isin(made)].reset_index(
        drop=True
    )


def support(units: pd.DataFrame, points: pd.DataFrame, output: int) -> pd.DataFrame:
    """Return the units of an output that make points, with how many other outputs say the same.

    Support is no evidence of truth: many outputs can be wrong together. In two sets of summaries, low support found the
    sentences that people had marked as wrong hardly better than chance (AUC .53 and .57).

    Returns
    -------
    The rows of `units`, in order, with `support` (int64): 0 for what only this output says.
    """
    own = units[(units["output"] == output) & (units["point"] >= 0) & (units["point"] < len(points))]
    table = own.reset_index(drop=True)
    return table.assign(support=points["outputs"].to_numpy()[table["point"]] - 1)


def makers(units: pd.DataFrame, points: pd.DataFrame) -> pd.DataFrame:
    """Return one row per output and point that it makes: `output, point` (int64). Frames are left out."""
    made = units.loc[(units["point"] >= 0) & (units["point"] < len(points)), ["output", "point"]]
    return made.drop_duplicates()
