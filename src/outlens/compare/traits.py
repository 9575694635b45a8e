"""How traits differ between groups of outputs, how well they separate them, and which traits measure the same."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from itertools import combinations
from statistics import NormalDist
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from outlens._errors import type_of
from outlens.compare.cells import Cell, Cells, difference_over_prompts, mean_over_prompts
from outlens.compare.groups import Groups, comparisons, grouped, name_of, too_few
from outlens.compare.ranks import Ranked, scores
from outlens.compare.trait_values import column
from outlens.text.significance import adjusted

Floats = npt.NDArray[np.float64]


def trait_means(
    values: pd.DataFrame, groups: Iterable[Any], prompts: Iterable[Any] | None = None, *, level: float = 0.95
) -> pd.DataFrame:
    """Return the mean of each trait in each group.

    Parameters
    ----------
    values : n rows and one column of numbers or booleans per trait, as `trait_values` returns it. Missing values are
        left out.
    groups, prompts, level : as for `traits`.

    Returns
    -------
    One row per trait and group: `trait, group`, `estimate` (float64, the mean over prompts of the mean in each), `low`
    and `high`, `n` (int64, outputs with a value), `prompts` (int64), `unit` of the interval and `note`, as in `traits`.

    Examples
    --------
    >>> values = pd.DataFrame({"words": [1, 2, 3, 10, 11, 12]})
    >>> trait_means(values, list("aaabbb"))[["trait", "group", "estimate", "n"]].values.tolist()
    [['words', 'a', 2.0, 3], ['words', 'b', 11.0, 3]]
    """
    names, columns, is_bool = columns_of(values)
    made, columns = _labelled(grouped(groups, len(values), prompts), columns)
    cells = Cells.of(columns, is_bool, made)
    rows = []
    for code, label in enumerate(made.names):
        cell = cells.take(code)
        mean = mean_over_prompts(cell, cell.n > 0, level)
        n = cell.n.sum(1)
        for t, name in enumerate(names):
            note = too_few([(label, int(n[t]))], 1)
            if not note and np.isnan(mean.low[t]):
                note = f"too few for an interval: 1 output of {label!r} in a prompt"
            elif not note and mean.low[t] == mean.high[t]:
                note = cell.constant(t, cell.n[t] > 0) or "the same in every prompt"
            rows.append({
                "trait": name, "group": label, "estimate": mean.estimate[t], "low": mean.low[t], "high": mean.high[t],
                "n": n[t], "prompts": mean.prompts[t], "unit": mean.unit(t), "note": note,
            })  # fmt: skip
    return _table(rows)


def traits(
    values: pd.DataFrame,
    groups: Iterable[Any],
    prompts: Iterable[Any] | None = None,
    *,
    against: Hashable = "pairs",
    permuted: int = 999,
    seed: int = 0,
    level: float = 0.95,
) -> pd.DataFrame:
    """Compare the traits of groups: how far their means are apart, and how well a trait separates them.

    Parameters
    ----------
    values : n rows and one column of numbers or booleans per trait, as `trait_values` returns it. Missing values are
        left out.
    groups : n labels, such as a model; outputs with None or NaN are left out.
    prompts : n values, the prompt of each output. Outputs are then compared within their prompt, and every prompt that
        has both groups counts the same.
    against : "pairs", "rest" or the label of a baseline, as in `compare.groups.comparisons`.
    permuted : the number of permutations for small groups.
    seed : of the permutations.
    level : the confidence level of the intervals.

    Returns
    -------
    One row per comparison and trait:

    trait, group, other : what is compared; `other` is "rest" for all other outputs.
    estimate, low, high : float64, the difference of the means, group minus other, and its interval.
    mean1, mean2 : float64, of group and other in the prompts that have both.
    auc, auc_low, auc_high : float64, the share of pairs, one output of each group and the same prompt, in which the
        group's value is larger; half of the equal ones count. .5 does not separate, 0 and 1 do so fully.
    agreement : float64, the share of the prompts in which the difference has the sign of `estimate`.
    prompts : int64, the prompts that have both groups.
    n1, n2 : int64, their outputs with a value.
    unit : "prompts" or "outputs", what the intervals are over.
    p, q : float64, two-sided, that the values are from one distribution within each prompt; q is p adjusted after
        Benjamini and Hochberg over all rows.
    note : why a number is missing, or "".

    Raises
    ------
    TypeError, ValueError
        If `values` holds something else than numbers, or as in `compare.groups`.

    Notes
    -----
    p is van Elteren's (1960) stratified Wilcoxon test; with one prompt, that is the test of Mann and Whitney. The
    distribution of the statistic if labels were assigned at random within prompts has its exact mean, variance and
    skewness (Pearson type III), with a correction for continuity. If a group has fewer than 10 values or the statistic
    is skewed, as for traits that few outputs have, labels are permuted, and p is (1 + #{T* >= T}) / (permuted + 1),
    unless fewer than 10 permutations reach T. Outputs of one prompt are treated as independent.

    With 5 prompts or more, intervals are t intervals over the prompts: how far it would be in other prompts like these.
    With fewer, they are over outputs, for these prompts only: t and Wilson intervals of the means, joined after Zou and
    Donner (2008), and Newcombe's interval of the AUC (2006). A difference in a trait may come from another one, most
    often from length: see `trait_overlap`, and compare shares rather than counts.

    Examples
    --------
    >>> values = pd.DataFrame({"words": [1, 2, 3, 10, 11, 12]})
    >>> traits(values, list("aaabbb"))[["trait", "group", "other", "estimate", "auc", "n1"]].values.tolist()
    [['words', 'a', 'b', -9.0, 0.0, 3]]
    """
    if isinstance(permuted, bool) or not isinstance(permuted, int | np.integer) or permuted < 1:
        raise ValueError(f"permuted is {permuted!r}; give a whole number, 1 or more.")
    names, columns, is_bool = columns_of(values)
    made, columns = _labelled(grouped(groups, len(values), prompts, fewest=2), columns)
    pairs = comparisons(made, against)
    cells = Cells.of(columns, is_bool, made)
    ranked = Ranked(columns, made)
    drawn = ranked.permuted(permuted, seed) if against == "rest" else None
    rows = []
    for one, other in pairs:
        if drawn is not None:
            first, second, ranks, place, p = cells.take(one), cells.rest(one), ranked, one, drawn[:, one]
        else:
            first, second = cells.take(one), cells.take(other)
            ranks, place = Ranked(*_pair(columns, made, one, other)), 0
            p = ranks.permuted(permuted, seed)[:, 0]
        labels = made.names[one], name_of(made, other)
        rows += _compared(names, labels, first, second, ranks, place, p, level)
    table = _table(rows)
    p = table["p"].to_numpy()
    tested = ~np.isnan(p)
    q = np.full(len(p), np.nan)
    q[tested] = adjusted(p[tested], int(tested.sum()))
    table.insert(list(table.columns).index("p") + 1, "q", q)
    return table


def trait_overlap(values: pd.DataFrame, prompts: Iterable[Any] | None = None, *, level: float = 0.95) -> pd.DataFrame:
    """Return how far every two traits rise and fall together.

    Parameters
    ----------
    values : n rows and one column per trait, as for `traits`. An output without one of the two values is left out.
    prompts : n values, the prompt of each output; ranks are then within prompts.
    level : the confidence level of the interval.

    Returns
    -------
    One row per two traits: `trait, other`, `estimate` (float64, Spearman's rank correlation), `low` and `high` (Bonett
    and Wright 2000), `n` (int64, outputs with both values), `unit` ("outputs") and `note`. Traits that overlap strongly
    tell one thing: report one of them.

    Examples
    --------
    >>> values = pd.DataFrame({"words": [1, 2, 3, 4, 5], "lines": [1, 2, 4, 3, 5]})
    >>> trait_overlap(values)[["trait", "other", "estimate", "n"]].values.tolist()
    [['words', 'lines', 0.9, 5]]
    """
    names, columns, _ = columns_of(values)
    n = len(values)
    block = grouped([True] * n, n, prompts).block if n else np.zeros(0, np.int64)
    z = NormalDist().inv_cdf((1 + level) / 2)
    rows = []
    for i, j in combinations(range(len(names)), 2):
        both = ~np.isnan(columns[:, i]) & ~np.isnan(columns[:, j])
        a, b = (scores(columns[both, t], block[both])[1] for t in (i, j))
        count = int(both.sum())
        spread = float(np.sqrt((a @ a) * (b @ b)))
        row: dict[str, Any] = {"trait": names[i], "other": names[j], "estimate": np.nan, "low": np.nan, "high": np.nan}
        row |= {"n": count, "unit": "outputs", "note": ""}
        if count < 2:
            row["note"] = f"too few: {count} output{'s' * (count != 1)} with both"
        elif spread == 0:
            row["note"] = f"constant: {names[i] if not a.any() else names[j]!r}"
        else:
            r = float(np.clip((a @ b) / spread, -1, 1))
            row["estimate"] = r
            if count < 4:
                row["note"] = f"too few for an interval: {count} outputs"
            elif abs(r) > 1 - 1e-12:
                row |= {"low": r, "high": r}
            else:
                half = z * np.sqrt((1 + r * r / 2) / (count - 3))
                row |= {"low": float(np.tanh(np.arctanh(r) - half)), "high": float(np.tanh(np.arctanh(r) + half))}
        rows.append(row)
    listed = ["trait", "other", "estimate", "low", "high", "n", "unit", "note"]
    return _table(rows) if rows else pd.DataFrame(columns=listed)


def columns_of(values: pd.DataFrame) -> tuple[list[Any], Floats, list[bool]]:
    """Return the names of the traits, their values (n, traits), and which are true or false."""
    if not isinstance(values, pd.DataFrame):
        raise TypeError(f"values is {type_of(values)}; give a DataFrame with a column per trait, as of trait_values.")
    names = list(values.columns)
    if not names:
        raise ValueError("values has no column; give one per trait.")
    columns = [column(f"the trait {name!r}", values.iloc[:, i], len(values)) for i, name in enumerate(names)]
    return names, np.stack([one.astype(np.float64) for one in columns], axis=1), [one.dtype == bool for one in columns]


def _labelled(groups: Groups, columns: Floats) -> tuple[Groups, Floats]:
    """Leave out the outputs in no group."""
    kept = groups.codes >= 0
    return groups._replace(codes=groups.codes[kept], block=groups.block[kept]), columns[kept]


def _pair(columns: Floats, groups: Groups, one: int, other: int) -> tuple[Floats, Groups]:
    """Keep two groups, the first with the code 0, and their prompts."""
    kept = np.flatnonzero((groups.codes == one) | (groups.codes == other))
    used, block = np.unique(groups.block[kept], return_inverse=True)
    codes = (groups.codes[kept] != one).astype(np.int64)
    names = [groups.names[one], groups.names[other]]
    return columns[kept], Groups(codes, names, block.reshape(-1), [groups.prompts[i] for i in used.tolist()])


def _compared(
    names: list[Any], labels: tuple[Any, Any], first: Cell, second: Cell, ranks: Ranked, place: int, p: Floats,
    level: float,
) -> list[dict[str, Any]]:  # fmt: skip
    used = (first.n > 0) & (second.n > 0)
    means = [mean_over_prompts(cell, used, level).estimate for cell in (first, second)]
    made, area = difference_over_prompts(first, second, used, level), ranks.areas(place, level)
    # Rounding is not a difference.
    apart = first.mean - second.mean
    apart = np.where(np.abs(apart) > 1e-12 * (np.abs(first.mean) + np.abs(second.mean)), apart, 0)
    signs = (np.sign(apart) == np.sign(made.estimate)[:, None]) & (apart != 0)
    agreement = np.where(made.prompts > 0, (signs & used).sum(1) / np.maximum(made.prompts, 1), np.nan)
    n1, n2 = first.n.sum(1), second.n.sum(1)
    rows = []
    for t, name in enumerate(names):
        note = too_few([(labels[0], int(n1[t])), (labels[1], int(n2[t]))], 1)
        if not note and not made.prompts[t]:
            note = "no prompt has both groups"
        elif not note and np.isnan(p[t]):
            note = "constant"
        elif not note and np.isnan(made.low[t]):
            note = "too few for an interval: 1 output of a group in a prompt"
        elif not note and made.low[t] == made.high[t]:
            both = [cell.constant(t, used[t]) for cell in (first, second)]
            note = "the same difference in every prompt"
            if both == ["constant", "constant"]:
                note = "constant in both groups"
            elif all(both) and made.unit(t) == "outputs":
                note = "constant in each prompt"
        rows.append({
            "trait": name, "group": labels[0], "other": labels[1],
            "estimate": made.estimate[t], "low": made.low[t], "high": made.high[t],
            "mean1": means[0][t], "mean2": means[1][t],
            "auc": area.estimate[t], "auc_low": area.low[t], "auc_high": area.high[t],
            "agreement": agreement[t], "prompts": made.prompts[t], "n1": n1[t], "n2": n2[t],
            "unit": made.unit(t), "p": p[t], "note": note,
        })  # fmt: skip
    return rows


_WHOLE = ("n", "n1", "n2", "prompts")
_TEXT = ("trait", "group", "other", "unit", "note")


def _table(rows: list[dict[str, Any]]) -> pd.DataFrame:
    columns = {}
    for name in rows[0]:
        held = [row[name] for row in rows]
        kind = "int64" if name in _WHOLE else object if name in _TEXT else "float64"
        columns[name] = pd.Series(held, dtype=kind)
    return pd.DataFrame(columns)
