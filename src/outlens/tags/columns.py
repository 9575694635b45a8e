"""The events of a store as columns, folded at once with numpy when the store is opened."""

from __future__ import annotations

import gc
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from outlens.tags.events import ACTIONS, is_id

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

# time, id, gesture, value, and the previous entry or None. Newest first, so that undo finds the previous value.
Entry = tuple[int, str, str, str, Any]

KIND = {"tag": "tag", "untag": "tag", "star": "star", "unstar": "star"}
"""The kind of field that each action changes; by default the action itself."""
HELD = {"tag": "on", "untag": "", "star": "on", "unstar": ""}
"""The value that each of these actions sets; the others set the value of the event."""

_KINDS = ["tag", "star", "note", "name", "cluster", "point", "define", "undo", "redo"]
_KIND_OF_ACTION = np.array([_KINDS.index(KIND.get(action, action)) for action in ACTIONS])
_GIVES = np.array([HELD.get(action) == "on" for action in ACTIONS])
_TAG, _DEFINE, _UNDO = (_KINDS.index(kind) for kind in ("tag", "define", "undo"))


@dataclass(frozen=True)
class Columns:
    """All events of a store, in the order in which they were written.

    Attributes
    ----------
    ids : (n, 2) uint64, the ids of the events, 128 bits each.
    deed : (n,) int64, the row of the five arrays of length m, which hold what the events of a gesture share.
    key : (n,) int64, number of a text.
    time, annotator, action, value : (m,) int64; actions are indices into `ACTIONS`, the others numbers of texts.
    gestures : (m, 2) uint64, ids.
    texts : object, the texts by number; numbers : the number of each text.
    """

    ids: npt.NDArray[np.uint64]
    deed: Ints
    key: Ints
    time: Ints
    annotator: Ints
    action: Ints
    value: Ints
    gestures: npt.NDArray[np.uint64]
    texts: npt.NDArray[np.object_]
    numbers: Mapping[str, int]


def renamed(columns: Columns, current: Mapping[str, str]) -> Columns:
    """Replace the key of each event by the one that `current` gives for it, if any."""
    older = {key: now for key, now in current.items() if key != now and key in columns.numbers}
    if not older:
        return columns
    numbers = dict(columns.numbers)
    texts = columns.texts.tolist()
    number = np.arange(len(texts))
    for key, now in older.items():
        if now not in numbers:
            numbers[now] = len(texts)
            texts.append(now)
        number[numbers[key]] = numbers[now]
    return replace(columns, key=number[columns.key], texts=np.array(texts, object), numbers=numbers)


class Folded:
    """Columns sorted for folding: by field, then by key, the last event last.

    A field is one person's tag of one name, or their stars, notes, cluster names, corrections of points or definitions.

    Parameters
    ----------
    columns : Columns
    keys : use only events about these keys, and definitions; None for all.
    """

    def __init__(self, columns: Columns, keys: Collection[str] | None) -> None:
        self.columns = c = columns
        kind = _KIND_OF_ACTION[c.action]
        size = len(c.texts) + 1
        code = (c.annotator * len(_KINDS) + kind) * size + np.where(kind == _TAG, c.value, 0)
        codes, field_of = np.unique(code, return_inverse=True)
        wanted = np.ones(size, bool)
        if keys is not None:
            wanted[:] = False
            wanted[[c.numbers[key] for key in keys if key in c.numbers]] = True
        concerns = wanted[c.key] | (kind == _DEFINE)[c.deed]
        self.switches = np.flatnonzero(kind[c.deed] >= _UNDO)
        rows = np.flatnonzero(concerns & (kind[c.deed] < _UNDO))
        rows = rows[_in_time(c, rows)]
        field, key = field_of[c.deed[rows]], c.key[rows]
        by_field = np.argsort(field * size + key, kind="stable")
        self._key, self._row = key[by_field], rows[by_field]
        self._deed = c.deed[self._row]
        present, starts = np.unique(field[by_field], return_index=True)
        ends = np.append(starts, len(rows))[1:]
        self._ends = dict(zip(present.tolist(), zip(starts.tolist(), ends.tolist(), strict=True), strict=True))
        self.fields = [
            (f, c.texts[n // size // len(_KINDS)], _KINDS[n // size % len(_KINDS)], c.texts[n % size] or "")
            for f, n in zip(present.tolist(), codes[present].tolist(), strict=True)
        ]
        """Number, annotator, kind and tag name of each field."""
        self._concerns = np.bincount(self._deed, minlength=len(c.time)) > 0
        self._field_of = field_of
        self._by_gesture = np.argsort(c.gestures[:, 0], kind="stable")
        self._sorted_gestures = c.gestures[self._by_gesture, 0]
        self.latest = int(c.time[self._deed].max(initial=0))

    def first(self, field: int) -> int:
        """Return the time of the first event of a field."""
        start, end = self._ends[field]
        return int(self.columns.time[self._deed[start:end]].min())

    def last(self, field: int) -> int:
        """Return the time of the last event of a field."""
        start, end = self._ends[field]
        return int(self.columns.time[self._deed[start:end]].max())

    def now(self, field: int, off: Bools) -> dict[str, str]:
        """Return the current values of a field, ignoring the deeds that are undone: key -> value."""
        c = self.columns
        start, end = self._ends[field]
        counts = ~off[self._deed[start:end]]
        key, deed = self._key[start:end][counts], self._deed[start:end][counts]
        if not len(key):
            return {}
        last = np.append(key[1:] != key[:-1], True)
        key, deed = key[last], deed[last]
        action = c.action[deed]
        if _KIND_OF_ACTION[action[0]] <= 1:
            return dict.fromkeys(c.texts[key[_GIVES[action]]].tolist(), "on")
        values = c.texts[c.value[deed]].tolist()
        return {k: value for k, value in zip(c.texts[key].tolist(), values, strict=True) if value}

    def chain(self, field: int, key: str) -> Entry | None:
        """Return the history of a key in a field."""
        number = self.columns.numbers.get(key)
        if number is None:
            return None
        start, end = self._ends[field]
        keys = self._key[start:end]
        entry: Entry | None = None
        for i in range(start + int(keys.searchsorted(number)), start + int(keys.searchsorted(number, "right"))):
            deed = int(self._deed[i])
            moment, identifier = int(self.columns.time[deed]), _hex(self.columns.ids[self._row[i]])
            entry = (moment, identifier, _hex(self.columns.gestures[deed]), self._value(deed), entry)
        return entry

    def deeds(self, annotator: str, gesture: str) -> Ints:
        """Return the deeds of a person's gesture that concern the keys."""
        c = self.columns
        if not is_id(gesture):
            return np.empty(0, np.int64)
        high, low = (int(gesture[at : at + 16], 16) for at in (0, 16))
        here = self._sorted_gestures
        with_id = self._by_gesture[here.searchsorted(np.uint64(high)) : here.searchsorted(np.uint64(high), "right")]
        same = (c.gestures[with_id, 1] == low) & (c.annotator[with_id] == c.numbers.get(annotator, -1))
        deeds: Ints = with_id[same & self._concerns[with_id]]
        return deeds

    def gesture(self, annotator: str, gesture: str) -> tuple[int, list[int]] | None:
        """Return the time of a person's gesture and the fields it touched; None if there is no such gesture."""
        deeds = self.deeds(annotator, gesture)
        if not len(deeds):
            return None
        return int(self.columns.time[deeds].min()), list(dict.fromkeys(self._field_of[deeds].tolist()))

    def given(self, field: int, annotator: str, gesture: str) -> dict[str, str]:
        """Return the keys that a gesture touched in a field, with the value it gave each."""
        start, end = self._ends[field]
        places = start + np.flatnonzero(np.isin(self._deed[start:end], self.deeds(annotator, gesture)))
        texts = self.columns.texts
        return {texts[self._key[i]]: self._value(int(self._deed[i])) for i in places.tolist()}

    def sets(self, field: int) -> Iterator[tuple[str, int, str, list[str]]]:
        """Yield the values that gestures set in a field: gesture, time, value, keys; perhaps in several parts."""
        c = self.columns
        start, end = self._ends[field]
        by_deed = start + np.argsort(self._deed[start:end], kind="stable")
        deeds, starts = np.unique(self._deed[by_deed], return_index=True)
        for deed, rows in zip(deeds.tolist(), np.split(by_deed, starts[1:]), strict=True):
            yield _hex(c.gestures[deed]), int(c.time[deed]), self._value(deed), c.texts[self._key[rows]].tolist()

    def gestures(self, annotator: str) -> tuple[list[int], list[str]]:
        """Return times and ids of a person's gestures, in the order (time, id)."""
        c = self.columns
        deeds = np.flatnonzero(self._concerns & (c.annotator == c.numbers.get(annotator, -1)))
        deeds = deeds[np.lexsort((c.gestures[deeds, 1], c.gestures[deeds, 0], c.time[deeds]))]
        raw = c.gestures[deeds].astype(">u8").tobytes().hex()
        first: dict[str, int] = {}
        for name, time in zip(
            (raw[at : at + 32] for at in range(0, len(raw), 32)), c.time[deeds].tolist(), strict=True
        ):
            first.setdefault(name, time)
        return list(first.values()), list(first)

    def switched(self) -> list[tuple[int, str, str, str, str]]:
        """Return each undo and redo: time, id, annotator, action, gesture."""
        c = self.columns
        return [
            (int(c.time[d]), _hex(c.ids[i]), c.texts[c.annotator[d]], ACTIONS[c.action[d]], c.texts[c.value[d]])
            for i, d in zip(self.switches.tolist(), c.deed[self.switches].tolist(), strict=True)
        ]

    def _value(self, deed: int) -> str:
        action = ACTIONS[self.columns.action[deed]]
        value: str = self.columns.texts[self.columns.value[deed]]
        return HELD.get(action, value)


def _in_time(c: Columns, rows: Ints) -> slice | Ints:
    """Return the order `(time, id)` of events; a log written by one clock already has it."""
    deed = c.deed[rows]
    step = np.diff(c.time[deed])
    # The order within a deed does not matter: all its events set the same value.
    if not (step < 0).any() and not ((step == 0) & (np.diff(deed) != 0)).any():
        return slice(None)
    return np.lexsort((c.ids[rows, 1], c.ids[rows, 0], c.time[deed]))


def _hex(pair: npt.NDArray[np.uint64]) -> str:
    return f"{pair[0]:016x}{pair[1]:016x}"


@contextmanager
def no_collection() -> Iterator[None]:
    """Pause the garbage collector: a million new objects hold no garbage, and searching them doubles the time."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
