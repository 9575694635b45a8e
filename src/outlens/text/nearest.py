"""Compare sentences with the mean wording of groups, in a compiled loop."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from outlens.text.compiled import compiled

KEPT = 3
"""The number of nearest groups to return."""


@compiled
def nearest(
    starts: npt.NDArray[Any],
    words: npt.NDArray[Any],
    weights: npt.NDArray[np.float64],
    places: npt.NDArray[np.float64],
    member_of: npt.NDArray[np.int64],
    group_starts: npt.NDArray[Any],
    groups: npt.NDArray[Any],
    sums: npt.NDArray[np.float64],
    lengths: npt.NDArray[np.float64],
    sizes: npt.NDArray[np.float64],
    group_places: npt.NDArray[np.float64],
    meant: npt.NDArray[np.float64],
    weight: float,
    far: float,
    enough: float,
    few: float,
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]:
    """Return the nearest groups that each unit is near enough to join (-1 = none), and the similarities.

    Parameters
    ----------
    starts, words, weights : the units' words, as the rows of a sparse matrix; rows of unit length.
    places : the places of the units.
    member_of : the group of each unit, -1 = none. A unit is compared with the sum of the other members.
    group_starts, groups, sums : the sums of the rows of each group, as the columns of a sparse matrix.
    lengths, sizes, group_places : for each group, the length of its sum, the number of members and their mean place.
    meant, weight : (units, groups) cosines of vectors, or (0, 0), and their weight in the similarity.
    far : the penalty for the distance of places.
    enough, few : the least similarity that counts, and the additional similarity required, divided by the group's size.
    """
    n, g = len(member_of), len(lengths)
    near = np.full((n, KEPT), -1, np.int64)
    similarity = np.zeros((n, KEPT))
    product = np.empty(g)
    for i in range(n):
        product[:] = 0
        for at in range(starts[i], starts[i + 1]):
            word = words[at]
            for k in range(group_starts[word], group_starts[word + 1]):
                product[groups[k]] += weights[at] * sums[k]
        for k in range(g):
            if sizes[k] == 0:
                continue
            if member_of[i] == k:
                left = np.sqrt(max(lengths[k] ** 2 - 2 * product[k] + 1, 0.0))
                alike = (product[k] - 1) / left if left > 1e-3 else 0.0
                if len(meant):
                    alike = (1 - weight) * alike + weight * meant[i, k]
            elif product[k] == 0 and not len(meant):
                continue
            else:
                alike = product[k] / max(lengths[k], 1e-12)
                if len(meant):
                    alike = (1 - weight) * alike + weight * meant[i, k]
            alike -= far * abs(places[i] - group_places[k])
            # Two sentences often share words by chance; many rarely do.
            others = sizes[k] - (member_of[i] == k)
            if alike < enough + few / max(others, 1.0) or alike <= similarity[i, KEPT - 1]:
                continue
            at = KEPT - 1
            while at > 0 and alike > similarity[i, at - 1]:
                similarity[i, at], near[i, at] = similarity[i, at - 1], near[i, at - 1]
                at -= 1
            similarity[i, at], near[i, at] = alike, k
    return near, similarity
