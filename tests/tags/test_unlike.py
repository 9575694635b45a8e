"""What to look at next, the most unlike first: against the definition, written without any shortcut."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from outlens.tags import unlike as unlike_module
from outlens.tags.unlike import unlike


def directions(n: int, d: int) -> np.ndarray:
    vectors = np.random.default_rng(0).normal(size=(n, d))
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def traversal(vectors: np.ndarray, judged: np.ndarray, greedy: int) -> list[int]:
    """Farthest-first, by the definition."""
    wide = vectors.astype(float)
    length = np.linalg.norm(wide, axis=1)
    unit = np.array([row / size if size else row for row, size in zip(wide, length, strict=True)])
    distance = np.round(1 - unit @ unit.T, 9)
    seen = np.flatnonzero(judged).tolist()
    left = [i for i in range(len(vectors)) if not judged[i]]
    order: list[int] = []
    if left and not seen:
        mean = np.round(1 - unit @ unit.mean(axis=0), 9)
        order.append(min(left, key=lambda i: (mean[i], i)))
    while len(order) < min(greedy, len(left)):
        rest = [i for i in left if i not in order]
        order.append(min(rest, key=lambda i: (-min(distance[i, j] for j in seen + order), i)))
    known = seen + order
    rest = [i for i in left if i not in order]
    return order + sorted(rest, key=lambda i: (-min(distance[i, j] for j in known), i))


small = st.integers(1, 30).flatmap(
    lambda n: st.tuples(arrays(np.float32, (n, 3), elements=st.integers(-2, 2)), arrays(bool, n))
)


@given(small, st.integers(1, 5), st.integers(1, 12))
def test_unlike_is_farthest_first(case: tuple[np.ndarray, np.ndarray], candidates: int, greedy: int) -> None:
    vectors, judged = case
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(unlike_module, "CANDIDATES", candidates)
        patch.setattr(unlike_module, "GREEDY", greedy)
        patch.setattr(unlike_module, "_BLOCK", 4)
        assert unlike(vectors, judged).tolist() == traversal(vectors, judged, greedy)
        assert unlike(vectors, ~judged & False).tolist() == traversal(vectors, ~judged & False, greedy)


@pytest.mark.parametrize("judged", [0, 7])
def test_unlike_is_farthest_first_among_many(judged: int) -> None:
    vectors = directions(260, 20)
    judged_mask = np.arange(260) < judged
    assert unlike(vectors, judged_mask).tolist() == traversal(vectors, judged_mask, unlike_module.GREEDY)


def test_unlike_with_rows_in_another_order() -> None:
    vectors = directions(500, 30)
    judged_mask = np.isin(np.arange(500), [4, 90])
    places = np.random.default_rng(3).permutation(500)
    assert places[unlike(vectors[places], judged_mask[places])].tolist() == unlike(vectors, judged_mask).tolist()


def test_unlike_of_nothing() -> None:
    assert unlike(np.zeros((0, 4)), np.zeros(0, bool)).tolist() == []
    assert unlike(np.eye(3), np.ones(3, bool)).tolist() == []


def test_wrong_arrays_are_named() -> None:
    vectors = directions(6, 3)
    with pytest.raises(ValueError, match=r"^judged has the shape \(6,\) for 3 vectors; give one bool per output\.$"):
        unlike(vectors[:3], np.zeros(6, bool))
    vectors[4, 1] = np.nan
    with pytest.raises(ValueError, match="1 of 6 vectors hold NaN or infinity, the first in row 4"):
        unlike(vectors, np.zeros(6, bool))
