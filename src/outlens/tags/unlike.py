"""What to look at next: the outputs most unlike all that were judged."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from outlens._arrays import unit_rows
from outlens.tags._checks import checked_mask, checked_vectors

GREEDY = 200
"""Outputs that `unlike` picks one after another."""
CANDIDATES = 1_000
"""Outputs whose distances `unlike` keeps up to date while it picks."""
_BLOCK = 8_192
_DECIMALS = 9

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


def unlike(vectors: npt.ArrayLike, judged: npt.ArrayLike) -> Ints:
    """Rank the outputs that are not judged: next comes the one most unlike all that are judged or ranked before it.

    Farthest-first traversal by cosine distance (T. F. Gonzalez (1985), "Clustering to minimize the maximum intercluster
    distance", Theoretical Computer Science 38) for the first 200; the others follow by their distance from all outputs
    judged or ranked so far, the farthest first. If nothing is judged, the first is the medoid, the output with the
    least mean distance from all. Ties go to the first position; distances equal to 9 decimals are ties.

    Parameters
    ----------
    vectors : (n, d) float.
    judged : (n,) bool, the outputs that were looked at.

    Returns
    -------
    (m,) int64, the positions of the m outputs that are not judged.

    Raises
    ------
    ValueError
        If the lengths differ, or a vector holds NaN or infinity.
    """
    table = checked_vectors(vectors)
    judged_mask = checked_mask("judged", judged, len(table))
    left = np.flatnonzero(~judged_mask)
    if not len(left):
        return left
    picks: list[int] = []
    if judged_mask.any():
        near = np.full(len(left), -np.inf)
        _raise_likeness(near, table, left, np.flatnonzero(judged_mask))
    else:
        total = np.sum([_unit(block).sum(axis=0) for block in _blocks(table)], axis=0)
        mean = np.concatenate([_unit(block) @ (total / len(table)) for block in _blocks(table)]).round(_DECIMALS)
        picks.append(int(mean.argmax()))
        near = np.full(len(left), -np.inf)
        _raise_likeness(near, table, left, np.array(picks))
        near[picks[0]] = np.inf
    # Distances only shrink. So only those of the farthest outputs are kept up to date; the others are upper bounds,
    # which suffice while a candidate is farther than all of them.
    while len(picks) < min(GREEDY, len(left)):
        ranked = np.argsort(near, kind="stable")
        candidates = np.sort(ranked[:CANDIDATES])
        rest = ranked[CANDIDATES:]
        bound, where = (near[rest[0]], rest[0]) if len(rest) else (np.inf, len(left))
        unit = _unit(table[left[candidates]])
        fresh: list[int] = []
        while len(picks) < min(GREEDY, len(left)):
            best = int(near[candidates].argmin())
            if (near[candidates[best]], candidates[best]) > (bound, where):
                break
            picks.append(int(left[candidates[best]]))
            fresh.append(picks[-1])
            near[candidates] = np.maximum(near[candidates], (unit @ unit[best]).round(_DECIMALS))
            near[candidates[best]] = np.inf
        _raise_likeness(near, table, left, np.array(fresh))
    rest = np.argsort(near, kind="stable")[: len(left) - len(picks)]
    return np.concatenate([np.array(picks, np.int64), left[rest]])


def _raise_likeness(near: Floats, table: npt.NDArray[Any], left: Ints, new: Ints) -> None:
    """Raise `near`, the greatest cosine similarity of each row in `left` so far, where a row in `new` is nearer."""
    for at in range(0, len(left), _BLOCK):
        block = _unit(table[left[at : at + _BLOCK]])
        part = near[at : at + _BLOCK]
        for start in range(0, len(new), 1024):
            like = block @ _unit(table[new[start : start + 1024]]).T
            np.maximum(part, like.max(axis=1).round(_DECIMALS), out=part)


def _blocks(table: npt.NDArray[Any]) -> Iterator[npt.NDArray[Any]]:
    for at in range(0, len(table), _BLOCK):
        yield table[at : at + _BLOCK]


def _unit(rows: npt.NDArray[Any]) -> Floats:
    # In double precision, so that equal directions have a distance of 0 when rounded.
    unit: Floats = unit_rows(rows.astype(np.float64))
    return unit
