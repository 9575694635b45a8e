"""Append rows with the same columns to an `Outputs`."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from outlens._errors import hint
from outlens.outputs.columns import Categories, Numbers, factorize, missing
from outlens.outputs.outputs import Outputs, read
from outlens.outputs.reading import short, to_frame


def append(given: Outputs, data: Any) -> Outputs:
    """Return the rows of `given` followed by those of `data`; neither is changed.

    A column keeps its dtype if that can hold the new values; Int64 and boolean replace int64 and bool if some are
    missing. Otherwise whole numbers and fractions become floats, and all else objects, each value as it was: True never
    becomes 1. Categories keep their order, and so their colors.

    Parameters
    ----------
    given : the first rows.
    data : what `read` takes, or a dict for one row, with the same columns. Labels of a DataFrame are kept and must be
        new; without labels, numbering continues from the largest label.

    Raises
    ------
    ValueError, TypeError
        If the columns differ, a label or id is in use already or occurs twice, or a prompt is the label of the outputs
        without a prompt.
    """
    if isinstance(data, Mapping) and any(isinstance(value, str) for value in data.values()):
        data = [data]
    new = to_frame(data, text=[name for name in (given.text, given.prompt, given.id) if name is not None], by=given.by)
    listed = not isinstance(data, pd.DataFrame) and list(new.columns) == ["response"]
    if listed and given.text not in new.columns:
        new.columns = pd.Index([given.text])
    new = new[_in_order(given, new)]
    label = given.no_prompt_label
    if label is not None and label in factorize(new[given.prompt])[1]:
        raise ValueError(
            f"the new rows have the prompt {label!r}, which is the label of the outputs without a prompt; give these"
            " rows another prompt, or none."
        )
    new.index = _labels(given.frame.index, new.index).set_names(given.frame.index.names)
    columns = {name: _joined(given.frame[name], new[name]) for name in given.frame.columns}
    index = given.frame.index.append(new.index)
    frame = pd.DataFrame(columns, columns=given.frame.columns, copy=False)
    frame.index = index
    made = read(
        frame,
        text=given.text,
        prompt=False if given.prompt is None else given.prompt,
        by=given.by,
        id=given.id,
        alike_ids=bool(given._alike_ids),
    )
    # The value of the cached property.
    made.__dict__["columns"] = _in_old_order(given.columns, made.columns, made.frame)
    return made


def _in_order(given: Outputs, new: pd.DataFrame) -> list[Any]:
    """Return the columns in the order of the old rows; ValueError if they are not the same."""
    wanted = list(given.frame.columns)
    if not new.columns.is_unique:
        repeated = new.columns[new.columns.duplicated()][0]
        raise ValueError(f"two columns of the new rows are named {repeated!r}; rename one of them.")
    lacking = [name for name in wanted if name not in new.columns]
    if lacking:
        raise ValueError(
            f"the new rows have no column {', '.join(map(repr, lacking))}; give them all columns of the lens:"
            f" {', '.join(map(repr, wanted))}."
        )
    strange = [name for name in new.columns if name not in wanted]
    if strange:
        raise ValueError(
            f"the new rows have a column {strange[0]!r}, which the lens does not have;"
            f" {hint(strange[0], wanted, 'columns')}"
        )
    return wanted


def _labels(old: pd.Index[Any], new: pd.Index[Any]) -> pd.Index[Any]:
    """Return the index labels of the new rows."""
    counted = isinstance(new, pd.RangeIndex) and new.equals(pd.RangeIndex(len(new)))
    if counted and pd.api.types.is_integer_dtype(old.dtype) and old.nlevels == 1:
        begin = int(old.max()) + 1 if len(old) else 0
        return pd.RangeIndex(begin, begin + len(new))
    if counted and len(old):
        raise ValueError(
            f"the new rows have no labels, and the lens has an index with labels such as {short(old[-1])}; give a"
            " DataFrame whose index holds the labels of the new rows."
        )
    if old.nlevels != new.nlevels and len(old):
        raise ValueError(
            f"the index of the new rows has {new.nlevels} level{'s' * (new.nlevels != 1)} and that of the lens"
            f" {old.nlevels}; give both the same levels."
        )
    for wrong, problem in (
        (new.isin(old), "of the new rows is the label of another row"),
        (new.duplicated(), "is the label of two of the new rows"),
    ):
        if wrong.any():
            numbered = ", or write rows.reset_index(drop=True)" if pd.api.types.is_integer_dtype(old.dtype) else ""
            raise ValueError(f"the label {short(new[wrong][0])} {problem}; give them new labels{numbered}.")
    return new


def _joined(old: pd.Series[Any], new: pd.Series[Any]) -> pd.Series[Any]:
    """Concatenate two columns; the dtype of the old one stays if it can hold the new values."""
    if not len(old):
        return new.reset_index(drop=True)
    dtype = old.dtype
    if isinstance(dtype, pd.CategoricalDtype):
        values = [value for value in dict.fromkeys(new.dropna().tolist()) if value not in dtype.categories]
        dtype = pd.CategoricalDtype([*dtype.categories, *values], dtype.ordered) if values else dtype
    # pandas would make whole numbers floats, and truth values objects, if some are missing.
    nullable = {"i": "Int64", "u": "Int64", "b": "boolean"}.get(dtype.kind)
    wide: list[Any] = [dtype, nullable] if nullable else [dtype]
    for wider in wide:
        with contextlib.suppress(TypeError, ValueError, OverflowError, UnicodeError):
            cast = new.astype(wider)
            if _same(new, cast):
                return pd.concat([old.astype(wider), cast], ignore_index=True)
    if not _numeric(old, new):
        # pandas would convert values to a dtype that both have in common.
        old, new = old.astype(object), new.astype(object)
    return pd.concat([old, new], ignore_index=True)


def _numeric(a: pd.Series[Any], b: pd.Series[Any]) -> bool:
    return all(pd.api.types.is_numeric_dtype(x) and not pd.api.types.is_bool_dtype(x) for x in (a, b))


def _same(values: pd.Series[Any], cast: pd.Series[Any]) -> bool:
    """Whether a cast kept every value."""
    gone = missing(values)
    if not (gone == missing(cast)).all():
        return False
    return all(
        a is b or (bool(a == b) and (type(a) is type(b) or not isinstance(a, str | bool) | isinstance(b, str | bool)))
        for a, b, empty in zip(values.tolist(), cast.tolist(), gone, strict=True)
        # A list is kept by a cast to object, the only one that takes it.
        if not empty and not isinstance(a, list | dict | np.ndarray)
    )


def _in_old_order(
    old: list[Categories | Numbers], new: list[Categories | Numbers], frame: pd.DataFrame
) -> list[Categories | Numbers]:
    """Return the new columns with the old categories first, in their order.

    Numbers and ordered categories stay sorted.
    """
    before = {column.name: column for column in old if isinstance(column, Categories)}
    ordered = {
        str(name) for name, dtype in frame.dtypes.items() if isinstance(dtype, pd.CategoricalDtype) and dtype.ordered
    }
    return [
        _reordered(column, before[column.name].values)
        if isinstance(column, Categories) and column.name in before and column.name not in ordered
        else column
        for column in new
    ]


def _reordered(column: Categories, first: list[str]) -> Categories:
    values = column.values
    if all(map(_is_number, values)):
        return column
    kept = [value for value in first if value in values]
    order = [*kept, *(value for value in values if value not in kept)]
    rank = np.arange(1 << 16, dtype=np.uint16)
    rank[: len(values)] = [order.index(value) for value in values]
    return replace(column, values=order, codes=rank[column.codes])


def _is_number(value: str) -> bool:
    try:
        float(value)
    except ValueError:
        return False
    return True
