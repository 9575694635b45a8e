"""One person's tags, stars, notes and names, field by field, and their undo stack."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator

from outlens.tags.columns import KIND, Entry, Folded

NEVER = 1 << 62
"""A time after all others."""


class Field:
    """One field of one person: the outputs with one of their tags, their stars, notes, cluster names or corrections."""

    __slots__ = ("changes", "entries", "first", "kind", "name", "now", "number", "person")

    def __init__(self, person: Person, kind: str, name: str) -> None:
        self.person = person
        self.kind = kind
        self.name = name
        self.number = -1  # in `Folded`; -1 if the field was new after the store was opened
        self.first = NEVER
        self.changes = 0
        # Of the entries that the store held when it was opened, only those touched since.
        self.entries: dict[str, Entry] = {}
        self.now: dict[str, str] = {}

    def newest(self, key: str) -> Entry | None:
        """Return the newest entry of a key."""
        entry = self.entries.get(key)
        if entry is None and self.number >= 0:
            assert self.person.opened is not None
            entry = self.person.opened.chain(self.number, key)
            if entry is not None:
                self.entries[key] = entry
        return entry

    def add(self, key: str, time: int, identifier: str, gesture: str, value: str) -> None:
        """Insert a late event in its place."""
        chain = [(time, identifier, gesture, value)]
        entry = self.newest(key)
        while entry is not None:
            if entry[1] == identifier:
                return
            chain.append(entry[:4])
            entry = entry[4]
        for event in sorted(chain):
            entry = (*event, entry)
        assert entry is not None
        self.entries[key] = entry

    def settle(self, off: set[str], keys: Iterable[str] | None = None) -> None:
        """Find the newest value that is not undone, for the given keys or for all."""
        self.changes += 1
        if keys is None:
            if off:
                keys = self.entries
                self.now = {}
            else:
                self.now = {key: entry[3] for key, entry in self.entries.items() if entry[3]}
                return
        for key in keys:
            value = self.latest(key, off)
            if value is not None and value[3]:
                self.now[key] = value[3]
            else:
                self.now.pop(key, None)

    def latest(self, key: str, off: set[str]) -> Entry | None:
        """Return the newest entry of a key that is not undone."""
        entry = self.newest(key)
        while entry is not None and entry[2] in off:
            entry = entry[4]
        return entry

    def parts(self) -> Iterator[tuple[str, int, str, Iterable[str]]]:
        """Yield the values that gestures set: gesture, time, value, keys; perhaps in several parts."""
        if self.number >= 0:
            assert self.person.opened is not None
            for gesture, time, value, keys in self.person.opened.sets(self.number):
                yield gesture, time, value, set(keys) - self.entries.keys()
        for key, newest in self.entries.items():
            entry: Entry | None = newest
            while entry is not None:
                yield entry[2], entry[0], entry[3], (key,)
                entry = entry[4]

    def of_gesture(self, gesture: str) -> dict[str, str]:
        """Return the keys that a gesture touched in this field, with the value it gave each."""
        opened = self.person.opened
        values = {} if opened is None or self.number < 0 else opened.given(self.number, self.person.name, gesture)
        for key, newest in self.entries.items():
            entry: Entry | None = newest
            while entry is not None:
                if entry[2] == gesture:
                    values[key] = entry[3]
                    break
                entry = entry[4]
        return values


class Gesture:
    """The time of a gesture, and the fields it touched."""

    __slots__ = ("fields", "time")

    def __init__(self, time: int, fields: tuple[Field, ...]) -> None:
        self.time = time
        self.fields = fields


class Person:
    """The fields and gestures of one person, and their undo and redo stacks."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.opened: Folded | None = None  # the events that the store held when it was opened
        self.fields: dict[tuple[str, str], Field] = {}
        self.numbered: dict[int, Field] = {}
        # Of the gestures that the store held when it was opened, only those requested since.
        self.gestures: dict[str, Gesture] = {}
        self.switches: dict[str, tuple[int, str, str, str]] = {}  # id of undo or redo -> time, id, action, gesture
        self.off: set[str] = set()
        self.stacks: tuple[dict[str, None], dict[str, None]] | None = None
        self.last = -1  # time of the newest gesture, undo or redo

    def field(self, action: str, value: str) -> Field:
        """Return the field that an event changes; create it if it is new."""
        kind = KIND.get(action, action)
        name = value if kind == "tag" else ""
        if (kind, name) not in self.fields:
            self.fields[kind, name] = Field(self, kind, name)
        return self.fields[kind, name]

    def gesture(self, name: str) -> Gesture | None:
        """Return a gesture by its id."""
        known = self.gestures.get(name)
        if known is None and self.opened is not None and (stored := self.opened.gesture(self.name, name)):
            time, fields = stored
            known = self.gestures[name] = Gesture(time, tuple(self.numbered[field] for field in fields))
        return known

    def undo_and_redo(self) -> tuple[dict[str, None], dict[str, None]]:
        """Return both stacks, the top last. They are made on first use: only the person at the lens needs them."""
        if self.stacks is None:
            undo, redo = self.stacks = {}, {}
            times, names = self._done()
            at = 0
            for time, identifier, action, gesture in sorted(self.switches.values()):
                until = bisect_left(times, time, at)
                while until < len(times) and times[until] == time and names[until] < identifier:
                    until += 1
                if until > at:
                    undo.update(dict.fromkeys(names[at:until]))
                    redo.clear()
                at = until
                self._move(time, action, gesture, undo, redo)
            if at < len(times):
                undo.update(dict.fromkeys(names[at:]))
                redo.clear()
        return self.stacks

    def _done(self) -> tuple[list[int], list[str]]:
        """Return times and ids of all gestures, in order."""
        times, names = ([], []) if self.opened is None else self.opened.gestures(self.name)
        before = dict(zip(names, times, strict=True))
        more = sorted((one.time, name) for name, one in self.gestures.items() if before.get(name) != one.time)
        if more and times and (more[0] <= (times[-1], names[-1]) or any(name in before for _, name in more)):
            more = sorted((time, name) for name, time in (before | {name: time for time, name in more}).items())
            times, names = [], []
        times += [time for time, _ in more]
        names += [name for _, name in more]
        return times, names

    def happened(self, time: int, action: str, gesture: str) -> None:
        """Update the stacks if this is the newest gesture, as nearly always; otherwise drop them to be rebuilt."""
        if self.stacks is not None and time > self.last:
            self._move(time, action, gesture, *self.stacks)
        else:
            self.stacks = None
        if time > self.last:
            self.last = time

    def _move(self, time: int, action: str, gesture: str, undo: dict[str, None], redo: dict[str, None]) -> None:
        known = self.gesture(gesture) if action == "redo" else None
        if action == "do":
            undo[gesture] = None
            redo.clear()
        elif action == "undo" and gesture in undo:
            del undo[gesture]
            redo[gesture] = None
        elif action == "redo" and known is not None and known.time < time and gesture not in undo:
            redo.pop(gesture, None)
            undo[gesture] = None
