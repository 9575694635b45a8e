"""The graph and layout of the map, compared with umap-learn."""

from __future__ import annotations

import numpy as np
import pytest

from outlens.vectors import layout as layout_module
from outlens.vectors.layout import apart, curve, graph, layout

Neighbours = tuple[np.ndarray, np.ndarray]


def points(n: int = 300) -> np.ndarray:
    """Three groups in five dimensions, with some points that are equal."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(n, 5)) + 8 * np.eye(5)[np.arange(n) % 3]
    x[:30:3] = x[0]
    return x


def neighbours(x: np.ndarray, k: int) -> Neighbours:
    """The k nearest other points of each, and their distances."""
    distance = np.linalg.norm(x[:, None] - x[None], axis=2)
    np.fill_diagonal(distance, -1)
    indices = np.argsort(distance, axis=1, kind="stable")[:, 1 : k + 1]
    return indices, np.maximum(np.take_along_axis(distance, indices, 1), 0)


def start(n: int) -> np.ndarray:
    return np.random.default_rng(1).uniform(-10, 10, (n, 2)).astype(np.float32)


def test_the_graph_is_that_of_umap_learn() -> None:
    umap_ = pytest.importorskip("umap.umap_")
    x = points()
    indices, distances = neighbours(x, 14)
    itself = np.arange(len(x))[:, None]
    expected = umap_.fuzzy_simplicial_set(
        x,
        15,
        np.random.RandomState(0),
        "euclidean",
        knn_indices=np.hstack([itself, indices]),
        knn_dists=np.hstack([np.zeros((len(x), 1)), distances]).astype(np.float32),
    )[0]
    assert abs(graph(indices, distances) - expected).max() < 1e-4


@pytest.mark.parametrize("min_dist", [0.1, 0.0, 0.5])
def test_the_curve_is_that_of_umap_learn(min_dist: float) -> None:
    umap_ = pytest.importorskip("umap.umap_")
    np.testing.assert_allclose(curve(min_dist), umap_.find_ab_params(1, min_dist), rtol=1e-4)


def test_neighbours_stay_neighbours_as_in_a_layout_of_umap_learn() -> None:
    umap_ = pytest.importorskip("umap.umap_")
    x = points()
    nearest = neighbours(x, 14)
    edges = graph(*nearest)
    ours = layout(edges, start(len(x)), min_dist=0.1, seed=42)
    a, b = umap_.find_ab_params(1, 0.1)
    theirs = umap_.simplicial_set_embedding(
        x, edges.tocoo(), 2, 1.0, a, b, 1.0, 5, 500, start(len(x)), np.random.RandomState(42),
        "euclidean", {}, False, {}, False, euclidean_output=True, parallel=False,
    )[0]  # fmt: skip

    def kept(xy: np.ndarray) -> float:
        found = neighbours(xy, 14)[0]
        return float(np.mean([len(set(one) & set(two)) / 14 for one, two in zip(found, nearest[0], strict=True)]))

    assert kept(ours) > kept(theirs) - 0.03
    group = np.arange(len(x)) % 3
    assert (group[neighbours(ours, 10)[0]] == group[:, None]).mean() > 0.99


def test_the_number_of_cores_and_the_size_of_parts_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    edges = graph(*neighbours(points(), 14))
    maps = []
    for cores, part in ((1, 2_048), (2, 64), (5, 7)):
        monkeypatch.setattr(layout_module, "cores", lambda cores=cores: cores)
        monkeypatch.setattr(layout_module, "PART", part)
        maps += [layout(edges, start(300), min_dist=0.1, seed=42) for _ in range(2)]
    assert all((xy == maps[0]).all() for xy in maps)
    assert not np.allclose(maps[0], layout(edges, start(300), min_dist=0.1, seed=43))


def test_edges_between_groups_lose_weight() -> None:
    edges = graph(*neighbours(points(), 14))
    groups = np.where(np.arange(300) % 7 == 0, -1, np.arange(300) % 2)
    expected = edges.toarray()
    for i, j in zip(*edges.nonzero(), strict=True):
        if groups[i] != groups[j] or groups[i] == -1:
            expected[i, j] *= 0.25
    np.testing.assert_allclose(apart(edges, groups, 0.25).toarray(), expected)
