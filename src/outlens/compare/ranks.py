"""Ranks within prompts: how well a number separates two groups."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from outlens._imports import importing
from outlens.compare.cells import Estimate, combined
from outlens.compare.groups import FEW_PROMPTS, Groups
from outlens.compare.intervals import auc
from outlens.compare.resampling import permutations

Int64s = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

SMALL = 10
"""If a group has fewer values, labels are permuted."""

SKEWED = 0.3
"""So they are if the statistic is more skewed than this, as for traits that few outputs have."""

REACHED = 10
"""If fewer permutations reach the statistic, they are too few to estimate p, and the approximation is better."""


def midranks(values: Floats, block: Int64s) -> Floats:
    """Rank values within their blocks from 1; equal ones share the mean of their ranks. NaN stays NaN.

    Parameters
    ----------
    values : (n,) numbers.
    block : (n,) codes.

    Examples
    --------
    >>> midranks(np.array([5.0, 3, 5, 9]), np.array([0, 0, 0, 1])).tolist()
    [2.5, 1.0, 2.5, 1.0]
    """
    ranks = np.full(len(values), np.nan)
    order = np.lexsort((values, block))
    order = order[~np.isnan(values[order])]
    if not len(order):
        return ranks
    inner, sorted_values = block[order], values[order]
    new_block = np.concatenate([[True], inner[1:] != inner[:-1]])
    new_run = new_block.copy()
    new_run[1:] |= sorted_values[1:] != sorted_values[:-1]
    starts = np.flatnonzero(new_run)
    run = np.cumsum(new_run) - 1
    ends = np.append(starts[1:], len(order))
    origin = np.flatnonzero(new_block)[np.cumsum(new_block) - 1]
    ranks[order] = (starts + ends - 1)[run] / 2 + 1 - origin
    return ranks


def scores(values: Floats, block: Int64s) -> tuple[Floats, Floats]:
    """Return ranks within prompts, and these less their mean and over their number: 0 where there is no value."""
    ranks = midranks(values, block)
    some = ~np.isnan(ranks)
    count = np.bincount(block[some], minlength=int(block.max(initial=-1)) + 1)[block] + 1.0
    return ranks, np.where(some, (ranks - count / 2) / count, 0.0)


def _smallest_step(score: Floats, block: Int64s) -> float:
    """Return the least distance of two different scores of a prompt; 0 if there are none."""
    order = np.lexsort((score, block))
    steps = np.diff(score[order])[np.diff(block[order]) == 0]
    return float(steps[steps > 1e-12].min(initial=np.inf)) if (steps > 1e-12).any() else 0.0


class Ranked:
    """The ranks of the values within prompts, summed over groups."""

    def __init__(self, columns: Floats, groups: Groups) -> None:
        self.groups = groups
        shape = (len(groups.names), len(groups.prompts))
        cell = groups.codes * shape[1] + groups.block
        ranks: list[Floats] = []
        scored: list[Floats] = []
        n: list[Floats] = []
        squares: list[Floats] = []
        cubes: list[Floats] = []
        step = []
        for values in columns.T:
            rank, score = scores(values, groups.block)
            some = ~np.isnan(rank)
            size = shape[0] * shape[1]
            ranks.append(np.bincount(cell[some], rank[some], minlength=size).astype(np.float64).reshape(shape))
            n.append(np.bincount(cell[some], minlength=size).astype(np.float64).reshape(shape))
            squares.append(np.bincount(groups.block, score**2, minlength=shape[1]).astype(np.float64))
            scored.append(score)
            cubes.append(np.bincount(groups.block, score**3, minlength=shape[1]).astype(np.float64))
            step.append(_smallest_step(score[some], groups.block[some]))
        self.scores = scored
        self.sums, self.n = np.stack(ranks), np.stack(n)
        self.all = self.n.sum(1)
        """(traits, prompts)"""
        self._squares, self._cubes, self._step = np.stack(squares), np.stack(cubes), np.array(step)

    def both(self, place: int) -> npt.NDArray[np.bool_]:
        """Return which prompts have values both of a group and of others, (traits, prompts)."""
        own = self.n[:, place]
        used: npt.NDArray[np.bool_] = (own > 0) & (own < self.all)
        return used

    def areas(self, place: int, level: float) -> Estimate:
        """Return the AUC of a group against the rest, the mean over prompts."""
        n1 = self.n[:, place]
        n2 = self.all - n1
        used = self.both(place)
        areas = (self.sums[:, place] - n1 * (n1 + 1) / 2) / np.where(used, n1 * n2, 1)
        few = used.sum(1) < FEW_PROMPTS
        ends = np.full((2, *areas.shape), np.nan)
        if few.any():
            ends[:, few] = auc(areas[few], n1[few], n2[few], level)
        made = combined(areas, (ends[0], ends[1]), used, level)
        return made._replace(low=made.low.clip(0, 1), high=made.high.clip(0, 1))

    def moments(self) -> tuple[Floats, Floats, Floats]:
        """Return van Elteren's statistic of each group against the rest, less its mean, its variance and skewness.

        They are those of sums drawn without replacement within prompts, (traits, groups).
        """
        n, whole = self.n, self.all[:, None]
        statistic = ((self.sums - n * (whole + 1) / 2) / (whole + 1)).sum(2)
        second = n * (whole - n) / np.maximum(whole * (whole - 1), 1)
        third = second * (whole - 2 * n) / np.maximum(whole - 2, 1)
        variance = (second * self._squares[:, None]).sum(2)
        skewness = (third * self._cubes[:, None]).sum(2) / np.maximum(variance, 1e-12) ** 1.5
        return statistic, variance, skewness

    def permuted(self, times: int, seed: int) -> Floats:
        """Return p of each group against the rest, (traits, groups); NaN for constant traits."""
        with importing:
            from scipy.stats import pearson3

        statistic, variance, skewness = self.moments()
        varies = variance > 1e-12
        # Half of the smallest step of the statistic corrects for continuity.
        distance = np.maximum(np.abs(statistic) - self._step[:, None] / 2, 0) / np.sqrt(np.where(varies, variance, 1))
        p = np.full(statistic.shape, np.nan)
        far, skew = distance[varies], skewness[varies]
        p[varies] = np.minimum(pearson3.sf(far, skew) + pearson3.cdf(-far, skew), 1)
        smaller = np.minimum(self.n.sum(2), (self.all[:, None] - self.n).sum(2))
        rough = varies & ((smaller < SMALL) | (np.abs(skewness) > SKEWED))
        if rough.any():
            count = len(self.groups.names)
            reached = np.zeros(p.shape, np.int64)
            rows = np.flatnonzero(rough.any(1)).tolist()
            least = np.abs(statistic) - 1e-9
            for codes in permutations(self.groups, times, seed):
                for t in rows:
                    reached[t] += np.abs(np.bincount(codes, self.scores[t], minlength=count)) >= least[t]
            p = np.where(rough & (reached >= REACHED), (1 + reached) / (times + 1), p)
        return p
