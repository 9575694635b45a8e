"""The compiled loop of the layout."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from outlens.text.compiled import compiled

NEGATIVES = 5
"""Random points that push a point away, for each neighbour that pulls it; as in umap-learn."""


@compiled
def move(
    old: npt.NDArray[np.float32],
    new: npt.NDArray[np.float32],
    first: int,
    last: int,
    bounds: npt.NDArray[np.int64],
    ends: npt.NDArray[np.int64],
    rate: npt.NDArray[np.float64],
    epoch: int,
    step: Any,
    a: Any,
    b: Any,
    seed: Any,
) -> None:
    """Write into `new` where the points `first` to `last` move from `old` in an epoch.

    Parameters
    ----------
    bounds, ends, rate : the edges, as the rows of a sparse matrix; an edge is used in this share of the epochs.
    step : the size of a step, float32.
    a, b : of the curve, float32.
    seed : uint64.
    """
    n = np.uint64(len(old))
    four = np.float32(4)
    for i in range(first, last):
        x, y = old[i, 0], old[i, 1]
        state = (seed * np.uint64(1_000_003) + np.uint64(epoch)) * np.uint64(0x9E3779B97F4A7C15) + np.uint64(i)
        for at in range(bounds[i], bounds[i + 1]):
            share = rate[at]
            if np.floor((epoch + 1) * share) == np.floor(epoch * share):
                continue
            j = ends[at]
            # Each edge stands in the graph twice, and each time pulls both ends.
            for _ in range(2):
                dx, dy = x - old[j, 0], y - old[j, 1]
                square = dx * dx + dy * dy
                if square > 0:
                    power = square**b
                    pull = np.float32(-2) * a * b * power / (square * (a * power + np.float32(1)))
                    x += step * min(max(pull * dx, -four), four)
                    y += step * min(max(pull * dy, -four), four)
            for _ in range(NEGATIVES):
                # SplitMix64 (Steele, Lea and Flood 2014).
                state += np.uint64(0x9E3779B97F4A7C15)
                z = state
                z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
                z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
                z = z ^ (z >> np.uint64(31))
                other = np.int64(z % n)
                if other == i:
                    continue
                dx, dy = x - old[other, 0], y - old[other, 1]
                square = dx * dx + dy * dy
                if square > 0:
                    push = np.float32(2) * b / ((np.float32(0.001) + square) * (a * square**b + np.float32(1)))
                    x += step * min(max(push * dx, -four), four)
                    y += step * min(max(push * dy, -four), four)
        new[i, 0], new[i, 1] = x, y
