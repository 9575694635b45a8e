"""What two units have in common: their meaning and their words, mixed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from outlens._arrays import unit_rows, unit_rows_sparse
from outlens._imports import importing
from outlens._unicode import clean
from outlens.text.units import Units, unit_vectors
from outlens.text.words import Tokens
from outlens.vectors.features import function_words
from outlens.vectors.static import sums_of_tokens

MEANING = 0.4
"""Weight of the vectors in the similarity; the rest is the weight of the words."""
STEM = 5
"""Words that begin with the same characters, this many, are one: "comfort", "comforting"."""
NUMBER = 0.02
"""Factor for a number or a measure: "4 oz of juice" and "6 oz of juice" say the same, but for a detail."""
MEASURE = 0.5
"""A word is a measure if at least this share of its occurrences follow a number: "oz", "ml", "minutes"."""
FUNCTION = 0.7
"""Factor for a function word: sentences of one pattern are not alike for that."""
FEW = 30
"""The mean of few units says little about the set: d/(d + FEW) of the mean of d units is subtracted."""
COMMON = 32
"""Words in more than one of this many units are compared as dense columns, since that is faster."""
BLOCK = 1 << 14
"""The number of units that are embedded at once."""

Int64s = npt.NDArray[np.int64]
Float32s = npt.NDArray[np.float32]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Taken:
    """Some units as vectors and words, one row each."""

    vectors: Float32s
    common: Float32s
    """The words of many units."""
    rare: Any
    """The other words, CSR."""

    def __len__(self) -> int:
        return len(self.vectors)

    def __getitem__(self, rows: slice) -> Taken:
        return Taken(self.vectors[rows], self.common[rows], self.rare[rows])

    def similarities(self, others: Taken) -> Float32s:
        """Return the (units, others) similarities, float32."""
        words = self.common @ others.common.T
        products = (self.rare @ others.rare.T).tocsr()
        words[np.repeat(np.arange(len(self)), np.diff(products.indptr)), products.indices] += products.data
        words = np.sqrt(np.clip(words, 0, 1, out=words), out=words)
        words *= np.float32(1 - MEANING)
        meaning = self.vectors @ others.vectors.T
        meaning *= np.float32(MEANING)
        words += meaning
        alike: Float32s = words
        return alike


class Wording:
    """The distinct units of all outputs, prepared for comparison.

    The similarity of two units is `MEANING` times the cosine of their vectors, from which the mean of the set is
    subtracted, plus the rest times the square root of the cosine of their words, where rare words weigh more.

    Parameters
    ----------
    units : the units.
    vectors : as for `points.find`.
    """

    def __init__(self, units: Units, vectors: npt.ArrayLike | Callable[[list[str]], Any] | None = None) -> None:
        tokens = units.tokens
        count = np.bincount(units.unit[units.unit >= 0], minlength=len(units.written))
        details = _details(tokens, count)
        given = _given(units, vectors)
        self._vectors: npt.NDArray[Any] = _static(tokens, details, count) if given is None else given
        self._words = _weighted(tokens, details, count)
        common = np.bincount(self._words.indices, minlength=self._words.shape[1]) > max(16, len(count) / COMMON)
        self._dense = np.ascontiguousarray(self._words[:, np.flatnonzero(common)].toarray())
        rare = self._words.copy()
        rare.data[common[rare.indices]] = 0
        rare.eliminate_zeros()
        self._rare = rare

    def __len__(self) -> int:
        return len(self._vectors)

    def take(self, units: Int64s) -> Taken:
        """Return some units, to be compared with others."""
        return Taken(self._vectors[units].astype(np.float32), self._dense[units], self._rare[units])

    def to_centres(self, group: Int64s, weights: Int64s) -> npt.NDArray[np.float64]:
        """Return the similarity of each unit to the centre of its group, at most 1; NaN without a group.

        The centre has the mean vector and the mean words of the group's units.

        Parameters
        ----------
        group : (units,), -1 = none.
        weights : (units,) how often each counts.
        """
        with importing:
            from scipy.sparse import csr_matrix

        similarity = np.full(len(self), np.nan)
        members = np.flatnonzero(group >= 0)
        if not len(members):
            return similarity
        number = int(group.max()) + 1
        to = csr_matrix((weights[members].astype(np.float32), (group[members], members)), (number, len(self)))
        words = unit_rows_sparse((to @ self._words).tocsr())
        vectors = np.zeros((number, self._vectors.shape[1]), np.float32)
        for at in range(0, len(self), BLOCK):
            vectors += to[:, at : at + BLOCK] @ self._vectors[at : at + BLOCK].astype(np.float32)
        vectors = unit_rows(vectors)
        for at in range(0, len(members), BLOCK):
            block = members[at : at + BLOCK]
            meaning = np.einsum("ij,ij->i", self._vectors[block].astype(np.float32), vectors[group[block]])
            same = np.asarray(self._words[block].multiply(words[group[block]]).sum(axis=1)).ravel()
            similarity[block] = MEANING * meaning + (1 - MEANING) * np.sqrt(np.clip(same, 0, 1))
        # Rounded: sums in another order differ in their last digits.
        centred: npt.NDArray[np.float64] = np.minimum(similarity.round(4), 1)
        return centred


def _given(units: Units, vectors: npt.ArrayLike | Callable[[list[str]], Any] | None) -> npt.NDArray[Any] | None:
    """Return the user's vectors of the units, centred as the static ones; None without any.

    Raises ValueError if they are not finite, or not one per unit.
    """
    given = unit_vectors(units, vectors, centred=False)
    if given is None:
        return None
    if not np.isfinite(given).all():
        raise ValueError("the vectors of the units hold NaN or infinity; give finite numbers.")
    centred: npt.NDArray[Any] = unit_rows(given - given.sum(axis=0) / (len(given) + FEW))
    return centred


def _details(tokens: Tokens, count: Int64s) -> Bools:
    """Return which words are numbers, or measures that follow numbers."""
    number = np.array([any(map(str.isnumeric, form)) for form in tokens.vocabulary], bool)
    follows = np.zeros(len(tokens.form), bool)
    follows[1:] = number[tokens.form[:-1]] & (tokens.output[1:] == tokens.output[:-1])
    times = count[tokens.output].astype(np.float64)
    total = np.bincount(tokens.form, times, len(number))
    measure = (np.bincount(tokens.form, times * follows, len(number)) >= MEASURE * total) & (total > 2)
    details: Bools = number | measure
    return details


def _static(tokens: Tokens, details: Bools, count: Int64s) -> npt.NDArray[np.float16]:
    """Return the static vectors of the units without details, centred and of unit length.

    float16 is exact enough: its error of 0.0005 in a coordinate vanishes in a cosine.
    """
    if not len(count):
        return np.zeros((0, 1), np.float16)
    with importing:
        from scipy.sparse import csr_matrix

    kept = ~details[tokens.form]
    bare = np.bincount(tokens.output, kept, len(count)) == 0
    kept |= bare[tokens.output]
    # A token never spans two words, so a unit's vector is the sum of those of its words.
    of_words, _ = sums_of_tokens([clean(form) for form in tokens.vocabulary])
    shape = (len(count), len(of_words))
    words = csr_matrix((np.ones(kept.sum(), np.float32), (tokens.output[kept], tokens.form[kept])), shape)
    parts = [unit_rows(words[at : at + BLOCK] @ of_words) for at in range(0, len(count), BLOCK)]
    # Each wording counts once: the mean of a set that repeats one sentence would be that sentence.
    mean = np.sum([part.sum(axis=0) for part in parts], axis=0) / (len(count) + FEW)
    return np.concatenate([unit_rows(part - mean).astype(np.float16) for part in parts])


def _weighted(tokens: Tokens, details: Bools, count: Int64s) -> Any:
    """Return the (units, stems) weighted words, CSR float32, rows of unit length."""
    with importing:
        from scipy.sparse import csr_matrix

    number: dict[tuple[bool, str], int] = {}
    stem = np.array(
        [
            number.setdefault((detail, form if detail else form[:STEM]), len(number))
            for form, detail in zip(tokens.vocabulary, details.tolist(), strict=True)
        ],
        np.int64,
    )
    words = csr_matrix(
        (np.ones(len(tokens.form), np.float32), (tokens.output, stem[tokens.form])), (len(count), len(number))
    )
    words.sum_duplicates()
    words.data[:] = 1
    total = float(count.sum())
    weight = np.log((1 + total) / (1 + words.T @ count.astype(np.float64))) + 1
    weight[[detail for detail, _ in number]] *= NUMBER
    weight[np.unique(stem[[form in function_words() for form in tokens.vocabulary]])] *= FUNCTION
    words.data *= weight[words.indices].astype(np.float32)
    return unit_rows_sparse(words)
