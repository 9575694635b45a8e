"""Points that distinguish a group of outputs from the others: the statistic of `text.distinctive`, for points."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from outlens.points.outputs import makers
from outlens.text.distinctive import TESTED, check_fewest, check_two, labels
from outlens.text.significance import adjusted, fisher, log_ratio


def distinctive(units: pd.DataFrame, points: pd.DataFrame, groups: Iterable[Any], min_outputs: int = 3) -> pd.DataFrame:
    """Return the points that are made by a larger share of one group than of the rest.

    Parameters
    ----------
    units, points : the tables that `find` returns.
    groups : n labels, such as a model or a cluster. Outputs whose label is None or NaN are ignored: they are neither in
        a group nor in the rest.
    min_outputs : the fewest outputs of a group that must make a listed point (all, if the group is smaller).

    Returns
    -------
    One row for each group and point with f1 / n1 > f2 / n2, the groups in order, best first: `group` (the label),
    `point` (int64), `text` and `name` as in `points`, and `f1, n1, f2, n2` (int64), `lrc, p, q` (float64) as in
    `text.distinctive`, where an output contains a point if it makes it.

    Raises
    ------
    TypeError
        If a label is not hashable.
    ValueError
        If there is not one label per output, fewer than two groups are left, or `min_outputs` is below 1.

    Examples
    --------
    >>> from outlens.points import find
    >>> units, points = find(["Water it weekly."] * 6 + ["Give it plenty of sun."] * 6)
    >>> table = distinctive(units, points, ["a"] * 6 + ["b"] * 6)
    >>> table[["group", "text", "f1", "n1", "f2", "n2"]].values.tolist()
    [['a', 'Water it weekly.', 6, 6, 0, 6], ['b', 'Give it plenty of sun.', 6, 6, 0, 6]]
    """
    check_fewest(min_outputs)
    one_value = isinstance(groups, str | bytes | pd.DataFrame) or not isinstance(groups, Iterable)
    given = [] if one_value else list(groups)
    # Outputs without units count in the shares.
    n = round(points["outputs"].iloc[0] / points["share"].iloc[0]) if len(points) else len(given)
    label, names = labels(groups if one_value else given, n, "groups")
    sizes = np.bincount(label[label >= 0], minlength=len(names))
    check_two(names)
    made = makers(units, points)
    of, point = label[made["output"].to_numpy()], made["point"].to_numpy()
    counts = np.zeros((len(names), len(points)), np.int64)
    np.add.at(counts, (of[of >= 0], point[of >= 0]), 1)
    n, total = int(sizes.sum()), counts.sum(axis=0)
    least = np.minimum(min_outputs, sizes)[:, None]
    listed = (counts >= least) & (counts * (n - sizes)[:, None] > (total - counts) * sizes[:, None])
    group, point = np.nonzero(listed)
    f1, n1, f = counts[group, point], sizes[group], total[point]
    tested = sizes >= TESTED
    tests = int((total >= least)[tested].sum())
    do = tested[group]
    p, q = np.full((2, len(f1)), np.nan)
    p[do] = fisher(f1[do], n1[do], f[do], n)
    q[do] = adjusted(p[do], tests)
    lrc = log_ratio(f1, n1, f - f1, n - n1, 0.05 / max(tests, 1))
    table = pd.DataFrame({
        "group": pd.Series([names[g] for g in group.tolist()], dtype=object),
        "point": point,
        "text": points["text"].to_numpy()[point],
        "name": points["name"].to_numpy()[point],
        "f1": f1, "n1": n1, "f2": f - f1, "n2": n - n1,
        "lrc": lrc, "p": p, "q": q,
    })  # fmt: skip
    order = np.lexsort((point, -f1, np.nan_to_num(p, nan=1.0), -lrc, group))
    return table.iloc[order].reset_index(drop=True)
