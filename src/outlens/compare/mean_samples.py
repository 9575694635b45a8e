"""Permutations and bootstrap samples of mean vectors: matrix products instead of loops over outputs."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

import numpy as np
import numpy.typing as npt

from outlens._imports import importing
from outlens.compare.groups import REST, Groups
from outlens.compare.intervals import percentile
from outlens.compare.means import SAME, Means, centred_within, pair_of, squared_lengths
from outlens.compare.resampling import permutation_blocks, permutations, resamples

Int64s = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Float32s = npt.NDArray[np.float32]

AT_ONCE = 1 << 22
"""How many numbers a block of samples holds: 16 or 32 MB."""


def beyond_pairs(groups: Groups, rows: Float32s, pairs: list[tuple[int, int]], times: int, seed: int) -> Int64s:
    """Count the permutations of the labels of two groups that bring their means at least as far apart."""
    beyond = np.zeros(len(pairs), np.int64)
    sampled: list[npt.NDArray[np.bool_]] = []
    sampled_sizes = np.zeros((0, 0), np.int64)
    for k, (one, other) in enumerate(pairs):
        pair, at = pair_of(groups, one, other)
        if not len(at):
            continue
        # In the order of prompts and groups: what is drawn for one pair serves others of the same sizes.
        order = np.lexsort((pair.codes, pair.block))
        pair, at = pair._replace(codes=pair.codes[order], block=pair.block[order]), at[order]
        centred = centred_within(rows[at], pair.block)
        if len(at) < centred.shape[1]:
            centred = _narrowed(centred)
        # With the mean of each prompt at 0, the difference of the means is the sum of one group, scaled.
        sizes = pair.cells()
        sizes = sizes[:, sizes.sum(axis=0) > 0]
        scale = (sizes[0] * sizes[1] / sizes.sum(axis=0)).sum() ** 2
        observed = squared_lengths((pair.codes == 0)[None] @ centred)[0] / scale
        if not np.array_equal(sizes, sampled_sizes):
            sampled = [codes == 0 for codes in permutation_blocks(pair, times, seed)]
            sampled_sizes = sizes
        for first in sampled:
            drawn = squared_lengths(first.astype(np.float64) @ centred) / scale
            beyond[k] += int((drawn >= observed * (1 - SAME) - SAME).sum())
    return beyond


def beyond_rest(groups: Groups, rows: Float32s, pairs: list[tuple[int, int]], times: int, seed: int) -> Int64s:
    """Count the same for each group and the rest; a permutation of all labels serves every group."""
    with importing:
        from scipy.sparse import csr_matrix

    at = np.flatnonzero(groups.codes >= 0)
    centred = centred_within(rows[at], groups.block[at])
    sizes = groups.cells()
    total = sizes.sum(axis=0)
    scale = (sizes * (total - sizes) / np.maximum(total, 1)).sum(axis=1) ** 2
    scale = np.where(scale > 0, scale, np.inf)
    ends = np.concatenate([[0], np.cumsum(groups.sizes())])
    one = np.ones(len(at))
    # Sorting 16-bit numbers takes linear time.
    short = np.int16 if len(groups.names) < 1 << 15 else np.int64

    def distances(codes: Int64s) -> Floats:
        member = csr_matrix((one, np.argsort(codes.astype(short), kind="stable"), ends), (len(ends) - 1, len(at)))
        return squared_lengths(member @ centred) / scale

    least = distances(groups.codes[at]) * (1 - SAME) - SAME
    beyond = np.zeros(len(pairs), np.int64)
    for codes in permutations(groups, times, seed):
        beyond += distances(codes[at]) >= least
    return beyond


def interval(
    groups: Groups,
    rows: Float32s,
    pairs: list[tuple[int, int]],
    means: list[Means],
    times: int,
    seed: int,
) -> tuple[Floats, Floats]:
    """Return the ends of the bootstrap intervals of the distances, relative to the mean of the samples."""
    low, high = np.full((2, len(pairs)), np.nan)
    if groups.unit == "prompts":
        for k, mean in enumerate(means):
            if not np.isnan(mean.estimate):
                drawn = _over_prompts(mean, times, seed)
                low[k], high[k] = percentile(drawn - drawn.mean())
        return low, high
    blocks = [
        np.stack([_distances(sums, cells, pair, mean) for pair, mean in zip(pairs, means, strict=True)], axis=1)
        for sums, cells in _sampled_sums(groups, rows, times, seed)
    ]
    over_outputs = np.concatenate(blocks)
    return percentile(over_outputs - over_outputs.mean(axis=0))


def _over_prompts(mean: Means, times: int, seed: int) -> Floats:
    """Return the distances of samples of the prompts, (times,)."""
    p = len(mean.prompts)
    counts = np.random.default_rng(seed).multinomial(p, np.full(p, 1 / p), times)
    apart = mean.weight[:, None] * mean.apart
    if p < apart.shape[1]:
        apart = _narrowed(apart)
    return squared_lengths(counts @ apart) / (counts @ mean.weight) ** 2


def _sampled_sums(groups: Groups, rows: Float32s, times: int, seed: int) -> Iterator[tuple[Floats, Int64s]]:
    """Yield the sums of the vectors of samples, (samples, groups, prompts, d), and the sizes of the cells."""
    sizes = groups.cells()
    cell = groups.codes * sizes.shape[1] + groups.block
    cell[groups.codes < 0] = -1
    members = [np.flatnonzero(cell == k) for k in range(sizes.size)]
    drawn = resamples(groups, times, seed)
    step = max(1, AT_ONCE // max(len(rows), sizes.size * rows.shape[1]))
    while block := list(islice(drawn, step)):
        counts = np.stack([np.bincount(sample, minlength=len(rows)) for sample in block]).astype(np.float32)
        sums = np.stack([counts[:, own] @ rows[own] for own in members], axis=1)
        yield sums.reshape(len(block), *sizes.shape, -1).astype(np.float64), sizes


def _distances(sums: Floats, sizes: Int64s, pair: tuple[int, int], mean: Means) -> Floats:
    """Return the distances of the means of two groups in each sample."""
    one, other = pair
    used = mean.prompts
    if not len(used):
        return np.full(len(sums), np.nan)
    sums2 = sums.sum(axis=1) - sums[:, one] if other == REST else sums[:, other]
    sizes2 = sizes.sum(axis=0) - sizes[one] if other == REST else sizes[other]
    apart = sums[:, one, used] / sizes[one, used][:, None] - sums2[:, used] / sizes2[used][:, None]
    return squared_lengths(np.einsum("p,spd->sd", mean.weight, apart))


def _narrowed(rows: Floats) -> Floats:
    """Return as many columns as there are rows, with the same products of rows."""
    _, triangle = np.linalg.qr(rows.T)
    narrowed: Floats = triangle.T
    return narrowed
