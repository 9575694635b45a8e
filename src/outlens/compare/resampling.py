"""Seeded permutations of labels within prompts, and bootstrap samples of outputs or prompts."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from outlens.compare.groups import Groups

Int64s = npt.NDArray[np.int64]

AT_ONCE = 1 << 21
"""How many labels are drawn at once: 16 MB."""


def permutations(groups: Groups, times: int, seed: int = 0) -> Iterator[Int64s]:
    """Yield the codes of the outputs, (n,), with the labels shuffled within each prompt, `times` times.

    Outputs in no group keep their -1. The groups keep their sizes within each prompt.
    """
    for codes in permutation_blocks(groups, times, seed):
        yield from codes


def permutation_blocks(groups: Groups, times: int, seed: int = 0) -> Iterator[Int64s]:
    """Yield the same codes as `permutations`, many at once, (permutations, n)."""
    rng = np.random.default_rng(seed)
    kept, sets = _by_size(groups)
    size = max(1, AT_ONCE // max(1, len(kept)))
    for start in range(0, times, size):
        count = min(size, times - start)
        codes = np.full((count, len(groups.codes)), -1, np.int64)
        for rows in sets:
            drawn = np.broadcast_to(groups.codes[rows], (count, *rows.shape))
            codes[:, rows.ravel()] = rng.permuted(drawn, axis=2).reshape(count, -1)
        yield codes


def resamples(groups: Groups, times: int, seed: int = 0) -> Iterator[Int64s]:
    """Yield positions of outputs, a bootstrap sample, `times` times; an output that is drawn twice is there twice.

    If `groups.unit` is "prompts", prompts are drawn with replacement, each with all of its labelled outputs. To draw
    outputs within them too would add the spread within a prompt twice (Davison and Hinkley 1997, section 3.8). So a
    group may be missing from a sample. If it is "outputs", outputs are drawn with replacement within each group and
    prompt, so that both keep their sizes.
    """
    rng = np.random.default_rng(seed)
    kept = np.flatnonzero(groups.codes >= 0)
    if not len(kept):
        yield from (kept for _ in range(times))
        return
    over_prompts = groups.unit == "prompts"
    cell = groups.block[kept] if over_prompts else groups.block[kept] * len(groups.names) + groups.codes[kept]
    order = np.argsort(cell, kind="stable")
    rows = kept[order]
    _, first, size = np.unique(cell[order], return_index=True, return_counts=True)
    if over_prompts:
        for _ in range(times):
            drawn = rng.integers(len(first), size=len(first))
            length = size[drawn]
            within = np.arange(length.sum()) - np.repeat(np.cumsum(length) - length, length)
            yield rows[np.repeat(first[drawn], length) + within]
        return
    low, high = np.repeat(first, size), np.repeat(first + size, size)
    for _ in range(times):
        yield rows[rng.integers(low, high)]


def _by_size(groups: Groups) -> tuple[Int64s, list[Int64s]]:
    """Return the labelled outputs, and those of the prompts of each size, (prompts, size): each set in one draw."""
    kept = np.flatnonzero(groups.codes >= 0)
    rows = kept[np.argsort(groups.block[kept], kind="stable")]
    _, first, size = np.unique(groups.block[rows], return_index=True, return_counts=True)
    sets = [rows[first[size == width][:, None] + np.arange(width)] for width in np.unique(size).tolist()]
    return kept, sets
