"""Each value has one code, and so one colour, in the whole lens; categories come in a natural order."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import outlens as ol
from outlens.outputs import read
from outlens.outputs.columns import MISSING, Categories, Numbers, categories, describe


def described(values: Any, by: bool = False) -> Any:
    return describe(pd.Series(values, name="c"), by=by)


def decoded(column: Categories) -> list[str | None]:
    return [None if code == MISSING else column.values[code] for code in column.codes]


@given(st.lists(st.sampled_from(["a", "b", "c", None]), min_size=1, max_size=40))
def test_categories_decode_to_the_values_most_frequent_first(values: list[str | None]) -> None:
    column = described(pd.Series(values, dtype=object), by=True)
    assert decoded(column) == values
    assert column.codes.dtype == np.uint16
    counts = [values.count(name) for name in column.values]
    assert counts == sorted(counts, reverse=True)


@pytest.mark.parametrize(
    ("values", "order"),
    [
        ([10, 2, 1, 11, 10], ["1", "2", "10", "11"]),
        (pd.Series([10, 2, None, 11], dtype="Int64"), ["2", "10", "11"]),
        ([1.5, 0.2, 1.5, np.nan], ["0.2", "1.5"]),
        (pd.Series([10, 2.5, None, -1], dtype=object), ["-1", "2.5", "10"]),
        (pd.Categorical([10, 2, 10]), ["2", "10"]),
        (pd.Series(["10", "2", "10"], dtype="str"), ["10", "2"]),
        (pd.Categorical(["low", "high", "high"], ["low", "mid", "high"], ordered=True), ["low", "high"]),
        (pd.Categorical(["low", "high", "high"], ["low", "mid", "high"]), ["high", "low"]),
        # With halves, because pandas 3 turns whole numbers into floats and pandas 2.2 does not.
        ([True, False, True], ["True", "False"]),
        ([float("inf"), 3.0], ["3.0", "inf"]),
    ],
    ids=str,
)
def test_the_order_of_categories(values: Any, order: list[str]) -> None:
    assert described(values, by=True).values == order


def test_intervals_keep_their_order_however_pandas_prints_them() -> None:
    for cells in ([9, 1.0, np.nan, 2.5], [9, 1, 2, 4, 9, 9]):
        intervals = pd.cut(cells, [0, 2, 5, 10])
        starts = [float(value.strip("(]").split(",")[0]) for value in described(intervals, by=True).values]
        assert starts == [0, 2, 5]


def test_an_ordered_column_other_than_by_keeps_its_order() -> None:
    cells = pd.Categorical(["low", "high", "high"], ["low", "mid", "high"], ordered=True)
    assert described(cells).values == ["low", "high"]


def test_missing_numbers_are_nan_and_infinities_are_removed() -> None:
    column = described([1.0, None, np.inf, 3.0])
    assert isinstance(column, Numbers)
    assert (column.min, column.max) == (1.0, 3.0)
    np.testing.assert_array_equal(column.values, np.array([1, np.nan, np.nan, 3], np.float32))
    huge = described([0.0, 1e300])
    assert np.isfinite(huge.values).all()
    assert huge.max == huge.values.max()


def test_texts_ids_and_objects_are_not_described() -> None:
    assert described([f"id {i}" for i in range(100)]) is None
    assert described([[1], [2]]) is None
    assert described(pd.Series([None, None], dtype=float)) is None
    assert described([1j, 2j]) is None
    assert described(list(range(61)), by=True).__class__ is Numbers
    assert described([f"v{i}" for i in range(MISSING + 1)], by=True) is None


def test_only_short_repeated_values_form_categories() -> None:
    assert described(["gpt", "claude", "gemini"]) is not None
    assert described([f"v{i % 10}" for i in range(20)]) is not None
    assert described([f"v{i % 11}" for i in range(20)]) is None
    assert described([c * 400 for c in "abc"]) is None


def frame() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "prompt": ["p"] * 3 + ["q"] * 3 + ["r"] * 2,
            "response": list("abcdefgh"),
            "model": ["m2", "m2", "m1", "m1", "m1", "m3", None, None],
            "temperature": [0.0, 10.0, 2.0, 2.0, 2.0, 10.0, 0.0, 0.0],
            "note": ["x", "x", "x", "y", "y", "y", "x", "x"],
            "score": [None, None, None, 1.0, 2.0, 3.0, None, None],
        }
    )


def test_a_value_has_one_code_in_every_prompt_and_no_column_vanishes() -> None:
    lens = ol.Lens(frame(), by=["model", "temperature"], vectors=np.eye(8), store=False)
    seen: dict[str, list[Any]] = {}
    for prompt in lens.prompts:
        lens.prompt = prompt
        about = lens._bridge.widget._info["columns"]
        assert [c["name"] for c in about] == ["model", "temperature", "note", "score"]
        assert [c["categories"] for c in about[:3]] == [["m1", "m2", "m3"], ["0.0", "2.0", "10.0"], ["x", "y"]]
        assert (about[3]["min"], about[3]["max"]) == (1.0, 3.0)
        for name in ("model", "temperature", "note"):
            seen.setdefault(name, []).extend(np.frombuffer(lens._bridge.widget._columns[name], "<u2").tolist())
    assert seen["model"] == [1, 1, 0, 0, 0, 2, MISSING, MISSING]
    assert seen["temperature"] == [0, 2, 1, 1, 1, 2, 0, 0]
    assert seen["note"] == [0, 0, 0, 1, 1, 1, 0, 0]


def test_a_setting_of_the_view_can_be_set_to_itself_in_every_prompt() -> None:
    lens = ol.Lens(frame(), by="model", vectors=np.eye(8), store=False)
    lens.view.color = "note"
    lens.view.filter = {"column": "model", "value": "m2"}
    for prompt in lens.prompts:
        lens.prompt = prompt
        lens.view.filter = lens.view.filter
        lens.view.color = lens.view.color


def test_the_table_of_clusters_counts_the_values_in_the_same_order() -> None:
    lens = ol.Lens(frame(), by=["model", "temperature"], vectors=np.eye(8), store=False)
    lens.prompt = "q"
    assert [c for c in lens.clusters.columns if "=" in c] == [
        "model=m1", "model=m3", "temperature=2.0", "temperature=10.0",
    ]  # fmt: skip


def test_columns_named_like_a_colour_of_the_lens_are_distinguished() -> None:
    names: list[Any] = ["response", "cluster", "tags", "tags (yours)", 1, "1"]
    made = read(pd.DataFrame({name: list("aabb") for name in names}))
    assert [column.name for column in made.columns] == [
        "cluster (yours)", "tags (yours)", "tags (yours) (yours)", "1", "1 (yours)",
    ]  # fmt: skip


def test_categories_of_any_column_are_numbered_in_order() -> None:
    codes, values = categories(pd.Series([3, None, 1, 3], dtype="Int64"))
    assert (codes.tolist(), values) == ([1, -1, 0, 1], ["1", "3"])
