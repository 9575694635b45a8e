"""Whatever names rows, as positions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterator, Sequence, Set
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from outlens.outputs.reading import short

REPEATED = (
    "labels repeat in the frame's index, so these could be several rows; give a mask with one True or False a row."
)


def positions(frame: pd.DataFrame, rows: Any, by: Sequence[Hashable] = ()) -> npt.NDArray[np.int64]:
    """Positions of some rows, int64, sorted, each once.

    Parameters
    ----------
    rows : a boolean mask (a Series is aligned by its index), a DataFrame or Series of some of the rows, index
        labels (one or many; a label that several rows bear means all of them), or None for none.

    Raises
    ------
    KeyError
        Where a label is not in the index.
    ValueError
        Where a mask has another length than the rows.
    """
    if rows is None:
        return np.zeros(0, np.int64)
    index = frame.index
    if isinstance(rows, pd.DataFrame):
        return _rows(frame, by, rows)
    if isinstance(rows, pd.Series):
        if not pd.api.types.is_bool_dtype(rows) and not _is_mask(rows):
            return _rows(frame, by, rows)
        if len(rows) == len(index) and rows.index.equals(index):
            return _mask(frame, _as_mask(rows))
        if len(rows) > len(index) and not rows.index.isin(index).all():
            raise ValueError(
                f"the mask has {len(rows)} values for {len(index)} rows; make it from the frame that the lens was"
                " made of."
            )
        chosen = rows.index[_as_mask(rows)]
        if not index.is_unique and _ambiguous(frame.index, chosen):
            raise ValueError(REPEATED)
        return _labelled(frame, by, chosen)
    if isinstance(rows, Iterator | Set):
        rows = list(rows)
    if (
        isinstance(rows, str | bytes)
        or not isinstance(rows, Sequence | np.ndarray | pd.Index | pd.api.extensions.ExtensionArray)
        or (isinstance(rows, tuple) and isinstance(index, pd.MultiIndex))
    ):
        return _labelled(frame, by, [rows])
    if getattr(rows, "ndim", 1) == 1 and _is_mask(rows):
        return _mask(frame, _as_mask(rows))
    if getattr(rows, "dtype", None) == np.bool_ and len(rows):
        return _mask(frame, np.asarray(rows))
    return _labelled(frame, by, rows)


def _ambiguous(index: pd.Index[Any], labels: pd.Index[Any]) -> bool:
    """Whether some labels stand for more rows than they are given times."""
    given = labels.value_counts()
    return bool((index.value_counts().reindex(given.index).fillna(0) > given).any())


def _rows(frame: pd.DataFrame, by: Sequence[Hashable], rows: pd.DataFrame | pd.Series[Any]) -> npt.NDArray[np.int64]:
    """Positions of rows of the frame; where labels repeat, by what the rows hold."""
    found = _labelled(frame, by, rows.index)
    if frame.index.is_unique or not _ambiguous(frame.index, rows.index):
        return found
    part = rows if isinstance(rows, pd.DataFrame) else rows.to_frame()
    shared = [c for c in part.columns if c in frame.columns]
    if not shared:
        raise ValueError(REPEATED)
    mine = _contents(frame.iloc[found], shared)
    given = Counter(_contents(part, shared))
    there = Counter(mine)
    # Rows that are alike in all may be told apart only where all of them are given.
    if any(count != there[key] for key, count in given.items()):
        raise ValueError(REPEATED)
    return found[[key in given for key in mine]]


def _mask(frame: pd.DataFrame, mask: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
    if mask.shape != (len(frame),):
        raise ValueError(f"the mask has {mask.size} values for {len(frame)} rows; give one True or False a row.")
    return np.flatnonzero(mask).astype(np.int64)


def _mask_for(frame: pd.DataFrame, by: Sequence[Hashable], value: Any) -> str:
    """How to write the mask for a value that is no label, but may stand in a column."""
    holds = next((c for c in by if (frame[c] == value).any()), None)
    return f"df[{holds!r}] == {value!r}" if holds is not None else "df['model'] == 'x'"


def _labelled(frame: pd.DataFrame, by: Sequence[Hashable], labels: Any) -> npt.NDArray[np.int64]:
    index = frame.index
    try:
        wanted = labels if isinstance(labels, pd.Index) else pd.Index(list(labels), tupleize_cols=index.nlevels > 1)
        if index.nlevels > 1 and wanted.nlevels != index.nlevels and len(wanted):
            raise TypeError
        hash(tuple(wanted))
    except (TypeError, ValueError):
        raise ValueError(
            f"{short(labels)} is no list of row labels; give labels of the frame's index"
            f"{' (tuples)' if index.nlevels > 1 else ''}, or a mask such as {_mask_for(frame, by, None)}."
        ) from None
    if not len(wanted):
        return np.zeros(0, np.int64)
    missing = wanted[~wanted.isin(index)]
    if len(missing):
        shown = ", ".join(repr(label) for label in missing[:5].tolist())
        more = f" and {len(missing) - 5} more" if len(missing) > 5 else ""
        raise KeyError(
            f"no row is labelled {shown}{more}; give labels of the frame's index, or a mask such as"
            f" {_mask_for(frame, by, missing[0])}."
        )
    return np.flatnonzero(index.isin(wanted)).astype(np.int64)


def _is_mask(values: Any) -> bool:
    """Whether some values are a mask: True and False, and nothing else but missing ones."""
    if getattr(values, "ndim", 1) != 1:
        return False
    held = [v for v in values if not _is_missing(v)]
    return len(held) > 0 and all(isinstance(v, bool | np.bool_) for v in held)


def _is_missing(value: Any) -> bool:
    return value is None or value is pd.NA or (isinstance(value, float) and value != value)


def _as_mask(values: Any) -> npt.NDArray[np.bool_]:
    return np.array([not _is_missing(v) and bool(v) for v in values], dtype=bool)


def _contents(frame: pd.DataFrame, columns: Sequence[Hashable]) -> list[tuple[str, ...]]:
    """Each row's label and cells, printed: a cell may be a list, and nan is not itself."""
    cells = [map(repr, frame[c].tolist()) for c in columns]
    return list(zip(map(repr, frame.index.tolist()), *cells, strict=True))
