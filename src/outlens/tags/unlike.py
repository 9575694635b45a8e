"""Suggest outputs to look at next: those least like all that were judged."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from outlens._errors import type_of
from outlens.tags._checks import checked_mask
from outlens.vectors.likeness import STEPS, Likeness

GREEDY = 200
"""The number of outputs that `unlike` picks one by one."""
CANDIDATES = 1_000
"""The number of distinct outputs whose distances `unlike` keeps up to date while picking."""
_BLOCK = 1_024

Ints = npt.NDArray[np.int64]


def unlike(alike: Likeness, judged: npt.ArrayLike) -> Ints:
    """Rank the outputs that are not judged; each is the one least like all that are judged or ranked before it.

    Farthest-first traversal (T. F. Gonzalez (1985), "Clustering to minimize the maximum intercluster distance",
    Theoretical Computer Science 38) by the likeness that clusters and map use, for the first 200; the others follow by
    their distance from all outputs judged or ranked so far, the farthest first. If nothing is judged, the first is the
    medoid, the output that is most typical. Ties go to the first position; distances equal to 1e-6 are ties.

    Parameters
    ----------
    alike : the n outputs, prepared for comparison: `ol.vectors.Likeness(vectors, texts)`.
    judged : (n,) bool, the outputs that were judged.

    Returns
    -------
    (m,) int64, the positions of the m outputs that are not judged.

    Raises
    ------
    TypeError
        If `alike` is not a Likeness.
    ValueError
        If `judged` is not one bool per output.

    Examples
    --------
    >>> from outlens.vectors import Likeness
    >>> alike = Likeness(np.eye(3, dtype=np.float32)[[0, 0, 1]], ["Lima", "Lima", "Quito"])
    >>> unlike(alike, [True, False, False]).tolist()
    [2, 1]
    """
    if not isinstance(alike, Likeness):
        raise TypeError(f"alike is {type_of(alike)}; give ol.vectors.Likeness(vectors, texts).")
    judged_mask = checked_mask("judged", judged, len(alike.item))
    left = np.flatnonzero(~judged_mask)
    if not len(left):
        return left
    # Equal outputs are one item, so only the first of them can be picked.
    items, first, item = np.unique(alike.item[left], return_index=True, return_inverse=True)
    picks: list[int] = []
    if judged_mask.any():
        near = _nearest(alike, items, np.unique(alike.item[judged_mask]))
    else:
        typical = alike.typicality()
        most = np.flatnonzero(typical >= typical.max() - 1 / STEPS)
        picks.append(int(most[first[most].argmin()]))
        near = _nearest(alike, items, items[picks])
    # Distances only shrink. So only those of the farthest items are kept up to date; the old distances of the others
    # are upper bounds, which suffice while a candidate is farther than all of them.
    while len(picks) < GREEDY and near.any():
        ranked = np.lexsort((first, -near))
        candidates, rest = ranked[:CANDIDATES], ranked[CANDIDATES:]
        bound = (-near[rest[0]], first[rest[0]]) if len(rest) else (0, 0)
        between = _steps(alike.distances(items[candidates], items[candidates]))
        now, before = near[candidates], len(picks)
        while len(picks) < GREEDY:
            best = np.lexsort((first[candidates], -now))[0]
            if (-now[best], first[candidates[best]]) > bound or not now[best]:
                break
            picks.append(int(candidates[best]))
            now = np.minimum(now, between[best])
        near = np.minimum(near, _nearest(alike, items, items[picks[before:]]))
    others = np.ones(len(left), bool)
    others[first[picks]] = False
    rest = np.flatnonzero(others)
    order = np.concatenate([first[picks], rest[np.argsort(-near[item[rest]], kind="stable")]])
    ranking: Ints = left[order]
    return ranking


def _nearest(alike: Likeness, items: Ints, others: Ints) -> Ints:
    """Return the distance of each item to the nearest of some others."""
    near = np.full(len(items), np.iinfo(np.int64).max)
    for at in range(0, len(others), _BLOCK):
        block = others[at : at + _BLOCK]
        found = alike.by_blocks(items, len(block), lambda part, block=block: alike.distances(part, block).min(axis=1))  # type: ignore[misc]
        near = np.minimum(near, _steps(np.concatenate(found)))
    return near


def _steps(distances: npt.NDArray[np.float32]) -> Ints:
    """Return distances as whole numbers, so that rounding errors do not decide."""
    steps: Ints = np.rint(distances.astype(np.float64) * STEPS).astype(np.int64)
    return steps
