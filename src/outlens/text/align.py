"""Positional diction clustering: group sentences that play the same part in different outputs.

It follows Gero et al., "Supporting Sensemaking of Large Language Model Outputs at Scale" (CHI 2024), who group
sentences by their words and their place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from outlens.text.differs import differences
from outlens.text.grouping import Groups, group_units
from outlens.text.units import Units, unit_vectors
from outlens.text.words import check

Int64s = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


def align(
    texts: Iterable[str],
    *,
    vectors: npt.ArrayLike | Callable[[list[str]], Any] | None = None,
) -> pd.DataFrame:
    """Group the sentences that play the same part in different outputs.

    A unit is a sentence, list item or table row. The similarity of two units is the cosine of their words, with rare
    words weighted more, minus a penalty for the distance of their places in the outputs. With `vectors`, the cosine of
    the vectors makes up the larger part of it. A group holds at most one unit of each output, plus its repetitions in
    the same words. The result does not depend on the order of the outputs.

    Parameters
    ----------
    texts : n strings.
    vectors : a callable from a list of str to an array with as many rows, called once with the distinct units; or an
        array with one row for each row of `sentences` of all texts, one text after another.

    Returns
    -------
    One row per unit, sorted by output and start: `output, start, end` (int64, code points); `group` (int64, 0 is in the
    most outputs, -1 for none); `rank` (int64, the order of the groups by their place, -1 for none); `outputs` (int64,
    the number of outputs in the group, 1 without a group); `position` (float64, 0 to 1, its place in the output);
    `times` (int64, how often the output repeats it); `medoid` (bool, whether it is the group's most typical wording);
    `differs` (the kinds of difference from the medoid: "number", "negation", "name", joined by ", ", or ""); `link`
    ("same wording", "reworded", "same topic", or "" without a group); `kind`, as in `sentences`.

    Raises
    ------
    TypeError
        If `texts` is not an iterable of str.
    ValueError
        If there is not one vector per unit.

    Examples
    --------
    >>> aligned = align(["Take 5 mg daily. Sleep well.", "Sleep well tonight. Take 50 mg daily."])
    >>> aligned[["output", "group", "outputs", "differs"]].values.tolist()
    [[0, 0, 2, ''], [0, -1, 1, ''], [1, -1, 1, ''], [1, 0, 2, 'number']]
    """
    units = Units.of(check(texts))
    dense = unit_vectors(units, vectors)
    return _table(units, group_units(units, dense), dense)


def _table(units: Units, groups: Groups, dense: Floats | None) -> pd.DataFrame:
    rows = len(units.unit)
    group = _one_each(units, groups)
    grouped = group >= 0
    # A group that is left with a single output is dropped.
    pairs = np.unique(np.stack([group[grouped], units.output[grouped]]), axis=1)
    outputs = np.bincount(pairs[0], minlength=groups.number)
    group[grouped] = np.where(outputs[group[grouped]] > 1, group[grouped], -1)
    grouped = group >= 0
    present = np.unique(group[grouped])
    middle = {g: float(np.median(units.position[group == g])) for g in present.tolist()} if len(present) < 200 else None
    if middle is None:
        frame = pd.Series(units.position[grouped]).groupby(group[grouped]).median()
        middle = dict(zip(frame.index.tolist(), frame.tolist(), strict=True))
    medoid = _medoids(units, groups, group)
    # Ties in place are broken by the wording, which does not depend on the order of the outputs.
    ranked = sorted(present.tolist(), key=lambda g: (round(middle[g], 9), medoid[g]))
    rank = np.full(groups.number + 1, -1, np.int64)
    rank[ranked] = np.arange(len(ranked))
    new = np.full(groups.number + 1, -1, np.int64)
    new[sorted(ranked, key=lambda g: -outputs[g])] = np.arange(len(ranked))
    medoid_of = np.array([medoid.get(g, -1) for g in range(groups.number)] + [-1], np.int64)[group]
    differs = np.full(len(units.written) + 1, "", object)
    link = np.full(len(units.written) + 1, "", object)
    seen = np.unique(np.stack([units.unit[grouped], medoid_of[grouped]]), axis=1)
    differs[seen[0]] = differences(units.tokens, units.written, seen[0], seen[1])
    link[seen[0]] = _links(units, dense, seen[0], seen[1])
    number = new[group]
    key = pd.DataFrame({"output": units.output, "unit": units.unit, "group": number})
    times = key.groupby(["output", "unit", "group"])["unit"].transform("size").to_numpy() if rows else np.zeros(0)
    size = np.append(outputs, 1)
    table = pd.DataFrame({
        "output": units.output,
        "start": units.start,
        "end": units.end,
        "group": number,
        "rank": rank[group],
        "outputs": np.where(grouped, size[group], 1),
        "position": units.position,
        "times": np.where(grouped, times, 1).astype(np.int64),
        "medoid": grouped & (medoid_of == units.unit),
    })  # fmt: skip
    table["differs"] = pd.Series(np.where(grouped, differs[units.unit], ""), dtype=object)
    table["link"] = pd.Series(np.where(grouped, link[units.unit], ""), dtype=object)
    table["kind"] = pd.Series(units.kind, dtype=object)
    return table.astype({"outputs": np.int64})


def _one_each(units: Units, groups: Groups) -> Int64s:
    """(rows,): the group of each unit. A group keeps only the nearest unit of an output, and its repetitions."""
    group = np.full(len(units.unit), -1, np.int64)
    compared = np.flatnonzero(units.unit >= 0)
    candidates = [
        (-similarity, k, units.position[row], row, near)
        for row in compared.tolist()
        for k, (near, similarity) in enumerate(
            zip(groups.near[units.unit[row]].tolist(), groups.similarity[units.unit[row]].tolist(), strict=True)
        )
        if near >= 0
    ]
    taken: dict[tuple[int, int], int] = {}
    for _, _, _, row, near in sorted(candidates):
        place = (int(units.output[row]), near)
        if group[row] < 0 and taken.setdefault(place, int(units.unit[row])) == units.unit[row]:
            group[row] = near
    return group


def _medoids(units: Units, groups: Groups, group: Int64s) -> dict[int, int]:
    """The most typical unit of each group: among those near its mean, the one in the most outputs."""
    rows = np.flatnonzero(group >= 0)
    where = groups.near[units.unit[rows]] == group[rows][:, None]
    table = pd.DataFrame({
        "group": group[rows],
        "unit": units.unit[rows],
        "output": units.output[rows],
        "similarity": (groups.similarity[units.unit[rows]] * where).max(axis=1),
    }).drop_duplicates(["unit", "output"])  # fmt: skip
    each = table.groupby(["group", "unit"], as_index=False).agg({"similarity": "first", "output": "size"})
    best = each.groupby("group")["similarity"].transform("max")
    each = each[each["similarity"] >= (best - 0.1).round(9)]
    each = each.sort_values(["group", "output", "similarity", "unit"], ascending=[True, False, False, True])
    each = each.drop_duplicates("group")
    return dict(zip(each["group"].tolist(), each["unit"].tolist(), strict=True))


def _links(units: Units, dense: Floats | None, unit: Int64s, medoid: Int64s) -> list[str]:
    """Return how each unit resembles the medoid of its group."""
    worded = np.asarray(units.words[unit].multiply(units.words[medoid]).sum(axis=1)).reshape(-1)
    meant = np.zeros(len(unit)) if dense is None else (dense[unit] * dense[medoid]).sum(axis=1)
    return [
        "same wording" if w >= 0.5 else "reworded" if w >= 0.25 or m >= 0.6 else "same topic"
        for w, m in zip(worded, meant, strict=True)
    ]


def inversions(aligned: pd.DataFrame) -> pd.DataFrame:
    """Count, for each output, the parts whose order differs from most outputs.

    Parameters
    ----------
    aligned : the result of `align`.

    Returns
    -------
    One row per output that is in any group: `output`, `groups` (the number of its groups) and `inversions` (the number
    of pairs of its groups whose order differs from that of their ranks), int64.
    """
    rows = []
    grouped = aligned[aligned["group"] >= 0].drop_duplicates(["output", "group"])
    for output, part in grouped.groupby("output"):
        order = part.sort_values("start")["rank"].to_numpy()
        rows.append((output, len(order), int(sum((order[i + 1 :] < order[i]).sum() for i in range(len(order))))))
    return pd.DataFrame(rows, columns=["output", "groups", "inversions"]).astype("int64")


NO_ALIGNMENT = 0.15
"""Outputs with a strength below this have no common structure. Measured: 0 for answers to unrelated prompts, .05 to .13
for poems and speeches to one prompt, .25 for lists, .4 to .5 for advice and explanations."""


def alignment_strength(aligned: pd.DataFrame) -> float:
    """Measure how much structure outputs share: the share of units in groups that span a fifth of the outputs.

    Below `NO_ALIGNMENT` (0.15) the outputs are not aligned: the groups hold stock phrases.

    Parameters
    ----------
    aligned : the result of `align`.

    Returns
    -------
    0 to 1.
    """
    if not len(aligned):
        return 0.0
    enough = max(2.0, aligned["output"].nunique() / 5)
    return float((aligned["outputs"] >= enough).mean())
