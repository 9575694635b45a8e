"""Lay out a map with umap-learn: a graph of given neighbours, weighted by groups, in two dimensions."""

from __future__ import annotations

import ctypes
import importlib
import importlib.util
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from outlens._imports import importing

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

JITTER = 1e-4
"""Standard deviation of the noise that separates points at the start, in a frame of 10; as in umap-learn."""

Float32s = npt.NDArray[np.float32]


def graph(indices: npt.NDArray[np.int64], distances: npt.NDArray[np.floating[Any]]) -> csr_matrix:
    """Return the (n, n) fuzzy graph of the neighbours of n points.

    Parameters
    ----------
    indices, distances : (n, k), the nearest other points of each point, nearest first, and their distances.
    """
    _prepare()
    with importing:
        from numba import get_num_threads, set_num_threads
        from umap.umap_ import fuzzy_simplicial_set

    n, k = indices.shape
    # A point counts as the first of its own neighbours.
    itself = np.arange(n, dtype=np.int64)[:, None]
    threads = get_num_threads()
    # The mean of the distances would depend on the number of threads.
    set_num_threads(1)
    try:
        edges: csr_matrix = fuzzy_simplicial_set(
            indices,  # only the number of rows is read
            k + 1,
            None,  # the random state: nothing is random when the neighbours are given
            "precomputed",
            knn_indices=np.hstack([itself, indices]),
            knn_dists=np.hstack([np.zeros((n, 1)), distances]).astype(np.float32),
        )[0].tocsr()
    finally:
        set_num_threads(threads)
    return edges


def apart(edges: csr_matrix, groups: npt.NDArray[np.integer[Any]], weight: float) -> csr_matrix:
    """Return a graph with reduced weights of edges between groups; -1 is for points in no group."""
    ends = edges.tocoo()
    across = (groups[ends.row] != groups[ends.col]) | (groups[ends.row] < 0)
    weighted = edges.copy()
    # Both matrices have their entries in the same order.
    weighted.data = np.where(across, weight * edges.data, edges.data)
    return weighted


def layout(edges: csr_matrix, start: npt.NDArray[np.floating[Any]], *, min_dist: float, seed: int | None) -> Float32s:
    """Return the (n, 2) positions of the points of a graph, computed in one thread.

    Parameters
    ----------
    edges : (n, n), symmetric, weights up to 1.
    start : (n, 2), where the points begin; only the proportions along each axis matter.
    min_dist : as in umap-learn, with a spread of 1.
    seed : seed of the random numbers; None for a different layout each time.
    """
    _prepare()
    with importing:
        from umap.umap_ import find_ab_params, simplicial_set_embedding

    random = np.random.RandomState(seed)
    # The noise also gives an extent to an axis on which all points are equal.
    start = 10 * start / max(np.abs(start).max(), 1e-12) + random.normal(scale=JITTER, size=start.shape)
    a, b = find_ab_params(1.0, min_dist)
    xy: Float32s = simplicial_set_embedding(
        data=None,  # only read without a start
        graph=edges,
        n_components=2,
        initial_alpha=1.0,
        a=a,
        b=b,
        gamma=1.0,
        negative_sample_rate=5,
        n_epochs=None,
        init=start.astype(np.float32),
        random_state=random,
        metric="precomputed",
        metric_kwds={},
        densmap=False,
        densmap_kwds={},
        output_dens=False,
    )[0]
    return xy


def _prepare() -> None:
    """Import umap-learn, with its compiled functions cached on disk."""
    if "umap" not in sys.modules:
        _share_openmp()
        # One after the other: meanwhile another thread may need one that is there.
        for package in ("scipy.sparse.linalg", "sklearn.metrics", "numba", "pynndescent", "umap"):
            with importing:
                importlib.import_module(package)
    _keep_compiled()


def _share_openmp() -> None:
    """Load torch's OpenMP before numba loads the system's.

    A process uses the first libgomp that is loaded. With the system's, the bfloat16 arithmetic of torch was a hundred
    times slower (torch 2.13, numba 0.68, Debian 12), so projecting given vectors would slow down later embedding.
    """
    if sys.platform != "linux":
        return
    spec = importlib.util.find_spec("torch")
    library = Path(spec.origin).parent / "lib" / "libgomp.so.1" if spec and spec.origin else None
    if library and library.exists():
        # Load it even if torch is already in sys.modules: another thread may still be importing it.
        with suppress(OSError):
            ctypes.CDLL(str(library), mode=ctypes.RTLD_GLOBAL)


def _keep_compiled() -> None:
    """Make numba cache UMAP's three slow loops on disk: compiling them took 4.7 s in every new process."""
    with importing:
        from umap import layouts, umap_

    for module, name in (
        (umap_, "smooth_knn_dist"),
        (umap_, "compute_membership_strengths"),
        (layouts, "_nb_optimize_layout_euclidean_single_epoch"),
    ):
        # With another version of umap or numba, or a read-only folder, they are compiled each time.
        with suppress(AttributeError, RuntimeError, OSError):
            getattr(module, name).enable_caching()
