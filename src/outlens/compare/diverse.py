"""Measures of the diversity of one set of outputs."""

from __future__ import annotations

import gzip
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from outlens._arrays import unit_rows
from outlens._imports import importing
from outlens.text.distinctive import labels
from outlens.text.words import Tokens

Int64s = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


def distinct_ngrams(tokens: Tokens, rows: Int64s, words: int, longest: int = 3) -> list[float]:
    """Return the share of different n-grams among those of 1, 2, ... words (Li et al. 2016); NaN without any.

    Only the first `words` words of each output count; an n-gram does not cross outputs.
    """
    first = tokens.bounds[rows]
    length = np.minimum(tokens.bounds[rows + 1] - first, words)
    within = np.arange(length.sum()) - np.repeat(np.cumsum(length) - length, length)
    form = tokens.form[np.repeat(first, length) + within].astype(np.uint64)
    left = np.repeat(length, length) - within
    shares = []
    key = form
    size = np.uint64(max(len(tokens.vocabulary), 1))
    for n in range(1, longest + 1):
        if n > 1:
            key = key[:-1] * size + form[n - 1 :] if len(key) else key
        own = key[left[: len(key)] >= n]
        shares.append(len(pd.unique(own)) / len(own) if len(own) else np.nan)
    return shares


def compression_ratio(texts: list[str], effort: int = 9) -> float:
    """Return the size of texts over that of their gzip file: larger if they repeat each other (Shaib et al. 2024)."""
    data = "\n".join(texts).encode("utf-8", "surrogatepass")
    return len(data) / len(gzip.compress(data, effort, mtime=0))


def mean_likeness(vectors: npt.NDArray[Any]) -> float:
    """Return the mean cosine of all pairs of rows of unit length, from their sum."""
    n = len(vectors)
    total = vectors.sum(axis=0, dtype=np.float64)
    own = np.einsum("ij,ij->", vectors, vectors, dtype=np.float64)
    return float((total @ total - own) / (n * (n - 1)))


def vendi(vectors: npt.NDArray[Any]) -> float:
    """Return the Vendi score of rows of unit length with the cosine as kernel (Friedman and Dieng 2023)."""
    n, d = vectors.shape
    rows = vectors.astype(np.float64)
    gram = rows.T @ rows if d < n else rows @ rows.T
    value = np.linalg.eigvalsh(gram / n)
    value = value[value > 1e-12]
    return float(np.exp(-(value * np.log(value)).sum()))


def effective_number(counts: npt.NDArray[Any]) -> float:
    """Return exp(H) of counts: the number of equally frequent kinds with the same entropy."""
    share = counts[counts > 0] / counts.sum()
    return float(np.exp(-(share * np.log(share)).sum()))


def expected_distinct(counts: npt.NDArray[Any], size: int) -> float:
    """Return how many kinds are expected among `size` outputs drawn without replacement (Hurlbert 1971).

    Examples
    --------
    >>> round(expected_distinct(np.array([2, 1]), 2), 6)
    1.666667
    """
    return float((1 - _chance_of_none(counts, int(counts.sum()), size)).sum())


def expected_coverage(counts: npt.NDArray[Any], size: int) -> float:
    """Return 1 - singletons / size, expected for `size` outputs drawn without replacement (Good 1953)."""
    n = int(counts.sum())
    # A kind is a singleton if one of its outputs is drawn and none of its others is among the rest of the draw.
    single = counts * (size / n) * _chance_of_none(counts - 1, n - 1, size - 1)
    return float(1 - single.sum() / size)


def _chance_of_none(counts: npt.NDArray[Any], n: int, size: int) -> Floats:
    """Return the chance that `size` of n outputs, drawn without replacement, have none of a kind with each count."""
    with importing:
        from scipy.special import gammaln

    possible = counts <= n - size
    others = np.where(possible, n - counts, n)
    logs = gammaln(others + 1) - gammaln(others - size + 1) - gammaln(n + 1) + gammaln(n - size + 1)
    return np.where(possible, np.exp(logs), 0.0)


def subsets(n: int, size: int, times: int, seed: int) -> Iterator[Int64s]:
    """Yield seeded subsets of range(n), without replacement, in random order."""
    rng = np.random.default_rng(seed)
    for _ in range(times):
        yield rng.permutation(n)[:size]


def unit_vectors(vectors: npt.ArrayLike, n: int) -> npt.NDArray[Any]:
    """Check n vectors and scale them to unit length; vectors of zeros become one direction of their own.

    Raises
    ------
    ValueError
        If there is not one row of finite numbers per text.
    """
    given = np.asarray(vectors)
    if given.ndim != 2 or len(given) != n:
        raise ValueError(f"vectors has the shape {given.shape} for {n} texts; give one row per text.")
    if not np.isfinite(given).all():
        raise ValueError("vectors holds NaN or infinite numbers; give finite ones.")
    unit = unit_rows(given)
    blank = ~unit.any(axis=1)
    return np.column_stack([unit, blank.astype(unit.dtype)]) if blank.any() else unit


def cluster_numbers(clusters: Iterable[Any], n: int) -> Int64s:
    """Return the number of each output's cluster; -1, None and NaN become clusters of their own."""
    codes, names = labels(clusters, n, "clusters")
    none = [code for code, name in enumerate(names) if isinstance(name, int | np.integer | float) and name == -1]
    alone = (codes < 0) | np.isin(codes, none)
    return np.where(alone, len(names) + np.arange(n), codes)
