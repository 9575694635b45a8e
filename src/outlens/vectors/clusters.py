"""Clusters: what are the different answers, from coarse to fine.

Distance is one minus a mix of meaning (cosine of the vectors) and wording (square root of the cosine of the words that
look like answers, see `features`). Average linkage (Sokal and Michener 1958) suits answers that differ in words; where
it would put most of a loose set, such as long prose, into one cluster, Ward's linkage (Ward 1963) takes its place.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from outlens.vectors.features import answer_words

Ints = npt.NDArray[np.int32]

MEANING = 0.4
"""Weight of the vectors in the distance; the rest is the wording's."""
CUT = 0.475
"""Distance at which average linkage is cut by default. Tuned on sets of short and middling answers with labels."""
TOO_LARGE = 0.55
"""Share of the outputs above which a cluster that is loose is not one answer."""
LOOSE = 0.4
"""Mean distance within a cluster above which it is loose."""
LONG = 200
"""Words of the median output from which a set is prose."""
WARD_CLUSTERS = 8
"""Clusters of a loose set by default."""
DIRECT_UP_TO = 3_000
"""Different outputs up to which all pairs are compared; above, micro-clusters are made first."""
MICRO = 1_200
FINEST = 240
"""Clusters at granularity 1, at most."""
STEPS = 21


@dataclass(frozen=True)
class Tree:
    """Clusters at every granularity; a finer level only splits clusters of a coarser one."""

    leaf: Ints
    """(n,) the finest cluster of each output."""
    granularities: npt.NDArray[np.float64]
    """(L,) from 0 (coarse) to 1 (fine)."""
    levels: Ints
    """(L, leaves) the node that holds each leaf; -1 for an output like no other."""
    sizes: npt.NDArray[np.int64]
    """(nodes,) outputs in each node."""
    medoids: npt.NDArray[np.int64]
    """(nodes,) position of the most typical output of each node."""

    def level(self, granularity: float) -> int:
        """The nearest level to a granularity; ValueError outside 0 to 1."""
        if isinstance(granularity, bool) or not isinstance(granularity, int | float | np.number):
            raise ValueError(f"granularity is a number from 0 (coarse) to 1 (fine), not {granularity!r}.")
        if not 0 <= granularity <= 1:
            raise ValueError(f"granularity goes from 0 (coarse) to 1 (fine), not {granularity!r}.")
        return int(np.abs(self.granularities - granularity).argmin())

    def order(self, level: int) -> Ints:
        """The nodes of a level, largest first: a cluster's number is its place here."""
        nodes = np.unique(self.levels[level])
        nodes = nodes[nodes >= 0]
        # Nodes are numbered in an order that does not depend on the rows', so ties do not either.
        return nodes[np.lexsort((nodes, -self.sizes[nodes]))]

    def cut(self, granularity: float = 0.5) -> Ints:
        """(n,) the cluster of each output: 0 is the largest, -1 is like no other."""
        level = self.level(granularity)
        order = self.order(level)
        number = np.full(len(self.sizes) + 1, -1, np.int32)  # the last is for -1
        number[order] = np.arange(len(order))
        return number[self.levels[level][self.leaf]]


def cluster(vectors: npt.NDArray[np.float32], texts: Sequence[str], *, prompt: str | None = None) -> Tree:
    """Cluster outputs by answer, at 21 granularities.

    Equal outputs count as often as they occur and stay together. The result does not depend on the order of the rows.

    Parameters
    ----------
    vectors : (n, d) float32, rows of unit length.
    texts : n strings.
    prompt : what they answer; its words tell no answers apart.
    """
    n = len(texts)
    steps = np.linspace(0, 1, STEPS).round(2)
    if not n:
        empty = np.zeros(0, np.int64)
        return Tree(np.zeros(0, np.int32), steps, np.zeros((STEPS, 0), np.int32), empty, empty)
    # In the order of the texts, so that nothing below can depend on the rows' order.
    rows = np.array(sorted(range(n), key=lambda i: (texts[i], vectors[i].tobytes())))
    v = vectors[rows]
    sorted_texts = [texts[i] for i in rows]
    new = np.array([True] + [
        sorted_texts[i] != sorted_texts[i - 1] or not np.array_equal(v[i], v[i - 1]) for i in range(1, n)
    ])  # fmt: skip
    variant = np.cumsum(new) - 1
    first = np.flatnonzero(new)
    item = variant if len(first) <= DIRECT_UP_TO else _micro(v[first])[variant]
    _, item = np.unique(item, return_inverse=True)
    weights = np.bincount(item)
    joins, k = _linkage(v, sorted_texts, item, prompt)
    wanted = _numbers(len(weights), k)
    labels = _cuts(joins, len(weights), wanted)
    _, leaf_of_item = np.unique(labels[-1], return_inverse=True)
    leaf = leaf_of_item[item].astype(np.int32)
    n_leaves = int(leaf.max()) + 1
    item_of_leaf = np.zeros(n_leaves, np.int64)
    item_of_leaf[leaf_of_item] = np.arange(len(weights))
    levels, sizes = _nodes(labels[:, item_of_leaf], np.bincount(leaf, minlength=n_leaves))
    medoids = _medoids(v, leaf, levels, len(sizes))
    back = np.empty(n, np.int32)
    back[rows] = leaf
    return Tree(back, steps, levels, sizes, rows[medoids] if len(sizes) else np.zeros(0, np.int64))


def _linkage(
    v: npt.NDArray[np.float32], texts: list[str], item: npt.NDArray[np.int64], prompt: str | None
) -> tuple[Ints, int]:
    """The joins of the items, closest first, and how many clusters there are by default."""
    first = np.unique(item, return_index=True)[1]
    weights = np.bincount(item)
    n_items = len(weights)
    centres = np.zeros((n_items, v.shape[1]))
    np.add.at(centres, item, v)
    centres /= np.maximum(np.linalg.norm(centres, axis=1, keepdims=True), 1e-12)
    meaning = centres @ centres.T
    words = answer_words([texts[i] for i in first], prompt, counts=weights)
    wording = np.sqrt(np.clip((words @ words.T).toarray(), 0, 1))
    distance = np.clip(1 - MEANING * meaning - (1 - MEANING) * wording, 0, None)
    joins, heights = _joins(distance, weights, ward=False)
    k = 1 + int((heights > CUT).sum())
    labels = _cuts(joins, n_items, [k])[0]
    shares = np.bincount(labels, weights) / weights.sum()
    largest = int(shares.argmax())
    members = np.flatnonzero(labels == largest)
    w = weights[members].astype(float)
    spread = w @ distance[np.ix_(members, members)] @ w / w.sum() ** 2
    long = np.median([len(text.split()) for text in texts]) >= LONG
    if long and shares[largest] > TOO_LARGE and spread > LOOSE and len(members) > WARD_CLUSTERS:
        joins, heights = _joins(2 - 2 * meaning, weights, ward=True)
        k = WARD_CLUSTERS
        while (
            k < n_items
            and np.bincount(_cuts(joins, n_items, [k])[0], weights).max() > TOO_LARGE * weights.sum()
        ):
            k += 1
    return joins, k


def _joins(
    distance: npt.NDArray[np.float64], weights: npt.NDArray[np.int64], *, ward: bool
) -> tuple[Ints, npt.NDArray[np.float64]]:
    """Join items that count several times by average linkage or, with squared distances, by Ward's.

    The nearest-neighbour chain (Murtagh 1983): O(n^2). Returns the joins (n - 1, 2), closest first, item n + i being
    the result of join i, and their heights.
    """
    n = len(weights)
    w = weights.astype(np.float64)
    d = (distance + distance.T) / 2
    if ward:
        d *= 2 * np.outer(w, w) / np.add.outer(w, w)
    np.fill_diagonal(d, np.inf)
    alive = np.ones(n, bool)
    found: list[tuple[float, int, int]] = []
    chain: list[int] = []
    while len(found) < n - 1:
        if not chain:
            chain.append(int(alive.argmax()))
        while True:
            a = chain[-1]
            b = int(d[a].argmin())
            # At a tie the one before, or the chain would never close.
            if len(chain) > 1 and d[a, chain[-2]] <= d[a, b]:
                b = chain[-2]
                break
            chain.append(b)
        del chain[-2:]
        height = float(d[a, b])
        found.append((height, a, b))
        if ward:
            # The squared distance of two infinities is not needed: both are dead, or the pair itself.
            others = alive.copy()
            others[[a, b]] = False
            new = np.full(n, np.inf)
            k = w[others]
            new[others] = ((w[a] + k) * d[a, others] + (w[b] + k) * d[b, others] - k * height) / (
                w[a] + w[b] + k
            )
        else:
            new = (w[a] * d[a] + w[b] * d[b]) / (w[a] + w[b])
        w[b] += w[a]
        alive[a] = False
        d[a] = d[:, a] = np.inf
        d[b] = d[:, b] = new
        d[b, b] = d[b, a] = d[a, b] = np.inf
    order = sorted(range(n - 1), key=lambda i: found[i][0])
    joins = np.zeros((n - 1, 2), np.int32)
    parent = list(range(2 * n - 1))
    for step, i in enumerate(order):
        for side in (0, 1):
            node = found[i][1 + side]
            while parent[node] != node:
                parent[node] = node = parent[parent[node]]
            joins[step, side] = node
            parent[node] = n + step
    return joins, np.array([found[i][0] for i in order])


def _numbers(n_items: int, k: int) -> list[int]:
    """How many clusters each level has: 1, then geometrically to k at the middle and to the finest."""
    finest = min(n_items, max(2 * k, min(FINEST, 60 + k)))
    k = min(k, finest)
    half = STEPS // 2
    coarse = [round(k ** (i / half)) for i in range(half + 1)]
    fine = [round(k * (finest / k) ** (i / half)) for i in range(1, half + 1)]
    return [*coarse, *fine]


def _cuts(joins: Ints, n: int, wanted: Sequence[int]) -> Ints:
    """(len(wanted), n) labels after as many joins as leave each wanted number of clusters."""
    parent = np.arange(n + len(joins))
    out = np.zeros((len(wanted), n), np.int32)
    done = 0
    for place in sorted(range(len(wanted)), key=lambda i: -wanted[i]):
        for step in range(done, max(done, n - wanted[place])):
            parent[int(joins[step, 0])] = parent[int(joins[step, 1])] = n + step
        done = max(done, n - wanted[place])
        root = parent.copy()
        while not np.array_equal(root[root], root):
            root = root[root]
        out[place] = np.unique(root[:n], return_inverse=True)[1]
    return out


def _nodes(labels: Ints, weights: npt.NDArray[np.int64]) -> tuple[Ints, npt.NDArray[np.int64]]:
    """Nodes for labels (levels x leaves): one per set of leaves, and their sizes."""
    ids: dict[bytes, int] = {}
    sizes: list[int] = []
    levels = np.full(labels.shape, -1, np.int32)
    for level, row in enumerate(labels):
        size = np.bincount(row, weights).astype(int)
        # Where nothing is like anything, each is shown as a cluster: a list of "alone" would say nothing.
        alone = (size == 1) & (size.max() > 1)
        for label in np.unique(row):
            if alone[label]:
                continue
            mask = row == label
            key = np.packbits(mask).tobytes()
            if key not in ids:
                ids[key] = len(sizes)
                sizes.append(int(size[label]))
            levels[level, mask] = ids[key]
    return levels, np.array(sizes, np.int64)


def _medoids(v: npt.NDArray[np.float32], leaf: Ints, levels: Ints, n_nodes: int) -> npt.NDArray[np.int64]:
    medoids = np.zeros(n_nodes, np.int64)
    seen = np.zeros(n_nodes, bool)
    for row in levels:
        for node in np.unique(row[row >= 0]):
            if not seen[node]:
                seen[node] = True
                members = np.flatnonzero((row == node)[leaf])
                medoids[node] = members[(v[members] @ v[members].mean(axis=0)).round(6).argmax()]
    return medoids


def _micro(v: npt.NDArray[np.float32]) -> npt.NDArray[np.int64]:
    """Small clusters of many vectors, by k-means."""
    from sklearn.cluster import MiniBatchKMeans

    model = MiniBatchKMeans(
        MICRO, batch_size=8192, max_iter=20, n_init=1, random_state=0, reassignment_ratio=0
    )
    labels: npt.NDArray[np.int64] = model.fit_predict(v).astype(np.int64)
    return labels
