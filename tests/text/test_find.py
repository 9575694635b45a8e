from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outlens.text import find, openings, words

TEXT = st.text(st.characters(codec=None), max_size=60)


@given(st.lists(st.text("abAB .*😀", max_size=30), max_size=5), st.text("abAB .*😀", min_size=1, max_size=3))
def test_a_literal_is_found_where_it_stands(texts: list[str], query: str) -> None:
    expected = []
    for i, text in enumerate(texts):
        at = text.lower().find(query.lower())
        while at >= 0:
            expected.append([i, at, at + len(query)])
            at = text.lower().find(query.lower(), at + len(query))
    assert find(texts, query).values.tolist() == expected


@given(st.lists(TEXT, max_size=4), TEXT.filter(bool))
def test_spans_hold_the_query_in_code_points(texts: list[str], query: str) -> None:
    for row in find(texts, query, ignore_case=False).itertuples():
        assert texts[row.output][row.start : row.end] == query


def test_regular_expressions() -> None:
    assert find(["a1 b22"], r"\d+", regex=True).values.tolist() == [[0, 1, 2], [0, 4, 6]]
    assert find(["aXa"], "x*", regex=True).values.tolist() == [[0, 1, 2]]
    assert find(["Sorry"], "sorry", ignore_case=False).empty
    with pytest.raises(ValueError, match=r"'\(' is not a regular expression.*character 0"):
        find(["a"], "(", regex=True)
    with pytest.raises(ValueError, match="empty"):
        find(["a"], "")


@given(TEXT)
def test_words_lie_in_the_text_in_order_and_hold_no_space(text: str) -> None:
    end = 0
    for row in words(text).itertuples():
        assert end <= row.start < row.end <= len(text)
        assert not any(c.isspace() for c in text[row.start : row.end])
        assert row.form
        end = row.end


@given(st.lists(st.sampled_from(["alpha", "Beta", "don't", "well-known", "42", "naïve", "Straße"]), max_size=8))
def test_plain_words_are_found_again(said: list[str]) -> None:
    assert words(" ".join(said))["form"].tolist() == [w.casefold() for w in said]


def test_words_in_other_scripts() -> None:
    assert words("日本語")["form"].tolist() == ["日", "本", "語"]
    assert words("Don’t")["form"].tolist() == ["don't"]
    assert words("co\u00adoperate")["form"].tolist() == ["cooperate"]


def test_openings_are_what_outputs_begin_with() -> None:
    texts = ["I am sorry to hear that.", "I'm sure.", "I am sorry, no.", "I am sorry to say so.", ""]
    table = openings(texts, min_outputs=2)
    for row in table.itertuples():
        begins = [t for t in texts if words(t)["form"].tolist()[: row.words] == words(row.phrase)["form"].tolist()]
        assert len(begins) == row.outputs >= 2
    assert {"I am sorry", "I am sorry to"} <= set(table["phrase"])
    with pytest.raises(ValueError, match="not 0"):
        openings(texts, min_outputs=0)
