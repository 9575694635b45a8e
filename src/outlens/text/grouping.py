"""Group sentences that play the same part: average linkage of a sample, then the nearest mean wording for all.

All sentences are compared with the mean wording of each group, so groups do not chain, and thousands of outputs take
seconds.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from outlens._imports import importing
from outlens.text.units import Units

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

Int64s = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

AT_ONCE = 2_000
"""The number of units linked at once: linkage takes quadratic time."""

LINKED = 0.25
"""The least mean similarity at which groups of units are merged."""

JOINS = 0.33
"""The least similarity to the mean of a group at which a unit joins it."""

FEW = 0.17
"""Additional similarity that a group of one member requires beyond `JOINS`; a group of two requires half of it, etc."""

FAR = 0.15
"""Similarity lost when one unit is at the beginning of its output and the other at the end."""

MEANT = 0.65
"""Weight of the vectors' cosine in a similarity, where there are vectors."""

ROUNDS = 4
"""How often the remaining units are searched for groups."""


@dataclass
class Groups:
    """The nearest groups of each distinct unit."""

    near: Int64s
    """(units, 3): the nearest groups, -1 = none."""
    similarity: Floats
    """(units, 3): the similarity to these groups."""
    number: int
    """The number of groups."""


def group_units(units: Units, dense: Floats | None) -> Groups:
    """Find the groups of units: link a sample of them, assign all others to the nearest group, and repeat."""
    d = len(units.written)
    group = np.full(d, -1, np.int64)
    tried = np.zeros(d, bool)
    holders = _incidence(units)
    turn = np.empty(units.n, np.int64)
    turn[units.turn] = np.arange(units.n)
    compared = units.unit >= 0
    # The distinct units in the order of their outputs.
    order = np.full(d, units.n, np.int64)
    np.minimum.at(order, units.unit[compared], turn[units.output[compared]])
    queue = np.lexsort((np.arange(d), order))
    number = 0
    for _ in range(ROUNDS):
        sample = queue[(group[queue] < 0) & ~tried[queue]][:AT_ONCE]
        if not len(sample):
            break
        sample = np.sort(sample)
        tried[sample] = True
        label = _linked(units, dense, holders, sample)
        # A group must span several outputs.
        sampled = holders[sample]
        pairs = np.unique(np.repeat(label, np.diff(sampled.indptr)) * units.n + sampled.indices)
        kept = np.flatnonzero(np.bincount(pairs // units.n, minlength=label.max() + 1) > 1)
        if not len(kept):
            continue
        new = np.full(label.max() + 1, -1, np.int64)
        new[kept] = number + np.arange(len(kept))
        group[sample] = new[label]
        number += len(kept)
        if (group < 0).any() and not tried.all():
            group = _nearest(units, dense, group, number)[0][:, 0]
    near, similarity = _nearest(units, dense, group, number)
    near, similarity = _nearest(units, dense, near[:, 0], number)
    # The same words in several outputs always form a group.
    ungrouped = np.flatnonzero((near[:, 0] < 0) & units.several)
    near[ungrouped, 0], similarity[ungrouped, 0] = number + np.arange(len(ungrouped)), 1
    # Rounded: sums over outputs in another order differ in their last digits, and would break ties.
    return Groups(near, similarity.round(9), number + len(ungrouped))


def _incidence(units: Units) -> csr_matrix:
    """(units, outputs): 1 where an output contains a unit."""
    with importing:
        from scipy.sparse import csr_matrix

    compared = units.unit >= 0
    shape = (len(units.written), max(units.n, 1))
    x = csr_matrix((np.ones(int(compared.sum())), (units.unit[compared], units.output[compared])), shape)
    x.data[:] = 1
    return x


def _linked(units: Units, dense: Floats | None, holders: csr_matrix, sample: Int64s) -> Int64s:
    """(sample,): the group of each unit of a sample, by average linkage."""
    with importing:
        from scipy.cluster.hierarchy import fcluster, linkage
        from scipy.spatial.distance import squareform

    if len(sample) == 1:
        return np.zeros(1, np.int64)
    x = units.words[sample].astype(np.float32)
    alike = np.asarray((x @ x.T).todense(), np.float64)
    if dense is not None:
        alike = (1 - MEANT) * alike + MEANT * (dense[sample] @ dense[sample].T)
    alike -= FAR * np.abs(units.place[sample][:, None] - units.place[sample])
    # Units that mostly occur in the same outputs play different parts.
    sampled = holders[sample]
    both = np.asarray((sampled @ sampled.T).todense())
    size = both.diagonal()
    alike[2 * both >= np.minimum(size[:, None], size)] = 0
    distance = np.clip(1 - np.round(alike, 9), 0, 1)
    np.fill_diagonal(distance, 0)
    tree = linkage(squareform(distance, checks=False), "average")
    label: Int64s = fcluster(tree, 1 - LINKED, "distance").astype(np.int64) - 1
    return label


def _nearest(units: Units, dense: Floats | None, group: Int64s, number: int) -> tuple[Int64s, Floats]:
    """Return the three nearest groups that each unit is near enough to join, and the similarities."""
    with importing:
        from scipy.sparse import csr_matrix

        from outlens.text.nearest import KEPT, nearest

    d = len(group)
    near = np.full((d, KEPT), -1, np.int64)
    similarity = np.zeros((d, KEPT))
    member = np.flatnonzero(group >= 0)
    if not len(member):
        return near, similarity
    to = csr_matrix((np.ones(len(member)), (group[member], member)), (number, d))
    size = np.asarray(to.sum(axis=1)).reshape(-1)
    place = (to @ units.place) / np.maximum(size, 1)
    sums = (to @ units.words).tocsr()
    lengths = np.sqrt(np.asarray(sums.multiply(sums).sum(axis=1)).reshape(-1))
    columns = sums.tocsc()
    # A unit of one output is compared only with the other members of its group, not with itself.
    member_of = np.where(units.several, -1, group)
    meant = np.zeros((0, 0))
    means = to @ dense if dense is not None else None
    for begin in range(0, d, 8192):
        rows = slice(begin, min(begin + 8192, d))
        if dense is not None and means is not None:
            meant = _cosines(dense[rows], means, member_of[rows])
        x = units.words[rows]
        near[rows], similarity[rows] = nearest(
            x.indptr, x.indices, x.data, units.place[rows], member_of[rows],
            columns.indptr, columns.indices, columns.data, lengths, size, place, meant, MEANT, FAR, JOINS, FEW,
        )  # fmt: skip
    return near, similarity


def _cosines(dense: Floats, sums: Floats, member_of: Int64s) -> Floats:
    """Return the cosines of vectors with the sums of groups; for a member, with the sum of the other members."""
    product = dense @ sums.T
    lengths = np.linalg.norm(sums, axis=1)
    alike: Floats = product / np.maximum(lengths, 1e-12)
    members = np.flatnonzero(member_of >= 0)
    group = member_of[members]
    with_itself = product[members, group]
    length = np.sqrt(np.maximum(lengths[group] ** 2 - 2 * with_itself + 1, 1e-12))
    alike[members, group] = np.where(length > 1e-3, (with_itself - 1) / length, 0)
    return alike
