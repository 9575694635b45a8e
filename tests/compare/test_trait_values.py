"""Traits of single outputs, counted by hand."""

from __future__ import annotations

import math
import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from outlens.compare.trait_values import BUILT_IN, refuses, trait_values

TEXT = """# Plan

I may go. Perhaps we stay! Is it far?

- one
- two. More of two.
1. three

```python
x = "- four"
```
Use `ls` or see https://a.org/x?y=1 and www.b.org.
**Bold line**
"""


def of(text: str) -> dict[str, float]:
    return {str(name): value for name, value in trait_values([text]).iloc[0].items()}


def test_markdown_is_counted_as_a_reader_would() -> None:
    row = of(TEXT)
    assert (row["headings"], row["list_items"]) == (2, 3)
    # Three of the first paragraph, one, two and three of the list, one of the line with the links.
    assert row["sentences"] == 3 + 1 + 2 + 1 + 1
    assert (row["links"], row["exclamation_marks"], row["question_marks"]) == (2, 1, 2)
    fenced = TEXT[TEXT.index("```python") : TEXT.index("Use")].rstrip("\n")
    assert row["code"] == pytest.approx((len(fenced) + len("`ls`")) / len(TEXT))


def test_word_lists_are_per_100_words() -> None:
    row = of("I may be wrong, perhaps. Maybe not; it's me.")
    assert row["words"] == 9
    assert row["hedges"] == pytest.approx(100 * 3 / 9)
    assert row["first_person"] == pytest.approx(100 * 2 / 9)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("none", 0),
        ("😀 and 😀😀", 3),
        ("👩‍👩‍👧‍👦", 1),
        ("👍🏽", 1),
        ("🇩🇪🇫🇷", 2),
        ("1️⃣ first", 1),
        ("❤️", 1),
        ("© ™ 1 # é", 0),
    ],
)
def test_an_emoji_that_is_shown_as_one_counts_once(text: str, count: int) -> None:
    assert of(text)["emoji"] == count


def test_the_share_of_letters_that_are_not_latin() -> None:
    assert of("abc дe 12")["not_latin"] == pytest.approx(1 / 5)
    assert of("naïve “quotes”")["not_latin"] == 0
    assert of("日本")["not_latin"] == 1
    assert math.isnan(of("12 + 3 = …")["not_latin"])


def test_readability_is_the_index_of_coleman_and_liau() -> None:
    sentence = "The quick brown fox jumps over the lazy dog again."
    words, letters = 10, sum(char.isalpha() for char in sentence)
    expected = 0.0588 * (100 * letters / words) - 0.296 * (100 / words) - 15.8
    assert of(" ".join([sentence] * 3))["readability"] == pytest.approx(expected)
    assert math.isnan(of(sentence)["readability"])


@pytest.mark.parametrize(
    "text",
    [
        "I'm sorry, but I can't help with that.",
        "I’m really sorry, I cannot do this.",
        "Sorry, no.",
        "I am not able to provide that.",
        "As an AI language model, I can not answer.",
        "It is not appropriate to ask for this.",
        "Unfortunately, this is not possible.",
        "I apologize, but no.",
        "Thanks for asking! However, I must decline.",
        "I won't  \n write that.",
    ],
)
def test_openings_that_refuse(text: str) -> None:
    assert refuses(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Sure! Here is a poem.",
        "I'm sorry to hear that you are ill. Drink water.",
        "We were not allowed in.",
        "You cannot divide by zero.",
        "Sorry to hear that.",
        "A" * 250 + " I cannot help.",
    ],
)
def test_openings_that_do_not_refuse(text: str) -> None:
    assert not refuses(text)


def test_own_traits() -> None:
    texts = ["Tea, tea.", "Coffee", "no"]
    values = trait_values(
        texts,
        {
            "tea": "tea",
            "Tea": re.compile("Tea"),
            "length": len,
            "long": lambda text: len(text) > 5,
            "first": lambda text: 1.0 if text[0].isupper() else None,
            "judge": pd.Series([1, 0, -1], index=[7, 8, 9]),
            "score": [1, None, np.nan],
            "known": pd.array([True, None, False], "boolean"),
        },
    )
    expected = {
        "tea": [2, 0, 0],
        "Tea": [1, 0, 0],
        "length": [9, 6, 2],
        "long": [True, True, False],
        "first": [1, 1, np.nan],
        "judge": [1, 0, -1],
        "score": [1, np.nan, np.nan],
        "known": [1, np.nan, 0],
    }
    for name, column in expected.items():
        np.testing.assert_array_equal(values[name], column)
    assert [values[name].dtype for name in ("long", "tea")] == [bool, np.float64]


@pytest.mark.parametrize(
    ("traits", "error", "message"),
    [
        ("words", TypeError, "give a list"),
        (["wrods"], KeyError, "did you mean 'words'"),
        ({"a": 3}, TypeError, "'a' is an int"),
        ({"a": [1, 2]}, ValueError, "has 2 values for 1 texts"),
        ({"a": lambda text: "x"}, TypeError, r"is a str \('x'\) for texts\[0\]"),
        ({"a": lambda text: float("inf")}, ValueError, "inf"),
        ({"a": "("}, ValueError, "not a regular expression"),
        ({"a": re.compile(b"x")}, TypeError, "bytes"),
    ],
)
def test_wrong_traits_are_named(traits: object, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        trait_values(["one"], traits)  # type: ignore[arg-type]


def test_no_texts_and_empty_ones() -> None:
    none = trait_values([])
    assert len(none) == 0
    assert tuple(none.columns) == BUILT_IN
    row = of("")
    assert {name for name, value in row.items() if math.isnan(value)} == {
        "hedges",
        "first_person",
        "not_latin",
        "readability",
    }
    assert sum(value for value in row.values() if not math.isnan(value)) == 0


ODD = ["\ud800 lone", "a\x00b\x1f", "`" * 3000, "~~~\n" * 999, "www." * 2000, "\u200d" * 3000, "- " * 3000, "> " * 3000]
HUGE = ["x" * 3_000_000, "http" * 300_000, "I am " * 300_000, "😀\u200d" * 300_000, "` " * 300_000, " " * 1_000_000]


@pytest.mark.parametrize("text", [*ODD, *HUGE], ids=lambda text: ascii(text[:8]))
def test_hostile_texts_are_read_in_one_pass(text: str) -> None:
    values = trait_values([text, text + "."])
    assert values.shape == (2, len(BUILT_IN))


@given(st.lists(st.text(max_size=60), min_size=1, max_size=6), st.randoms())
def test_a_row_depends_on_its_own_text_only(texts: list[str], random: object) -> None:
    together = trait_values(texts)
    for i, text in enumerate(texts):
        pd.testing.assert_frame_equal(trait_values([text]), together.iloc[[i]].reset_index(drop=True))
