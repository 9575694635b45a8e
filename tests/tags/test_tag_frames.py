"""Counts of tagged outputs, compared with a count in Python dictionaries."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from outlens.tags.frames import tag_counts, with_columns

ROWS = st.lists(
    st.tuples(
        st.sampled_from([-1, 0, 1]),
        st.sampled_from(["a", "half \ud83d"]),
        st.sampled_from(["x", "\udfff", None, 3]),
        st.booleans(),
        st.booleans(),
    ),
    max_size=12,
)


@given(ROWS)
def test_counts_match_counting_one_by_one(rows: list[tuple[int, str, object, bool, bool]]) -> None:
    cluster = np.array([row[0] for row in rows], np.int64)
    names = np.array([row[1] for row in rows], object)
    by = pd.Series([row[2] for row in rows], dtype=object, name="model", index=np.arange(len(rows))[::-1] % 2)
    masks = [
        ("good", "ann", np.array([row[3] for row in rows], bool)),
        ("bad \ud800", "(anybody)", np.array([row[4] for row in rows], bool)),
    ]
    wanted = Counter(
        (tag, who, *row[:3]) for tag, who, mask in masks for row, marked in zip(rows, mask, strict=True) if marked
    )
    table = tag_counts(masks, cluster, names, by)
    assert list(table.columns) == ["tag", "annotator", "cluster", "cluster_name", "model", "outputs"]
    columns = [table[name].tolist() for name in table.columns[:-1]]
    assert dict(zip(zip(*columns, strict=True), table["outputs"].tolist(), strict=True)) == wanted
    assert table.dtypes["outputs"] == table.dtypes["cluster"] == np.int64


def test_a_column_keeps_its_dtype_and_is_renamed_if_it_clashes() -> None:
    values = pd.Series(pd.Categorical(["b", "a", None], categories=["b", "a"], ordered=True), name="tag")
    table = tag_counts([("t", "ann", np.ones(3, bool))], np.zeros(3, np.int64), np.full(3, "c", object), values)
    assert list(table.columns) == ["tag", "annotator", "cluster", "cluster_name", "tag_by", "outputs"]
    assert table["tag_by"].dtype == values.dtype
    assert table["outputs"].tolist() == [1, 1, 1]


def test_a_column_of_lists_is_refused() -> None:
    values = pd.Series([["a"], ["b"]], name="labels")
    with pytest.raises(TypeError, match=r"^the column 'labels' holds values of type list; name a column with one text"):
        tag_counts([], np.zeros(2, np.int64), np.full(2, "c", object), values)


def test_columns_with_any_labels_are_added() -> None:
    frame = pd.DataFrame({1: [1, 2], "a": ["x", "y"]}, index=["same", "same"])
    wide = with_columns(frame, {"half \ud83d": np.array([True, False])})
    assert wide.columns.tolist() == [1, "a", "half \ud83d"]
    assert wide["half \ud83d"].tolist() == [True, False]
    assert wide.index.tolist() == ["same", "same"]
    assert wide.dtypes.tolist()[:2] == frame.dtypes.tolist()
