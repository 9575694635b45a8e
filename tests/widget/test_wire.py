"""The data sent to the browser matches the user's."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from outlens import text
from outlens.outputs import Categories, Numbers
from outlens.outputs.columns import MISSING
from outlens.widget import wire

ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=40)


@given(st.lists(ANY_TEXT, max_size=12))
def test_texts_come_back_but_for_lone_surrogates(texts: list[str]) -> None:
    data, offsets = wire.encode(texts)
    assert len(offsets) == len(texts) + 1
    for i, given_text in enumerate(texts):
        want = "".join("\ufffd" if "\ud800" <= c <= "\udfff" else c for c in given_text)
        assert data[offsets[i] : offsets[i + 1]].decode() == want


def test_labels_of_a_plain_index_are_sent_as_two_numbers() -> None:
    assert wire.labels(pd.RangeIndex(5, 50, 5)) == {"start": 5, "step": 5}
    assert wire.labels(pd.Index(["a", "b\ud800"], dtype=object)) == ["a", "b\ufffd"]


def test_a_column_is_sent_as_codes_or_numbers_of_some_rows() -> None:
    rows = np.array([2, 0])
    codes = Categories("m", True, ["a", "b"], np.array([1, 0, MISSING], np.uint16))
    assert wire.column(codes, rows) == (
        {"name": "m", "by": True, "kind": "category", "categories": ["a", "b"]},
        bytes([255, 255, 1, 0]),
    )
    about, data = wire.column(Numbers("x", False, np.array([1, 5, np.nan], np.float32)), rows)
    assert about == {"name": "x", "by": False, "kind": "number", "min": 1.0, "max": 5.0}
    np.testing.assert_array_equal(np.frombuffer(data, "<f4"), np.array([np.nan, 1], np.float32))


def ints(data: bytes, kind: str = "<u4") -> list[int]:
    return np.frombuffer(data, kind).tolist()


@given(st.lists(ANY_TEXT | st.sampled_from(["a", "b"]), max_size=12))
def test_equal_texts_share_a_number_by_first_appearance(texts: list[str]) -> None:
    numbers = ints(wire.variants(texts))
    assert [texts[numbers.index(k)] for k in numbers] == texts
    assert list(dict.fromkeys(numbers)) == list(range(len(set(texts))))


SAID = ["Take 5 mg.", "take 50 mg 😀 daily", "It is not good.", "It is good at Riverton.", "It is good here now.", "é"]


@given(st.lists(st.lists(st.sampled_from(SAID), max_size=4).map("\n".join), max_size=7))
def test_an_alignment_comes_back_from_its_arrays(texts: list[str]) -> None:
    table = text.align(texts)
    made = wire.alignment(texts, table)
    assert made["strength"] == text.alignment_strength(table)
    assert made["enough"] == (made["strength"] >= 0.15)
    first, start, end, vary = (ints(made[name]) for name in ("first", "start", "end", "vary"))
    unit, vary_first, group = ints(made["unit"]), ints(made["vary_first"]), ints(made["group"], "<i4")
    assert len(first) == len(texts) + 1
    assert len(vary_first) == len(table) + 1
    rows = list(table.itertuples())
    found = []
    for i, own in enumerate(texts):
        wide = own.encode("utf-16-le")
        for u in range(first[i], first[i + 1]):
            row = rows[u]
            assert row.output == i
            assert wide[2 * start[u] : 2 * end[u]].decode("utf-16-le") == own[row.start : row.end]
            flags = ints(made["flags"], "u1")[u]
            flagged = [name for bit, name in ((1, "number"), (2, "negation"), (4, "name")) if flags & bit]
            assert sorted(flagged) == sorted(row.differs.split(", ") if row.differs else [])
            assert (flags >= 8) == row.medoid
            assert (group[u], ints(made["times"], "<u2")[u]) == (row.rank, row.times)
            assert ints(made["position"], "<f4")[u] == np.float32(row.position)
            for k in range(3 * vary_first[u], 3 * vary_first[u + 1], 3):
                assert start[u] <= vary[k] < vary[k + 1] <= end[u]
                words = wide[2 * vary[k] : 2 * vary[k + 1]].decode("utf-16-le")
                found.append((i, words, ["", "number", "negation", "name"][vary[k + 2]]))
    varying = text.varying(texts, table)
    assert found == [(v.output, texts[v.output][v.start : v.end], v.what) for v in varying.itertuples()]
    surfaces = [texts[row.output][row.start : row.end].strip() for row in rows]
    assert [surfaces[unit.index(k)] for k in unit] == surfaces
    assert len(set(unit)) == len(set(surfaces))


def test_texts_are_paged_by_their_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "PAGED_ABOVE", 12)
    assert not wire.paged(["abcd"] * 3)
    assert wire.paged(["abcd"] * 3 + ["e"])
    assert not wire.paged(["éé"] * 3)
    assert wire.paged(["漢字"] * 3)
    assert not wire.paged(["\ud800"] * 4)
    assert wire.paged(["\ud800"] * 5)
