"""Columns as categories or numbers, described once for all rows of a lens."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from outlens._unicode import clean

MISSING = 65_535
"""The code of a missing category."""

MAX_CATEGORIES = 60
"""A column with more distinct values than this holds texts, ids or numbers rather than categories."""

MAX_LENGTH = 100
"""A string with more characters than this is a text rather than a category."""

FEW = 5
"""Up to this many distinct short strings are categories even if none repeats."""

RESERVED = ("cluster", "tags")
"""Names of colourings that every lens has."""


@dataclass(frozen=True)
class Categories:
    """A column with few distinct values."""

    name: str
    by: bool
    """Whether it names the source of an output."""
    values: list[str]
    """The distinct values as printed, in the order of `categories`."""
    codes: npt.NDArray[np.uint16]
    """(n,), the index of each row's value in `values`; `MISSING` if it has none."""


@dataclass(frozen=True)
class Numbers:
    """A column of numbers."""

    name: str
    by: bool
    """Whether it names the source of an output."""
    values: npt.NDArray[np.float32]
    """(n,), NaN for a missing or infinite one."""

    @property
    def min(self) -> float:
        """The smallest number."""
        return float(np.nanmin(self.values))

    @property
    def max(self) -> float:
        """The largest number."""
        return float(np.nanmax(self.values))


def describe(column: pd.Series[Any], *, by: bool) -> Categories | Numbers | None:
    """Return a column as categories or numbers, or None if it is neither, such as texts, ids or lists.

    With `by`, the column is always categories, unless it has more than 60 distinct numbers or more distinct values
    than codes.
    """
    name = clean(str(column.name))
    numeric = pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column)
    if numeric and not (by and column.nunique() <= MAX_CATEGORIES):
        return _numbers(name, column, by)
    if not by and not numeric and not _repeats_short_values(column):
        return None
    codes, values = categories(column)
    if len(values) > (MISSING if by else MAX_CATEGORIES):
        return None
    return Categories(
        name, by, [clean(value) for value in values], np.where(codes < 0, MISSING, codes).astype(np.uint16)
    )


def describe_all(frame: pd.DataFrame, by: Sequence[Hashable], skip: Sequence[Hashable]) -> list[Categories | Numbers]:
    """Return the columns that are categories or numbers: those in `by` first, then in their order, without `skip`.

    Their names are distinct: a name that is taken or in `RESERVED` gets the suffix "(yours)".
    """
    described: list[Categories | Numbers] = []
    taken = set(RESERVED)
    for name in [*by, *(column for column in frame.columns if column not in by)]:
        if name in skip:
            continue
        column = describe(frame[name], by=name in by)
        if column is None:
            continue
        free = column.name
        while free in taken:
            free += " (yours)"
        taken.add(free)
        described.append(replace(column, name=free))
    return described


def categories(column: pd.Series[Any]) -> tuple[npt.NDArray[np.int64], list[str]]:
    """Return the code of each cell, int64, -1 if missing, and the values as printed, in order.

    An ordered categorical keeps its order and numbers ascend. Other values are sorted by frequency, so that the most
    frequent get the colours that are easiest to distinguish.
    """
    codes, values = factorize(column)
    if None in values:
        gap = values.index(None)
        codes = np.where(codes == gap, -1, codes - (codes > gap))
        values.pop(gap)
    names = [str(value) for value in values]
    dtype = column.dtype
    numbers = None
    if isinstance(dtype, pd.CategoricalDtype) and dtype.ordered:
        # By code: pandas prints some cells, such as intervals, differently from their categories.
        numbers = np.full(len(names), np.inf)
        np.minimum.at(numbers, codes[codes >= 0], column.cat.codes.to_numpy()[codes >= 0])
    elif (first := _numeric_values(column)) is not None:
        numbers = np.array([first[name] for name in names], np.float64)
    if numbers is not None:
        order = np.argsort(numbers, kind="stable")
    else:
        counts = np.bincount(codes[codes >= 0], minlength=len(names))
        order = np.lexsort((np.asarray(names, dtype=object).astype(str), -counts))
    rank = np.empty(len(names) + 1, np.int64)
    rank[order] = np.arange(len(names))
    rank[-1] = -1
    return rank[codes], [names[i] for i in order]


def factorize(values: pd.Series[Any]) -> tuple[npt.NDArray[np.int64], list[Any]]:
    """Return the code of each cell, int64, and the values in order of first appearance, None for missing.

    Values that print alike are one value; so are lists and dicts.
    """
    if isinstance(values.dtype, pd.StringDtype):
        codes, texts = pd.factorize(values, use_na_sentinel=False)
        return codes.astype(np.int64), [
            None if gone else str(text) for text, gone in zip(texts, pd.isna(texts), strict=True)
        ]
    keys = [None if gone else str(v) for v, gone in zip(values, missing(values), strict=True)]
    numbers = {key: number for number, key in enumerate(dict.fromkeys(keys))}
    return np.array([numbers[key] for key in keys], np.int64), list(numbers)


def missing(values: pd.Series[Any]) -> npt.NDArray[np.bool_]:
    """Return which cells are missing."""
    return np.asarray(values.isna(), dtype=bool)


def _numbers(name: str, column: pd.Series[Any], by: bool) -> Numbers | None:
    if pd.api.types.is_complex_dtype(column):
        return None
    values = column.to_numpy(dtype=np.float64, na_value=np.nan)
    largest = float(np.finfo(np.float32).max)
    values = np.where(np.isfinite(values), np.clip(values, -largest, largest), np.nan)
    return Numbers(name, by, values.astype(np.float32)) if np.isfinite(values).any() else None


def _numeric_values(column: pd.Series[Any]) -> dict[str, float] | None:
    """Return the number of each printed value, or None if some value is not a number."""
    numbers: dict[str, float] = {}
    for value in column[~missing(column)].tolist():
        if not isinstance(value, int | float | np.integer | np.floating) or isinstance(value, bool):
            return None
        try:
            numbers.setdefault(str(value), float(value))
        except OverflowError:
            return None
    return numbers


def _repeats_short_values(column: pd.Series[Any]) -> bool:
    """Whether a column that is not numeric holds categories."""
    if isinstance(column.dtype, pd.CategoricalDtype) or pd.api.types.is_bool_dtype(column):
        return True
    if not (column.dtype == object or pd.api.types.is_string_dtype(column)):
        return False
    values = column.dropna().tolist()
    # A list or a dict in a cell is data, not a category.
    if not all(isinstance(v, str | bool | int) and len(str(v)) <= MAX_LENGTH for v in values):
        return False
    # Categories repeat; values that differ in most rows are texts or ids.
    return len({str(v) for v in values}) <= max(len(values) // 2, FEW)
