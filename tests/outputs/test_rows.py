"""Every way to name rows gives the right positions, or an error with the fix."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import outlens as ol
from outlens.outputs import Positions, read

FRAME = pd.DataFrame(
    {
        "response": ["Maybe so.", "No.", "Maybe not.", "An idea."],
        "model": list("abab"),
        "score": [1.0, 2.0, np.nan, 4.0],
    },
    index=[3, 0, 1, 2],
)
VECTORS = [[1, 0], [0, 1], [1, 0], [0, 1]]


def lens(frame: pd.DataFrame = FRAME, **more: Any) -> ol.Lens:
    return ol.Lens(frame, **{"vectors": VECTORS, "by": "model", "store": False, **more})


def at(rows: Any, frame: pd.DataFrame = FRAME, **columns: Any) -> list[int]:
    return read(frame, **columns).positions(rows).tolist()


def test_a_span_table_names_rows_by_position() -> None:
    one = lens()
    spans = one.find("Maybe|idea", regex=True)
    one.tag("hedge", spans)
    assert one.tagged("hedge")["response"].tolist() == ["Maybe so.", "Maybe not.", "An idea."]
    assert at(spans["output"]) == [0, 2, 3]
    assert at(one.find("nowhere")) == []
    assert at(one.aligned()[lambda t: t["output"] == 3]) == [3]
    with pytest.raises(ValueError, match=r"output 4 is out of range; the positions of 4 rows are 0 to 3"):
        at(pd.DataFrame({"output": [1, 4]}))
    with pytest.raises(ValueError, match="'output' of the span table holds 'r1'"):
        at(pd.DataFrame({"output": ["r1"], "start": [0], "end": [1]}))
    with pytest.raises(ValueError, match="'start' is a column of a span table"):
        at(spans["start"])
    with pytest.raises(ValueError, match="'start' is a column of a span table"):
        at(spans["start"] > 3)


def test_judgements_name_rows_by_position() -> None:
    one = lens()
    one.tag("hedge", [1, 2])
    assert at(one.judgements()) == [2, 3]


def test_a_user_column_may_be_called_output() -> None:
    frame = FRAME.rename(columns={"response": "output"})
    assert at(frame[frame["model"] == "b"], frame) == [1, 3]
    assert at(frame["output"].iloc[[1]], frame) == [1]
    assert at(pd.DataFrame({"output": [2], "start": [0], "end": [1]}), frame) == [2]
    numbers = FRAME.assign(output=[5, 6, 7, 8])
    assert at(numbers[numbers["output"] > 6], numbers, text="response") == [2, 3]
    both = numbers.assign(start=0, end=1)
    assert at(both.iloc[[0]], both, text="response") == [0]


def test_the_table_of_clusters_does_not_name_rows() -> None:
    one = lens()
    for rows in (one.clusters, one.clusters["size"], one.clusters["size"] > 1):
        with pytest.raises(ValueError, match=r"lists clusters, not rows; write lens.select\(cluster=3\)"):
            one.select(rows)


@pytest.mark.parametrize(
    ("table", "reason"),
    [
        (pd.DataFrame({"k": [1]}, index=[3]), "shares no column with the data"),
        (FRAME.groupby("model").size(), "indexed by 'model'"),
        (FRAME.groupby("model")[["score"]].mean().reset_index(), "other values in 'model'"),
        (FRAME.reset_index(drop=True), "other values in 'response'"),
        (FRAME[["model"]].assign(tag="x"), "column 'tag', which the data lacks"),
        (FRAME["model"].value_counts(), "indexed by 'model'"),
        (pd.Series([3, 1]), "Series None is not a column"),
        (pd.Series([True, False]), "Series None is not a column"),
        (pd.Series([1, 2], name="count", index=[0, 1]), "Series 'count' is not a column"),
    ],
)
def test_an_unrelated_table_is_refused(table: Any, reason: str) -> None:
    with pytest.raises(ValueError, match=reason) as raised:
        at(table)
    assert "mask such as" in str(raised.value)
    assert "\n" not in str(raised.value)


def test_our_tables_with_a_user_column_are_refused() -> None:
    frame = FRAME.rename(columns={"response": "text"})
    one = lens(frame, text="text")
    one.tag("a", [3])
    for table in (one.tag_counts(by="model"), one.tag_log, one.tags, one.distinctive(by="model"), one.clusters):
        if len(table):
            with pytest.raises(ValueError, match=r"mask|clusters"):
                one.select(table)


def test_rows_of_either_frame_are_matched_by_label() -> None:
    one = lens()
    assert at(FRAME[FRAME["model"] == "b"]) == [1, 3]
    assert at(FRAME.sort_values("response").head(1)) == [3]
    assert at(FRAME[["score"]].nlargest(1, "score")) == [3]
    assert at(FRAME["score"].nlargest(1)) == [3]
    assert at(FRAME["score"][FRAME["score"].isna()]) == [2]
    assert at(one.frame[one.frame["cluster"] == one.frame["cluster"].iloc[0]]) == [0, 2]
    assert at(one.frame["x"].iloc[[2]]) == [2]
    assert at(FRAME.iloc[[1, 1]]) == [1]
    named_x = FRAME.assign(x=1)
    assert at(lens(named_x).frame["x_lens"].iloc[[2]], named_x) == [2]
    assert at(FRAME.assign(extra=1).iloc[[2]]) == [2]
    part = FRAME[FRAME["model"] == "b"]
    assert at(part["response"].str.contains("idea")) == [3]
    assert at((part["score"] > 3) & (part["model"] == "b")) == [3]
    assert at(FRAME.sort_index()["score"] > 3) == [3]


def test_a_selection_keeps_its_rows_when_labels_are_permuted() -> None:
    one = lens()
    one.select([1, 2])
    assert one.selection.tolist() == [2, 3]
    for rows in (one.selection, one.selection[:], one.selection.copy(), pickle.loads(pickle.dumps(one.selection))):
        one.select(rows)
        assert one.selection.tolist() == [2, 3]
    one.select(one.selection[1:])
    assert one.selection.tolist() == [3]
    assert one.selected.index.tolist() == [2]
    assert FRAME.iloc[one.selection].equals(one.selected)
    with pytest.raises(ValueError, match="position 9 is out of range"):
        one.select(Positions([1, 9]))


@given(st.lists(st.integers(0, 20)), st.slices(21))
def test_positions_are_sorted_and_keep_their_type(values: list[int], part: slice) -> None:
    made = Positions(values)
    assert made.tolist() == sorted(set(values))
    assert made.dtype == np.int64
    assert isinstance(made[part], Positions)
    assert isinstance(made[made > 3], Positions)
    assert isinstance(made + 1, Positions)
    other = Positions([2, 5, 7])
    for combine in (np.union1d, np.intersect1d, np.setdiff1d):
        assert isinstance(combine(made, other), Positions)
        assert combine(made, other).tolist() == combine(np.array(made), np.array(other)).tolist()
    assert type(np.concatenate([made, [3]])) is np.ndarray
    assert type(made > 3) is np.ndarray
    assert type(made / 2) is np.ndarray
    assert at(np.isin(np.arange(21), made), pd.DataFrame({"response": ["x"] * 21})) == made.tolist()


def test_a_function_of_the_frame_names_rows() -> None:
    assert at(lambda df: df["score"] > 1) == [1, 3]
    assert at(lambda df: df.nsmallest(1, "score")) == [0]
    assert at(lambda df: [0]) == [1]
    assert at(lambda df: None) == []
    with pytest.raises(ValueError, match="the function returned"):
        at(lambda df: len)

    def spoil(df: pd.DataFrame) -> list[int]:
        df["response"] = ""
        return [0]

    made = read(FRAME)
    assert made.positions(spoil).tolist() == [1]
    assert made.frame["response"].tolist() == FRAME["response"].tolist()


@pytest.mark.parametrize(
    ("index", "label", "positions"),
    [
        (pd.interval_range(0, 4), pd.Interval(1, 2), [1]),
        (pd.interval_range(0, 4), 0.5, [0]),
        (pd.interval_range(0, 4), [0.5, 2.5], [0, 2]),
        (pd.date_range("2026-01-01", periods=4, freq="12h"), pd.Timestamp("2026-01-01 12:00"), [1]),
        (pd.date_range("2026-01-01", periods=4, freq="12h"), "2026-01-02", [2, 3]),
        (pd.date_range("2026-01-01", periods=4, freq="12h", tz="Asia/Tokyo"), "2026-01-02", [2, 3]),
        (pd.period_range("2026-01", periods=4, freq="M"), ["2026-02"], [1]),
        (pd.timedelta_range("1h", periods=4, freq="1h"), pd.Timedelta("3h"), [2]),
        (pd.MultiIndex.from_product([["a", "b"], [1, 2]]), ("b", 1), [2]),
        (pd.MultiIndex.from_product([["a", "b"], [1, 2]]), [("b", 1), ("a", 2)], [1, 2]),
        (pd.Index(["x", "y", "x", "z"]), "x", [0, 2]),
        (pd.Index([0.5, np.nan, 1, 2]), [np.nan], [1]),
        (pd.CategoricalIndex(list("abca")), "a", [0, 3]),
    ],
)
def test_labels_of_every_kind_of_index(index: pd.Index[Any], label: Any, positions: list[int]) -> None:
    frame = FRAME.set_axis(index)
    assert at(label, frame) == positions
    assert at(frame.iloc[[1]] if index.is_unique else [], frame) == ([1] if index.is_unique else [])
    for unknown in ("nothing", ["nothing"], -7.5, [(1, 2, 3)]):
        with pytest.raises((KeyError, ValueError), match=r"no row is labelled|not a list of row labels"):
            at(unknown, frame)


def test_empty_values_select_nothing() -> None:
    for rows in ([], (), set(), np.array([]), pd.Index([]), FRAME.iloc[:0], pd.DataFrame(), pd.Series([], dtype=float)):
        assert at(rows) == []


def test_a_missing_label_is_named_and_a_working_mask_suggested() -> None:
    with pytest.raises(KeyError) as raised:
        at("b", FRAME, by="model")
    assert str(raised.value) == (
        "no row is labelled 'b'; give labels of the frame's index, or a mask such as df['model'] == 'b'."
    )
