"""Mean vectors of groups within prompts."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from outlens._imports import importing
from outlens.compare.groups import FEW, FEW_PROMPTS, REST, Groups, grouped, name_of, too_few
from outlens.vectors.embed import check

Int64s = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Float32s = npt.NDArray[np.float32]

SAME = 1e-9
"""Lengths and distances of unit vectors that differ by less are equal up to rounding."""


CONSTANT = 1e-6
"""Vectors that spread less are equal up to the rounding of float32."""


def checked(vectors: Any, groups: Iterable[Any], prompts: Iterable[Any] | None) -> tuple[Groups, Float32s]:
    """Check the arguments; return the groups and the vectors, (n, d), of unit length."""
    n = len(vectors) if hasattr(vectors, "__len__") else 0
    rows = check(vectors, n)
    return grouped(groups, n, prompts, fewest=2), rows


def pair_of(groups: Groups, one: int, other: int) -> tuple[Groups, Int64s]:
    """Return two groups, with the codes 0 and 1, in the prompts of both, and the positions of their outputs."""
    sizes = groups.cells()
    of_both = (sizes[one] > 0) & ((sizes.sum(axis=0) - sizes[one] if other == REST else sizes[other]) > 0)
    kept = (groups.codes >= 0) if other == REST else (groups.codes == one) | (groups.codes == other)
    at = np.flatnonzero(kept & of_both[groups.block])
    names = [name_of(groups, one), name_of(groups, other)]
    return Groups((groups.codes[at] != one).astype(np.int64), names, groups.block[at], groups.prompts), at


def centred_within(rows: Float32s, block: Int64s) -> Floats:
    """Subtract the mean of each prompt."""
    with importing:
        from scipy.sparse import csr_matrix

    width = int(block.max(initial=0)) + 1
    member = csr_matrix((np.ones(len(block)), (block, np.arange(len(block)))), (width, len(block)))
    size = np.maximum(np.bincount(block, minlength=width), 1)
    centred: Floats = rows.astype(np.float64)
    centred -= ((member @ centred) / size[:, None])[block]
    return centred


def squared_lengths(rows: Floats) -> Floats:
    """Return the squared length of each row."""
    lengths: Floats = np.einsum("...j,...j->...", rows, rows)
    return lengths


class Means(NamedTuple):
    """What two groups have in the prompts of both."""

    prompts: Int64s
    """(p,): the prompts in which both have outputs."""
    weight: Floats
    """(p,): their weights, which sum to 1."""
    apart: Floats
    """(p, d): the difference of the means at each prompt."""
    n1: int
    n2: int
    distance: float
    cosine: float
    estimate: float
    note: str


class Cells(NamedTuple):
    """The outputs of each group and prompt."""

    groups: Groups
    sizes: Int64s
    """(groups, prompts)"""
    sums: Floats
    """(groups, prompts, d): of the vectors."""
    squares: Floats
    """(groups, prompts): the sums of their squared lengths."""
    total: tuple[Int64s, Floats, Floats]
    """The sums of the three tables over groups."""

    @classmethod
    def of(cls, groups: Groups, rows: npt.NDArray[np.float32]) -> Cells:
        """Sum the vectors of each group and prompt."""
        with importing:
            from scipy.sparse import csr_matrix

        kept = np.flatnonzero(groups.codes >= 0)
        shape = len(groups.names), len(groups.prompts)
        cell = groups.codes[kept] * shape[1] + groups.block[kept]
        member = csr_matrix((np.ones(len(kept)), (cell, kept)), (shape[0] * shape[1], len(rows)))
        lengths = np.einsum("ij,ij->i", rows, rows, dtype=np.float64)
        sums, squares, sizes = (member @ rows).reshape(*shape, -1), (member @ lengths).reshape(shape), groups.cells()
        return cls(groups, sizes, sums, squares, (sizes.sum(axis=0), sums.sum(axis=0), squares.sum(axis=0)))

    def means(self, one: int, other: int) -> Means:
        """Compare two groups within the prompts of both."""
        sizes1, sums1, squares1 = self.sizes[one], self.sums[one], self.squares[one]
        sizes2, sums2, squares2 = self.sizes[other], self.sums[other], self.squares[other]
        if other == REST:
            sizes, sums, squares = self.total
            sizes2, sums2, squares2 = sizes - sizes1, sums - sums1, squares - squares1
        used = np.flatnonzero((sizes1 > 0) & (sizes2 > 0))
        sizes1, sums1, squares1 = sizes1[used], sums1[used], squares1[used]
        sizes2, sums2, squares2 = sizes2[used], sums2[used], squares2[used]
        n1, n2 = int(sizes1.sum()), int(sizes2.sum())
        first, second = name_of(self.groups, one), name_of(self.groups, other)
        weight = sizes1 * sizes2 / (sizes1 + sizes2)
        weight = weight / weight.sum() if len(used) else weight
        means1, means2 = sums1 / sizes1[:, None], sums2 / sizes2[:, None]
        apart = means1 - means2
        mean1, mean2 = weight @ means1, weight @ means2
        made = partial(Means, used, weight, apart, n1, n2)
        if not len(used):
            return made(np.nan, np.nan, np.nan, f"no prompt in common: {first!r} and {second!r}")
        distance = float(((mean1 - mean2) ** 2).sum())
        lengths = float(np.sqrt((mean1**2).sum() * (mean2**2).sum()))
        cosine = float(np.clip(mean1 @ mean2 / lengths, -1, 1)) if lengths > SAME else np.nan
        note = too_few([(first, n1), (second, n2)], FEW)
        spread1, spread2 = squares1 - (sums1**2).sum(axis=1) / sizes1, squares2 - (sums2**2).sum(axis=1) / sizes2
        if not note and np.isnan(cosine):
            note = "no cosine: a mean is zero"
        if not note and max(spread1.max(), spread2.max(), np.abs(apart).max()) < CONSTANT:
            note = "constant: the vectors are equal" + (" at each prompt" if len(used) > 1 else "")
        if self.groups.unit == "prompts":
            if len(used) < FEW_PROMPTS:
                return made(distance, cosine, np.nan, note or f"too few: {len(used)} prompts in common")
            own = weight**2 @ (apart**2).sum(axis=1)
            return made(distance, cosine, float((distance - own) / (1 - (weight**2).sum())), note)
        bias = 0.0
        for sizes, spread, name in ((sizes1, spread1, first), (sizes2, spread2, second)):
            if not (free := int((sizes - 1).sum())):
                return made(distance, cosine, np.nan, note or f"too few: 1 output a prompt in {name!r}")
            bias += float(weight**2 @ (1 / sizes)) * max(float(spread.sum()), 0.0) / free
        return made(distance, cosine, distance - bias, note)
