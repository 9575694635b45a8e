"""Rows appended to others: the first rows do not change, and rows that do not fit are refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from outlens.outputs import Outputs, append, read
from outlens.outputs.columns import Categories

FRAME = pd.DataFrame(
    {
        "response": ["a", "b", "c", "d"],
        "model": ["y", "x", "y", "z"],
        "score": [1, 2, 3, 4],
        "kind": pd.Categorical(["low", "high", "low", "high"], ["low", "high"], ordered=True),
    }
)
ROWS = [
    {"response": "e", "model": "x", "score": 5, "kind": "low"},
    {"response": "f", "model": "x", "score": 6, "kind": "high"},
    {"response": "g", "model": "w", "score": 7, "kind": "low"},
]


@pytest.fixture
def given() -> Outputs:
    return read(FRAME, by="model")


@pytest.mark.parametrize("kind", ["frame", "dicts", "columns", "jsonl", "csv", "reordered"])
def test_all_forms_of_rows_give_the_same_frame(given: Outputs, kind: str, tmp_path: Path) -> None:
    frame = pd.DataFrame(ROWS)
    columns = frame.to_dict("list")
    data: Any = {"frame": frame, "dicts": ROWS, "columns": columns, "reordered": frame.iloc[:, ::-1]}.get(kind)
    if kind in ("jsonl", "csv"):
        data = tmp_path / f"rows.{kind}"
        if kind == "csv":
            frame.to_csv(data, index=False)
        else:
            frame.to_json(data, orient="records", lines=True)
    made = append(given, data)
    expected = pd.concat([FRAME, frame.astype({"kind": FRAME["kind"].dtype})], ignore_index=True)
    pd.testing.assert_frame_equal(made.frame, expected)
    assert made.texts == list("abcdefg")
    pd.testing.assert_frame_equal(given.frame, FRAME)
    assert (made.text, made.prompt, made.by, made.id) == ("response", None, ["model"], None)


def test_a_list_of_texts_and_a_single_row_are_accepted() -> None:
    texts = read(["a"])
    assert append(texts, ["b", None]).texts == ["a", "b", ""]
    named = read(pd.DataFrame({"said": ["a"]}), text="said")
    assert append(named, ["b"]).frame["said"].tolist() == ["a", "b"]
    assert append(read(FRAME, by="model"), ROWS[0]).texts == list("abcde")


def test_labels_are_kept_or_numbering_continues(given: Outputs) -> None:
    assert append(given, ROWS).frame.index.tolist() == list(range(7))
    own = pd.DataFrame(ROWS, index=[10, 12, 11])
    made = append(given, own)
    assert made.frame.index.tolist() == [0, 1, 2, 3, 10, 12, 11]
    assert append(made, ROWS).frame.index.tolist()[-3:] == [13, 14, 15]
    named = read(FRAME.set_axis(pd.Index(list("pqrs"), name="key")))
    made = append(named, pd.DataFrame(ROWS, index=["t", "u", "v"]))
    assert made.frame.index.tolist() == list("pqrstuv")
    assert made.frame.index.name == "key"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (["e"], "no column 'model', 'score', 'kind'"),
        ([{"response": "e"}], "no column 'model', 'score', 'kind'; give them all columns of the lens"),
        ([{**ROWS[0], "modle": 1}], "a column 'modle', which the lens does not have; did you mean 'model'"),
        (pd.DataFrame(ROWS, index=[3, 4, 5]), "the label 3 of the new rows is the label of another row"),
        (pd.DataFrame(ROWS, index=[7, 8, 7]), "the label 7 is the label of two of the new rows"),
        (pd.DataFrame(ROWS, index=pd.MultiIndex.from_product([[1], [1, 2, 3]])), "has 2 levels and that of the lens 1"),
        ("missing.csv", "does not exist"),
    ],
)
def test_rows_that_do_not_fit_are_refused(given: Outputs, data: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        append(given, data)


def test_rows_without_labels_are_refused_where_labels_are_not_numbers() -> None:
    named = read(FRAME.set_axis(list("pqrs")))
    with pytest.raises(ValueError, match="labels such as 's'; give a DataFrame whose index"):
        append(named, ROWS)


def test_a_prompt_that_is_the_label_of_missing_prompts_is_refused() -> None:
    given = read({"prompt": ["p", None], "response": ["a", "b"]})
    with pytest.raises(ValueError, match=r"the new rows have the prompt '\(no prompt\)', which .* without a prompt"):
        append(given, {"prompt": ["(no prompt)"], "response": ["c"]})
    # Several at once get different labels.
    whole = append(
        read({"prompt": ["p"], "response": ["a"]}), {"prompt": ["(no prompt)", None], "response": ["b", "c"]}
    )
    assert [label for label, _ in whole.prompts()] == ["p", "(no prompt)", "((no prompt))"]
    assert [label for label, _ in append(whole, {"prompt": ["(no prompt)"], "response": ["d"]}).prompts()] == [
        "p", "(no prompt)", "((no prompt))",
    ]  # fmt: skip


def test_ids_must_differ_from_those_in_use() -> None:
    given = read({"response": ["a", "b"], "key": ["k1", "k2"]}, id="key")
    assert append(given, [{"response": "c", "key": "k3"}]).ids() == ["k1", "k2", "k3"]
    with pytest.raises(ValueError, match="'k2' in 2 rows"):
        append(given, [{"response": "c", "key": "k2"}])
    with pytest.raises(ValueError, match="no value in 1 of 3"):
        append(given, [{"response": "c", "key": None}])


@pytest.mark.parametrize(
    ("old", "new", "dtype", "values"),
    [
        (pd.Series([1, 2]), [3], "int64", [1, 2, 3]),
        (pd.Series([1, 2]), [None], "Int64", [1, 2, pd.NA]),
        (pd.Series([1, 2]), [1.5], "float64", [1, 2, 1.5]),
        (pd.Series([1.5, 2]), [3], "float64", [1.5, 2, 3]),
        (pd.Series([1, 2]), ["x"], "object", [1, 2, "x"]),
        (pd.Series([True, False]), [None], "boolean", [True, False, pd.NA]),
        (pd.Series([True, False]), ["x"], "object", [True, False, "x"]),
        (pd.Series(["007", "8"], dtype=object), [9], "object", ["007", "8", 9]),
        (pd.Series(["a", "b"], dtype="category"), ["c"], "category", ["a", "b", "c"]),
        (pd.Series([[1, 2], [3]]), [[4]], "object", [[1, 2], [3], [4]]),
        (pd.Series(pd.to_datetime(["2020-01-01", "2020-01-02"])), ["soon"], "object", None),
    ],
)
def test_a_dtype_stays_if_it_can_hold_the_values(old: Any, new: list[Any], dtype: str, values: Any) -> None:
    given = read(pd.DataFrame({"response": ["a", "b"], "x": old}))
    made = append(given, pd.DataFrame({"response": ["c"], "x": pd.Series(new)}))
    assert str(made.frame["x"].dtype) == dtype
    if values is not None:
        assert made.frame["x"].tolist() == values


@pytest.mark.parametrize(
    ("old", "new"),
    [([True, False], [1, 0]), ([1, 2], [True, False]), ([True, False], [0.5, 1.5]), ([0.5, 1.5], [True, False])],
)
def test_a_truth_value_never_becomes_a_number_nor_a_number_a_truth_value(old: list[Any], new: list[Any]) -> None:
    # pd.concat of two frames makes True a 1; that of two columns does not.
    made = append(read({"response": ["a", "b"], "x": old}), {"response": ["c", "d"], "x": new}).frame["x"]
    pd.testing.assert_series_equal(made, pd.concat([pd.Series(old), pd.Series(new)], ignore_index=True).rename("x"))
    assert list(map(type, made)) == list(map(type, [*old, *new]))


def test_a_truth_value_may_be_missing_in_new_rows() -> None:
    given = read({"response": list("ab"), "passed": [True, False]})
    before, after = given.columns[0], append(given, {"response": ["c"], "passed": [None]}).columns[0]
    assert isinstance(before, Categories)
    assert isinstance(after, Categories)
    assert after.values == before.values
    assert after.codes.tolist() == [*before.codes.tolist(), 65_535]


def test_categories_keep_their_order_and_so_their_colors(given: Outputs) -> None:
    before = {column.name: column for column in given.columns}
    assert before["model"].values == ["y", "x", "z"]
    made = append(given, ROWS)
    after = {column.name: column for column in made.columns}
    # By frequency, x would come first.
    assert after["model"].values == ["y", "x", "z", "w"]
    assert [after["model"].values[code] for code in after["model"].codes] == made.frame["model"].tolist()
    assert after["model"].codes[:4].tolist() == before["model"].codes.tolist()
    temperatures = read({"response": list("abcd"), "t": [0, 1, 0, 1]}, by="t")
    column = append(temperatures, {"response": ["e"], "t": [0.5]}).columns[0]
    assert column.values == ["0.0", "0.5", "1.0"]


def test_rows_are_appended_to_an_empty_frame() -> None:
    made = append(read(pd.DataFrame({"response": pd.Series([], dtype=object), "n": pd.Series([], dtype="int64")})), {
        "response": ["a", "b"], "n": [1, 2],
    })  # fmt: skip
    assert made.texts == ["a", "b"]
    assert made.frame.index.tolist() == [0, 1]
    assert made.frame["n"].dtype == np.int64


def test_a_missing_category_stays_missing() -> None:
    given = read({"response": list("abcd"), "model": ["y", None, "x", "y"]}, by="model")
    column = append(given, {"response": ["e"], "model": [None]}).columns[0]
    assert column.values == ["y", "x"]
    assert column.codes.tolist() == [0, 65_535, 1, 0, 65_535]
