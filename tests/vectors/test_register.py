"""A map registered to another, compared with all of its rotations and reflections."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.distance import pdist

from outlens.vectors.register import register


def turned(xy: np.ndarray, angle: float, mirrored: bool) -> np.ndarray:
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    return xy * [-1 if mirrored else 1, 1] @ turn


@given(
    seed=st.integers(0, 1000), angle=st.floats(0, 7), mirrored=st.booleans(), scale=st.floats(0.01, 100),
    shift=st.floats(-50, 50),
)  # fmt: skip
def test_a_turned_mirrored_scaled_and_moved_map_becomes_the_old_one(
    seed: int, angle: float, mirrored: bool, scale: float, shift: float
) -> None:
    old = np.random.default_rng(seed).uniform(-1, 1, (20, 2))
    np.testing.assert_allclose(register(scale * turned(old, angle, mirrored) + shift, old), old, atol=1e-5)


@pytest.mark.parametrize("seed", range(5))
def test_no_other_rotation_is_nearer_to_the_old_map_and_proportions_stay(seed: int) -> None:
    rng = np.random.default_rng(seed)
    old = rng.uniform(-0.6, 0.6, (50, 2))
    new = turned(old, 2.0, True) * 7 + rng.normal(size=(50, 2))
    made = register(new, old).astype(np.float64)
    centred = made - made.mean(axis=0)
    there = old - old.mean(axis=0)
    best = np.linalg.norm(centred - there)
    for angle in np.linspace(0, 2 * np.pi, 720):
        for mirrored in (False, True):
            assert np.linalg.norm(turned(centred, angle, mirrored) - there) >= best - 1e-6
    assert np.linalg.norm(centred) == pytest.approx(np.linalg.norm(there), rel=1e-6)
    ratios = pdist(made) / pdist(new)
    np.testing.assert_allclose(ratios, ratios[0], rtol=1e-4)


def test_the_result_lies_in_the_frame_of_a_map() -> None:
    rng = np.random.default_rng(0)
    old = rng.choice([-1.0, 1.0], (40, 2))
    new = rng.normal(size=(40, 2)) ** 3
    made = register(new, old)
    assert np.abs(made).max() <= 1
    ratios = pdist(made) / pdist(new)
    np.testing.assert_allclose(ratios, ratios[0], rtol=1e-3)


def test_one_point_and_none() -> None:
    np.testing.assert_allclose(register(np.array([[5.0, 5.0]]), np.array([[0.2, 0.1]])), [[0.2, 0.1]], atol=1e-7)
    assert register(np.zeros((0, 2)), np.zeros((0, 2))).shape == (0, 2)
    with pytest.raises(ValueError, match="shapes"):
        register(np.zeros((1, 2)), np.zeros((2, 2)))
