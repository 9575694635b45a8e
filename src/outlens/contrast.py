"""What one set of outputs says more than another: points, phrases and traits in one list, strongest first."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from outlens import compare
from outlens.compare.intervals import newcombe
from outlens.figures import count
from outlens.part import Part
from outlens.points.outputs import makers
from outlens.text.distinctive import compared
from outlens.vectors.features import function_words

Int64s = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

SIGNIFICANT = 0.05
"""The largest q of what is called a difference."""

MOST = 40
"""The most significant rows of a kind that are listed."""

MOST_CHANCE = 8
"""The most other rows of a kind that are listed."""

TRIED = 8
"""How many times as many phrases are looked at, since most say the same as another."""

ALIKE = 0.5
"""Two phrases that share a word are one if the outputs that contain them have this much in common (Jaccard index)."""

COLUMNS = ("kind", "text", "f1", "n1", "f2", "n2", "mean1", "mean2", "cut", "estimate", "low", "high", "p", "q")


class Contrast(NamedTuple):
    """How two sets of outputs differ."""

    table: pd.DataFrame
    outputs: list[Int64s]
    """For each row, the outputs of both sets that have it, ascending."""
    tested: dict[str, int]
    """How many points, phrases and traits were compared; without "point" if the points are not found yet."""


def contrast(
    part: Part, first: Int64s, second: Int64s, corrections: tuple[str, ...] = (), granularity: float = 0.5
) -> Contrast:
    """List what one set of outputs says more than another, and the other way round.

    Parameters
    ----------
    part : a prompt. Its points are compared if they were found.
    first, second : the outputs of each set, numbered within the part.
    corrections : of the points, by people.
    granularity : of the points.

    Returns
    -------
    A table with one row per point, phrase or trait. Those that differ significantly come first, the largest difference
    first; then some of the others, the smallest p first. A phrase that says the same as a listed one is left out.

    kind : "point", "phrase" or "trait".
    text : the point's typical wording, the phrase, or the trait's name.
    f1, n1, f2, n2 : int64, how many outputs of each set have it, and how many there are (with a value). A trait that is
        a number counts where it is above `cut`.
    mean1, mean2 : float64, the means of a trait that is a number; otherwise NaN.
    cut : float64, the median of both sets, or the next smaller value if none is above; NaN for all but these traits.
    estimate, low, high : float64, how much more the first set has it, -1 to 1, and its 95 % interval. It is the
        difference of the shares, with Newcombe's (1998) method 10; for a trait that is a number, it is how much more
        often an output of the first set has the larger value than the smaller one, 2 AUC - 1. For a trait that is true
        or false, both are the same.
    p, q : float64, of `compare.points`, `text.distinctive` and `compare.traits`; q is adjusted for all points, all
        phrases or all traits. NaN if a set is too small.

    Raises
    ------
    ValueError
        If a set is empty, or an output is in both.
    """
    if both := len(np.intersect1d(first, second)):
        are = f"{count(both, 'output')} {'is' if both == 1 else 'are'}"
        raise ValueError(f"{are} in both sets; compare sets that have none in common.")
    if not len(first) or not len(second):
        raise ValueError("One of the sets has no outputs; choose another one.")
    side = np.full(len(part), -1)
    side[first], side[second] = 0, 1
    made = {"phrase": _phrases(part, side), "trait": _traits(part, side)}
    if part.points.peek() is not None:
        made["point"] = _points(part, side, corrections, granularity)
    tables = [table.assign(kind=kind) for kind, (_, table) in made.items() if len(table)]
    tested = {kind: number for kind, (number, _) in made.items()}
    if not tables:
        return Contrast(pd.DataFrame(columns=list(COLUMNS)), [], tested)
    table = _ranked(pd.concat(tables, ignore_index=True))
    return Contrast(table[list(COLUMNS)], table["outputs"].tolist(), tested)


def _ranked(table: pd.DataFrame) -> pd.DataFrame:
    """Sort the rows that differ significantly by their effect, and put the others after them, sorted by p."""
    chance = ~(table["q"] <= SIGNIFICANT)
    effect = table["estimate"].abs().round(9)
    order = np.lexsort((-effect, table["p"].where(chance, 0), chance))
    return table.assign(chance=chance).iloc[order].reset_index(drop=True)


def _listed(ranked: pd.DataFrame, times: int = 1) -> pd.DataFrame:
    by_chance = ranked["chance"].to_numpy(bool)
    return pd.concat([ranked[~by_chance].head(times * MOST), ranked[by_chance].head(times * MOST_CHANCE)])


def _points(part: Part, side: Int64s, corrections: tuple[str, ...], granularity: float) -> tuple[int, pd.DataFrame]:
    units, points = part.points.get().corrected(corrections).cut(granularity)[:2]
    if not len(points):
        return 0, points
    table = compare.points(units, points, _groups(side))
    table = table[table["point"] >= 0].assign(mean1=np.nan, mean2=np.nan, cut=np.nan)
    listed = _listed(_ranked(table))
    made = makers(units, points)
    makers_of = {point: _within(of["output"].to_numpy(np.int64), side) for point, of in made.groupby("point")}
    return len(table), listed.assign(outputs=pd.Series(listed["point"].map(makers_of), dtype=object))


def _phrases(part: Part, side: Int64s) -> tuple[int, pd.DataFrame]:
    found = compared(part.texts, _groups(side))
    if not len(found.table):
        return 0, found.table
    table = found.table.assign(row=np.arange(len(found.table)), mean1=np.nan, mean2=np.nan, cut=np.nan)
    swapped = table.rename(columns={"f1": "f2", "f2": "f1", "n1": "n2", "n2": "n1"})
    table = pd.concat([table[table["group"] == 0], swapped[swapped["group"] == 1]])
    low, high = newcombe(table["f1"], table["n1"], table["f2"], table["n2"])
    table = table.assign(estimate=table["f1"] / table["n1"] - table["f2"] / table["n2"], low=low, high=high)
    # "of the" is no content, however much more often it is there.
    grammar = function_words()
    table = table[[not grammar.issuperset(form.split()) for form in table["form"]]]
    ranked = _listed(_ranked(table), TRIED)
    outputs = [found.holders(row) for row in ranked["row"].tolist()]
    kept = _different([set(form.split()) for form in ranked["form"]], [set(ids.tolist()) for ids in outputs])
    ranked = ranked.assign(outputs=pd.Series(outputs, index=ranked.index, dtype=object)).iloc[kept]
    return len(table), _listed(ranked)


def _different(words: list[set[str]], outputs: list[set[int]]) -> list[int]:
    """Return the phrases that say something else than those before them."""
    kept: list[int] = []
    for place, (form, ids) in enumerate(zip(words, outputs, strict=True)):
        if not any(
            form & words[other] and len(ids & outputs[other]) >= ALIKE * len(ids | outputs[other]) for other in kept
        ):
            kept.append(place)
    return kept


def _traits(part: Part, side: Int64s) -> tuple[int, pd.DataFrame]:
    values = part.traits.get()
    table = compare.traits(values, _groups(side))
    rows = []
    for row in table[(table["note"] != "constant") & table["estimate"].notna()].to_dict("records"):
        column = values[row["trait"]]
        having, cut = _having(column.to_numpy(np.float64), side)
        number = {"mean1": row["mean1"], "mean2": row["mean2"], "cut": cut}
        rows.append({
            "text": row["trait"].replace("_", " "),
            "f1": (having & (side == 0)).sum(), "n1": row["n1"], "f2": (having & (side == 1)).sum(), "n2": row["n2"],
            **(dict.fromkeys(number, np.nan) if column.dtype == bool else number),
            "estimate": 2 * row["auc"] - 1, "low": 2 * row["auc_low"] - 1, "high": 2 * row["auc_high"] - 1,
            "p": row["p"], "q": row["q"], "outputs": np.flatnonzero(having),
        })  # fmt: skip
    return len(rows), _listed(_ranked(pd.DataFrame(rows))) if rows else pd.DataFrame()


def _having(values: npt.NDArray[np.float64], side: Int64s) -> tuple[Bools, float]:
    """Return the outputs of both sets that have a trait, and the value above which it counts."""
    here = (side >= 0) & ~np.isnan(values)
    known = np.unique(values[here])
    cut = float(np.median(values[here]))
    if cut >= known[-1]:
        cut = float(known[max(0, len(known) - 2)])
    return here & (values > cut), cut


def _groups(side: Int64s) -> list[int | None]:
    return [None if code < 0 else code for code in side.tolist()]


def _within(outputs: Int64s, side: Int64s) -> Int64s:
    outputs = np.unique(outputs)
    return outputs[side[outputs] >= 0]
