"""UMAP (McInnes, Healy and Melville 2018) of given neighbours, on all cores, always with the same result.

The graph is that of umap-learn. Its layout moves both ends of an edge at once, so several threads give another map each
time. Here each point moves on its own and sees where the others were at the end of the previous epoch; its random
numbers depend on the seed, the epoch and the point. So neither the number of threads nor their timing matters.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from outlens._cores import cores

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

EPOCHS, EPOCHS_OF_MANY, MANY = 500, 200, 10_000
"""Epochs of a layout, and of one of more than `MANY` points; as in umap-learn."""
PART = 2_048
"""Points that a thread moves at once."""

Float32s = npt.NDArray[np.float32]


def graph(indices: npt.NDArray[np.int64], distances: npt.NDArray[np.floating[Any]]) -> csr_matrix:
    """Return the (n, n) fuzzy graph of the neighbours of n points, as `umap.umap_.fuzzy_simplicial_set` does.

    Parameters
    ----------
    indices, distances : (n, k), the nearest other points of each, nearest first, and their distances.
    """
    from scipy import sparse

    n, k = indices.shape
    d = distances.astype(np.float64)
    # The point itself counts as one of its k + 1 neighbours.
    target = np.log2(k + 1)
    positive = np.where(d > 0, d, np.inf)
    nearest = positive.min(axis=1)
    nearest[~np.isfinite(nearest)] = 0
    beyond = np.maximum(d - nearest[:, None], 0)
    low, high, scale = np.zeros(n), np.full(n, np.inf), np.ones(n)
    for _ in range(64):
        total = np.exp(-beyond / scale[:, None]).sum(axis=1)
        more = total > target
        if (np.abs(total - target) < 1e-5).all():
            break
        high = np.where(more, scale, high)
        low = np.where(more, low, scale)
        scale = np.where(np.isfinite(high), (low + np.minimum(high, 1e300)) / 2, scale * 2)
    mean = d.sum(axis=1) / (k + 1)
    scale = np.maximum(scale, 1e-3 * np.where(nearest > 0, mean, mean.mean()))
    strength = np.exp(-beyond / scale[:, None])
    rows = np.repeat(np.arange(n), k)
    one_way = sparse.csr_matrix((strength.ravel(), (rows, indices.ravel())), (n, n))
    other_way = one_way.T.tocsr()
    both: csr_matrix = (one_way + other_way - one_way.multiply(other_way)).tocsr()
    both.sort_indices()
    return both


def apart(edges: csr_matrix, groups: npt.NDArray[np.integer[Any]], weight: float) -> csr_matrix:
    """Return a graph whose edges between groups have only a part of their weight; group -1 is not one."""
    ends = edges.tocoo()
    across = (groups[ends.row] != groups[ends.col]) | (groups[ends.row] < 0)
    weighted = edges.copy()
    # The order of the entries is the same.
    weighted.data = np.where(across, weight * edges.data, edges.data)
    return weighted


def layout(edges: csr_matrix, start: Float32s, *, min_dist: float, seed: int) -> Float32s:
    """Return the (n, 2) positions of the points of a graph.

    Parameters
    ----------
    edges : (n, n), symmetric, weights up to 1.
    start : (n, 2), where the points begin.
    min_dist : as in umap-learn, with a spread of 1.
    seed : of the random numbers.
    """
    # Here, since numba takes a while to import.
    from outlens.vectors.moves import move

    n = edges.shape[0]
    epochs = EPOCHS if n <= MANY else EPOCHS_OF_MANY
    a, b = curve(min_dist)
    rate = edges.data / edges.data.max(initial=1e-12)
    # An edge is used in its share of the epochs.
    rate = np.where(rate * epochs < 1, 0, rate)
    bounds, ends = edges.indptr.astype(np.int64), edges.indices.astype(np.int64)
    old, new = start.astype(np.float32), np.empty((n, 2), np.float32)
    parts = [(at, min(at + PART, n)) for at in range(0, n, PART)]
    threads = min(cores(), len(parts))
    with ThreadPoolExecutor(threads) as pool:
        for epoch in range(epochs):
            step = np.float32(1 - epoch / epochs)

            def work(part: tuple[int, int], epoch: int = epoch, step: np.float32 = step) -> None:
                move(old, new, *part, bounds, ends, rate, epoch, step, a, b, np.uint64(seed))  # noqa: B023

            if threads > 1:
                list(pool.map(work, parts))
            else:
                for part in parts:
                    work(part)
            old, new = new, old
    return old


@cache
def curve(min_dist: float) -> tuple[np.float32, np.float32]:
    """Return a and b of 1 / (1 + a x^2b), which is 1 up to `min_dist` and then falls like exp(min_dist - x)."""
    if min_dist == 0.1:
        # What follows gives this, but takes half a second to import.
        return np.float32(1.5769434), np.float32(0.8950609)
    from scipy.optimize import curve_fit

    x = np.linspace(0, 3, 300)
    y = np.where(x < min_dist, 1, np.exp(min_dist - x))
    a, b = curve_fit(lambda x, a, b: 1 / (1 + a * x ** (2 * b)), x, y)[0]
    return np.float32(a), np.float32(b)
