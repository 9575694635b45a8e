"""Resolve whatever names rows to their positions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterator, Sequence, Set
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from outlens._errors import NotFound
from outlens.outputs.columns import missing
from outlens.outputs.reading import short

ADDED = ("cluster", "cluster_name", "x", "y", "tags", "note")
"""Columns that `Lens.frame` adds to the user's."""

SPAN = ("output", "start", "end")
"""Columns of a span table."""

REPEATED = (
    "several rows share a label in the index of your data, so the label alone does not say which row is meant; give a"
    " boolean mask with one value per row."
)

Bools = npt.NDArray[np.bool_]


class Positions(npt.NDArray[np.int64]):
    """Positions of rows, 0 to n - 1, as opposed to their index labels: an int64 array, sorted, without repeats.

    Methods that take rows read a `Positions` as positions, and any other array or list of integers as index labels,
    as `df.loc` does. Slices, masks, arithmetic and set operations such as `np.union1d` keep the type;
    `df.iloc[positions]` gives the rows.

    Examples
    --------
    >>> Positions([4, 1, 1])
    Positions([1, 4])
    >>> Positions([1, 4, 6])[1:]
    Positions([4, 6])
    """

    def __new__(cls, values: Any = ()) -> Positions:
        """Sort the values and drop repeats."""
        return np.unique(np.asarray(values, dtype=np.int64)).view(cls)

    def __array_wrap__(self, array: Any, context: Any = None, return_scalar: bool = False) -> Any:
        """Keep the type of integers only: a comparison gives a plain mask."""
        if return_scalar or array.ndim == 0:
            return array[()]
        return array.view(Positions if array.dtype.kind in "iu" else np.ndarray)

    def __array_function__(self, func: Any, types: Any, args: Any, kwargs: Any) -> Any:
        """Keep the type if all arguments have it, so that `np.union1d` and `np.intersect1d` of selections keep it."""
        result = super().__array_function__(func, types, args, kwargs)
        if func is np.concatenate and all(isinstance(part, Positions) for part in args[0]):
            return result.view(Positions)
        return result


@dataclass(frozen=True)
class RowFinder:
    """Finds rows of a frame by labels, masks, tables or functions.

    Attributes
    ----------
    frame : the user's rows.
    text : the column with the outputs.
    by : columns in which to look for a value that was given instead of a label.
    """

    frame: pd.DataFrame
    text: Hashable
    by: Sequence[Hashable] = ()

    def positions(self, rows: Any) -> Positions:
        """Return the positions of some rows.

        Parameters
        ----------
        rows : one of

            - None for none;
            - a boolean mask: a list or array with one value per row, or a Series, aligned by its index;
            - one or many index labels, as in `df.loc`: plain integers are labels, and a label that several rows share
              means all of them;
            - `Positions`, such as `lens.selection`;
            - a DataFrame or Series of some of the rows;
            - a span table or another table whose column `output` holds positions;
            - a function of the frame that returns one of these.

        Raises
        ------
        KeyError
            If a label is not in the index.
        ValueError
            If a mask has another length than the frame, or a table does not hold rows of the frame.
        """
        if callable(rows) and not isinstance(rows, type):
            rows = rows(self.frame.copy())
            if callable(rows):
                raise ValueError(f"the function returned {short(rows)}; return a mask, labels or rows of the frame.")
        if rows is None:
            return Positions()
        if isinstance(rows, Positions) and rows.dtype.kind in "iu":
            return self._checked(rows, "position")
        if isinstance(rows, pd.DataFrame):
            return self._of_table(rows)
        if isinstance(rows, pd.Series):
            return self._of_series(rows)
        if isinstance(rows, Iterator | Set):
            rows = list(rows)
        if (
            isinstance(rows, str | bytes)
            or not isinstance(rows, Sequence | np.ndarray | pd.Index | pd.api.extensions.ExtensionArray)
            or (isinstance(rows, tuple) and isinstance(self.frame.index, pd.MultiIndex))
        ):
            return self._labelled([rows])
        if getattr(rows, "ndim", 1) == 1 and _is_mask(rows):
            return self._masked(_as_mask(rows))
        if getattr(rows, "dtype", None) == np.bool_ and len(rows):
            return self._masked(np.asarray(rows))
        return self._labelled(rows)

    def _checked(self, values: Any, what: str) -> Positions:
        positions = Positions(values)
        outside = positions[(positions < 0) | (positions >= len(self.frame))]
        if len(outside):
            raise ValueError(
                f"{what} {outside[0]} is out of range; the positions of {len(self.frame)} rows are 0 to"
                f" {len(self.frame) - 1}."
            )
        return positions

    # Tables and columns

    def _of_table(self, table: pd.DataFrame) -> Positions:
        if not len(table):
            return Positions()
        columns = table.columns
        # The user's data may have a column named "output" too.
        spans = set(SPAN) <= set(columns) and not set(SPAN) <= set(self.frame.columns)
        if "output" in columns and columns.is_unique and (spans or "output" not in self.frame.columns):
            if pd.api.types.is_integer_dtype(table["output"]):
                return self._checked(table["output"], "output")
            if spans:
                raise ValueError(
                    f"the column 'output' of the span table holds {short(table['output'].iloc[0])}; it holds positions"
                    " of rows, whole numbers from 0 on."
                )
        self._check_index(table, "table")
        shared: list[Hashable] = [name for name in columns if name in self.frame.columns]
        strange = [name for name in columns if name not in self.frame.columns and not _is_added(name)]
        if not shared or not columns.is_unique:
            raise self._not_rows("table shares no column with the data")
        if self.text in shared:
            compared = [self.text]
        elif strange:
            raise self._not_rows(f"table has a column {strange[0]!r}, which the data lacks, and not the texts")
        else:
            compared = shared
        positions = self._labelled(table.index)
        if not self.frame.index.is_unique and self._ambiguous(table.index):
            return self._by_contents(table, shared, positions)
        # From here on labels are unique.
        here = self.frame[compared].iloc[self.frame.index.get_indexer_for(table.index.unique())]
        given = table[compared][~table.index.duplicated()]
        if self.frame.index.is_unique and not all(_same_cells(here[name], given[name]) for name in compared):
            raise self._not_rows(
                f"table holds other values in {compared[0]!r} than the data at the same index labels, perhaps because"
                " its index was reset"
            )
        return positions

    def _of_series(self, series: pd.Series[Any]) -> Positions:
        mask = pd.api.types.is_bool_dtype(series) or _is_mask(series)
        index = self.frame.index
        if not len(series) and not mask:
            return Positions()
        of_spans = series.name == "output" and "output" not in self.frame.columns
        if of_spans and pd.api.types.is_integer_dtype(series):
            return self._checked(series, "output")
        self._check_index(series, "Series")
        if series.name in SPAN and series.name not in self.frame.columns:
            raise self._not_rows(f"Series {series.name!r} is a column of a span table")
        if mask and len(series) == len(index) and series.index.equals(index):
            return self._masked(_as_mask(series))
        if mask and len(series) > len(index) and not series.index.isin(index).all():
            raise ValueError(
                f"the mask has {len(series)} values for {len(index)} rows; make it from the frame that you gave the"
                " lens."
            )
        if not self._is_ours(series):
            raise self._not_rows(f"Series {series.name!r} is not a column of the data")
        if not mask:
            positions = self._labelled(series.index)
            if not index.is_unique and self._ambiguous(series.index):
                return self._by_contents(series.to_frame(), [c for c in [series.name] if c in self.frame], positions)
            return positions
        chosen = series.index[_as_mask(series)]
        if not index.is_unique and self._ambiguous(chosen):
            raise ValueError(REPEATED)
        return self._labelled(chosen)

    def _check_index(self, rows: pd.DataFrame | pd.Series[Any], kind: str) -> None:
        """Refuse a table that is not indexed by rows but, for example, by clusters or groups."""
        names = [name for name in rows.index.names if name is not None]
        if names and list(rows.index.names) != list(self.frame.index.names):
            if names == ["cluster"]:
                raise ValueError(
                    f"this {kind} lists clusters, not rows; write lens.select(cluster=3), or give the mask"
                    " lens.frame['cluster'] == 3."
                )
            raise self._not_rows(f"{kind} is indexed by {', '.join(map(repr, names))}, and the data is not")

    def _is_ours(self, series: pd.Series[Any]) -> bool:
        """Whether the index of a Series holds row labels: it is a column, or computed from columns."""
        if series.name is not None:
            return series.name in self.frame.columns or _is_added(series.name)
        counting = isinstance(series.index, pd.RangeIndex) and series.index[0] == 0 and series.index.step == 1
        return not counting or series.index.equals(self.frame.index)

    def _not_rows(self, why: str) -> ValueError:
        return ValueError(
            f"this {why}, so its index may not be row labels; give a boolean mask such as {self._mask_for(None)}, or"
            " the labels themselves: rows.index."
        )

    def _ambiguous(self, labels: pd.Index[Any]) -> bool:
        """Whether some labels name more rows than the number of times they are given."""
        given = labels.value_counts()
        return bool((self.frame.index.value_counts().reindex(given.index).fillna(0) > given).any())

    def _by_contents(self, part: pd.DataFrame, columns: Sequence[Hashable], positions: Positions) -> Positions:
        """Distinguish rows with the same label by their contents."""
        if not columns:
            raise ValueError(REPEATED)
        here = _contents(self.frame.iloc[positions], columns)
        given = Counter(_contents(part, columns))
        known = Counter(here)
        # Rows that are equal in all columns can only be selected together.
        if any(count != known[key] for key, count in given.items()):
            raise ValueError(REPEATED)
        return Positions(positions[[key in given for key in here]])

    # Masks and labels

    def _masked(self, mask: Bools) -> Positions:
        if mask.shape != (len(self.frame),):
            raise ValueError(
                f"the mask has {mask.size} values for {len(self.frame)} rows; give one True or False per row."
            )
        return Positions(np.flatnonzero(mask))

    def _mask_for(self, value: Any) -> str:
        """Return the code of a mask for a value that is not a label but may be in a column."""
        if isinstance(value, str | int | float):
            for name in self.by:
                if (self.frame[name].astype(object) == value).any():
                    return f"df[{name!r}] == {value!r}"
        return f"df[{self.by[0]!r}] == ..." if self.by else "df['model'] == 'x'"

    def _labelled(self, labels: Any) -> Positions:
        index = self.frame.index
        try:
            wanted = labels if isinstance(labels, pd.Index) else pd.Index(list(labels), tupleize_cols=index.nlevels > 1)
            if index.nlevels > 1 and wanted.nlevels != index.nlevels and len(wanted):
                raise TypeError
            hash(tuple(wanted))
        except (TypeError, ValueError):
            raise ValueError(
                f"{short(labels)} is not a list of row labels; give labels of the frame's index"
                f"{' (tuples)' if index.nlevels > 1 else ''}, or a mask such as {self._mask_for(None)}."
            ) from None
        if not len(wanted):
            return Positions()
        rows, unknown = _look_up(index, wanted)
        if len(unknown):
            shown = ", ".join(repr(label) for label in unknown[:5])
            more = f" and {len(unknown) - 5} more" if len(unknown) > 5 else ""
            raise NotFound(
                f"no row is labelled {shown}{more}; give labels of the frame's index, or a mask such as"
                f" {self._mask_for(unknown[0])}."
            )
        return Positions(np.flatnonzero(rows))


def _look_up(index: pd.Index[Any], wanted: pd.Index[Any]) -> tuple[Bools, list[Any]]:
    """Return which rows have one of the labels, and the labels that no row has."""
    spans: Any = (pd.DatetimeIndex, pd.TimedeltaIndex, pd.PeriodIndex, pd.IntervalIndex)
    if not isinstance(index, spans) or wanted.dtype == index.dtype:
        return index.isin(wanted), wanted[~wanted.isin(index)].tolist()
    # As in df.loc: a day as text means all times of that day, a number the interval around it.
    rows, unknown = np.zeros(len(index), bool), []
    for label in wanted.tolist():
        try:
            rows[index.get_loc(label)] = True
        except (KeyError, TypeError, ValueError, pd.errors.InvalidIndexError):
            unknown.append(label)
    return rows, unknown


def _is_added(name: Hashable) -> bool:
    """Whether `Lens.frame` adds a column of this name, or of this name with the suffix "_lens"."""
    return isinstance(name, str) and name.split("_lens")[0] in ADDED


def _is_mask(values: Any) -> bool:
    """Whether values are a mask: only True, False and missing values."""
    if getattr(values, "ndim", 1) != 1:
        return False
    held = [v for v in values if not _is_missing(v)]
    return len(held) > 0 and all(isinstance(v, bool | np.bool_) for v in held)


def _is_missing(value: Any) -> bool:
    return value is None or value is pd.NA or (isinstance(value, float) and value != value)


def _as_mask(values: Any) -> Bools:
    return np.array([not _is_missing(v) and bool(v) for v in values], dtype=bool)


def _same_cells(a: pd.Series[Any], b: pd.Series[Any]) -> bool:
    """Whether two columns hold the same values, comparing lists and NaN too."""
    gone = missing(a)
    return bool((gone == missing(b)).all()) and all(
        x is y or (x == y if type(x) is type(y) is str else repr(x) == repr(y))
        for x, y, empty in zip(a.tolist(), b.tolist(), gone.tolist(), strict=True)
        if not empty
    )


def _contents(frame: pd.DataFrame, columns: Sequence[Hashable]) -> list[tuple[str, ...]]:
    """Return the printed label and cells of each row, because lists are unhashable and NaN is not equal to itself."""
    cells = []
    for name in columns:
        gone = missing(frame[name])
        cells.append(["" if empty else repr(cell) for cell, empty in zip(frame[name].tolist(), gone, strict=True)])
    return list(zip(map(repr, frame.index.tolist()), *cells, strict=True))
