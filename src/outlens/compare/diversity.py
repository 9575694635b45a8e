"""How diverse the outputs of groups are, at equal numbers and lengths, and how alike the groups are."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from outlens._imports import importing
from outlens.compare.cells import combined
from outlens.compare.diverse import (
    cluster_numbers,
    compression_ratio,
    distinct_ngrams,
    effective_number,
    expected_coverage,
    expected_distinct,
    mean_likeness,
    subsets,
    unit_vectors,
    vendi,
)
from outlens.compare.groups import FEW_PROMPTS, Groups, grouped, too_few
from outlens.text.words import Tokens, check, tokenize

Int64s = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

DRAWN = 10
"""The number of outputs among which `distinct_10` counts the clusters, as in NoveltyBench."""

LARGEST = 1_000
"""The most outputs of a group that are measured at once, unless `size` is larger."""

HALVED = 4
"""With fewer outputs, halves of them say nothing about the spread."""

TEXT = ("different", "distinct_1", "distinct_2", "distinct_3", "compression")
VECTORS = ("likeness", "vendi")
CLUSTERS = ("clusters", "effective_clusters", "coverage", f"distinct_{DRAWN}")
MEASURES = TEXT + VECTORS + CLUSTERS

# Numbers, from 1 to the size.
_GROWING = ("vendi", "clusters", "effective_clusters")


def diversity(
    texts: Iterable[str],
    vectors: npt.ArrayLike | None,
    groups: Iterable[Any],
    prompts: Iterable[Any] | None = None,
    clusters: Iterable[Any] | None = None,
    *,
    size: int | None = None,
    words: int | None = None,
    halves: int = 10,
    seed: int = 0,
    level: float = 0.95,
) -> pd.DataFrame:
    """Measure how different the outputs of each group are from each other.

    Every measure depends on the number of outputs, and most depend on their length, so groups are compared at an equal
    number, and texts up to an equal number of words.

    Parameters
    ----------
    texts : n strings.
    vectors : (n, d) numbers, or None.
    groups : n labels, such as a model; outputs with None or NaN are left out.
    prompts : n values, the prompt of each output. Each prompt is then measured on its own, and the result is the mean
        over prompts. Without, all outputs of a group are one set, and different prompts look like diversity.
    clusters : n labels of clusters, or None. -1, None and NaN are clusters of their own.
    size : the number of outputs at which groups are compared; by default, that of the smallest group (in each prompt)
        with at least 2, up to 1 000.
    words : how many words of each output the measures of text read; by default, the median of the group (in each
        prompt) that has the least.
    halves : the number of halves for the interval over outputs.
    seed : of the samples.
    level : the confidence level.

    Returns
    -------
    One row per group and measure: `group, measure`, `estimate, low, high` (float64), `n` (int64, outputs), `size` and
    `read` (float64, outputs and words at which it was measured, means over prompts), `mean_words` (float64, the mean
    length of the outputs), `prompts` (int64), `unit` of the interval and `note`. The measures:

    different : the share of different texts, after trimming.
    distinct_1, distinct_2, distinct_3 : the share of different words, pairs and triples of words among all (Li et al.
        2016). It falls with length, hence the equal number of words.
    compression : the size of the texts over that of their gzip file (Shaib et al. 2024): larger if they repeat. gzip
        sees repeats up to 32 kB apart only.
    likeness : the mean cosine of all pairs. It hardly sees rare kinds of outputs.
    vendi : the Vendi score (Friedman and Dieng 2023), the effective number of different outputs by their vectors.
    clusters, effective_clusters : the number of clusters, and exp(H) of their shares.
    coverage : 1 - singletons / size (Good 1953): an estimate of the chance that the next output is of a known cluster.
    distinct_10 : the number of clusters expected among 10 outputs, NoveltyBench's distinct_k (Zhang et al. 2025), by
        the given clusters. That of NoveltyBench comes from its own classifier.

    Raises
    ------
    TypeError, ValueError
        If the arguments do not have n values, or a number is out of range.

    Notes
    -----
    A group with more outputs than `size` gets the value expected for a random subset: exactly where there is a formula
    (rarefaction, Hurlbert 1971), else the mean of `halves` seeded subsets.

    A bootstrap sample has duplicates, which look like a lack of diversity. So with fewer than 5 prompts the interval is
    that of a delete-half jackknife (Shao and Wu 1989): the spread over random halves, without replacement. It is too
    narrow where hardly two outputs are alike, so that the Vendi score or the number of clusters is near `size`. With 5
    prompts or more, it is a t interval over prompts.

    Examples
    --------
    >>> texts = ["red", "red", "red", "blue"] + ["red", "green", "blue", "pink"]
    >>> table = diversity(texts, None, list("aaaabbbb"))
    >>> table.loc[table["measure"] == "different", ["group", "estimate"]].values.tolist()
    [['a', 0.5], ['b', 1.0]]
    """
    listed = check(texts)
    n = len(listed)
    for name, value, least in (("size", size, 2), ("words", words, 1), ("halves", halves, 2)):
        if value is not None and (isinstance(value, bool) or not isinstance(value, int | np.integer) or value < least):
            raise ValueError(f"{name} is {value!r}; give a whole number, {least} or more.")
    made = grouped(groups, n, prompts)
    outputs = _Outputs.of(listed, vectors, clusters)
    counts = made.cells()
    estimates = np.full((len(made.names), len(MEASURES), len(made.prompts)), np.nan)
    errors, sizes, read = estimates.copy(), np.full(counts.shape, np.nan), np.full(counts.shape, np.nan)
    with_errors = made.unit == "outputs"
    kept = np.flatnonzero(made.codes >= 0)
    # Sorted by text, so that the order of the rows does not matter.
    kept = kept[np.lexsort((outputs.different[kept], made.codes[kept], made.block[kept]))]
    cell = made.block[kept] * len(made.names) + made.codes[kept]
    bounds = np.searchsorted(cell, np.arange(len(made.names) * len(made.prompts) + 1))
    length = np.diff(outputs.tokens.bounds)
    for block in range(len(made.prompts)):
        usable = np.flatnonzero(counts[:, block] >= max(2, size or 0))
        if not len(usable):
            continue
        first = block * len(made.names)
        own = {code: kept[bounds[first + code] : bounds[first + code + 1]] for code in usable.tolist()}
        equal = int(size or min(LARGEST, counts[usable, block].min()))
        cut = int(words or max(1, min(float(np.median(length[rows])) for rows in own.values())))
        for code, rows in own.items():
            sizes[code, block], read[code, block] = equal, cut
            made_of = _measured(outputs, rows, equal, cut, int(halves), seed, with_errors)
            estimates[code, :, block], errors[code, :, block] = made_of
    return _rows(made, outputs, estimates, errors, sizes, read, counts, size, halves, level)


class _Outputs(NamedTuple):
    texts: list[str]
    different: Int64s
    """(n,): the number of each text after trimming, in their order."""
    tokens: Tokens
    vectors: npt.NDArray[Any] | None
    """Of unit length."""
    cluster: Int64s | None

    @classmethod
    def of(cls, texts: list[str], vectors: npt.ArrayLike | None, clusters: Iterable[Any] | None) -> _Outputs:
        different, _ = pd.factorize(np.array([text.strip() for text in texts], object), sort=True)
        made = None if vectors is None else unit_vectors(vectors, len(texts))
        cluster = None if clusters is None else cluster_numbers(clusters, len(texts))
        return cls(texts, different.astype(np.int64), tokenize(texts), made, cluster)

    def head(self, row: int, words: int) -> str:
        """Return a text up to so many words."""
        first, last = int(self.tokens.bounds[row]), int(self.tokens.bounds[row + 1])
        text = self.texts[row]
        return text if last - first <= words else text[: int(self.tokens.end[first + words - 1])]


def _measured(
    outputs: _Outputs, rows: Int64s, size: int, words: int, halves: int, seed: int, with_errors: bool
) -> tuple[Floats, Floats]:
    """Return the measures of some outputs, expected for `size` of them, and their standard errors (NaN without)."""
    n = len(rows)
    whole = 1 if n == size else halves
    heads = [outputs.head(row, words) for row in rows.tolist()]
    drawn = list(subsets(n, size, whole, seed))
    values = np.array([_of_subset(outputs, rows, heads, at, words, 9) for at in drawn])
    exact = _expected(outputs, rows, size)
    estimate = values.mean(axis=0)
    for name, value in exact.items():
        estimate[MEASURES.index(name)] = value
    errors = np.full(len(MEASURES), np.nan)
    half = size // 2
    if not with_errors or size < HALVED:
        return estimate, errors
    parts = list(subsets(n, half, halves, seed + 1))
    # The relative spread hardly depends on the effort of gzip, which takes most of the time.
    halved = np.array([_of_subset(outputs, rows, heads, at, words, 1) for at in parts])
    if half >= DRAWN and outputs.cluster is not None:
        ten = [expected_distinct(_counts(outputs.cluster[rows[at]]), DRAWN) for at in parts]
        halved[:, MEASURES.index(f"distinct_{DRAWN}")] = ten
    errors = halved.std(axis=0, ddof=1) * np.sqrt(half / (n - half))
    for name in (*_GROWING, "compression"):
        # These grow with the size of a sample, so their spread is taken as relative.
        i = MEASURES.index(name)
        errors[i] *= estimate[i] / halved[:, i].mean()
    if whole > 1:
        sampling = values.std(axis=0, ddof=1) / np.sqrt(whole)
        sampling[[MEASURES.index(name) for name in exact]] = 0
        errors = np.hypot(errors, sampling)
    return estimate, errors


def _of_subset(outputs: _Outputs, rows: Int64s, heads: list[str], at: Int64s, words: int, effort: int) -> list[float]:
    """Return the measures of exactly the outputs rows[at]; NaN for `distinct_10`."""
    own = rows[at]
    values = [len(np.unique(outputs.different[own])) / len(own)]
    values += distinct_ngrams(outputs.tokens, own, words)
    values.append(compression_ratio([heads[i] for i in at.tolist()], effort))
    if outputs.vectors is None:
        values += [np.nan] * len(VECTORS)
    else:
        values += [mean_likeness(outputs.vectors[own]), vendi(outputs.vectors[own])]
    if outputs.cluster is None:
        return values + [np.nan] * len(CLUSTERS)
    counts = _counts(outputs.cluster[own])
    return [*values, len(counts), effective_number(counts), 1 - (counts == 1).sum() / len(own), np.nan]


def _expected(outputs: _Outputs, rows: Int64s, size: int) -> dict[str, float]:
    """Return the measures for which the expected value of a subset has a formula."""
    made = {"different": expected_distinct(_counts(outputs.different[rows]), size) / size}
    if outputs.vectors is not None:
        made["likeness"] = mean_likeness(outputs.vectors[rows])
    if outputs.cluster is not None:
        counts = _counts(outputs.cluster[rows])
        made["clusters"] = expected_distinct(counts, size)
        made["coverage"] = expected_coverage(counts, size)
        made[f"distinct_{DRAWN}"] = expected_distinct(counts, DRAWN) if len(rows) >= DRAWN else np.nan
    return made


def _counts(codes: Int64s) -> Int64s:
    return np.unique(codes, return_counts=True)[1]


def _limits(measure: str, size: float) -> tuple[float, float]:
    if measure == "compression":
        return 0.0, np.inf
    if measure == "likeness":
        return -1.0, 1.0
    if measure == f"distinct_{DRAWN}":
        return 1.0, float(DRAWN)
    return (1.0, size) if measure in _GROWING else (0.0, 1.0)


def _rows(
    made: Groups, outputs: _Outputs, estimates: Floats, errors: Floats, sizes: Floats, read: Floats, counts: Int64s,
    size: int | None, halves: int, level: float,
) -> pd.DataFrame:  # fmt: skip
    with importing:
        from scipy.special import stdtrit

    wide = float(stdtrit(halves - 1, (1 + level) / 2))
    given = {name: True for name in TEXT} | dict.fromkeys(VECTORS, outputs.vectors is not None)
    given |= dict.fromkeys(CLUSTERS, outputs.cluster is not None)
    length = np.diff(outputs.tokens.bounds)
    rows = []
    for code, label in enumerate(made.names):
        used = ~np.isnan(estimates[code])
        mean = combined(estimates[code], (estimates[code] - wide * errors[code], estimates[code] + wide * errors[code]),
                        used, level)  # fmt: skip
        n = int(counts[code].sum())
        most = int(counts[code].max())
        mean_words = float(length[made.codes == code].mean())
        for i, name in enumerate(MEASURES):
            if not given[name]:
                continue
            held = used[i]
            equal = float(sizes[code, held].mean()) if held.any() else np.nan
            least, largest = _limits(name, equal)
            note = ""
            if not held.any():
                needed = max(2, size or 0, DRAWN if name == f"distinct_{DRAWN}" else 0)
                note = too_few([(label, most)], needed) or "no words"
            elif np.isnan(mean.low[i]):
                note = f"too few for an interval: {int(counts[code, held].max())} outputs"
            elif mean.low[i] == mean.high[i] and mean.prompts[i] > 1:
                note = "the same in every prompt"
            rows.append({
                "group": label, "measure": name, "estimate": mean.estimate[i],
                "low": np.clip(mean.low[i], least, largest), "high": np.clip(mean.high[i], least, largest),
                "n": n, "size": equal, "read": float(read[code, held].mean()) if held.any() else np.nan,
                "mean_words": mean_words, "prompts": int(held.sum()),
                "unit": "prompts" if held.sum() >= FEW_PROMPTS else "outputs", "note": note,
            })  # fmt: skip
    table = pd.DataFrame(rows)
    return table.astype({"group": object, "measure": object, "unit": object, "note": object})
