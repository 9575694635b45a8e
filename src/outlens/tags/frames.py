"""DataFrames of tags, notes and names, which may hold lone surrogates.

pandas 3 turns arrays and labels of str into Arrow strings, which cannot hold a lone surrogate. So these functions keep
text and labels as Python objects, and group by codes.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd


def frame_of(columns: Mapping[str, npt.NDArray[Any]], index: pd.Index[Any] | None = None) -> pd.DataFrame:
    """Return a DataFrame that keeps the dtype of each array, with labels of dtype object.

    Examples
    --------
    >>> frame_of({"tag": np.array(["half \\ud83d"], object)}).dtypes.tolist()
    [dtype('O')]
    """
    series = [pd.Series(array, index=index, dtype=array.dtype) for array in columns.values()]
    table = pd.DataFrame(dict(enumerate(series)), index=index)
    return table.set_axis(pd.Index(list(columns), dtype=object), axis=1)


def free_name(name: str, taken: Collection[Hashable]) -> str:
    """Return a name for an added column; if it is taken, with the suffix "_lens", "_lens2", ..."""
    names = (name, f"{name}_lens", *(f"{name}_lens{k}" for k in range(2, len(taken) + 2)))
    return next(free for free in names if free not in taken)


def free_names(names: Iterable[str], taken: Iterable[Hashable]) -> list[str]:
    """Return a free name for each of several added columns, in order."""
    all_names, free = list(taken), []
    for name in names:
        free.append(free_name(name, all_names))
        all_names.append(free[-1])
    return free


def with_columns(frame: pd.DataFrame, columns: Mapping[str, npt.NDArray[Any]]) -> pd.DataFrame:
    """Return a copy of the frame with more columns on the right, each as long as the frame and named by `free_name`."""
    added = frame_of(columns, frame.index)
    labels = pd.Index([*frame.columns, *free_names(columns, frame.columns)], dtype=object, name=frame.columns.name)
    both = [frame.set_axis(range(frame.shape[1]), axis=1), added.set_axis(range(frame.shape[1], len(labels)), axis=1)]
    return pd.concat(both, axis=1).set_axis(labels, axis=1)


def tag_counts(
    tagged: Iterable[tuple[str, str, npt.NDArray[np.bool_]]],
    cluster: npt.NDArray[np.int64],
    cluster_name: npt.NDArray[np.object_],
    by: pd.Series[Any] | None = None,
) -> pd.DataFrame:
    """Count the tagged outputs by tag, annotator and cluster, and by the values of a column.

    Parameters
    ----------
    tagged : iterable of (tag, annotator, mask)
        The mask, (n,) bool, selects the outputs that have the tag from this annotator.
    cluster, cluster_name : (n,)
        The cluster of each output, and its name.
    by : Series, length n, optional

    Returns
    -------
    DataFrame
        Columns `tag`, `annotator`, `cluster` (int64), `cluster_name`, the name of `by` (if given; with the suffix "_by"
        if it is one of these) and `outputs` (int64, above 0).

    Raises
    ------
    TypeError
        If `by` has values that cannot be grouped, such as lists.
    """
    # factorize gives every missing value the code -1.
    codes = [cluster, pd.factorize(cluster_name)[0]]
    codes += [] if by is None else [_codes(by)]
    _, first, group = np.unique(np.column_stack(codes), axis=0, return_index=True, return_inverse=True)
    group = group.reshape(-1)  # its shape differs between versions of NumPy 2
    tags: list[str] = []
    annotators: list[str] = []
    rows: list[npt.NDArray[np.int64]] = []
    counts: list[npt.NDArray[np.int64]] = []
    for tag, annotator, mask in tagged:
        count = np.bincount(group[mask], minlength=len(first))
        present = np.flatnonzero(count)
        tags += [tag] * len(present)
        annotators += [annotator] * len(present)
        rows.append(first[present])
        counts.append(count[present])
    row = np.concatenate([np.zeros(0, np.int64), *rows])
    table = frame_of(
        {
            "tag": np.array(tags, object),
            "annotator": np.array(annotators, object),
            "cluster": cluster[row],
            "cluster_name": cluster_name[row],
        }
    )
    if by is not None:
        label = f"{by.name}_by" if by.name in (*table.columns, "outputs") else by.name
        labels = pd.Index([*table.columns, label], dtype=object)
        table = pd.concat([table, by.iloc[row].reset_index(drop=True)], axis=1).set_axis(labels, axis=1)
    return table.assign(outputs=np.concatenate([np.zeros(0, np.int64), *counts]))


def _codes(values: pd.Series[Any]) -> npt.NDArray[np.int64]:
    cells = values.to_numpy(object)
    try:
        return pd.factorize(cells)[0]
    except TypeError as error:
        kind = next(type(cell).__name__ for cell in cells if not isinstance(cell, Hashable))
        raise TypeError(
            f"the column {values.name!r} holds values of type {kind}; name a column with one text or number per row."
        ) from error
