"""Suggestions: planted classes, precision counted by hand, and farthest-first traversal in its plain form."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score
from sklearn.model_selection import StratifiedKFold, cross_val_predict

import outlens as ol
from outlens.tags import suggest as module
from outlens.tags.suggest import Suggestion, suggest

WORDS = [a + b for a in "bdfgklmnprst" for b in ("amo", "ile", "uvar", "esk", "ont")]

PLANTED = "walrus otter heron badger"


def noise(n: int, d: int = 12, seed: int = 0) -> tuple[np.ndarray, list[str]]:
    """Return vectors and texts unrelated to the tag."""
    rng = np.random.default_rng(seed)
    vectors = rng.normal(size=(n, d))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors.astype(np.float32), [" ".join(rng.choice(WORDS, 8)) for _ in range(n)]


def mask(n: int, *positions: int) -> np.ndarray:
    found = np.zeros(n, bool)
    found[list(positions)] = True
    return found


def same(a: Suggestion, b: Suggestion) -> bool:
    rest = ("precision", "average_precision", "chance", "half", "folds", "says")
    return (
        np.array_equal(a.scores, b.scores)
        and np.array_equal(a.order, b.order)
        and all(getattr(a, name) == getattr(b, name) for name in rest)
    )


def test_a_few_tagged_find_the_rest_by_their_words() -> None:
    _, texts = noise(300)
    texts = [f"{text} {PLANTED}" if i < 60 else text for i, text in enumerate(texts)]
    vectors = np.ones((300, 4), np.float32) / 2
    found = suggest(vectors, texts, mask(300, *range(15)))
    assert set(found.order[:45].tolist()) == set(range(15, 60))


def test_a_few_tagged_find_the_rest_by_their_vectors() -> None:
    vectors, texts = noise(300)
    vectors[:60, 0] += 3
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    found = suggest(vectors, texts, mask(300, *range(15)))
    assert set(found.order[:45].tolist()) == set(range(15, 60))


@pytest.mark.parametrize("judged", [False, True])
def test_scores_lie_between_0_and_1_and_the_order_has_only_unjudged_outputs(judged: bool) -> None:
    vectors, texts = noise(80)
    positive, negative = mask(80, 3, 5, 7, 11), mask(80, 0, 1, 2)
    found = suggest(vectors, texts, positive, negative if judged else None)
    assert found.scores.dtype == np.float64
    assert ((found.scores >= 0) & (found.scores <= 1)).all()
    left = np.flatnonzero(~(positive | negative) if judged else ~positive)
    assert found.order.tolist() == sorted(left.tolist(), key=lambda i: (-found.scores[i], i))


def test_the_precision_is_computed_from_the_scores_of_judged_outputs() -> None:
    vectors, texts = noise(200)
    vectors[:100, 0] += 0.3
    positive, negative = mask(200, *range(0, 100, 4)), mask(200, *range(101, 200, 3))
    found = suggest(vectors, texts, positive, negative)
    judged = np.flatnonzero(positive | negative)
    best = sorted(judged.tolist(), key=lambda i: -found.scores[i])
    k = int(positive.sum())
    assert found.precision == pytest.approx(np.mean([positive[i] for i in best[:k]]))
    assert found.average_precision == pytest.approx(average_precision_score(positive[judged], found.scores[judged]))
    assert found.half == 1 + next(j for j in range(len(best)) if positive[best[: j + 1]].sum() >= k / 2)
    assert (found.chance, found.folds) == (pytest.approx(25 / 58), 5)
    assert found.says == (
        f"in a test that hid the tags (5-fold cross-validation), {found.precision:.0%} of the first 25 had the tag "
        "(43 % by chance); 25 are tagged, 33 were judged to be without the tag"
    ).replace("% of", " % of")


def test_without_negatives_unjudged_outputs_count_as_wrong_and_the_sentence_states_it() -> None:
    _, texts = noise(120)
    texts = [f"{text} {PLANTED}" if i < 40 else text for i, text in enumerate(texts)]
    vectors = np.ones((120, 4), np.float32) / 2
    all_tagged = suggest(vectors, texts, mask(120, *range(40)))
    assert (all_tagged.precision, all_tagged.half) == (1.0, 20)
    assert all_tagged.says == (
        "in a test that hid the tags (5-fold cross-validation), half of the 40 tagged outputs came among the first 20 "
        "of 120, and at least 100 % of the first 40 had the tag (33 % by chance); the 80 that nobody judged count as "
        "without the tag"
    )
    some = suggest(vectors, texts, mask(120, *range(10)))
    assert some.precision is not None
    assert some.precision < 1
    assert some.half is not None
    assert some.half <= 40


@pytest.mark.parametrize("change", [str, str.upper, lambda text: f" {text}!"])
@pytest.mark.parametrize("judged", [False, True])
def test_copies_never_straddle_folds(change: Any, judged: bool) -> None:
    # Tags are random, with the same tag for the three copies of a text: only a model that saw a copy can know it.
    vectors, texts = noise(100, 200)
    vectors, texts = np.tile(vectors, (3, 1)), texts + [change(text) for text in texts] + texts
    positive = np.tile(np.random.default_rng(1).permutation(100) < 20, 3)
    blind = LogisticRegression(C=100, class_weight="balanced", max_iter=1000)
    folds = StratifiedKFold(5, shuffle=True, random_state=0)
    leaking = cross_val_predict(blind, vectors, positive, cv=folds, method="decision_function")
    assert average_precision_score(positive, leaking) > 0.95
    found = suggest(vectors, texts, positive, ~positive if judged else None)
    assert found.average_precision is not None
    assert found.average_precision < 0.4
    assert found.precision is not None
    assert found.precision < 0.4
    assert found.chance == pytest.approx(0.2)


def test_a_copy_of_a_tagged_output_is_not_a_weak_negative() -> None:
    vectors, texts = noise(60, 100)
    vectors, texts = np.concatenate([vectors, vectors[:6]]), texts + texts[:6]
    found = suggest(vectors, texts, mask(66, *range(6)))
    assert set(found.order[:6].tolist()) == set(range(60, 66))
    assert found.says.endswith("; the 54 that nobody judged count as without the tag")


@settings(max_examples=10)
@given(st.permutations(range(50)), st.integers(0, 3))
def test_permuted_rows_give_permuted_results(places: list[int], seed: int) -> None:
    vectors, texts = noise(50)
    # One copy with a different label, and one with the same.
    texts[9], vectors[9] = texts[2], vectors[2]
    texts[30], vectors[30] = texts[31], vectors[31]
    positive, negative = mask(50, *range(8)), mask(50, *range(8, 20))
    here = suggest(vectors, texts, positive, negative, seed=seed)
    there = suggest(vectors[places], [texts[i] for i in places], positive[places], negative[places], seed=seed)
    assert np.array_equal(there.scores, here.scores[places])
    assert (there.precision, there.says) == (here.precision, here.says)
    assert np.array_equal(here.scores[here.order], there.scores[there.order])


def test_the_seed_determines_the_folds() -> None:
    vectors, texts = noise(90)
    positive = mask(90, *range(0, 90, 6))
    assert same(suggest(vectors, texts, positive, seed=4), suggest(vectors, texts, positive, seed=4))
    assert not same(suggest(vectors, texts, positive, seed=4), suggest(vectors, texts, positive, seed=5))


def test_outputs_beyond_the_training_limit_are_sampled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SAMPLE", 30)
    monkeypatch.setattr(module, "_BLOCK", 64)
    _, texts = noise(400)
    texts = [f"{text} {PLANTED}" if i < 150 else text for i, text in enumerate(texts)]
    vectors = np.ones((400, 4), np.float32) / 2
    found = suggest(vectors, texts, mask(400, *range(100)), mask(400, *range(300, 400)))
    assert set(found.order[:50].tolist()) == set(range(100, 150))
    assert found.precision == 1


@pytest.mark.parametrize(
    ("texts", "positive", "negative", "sentence"),
    [
        (["yes"] * 4 + ["no", "nay"], [0, 1, 2, 3], [], "the 4 tagged outputs all have the same words"),
        (["a", "b", "c", "d", "no"], [0, 1, 2, 3], [], "too few different texts are without the tag"),
        (["a", "b", "c", "a"], [0, 1, 2], [], "too few different texts are without the tag"),
        (["a", "b", "c", "no", "d"], [0, 1, 2], [3], ""),
        (["", "", "", " ", "!", "?"], [0, 1, 4], [2], ""),
        (["\ud800", "\ud801", "b", "c", "d"], [0, 1, 2], [], ""),
    ],
)
def test_too_few_examples_are_reported_and_outputs_still_ranked(
    texts: list[str], positive: list[int], negative: list[int], sentence: str
) -> None:
    n = len(texts)
    found = suggest(np.eye(n, dtype=np.float32), texts, mask(n, *positive), mask(n, *negative))
    assert np.isfinite(found.scores).all()
    assert sorted([*found.order.tolist(), *positive, *negative]) == list(range(n))
    assert sentence in found.says
    if sentence:
        assert (found.precision, found.average_precision, found.chance, found.half, found.folds) == (None,) * 4 + (0,)


def test_a_text_repeated_in_nearly_all_outputs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SAMPLE", 2)
    vectors, texts = noise(40)
    texts[8:], vectors[8:] = ["yes"] * 32, vectors[8]
    for seed in range(5):
        found = suggest(vectors, texts, mask(40, 0, 1, 2), seed=seed)
        assert np.isfinite(found.scores).all()
        assert (found.precision is None) == (found.folds == 0) == ("unknown" in found.says)


def test_texts_are_read_once() -> None:
    vectors, texts = noise(12)
    listed = suggest(vectors, texts, mask(12, 0, 1, 2))
    np.testing.assert_array_equal(suggest(vectors, iter(texts), mask(12, 0, 1, 2)).scores, listed.scores)


def test_wrong_arguments_raise_one_sentence_errors() -> None:
    vectors, texts = noise(6)
    three = mask(6, 0, 1, 2)
    with pytest.raises(ValueError, match=r"^tag at least 3 outputs first; 'refusal' has 2.$"):
        suggest(vectors, texts, mask(6, 0, 1), tag="refusal")
    with pytest.raises(ValueError, match=r"^tag at least 3 outputs first; the tag has 0.$"):
        suggest(vectors, texts, mask(6))
    with pytest.raises(ValueError, match="all 6 outputs have 'refusal'"):
        suggest(vectors, texts, ~mask(6), tag="refusal")
    with pytest.raises(ValueError, match="output 2 is both"):
        suggest(vectors, texts, three, mask(6, 2))
    with pytest.raises(ValueError, match="5 texts for 6 vectors"):
        suggest(vectors, texts[:5], three)
    with pytest.raises(ValueError, match=r"positive has the shape \(5,\) for 6"):
        suggest(vectors, texts, three[:5])
    with pytest.raises(ValueError, match="negative holds int64"):
        suggest(vectors, texts, three, np.array([3, 4]))
    with pytest.raises(ValueError, match="give n rows of d numbers"):
        suggest(vectors[0], texts, three)
    with pytest.raises(TypeError, match=r"texts\[1\] is missing \(nan\)"):
        suggest(vectors, ["a", np.nan, *texts[2:]], three)  # type: ignore[list-item]
    vectors[4, 1] = np.nan
    with pytest.raises(ValueError, match="1 of 6 vectors hold NaN or infinity, the first in row 4"):
        suggest(vectors, texts, three)


@pytest.mark.model
def test_refusals_tagged_by_people_are_found(shared_data: Path) -> None:
    from outlens.vectors.embed import embed

    frame = pd.read_parquet(shared_data / "tags_xstest_refusal_human.parquet")
    texts, truth = frame["response"].tolist(), (frame["human_tag"] == "2_full_refusal").to_numpy()
    tagged = mask(len(texts), *np.random.default_rng(0).choice(np.flatnonzero(truth), 10, replace=False))
    order = suggest(embed(texts, "fast", progress=False), texts, tagged).order
    # 72 of 615 by chance.
    assert truth[order[:50]].mean() > 4 * 72 / 615


def test_an_error_mentions_the_tag_of_another_prompt() -> None:
    frame = pd.DataFrame({"prompt": ["a", "a", "b", "b"], "response": ["Yes.", "No.", "Red.", "Blue."]})
    lens = ol.Lens(frame, prompt="prompt", vectors=np.eye(4), store=False)
    lens.tag("colour", [2, 3])
    with pytest.raises(ValueError, match=r"^'colour' is only on outputs of other prompts \(2\); .* Set lens"):
        lens.suggest("colour")
    lens.prompt = "b"
    with pytest.raises(ValueError, match="tag at least 3 outputs first; 'colour' has 2"):
        lens.suggest("colour")
