"""Where one group of outputs is denser than another, among the nearest neighbours of each output."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from outlens._arrays import unit_rows
from outlens.compare.exact import fisher
from outlens.compare.groups import FEW, repeated, too_few
from outlens.compare.intervals import wilson
from outlens.compare.means import checked
from outlens.text.significance import adjusted
from outlens.vectors.likeness import smallest

SIGNIFICANT = 0.05
"""The largest q of what is called denser."""

MOST = 20_000
"""Neighbours are looked for among so many outputs at most, spread evenly."""

CELLS = 1 << 24
"""How many similarities are computed at once: 64 MB."""


def density(vectors: Any, groups: Iterable[Any], *, neighbours: int = 20) -> pd.DataFrame:
    """Return where one of two groups is denser: the share of its outputs among the neighbours of each output.

    Neighbours are those with the largest cosine of the vectors, not those that are near on a map.

    Parameters
    ----------
    vectors : (n, d), for outputs to one prompt.
    groups : n labels with two values. Outputs with None or NaN are left out.
    neighbours : how many neighbours of each output are counted.

    Returns
    -------
    One row for each output in a group:

    output : int64, its position.
    group : its label.
    share, low, high : float64, the share of the first label (in sorted order) among its neighbours, and the 95 % score
        interval (Wilson 1927).
    n : int64, the number of neighbours.
    base : float64, the share to expect: that of the first label among all other outputs.
    denser : the label that is denser there (q <= .05), or None.
    p, q : float64. p is exact and two-sided, for labels assigned at random: the labels of the neighbours are then drawn
        without replacement from those of all other outputs. q is p adjusted after Benjamini and Hochberg.
    note : why p is missing, or "".

    Raises
    ------
    ValueError
        If there are not two labels, or as `difference`.

    Notes
    -----
    Outputs that are each other's neighbours have p that depend on each other, so a region of q <= .05 is one finding,
    not many. Above 20 000 outputs, neighbours are looked for among 20 000 of them.

    Examples
    --------
    >>> angle = np.r_[np.linspace(0, 1, 12), np.linspace(2, 3, 12)]
    >>> table = density(np.c_[np.cos(angle), np.sin(angle)], ["a"] * 12 + ["b"] * 12, neighbours=8)
    >>> table["denser"].value_counts().to_dict(), table[["share", "base"]].round(2).iloc[[0, -1]].values.tolist()
    ({'a': 12, 'b': 12}, [[1.0, 0.48], [0.0, 0.52]])
    """
    if isinstance(neighbours, bool) or not isinstance(neighbours, int | np.integer) or neighbours < 1:
        raise ValueError(f"neighbours is {neighbours!r}; give a whole number, 1 or more.")
    made, rows = checked(vectors, groups, None)
    if len(made.names) != 2:
        raise ValueError(f"groups has {len(made.names)} labels; give None to the outputs of all but two.")
    used = np.flatnonzero(made.codes >= 0)
    first, total = made.codes[used] == 0, len(used)
    others = np.unique(np.linspace(0, total - 1, min(total, MOST)).round().astype(np.int64))
    found = _neighbours(unit_rows(rows[used]).astype(np.float32), others, int(neighbours))
    # How many there are to draw from: of all that are looked through, without the output itself.
    among = np.isin(np.arange(total), others)
    drawn = len(others) - among
    available = int(first[others].sum()) - (first & among)
    n = found.shape[1]
    count = first[found].sum(axis=1)
    low, high = wilson(count, np.full(total, n))
    sizes = [(made.names[0], int(first.sum())), (made.names[1], int((~first).sum()))]
    note = too_few(sizes, FEW)
    p, q = np.full(total, np.nan), np.full(total, np.nan)
    if not note:
        for size in np.unique(drawn):
            here = drawn == size
            p[here] = fisher(count[here], n, available[here], int(size))
        q = adjusted(p, total)
    base = available / np.maximum(drawn, 1)
    is_denser = q <= SIGNIFICANT
    side = np.where(is_denser, np.where(count > base * n, 0, 1), 2)
    return pd.DataFrame({
        "output": used,
        "group": repeated(made.names, [1, 1])[made.codes[used]],
        "share": count / max(n, 1), "low": low, "high": high, "n": np.full(total, n), "base": base,
        "denser": repeated([*made.names, None], [1, 1, 1])[side],
        "p": p, "q": q, "note": note,
    })  # fmt: skip


def _neighbours(units: npt.NDArray[np.float32], others: npt.NDArray[np.int64], k: int) -> npt.NDArray[np.int64]:
    """Return the k nearest others of each output, (outputs, k)."""
    k = min(k, len(others) - 1)
    step = max(1, CELLS // len(others))
    parts = []
    for at in range(0, len(units), step):
        block = np.arange(at, min(at + step, len(units)))
        with np.errstate(invalid="ignore"):
            distance = 1 - units[block] @ units[others].T
        distance[block[:, None] == others] = np.inf
        parts.append(others[smallest(distance, k)])
    return np.concatenate(parts)
