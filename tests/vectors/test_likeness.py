"""The likeness of outputs, compared with its definition written without any shortcut."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outlens import _cores
from outlens.vectors import likeness
from outlens.vectors.features import answer_words
from outlens.vectors.likeness import Likeness, smallest

CITIES = ["Paris", "Lima", "Quito", "Oslo", "Cairo", "Hanoi"]
WAYS = ["{}", "{}.", "I would say {}.", "The city of {}, of course", "My answer is **{}**", "Let me think: {} {}!"]
PROMPT = "Name a city."


def outputs(n: int, seed: int = 0) -> tuple[np.ndarray, list[str]]:
    """Return answers in several wordings, each with a different remark, and vectors that depend on the text."""
    rng = np.random.default_rng(seed)
    texts = [
        WAYS[w].format(CITIES[c], CITIES[d]) + f" Remark {r}" * (r % 3)
        for c, d, w, r in rng.integers(0, [6, 6, 6, 40], (n, 4)).tolist()
    ]
    of = {text: rng.normal(size=16) for text in texts}
    vectors = np.array([of[text] for text in texts]).reshape(-1, 16)
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32), texts


def by_definition(vectors: np.ndarray, texts: list[str]) -> np.ndarray:
    """Return the distances of n rows, whose texts are sorted and distinct."""
    words = answer_words(texts, PROMPT).toarray()
    v = vectors.astype(np.float64)
    distance = np.maximum(1 - 0.4 * v @ v.T - 0.6 * np.sqrt(np.clip(words @ words.T, 0, 1)), 0)
    np.fill_diagonal(distance, 0)
    return distance


def distinct(n: int, seed: int = 0) -> tuple[np.ndarray, list[str]]:
    vectors, texts = outputs(n, seed)
    first = {text: i for i, text in reversed(list(enumerate(texts)))}
    kept = sorted(first)
    return vectors[[first[text] for text in kept]], kept


@pytest.mark.parametrize("common", [1, 32, 10_000])
def test_distances_match_the_definition(common: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(likeness, "COMMON", common)
    vectors, texts = distinct(150)
    alike = Likeness(vectors, texts, prompt=PROMPT)
    np.testing.assert_allclose(alike.distances(), by_definition(vectors, texts), atol=2e-6)
    # A matrix product of another shape may round differently.
    some = alike.distances([5, 3], [3, 9, 5])
    np.testing.assert_allclose(some, alike.distances()[[5, 3]][:, [3, 9, 5]], atol=2e-6)
    assert (some[0, 2], some[1, 0]) == (0, 0)
    backwards = np.arange(len(alike))[::-1]
    np.testing.assert_allclose(alike.distances(None, backwards), alike.distances()[:, ::-1], atol=2e-6)


def test_outputs_that_differ_only_in_white_space_are_one_item() -> None:
    vectors = np.eye(3, dtype=np.float32)
    alike = Likeness(vectors, ["b\n", "a", " b"])
    assert alike.texts == ["a", "b"]
    assert (alike.item.tolist(), alike.times.tolist(), alike.order.tolist()) == ([1, 0, 1], [1, 2], [1, 2, 0])
    np.testing.assert_allclose(alike.vectors, [[0, 1, 0], [0.5**0.5, 0, 0.5**0.5]], atol=1e-6)


@given(st.integers(0, 60), st.integers(1, 20), st.integers(0, 5))
@settings(deadline=None, max_examples=20)
def test_neighbours_match_brute_force(n: int, k: int, seed: int) -> None:
    vectors, texts = distinct(n, seed)
    # Coarse vectors, to produce ties.
    vectors = np.eye(16, dtype=np.float32)[np.abs(vectors).argmax(axis=1) % 3] if n else vectors
    alike = Likeness(vectors, texts, prompt=PROMPT)
    distance = alike.distances()
    steps = np.round(distance.astype(np.float64) * likeness.STEPS)
    np.fill_diagonal(steps, np.inf)
    expected = np.argsort(steps, axis=1, kind="stable")[:, : min(k, len(texts) - 1) if texts else 0]
    indices, distances = alike.neighbours(k)
    assert indices.tolist() == expected.tolist()
    np.testing.assert_array_equal(distances, np.take_along_axis(distance, expected, 1))
    some = np.arange(0, len(texts), 3)
    assert alike.neighbours(k, some)[0].tolist() == expected[some].tolist()


def test_the_smallest_of_a_row_with_ties() -> None:
    table = np.array([[0.5, 0.25, 0.25, np.inf, 0.25], [np.inf, 1, 0, 0, 1]], np.float32)
    assert smallest(table, 2).tolist() == [[1, 2], [2, 3]]
    assert smallest(table, 5).tolist() == [[1, 2, 4, 0, 3], [2, 3, 1, 4, 0]]


def test_the_order_of_the_rows_and_the_number_of_cores_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    vectors, texts = outputs(300)
    monkeypatch.setattr(likeness, "CELLS", 1 << 12)
    places = np.random.default_rng(1).permutation(300)
    results = []
    for count, order in ((1, np.arange(300)), (2, places), (7, places[::-1])):
        monkeypatch.setattr(_cores, "cores", lambda count=count: count)
        alike = Likeness(vectors[order], [texts[i] for i in order], prompt=PROMPT)
        indices, distances = alike.neighbours(15)
        results.append((alike.texts, indices.tolist(), distances.tolist()))
    assert results[0] == results[1] == results[2]


def test_other_outputs_are_compared_by_the_words_of_the_set(monkeypatch: pytest.MonkeyPatch) -> None:
    vectors, texts = distinct(150)
    for limit in (10, 3_000):
        monkeypatch.setattr(likeness, "ALL_WORDS_UP_TO", limit)
        alike = Likeness(vectors, texts, prompt=PROMPT)
        places = [100, 3, 70]
        # Outputs of the set stand for new ones with the same vocabulary.
        found = alike.distances_of(vectors[places], [f" {texts[i]}\n" for i in places])
        np.testing.assert_allclose(found, alike.distances(places), atol=1e-6)
    unknown = alike.distances_of(vectors[:1], ["zzz qqq"])
    np.testing.assert_allclose(unknown[0], 1 - 0.4 * vectors @ vectors[0], atol=1e-6)


def test_many_outputs_are_compared_by_their_strongest_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(likeness, "ALL_WORDS_UP_TO", 10)
    vectors, texts = distinct(150)
    words = answer_words(texts, PROMPT).toarray()
    for row in words:
        row[row < np.sort(row)[-likeness.STRONGEST]] = 0
    words /= np.maximum(np.linalg.norm(words, axis=1, keepdims=True), 1e-12)
    expected = 1 - 0.4 * vectors @ vectors.T - 0.6 * np.sqrt(np.clip(words @ words.T, 0, 1))
    np.fill_diagonal(expected, 0)
    np.testing.assert_allclose(Likeness(vectors, texts, prompt=PROMPT).distances(), expected, atol=2e-6)


def test_almost_all_neighbours_are_found_among_very_many_outputs(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    group = rng.integers(0, 60, 2_000)
    texts = [f"thing{g} is what {i} people say" for i, g in enumerate(group.tolist())]
    vectors = rng.normal(size=(60, 32))[group] + 0.5 * rng.normal(size=(2_000, 32))
    vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    alike = Likeness(vectors, texts)
    exact, nearest = alike.neighbours(15)
    monkeypatch.setattr(likeness, "EXACT_UP_TO", 100)
    found, distances = alike.neighbours(15)
    assert np.mean([len(set(a) & set(b)) / 15 for a, b in zip(exact, found, strict=True)]) > 0.95
    assert (distances >= nearest - 1e-6).all()
    assert (np.diff(distances, axis=1) >= -1e-6).all()
    monkeypatch.setattr(_cores, "cores", lambda: 3)
    again = alike.neighbours(15)
    assert (again[0] == found).all()
    assert (again[1] == distances).all()


@pytest.mark.parametrize("texts", [[], ["a"], ["", " "], ["\ud800", "**"]])
def test_small_and_odd_sets(texts: list[str]) -> None:
    alike = Likeness(np.ones((len(texts), 2), np.float32), texts)
    assert alike.distances().shape == (len(alike), len(alike))
    assert alike.neighbours(3)[0].shape == (len(alike), max(0, len(alike) - 1))
    assert len(alike.item) == len(texts)
