"""The graph and layout of the map."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from outlens.vectors.layout import apart, graph, layout

Neighbours = tuple[np.ndarray, np.ndarray]


def points(n: int = 300) -> np.ndarray:
    """Return three groups in five dimensions, with some equal points."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(n, 5)) + 8 * np.eye(5)[np.arange(n) % 3]
    x[:30:3] = x[0]
    return x


def neighbours(x: np.ndarray, k: int) -> Neighbours:
    """Return the k nearest other points of each point, and their distances."""
    distance = np.linalg.norm(x[:, None] - x[None], axis=2)
    np.fill_diagonal(distance, -1)
    indices = np.argsort(distance, axis=1, kind="stable")[:, 1 : k + 1]
    return indices, np.maximum(np.take_along_axis(distance, indices, 1), 0)


def start(n: int) -> np.ndarray:
    return np.random.default_rng(1).uniform(-10, 10, (n, 2)).astype(np.float32)


def naive_graph(indices: np.ndarray, distances: np.ndarray) -> np.ndarray:
    """Return the fuzzy union of the memberships, as defined in the UMAP paper."""
    n, k = indices.shape
    one_way = np.zeros((n, n))
    for i, (others, d) in enumerate(zip(indices, distances, strict=True)):
        beyond = np.maximum(d - d[d > 0].min(), 0)
        low, high = 1e-6, 1e6
        for _ in range(200):
            scale = (low * high) ** 0.5
            low, high = (low, scale) if np.exp(-beyond / scale).sum() > np.log2(k + 1) else (scale, high)
        one_way[i, others] = np.exp(-beyond / max(scale, 1e-3 * d.sum() / (k + 1)))
    return one_way + one_way.T - one_way * one_way.T


def test_the_graph_matches_the_paper() -> None:
    indices, distances = neighbours(points(), 14)
    np.testing.assert_allclose(graph(indices, distances).toarray(), naive_graph(indices, distances), atol=1e-4)


def test_neighbours_stay_neighbours() -> None:
    nearest = neighbours(points(), 14)[0]
    xy = layout(graph(*neighbours(points(), 14)), start(300), min_dist=0.1, seed=42)
    found = neighbours(xy, 14)[0]
    assert np.mean([len(set(one) & set(two)) / 14 for one, two in zip(found, nearest, strict=True)]) > 0.4
    group = np.arange(300) % 3
    assert (group[neighbours(xy, 10)[0]] == group[:, None]).mean() > 0.99


@pytest.mark.newest
def test_the_number_of_threads_changes_nothing() -> None:
    program = (
        "import numpy, sys; sys.path.insert(0, 'tests/vectors'); import test_layout as t\n"
        "from numba import set_num_threads\n"
        "for threads in (1, 3):\n"
        "    set_num_threads(threads)\n"
        "    edges = t.graph(*t.neighbours(t.points(), 14))\n"
        "    print(t.layout(edges, t.start(300), min_dist=0.1, seed=42).tobytes().hex())"
    )
    # Fewer threads than at the start can be set later, more cannot.
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program],
        env={**os.environ, "NUMBA_NUM_THREADS": "3"},
        cwd=Path(__file__).parent.parent.parent,
        capture_output=True,
        text=True,
        check=True,
    )
    one, three = done.stdout.split()
    assert one == three
    edges = graph(*neighbours(points(), 14))
    xy = layout(edges, start(300), min_dist=0.1, seed=42)
    assert xy.tobytes().hex() == one
    assert not np.allclose(xy, layout(edges, start(300), min_dist=0.1, seed=43))


@pytest.mark.parametrize("flat", [[True, True], [True, False]])
def test_points_that_start_in_one_position_or_on_a_line_separate(flat: list[bool]) -> None:
    xy = layout(graph(*neighbours(points(), 14)), np.where(flat, 3, start(300)), min_dist=0.1, seed=42)
    assert np.isfinite(xy).all()
    assert len(np.unique(xy, axis=0)) == 300


def test_edges_between_groups_lose_weight() -> None:
    edges = graph(*neighbours(points(), 14))
    groups = np.where(np.arange(300) % 7 == 0, -1, np.arange(300) % 2)
    expected = edges.toarray()
    for i, j in zip(*edges.nonzero(), strict=True):
        if groups[i] != groups[j] or groups[i] == -1:
            expected[i, j] *= 0.25
    np.testing.assert_allclose(apart(edges, groups, 0.25).toarray(), expected)
