"""Project outputs to positions on a map."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt

from outlens.vectors.clusters import tree_of
from outlens.vectors.layout import apart, graph, layout
from outlens.vectors.likeness import Likeness

ACROSS = 0.2
"""Weight of an edge between two clusters, compared with one within a cluster."""
FEW = 15
"""Up to this many distinct outputs are placed without umap-learn."""


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
    clusters of the default granularity are weighted by `ACROSS`, so that close points are mostly in one cluster. The
    result depends neither on the order of the rows nor on the number of cores.

    Parameters
    ----------
    vectors : (n, d) float32, rows of unit length.
    texts : n strings.
    prompt : the prompt of the texts; its words do not distinguish answers.
    n_neighbors, min_dist : as in umap-learn.
    seed : the seed of the layout; None for a different map each time.

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
    xy = scaled(_layout(alike, clusters, n_neighbors, min_dist, seed))
    counts = alike.times
    # Sort the rows of an item by their text.
    order = alike.order
    rank = np.empty(n, np.int64)
    rank[order] = np.arange(n) - np.repeat(np.cumsum(counts) - counts, counts)
    offset = beside(rank, counts[alike.item])
    return scaled(xy[alike.item] + offset) if len(alike) > 1 else offset.astype(np.float32)


def beside(rank: npt.NDArray[np.int64], count: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """Return (n, 2) offsets that keep equal outputs from hiding each other; the first offset is 0.

    Parameters
    ----------
    rank : (n,), the number of equal outputs before each.
    count : (n,), the number of outputs equal to each.
    """
    # A sunflower spiral is dense, and no two points coincide.
    spread = 0.004 * np.sqrt(rank) * np.minimum(1, 8 / np.sqrt(count))
    angle = rank * np.pi * (3 - np.sqrt(5))
    offset: npt.NDArray[np.float64] = np.stack([np.cos(angle), np.sin(angle)], axis=1) * spread[:, None]
    return offset


def warm_up() -> None:
    """Import umap-learn, and compile or load the functions that `project` needs, by drawing a map of a few points.

    It takes some seconds in a new process, so call it in another thread while texts are embedded.
    """
    points = np.arange(FEW + 1, dtype=np.int64)
    nearest = np.stack([np.roll(points, -1), np.roll(points, -2)], axis=1)
    edges = apart(graph(nearest, np.ones(nearest.shape, np.float32)), points, ACROSS)
    layout(edges, np.stack([points, points**2], axis=1), min_dist=0.1, seed=0)


def check_seed(seed: Any) -> None:
    """Raise TypeError or ValueError if a seed is not a whole number that NumPy takes, or None."""
    if seed is None:
        return
    if isinstance(seed, bool) or not isinstance(seed, int | np.integer):
        raise TypeError(f"seed is {seed!r}; give a whole number, or None for a different map each time.")
    if not 0 <= seed < 1 << 32:
        raise ValueError(f"seed is {seed}; give a whole number from 0 to {(1 << 32) - 1}.")


def check_xy(xy: Any, n: int) -> npt.NDArray[np.float64]:
    """Return your own positions as (n, 2) float64; ValueError if they are not n pairs of finite numbers."""
    example = f"give an ({n}, 2) array of numbers, or the names of two columns."
    try:
        array = np.asarray(xy, np.float64)
    except (TypeError, ValueError):
        raise ValueError(f"xy is {xy!r:.80}, which are not numbers; {example}") from None
    if array.shape != (n, 2):
        raise ValueError(f"xy has the shape {array.shape} for {n} outputs; {example}")
    bad = np.flatnonzero(~np.isfinite(array).all(axis=1))
    if len(bad):
        raise ValueError(
            f"{len(bad)} of {n} positions hold NaN or infinity, the first in row {bad[0]}; fill these or leave the rows"
            " out."
        )
    return array


def _layout(
    alike: Likeness, clusters: npt.NDArray[np.int32], n_neighbors: int, min_dist: float, seed: int | None
) -> npt.NDArray[Any]:
    n = len(alike)
    if n <= 3:
        # Too few for a graph: one point, a line, a triangle.
        return np.array([[0, 0], [1, 0], [0.5, 0.87]], np.float64)[:n]
    if n <= FEW:
        return _scaling(alike.distances().astype(np.float64))
    # umap-learn counts a point among its own neighbours.
    indices, distances = alike.neighbours(min(n_neighbors, n) - 1)
    of_item = np.empty(n, np.int32)
    of_item[alike.item] = clusters
    edges = apart(graph(indices, distances), of_item, ACROSS)
    # Start from the principal axes: this is deterministic and avoids the eigenproblem of UMAP's spectral start.
    return layout(edges, _principal(alike.vectors), min_dist=min_dist, seed=seed)


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
        # The same axes without a d x d matrix, which took seconds for 200 vectors of 3 072 dimensions.
        axes = np.linalg.svd(centred, full_matrices=False)[2][:2].T
    else:
        axes = np.linalg.eigh(centred.T @ centred)[1][:, ::-1][:, :2]
    flat = centred @ _with_signs(axes)
    return flat if flat.shape[1] == 2 else np.column_stack([flat, np.zeros(len(flat))])


def scaled(xy: npt.NDArray[Any], like: npt.NDArray[Any] | None = None) -> npt.NDArray[np.float32]:
    """Return (n, 2) positions centred and scaled to within [-1, 1], both axes alike; or as the positions `like` are."""
    frame = xy if like is None else like
    if not len(frame):
        return np.zeros((0, 2), np.float32)
    centre = (frame.max(axis=0) + frame.min(axis=0)) / 2
    half = np.abs(frame - centre).max()
    return np.asarray((xy - centre) / (half or 1), np.float32)


def _with_signs(axes: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Make the largest component of each axis positive: the sign of an axis is arbitrary."""
    signed: npt.NDArray[np.float64] = axes * np.sign(axes[np.abs(axes).argmax(axis=0), np.arange(axes.shape[1])])
    return signed
