"""Clusters of outputs that give the same answer, from coarse to fine.

The distance is that of `likeness`. Three steps build one tree:

1. Average linkage (Sokal and Michener 1958), cut at a fixed distance, finds answers of any size. An output that
   resembles no other stays on its own.
2. Long outputs overlap too much for one distance: most end up in one loose cluster. Ward's linkage (1963) divides it.
3. Coarser levels join these clusters by Ward's linkage of their means. Finer levels undo the joins within them,
   first those that join the most outputs across the largest distance.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from outlens.vectors.likeness import Likeness

Int32s = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float64]
Int64s = npt.NDArray[np.int64]

CUT = 0.475
"""The largest mean distance at which clusters are joined at the default level."""
TOO_LARGE = 0.55
"""A cluster of long and varied outputs is divided if it holds more than this share of the outputs."""
LOOSE = 0.25
"""The outputs of a cluster are varied if their mean distance is above this."""
LONG = 600
"""The outputs of a cluster are long from this median size in bytes of UTF-8: about 100 words."""
PARTS = 8
"""The fewest parts of a divided cluster; fewer if the parts would be tiny."""
DIRECT_UP_TO = 3_000
"""All pairs of up to this many distinct outputs are compared; of more outputs, this many represent the others."""
FINER = 60
"""The number of clusters at granularity 1 beyond the default level, or half of that level's number if that is more."""
STEPS = 21


@dataclass(frozen=True)
class Tree:
    """Clusters at every granularity; a finer level only splits clusters of a coarser one."""

    leaf: Int32s
    """(n,) the finest cluster of each output."""
    granularities: Floats
    """(L,) from 0 (coarse) to 1 (fine)."""
    levels: Int32s
    """(L, leaves) the node of each leaf; -1 for an output that resembles no other."""
    sizes: Int64s
    """(nodes,) outputs in each node, without those that `extend` added, so that clusters keep their numbers."""
    medoids: Int64s
    """(nodes,) position of the most typical output of each node."""

    def level(self, granularity: float) -> int:
        """Return the level nearest to a granularity. Raises ValueError outside 0 to 1."""
        check_granularity(granularity)
        return int(np.abs(self.granularities - granularity).argmin())

    def order(self, level: int) -> Int32s:
        """Return the nodes of a level, largest first by `sizes`. The number of a cluster is its index here."""
        nodes = np.unique(self.levels[level])
        nodes = nodes[nodes >= 0]
        # Node numbers do not depend on the order of the rows, so neither do ties.
        return nodes[np.lexsort((nodes, -self.sizes[nodes]))]

    def cut(self, granularity: float = 0.5) -> Int32s:
        """Return the (n,) cluster of each output: 0 is the largest, -1 is for outputs that resemble no other."""
        level = self.level(granularity)
        order = self.order(level)
        number = np.full(len(self.sizes) + 1, -1, np.int32)  # the last is for -1
        number[order] = np.arange(len(order))
        cut: Int32s = number[self.levels[level][self.leaf]]
        return cut


def check_granularity(granularity: float) -> None:
    """Raise ValueError for anything but a number from 0 to 1."""
    number = isinstance(granularity, int | float | np.number) and not isinstance(granularity, bool)
    if not (number and 0 <= granularity <= 1):
        raise ValueError(f"granularity is {granularity!r}; give a number from 0 (coarse) to 1 (fine).")


def cluster(vectors: npt.NDArray[np.float32], texts: Iterable[str], *, prompt: str | None = None) -> Tree:
    """Cluster outputs by answer, at 21 granularities.

    Outputs that differ only in surrounding white space stay together, and each counts. The order of the rows does not
    matter.

    Parameters
    ----------
    vectors : (n, d) float32, rows of unit length.
    texts : n strings.
    prompt : the prompt of the texts; its words do not distinguish answers.
    """
    return tree_of(Likeness(vectors, texts, prompt=prompt), vectors)


def tree_of(alike: Likeness, vectors: npt.NDArray[np.float32]) -> Tree:
    """Cluster outputs as `cluster` does, by their likeness and their (n, d) vectors."""
    steps = np.linspace(0, 1, STEPS).round(2)
    if not len(alike):
        empty = np.zeros(0, np.int64)
        return Tree(np.zeros(0, np.int32), steps, np.zeros((STEPS, 0), np.int32), empty, empty)
    chosen = place = np.arange(len(alike))
    if len(alike) > DIRECT_UP_TO:
        chosen, place = _representatives(alike)
    # A node is an item, or a representative with the items nearest to it.
    node = place[alike.item]
    distance = alike.distances(chosen, chosen).astype(np.float64)
    distance = (distance + distance.T) / 2
    lengths = np.array([len(alike.texts[i].encode("utf-8", "surrogatepass")) for i in chosen])
    weights = np.bincount(node)
    joins, k = _tree(distance, weights, lengths)
    labels = _cuts(joins, len(weights), _numbers(len(weights), k))
    leaf = labels[-1][node]
    levels, sizes = _nodes(labels[:, np.unique(labels[-1], return_index=True)[1]], np.bincount(leaf))
    ordered = alike.order
    medoids = _medoids(vectors[ordered], leaf[ordered], levels, len(sizes))
    return Tree(leaf.astype(np.int32), steps, levels, sizes, ordered[medoids])


def _tree(distance: Floats, weights: Int64s, lengths: Int64s) -> tuple[Int32s, int]:
    """Return the joins of items, from fine to coarse, and the number of clusters at the default level."""
    n = len(weights)
    joins, heights = _joins(distance, weights)
    within = heights <= CUT
    label = _labels(joins[within], n)
    joins, worth = joins[within], _worth(joins[within], heights[within], weights)
    total = int(weights.sum())
    for group in np.unique(label):
        members = np.flatnonzero(label == group)
        w = weights[members].astype(np.float64)
        inner = distance[np.ix_(members, members)]
        loose = w @ inner @ w / w.sum() ** 2 > LOOSE
        long = np.median(np.repeat(lengths[members], weights[members])) >= LONG
        parts = min(PARTS, round(np.sqrt(w.sum() / 4)))
        if not (w.sum() > TOO_LARGE * total and loose and long and 2 <= parts < len(members)):
            continue
        # Twice the distance is the squared distance of unit vectors with this cosine.
        parts_joins, parts_heights = _joins(2 * inner, weights[members], ward=True)
        while parts < len(members):
            part = _labels(parts_joins[: len(members) - parts], len(members))
            if np.bincount(part, w).max() <= TOO_LARGE * total:
                break
            parts += 1
        parts_joins, parts_heights = parts_joins[: len(members) - parts], parts_heights[: len(members) - parts]
        outside = label[joins[:, 0]] != group
        joins = np.concatenate([joins[outside], members[parts_joins].astype(np.int32)])
        worth = np.concatenate([worth[outside], parts_heights / 4])
    joins = joins[np.argsort(worth, kind="stable")]
    k = n - len(joins)
    return np.concatenate([joins, _coarser(distance, weights, _labels(joins, n))]), k


def _coarser(distance: Floats, weights: Int64s, label: Int32s) -> Int32s:
    """Return the joins of clusters by Ward's linkage of their means, as joins of one item of each."""
    k = int(label.max()) + 1
    share = np.zeros((k, len(label)))
    share[label, np.arange(len(label))] = weights
    size = share.sum(axis=1)
    share /= size[:, None]
    between = share @ distance @ share.T
    # The squared distance of the means. It is approximate, since the mixed distance is not Euclidean.
    within = np.diag(between)
    squared = np.clip(2 * between - within[:, None] - within[None, :], 0, None)
    joins, _ = _joins(squared, size, ward=True)
    item = np.unique(label, return_index=True)[1].astype(np.int32)
    return item[joins]


def _joins(distance: Floats, weights: npt.NDArray[Any], *, ward: bool = False) -> tuple[Int32s, Floats]:
    """Join weighted items by average linkage or, with squared distances, by Ward's.

    The nearest-neighbour chain (Murtagh 1983), O(n^2). Returns (n - 1, 2) joins, lowest first, each as one item of
    either cluster, and their heights. Ward's height is twice the increase of the sum of squares.
    """
    n = len(weights)
    w = weights.astype(np.float64)
    d = (distance + distance.T) / 2
    if ward:
        d *= 2 * np.outer(w, w) / np.add.outer(w, w)
    np.fill_diagonal(d, np.inf)
    alive = np.ones(n, bool)
    merged: list[tuple[float, int, int]] = []
    chain: list[int] = []
    while len(merged) < n - 1:
        if not chain:
            chain.append(int(alive.argmax()))
        while True:
            a = chain[-1]
            b = int(d[a].argmin())
            # Prefer the previous one in a tie, or the chain would never close.
            if len(chain) > 1 and d[a, chain[-2]] <= d[a, b]:
                b = chain[-2]
                break
            chain.append(b)
        del chain[-2:]
        height = float(d[a, b])
        merged.append((height, a, b))
        alive[a] = False
        others = alive.copy()
        others[b] = False
        to_a, to_b, k = d[a, others], d[b, others], w[others]
        if ward:
            new = ((w[a] + k) * to_a + (w[b] + k) * to_b - k * height) / (w[a] + w[b] + k)
        else:
            new = (w[a] * to_a + w[b] * to_b) / (w[a] + w[b])
        w[b] += w[a]
        d[a] = d[:, a] = np.inf
        d[b, others] = d[others, b] = new
    merged.sort(key=lambda join: join[0])
    joins = np.array([join[1:] for join in merged], np.int32).reshape(-1, 2)
    return joins, np.array([join[0] for join in merged])


def _worth(joins: Int32s, heights: Floats, weights: Int64s) -> Floats:
    """Return the cost of each join: distance times outputs, at least that of any join within it."""
    n = len(weights)
    parent = list(range(n))
    size = weights.astype(np.float64)
    most = np.zeros(n)
    worth = np.zeros(len(joins))
    for i, (left, right) in enumerate(joins.tolist()):
        a, b = _root(parent, left), _root(parent, right)
        worth[i] = max(heights[i] * size[a] * size[b] / (size[a] + size[b]), most[a], most[b])
        parent[a] = b
        size[b] += size[a]
        most[b] = worth[i]
    return worth


def _root(parent: list[int], node: int) -> int:
    while parent[node] != node:
        parent[node] = node = parent[parent[node]]
    return node


def _labels(joins: Int32s, n: int) -> Int32s:
    """Return the (n,) cluster of each item after some joins."""
    parent = list(range(n))
    for a, b in joins.tolist():
        parent[_root(parent, a)] = _root(parent, b)
    return np.unique([_root(parent, i) for i in range(n)], return_inverse=True)[1].astype(np.int32)


def _cuts(joins: Int32s, n: int, wanted: Sequence[int]) -> Int32s:
    """Return the (len(wanted), n) cluster of each item for each wanted number of clusters."""
    return np.stack([_labels(joins[: n - number], n) for number in wanted])


def _numbers(n_items: int, k: int) -> list[int]:
    """Return the number of clusters at each level: from 1 geometrically to k in the middle, then to the finest."""
    finest = min(n_items, k + max(FINER, k // 2))
    half = STEPS // 2
    coarse = [round(k ** (i / half)) for i in range(half + 1)]
    fine = [round(k * (finest / k) ** (i / half)) for i in range(1, half + 1)]
    return [*coarse, *fine]


def _nodes(labels: Int32s, weights: Int64s) -> tuple[Int32s, Int64s]:
    """Return the nodes for labels (levels x leaves), one per set of leaves, and their sizes."""
    ids: dict[bytes, int] = {}
    sizes: list[int] = []
    levels = np.full(labels.shape, -1, np.int32)
    for level, row in enumerate(labels):
        size = np.bincount(row, weights).astype(int)
        # If no two outputs are alike, each is a cluster instead of -1.
        alone = (size == 1) & (size.max() > 1)
        for label in np.flatnonzero(~alone):
            mask = row == label
            key = np.packbits(mask).tobytes()
            if key not in ids:
                ids[key] = len(sizes)
                sizes.append(int(size[label]))
            levels[level, mask] = ids[key]
    return levels, np.array(sizes, np.int64)


def _medoids(v: npt.NDArray[np.float32], leaf: Int32s, levels: Int32s, n_nodes: int) -> Int64s:
    """(nodes,) the row of `v` nearest to the mean of each node."""
    medoids = np.full(n_nodes, -1, np.int64)
    for row in levels:
        for node in np.unique(row[row >= 0]):
            if medoids[node] < 0:
                members = np.flatnonzero((row == node)[leaf])
                medoids[node] = members[(v[members] @ v[members].mean(axis=0)).round(6).argmax()]
    return medoids


def _representatives(alike: Likeness) -> tuple[Int64s, Int64s]:
    """Choose representatives of a very large set, and find the nearest representative of each item.

    Most are spread evenly over the sorted texts. The rest come from items that resemble none of these.
    """
    n = len(alike)
    chosen = np.linspace(0, n - 1, DIRECT_UP_TO * 2 // 3).round().astype(np.int64)
    nearest, least = _assign(alike, chosen)
    far = np.flatnonzero(least > CUT)
    room = DIRECT_UP_TO - len(chosen)
    if len(far):
        more = far[np.linspace(0, len(far) - 1, min(room, len(far))).round().astype(np.int64)]
        second, second_least = _assign(alike, more)
        closer = second_least < least
        nearest = np.where(closer, second + len(chosen), nearest)
        chosen = np.concatenate([chosen, more])
    nearest[chosen] = np.arange(len(chosen))
    return chosen, nearest


def _assign(alike: Likeness, chosen: Int64s) -> tuple[Int64s, npt.NDArray[np.float32]]:
    """Return the nearest chosen item to each item, and its distance."""

    def nearest(block: Int64s) -> tuple[Int64s, npt.NDArray[np.float32]]:
        distance = alike.distances(block, chosen)
        return distance.argmin(axis=1), distance.min(axis=1)

    parts = alike.by_blocks(np.arange(len(alike)), len(chosen), nearest)
    return np.concatenate([part[0] for part in parts]), np.concatenate([part[1] for part in parts])
