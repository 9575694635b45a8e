"""Measure how clearly clusters separate: whether they are groups, or an arbitrary division."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from outlens.vectors.likeness import Likeness

NO_GROUPS = 0.25
"""Up to this mean silhouette, there is no substantial structure (Kaufman and Rousseeuw 1990, table 4)."""
CLEAR = 0.5
"""Above this mean silhouette, the structure is reasonable or strong (ibid.)."""
SAMPLED = 1_000
"""The most outputs that are compared; of more, a sample is spread evenly over the sorted texts."""


def separation(alike: Likeness, clusters: npt.NDArray[np.integer[Any]]) -> float:
    """Return the mean silhouette of clusters by their likeness, from -1 to 1 (Rousseeuw 1987).

    The silhouette of an output is (b - a) / max(a, b), where a is its mean distance to the others in its cluster and b
    to those in the nearest other cluster. It is 0 for an output that is alone or in no cluster. Clusters that divide an
    even cloud have low silhouettes, however many there are. The order of the rows does not matter.

    Parameters
    ----------
    alike : the n outputs, prepared for comparison.
    clusters : (n,) cluster numbers; -1 for an output in no cluster.

    Examples
    --------
    >>> v = np.eye(2, dtype=np.float32)[[0, 0, 1, 1]]
    >>> alike = Likeness(v, ["Lima", "Lima!", "Quito", "Quito!"])
    >>> separation(alike, np.array([0, 0, 1, 1])) > CLEAR
    True
    """
    n = len(alike.order)
    rows = alike.order[np.linspace(0, n - 1, min(n, SAMPLED)).round().astype(np.int64)]
    numbers, label = np.unique(np.asarray(clusters, np.int64)[rows], return_inverse=True)
    real = np.flatnonzero(numbers >= 0)
    if len(real) < 2:
        return 0.0
    items, item = np.unique(alike.item[rows], return_inverse=True)
    # The caller may put outputs of one item in different clusters.
    members = (label.reshape(-1)[:, None] == real).astype(np.float64)
    counts = np.zeros((len(items), len(real)))
    np.add.at(counts, item.reshape(-1), members)
    sums = alike.distances(items, items).astype(np.float64) @ counts
    size = counts.sum(axis=0)
    own = np.where(members.any(axis=1), members.argmax(axis=1), -1)
    total = 0.0
    for k in range(len(real)):
        inside = np.flatnonzero(own == k)
        if len(inside) < 2:
            continue
        to = sums[item.reshape(-1)[inside]]
        a = to[:, k] / (size[k] - 1)
        b = np.delete(to / size, k, axis=1).min(axis=1)
        total += float(((b - a) / np.maximum(np.maximum(a, b), 1e-9)).sum())
    return total / len(rows)
