"""Project outputs to positions on a map."""

from __future__ import annotations

import ctypes
import importlib.util
import sys
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from outlens.vectors.clusters import tree_of
from outlens.vectors.layout import apart, graph, layout
from outlens.vectors.likeness import Likeness

ACROSS = 0.2
"""Weight of an edge between two clusters, compared with one within a cluster."""


def project(
    vectors: npt.NDArray[np.float32],
    texts: Iterable[str],
    *,
    prompt: str | None = None,
    n_neighbors: int = 15,
    min_dist: float = 0.1,
    seed: int | None = 42,
) -> npt.NDArray[np.float32]:
    """Project outputs to a map by UMAP (McInnes, Healy and Melville 2018) of their likeness, seeded.

    Outputs that differ only in surrounding white space are projected once and drawn side by side. Links between two
    clusters of the default granularity count `ACROSS`, so that what is close is mostly in one cluster. The result
    depends neither on the order of the rows nor on the number of cores.

    Parameters
    ----------
    vectors : (n, d) float32, rows of unit length.
    texts : n strings.
    prompt : the prompt of the texts; its words do not distinguish answers.
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
    alike = Likeness(vectors, texts, prompt=prompt)
    clusters = tree_of(alike, vectors).cut()
    return positions_of(alike, clusters, n_neighbors=n_neighbors, min_dist=min_dist, seed=seed)


def positions_of(
    alike: Likeness,
    clusters: npt.NDArray[np.int32],
    *,
    n_neighbors: int = 15,
    min_dist: float = 0.1,
    seed: int | None = 42,
) -> npt.NDArray[np.float32]:
    """Project outputs as `project` does, by their likeness and their (n,) clusters."""
    n = len(alike.item)
    if not n:
        return np.zeros((0, 2), np.float32)
    xy = _scaled(_layout(alike, clusters, n_neighbors, min_dist, seed))
    counts = alike.times
    # The rows of an item in the order of their text.
    order = alike.order
    rank = np.empty(n, np.int64)
    rank[order] = np.arange(n) - np.repeat(np.cumsum(counts) - counts, counts)
    # A sunflower's spiral: dense, without two in one place, and the first of them stays put.
    spread = 0.004 * np.sqrt(rank) * np.minimum(1, 8 / np.sqrt(counts[alike.item]))
    angle = rank * np.pi * (3 - np.sqrt(5))
    offset = np.stack([np.cos(angle), np.sin(angle)], axis=1) * spread[:, None]
    return _scaled(xy[alike.item] + offset) if len(alike) > 1 else offset.astype(np.float32)


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


def _layout(
    alike: Likeness, clusters: npt.NDArray[np.int32], n_neighbors: int, min_dist: float, seed: int | None
) -> npt.NDArray[Any]:
    n = len(alike)
    if n <= 3:
        # Too few for a graph: one point, a line, a triangle.
        return np.array([[0, 0], [1, 0], [0.5, 0.87]], np.float64)[:n]
    if n <= 15:
        return _scaling(alike.distances().astype(np.float64))
    _share_openmp()
    # umap-learn counts a point among its own neighbours.
    indices, distances = alike.neighbours(min(n_neighbors, n) - 1)
    start = _principal(alike.vectors)
    # From the principal axes: deterministic, and without the eigenproblem of UMAP's spectral start.
    start = (10 * start / max(np.abs(start).max(), 1e-12)).astype(np.float32)
    if seed is None:
        seed = int(np.random.default_rng().integers(1 << 32))
    of_item = np.empty(n, np.int32)
    of_item[alike.item] = clusters
    edges = apart(graph(indices, distances), of_item, ACROSS)
    return layout(edges, start, min_dist=min_dist, seed=int(seed))


def _scaling(distance: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Place a few points by classical scaling (Torgerson 1952)."""
    n = len(distance)
    centre = np.eye(n) - 1 / n
    values, axes = np.linalg.eigh(-centre @ distance**2 @ centre / 2)
    axes = _with_signs(axes[:, :-3:-1])
    flat: npt.NDArray[np.float64] = axes * np.sqrt(np.maximum(values[:-3:-1], 0))
    return flat


def _principal(unit: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
    centred = unit.astype(np.float64) - unit.mean(axis=0, dtype=np.float64)
    if len(centred) < centred.shape[1]:
        # The same axes without a d x d matrix: 200 vectors of 3 072 dimensions took seconds with it.
        axes = np.linalg.svd(centred, full_matrices=False)[2][:2].T
    else:
        axes = np.linalg.eigh(centred.T @ centred)[1][:, ::-1][:, :2]
    flat = centred @ _with_signs(axes)
    return flat if flat.shape[1] == 2 else np.column_stack([flat, np.zeros(len(flat))])


def _scaled(xy: npt.NDArray[Any]) -> npt.NDArray[np.float32]:
    centre = (xy.max(axis=0) + xy.min(axis=0)) / 2
    half = np.abs(xy - centre).max()
    return np.asarray((xy - centre) / (half or 1), np.float32)


def _with_signs(axes: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """The sign of an axis is arbitrary; make its largest component positive."""
    signed: npt.NDArray[np.float64] = axes * np.sign(axes[np.abs(axes).argmax(axis=0), np.arange(axes.shape[1])])
    return signed
