"""`unlike` against its definition, written without any shortcut."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from outlens.tags import unlike as unlike_module
from outlens.tags.unlike import unlike
from outlens.vectors.likeness import Likeness


def directions(n: int, d: int) -> np.ndarray:
    vectors = np.random.default_rng(0).normal(size=(n, d))
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def sentences(n: int) -> list[str]:
    """Return texts that share some words; a few are equal."""
    rng = np.random.default_rng(1)
    return [" ".join(f"word{j}" for j in rng.integers(0, 40, 6)) for _ in range(n - 5)] + ["word1 word2"] * 5


def traversal(alike: Likeness, judged: np.ndarray, greedy: int) -> list[int]:
    """Return farthest-first traversal, by the definition."""
    n = len(judged)
    distance = alike.distances()[alike.item][:, alike.item].astype(float)
    steps = np.rint(distance * 2**20)
    seen = np.flatnonzero(judged).tolist()
    left = [i for i in range(n) if not judged[i]]
    order: list[int] = []
    if left and not seen:
        mean = distance.mean(axis=1)
        order.append(next(i for i in range(n) if mean[i] <= mean.min() + 1e-6))
    while len(order) < min(greedy, len(left)):
        rest = [i for i in left if i not in order]
        order.append(min(rest, key=lambda i: (-min(steps[i, j] for j in seen + order), i)))
    known = seen + order
    rest = [i for i in left if i not in order]
    return order + sorted(rest, key=lambda i: (-min(steps[i, j] for j in known), i))


# These distances are exactly 0, 0.6, 1 or 1.4, so there are many ties: no two texts share a word.
outputs = st.tuples(st.integers(0, 2), st.sampled_from([-1, 1]), st.integers(0, 2))
small = st.lists(st.tuples(outputs, st.booleans()), min_size=1, max_size=30)


@given(small, st.integers(1, 5), st.integers(1, 12))
def test_unlike_is_farthest_first(case: list[tuple[tuple[int, int, int], bool]], candidates: int, greedy: int) -> None:
    vectors = np.array([sign * np.eye(3)[axis] for (axis, sign, _), _ in case], np.float32)
    alike = Likeness(vectors, [f"{axis}{sign + 1}{copy}0" for (axis, sign, copy), _ in case])
    judged = np.array([seen for _, seen in case])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(unlike_module, "CANDIDATES", candidates)
        patch.setattr(unlike_module, "GREEDY", greedy)
        patch.setattr(unlike_module, "_BLOCK", 4)
        assert unlike(alike, judged).tolist() == traversal(alike, judged, greedy)
        assert unlike(alike, ~judged & False).tolist() == traversal(alike, ~judged & False, greedy)


@pytest.mark.parametrize("judged", [0, 7])
def test_unlike_is_farthest_first_among_many(judged: int) -> None:
    alike = Likeness(directions(260, 20), sentences(260))
    judged_mask = np.arange(260) < judged
    assert unlike(alike, judged_mask).tolist() == traversal(alike, judged_mask, unlike_module.GREEDY)


def test_wording_affects_the_distance() -> None:
    texts = ["blue whale", "red apple", "green pear", "yellow plum", "red apple tart", "grey stone"]
    alike = Likeness(np.ones((6, 1), np.float32), texts)
    assert unlike(alike, np.arange(6) < 4)[-1] == 4


def test_unlike_with_rows_in_another_order() -> None:
    vectors, texts = directions(500, 30), [f"{i:04}" for i in range(500)]
    judged_mask = np.isin(np.arange(500), [4, 90])
    places = np.random.default_rng(3).permutation(500)
    permuted = unlike(Likeness(vectors[places], [texts[i] for i in places]), judged_mask[places])
    assert places[permuted].tolist() == unlike(Likeness(vectors, texts), judged_mask).tolist()


def test_unlike_without_outputs() -> None:
    assert unlike(Likeness(np.zeros((0, 4), np.float32), []), np.zeros(0, bool)).tolist() == []
    assert unlike(Likeness(np.eye(3, dtype=np.float32), list("abc")), np.ones(3, bool)).tolist() == []


def test_wrong_arguments_are_named() -> None:
    alike = Likeness(np.eye(3, dtype=np.float32), list("abc"))
    with pytest.raises(ValueError, match=r"^judged has the shape \(6,\) for 3 vectors; give one bool per output\.$"):
        unlike(alike, np.zeros(6, bool))
    with pytest.raises(TypeError, match=r"alike is .*ndarray.*; give ol\.vectors\.Likeness\(vectors, texts\)"):
        unlike(np.eye(3), np.zeros(3, bool))  # type: ignore[arg-type]
