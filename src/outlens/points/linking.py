"""Group the units that say the same, from coarse to fine: average linkage, cut where outputs would say a thing twice.

Average linkage (Sokal and Michener 1958) joins units up to a mean distance. A tree of everyday sentences has no one
distance at which to cut it: "1 oz lemon juice" is nearer to "4 oz tomato juice" than many a sentence to its
paraphrase. But an output seldom says the same thing twice in different words. So a branch whose outputs have several
of its units each is several points, and is cut at a smaller distance.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from outlens._cores import in_parallel
from outlens._imports import importing
from outlens.points.wording import Taken, Wording
from outlens.vectors.clusters import check_granularity

AT_ONCE = 6_000
"""The number of units linked at once: linkage takes quadratic time."""
ROUNDS = 4
"""How often the units that join no point are searched for points of their own."""
CELLS = 1 << 22
"""The number of similarities that one thread holds at once."""
BLOCK = 512
"""The number of units that are compared with the others at once."""
FEW = 0.15
"""Two units are a point only if they are nearer by this, three by half of it: single units share words by chance."""
STEPS = 7
"""The number of granularities."""
DEFAULT = 0.5

Int64s = npt.NDArray[np.int64]
Int32s = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float64]


def _loosest(granularity: Any) -> Any:
    """The largest mean distance within a point."""
    return 0.92 - 0.36 * granularity


def _tight(granularity: Any) -> Any:
    """Up to this mean distance, units are one point even if an output has several of them."""
    return 0.71 - 0.36 * granularity


def _repeated(granularity: Any) -> Any:
    """Above `_tight`, the largest mean number of different units per output within a point."""
    return np.maximum(1, 2.5 - 2 * granularity)


@dataclass(frozen=True)
class Tree:
    """The groups of units at every granularity; a finer level only splits groups of a coarser one."""

    leaf: Int32s
    """(units,) the finest group of each distinct unit."""
    granularities: Floats
    """(L,) from 0 (coarse) to 1 (fine)."""
    levels: Int32s
    """(L, leaves) the group of each leaf."""

    @classmethod
    def of(cls, granularities: Floats, groups: Int64s) -> Tree:
        """Make a tree of the (L, units) groups at each level; a finer level only splits groups of a coarser one."""
        order = np.lexsort(groups)
        apart = np.ones(len(order), bool)
        apart[1:] = (groups[:, order[1:]] != groups[:, order[:-1]]).any(axis=0)
        leaf = np.empty(len(order), np.int32)
        leaf[order] = np.cumsum(apart) - 1
        levels = [np.unique(row[order[apart]], return_inverse=True)[1] for row in groups]
        return cls(leaf, granularities, np.stack(levels).astype(np.int32))

    def level(self, granularity: float) -> int:
        """Return the level nearest to a granularity. Raises ValueError outside 0 to 1."""
        check_granularity(granularity)
        return int(np.abs(self.granularities - granularity).argmin())


def link(
    wording: Wording, holders: list[Int64s], order: Int64s, report: Callable[[int, int], object] = lambda done, n: None
) -> Tree:
    """Group units.

    Up to 6 000 units are linked with each other; of more, that many represent the others, each of which joins the
    group that it is most similar to on average. Those that join none are searched for groups again.

    Parameters
    ----------
    wording : compares the units.
    holders : the outputs of each unit.
    order : the units, in the order in which they are chosen to represent others.
    report : called with the number of units that have a place and of all.
    """
    n = len(wording)
    granularities = np.linspace(0, 1, STEPS).round(3)
    if not n:
        return Tree(np.zeros(0, np.int32), granularities, np.zeros((STEPS, 0), np.int32))
    labels = np.full((STEPS, n), -1, np.int64)
    waiting = order
    number = 0
    for left in reversed(range(ROUNDS)):
        chosen, waiting = np.sort(waiting[:AT_ONCE]), waiting[AT_ONCE:]
        before = n - len(waiting) - len(chosen)
        found = _linked(wording, holders, chosen, granularities, partial(_report, report, before, n))
        labels[:, chosen] = found + number
        number += int(found.max()) + 1
        if not len(waiting):
            break
        like = _joined(wording, chosen, found, waiting)
        joins = like >= 0 if left else np.ones(len(waiting), bool)
        joined, alike = waiting[joins], like[joins]
        placed = alike >= 0
        labels[:, joined[placed]] = labels[:, chosen[alike[placed]]]
        alone = joined[~placed]
        labels[:, alone] = number + np.arange(len(alone))
        number += len(alone)
        waiting = waiting[~joins]
        if not len(waiting):
            break
    first, leaf = np.unique(labels[-1], return_index=True, return_inverse=True)[1:]
    levels = np.stack([np.unique(row[first], return_inverse=True)[1] for row in labels])
    return Tree(leaf.astype(np.int32), granularities, levels.astype(np.int32))


def _report(report: Callable[[int, int], object], before: int, n: int, done: int) -> None:
    report(before + done, n)


def _linked(
    wording: Wording, holders: list[Int64s], chosen: Int64s, granularities: Floats, report: Callable[[int], object]
) -> Int64s:
    """Return the (L, chosen) groups of some units; `report` gets the number of those that were compared."""
    n = len(chosen)
    if n == 1:
        return np.zeros((len(granularities), 1), np.int64)
    with importing:
        from scipy.cluster.hierarchy import linkage

    joins = linkage(_distances(wording.take(chosen), report), "average")
    heights = np.concatenate([np.zeros(n), joins[:, 2]])
    # The number of units that each node joins to its first.
    sizes = np.concatenate([np.ones(n), joins[:, 3] - 1])
    repeated = _units_per_output(joins, [holders[unit] for unit in chosen.tolist()], float(_loosest(0)))
    levels = []
    for granularity in granularities:
        whole = (heights <= _loosest(granularity) - FEW / sizes) & (
            (heights <= _tight(granularity)) | (repeated <= _repeated(granularity))
        )
        whole[:n] = True
        group = np.full(2 * n - 1, -1, np.int64)
        for node in range(2 * n - 2, -1, -1):
            if group[node] < 0 and whole[node]:
                group[node] = node
            if node >= n and group[node] >= 0:
                group[joins[node - n, :2].astype(np.int64)] = group[node]
        levels.append(np.unique(group[:n], return_inverse=True)[1])
    return np.stack(levels)


def _distances(units: Taken, report: Callable[[int], object]) -> Floats:
    """Return the distances of all pairs of units, row by row of the upper triangle."""
    n = len(units)
    distances = np.empty(n * (n - 1) // 2)
    at = 0
    for start in range(0, n, BLOCK):
        report(start)
        near = units[start : start + BLOCK].similarities(units[start:])
        for row in range(len(near)):
            length = len(near[row]) - row - 1
            distances[at : at + length] = near[row, row + 1 :]
            at += length
    # Rounded, so that the last digits of a sum do not decide between equal distances.
    distances = np.round(distances, 5, out=distances)
    np.subtract(1, distances, out=distances)
    return np.clip(distances, 0, None, out=distances)


def _units_per_output(joins: Floats, holders: list[Int64s], loosest: float) -> Floats:
    """Return how many units each node has of an output that has any, on average; infinite above `loosest`."""
    n = len(holders)
    outputs: list[int] = []
    for held in holders:
        bits = np.zeros(int(held.max(initial=0)) // 8 + 1, np.uint8)
        np.bitwise_or.at(bits, held // 8, (1 << (held % 8)).astype(np.uint8))
        outputs.append(int.from_bytes(bits.tobytes(), "little"))
    units = [len(held) for held in holders]
    repeated = np.full(n + len(joins), np.inf)
    repeated[:n] = 1
    for node, (a, b, height) in enumerate(joins[:, :3].tolist(), n):
        a, b = int(a), int(b)
        if height > loosest:
            # Everything above is looser.
            break
        outputs.append(outputs[a] | outputs[b])
        units.append(units[a] + units[b])
        outputs[a] = outputs[b] = 0
        repeated[node] = units[node] / max(1, outputs[node].bit_count())
    return repeated


def _joined(wording: Wording, chosen: Int64s, groups: Int64s, others: Int64s) -> Int64s:
    """Return a chosen unit, by its number, from the finest group that each other unit is most similar to; -1 = none.

    The group is the one with the largest mean similarity at the default level; within it, the finest group likewise.
    """
    # The default is in the middle.
    default, finest = groups[len(groups) // 2], groups[-1]
    by_leaf = np.lexsort((finest, default))
    leaf_starts = np.flatnonzero(np.diff(finest[by_leaf], prepend=-1))
    group_of_leaf = default[by_leaf][leaf_starts]
    group_starts = np.flatnonzero(np.diff(group_of_leaf, prepend=-1))
    leaf_sizes = np.diff([*leaf_starts, len(chosen)])
    group_sizes = np.add.reduceat(leaf_sizes, group_starts)
    columns = wording.take(chosen[by_leaf])
    enough = 1 - _loosest(DEFAULT) + FEW / group_sizes

    def nearest(block: Int64s) -> Int64s:
        in_leaves = np.add.reduceat(wording.take(block).similarities(columns), leaf_starts, axis=1)
        in_groups = (np.add.reduceat(in_leaves, group_starts, axis=1) / group_sizes).round(5)
        best = in_groups.argmax(axis=1)
        near = np.where(group_of_leaf == group_of_leaf[group_starts][best][:, None], in_leaves / leaf_sizes, -np.inf)
        leaf = near.round(5).argmax(axis=1)
        return np.where(in_groups[np.arange(len(block)), best] >= enough[best], by_leaf[leaf_starts[leaf]], -1)

    size = max(1, CELLS // len(chosen))
    return np.concatenate(in_parallel(nearest, [others[at : at + size] for at in range(0, len(others), size)]))
