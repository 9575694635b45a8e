"""The groups of units at one granularity, with what is said of each: its most typical unit, its name, what varies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from outlens.points.details import Details
from outlens.points.names import name, varies
from outlens.points.wording import Wording
from outlens.text.units import Units

Int64s = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Level:
    """The groups of the distinct units at one granularity: points first, then frames, each by the outputs."""

    group: Int64s
    """(units,) the group of each distinct unit."""
    frame: npt.NDArray[np.bool_]
    """(groups,) whether each is a frame."""
    similarity: npt.NDArray[np.float64]
    """(units,) to the centre of the group."""
    typical: Int64s
    """(groups,) the most typical unit."""
    differs: npt.NDArray[np.object_]
    """(units,) how each differs from the typical one."""
    computed_names: list[str]
    names: list[str]
    """Those that people gave, else the computed ones."""
    varies: list[str]
    regrouped: npt.NDArray[np.bool_]
    """(groups,) whether corrections changed the units of each."""
    named: npt.NDArray[np.bool_]
    """(groups,) whether a person named each."""


class Describe:
    """Describes groups of distinct units.

    Parameters
    ----------
    units : the units.
    wording : compares them.
    written : the text of each distinct unit, without markers.
    holders : the outputs of each distinct unit.
    """

    def __init__(self, units: Units, wording: Wording, written: list[str], holders: list[Int64s]) -> None:
        self._wording = wording
        self._written = written
        self._holders = holders
        self._outputs = np.array([len(outputs) for outputs in holders], np.int64)
        self._details = Details(units)

    def __call__(
        self,
        group: Int64s,
        frame: npt.NDArray[np.bool_],
        found: Level | None = None,
        known: Sequence[Level] = (),
        given: Mapping[int, str] | None = None,
    ) -> Level:
        """Return the level with these groups.

        Parameters
        ----------
        group : (units,) the group of each distinct unit.
        frame : (groups,) whether each is a frame.
        found : the groups before corrections; None if there are none.
        known : levels that may have some of the groups, of which nothing is computed again.
        given : the names that people gave, by any unit of the group.
        """
        n = len(frame)
        similarity, typical = np.full(len(group), np.nan), np.zeros(n, np.int64)
        differs, names, vary = np.full(len(group), "", object), [""] * n, [""] * n
        new = np.ones(n, bool)
        for before in known:
            if not new.any():
                break
            same = _same(group, before.group)
            take = np.flatnonzero(new & (same >= 0))
            of = np.isin(group, take)
            similarity[of], differs[of] = before.similarity[of], before.differs[of]
            typical[take] = before.typical[same[take]]
            for g in take.tolist():
                names[g], vary[g] = before.computed_names[same[g]], before.varies[same[g]]
            new[take] = False
        units = np.flatnonzero(new[group])
        if len(units):
            dense = np.full(len(group), -1, np.int64)
            dense[units] = np.unique(group[units], return_inverse=True)[1]
            similarity[units] = self._wording.to_centres(dense, self._outputs)[units]
        # Nearest to the centre first; in a tie that of most outputs, then the first.
        order = units[np.lexsort((units, -self._outputs[units], -similarity[units], group[units]))]
        starts = np.flatnonzero(np.diff(group[order], prepend=-1))
        typical[group[order[starts]]] = order[starts]
        differs[units] = self._details.of(units, typical[group[units]])
        for own in np.split(order, starts[1:]) if len(order) else []:
            wordings = [self._written[i] for i in own]
            names[group[own[0]]] = name(wordings, self._outputs[own].tolist())
            vary[group[own[0]]] = varies(wordings, [self._holders[i] for i in own], differs[own].tolist())
        shown, named = [*names], np.zeros(n, bool)
        for unit, text in (given or {}).items():
            shown[group[unit]], named[group[unit]] = text, True
        regrouped = np.zeros(n, bool) if found is None else _same(group, found.group) < 0
        return Level(group, frame, similarity, typical, differs, names, shown, vary, regrouped, named)


def _same(group: Int64s, before: Int64s) -> Int64s:
    """Return for each group the former one with the same units, -1 for none."""
    n = int(group.max(initial=-1)) + 1
    pairs, sizes = np.unique(group * np.int64(len(group) + 1) + before, return_counts=True)
    now, then = pairs // (len(group) + 1), pairs % (len(group) + 1)
    whole = (sizes == np.bincount(group)[now]) & (sizes == np.bincount(before)[then])
    same = np.full(n, -1, np.int64)
    same[now[whole]] = then[whole]
    return same
