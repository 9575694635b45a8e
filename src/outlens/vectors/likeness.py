"""The likeness of two outputs, the one measure behind clusters, map, neighbours and orders.

The similarity of two outputs is a mix of meaning (the cosine of their vectors) and wording (the square root of the
cosine of the words that look like answers, see `features`). Their distance is one minus that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import pairwise
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from outlens._arrays import unit_rows, unit_rows_sparse
from outlens._cores import in_parallel
from outlens.text.words import check
from outlens.vectors.features import AnswerWords

MEANING = 0.4
"""Weight of the vectors in the similarity; the rest is the weight of the wording."""
ALL_WORDS_UP_TO = 3_000
"""All words of up to this many distinct outputs are compared; of more outputs, the `STRONGEST` words of each."""
STRONGEST = 32
COMMON = 32
"""Words in more than one of this many distinct outputs are compared as dense columns, since that is faster."""
EXACT_UP_TO = 20_000
"""Up to this many items, each is compared with all others to find its neighbours."""
SEEDS = 4.0
"""With more items, those nearest to the same seed form a list; there are this many times the root of the items."""
PROBED = 32
"""The number of lists searched for the neighbours of an item: those of the seeds nearest to its own."""
CELLS = 1 << 22
"""The number of distances that one thread holds at once."""
STEPS = 1 << 20
"""Distances are ranked in steps of 1/STEPS, so that rounding does not decide between equally near outputs."""

Int64s = npt.NDArray[np.int64]
Float32s = npt.NDArray[np.float32]
T = TypeVar("T")


class Likeness:
    """The outputs of one prompt, prepared for comparison.

    Outputs that differ only in surrounding white space are one item. Items are sorted by text, so nothing depends on
    the order of the rows.

    Parameters
    ----------
    vectors : (n, d) float32, rows of unit length.
    texts : n strings.
    prompt : the prompt of the texts; its words do not distinguish answers.

    Attributes
    ----------
    order : (n,) int64, the rows sorted by text.
    item : (n,) int64, the item of each row.
    texts : the text of each of the m items, without surrounding white space.
    times : (m,) int64, the number of rows of each item.
    vectors : (m, d) float32, the mean vector of each item, of unit length.

    Examples
    --------
    >>> alike = Likeness(np.eye(3, dtype=np.float32)[[0, 0, 1]], ["Lima", " Lima", "Quito"])
    >>> alike.item.tolist(), alike.texts
    ([0, 0, 1], ['Lima', 'Quito'])
    >>> alike.distances([0], [0, 1]).tolist()
    [[0.0, 1.0]]
    """

    def __init__(self, vectors: Float32s, texts: Iterable[str], *, prompt: str | None = None) -> None:
        listed = check(texts)
        n = len(listed)
        rows = sorted(range(n), key=lambda i: (listed[i].strip(), listed[i], vectors[i].tobytes()))
        stripped = [listed[i].strip() for i in rows]
        variant = np.cumsum([0] + [a != b for a, b in pairwise(stripped)])[:n]
        first = np.flatnonzero(np.diff(variant, prepend=-1))
        self.order: Int64s = np.array(rows, np.int64)
        self.item: Int64s = np.empty(n, np.int64)
        self.item[self.order] = variant
        self.texts = [stripped[i] for i in first]
        self.times: Int64s = np.bincount(variant)
        centres = np.zeros((len(first), vectors.shape[1]), np.float32)
        np.add.at(centres, variant, vectors[self.order])
        self.vectors: Float32s = unit_rows(centres)
        self._words = AnswerWords(self.texts, prompt, counts=self.times.tolist())
        words = self._words.matrix
        if len(first) > ALL_WORDS_UP_TO:
            words = strongest(words)
        self._common = np.bincount(words.indices, minlength=words.shape[1]) > max(16, len(first) / COMMON)
        self._dense, self._rare = self._split(words)

    def __len__(self) -> int:
        return len(self.texts)

    def distances(self, a: Any = None, b: Any = None) -> Float32s:
        """Return the (len(a), len(b)) distances of items; all of them by default. An item's distance to itself is 0."""
        a, b = (np.arange(len(self)) if items is None else np.asarray(items, np.int64) for items in (a, b))
        distance = self._distances(self.vectors[a], self._dense[a], self._rare[a], b)
        distance[a[:, None] == b] = 0
        return distance

    def distances_of(self, vectors: Float32s, texts: Iterable[str]) -> Float32s:
        """Return the (k, m) distances of k other outputs to the items.

        Their words are weighted as in this set; words that it does not contain are left out.

        Parameters
        ----------
        vectors : (k, d) float32, rows of unit length.
        texts : k strings.
        """
        stripped = [text.strip() for text in check(texts)]
        words = self._words.weigh(stripped)
        if len(self) > ALL_WORDS_UP_TO:
            words = strongest(words)
        distance = self._distances(vectors, *self._split(words), np.arange(len(self)))
        place = {text: i for i, text in enumerate(self.texts)}
        for i, text in enumerate(stripped):
            if text in place:
                distance[i, place[text]] = 0
        return distance

    def typicality(self) -> Float32s:
        """Return the mean similarity of each item to all n outputs: high is typical, low is unusual.

        A sample of 3 000 items, spread evenly over the sorted texts, represents larger sets.
        """
        n = len(self)
        others = np.unique(np.linspace(0, n - 1, min(n, ALL_WORDS_UP_TO)).round().astype(np.int64))
        share = (self.times[others] / max(1, self.times[others].sum())).astype(np.float32)
        parts = self.by_blocks(np.arange(n), len(others), lambda block: 1 - self.distances(block, others) @ share)
        return np.concatenate([np.zeros(0, np.float32), *parts])

    def neighbours(self, k: int, of: Any = None) -> tuple[Int64s, Float32s]:
        """Return the k nearest other items, nearest first, and their distances: two arrays (items, k).

        Distances that differ by less than 1e-6 are ties; they go to the first item. The neighbours of all items, if
        there are more than 20 000, are approximate: only items near the same seeds are searched (inverted lists; Sivic
        and Zisserman 2003). Otherwise the result is exact. It never depends on the number of cores.

        Parameters
        ----------
        k : number of neighbours, less than the number of items.
        of : the items whose neighbours to find, all by default.
        """
        k = min(k, len(self) - 1)
        if of is None and len(self) > EXACT_UP_TO and k > 0:
            return self._neighbours_in_lists(k)
        items = np.arange(len(self)) if of is None else np.asarray(of, np.int64)
        if k < 1 or not len(items):
            return np.zeros((len(items), 0), np.int64), np.zeros((len(items), 0), np.float32)
        parts = self.by_blocks(items, len(self), lambda block: self._nearest(block, None, k))
        return np.concatenate([part[0] for part in parts]), np.concatenate([part[1] for part in parts])

    def similar_rows(self, row: int, k: int) -> tuple[Int64s, npt.NDArray[np.float64]]:
        """Return the k rows most similar to one, most similar first, and their similarities: 1 for an equal output.

        Ties go to the first row. Exact for any number of rows; fewer than k are returned if there are no more.
        """
        distance = self.distances(self.item[[row]])[:, self.item]
        distance[0, row] = np.inf
        nearest = smallest(distance, min(k, len(self.item) - 1))[0]
        return nearest, 1 - distance[0, nearest].astype(np.float64)

    def _nearest(self, items: Int64s, among: Int64s | None, k: int) -> tuple[Int64s, Float32s]:
        """Return the k nearest of some sorted items, or of all."""
        distance = self.distances(items, among)
        others = np.arange(len(self)) if among is None else among
        distance[items[:, None] == others] = np.inf
        found = smallest(distance, k)
        return others[found], np.take_along_axis(distance, found, 1)

    def _neighbours_in_lists(self, k: int) -> tuple[Int64s, Float32s]:
        n = len(self)
        seeds = np.linspace(0, n - 1, round(SEEDS * np.sqrt(n))).round().astype(np.int64)
        own = np.concatenate(
            self.by_blocks(np.arange(n), len(seeds), lambda block: smallest(self.distances(block, seeds), 1)[:, 0])
        )
        members = np.split(np.argsort(own, kind="stable"), np.cumsum(np.bincount(own, minlength=len(seeds)))[:-1])
        near = smallest(self.distances(seeds, seeds), len(seeds))
        indices, distances = np.empty((n, k), np.int64), np.empty((n, k), np.float32)

        def search(seed: int) -> None:
            probed, count = PROBED, 0
            while count <= k:
                lists = [members[other] for other in near[seed, :probed]]
                count = sum(map(len, lists))
                probed *= 2
            among = np.sort(np.concatenate(lists))
            size = max(1, CELLS // count)
            for at in range(0, len(members[seed]), size):
                block = members[seed][at : at + size]
                indices[block], distances[block] = self._nearest(block, among, k)

        in_parallel(search, range(len(seeds)))
        return indices, distances

    def by_blocks(self, items: Int64s, others: int, function: Callable[[Int64s], T]) -> list[T]:
        """Return `function(block)` for blocks of items whose distances to `others` items fit `CELLS`, on all cores."""
        size = max(1, min(1024, CELLS // max(1, others)))
        blocks = [items[at : at + size] for at in range(0, len(items), size)]
        return in_parallel(function, blocks)

    def _split(self, words: Any) -> tuple[Float32s, Any]:
        """Return the columns of common words as a dense array, and the others."""
        words = words.astype(np.float32)
        dense = np.ascontiguousarray(words[:, np.flatnonzero(self._common)].toarray())
        words.data[self._common[words.indices]] = 0
        words.eliminate_zeros()
        return dense, words

    def _distances(self, vectors: Float32s, dense: Float32s, rare: Any, b: Int64s) -> Float32s:
        whole = np.array_equal(b, np.arange(len(self)))
        to_vectors, to_dense, to_rare = (
            table if whole else table[b] for table in (self.vectors, self._dense, self._rare)
        )
        wording = dense @ to_dense.T
        products = (rare @ to_rare.T).tocsr()
        wording[np.repeat(np.arange(len(wording)), np.diff(products.indptr)), products.indices] += products.data
        wording = np.sqrt(np.clip(wording, 0, 1, out=wording), out=wording)
        wording *= np.float32(MEANING - 1)
        # The values are finite, but OpenBLAS may set the flag for what it reads beside small matrices.
        with np.errstate(invalid="ignore"):
            meaning = vectors @ to_vectors.T
        meaning *= np.float32(MEANING)
        wording -= meaning
        wording += 1
        distance: Float32s = np.clip(wording, 0, None, out=wording)
        return distance


def smallest(table: Float32s, k: int) -> Int64s:
    """Return the columns of the k smallest values of each row, smallest first; ties go to the first column."""
    # Combine value and column in one whole number, so that no two are equal.
    keys = (np.minimum(table, 1000) * STEPS).round().astype(np.int64)
    keys <<= 32
    keys |= np.arange(table.shape[1])
    if k < table.shape[1]:
        keys = np.partition(keys, k - 1, axis=1)[:, :k]
    keys = np.sort(keys, axis=1)
    columns: Int64s = keys & 0xFFFFFFFF
    return columns


def strongest(words: Any, most: int = STRONGEST) -> Any:
    """Return a CSR matrix with only the largest values of each row, as float32 and of unit length again."""
    words = words.astype(np.float32)
    for start, end in pairwise(words.indptr):
        if end - start > most:
            row = words.data[start:end]
            row[row < np.partition(row, -most)[-most]] = 0
    words.eliminate_zeros()
    return unit_rows_sparse(words)
