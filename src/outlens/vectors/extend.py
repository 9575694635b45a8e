"""Place new outputs on an existing map and in its clusters, which do not change."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from outlens._imports import importing
from outlens.text.words import check as check_texts
from outlens.vectors.clusters import CUT, Tree
from outlens.vectors.embed import check
from outlens.vectors.landscape import Landscape
from outlens.vectors.likeness import Likeness, smallest
from outlens.vectors.positions import beside

SURE = 0.3
"""A new output joins the cluster of its nearest output up to this distance, however varied the cluster is."""
NEIGHBOURS = 5
"""The number of nearest outputs that decide the position of a new one."""
SOFT = 0.05
"""A neighbour that is this much farther than the nearest one has 1/e of its weight."""
SEEN = 0.99
"""A new output is outside the known outputs beyond this quantile of their nearest-neighbour distances."""
SAMPLED = 1_000
"""The most outputs for which that distance is computed; a larger set is sampled evenly from the sorted texts."""

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Seen:
    """The outputs that a landscape was computed from, prepared for comparison with new ones."""

    likeness: Likeness
    """Likeness of the outputs that the clusters and the map were computed from, without added ones."""
    reach: float
    """A new output is outside the known outputs beyond this distance from its nearest output."""


def seen(land: Landscape, texts: Sequence[str], *, prompt: str | None = None) -> Seen:
    """Prepare the outputs of a landscape for `extend`.

    `reach` is the 99th percentile of the distances of these outputs to their nearest other one.

    Parameters
    ----------
    land : the landscape of the texts; added ones are left out.
    texts : n strings.
    prompt : the prompt of the texts.
    """
    n = len(texts) - land.added
    alike = land.likeness or Likeness(land.vectors[:n], texts[:n], prompt=prompt)
    rows = alike.order[np.linspace(0, n - 1, min(n, SAMPLED)).round().astype(np.int64)]
    items, item = np.unique(alike.item[rows], return_inverse=True)
    nearest = alike.neighbours(1, of=items)[1].astype(np.float64)
    # The nearest neighbour of an output with an equal one is that one.
    apart = np.where(alike.times[items] > 1, 0.0, nearest[:, 0] if nearest.shape[1] else 0.0)
    return Seen(alike, float(np.quantile(apart[item.reshape(-1)], SEEN)) if n else 0.0)


def extend(
    land: Landscape, known: Sequence[str], vectors: npt.ArrayLike, texts: Iterable[str], before: Seen
) -> tuple[Landscape, Bools]:
    """Add outputs to a landscape; the positions, clusters and names of the others do not change.

    Each new output is compared with those that the landscape was computed from, so adding outputs together or one by
    one gives the same result.

    - It joins the clusters of its nearest output at every granularity if that output is within `SURE`, or if its mean
      distance to that output's cluster at the default granularity is within `CUT`, the limit that made the clusters.
      Otherwise it is like no other at every granularity. (Of 1 133 outputs that were held out, 91 % returned to their
      cluster, or to none if they had been like no other.)
    - Its position is the mean of the positions of the `NEIGHBOURS` nearest outputs, of its cluster if it joins one,
      weighted by exp(-d / `SOFT`), where d is the distance beyond that of the nearest. (Of the ten nearest outputs by
      likeness, 57 % are then among its ten nearest on the map; 58 % for the other outputs.)
    - An output that equals another, except for surrounding white space, is placed beside it.

    Names, numbers, medoids and separation of the clusters do not change.

    Parameters
    ----------
    land : the landscape of the known texts.
    known : n strings, the known texts.
    vectors : (k, d) numbers, the vectors of the new texts.
    texts : k strings, the new texts.
    before : the result of `seen` for this landscape, or for the one that it was extended from.

    Returns
    -------
    The landscape of all n + k texts, and a (k,) mask of the new ones outside the known outputs: farther than
    `before.reach` from their nearest output.

    Examples
    --------
    >>> from outlens.vectors import landscape
    >>> cities = ["Lima", "Lima!", "Quito", "Quito!"]
    >>> land = landscape(cities, vectors=np.eye(3)[[0, 0, 1, 1]])
    >>> more, outside = extend(land, cities, np.eye(3)[[1, 2]], ["Quito.", "Oslo"], seen(land, cities))
    >>> more.tree.cut().tolist(), outside.tolist()
    ([0, 0, 1, 1, 1, -1], [False, True])
    """
    new = check_texts(texts)
    v = check(vectors, len(new))
    if v.shape[1] != land.vectors.shape[1]:
        raise ValueError(
            f"the new vectors have {v.shape[1]} dimensions and the others {land.vectors.shape[1]}; give vectors of the"
            " same model."
        )
    if not new:
        return land, np.zeros(0, bool)
    placed = _Places(land, before.likeness)
    parts = before.likeness.by_blocks(
        np.arange(len(new)), len(before.likeness), lambda block: placed.of(v[block], [new[i] for i in block.tolist()])
    )
    leaf, xy, typical, nearest = (np.concatenate(part) for part in zip(*parts, strict=True))
    return replace(
        land,
        vectors=np.concatenate([land.vectors, v]),
        tree=_grown(land.tree, leaf),
        xy=np.concatenate([land.xy, (xy + _offsets(known, new)).astype(np.float32)]),
        typical=np.concatenate([land.typical, typical.astype(np.float32)]),
        added=land.added + len(new),
    ), nearest > before.reach


class _Places:
    """Finds the place of new outputs in a landscape."""

    def __init__(self, land: Landscape, alike: Likeness) -> None:
        with importing:
            from scipy import sparse

        # The rows of an item share a leaf, and the first one has the projected position.
        row = alike.order[np.cumsum(alike.times) - alike.times]
        cluster = land.tree.cut()[row].astype(np.int64)
        alone = np.flatnonzero(cluster < 0)
        self._alike = alike
        self._item = {text: i for i, text in enumerate(alike.texts)}
        self._leaf = land.tree.leaf[row].astype(np.int64)
        self._xy = land.xy[row].astype(np.float64)
        self._group = cluster.copy()
        self._group[alone] = cluster.max(initial=-1) + 1 + np.arange(len(alone))
        self._share = alike.times / alike.times.sum()
        size = np.bincount(self._group, alike.times)
        entries = alike.times / size[self._group]
        self._mean = sparse.csr_matrix((entries, (self._group, np.arange(len(row)))), (len(size), len(row)))
        self._whole = np.arange(len(size)) <= cluster.max(initial=-1)

    def of(self, vectors: npt.NDArray[np.float32], texts: list[str]) -> tuple[Ints, Floats, Floats, Floats]:
        """Return the leaf of each text (-1 for none), its position, typicality, and distance to the nearest output."""
        distance = self._alike.distances_of(vectors, texts)
        here = np.arange(len(texts))
        first = smallest(distance, 1)[:, 0]
        # Other outputs may be just as near as an equal one.
        first = np.array([self._item.get(text.strip(), int(k)) for text, k in zip(texts, first, strict=True)])
        nearest = distance[here, first].astype(np.float64)
        group = self._group[first]
        mean = (self._mean @ distance.T).T[here, group]
        joins = (nearest <= SURE) | (self._whole[group] & (mean <= CUT))
        near = distance.copy()
        near[joins] = np.where(self._group == group[joins, None], distance[joins], np.inf)
        # Equal texts share a place, whatever their neighbours.
        near[np.isinf(near) | ((nearest == 0)[:, None] & (np.arange(len(self._alike)) != first[:, None]))] = 1e3
        chosen = smallest(near, min(NEIGHBOURS, len(self._alike)))
        weight = np.exp(-(np.take_along_axis(near, chosen, 1).astype(np.float64) - nearest[:, None]) / SOFT)
        xy = np.einsum("ij,ijk->ik", weight / weight.sum(axis=1, keepdims=True), self._xy[chosen])
        return np.where(joins, self._leaf[first], -1), xy, 1 - distance @ self._share, nearest


def _grown(tree: Tree, leaf: Ints) -> Tree:
    """Add outputs to a tree; -1 in `leaf` means like no other."""
    levels = tree.levels
    if (leaf < 0).any():
        # They share a leaf that is in no cluster at any level; a tree that was just computed has none.
        apart = np.flatnonzero((levels < 0).all(axis=0))
        if not len(apart):
            apart = np.array([levels.shape[1]])
            levels = np.concatenate([levels, np.full((len(levels), 1), -1, levels.dtype)], axis=1)
        leaf = np.where(leaf < 0, apart[0], leaf)
    return replace(tree, leaf=np.concatenate([tree.leaf, leaf.astype(np.int32)]), levels=levels)


def _offsets(known: Sequence[str], new: Sequence[str]) -> npt.NDArray[Any]:
    """Return the (k, 2) offset of each new text from the first of its equals."""
    wanted = {text.strip() for text in new}
    count = dict.fromkeys(wanted, 0)
    for text in known:
        if (stripped := text.strip()) in wanted:
            count[stripped] += 1
    rank = np.zeros(len(new), np.int64)
    for i, text in enumerate(new):
        rank[i] = count[text.strip()]
        count[text.strip()] += 1
    return beside(rank, rank + 1)
