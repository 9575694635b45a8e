"""Points: what the outputs say, in whatever words and place."""

from __future__ import annotations

import copy
import itertools
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from outlens.points.corrections import Regrouped, Wordings, apply, read
from outlens.points.frames import are_frames
from outlens.points.levels import Describe, Level
from outlens.points.linking import DEFAULT, Tree, link
from outlens.points.names import plain
from outlens.points.wording import Wording
from outlens.text.units import Units
from outlens.text.words import check
from outlens.vectors.clusters import check_granularity

FRAME = 0.5
"""A group is a frame if more than this share of its units look like frames."""

Int64s = npt.NDArray[np.int64]
Vectors = npt.ArrayLike | Callable[[list[str]], Any] | None


class Points:
    """The points of a set of outputs, at every granularity.

    Attributes
    ----------
    n : the number of outputs.
    tree : the groups of the distinct units, from coarse to fine.
    units : the units of all outputs.
    number : identifies what was found; copies with corrections have the same.
    corrections : those that were applied.
    wordings : finds the distinct units by their text.
    """

    _numbers = itertools.count()

    def __init__(
        self,
        texts: Iterable[str],
        *,
        vectors: Vectors = None,
        report: Callable[[int, int], object] = lambda done, n: None,
    ) -> None:
        listed = check(texts)
        self.n = len(listed)
        self.units = Units.of(listed, shortest=1, code=False)
        self._framed = are_frames(self.units)
        self._wording = Wording(self.units, vectors)
        self._outputs, self._pairs = _holders(self.units)
        bounds = np.searchsorted(self._pairs[0], np.arange(len(self._wording) + 1))
        self._holders = [self._pairs[1][a:b] for a, b in itertools.pairwise(bounds)]
        self._written = [plain(text) for text in self.units.written]
        self._describe = Describe(self.units, self._wording, self._written, self._holders)
        self._levels: dict[int, Level] = {}
        self.tree: Tree = link(self._wording, self._holders, _order(self.units), report)
        self.number = next(Points._numbers)
        self.wordings = Wordings(self.units)
        self.corrections: tuple[str, ...] = ()
        self._found: Points | None = None
        self._names: list[dict[int, str]] = []
        self._before: dict[int, Level] = {}
        self._corrected: Points | None = None

    def corrected(self, corrections: Sequence[str]) -> Points:
        """Return a copy with corrections applied in order, as `Correction.written` wrote them.

        What `corrections.read` does not understand is ignored. Only what the corrections change is computed again. The
        copy for the last corrections is kept.
        """
        if not corrections:
            return self
        known = self._corrected
        if known is None or known.corrections != tuple(corrections):
            known = self._corrected = self._apply(tuple(corrections))
        return known

    def _apply(self, corrections: tuple[str, ...]) -> Points:
        regrouped = Regrouped(self.tree.levels[:, self.tree.leaf].astype(np.int64), self._outputs, self.n)
        apply([one for one in map(read, corrections) if one is not None], regrouped, self.wordings)
        made = copy.copy(self)
        made._found, made._corrected, made._levels, made.corrections = self, None, {}, corrections
        made._before = {} if self._corrected is None else dict(self._corrected._levels)
        made.tree = Tree.of(self.tree.granularities, regrouped.groups)
        # Groups get other numbers at each step, but not units.
        made._names = [
            {int(held[0]): name for group, name in named.items() if len(held := np.flatnonzero(groups == group))}
            for groups, named in zip(regrouped.groups, regrouped.names(), strict=True)
        ]
        return made

    def outputs_of(self, units: Iterable[int]) -> Int64s:
        """Return the outputs that hold any of these distinct units, sorted."""
        return np.unique(np.concatenate([np.zeros(0, np.int64), *(self._holders[unit] for unit in units)]))

    def level(self, number: int) -> Level:
        """Return the groups at a level of the tree, computed on first use."""
        if number not in self._levels:
            self._levels[number] = self._level(number)
        return self._levels[number]

    def _level(self, number: int) -> Level:
        group, frame = self._numbered(self.tree.levels[number][self.tree.leaf])
        found = None if self._found is None else self._found.level(number)
        # What was found, the last corrections and other levels have most groups already.
        near = sorted(self._levels, key=lambda at: abs(at - number))[:2]
        known = [found, self._before.get(number), *(self._levels[at] for at in near)]
        names = self._names[number] if self._names else {}
        return self._describe(group, frame, found, [each for each in known if each is not None], names)

    def cut(self, granularity: float = DEFAULT) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
        """Return the tables of units, points and frames at a granularity, as `find` describes them."""
        units = self.units
        level = self.level(self.tree.level(granularity))
        compared = units.unit >= 0
        of = np.where(compared, units.unit, -1)
        group = np.where(compared, np.append(level.group, -1)[of], -1)
        table = pd.DataFrame({
            "output": units.output,
            "start": units.start,
            "end": units.end,
            "point": group,
            "similarity": np.append(level.similarity, np.nan)[of],
        })  # fmt: skip
        frame = np.append(level.frame, False)[group] | (self._framed & (group < 0))
        table["kind"] = pd.Series(np.where(frame, "frame", np.array(units.kind, object)), dtype=object)
        table["differs"] = pd.Series(np.append(level.differs, "")[of], dtype=object)
        points = self._table(level, group)
        return (
            table,
            points[~level.frame].reset_index(drop=True),
            points[level.frame].reset_index(drop=True),
        )

    def _numbered(self, group: Int64s) -> tuple[Int64s, npt.NDArray[np.bool_]]:
        """Number the groups, points first, then by outputs; return them and which are frames."""
        units = self.units
        compared = units.unit >= 0
        row_group = group[units.unit[compared]]
        n = int(group.max(initial=-1)) + 1
        rows = np.bincount(row_group, minlength=n)
        framed = np.bincount(row_group, self._framed[compared], minlength=n) > FRAME * rows
        outputs = self._makers(group, n)
        place = np.bincount(row_group, units.position[compared].round(6), minlength=n) / np.maximum(rows, 1)
        # Units are sorted by their words, so the first unit decides between the rest in any order of the outputs.
        first = np.full(n, len(group), np.int64)
        np.minimum.at(first, group, np.arange(len(group)))
        order = np.lexsort((first, place.round(6), -outputs, framed))
        number = np.empty(n, np.int64)
        number[order] = np.arange(n)
        return number[group], framed[order]

    def _makers(self, group: Int64s, n: int) -> Int64s:
        """Return the number of outputs of each group."""
        made = np.unique(group[self._pairs[0]] * np.int64(max(1, self.n)) + self._pairs[1])
        return np.bincount(made // max(1, self.n), minlength=n)

    def _table(self, level: Level, group: Int64s) -> pd.DataFrame:
        """Return one row per group; `group` is that of each row of the units."""
        units, n = self.units, len(level.frame)
        compared = group >= 0
        outputs = self._makers(level.group, n)
        position = pd.Series(units.position[compared]).groupby(group[compared]).median().reindex(range(n))
        table = pd.DataFrame({"point": np.arange(n)})
        table["text"] = pd.Series([self._written[i] for i in level.typical.tolist()], dtype=object)
        table["name"] = pd.Series(level.names, dtype=object)
        table["outputs"] = outputs
        table["share"] = outputs / max(1, self.n)
        table["position"] = position.to_numpy(np.float64)
        table["units"] = np.bincount(group[compared], minlength=n)
        table["varies"] = pd.Series(level.varies, dtype=object)
        return table


def find(
    texts: Iterable[str], *, vectors: Vectors = None, granularity: float = DEFAULT
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Find the points that outputs make: units of different outputs that say the same, in whatever words and place.

    A unit is a sentence, list item or table row. Two units are alike by their meaning (static vectors, from which the
    mean of the set is subtracted) and by their words (the square root of the TF-IDF cosine of their stems); numbers and
    measures hardly count, because a different amount is a detail. Average linkage joins them, and the tree is cut where
    outputs would make a point twice. Greetings, lead-ins, bare headings and closings are frames, not points. The result
    does not depend on the order of the outputs.

    Up to 6 000 different units are compared with each other. Of more, 6 000 represent the others, each of which joins
    the point that it is most similar to on average; what joins none is searched again, three times.

    Parameters
    ----------
    texts : n strings.
    vectors : a callable from a list of str to an array with as many rows, called once with the distinct units; or an
        array with one row for each row of `text.sentences` of all texts, one text after another. By default static
        vectors, distilled once from the packaged model.
    granularity : 0 (few broad points) to 1 (many narrow ones).

    Returns
    -------
    units : DataFrame
        One row per unit, a span table: `output, start, end` (int64, code points); `point` (int64, -1 for a unit that is
        not compared: code, or no words; a frame has the number of its group of frames, above those of the points);
        `similarity` (float64, to the centre of its point, at most 1); `kind` (sentence, item, heading, row, code or
        frame); `differs` (how it differs from the typical unit: "number", "negation", "name", "items",
        joined by ", ", or "").
    points : DataFrame
        One row per point: `point` (int64, 0 is made by the most outputs); `text` (its most typical unit, without
        markers); `name` (at most six words); `outputs` (int64, the number that make it); `share` (float64, of all
        outputs); `position` (float64, 0 to 1, the median place in the outputs); `units` (int64, the number of units);
        `varies` (the numbers that differ, with the outputs that have each, and how many negate or name another).

    Raises
    ------
    TypeError
        If `texts` is not an iterable of str.
    ValueError
        If there is not one vector per unit, or the granularity is not between 0 and 1.

    Examples
    --------
    >>> units, points = find(["Sure! Water it weekly. It needs sun.", "Give it plenty of sun. Water it every week."])
    >>> points[["outputs", "share"]].values.tolist()
    [[2.0, 1.0], [2.0, 1.0]]
    """
    check_granularity(granularity)
    units, points, _ = Points(texts, vectors=vectors).cut(granularity)
    return units, points


def _holders(units: Units) -> tuple[Int64s, Int64s]:
    """Return the number of outputs of each distinct unit, and the (2, pairs) distinct units and their outputs."""
    compared = units.unit >= 0
    pairs = np.unique(np.stack([units.unit[compared], units.output[compared]]), axis=1)
    return np.bincount(pairs[0], minlength=len(units.written)), pairs


def _order(units: Units) -> Int64s:
    """Return the distinct units, output by output in an order that depends only on the texts."""
    compared = units.unit >= 0
    turn = np.empty(units.n, np.int64)
    turn[units.turn] = np.arange(units.n)
    first = np.full(len(units.written), units.n, np.int64)
    np.minimum.at(first, units.unit[compared], turn[units.output[compared]])
    return np.lexsort((np.arange(len(first)), first))
