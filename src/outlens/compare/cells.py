"""Means of traits in groups and prompts, and their differences over prompts, with intervals."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from outlens.compare.groups import FEW_PROMPTS, Groups
from outlens.compare.intervals import student, wilson

Int64s = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Ends = tuple[Floats, Floats]

ROUNDING = 1e-12
"""Values that differ by less than this share are equal up to rounding."""


class Cell(NamedTuple):
    """The values of one group, (traits, prompts)."""

    n: Floats
    mean: Floats
    variance: Floats
    is_bool: npt.NDArray[np.bool_]
    """(traits, 1)"""

    @classmethod
    def of(cls, n: Floats, total: Floats, square: Floats, centre: Floats, is_bool: npt.NDArray[np.bool_]) -> Cell:
        """Return the means and variances of values from counts, sums and squares less the centre."""
        mean = total / np.maximum(n, 1)
        variance = np.maximum(square - n * mean * mean, 0) / np.maximum(n - 1, 1)
        # Adding the centre leaves the rounding of the sums where the mean is 0.
        whole = np.where(np.abs(mean + centre) > ROUNDING * np.abs(centre), mean + centre, 0.0)
        return cls(n, whole, variance, is_bool)

    def constant(self, trait: int, used: npt.NDArray[np.bool_]) -> str:
        """Return a note if the values of a trait do not differ in the used prompts; "" if they do."""
        mean, variance = self.mean[trait, used], self.variance[trait, used]
        size = float(np.abs(mean).max(initial=0))
        if not len(mean) or (variance > (ROUNDING * size) ** 2).any():
            return ""
        return "constant" if np.ptp(mean) <= ROUNDING * size else "constant in each prompt"

    def ends(self, level: float) -> Ends:
        """Return the ends of the intervals of the means."""
        low, high = student(self.mean, self.variance, self.n, level)
        from_shares = wilson(np.round(self.mean * self.n), self.n, level)
        return np.where(self.is_bool, from_shares[0], low), np.where(self.is_bool, from_shares[1], high)


class Cells(NamedTuple):
    """Counts, sums and squares of the values less the mean of their trait, (traits, groups, prompts)."""

    n: Floats
    total: Floats
    square: Floats
    centre: Floats
    is_bool: npt.NDArray[np.bool_]

    @classmethod
    def of(cls, columns: Floats, is_bool: list[bool], groups: Groups) -> Cells:
        """Sum the columns, (n, traits)."""
        shape = (len(groups.names), len(groups.prompts))
        cell = groups.codes * shape[1] + groups.block
        centre = np.array([_mean_of(values) for values in columns.T])
        sums: list[list[Floats]] = [[], [], []]
        for values, middle in zip(columns.T, centre, strict=True):
            some = ~np.isnan(values)
            less = values[some] - middle
            for listed, weights in zip(sums, (np.ones(len(less)), less, less * less), strict=True):
                counted = np.bincount(cell[some], weights, minlength=shape[0] * shape[1])
                listed.append(counted.astype(np.float64).reshape(shape))
        n, total, square = (np.stack(listed) for listed in sums)
        return cls(n, total, square, centre[:, None], np.array(is_bool)[:, None])

    def take(self, code: int) -> Cell:
        """Return the values of a group."""
        return Cell.of(self.n[:, code], self.total[:, code], self.square[:, code], self.centre, self.is_bool)

    def rest(self, code: int) -> Cell:
        """Return the values of all other groups."""
        n, total, square = (sums.sum(1) - sums[:, code] for sums in (self.n, self.total, self.square))
        return Cell.of(n, total, square, self.centre, self.is_bool)


def _mean_of(values: Floats) -> float:
    some = values[~np.isnan(values)]
    return float(some.mean()) if len(some) else 0.0


class Estimate(NamedTuple):
    """Means over prompts, (traits,), with their intervals and the number of prompts."""

    estimate: Floats
    low: Floats
    high: Floats
    prompts: Int64s

    def unit(self, trait: int) -> str:
        """Return what the interval of a trait is over."""
        return "prompts" if self.prompts[trait] >= FEW_PROMPTS else "outputs"


def combined(estimates: Floats, ends: Ends, used: npt.NDArray[np.bool_], level: float) -> Estimate:
    """Return the mean of estimates, (traits, prompts), over the used prompts.

    From 5 prompts on, the interval is over prompts; else the intervals of the estimates are joined (Zou and Donner
    2008).
    """
    k = used.sum(1)
    whole = np.maximum(k, 1)
    estimate = np.where(k > 0, np.where(used, estimates, 0).sum(1) / whole, np.nan)
    away = np.where(used, estimates - estimate[:, None], 0)
    over_prompts = student(estimate, (away * away).sum(1) / np.maximum(k - 1, 1), k, level)
    halves = [np.sqrt((np.where(used, estimates - end, 0) ** 2).sum(1)) / whole for end in ends]
    several = k >= FEW_PROMPTS
    low = np.where(several, over_prompts[0], estimate - halves[0])
    high = np.where(several, over_prompts[1], estimate + halves[1])
    return Estimate(estimate, low, high, k)


def mean_over_prompts(cell: Cell, used: npt.NDArray[np.bool_], level: float) -> Estimate:
    """Return the mean of each trait over the used prompts."""
    made = combined(cell.mean, cell.ends(level), used, level)
    share = cell.is_bool[:, 0]
    low, high = np.where(share, made.low.clip(0, 1), made.low), np.where(share, made.high.clip(0, 1), made.high)
    return made._replace(low=low, high=high)


def difference_over_prompts(first: Cell, second: Cell, used: npt.NDArray[np.bool_], level: float) -> Estimate:
    """Return the difference of two groups' means of each trait, over the used prompts."""
    difference = first.mean - second.mean
    (low1, high1), (low2, high2) = first.ends(level), second.ends(level)
    low = difference - np.hypot(first.mean - low1, high2 - second.mean)
    high = difference + np.hypot(high1 - first.mean, second.mean - low2)
    made = combined(difference, (low, high), used, level)
    share = first.is_bool[:, 0]
    low, high = np.where(share, made.low.clip(-1, 1), made.low), np.where(share, made.high.clip(-1, 1), made.high)
    return made._replace(low=low, high=high)
