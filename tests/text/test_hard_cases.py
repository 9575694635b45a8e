"""The hard cases of TEXT.md that involve several functions; the others are in the tests of their functions."""

from __future__ import annotations

import importlib
import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from outlens.text import (
    Index,
    align,
    coverage,
    distinctive,
    distinctive_words,
    find,
    sentences,
    shared_phrases,
    shared_spans,
    varying,
    words,
)
from outlens.widget import wire

utf16 = importlib.import_module("outlens.text.utf16").utf16
TEXT = st.text(st.characters(codec=None), max_size=40)


def test_equal_outputs_are_one_variant_and_keep_their_rows() -> None:  # 1
    texts = ["only here said", "x y z", "only here said", "only here said", "p q r"]
    assert sorted(Index(texts).weight.tolist()) == [1, 1, 3]
    assert set(distinctive_words(texts)["output"]) == {1, 4}
    assert align(texts)["outputs"].tolist() == [3, 1, 3, 3, 1]


def test_offsets_for_the_browser_count_as_javascript_does() -> None:  # 8
    arrays = Index(["A😀B"]).arrays()
    assert list(zip(arrays["start"].tolist(), arrays["end"].tolist(), strict=True)) == [(0, 1), (3, 4)]
    assert words("A😀B")[["start", "end"]].values.tolist() == [[0, 1], [2, 3]]


@given(TEXT)
def test_offsets_for_the_browser_are_those_of_its_encoding(text: str) -> None:
    shown = text.encode("utf-8", "replace").decode() if not text.isascii() else text
    assert len(shown) == len(text)
    expected = [len(shown[:i].encode("utf-16-le")) // 2 for i in range(len(text) + 1)]
    assert utf16(text, np.arange(len(text) + 1)).tolist() == expected


def test_a_lone_surrogate_is_accepted_and_the_text_unchanged() -> None:  # 9
    text = "abc\ud83d def ghi"
    texts = [text, text + " and", "abc def ghi jkl"]
    for table in (shared_spans(texts, min_outputs=2, min_words=2), align(texts), find(texts, "def")):
        assert all(texts[o][s:e] for o, s, e in table[["output", "start", "end"]].to_numpy().tolist())
    assert texts[0] == "abc\ud83d def ghi"
    assert wire.encode([text])[0].decode() == "abc\ufffd def ghi"


def test_html_is_text_and_its_words_have_their_ranges() -> None:  # 14
    texts = ["<img src=x onerror=alert(1)> A & B <b>bold claim</b>", "![](https://e.x/?q=1) so <b>bold claim</b>"]
    spans = shared_spans(texts, min_outputs=2, min_words=2)
    assert {texts[o][s:e] for o, s, e in spans[["output", "start", "end"]].to_numpy().tolist()} == {"b>bold claim</b"}
    assert words("a & b < c")["form"].tolist() == ["a", "b", "c"]


def test_identifiers_and_operators_are_ordinary_words_and_queries() -> None:  # 15
    texts = ["constructor __proto__ $& \\d (", "hasOwnProperty constructor ( x"]
    assert find(texts, "(")[["output", "start"]].values.tolist() == [[0, 28], [1, 27]]
    assert find(texts, "$&")["output"].tolist() == [0]
    assert shared_spans(texts, min_outputs=2, min_words=1)["outputs"].tolist() == [2, 2]
    found = distinctive(texts * 6, ["a", "b"] * 6)
    assert {"proto", "hasownproperty constructor"} <= set(found["form"])


@pytest.mark.parametrize("texts", [["a"], ["a", "a"], ["", ""], ["x y z"] * 5 + ["x y z"] * 5, ["a b", "c d"]])
def test_only_numbers_are_sent(texts: list[str]) -> None:  # 20
    tables = [
        shared_spans(texts),
        shared_phrases(texts),
        align(texts),
        varying(texts, align(texts)),
        sentences(texts[0]),
    ]
    tables.append(distinctive_words(texts).drop(columns="rank"))
    if len(texts) > 1:
        groups = [i % 2 for i in range(len(texts))]
        tables.append(distinctive(texts, groups).drop(columns=["p", "q"]))
    for table in tables:
        numbers = table.select_dtypes("number")
        assert np.isfinite(numbers.to_numpy(dtype=float)).all()
        json.dumps(numbers.to_dict("list"), allow_nan=False)
    assert all(np.isfinite(c).all() for c in coverage(texts))


def test_a_word_repeated_many_times_needs_no_special_case() -> None:  # 20
    texts = ["ha " * 150_000, "ha ha"]
    assert Index(texts).coverage(2)[0].tolist() == [2] * 150_000
    assert len(sentences(texts[0])) == 1
    assert isinstance(align(texts), pd.DataFrame)
