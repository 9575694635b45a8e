"""Novelty against scipy and numpy, and copied runs against a search for every run of words."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import percentileofscore

from outlens.compare.novelty import novelty
from outlens.text.copied import copied

TEXTS = st.lists(st.lists(st.sampled_from("abc"), max_size=9).map(" ".join), max_size=4)


def by_hand(text: str, corpus: list[str], least: int) -> list[tuple[int, int]]:
    """Return (first word, words) of the longest run in the corpus from each word on, unless an earlier run has it."""
    words, runs = text.split(), []
    end = 0
    for i in range(len(words)):
        j = i
        while j < len(words) and any(f" {' '.join(words[i : j + 1])} " in f" {other} " for other in corpus):
            j += 1
        if j - i >= least and j > end:
            runs.append((i, j - i))
        end = max(end, j)
    return runs


@given(TEXTS, TEXTS, st.integers(1, 4))
def test_copied_runs_are_those_found_by_search(texts: list[str], corpus: list[str], least: int) -> None:
    expected = [(i, 2 * at, 2 * (at + n) - 1, n) for i, t in enumerate(texts) for at, n in by_hand(t, corpus, least)]
    spans = copied(texts, corpus, least)
    assert list(spans.itertuples(index=False, name=None)) == expected
    assert spans.dtypes.eq("int64").all()
    table = novelty(texts, corpus, sources=corpus[:1] * len(texts) if corpus else None, min_words=least)
    for i, text in enumerate(texts):
        runs = [(at, n) for o, at, n in ((row[0], row[1] // 2, row[3]) for row in expected) if o == i]
        marked = {word for at, n in runs for word in range(at, at + n)}
        words = len(text.split())
        assert table["longest"][i] == max([n for _, n in runs], default=0)
        np.testing.assert_allclose(table["copied"][i], len(marked) / words if words else np.nan)
        assert table["note"][i] == ("" if words else "no words")
        if corpus:
            runs = by_hand(text, corpus[:1], least)
            assert table["source_longest"][i] == max([n for _, n in runs], default=0)


def test_novelty_is_the_distance_to_the_nearest_text_among_those_of_the_corpus() -> None:
    rng = np.random.default_rng(0)
    own, others = rng.normal(size=(6, 3)), rng.normal(size=(9, 3))
    own[0], others[1] = others[4], others[2]
    unit, other = (rows / np.linalg.norm(rows, axis=1, keepdims=True) for rows in (own, others))
    table = novelty(["x"] * 6, ["y"] * 9, own, others)
    far = 1 - (unit @ other.T).max(axis=1)
    np.testing.assert_allclose(table["novelty"], far, atol=1e-6)
    assert table["nearest"].tolist() == (unit @ other.T).argmax(axis=1).tolist()
    among = other @ other.T - 3 * np.eye(9)
    each = np.round(1 - among.max(axis=1), 6)
    expected = [percentileofscore(each, round(x, 6), "mean") / 100 for x in far]
    np.testing.assert_allclose(table["percentile"], expected)
    assert table["n"].tolist() == [9] * 6


@pytest.mark.parametrize("m", [0, 1])
def test_a_small_corpus_has_a_note_instead_of_a_percentile(m: int) -> None:
    table = novelty(["x", "y"], ["y"] * m, np.eye(2), np.eye(2)[:m])
    assert table["percentile"].isna().all()
    assert table["note"].tolist() == [f"too few: {m} text{'s' * (m != 1)} in the corpus"] * 2
    assert table["nearest"].tolist() == [m - 1] * 2


def test_no_outputs() -> None:
    assert len(novelty([], ["a"], np.zeros((0, 2)), np.ones((1, 2)))) == 0
    assert len(copied([], [])) == 0


def test_wrong_arguments_say_what_is_missing() -> None:
    with pytest.raises(ValueError, match="corpus_vectors is missing"):
        novelty(["a"], ["b"], [[1.0]])
    with pytest.raises(ValueError, match="vectors of one model"):
        novelty(["a"], ["b"], [[1.0]], [[1.0, 2.0]])
    with pytest.raises(ValueError, match="sources has 2 values for 1"):
        novelty(["a"], ["b"], sources=["a", "b"])
    with pytest.raises(ValueError, match="NaN"):
        novelty(["a"], ["b"], [[np.nan]], [[1.0]])


def test_runs_can_be_a_layer() -> None:
    import outlens as ol

    lens = ol.Lens(["We say to be or not to be.", "No."], vectors=np.eye(2), xy=np.zeros((2, 2)), store=False)
    spans = ol.text.copied(["We say to be or not to be.", "No."], ["To be, or not to be"], 4)
    lens.highlight(spans, "copied")
    lens.view.layers = ["copied"]
    assert lens.text_of(lens.visible).tolist() == ["to be or not to be"]
    assert isinstance(spans, pd.DataFrame)


def test_a_blank_text_is_near_blank_texts_only() -> None:
    table = novelty(["", "x"], ["x", "", "y"], [[0, 0], [1, 0]], [[1, 0], [0, 0], [0, 1]])
    assert table["nearest"].tolist() == [1, 0]
    assert table["novelty"].tolist() == [0, 0]
    assert table["note"].tolist() == ["no words", ""]
    assert novelty([""], ["x", "y"], [[0, 0]], np.eye(2))["novelty"].tolist() == [1]
