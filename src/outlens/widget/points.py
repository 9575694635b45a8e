"""Encode the points of a prompt for the browser."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from outlens._unicode import clean
from outlens.points import Points
from outlens.widget import wire

FLAGS = {"number": 1, "negation": 2, "name": 4, "items": 8}
NOT_COMPARED = (1 << 32) - 1


ROWS = ("output", "start", "end", "unit", "position")
"""What corrections do not change."""


def points(texts: Sequence[str], made: Points, before: dict[str, Any] | None = None) -> dict[str, Any]:
    """Encode points at every granularity.

    Parameters
    ----------
    texts : the outputs of a prompt.
    made : their points.
    before : the result for the same points with other corrections.

    Returns
    -------
    With R rows (units, sorted by output and start), U distinct units, F leaves, L levels and N groups at all levels:

    found : identifies what was found, whatever its corrections.
    output, start, end : uint32 (R,), the output and the UTF-16 offsets in its text.
    unit : uint32 (R,), the distinct unit; 0xffffffff for a row that is not compared.
    position : float32 (R,), the place in the output, 0 to 1.
    leaf : int32 (U,), the finest group of each distinct unit.
    granularities : L numbers.
    levels : int32 (L * F,), the group of each leaf at each level.
    order : for each level int32, its groups: points, then frames, each by the number of outputs.
    points : for each level the number of points; the rest are frames.
    typical : uint32 (N,), the row of the most typical unit of each group.
    names, varies : N str.
    by_hand : uint8 (N,), bits 1 if corrections changed its units, 2 if a person named it.
    similarity : uint8 (L * U,), of each unit to the centre of its group, 255 = 1.
    differs : uint8 (L * U,), bits 1 number, 2 negation, 4 name, 8 items.
    """
    units, tree = made.units, made.tree
    compared = units.unit >= 0
    first_row = np.full(len(tree.leaf), -1, np.int64)
    rows = np.flatnonzero(compared)[::-1]
    first_row[units.unit[rows]] = rows
    leaves = tree.levels.shape[1]
    first_of_leaf = np.zeros(leaves, np.int64)
    first_of_leaf[tree.leaf[::-1]] = np.arange(len(tree.leaf))[::-1]
    groups, order, counts, typical, names, varies, by_hand, similarity, differs = [], [], [], [], [], [], [], [], []
    first = 0
    for number in range(len(tree.granularities)):
        level = made.level(number)
        n = len(level.frame)
        groups.append(first + level.group[first_of_leaf])
        order.append(wire.little(np.arange(first, first + n, dtype=np.int32)))
        counts.append(int((~level.frame).sum()))
        typical.append(first_row[level.typical])
        names += [clean(name) for name in level.names]
        varies += [clean(each) for each in level.varies]
        by_hand.append(level.regrouped + 2 * level.named)
        similarity.append(np.nan_to_num(255 * np.clip(level.similarity, 0, 1)).round())
        differs.append([_flags(each) for each in level.differs])
        first += n
    return {
        "found": made.number,
        **({name: before[name] for name in ROWS} if before else _rows(texts, made)),
        "leaf": wire.little(tree.leaf),
        "granularities": tree.granularities.tolist(),
        "levels": _joined(groups, np.int32),
        "order": order,
        "points": counts,
        "typical": _joined(typical, np.uint32),
        "names": names,
        "varies": varies,
        "by_hand": _joined(by_hand, np.uint8),
        "similarity": _joined(similarity, np.uint8),
        "differs": _joined(differs, np.uint8),
    }


def _rows(texts: Sequence[str], made: Points) -> dict[str, bytes]:
    units = made.units
    place = wire.units(texts, units.output, np.stack([units.start, units.end], axis=1))
    return {
        "output": wire.little(units.output.astype(np.uint32)),
        "start": wire.little(place[:, 0].astype(np.uint32)),
        "end": wire.little(place[:, 1].astype(np.uint32)),
        "unit": wire.little(np.where(units.unit >= 0, units.unit, NOT_COMPARED).astype(np.uint32)),
        "position": wire.little(units.position.astype(np.float32)),
    }


@lru_cache
def _flags(differs: str) -> int:
    return sum(FLAGS[kind] for kind in differs.split(", ") if kind)


def _joined(parts: Sequence[Any], dtype: npt.DTypeLike) -> bytes:
    return wire.little(np.concatenate([np.zeros(0), *(np.asarray(part) for part in parts)]).astype(dtype))
