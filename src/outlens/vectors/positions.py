"""Project vectors to positions on a map."""

from __future__ import annotations

import ctypes
import importlib.util
import sys
import warnings
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

EXACT_UP_TO = 20_000
"""The largest number of distinct vectors for which the neighbours are exact."""


def project(
    vectors: npt.NDArray[np.float32], *, n_neighbors: int = 15, min_dist: float = 0.1, seed: int | None = 42
) -> npt.NDArray[np.float32]:
    """Project vectors to a map by UMAP (McInnes, Healy and Melville 2018), seeded.

    Equal vectors are projected once and drawn side by side. Up to 20 000 distinct vectors, the neighbours are exact and
    the result does not depend on the order of the rows.

    Parameters
    ----------
    vectors : (n, d) float32, rows of unit length.
    n_neighbors, min_dist : as in umap-learn.
    seed : the seed of the layout; None gives another map each time.

    Returns
    -------
    (n, 2) float32, centred, within [-1, 1].

    Raises
    ------
    TypeError, ValueError
        If the seed is not a whole number from 0 to 2**32 - 1, or None.
    """
    check_seed(seed)
    n = len(vectors)
    if not n:
        return np.zeros((0, 2), np.float32)
    unique, place = np.unique(vectors, axis=0, return_inverse=True)
    place = place.reshape(-1)
    xy = _scaled(_layout(unique, n_neighbors, min_dist, seed))
    counts = np.bincount(place)
    order = np.argsort(place, kind="stable")
    rank = np.empty(n, np.int64)
    rank[order] = np.arange(n) - np.repeat(np.cumsum(counts) - counts, counts)
    # A sunflower's spiral: dense, without two in one place, and the first of them stays put.
    spread = 0.004 * np.sqrt(rank) * np.minimum(1, 8 / np.sqrt(counts[place]))
    angle = rank * np.pi * (3 - np.sqrt(5))
    offset = np.stack([np.cos(angle), np.sin(angle)], axis=1) * spread[:, None]
    return _scaled(xy[place] + offset) if len(unique) > 1 else (offset.astype(np.float32))


def check_seed(seed: Any) -> None:
    """Raise TypeError or ValueError if a seed is not a whole number that NumPy takes, or None."""
    if seed is None:
        return
    if isinstance(seed, bool) or not isinstance(seed, int | np.integer):
        raise TypeError(f"seed is {seed!r}; give a whole number, or None for another map each time.")
    if not 0 <= seed < 1 << 32:
        raise ValueError(f"seed is {seed}; give a whole number from 0 to {(1 << 32) - 1}.")


def _share_openmp() -> None:
    """Load torch's OpenMP before numba loads the system's.

    A process uses the first libgomp that is loaded. With the system's, the bfloat16 arithmetic of torch was a hundred
    times slower (torch 2.13, numba 0.68, Debian 12), so projecting given vectors would slow down later embedding.
    """
    if "torch" in sys.modules or sys.platform != "linux":
        return
    spec = importlib.util.find_spec("torch")
    library = Path(spec.origin).parent / "lib" / "libgomp.so.1" if spec and spec.origin else None
    if library and library.exists():
        with suppress(OSError):
            ctypes.CDLL(str(library), mode=ctypes.RTLD_GLOBAL)


def _keep_compiled() -> None:
    """Have numba cache UMAP's three slow loops on disk: compiling them took 4.7 s in every new process."""
    from umap import layouts, umap_

    for module, name in (
        (umap_, "smooth_knn_dist"),
        (umap_, "compute_membership_strengths"),
        (layouts, "_nb_optimize_layout_euclidean_single_epoch"),
    ):
        # With another version of umap or numba, or a read-only folder, they are compiled each time.
        with suppress(AttributeError, RuntimeError, OSError):
            getattr(module, name).enable_caching()


def _layout(
    unique: npt.NDArray[np.float32], n_neighbors: int, min_dist: float, seed: int | None
) -> npt.NDArray[np.float64]:
    n = len(unique)
    if n <= 3:
        # Too few for a graph: one point, a line, a triangle.
        return np.array([[0, 0], [1, 0], [0.5, 0.87]], np.float64)[:n]
    if n <= 15:
        return _principal(unique)
    _share_openmp()
    import umap

    _keep_compiled()

    neighbours = min(n_neighbors, n - 1)
    options: dict[str, Any] = {}
    if n <= EXACT_UP_TO:
        indices, distances = _neighbours(unique, neighbours)
        options["precomputed_knn"] = (indices, distances, None)
    start = _principal(unique)
    # From the principal axes: deterministic, and without the eigenproblem of UMAP's spectral start.
    start = (10 * start / max(np.abs(start).max(), 1e-12)).astype(np.float32)
    with warnings.catch_warnings():
        # Both warnings state what is intended: one thread because of the seed, and precomputed neighbours.
        warnings.filterwarnings("ignore", message="n_jobs value")
        warnings.filterwarnings("ignore", message="precomputed_knn")
        model = umap.UMAP(
            n_neighbors=neighbours,
            min_dist=min_dist,
            metric="cosine",
            init=start,
            random_state=seed,
            **options,
        )
        layout: npt.NDArray[np.float64] = np.asarray(model.fit_transform(unique), np.float64)
    return layout


def _neighbours(unit: npt.NDArray[np.float32], k: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float32]]:
    """The k nearest rows of each by cosine distance, itself first, by blocks of a matrix product."""
    n = len(unit)
    indices = np.empty((n, k), np.int64)
    distances = np.empty((n, k), np.float32)
    for start in range(0, n, 1024):
        rows = np.arange(start, min(start + 1024, n))
        distance = 1 - unit[rows] @ unit.T
        distance[np.arange(len(rows)), rows] = -1
        nearest = np.argpartition(distance, k - 1, axis=1)[:, :k]
        order = np.argsort(np.take_along_axis(distance, nearest, 1), axis=1, kind="stable")
        indices[rows] = np.take_along_axis(nearest, order, 1)
        distances[rows] = np.maximum(np.take_along_axis(distance, indices[rows], 1), 0)
    return indices, distances


def _principal(unit: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
    centred = unit.astype(np.float64) - unit.mean(axis=0, dtype=np.float64)
    if len(centred) < centred.shape[1]:
        # The same axes without a d x d matrix: 200 vectors of 3 072 dimensions took seconds with it.
        axes = np.linalg.svd(centred, full_matrices=False)[2][:2].T
    else:
        axes = np.linalg.eigh(centred.T @ centred)[1][:, ::-1][:, :2]
    # The sign of an axis is arbitrary; make its largest component positive.
    axes = axes * np.sign(axes[np.abs(axes).argmax(axis=0), np.arange(axes.shape[1])])
    flat = centred @ axes
    return flat if flat.shape[1] == 2 else np.column_stack([flat, np.zeros(len(flat))])


def _scaled(xy: npt.NDArray[Any]) -> npt.NDArray[np.float32]:
    centre = (xy.max(axis=0) + xy.min(axis=0)) / 2
    half = np.abs(xy - centre).max()
    return np.asarray((xy - centre) / (half or 1), np.float32)
