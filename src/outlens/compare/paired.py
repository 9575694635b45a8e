"""A new version against a baseline, case by case."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from outlens._errors import hint, type_of
from outlens.compare.groups import FEW, Groups, grouped, repeated
from outlens.compare.intervals import percentile
from outlens.text.distinctive import labels
from outlens.text.significance import adjusted

Floats = npt.NDArray[np.float64]
Int64s = npt.NDArray[np.int64]

EXACT = 12
"""Up to so many cases, all 4 096 combinations of signs are counted."""

AT_ONCE = 1 << 21
"""How many numbers are drawn at once."""

SAME = 1e-9
"""Scores that differ by less, relative to the largest score, are equal up to rounding."""


class Paired(NamedTuple):
    """What `paired` returns."""

    cases: pd.DataFrame
    """One row for each version and case."""
    summary: pd.DataFrame
    """One row for each version."""


def paired(
    scores: Iterable[Any],
    groups: Iterable[Any],
    cases: Iterable[Any],
    baseline: Hashable,
    *,
    tolerance: float = 0.0,
    larger_is_better: bool = True,
    permutations: int = 10_000,
    seed: int = 0,
) -> Paired:
    """Compare the scores of new versions with those of a baseline, case by case.

    Parameters
    ----------
    scores : n numbers or booleans. Outputs whose score is None or NaN do not count.
    groups : n labels: the baseline and one or more versions. Outputs whose label is None or NaN are ignored.
    cases : n values, what the output answers: its prompt or an id.
    baseline : the label of the baseline.
    tolerance : mean scores that differ by at most so much are the same.
    larger_is_better : whether larger scores are better.
    permutations : how many sign flips are drawn if there are more than 12 cases. A tenth of it, and at least 1 000,
        bootstrap samples are drawn.
    seed : the same seed gives the same result.

    Returns
    -------
    cases : one row for each version and each case of the version or the baseline, the worst change first, missing ones
        last: `group` (the version), `case`, `baseline, version` (float64, the mean scores), `n_baseline, n_version`
        (int64, how many outputs have a score), `difference` (float64, version - baseline) and `state`: "better",
        "worse", "same", or "missing" if one of the two has no score. A missing case is not a pass.
    summary : one row for each version, the smallest p first:

        group, other : the labels of the version and the baseline.
        better, worse, same, missing : int64, the number of cases of each state.
        n : int64, the number of cases that both have.
        effect : float64, (better - worse) / (better + worse), from -1 to 1; 0 if no case changed.
        estimate, low, high : float64, the mean difference over cases and its bootstrap interval over cases, 95 %.
        unit : "cases".
        p : float64, of the permutation test of paired values, two-sided (Fisher 1935): the share of combinations of
            signs of the differences whose mean is as far from 0. All combinations count if at most 12 cases differ,
            else (1 + #) / (B + 1) of B drawn ones. NaN below 3 cases.
        q : float64, p adjusted after Benjamini and Hochberg over the versions.
        note : why a value is missing, or what limits it; "" if nothing does.

    Raises
    ------
    TypeError
        If a label is not hashable or a score is not a number.
    ValueError
        If the lengths differ, a score is infinite, a case is missing, `baseline` is not a label, or `tolerance` is
        below 0.

    Notes
    -----
    Each case counts once, however many outputs it has. With few changed cases p cannot be small: 2 / 2 ** m for m of
    them. `tolerance` sets the states only; the test uses all differences.

    Examples
    --------
    >>> scores = [1, 1, 0, 1, 1, 0, 1]
    >>> found = paired(scores, ["old"] * 4 + ["new"] * 3, ["a", "b", "c", "d", "a", "b", "c"], "old")
    >>> found.cases[["case", "state"]].values.tolist()
    [['b', 'worse'], ['a', 'same'], ['c', 'better'], ['d', 'missing']]
    >>> found.summary[["better", "worse", "same", "missing", "p"]].astype(int).values.tolist()
    [[1, 1, 1, 1, 1]]
    """
    if not tolerance >= 0:
        raise ValueError(f"tolerance is {tolerance!r}; give a number, 0 or more.")
    if isinstance(permutations, bool) or not isinstance(permutations, int | np.integer) or permutations < 1:
        raise ValueError(f"permutations is {permutations!r}; give a whole number, 1 or more.")
    value = _numbers(scores)
    made = _grouped(groups, cases, len(value))
    old = next((code for code, name in enumerate(made.names) if name == baseline), None)
    if old is None:
        raise ValueError(f"baseline is {baseline!r}, not a group; {hint(baseline, made.names, 'groups')}")
    scored = made._replace(codes=np.where(np.isnan(value), -1, made.codes))
    count, cell = scored.cells(), np.where(scored.codes >= 0, scored.codes * len(made.prompts) + made.block, -1)
    sums = np.bincount(cell[cell >= 0], value[cell >= 0], count.size).reshape(count.shape)
    mean = np.divide(sums, count, out=np.full(count.shape, np.nan), where=count > 0)
    there = made.cells() > 0
    size = np.abs(value[~np.isnan(value)]).max(initial=0)
    least = tolerance + SAME * size
    sign = 1 if larger_is_better else -1
    tables, rows = [], []
    for new in (code for code in range(len(made.names)) if code != old):
        case = np.flatnonzero(there[new] | there[old])
        difference = mean[new, case] - mean[old, case]
        missing = np.isnan(difference)
        better, worse = sign * difference > least, sign * difference < -least
        state = np.select([missing, better, worse], ["missing", "better", "worse"], "same")
        tables.append(
            pd.DataFrame({
                "group": repeated([made.names[new]], [len(case)]),
                "case": repeated([made.prompts[i] for i in case.tolist()], [1] * len(case)),
                "baseline": mean[old, case], "version": mean[new, case],
                "n_baseline": count[old, case], "n_version": count[new, case],
                "difference": difference, "state": state.astype(object),
            }).iloc[np.lexsort((case, np.where(missing, np.inf, sign * np.round(difference, 9))))]
        )  # fmt: skip
        counts = {name: int((state == name).sum()) for name in ("better", "worse", "same", "missing")}
        matched = difference[~missing]
        matched = np.where(np.abs(matched) <= SAME * size, 0.0, matched)
        rows.append(counts | _tested(matched, int(permutations), seed) | {"new": new})
    table = pd.DataFrame(rows)
    changed = (table["better"] + table["worse"]).to_numpy()
    table["effect"] = (table["better"] - table["worse"]) / np.maximum(changed, 1)
    table["group"] = repeated([made.names[new] for new in table["new"]], [1] * len(table))
    table["other"] = repeated([baseline], [len(table)])
    table["unit"] = "cases"
    tested = table["p"].notna().to_numpy()
    table["q"] = np.nan
    table.loc[tested, "q"] = adjusted(table["p"].to_numpy()[tested], int(tested.sum()))
    table = table[
        ["group", "other", "better", "worse", "same", "missing", "n", "effect", "estimate", "low", "high", "unit", "p",
         "q", "note"]
    ]  # fmt: skip
    return Paired(pd.concat(tables, ignore_index=True), table.sort_values("p", kind="stable", ignore_index=True))


def _grouped(groups: Iterable[Any], cases: Iterable[Any], n: int) -> Groups:
    """Return the groups, within cases instead of prompts."""
    made = grouped(groups, n, fewest=2)
    block, names = labels(cases, n, "cases")
    if len(missing := np.flatnonzero((block < 0) & (made.codes >= 0))):
        raise ValueError(f"cases[{missing[0]}] is missing; give a value for each output.")
    return made._replace(block=block, prompts=names)


def _numbers(scores: Any) -> Floats:
    """Return the scores as float64, NaN where they are missing."""
    if isinstance(scores, str | bytes | pd.DataFrame) or not isinstance(scores, Iterable):
        raise TypeError(f"scores is {type_of(scores)}; give one number for each output.")
    column = pd.Series(list(scores), dtype=object)
    given = column[column.notna()]
    for place, score in given.items():
        if not isinstance(score, bool | int | float | np.bool_ | np.integer | np.floating):
            raise TypeError(f"scores[{place}] is {score!r:.40}; give numbers or booleans.")
    value = np.full(len(column), np.nan)
    value[given.index] = given.to_numpy(np.float64)
    if len(infinite := np.flatnonzero(np.isinf(value))):
        raise ValueError(f"scores[{infinite[0]}] is {value[infinite[0]]}; give finite numbers.")
    return value


def _tested(difference: Floats, times: int, seed: int) -> dict[str, Any]:
    """Return the mean difference over cases with its interval, p and note."""
    n = len(difference)
    found: dict[str, Any] = dict.fromkeys(("estimate", "low", "high", "p"), np.nan) | {"n": n, "note": ""}
    if n:
        found["estimate"] = float(difference.mean())
    if n < FEW:
        return found | {"note": f"too few: {n} case{'s' if n != 1 else ''} with a score of both"}
    rng = np.random.default_rng(seed)
    low, high = percentile(_resampled(difference, max(1000, times // 10), rng))
    found |= {"low": float(low), "high": float(high), "p": _sign_flips(difference, times, rng)}
    if not difference.any():
        found["note"] = "constant: no case differs"
    elif np.ptp(difference) <= SAME * np.abs(difference).max():
        found["note"] = "constant: all cases differ by the same"
    return found


def _resampled(difference: Floats, times: int, rng: np.random.Generator) -> Floats:
    """Return the means of bootstrap samples of the cases."""
    n = len(difference)
    step = max(1, AT_ONCE // n)
    parts = [
        difference[rng.integers(n, size=(min(step, times - start), n))].mean(axis=1) for start in range(0, times, step)
    ]
    return np.concatenate(parts)


def _sign_flips(difference: Floats, times: int, rng: np.random.Generator) -> float:
    """Return the share of combinations of signs whose sum is at least as far from 0."""
    changed = difference[difference != 0]
    m, total = len(changed), changed.sum()
    least = abs(total) - SAME * np.abs(changed).sum()
    if m <= EXACT:
        flipped = (np.arange(2**m)[:, None] >> np.arange(m)) & 1
        return float(np.mean(np.abs(total - 2 * (flipped @ changed)) >= least))
    beyond = 0
    step = max(1, AT_ONCE // m)
    for start in range(0, times, step):
        eight = rng.integers(0, 256, (min(step, times - start), -(-m // 8)), dtype=np.uint8)
        flips = np.unpackbits(eight, axis=1, count=m)
        beyond += int((np.abs(total - 2 * (flips.astype(np.float64) @ changed)) >= least).sum())
    return (1 + beyond) / (1 + times)
