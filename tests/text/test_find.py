from __future__ import annotations

import re
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outlens.text import find, openings, words

TEXT = st.text(st.characters(codec=None), max_size=60)


@given(st.lists(st.text("abAB .*😀", max_size=30), max_size=5), st.text("abAB .*😀", min_size=1, max_size=3))
def test_a_literal_is_found_at_its_position(texts: list[str], query: str) -> None:
    expected = []
    for i, text in enumerate(texts):
        at = text.lower().find(query.lower())
        while at >= 0:
            expected.append([i, at, at + len(query)])
            at = text.lower().find(query.lower(), at + len(query))
    assert find(texts, query).values.tolist() == expected


@given(st.lists(TEXT, max_size=4), TEXT.filter(bool))
def test_spans_contain_the_query_in_code_points(texts: list[str], query: str) -> None:
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
def test_words_are_in_text_order_without_spaces(text: str) -> None:
    end = 0
    for row in words(text).itertuples():
        assert end <= row.start < row.end <= len(text)
        assert not any(c.isspace() for c in text[row.start : row.end])
        assert row.form
        end = row.end


@given(st.lists(st.sampled_from(["alpha", "Beta", "don't", "well-known", "42", "naïve", "Straße"]), max_size=8))
def test_plain_words_are_found_again(vocabulary: list[str]) -> None:
    assert words(" ".join(vocabulary))["form"].tolist() == [w.casefold() for w in vocabulary]


def test_words_in_other_scripts() -> None:
    assert words("日本語")["form"].tolist() == ["日", "本", "語"]
    assert words("Don’t")["form"].tolist() == ["don't"]
    assert words("co\u00adoperate")["form"].tolist() == ["cooperate"]


def test_openings_are_the_beginnings_of_outputs() -> None:
    texts = ["I am sorry to hear that.", "I'm sure.", "I am sorry, no.", "I am sorry to say so.", ""]
    table = openings(texts, min_outputs=2)
    for row in table.itertuples():
        begins = [t for t in texts if words(t)["form"].tolist()[: row.words] == words(row.phrase)["form"].tolist()]
        assert len(begins) == row.outputs >= 2
    assert {"I am sorry", "I am sorry to"} <= set(table["phrase"])
    with pytest.raises(ValueError, match="min_outputs is 0"):
        openings(texts, min_outputs=0)


PATTERNS = [
    "a+", "a*b", "(a|b)+?", r"\bab\b", "[ab.]+", "[^a]", "(?i:A)b", "a{1,2}", "a{,2}b", "^a", "b$", "(?m)^b$", r"\d+|a",
    "(?P<x>a)(?P=x)", "(?<=a)b", "(?!a).", "a{e<=1}", "{a}", "[[:alpha:]]", "[{]", "a{1", r"\{a", "[]a]", "(?s)a.b",
    r"[\]b]", "[a-]", "x*", r"(a)?b\1?", "[a||b]",
]  # fmt: skip


@pytest.mark.filterwarnings("ignore:Possible")
@settings(max_examples=30, deadline=None)
@given(st.lists(st.text("abAB{}[]:lpe<=1 .|-\n\ud83d😀", max_size=20), max_size=4), st.booleans())
def test_expressions_match_those_of_re(texts: list[str], ignore_case: bool) -> None:
    for pattern in PATTERNS:
        expected = [
            [i, m.start(), m.end()]
            for i, text in enumerate(texts)
            for m in re.compile(pattern, re.IGNORECASE if ignore_case else 0).finditer(text)
            if m.end() > m.start()
        ]
        found = find(texts, pattern, regex=True, ignore_case=ignore_case).values.tolist()
        assert found == expected, pattern


@pytest.mark.parametrize("query", ["i", "İ", "ß", "K", "(", "$&", "\\", "\ud83d", "é"])
def test_offsets_are_right_even_if_folding_changes_the_length(query: str) -> None:
    text = f"İstanbul ß ( $& \\ \ud83d K é {query} İ"
    for row in find([text], query).itertuples():
        assert row.end - row.start == len(query)
        assert text[row.start : row.end].casefold() == query.casefold() or query in "iİK"
    assert len(find([text], query)) >= 1


@pytest.mark.parametrize("in_thread", [False, True])
def test_a_catastrophic_expression_is_aborted(monkeypatch: pytest.MonkeyPatch, in_thread: bool) -> None:
    monkeypatch.setattr(sys.modules["outlens.text.find"], "PATIENCE", 0.2)
    texts = ["fine", "a" * 60 + "c"] * 50
    began = time.monotonic()
    with ThreadPoolExecutor(1) as pool:
        run = pool.submit(find, texts, "(a|a)+b", True).result if in_thread else lambda: find(texts, "(a|a)+b", True)
        with pytest.raises(ValueError, match=r"longer than 0 s and was stopped in texts\[1\]"):
            run()
    assert time.monotonic() - began < 10


def test_the_limit_holds_for_all_texts_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.modules["outlens.text.find"], "PATIENCE", 0.3)
    # Each of them takes some hundredths of a second.
    with pytest.raises(ValueError, match=r"in texts\[\d+\]"):
        find(["a" * 18 + "c"] * 1000, "(a|a)+b", regex=True)


def test_invalid_expressions_and_texts_are_refused() -> None:
    for query, why in [
        ("a{99999999999}", "too large"),
        ("(?<=a+)b", "look-behind"),
        ("[a", "character 0"),
        ("a**", "2"),
    ]:
        with pytest.raises(ValueError, match=f"not a regular expression.*{why}"):
            find(["a"], query, regex=True)
    with pytest.raises(TypeError, match=r"texts\[1\] is an int"):
        find(["a", 1], "a")  # type: ignore[list-item]
    with pytest.raises(TypeError, match="the query is an int"):
        find(["a"], 1)  # type: ignore[arg-type]


def test_openings_with_lone_surrogates() -> None:
    assert openings(["so \ud800 it is", "so \ud800 it was"])["phrase"].tolist() == ["so \ud800 it"]


def test_a_character_by_its_name_is_found() -> None:
    texts = ["a • b", "c – d", "{x}"]
    for query in (r"\N{BULLET}", r"[\N{BULLET}x]", r"a \N{BULLET} b"):
        assert find(texts, query, regex=True)["output"].tolist()[0] == 0
    assert find(texts, r"\N{EN DASH}", regex=True).values.tolist() == [[1, 2, 3]]
    assert find(texts, r"\{x\}", regex=True).values.tolist() == [[2, 0, 3]]
    with pytest.raises(ValueError, match="undefined character name 'NO SUCH THING'"):
        find(texts, r"\N{NO SUCH THING}", regex=True)
