from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outlens.vectors.features import answer_words


def similarity(texts: list[str], prompt: str | None = None) -> np.ndarray:
    words = answer_words(texts, prompt)
    return (words @ words.T).toarray()


def test_no_texts() -> None:
    assert answer_words([]).shape[0] == 0


@given(st.lists(st.text(max_size=60), max_size=8))
@settings(deadline=None)
def test_rows_have_unit_length_or_are_zero(texts: list[str]) -> None:
    words = answer_words(texts, "Say something.")
    assert words.shape[0] == len(texts)
    length = np.sqrt(words.multiply(words).sum(axis=1)).A1 if len(texts) else np.zeros(0)
    assert np.all(np.isclose(length, 1) | (length == 0))


def test_words_of_the_prompt_have_no_weight() -> None:
    words = answer_words(["Name a city", "a city, name", "Lima city", "Lima city"], "Name a city.")
    assert words[0].nnz == words[1].nnz == 0
    assert words[2].nnz == 1


def test_counts_match_repeated_rows() -> None:
    texts = ["I pick **Lima**, in Peru.", "The city of Quito", "Lima it is", "my Quito and my Lima"]
    counts = [5, 1, 2, 3]
    repeated = np.repeat(np.arange(4), counts)
    by_row = similarity([texts[i] for i in repeated])
    words = answer_words(texts, counts=counts)
    assert np.allclose((words @ words.T).toarray()[np.ix_(repeated, repeated)], by_row)


@pytest.mark.parametrize(
    ("a", "b", "other"),
    [
        ("I would say 37 here", "My choice today: 37", "I would say 23 here"),
        ("It is the Queen of Hearts today", "You drew the Queen of Hearts", "It is the Queen of Spades today"),
        ("One fine **mojito** with lime juice", "mojito", "One fine daiquiri with lime juice"),
        ("Here is one for you: 🌊", "🌊", "Here is one for you: 🎲"),
        ("東京タワーが好きです", "東京タワー", "大阪城が好きです"),
    ],
)
def test_the_answer_outweighs_the_wording_around_it(a: str, b: str, other: str) -> None:
    # Twice, so that no word is dropped for being in only one output; fillers, so that the wording is common.
    texts = [a, b, other] * 2 + ["I would say that it is today", "Here is one for you with lime juice"] * 2
    found = similarity(texts)
    assert found[0, 1] > found[0, 2]


def test_early_words_count_more() -> None:
    tail = " because " + "of this and that and so on " * 5
    texts = ["lima" + tail + "quito", "quito" + tail + "lima", "lima" + tail, "quito" + tail] * 2
    found = similarity(texts)
    assert found[0, 2] > found[0, 3]
    assert found[1, 3] > found[1, 2]


def test_odd_texts() -> None:
    words = answer_words(["\ud800", "", " \n", "**", "e\u0301", "مرحبا بالعالم", "👩‍👩‍👧"] * 2)
    assert np.isfinite(words.data).all()
