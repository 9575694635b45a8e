"""The values of a column."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd


def factorize(values: pd.Series[Any]) -> tuple[npt.NDArray[np.int64], list[Any]]:
    """The number of each cell's value, int64, and the values in order of first appearance, None for a missing one.

    Values that print alike are one, and a list or a dict counts as it prints.
    """
    keys = [None if gone else str(v) for v, gone in zip(values, missing(values), strict=True)]
    numbers = {key: number for number, key in enumerate(dict.fromkeys(keys))}
    return np.array([numbers[key] for key in keys], np.int64), list(numbers)


def missing(values: pd.Series[Any]) -> npt.NDArray[np.bool_]:
    """Which cells hold nothing."""
    return np.asarray(values.isna(), dtype=bool)
