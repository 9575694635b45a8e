from __future__ import annotations

import importlib
import json
import subprocess
import sys
from typing import Any

import numpy as np
import pytest

from outlens.vectors import landscape
from outlens.vectors import project as project_outputs


def blobs(n: int, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    v = np.eye(8)[np.arange(n) % 3] + 0.1 * rng.normal(size=(n, 8))
    return (v / np.linalg.norm(v, axis=1, keepdims=True)).astype(np.float32)


def project(vectors: np.ndarray, seed: int = 42) -> np.ndarray:
    """Return the map of outputs that share no word, so that only their vectors matter."""
    return project_outputs(vectors, texts(len(vectors)), seed=seed)


def texts(n: int) -> list[str]:
    return [f"{i:04}" for i in range(n)]


@pytest.mark.parametrize("n", [0, 1, 2, 3, 4, 15, 16, 40])
def test_any_number_of_outputs_gets_positions(n: int) -> None:
    xy = project(blobs(n))
    assert xy.shape == (n, 2)
    assert xy.dtype == np.float32
    assert np.isfinite(xy).all()
    assert np.abs(xy).max(initial=0) <= 1 + 1e-6
    assert len(np.unique(xy, axis=0)) == n


def test_the_seed_determines_the_map() -> None:
    v = blobs(60)
    np.testing.assert_array_equal(project(v), project(v))
    assert not np.allclose(project(v), project(v, seed=1))


def test_the_order_of_the_rows_makes_no_difference() -> None:
    v = blobs(60)
    order = np.random.default_rng(1).permutation(60)
    permuted = project_outputs(v[order], [texts(60)[i] for i in order])
    np.testing.assert_array_equal(permuted, project(v)[order])


def test_equal_outputs_lie_side_by_side() -> None:
    v = blobs(40)
    equal = [*texts(10), *[f"lima{' ' * i}" for i in range(20)], *texts(40)[30:]]
    v[10:30] = v[10]
    xy = project_outputs(v, equal)
    others = np.delete(np.arange(40), np.arange(10, 30))
    within = np.linalg.norm(xy[10:30] - xy[10:30].mean(axis=0), axis=1).max()
    assert len(np.unique(xy[10:30], axis=0)) == 20
    assert within < np.linalg.norm(xy[others] - xy[10], axis=1).max() / 10
    assert np.isfinite(project_outputs(v[10:30], equal[10:30])).all()


def test_groups_stay_apart() -> None:
    xy = project(blobs(90))
    group = np.arange(90) % 3
    centres = np.stack([xy[group == g].mean(axis=0) for g in range(3)])
    nearest = np.linalg.norm(xy[:, None] - centres, axis=2).argmin(axis=1)
    assert (nearest == group).mean() > 0.95


def test_equal_vectors_of_different_texts_get_positions() -> None:
    for v in (np.ones((40, 1), np.float32), np.repeat(blobs(1), 40, axis=0)):
        xy = project(v)
        assert np.isfinite(xy).all()
        assert len(np.unique(xy, axis=0)) == 40


@pytest.fixture(scope="module")
def fresh() -> dict[str, Any]:
    """Return what a new process has compiled before and after its first map, and the libgomp that torch then gets."""
    program = (
        "import json, numpy, pathlib; from importlib.util import find_spec; from outlens.vectors import positions\n"
        "positions.warm_up(); from umap import layouts, umap_\n"
        "loops = [umap_.smooth_knn_dist, umap_.compute_membership_strengths,"
        " layouts._nb_optimize_layout_euclidean_single_epoch]\n"
        "before = [len(loop.signatures) for loop in loops]\n"
        "v = numpy.random.default_rng(0).normal(size=(40, 8)).astype('f4')\n"
        "positions.project(v, [f'{i}' for i in range(40)])\n"
        "after = [len(loop.signatures) for loop in loops]\n"
        "torch = find_spec('torch') and __import__('torch')\n"
        "own = torch and pathlib.Path(torch.__file__).resolve().parent / 'lib' / 'libgomp.so.1'\n"
        "maps = pathlib.Path('/proc/self/maps')\n"
        "found = bool(own) and (not own.exists() or not maps.exists() or str(own) in maps.read_text())\n"
        "cached = all(bool(loop.stats.cache_path) for loop in loops)\n"
        "print(json.dumps({'before': before, 'after': after, 'cached': cached, 'libgomp': found}))"
    )
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", program], capture_output=True, text=True, check=True)
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def test_warming_up_compiles_everything_for_a_map(fresh: dict[str, Any]) -> None:
    assert fresh["before"] == fresh["after"] == [1, 1, 1]
    assert fresh["cached"]


def test_a_map_that_cannot_be_prepared_early_is_computed_on_demand(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise OSError("no disk")

    monkeypatch.setattr("outlens.vectors.static.encode", lambda texts: blobs(len(texts)))
    wanted = landscape(texts(40), model="fast").xy
    monkeypatch.setattr(importlib.import_module("outlens.vectors.landscape"), "warm_up", fail)
    np.testing.assert_array_equal(landscape(texts(40), model="fast").xy, wanted)


def test_typical_is_the_mean_similarity() -> None:
    v = blobs(30)
    # No word is in two texts, so only the vectors make them similar.
    land = landscape([f"text{i:02}" for i in range(30)], vectors=v)
    similarity = 0.4 * land.vectors @ land.vectors.T
    np.fill_diagonal(similarity, 1)
    np.testing.assert_allclose(land.typical, similarity.mean(axis=1), atol=1e-5)
    repeated = landscape([f"text{i // 2:02}" for i in range(60)], vectors=np.repeat(v, 2, axis=0))
    assert (repeated.typical[::2] == repeated.typical[1::2]).all()
    assert len(landscape([], vectors=np.zeros((0, 4))).xy) == 0


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere torch brings no libgomp")
@pytest.mark.model
def test_a_map_computed_first_leaves_torch_its_openmp(fresh: dict[str, Any]) -> None:
    """With the system's libgomp, which numba loads, torch embedded a hundred times slower."""
    assert fresh["libgomp"]
