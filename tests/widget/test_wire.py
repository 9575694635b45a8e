"""What travels to the browser is what the user has."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from outlens.widget import wire

ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=40)


@given(st.lists(ANY_TEXT, max_size=12))
def test_texts_come_back_but_for_lone_surrogates(texts: list[str]) -> None:
    data, offsets = wire.encode(texts)
    assert len(offsets) == len(texts) + 1
    for i, text in enumerate(texts):
        want = "".join("\ufffd" if "\ud800" <= c <= "\udfff" else c for c in text)
        assert data[offsets[i] : offsets[i + 1]].decode() == want


@given(st.lists(st.sampled_from(["a", "b", "c", None]), min_size=1, max_size=40))
def test_categories_decode_to_the_values_most_frequent_first(values: list[str | None]) -> None:
    made = wire.column(pd.Series(values, name="m", dtype=object), by=True)
    assert made is not None
    about, data = made
    codes = np.frombuffer(data, "<u2")
    names = about["categories"]
    assert [None if c == wire.MISSING else names[c] for c in codes] == values
    counts = [values.count(name) for name in names]
    assert counts == sorted(counts, reverse=True)


def test_numbers_keep_missing_as_nan_and_never_put_infinity_on_the_wire() -> None:
    about, data = wire.column(pd.Series([1.0, None, np.inf, 3.0], name="score"), by=False) or ({}, b"")
    values = np.frombuffer(data, "<f4")
    assert (about["min"], about["max"]) == (1.0, 3.0)
    assert values[[0, 3]].tolist() == [1.0, 3.0]
    assert np.isnan(values[[1, 2]]).all()


def test_texts_ids_and_objects_are_not_colours() -> None:
    assert wire.column(pd.Series([f"id {i}" for i in range(100)], name="id"), by=False) is None
    assert wire.column(pd.Series([[1], [2]], name="list"), by=False) is None
    assert wire.column(pd.Series([None, None], name="none", dtype=float), by=False) is None


def test_labels_of_a_plain_index_travel_as_two_numbers() -> None:
    assert wire.labels(pd.RangeIndex(5, 50, 5)) == {"start": 5, "step": 5}
    assert wire.labels(pd.Index(["a", "b\ud800"], dtype=object)) == ["a", "b\ufffd"]


def test_categories_are_short_and_come_again() -> None:
    def is_category(values: list[str]) -> bool:
        return wire.column(pd.Series(values, name="c"), by=False) is not None

    assert is_category(["gpt", "claude", "gemini"])
    assert is_category([f"v{i % 10}" for i in range(20)])
    assert not is_category([f"v{i % 11}" for i in range(20)])
    assert not is_category([c * 400 for c in "abc"])


def test_huge_numbers_travel_as_the_largest_float() -> None:
    about, data = wire.column(pd.Series([0.0, 1e300], name="x"), by=False) or ({}, b"")
    values = np.frombuffer(data, "<f4")
    assert np.isfinite(values).all()
    assert about["max"] == values.max()
