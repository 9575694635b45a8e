"""The points of a part with what people corrected, and the gestures that correct them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from outlens._errors import NotFound, hint
from outlens._unicode import clean
from outlens.part import Part
from outlens.points import Points
from outlens.points.corrections import SPARE, Correction
from outlens.tags.book import TagBook

LOGGED = 32
"""A correction is logged with this many of the outputs that hold its wordings: each repeats it in a file of events."""

Int64s = npt.NDArray[np.int64]


def corrections(part: Part, tags: TagBook) -> tuple[str, ...]:
    """Return the corrections of the points of a part, everybody's, in order of time."""
    with tags.lock:
        return tags.corrections.of(part.rows)


def corrected(part: Part, tags: TagBook) -> Points:
    """Return the corrected points of a part; they are found first if necessary."""
    return part.points.get().corrected(corrections(part, tags))


def corrected_if_found(part: Part, tags: TagBook) -> Points | None:
    """Return the corrected points of a part, None if they were not found yet."""
    made = part.points.peek()
    return None if made is None else made.corrected(corrections(part, tags))


# From Python: points by their number


def name_point(part: Part, granularity: float, point: int, name: str, tags: TagBook) -> None:
    """Name a point; "" restores the computed name."""
    if not isinstance(name, str):
        raise TypeError(f"the name of a point must be a str, not {name!r:.60}.")
    level = _Level(part, granularity, tags)
    _name(level, level.units_of([point])[0], name)


def merge_points(part: Part, granularity: float, points: Iterable[int], tags: TagBook) -> int:
    """Make several points one, and return its number."""
    if isinstance(points, str | int) or not isinstance(points, Iterable):
        raise TypeError(f"merge_points takes a list of the numbers of points, as [0, 3], not {points!r:.60}.")
    given = list(points)
    level = _Level(part, granularity, tags)
    units = level.units_of(given)
    if len(set(given)) < 2:
        raise ValueError(f"merge_points takes the numbers of at least two different points, not {given!r:.60}.")
    _merge(level, units)
    return _Level(part, granularity, tags).number_of(units[0][0])


def split_point(part: Part, granularity: float, units: Any, tags: TagBook) -> int:
    """Make some units a point of their own, and return its number."""
    level = _Level(part, granularity, tags)
    found = level.units_like(units)
    _split(level, found)
    return _Level(part, granularity, tags).number_of(found[0])


# From the browser: points by a row of each, since their numbers may have changed


def correct(part: Part, message: str, tags: TagBook) -> str:
    """Perform a gesture of the browser; return a sentence that describes it.

    Parameters
    ----------
    message : JSON of `do` ("name", "merge" or "split"), `found` (the number of the points that the browser has),
        `granularity`, `rows` (rows of the units: one of the point, or of each point, or of each
        wording) and, for "name", `name`.
    """
    given = json.loads(message)
    found = part.points.peek()
    if found is None or given["found"] != found.number:
        raise ValueError("the points have changed; choose the point again.")
    level = _Level(part, float(given["granularity"]), tags)
    made = level.points
    rows = [int(row) for row in given["rows"]]
    held = [int(made.units.unit[row]) for row in rows if 0 <= row < len(made.units.unit) and made.units.unit[row] >= 0]
    if not held:
        raise ValueError("the sentence is not there any more; choose the point again.")
    if given["do"] == "split":
        return _split(level, held)
    groups = list(dict.fromkeys(level.group[held].tolist()))
    units = [level.members(group) for group in groups]
    if given["do"] == "name":
        return _name(level, units[0], str(given["name"]))
    if len(groups) < 2:
        raise ValueError("these are already one point.")
    return _merge(level, units)


class _Level:
    """The corrected points of a part at one granularity, to correct them further."""

    def __init__(self, part: Part, granularity: float, tags: TagBook) -> None:
        self.part = part
        self.tags = tags
        self.points = corrected(part, tags)
        self.made = self.points.level(self.points.tree.level(granularity))
        self.group = self.made.group

    def units_of(self, points: Sequence[Any]) -> list[list[int]]:
        """Return the distinct units of points and frames, given by their numbers; the typical one first."""
        frames = len(self.made.frame)
        count = int((~self.made.frame).sum())
        for point in points:
            if isinstance(point, bool) or not isinstance(point, int | np.integer) or not 0 <= point < frames:
                more = f", its frames {count} to {frames - 1}" if frames > count else ""
                numbers = f"0 to {count - 1}{more}" if count else "none: these outputs make no points"
                raise ValueError(f"there is no point {point!r:.40}; the points of this prompt are {numbers}.")
        return [self.members(int(point)) for point in points]

    def members(self, group: int) -> list[int]:
        """Return the distinct units of a group, the typical one first."""
        typical = int(self.made.typical[group])
        return [typical, *(unit for unit in np.flatnonzero(self.group == group).tolist() if unit != typical)]

    def units_like(self, given: Any) -> list[int]:
        """Return the distinct units given as a span table of units, or as their text or texts."""
        made = self.points
        if isinstance(given, pd.DataFrame):
            return self._units_at(given)
        texts = [given] if isinstance(given, str) else list(given) if isinstance(given, Iterable) else [given]
        for text in texts:
            if not isinstance(text, str):
                raise TypeError(
                    "split_point takes rows of lens.point_spans, the text of a unit, or a list of texts, not"
                    f" {text!r:.60}."
                )
        units = made.wordings.find(texts)
        for text, unit in zip(texts, units, strict=True):
            if unit < 0:
                known = hint(text, made.units.written, "units")
                raise NotFound(f"no output of this prompt has the unit {text!r:.80}; {known}")
        if not units:
            raise ValueError("split_point got no unit; give rows of lens.point_spans, or the text of a unit.")
        return list(dict.fromkeys(units))

    def _units_at(self, spans: pd.DataFrame) -> list[int]:
        units = self.points.units
        absent = [name for name in ("output", "start", "end") if name not in spans.columns]
        if absent:
            raise ValueError(f"the table has no column {absent[0]!r}; give rows of lens.point_spans.")
        output = self.part.rows[units.output]
        at = {
            (o, start, end): unit
            for o, start, end, unit in zip(
                output.tolist(), units.start.tolist(), units.end.tolist(), units.unit.tolist(), strict=True
            )
            if unit >= 0
        }
        found = []
        for span in spans[["output", "start", "end"]].itertuples(index=False, name=None):
            if span not in at:
                raise NotFound(
                    f"output {span[0]} has no unit from {span[1]} to {span[2]} in this prompt that makes a point; give"
                    " rows of lens.point_spans."
                )
            found.append(at[span])
        if not found:
            raise ValueError("split_point got no row; give rows of lens.point_spans, or the text of a unit.")
        return list(dict.fromkeys(found))

    def number_of(self, unit: int) -> int:
        """Return the number of the group of a unit."""
        return int(self.group[unit])

    def write(self, correction: Correction, units: Iterable[int]) -> int:
        """Log a correction with outputs that hold the units, some of many; return the number of all of them."""
        outputs = self.points.outputs_of(units)
        some = np.unique(np.linspace(0, len(outputs) - 1, min(LOGGED, len(outputs))).round().astype(np.int64))
        with self.tags.changing():
            self.tags.corrections.add(self.part.rows[outputs[some]].tolist(), correction.written())
        return len(outputs)

    def texts(self, units: Iterable[int]) -> tuple[str, ...]:
        """Return units as one of the outputs writes them."""
        return tuple(self.points.units.written[unit] for unit in units)


def _name(level: _Level, units: list[int], name: str) -> str:
    name = clean(" ".join(name.split()))
    group = level.number_of(units[0])
    if name == (level.made.names[group] if level.made.named[group] else ""):
        return "The point has this name already" if name else "The point has no name by hand"
    of = frozenset(level.points.wordings.hashes(units))
    level.write(Correction("name", level.texts(units[:1]), name, of, level.points.n), units)
    return f"Named the point {name[:60]}" if name else "Name of the point removed"


def _merge(level: _Level, units: list[list[int]]) -> str:
    known = [own[: 1 + SPARE] for own in units]
    spare = tuple(tuple(level.points.wordings.hashes(own[1:])) for own in known)
    written = Correction("merge", level.texts(own[0] for own in units), spare=spare)
    level.write(written, [unit for own in known for unit in own])
    together = len(level.points.outputs_of([unit for own in units for unit in own]))
    return f"Merged {len(units)} points: {together} output{'s' * (together != 1)}"


def _split(level: _Level, units: list[int]) -> str:
    groups = np.unique(level.group[units])
    if len(set(units)) == np.isin(level.group, groups).sum():
        if len(groups) > 1:
            raise ValueError("these are all units of several points; make them one point with merge_points.")
        raise ValueError("these units are a point of their own already; give some of its units, not all.")
    n = level.write(Correction("split", level.texts(units)), units)
    return f"Split off: {n} output{'s' * (n != 1)}"
