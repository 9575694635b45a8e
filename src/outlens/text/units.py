"""The sentences of all outputs, numbered by their wording, as weighted words and vectors."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from outlens._arrays import unit_rows, unit_rows_sparse
from outlens._imports import importing
from outlens.text.differs import NUMERAL
from outlens.text.sentences import units as cut_into_units
from outlens.text.words import Tokens, tokenize

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

Int64s = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

SHORTEST = 3
"""Units with fewer words are not aligned: bare headings and fragments would form meaningless groups."""


@dataclass
class Units:
    """The sentences (units) of all outputs, one row each, and the distinct ones among those that are compared."""

    n: int
    output: Int64s
    start: Int64s
    end: Int64s
    kind: list[str]
    text: list[str]
    position: Floats
    unit: Int64s
    """(rows,): the number of the distinct unit, by the forms of its words; -1 = too short to be compared."""
    tokens: Tokens
    """The words of the distinct units."""
    written: list[str]
    """The distinct units, each as one of the outputs writes it."""
    words: csr_matrix
    """(units, vocabulary): weighted words, rows of unit length."""
    place: Floats
    """(units,): the mean position."""
    several: npt.NDArray[np.bool_]
    """(units,): whether more than one output contains it."""
    turn: Int64s
    """(n,): the outputs in an order that depends only on their texts."""

    @classmethod
    def of(cls, texts: list[str], *, shortest: int = SHORTEST, code: bool = True) -> Units:
        """Cut texts into units and number the distinct ones.

        Parameters
        ----------
        shortest : units with fewer words are not compared.
        code : whether blocks of code are compared.
        """
        cut = {text: cut_into_units(text) for text in dict.fromkeys(texts)}
        rows = [
            (i, a, b, kind, (k + 0.5) / len(cut[text]))
            for i, text in enumerate(texts)
            for k, (a, b, kind) in enumerate(cut[text])
        ]
        text = [texts[i][a:b] for i, a, b, _, _ in rows]
        surfaces = sorted({t for t, row in zip(text, rows, strict=True) if code or row[3] != "code"})
        tokens = tokenize(surfaces)
        # Units with the same words and numerals are the same, whatever the punctuation.
        length = np.diff(tokens.bounds)
        keys = [
            (tokens.form[a:b].astype(">i4").tobytes(), *NUMERAL.findall(surface))
            for surface, a, b in zip(surfaces, tokens.bounds[:-1].tolist(), tokens.bounds[1:].tolist(), strict=True)
        ]
        first: dict[tuple[Any, ...], int] = {}
        for i, key in enumerate(keys):
            if length[i] >= shortest:
                first.setdefault(key, i)
        number = {key: d for d, key in enumerate(sorted(first))}
        of_surface = {surface: number.get(key, -1) for surface, key in zip(surfaces, keys, strict=True)}
        unit = np.array(
            [of_surface.get(t, -1) if code or row[3] != "code" else -1 for t, row in zip(text, rows, strict=True)],
            np.int64,
        )
        written = [surfaces[first[key]] for key in number]
        position = np.array([row[4] for row in rows], np.float64)
        compared = unit >= 0
        count = np.bincount(unit[compared], minlength=len(written))
        place = np.bincount(unit[compared], position[compared], minlength=len(written)) / np.maximum(count, 1)
        unit_tokens = tokenize(written)
        output = np.array([row[0] for row in rows], np.int64)
        pairs = np.unique(np.stack([unit[compared], output[compared]]), axis=1)
        return cls(
            n=len(texts),
            output=output,
            start=np.array([row[1] for row in rows], np.int64),
            end=np.array([row[2] for row in rows], np.int64),
            kind=[row[3] for row in rows],
            text=text,
            position=position,
            unit=unit,
            tokens=unit_tokens,
            written=written,
            words=_weighted(unit_tokens, count, len(texts)),
            place=place,
            several=np.bincount(pairs[0], minlength=len(written)) > 1,
            turn=np.array(sorted(range(len(texts)), key=lambda i: (_hash(texts[i]), texts[i])), np.int64),
        )


def _hash(text: str) -> int:
    return zlib.crc32(text.encode("utf-8", "surrogatepass"))


def _weighted(tokens: Tokens, count: Int64s, n: int) -> csr_matrix:
    """Weight the words of the units, rare ones more, as rows of unit length."""
    with importing:
        from scipy.sparse import csr_matrix

    shape = (len(tokens.bounds) - 1, len(tokens.vocabulary))
    x = csr_matrix((np.ones(len(tokens.form)), (tokens.output, tokens.form)), shape)
    x.sum_duplicates()
    x.data[:] = 1
    total = float(count.sum())
    share = total / np.maximum(x.T @ count.astype(np.float64), 1)
    # The weight is capped at that of a word that every output has once: otherwise words that an output changes would
    # count for more than words it shares.
    weight = np.log(0.5 + np.minimum(share, max(2.0, total / max(n, 1))))
    x = x.multiply(weight[None, :]).tocsr()
    return unit_rows_sparse(x)


def unit_vectors(units: Units, vectors: Any, *, centred: bool = True) -> Floats | None:
    """Return the user's vectors of the distinct units, of unit length, or None without any.

    With `centred`, the mean of all is subtracted, and they have unit length again.

    Raises
    ------
    ValueError
        If there is not one vector per unit.
    """
    if vectors is None or not len(units.written):
        return None
    compared = units.unit >= 0
    if callable(vectors):
        table = np.asarray(vectors(units.written), np.float64)
        if table.ndim != 2 or len(table) != len(units.written):
            raise ValueError(
                f"vectors returned the shape {table.shape} for {len(units.written)} units; return one row per unit."
            )
    else:
        given = np.asarray(vectors, np.float64)
        if given.ndim != 2 or len(given) != len(units.unit):
            raise ValueError(
                f"the vectors have the shape {given.shape} for {len(units.unit)} units; give one row per unit, in the"
                " order of `sentences` of all texts."
            )
        table = np.zeros((len(units.written), given.shape[1]))
        np.add.at(table, units.unit[compared], given[compared])
    table = unit_rows(table)
    # The direction common to all vectors does not distinguish units.
    return unit_rows(table - table.mean(axis=0)) if centred else table
