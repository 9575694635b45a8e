"""Fold the events of a log into the current tags, notes, stars and names of each person."""

from __future__ import annotations

import json
from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import NamedTuple

import numpy as np

from outlens.tags.columns import HELD, KIND, Columns, Entry, Folded, no_collection, renamed
from outlens.tags.events import Event

# time, id, annotator, key, action, value, gesture: an event without the cost of an object.
Row = tuple[int, str, str, str, str, str, str]

_SHOWN = 40
_NAMED = 3


_NEVER = 1 << 62


class _Field:
    """One field of one person: the outputs with one of their tags, their stars, their notes or their cluster names."""

    __slots__ = ("changes", "entries", "first", "kind", "name", "now", "number", "person")

    def __init__(self, person: _Person, kind: str, name: str) -> None:
        self.person = person
        self.kind = kind
        self.name = name
        self.number = -1  # in `Folded`; -1 if the field was new after the store was opened
        self.first = _NEVER
        self.changes = 0
        # Of what the store held when it was opened, only what was touched since.
        self.entries: dict[str, Entry] = {}
        self.now: dict[str, str] = {}

    def newest(self, key: str) -> Entry | None:
        """Return the last entry of a key."""
        entry = self.entries.get(key)
        if entry is None and self.number >= 0:
            assert self.person.opened is not None
            entry = self.person.opened.chain(self.number, key)
            if entry is not None:
                self.entries[key] = entry
        return entry

    def add(self, key: str, time: int, identifier: str, gesture: str, value: str) -> None:
        """Insert an event that arrives late in its place."""
        chain = [(time, identifier, gesture, value)]
        entry = self.newest(key)
        while entry is not None:
            if entry[1] == identifier:
                return
            chain.append(entry[:4])
            entry = entry[4]
        for one in sorted(chain):
            entry = (*one, entry)
        assert entry is not None
        self.entries[key] = entry

    def settle(self, off: set[str], keys: Iterable[str] | None = None) -> None:
        """Find the newest value that was not undone, for the given keys or for all."""
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
        entry = self.newest(key)
        while entry is not None and entry[2] in off:
            entry = entry[4]
        return entry

    def parts(self) -> Iterator[tuple[str, int, str, Iterable[str]]]:
        """Yield what each gesture gave to which keys: gesture, time, value, keys; perhaps in several parts."""
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
        found = {} if opened is None or self.number < 0 else opened.given(self.number, self.person.name, gesture)
        for key, newest in self.entries.items():
            entry: Entry | None = newest
            while entry is not None:
                if entry[2] == gesture:
                    found[key] = entry[3]
                    break
                entry = entry[4]
        return found


class _Gesture:
    __slots__ = ("fields", "time")

    def __init__(self, time: int, fields: tuple[_Field, ...]) -> None:
        self.time = time
        self.fields = fields


class _Person:
    def __init__(self, name: str) -> None:
        self.name = name
        self.opened: Folded | None = None  # what the store held when it was opened
        self.fields: dict[tuple[str, str], _Field] = {}
        self.numbered: dict[int, _Field] = {}
        # Of what the store held when it was opened, only what was asked for since.
        self.gestures: dict[str, _Gesture] = {}
        self.switches: dict[str, tuple[int, str, str, str]] = {}  # id of undo or redo -> time, id, action, gesture
        self.off: set[str] = set()
        self.stacks: tuple[dict[str, None], dict[str, None]] | None = None
        self.last = -1  # time of the newest gesture, undo or redo

    def field(self, action: str, value: str) -> _Field:
        kind = KIND.get(action, action)
        name = value if kind == "tag" else ""
        if (kind, name) not in self.fields:
            self.fields[kind, name] = _Field(self, kind, name)
        return self.fields[kind, name]

    def gesture(self, name: str) -> _Gesture | None:
        """Return a gesture by its id."""
        known = self.gestures.get(name)
        if known is None and self.opened is not None and (found := self.opened.gesture(self.name, name)):
            time, fields = found
            known = self.gestures[name] = _Gesture(time, tuple(self.numbered[field] for field in fields))
        return known

    def undo_and_redo(self) -> tuple[dict[str, None], dict[str, None]]:
        """Return both stacks, the top last. They are made when first needed: only the person at the lens needs them."""
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
        """Update the stacks if this came last, as it nearly always does; otherwise have them rebuilt."""
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


class Named(NamedTuple):
    """A name that somebody gave to a cluster, `""` where they cleared it, and the outputs in it."""

    gesture: str
    name: str
    keys: frozenset[str]


class State:
    """The current state of a log of events.

    For each person, output and tag the last of tag and untag that counts holds; likewise for the note, the star and the
    cluster name. The last colour, description and shortcut that anybody gave a tag hold for all; a shortcut is of the
    tag that took it last. A gesture counts unless the last undo or redo of it, by the person whose gesture it is, is an
    undo. The order in which events are given does not matter, nor whether one is given twice.

    Parameters
    ----------
    events : iterable of Event
    keys : collection of str, optional
        Only what concerns these keys; definitions of tags always count.
    current : mapping, optional
        Keys of the log whose output has another key by now -> that key (`identity.Keys.resolve`). It may grow, before
        the events that need it come.

    Attributes
    ----------
    latest : int
        The time of the last event that concerns these keys.

    Examples
    --------
    >>> from outlens.tags.events import Event
    >>> state = State([Event("a" * 32, 1, "ann", "id:1", "tag", "refusal", "b" * 32, "")])
    >>> state.tags_of("id:1")
    {'refusal': ['ann']}
    """

    def __init__(
        self,
        events: Iterable[Event] = (),
        keys: Collection[str] | None = None,
        current: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self._keys = None if keys is None else frozenset(keys)
        self._current = current
        self._people: dict[str, _Person] = {}
        self.latest = 0
        with no_collection():
            self._add(map(_row, events), None)
            for person in self._people.values():
                for field in person.fields.values():
                    field.settle(person.off)

    def load(self, columns: Columns) -> None:
        """Load all events of a store at once, into an empty state."""
        opened = Folded(renamed(columns, self._current), self._keys)
        self.latest = opened.latest
        off = np.zeros(len(columns.time), bool)
        for time, identifier, annotator, action, gesture in opened.switched():
            person = self._person(annotator)
            person.switches[identifier] = (time, identifier, action, gesture)
            person.last = max(person.last, time)
            self.latest = max(self.latest, time)
        for name, person in self._people.items():
            last = {gesture: action for _, _, action, gesture in sorted(person.switches.values())}
            person.off = {gesture for gesture, action in last.items() if action == "undo"}
            for gesture in person.off:
                off[opened.deeds(name, gesture)] = True
        for number, annotator, kind, name in opened.fields:
            person = self._person(annotator)
            person.opened = opened
            field = person.numbered[number] = person.fields[kind, name] = _Field(person, kind, name)
            field.number, field.first, field.changes = number, opened.first(number), 1
            field.now = opened.now(number, off)
            person.last = max(person.last, opened.last(number))

    def apply(self, events: Iterable[Event]) -> None:
        """Add events, including late ones whose time is before that of others."""
        touched: dict[str, dict[_Field, set[str]]] = {}
        self._add(map(_row, events), touched)
        for annotator, fields in touched.items():
            for field, keys in fields.items():
                field.settle(self._people[annotator].off, keys)

    def _add(self, rows: Iterable[Row], touched: dict[str, dict[_Field, set[str]]] | None) -> None:
        wanted = self._keys
        current = self._current
        last_time = -1
        last_annotator = last_action = last_value = last_gesture = ""
        switched: dict[str, set[str]] = {}
        settled: set[str] = set()
        latest = self.latest
        places: dict[tuple[str, str, str], tuple[_Person, _Field, dict[str, Entry], str]] = {}
        for time, identifier, annotator, key, action, value, gesture in rows:
            if action == "undo" or action == "redo":
                person = self._person(annotator)
                if identifier not in person.switches:
                    person.switches[identifier] = (time, identifier, action, value)
                    person.happened(time, action, value)
                switched.setdefault(annotator, set()).add(value)
                last_time = -1
                latest = max(latest, time)
                continue
            key = current.get(key, key)
            if wanted is not None and key not in wanted and action != "define":
                continue
            # Most events differ from the one before only in the key, as they belong to one gesture.
            if (
                time != last_time
                or gesture != last_gesture
                or value != last_value
                or action != last_action
                or annotator != last_annotator
            ):
                last_time, last_annotator, last_action, last_value = time, annotator, action, value
                last_gesture = gesture
                if time > latest:
                    latest = time
                place = places.get((annotator, action, value))
                if place is None:
                    person = self._person(annotator)
                    field = person.field(action, value)
                    place = places[annotator, action, value] = (person, field, field.entries, HELD.get(action, value))
                person, field, entries, held = place
                if time < field.first:
                    field.first = time
                about = person.gesture(gesture)
                if about is None:
                    person.gestures[gesture] = _Gesture(time, (field,))
                    person.happened(time, "do", gesture)
                else:
                    if time < about.time:
                        about.time = time
                        person.stacks = None
                    if field not in about.fields:
                        about.fields = (*about.fields, field)
                if touched is not None:
                    settled = touched.setdefault(annotator, {}).setdefault(field, set())
            newest = entries.get(key) or field.newest(key)
            if newest is None or time > newest[0] or (time == newest[0] and identifier > newest[1]):
                entries[key] = (time, identifier, gesture, held, newest)
            else:
                field.add(key, time, identifier, gesture, held)
            if touched is not None:
                settled.add(key)
        self.latest = latest
        for annotator, gestures in switched.items():
            self._switch(annotator, gestures, touched)

    def _switch(self, annotator: str, gestures: set[str], touched: dict[str, dict[_Field, set[str]]] | None) -> None:
        """Decide which of the gestures are in effect, and mark what they touch."""
        person = self._people[annotator]
        last = {gesture: action for _, _, action, gesture in sorted(person.switches.values())}
        for gesture in gestures:
            off = last[gesture] == "undo"
            if off == (gesture in person.off):
                continue
            (person.off.add if off else person.off.discard)(gesture)
            if touched is not None and (known := person.gesture(gesture)) is not None:
                for field in known.fields:
                    touched.setdefault(annotator, {}).setdefault(field, set()).update(field.of_gesture(gesture))

    def _person(self, annotator: str) -> _Person:
        person = self._people.get(annotator)
        if person is None:
            person = self._people[annotator] = _Person(annotator)
        return person

    def _now(self, kind: str, annotator: str | None = None) -> Iterator[tuple[str, _Field]]:
        """Yield the fields of a kind, of one person or of all in alphabetical order."""
        for name in sorted(self._people) if annotator is None else [annotator]:
            if name in self._people:
                for field in self._people[name].fields.values():
                    if field.kind == kind and field.now:
                        yield name, field

    @property
    def annotators(self) -> list[str]:
        """Return those who have a tag, note, star or cluster name on something, in alphabetical order."""
        return [
            name
            for name in sorted(self._people)
            if any(field.now for field in self._people[name].fields.values() if field.kind != "define")
        ]

    def tags_of(self, key: str) -> dict[str, list[str]]:
        """Return the tags on an output, in alphabetical order, each with the people who gave it."""
        found: dict[str, list[str]] = {}
        for annotator, field in self._now("tag"):
            if key in field.now:
                found.setdefault(field.name, []).append(annotator)
        return dict(sorted(found.items()))

    def names(self) -> dict[str, dict[str, int]]:
        """Return the number of outputs with each tag by annotator, in the order in which the tags were first given."""
        found: dict[str, dict[str, int]] = {}
        for annotator, field in self._now("tag"):
            found.setdefault(field.name, {})[annotator] = len(field.now)
        return {name: found[name] for name in self.numbers() if name in found}

    def numbers(self) -> dict[str, int]:
        """Return the place of each tag among all that were ever given here, including those that were removed."""
        first: dict[str, int] = {}
        for person in self._people.values():
            for field in person.fields.values():
                if field.kind == "tag":
                    first[field.name] = min(field.first, first.get(field.name, _NEVER))
        return {name: i for i, name in enumerate(sorted(first, key=lambda name: (first[name], name)))}

    def holders(self, name: str, annotator: str | None = None) -> set[str]:
        """Return the keys of the outputs that have a tag, from anybody or from one person."""
        people = self._people if annotator is None else [annotator]
        found: set[str] = set()
        for person in people:
            field = self._people[person].fields.get(("tag", name)) if person in self._people else None
            if field is not None:
                found.update(field.now)
        return found

    def changes(self, kind: str, annotator: str, name: str = "") -> int:
        """Return a number that grows whenever a field of a person may have changed."""
        field = self._people[annotator].fields.get((kind, name)) if annotator in self._people else None
        return 0 if field is None else field.changes

    def note_of(self, key: str) -> dict[str, str]:
        """Return the notes on an output: annotator -> text."""
        return {annotator: field.now[key] for annotator, field in self._now("note") if key in field.now}

    def notes(self, annotator: str) -> dict[str, str]:
        """Return a person's notes: key -> text."""
        return {key: text for _, field in self._now("note", annotator) for key, text in field.now.items()}

    def starred(self, annotator: str | None = None) -> set[str]:
        """Return the keys of the outputs that have a star, from anybody or from one person."""
        return {key for _, field in self._now("star", annotator) for key in field.now}

    def cluster_names(self, annotator: str) -> dict[str, str]:
        """Return the cluster names of a person in older logs: key of an output in the cluster -> name.

        Older logs do not say which outputs were named together.
        """
        return {key: name for _, field in self._now("name", annotator) for key, name in field.now.items()}

    def named_clusters(self, annotator: str) -> list[Named]:
        """Return the clusters that a person named, or whose name they cleared, with their outputs, in order of time."""
        person = self._people.get(annotator)
        field = None if person is None else person.fields.get(("cluster", ""))
        if person is None or field is None:
            return []
        made: dict[tuple[int, str, str], set[str]] = {}
        for gesture, time, name, keys in field.parts():
            if gesture not in person.off:
                made.setdefault((time, gesture, name), set()).update(keys)
        clusters = sorted(made.items(), key=lambda item: item[0])
        return [Named(gesture, name, frozenset(keys)) for (_, gesture, name), keys in clusters]

    def definitions(self) -> dict[str, dict[str, str]]:
        """Return the colour, description and shortcut of each tag that was defined; `""` where one was not given."""
        said: list[tuple[int, str, str, str]] = []
        for annotator, field in self._now("define"):
            for key in field.now:
                entry = field.latest(key, self._people[annotator].off)
                while entry is not None:
                    if entry[2] not in self._people[annotator].off:
                        said.append((*entry[:2], key.removeprefix("tag:"), entry[3]))
                    entry = entry[4]
        found: dict[str, dict[str, str]] = {}
        keyed: dict[str, str] = {}
        for _, _, name, value in sorted(said):
            given = _definition(value)
            found[name] = found.get(name, {"color": "", "description": "", "key": ""}) | given
            # A shortcut belongs to the tag that took it last.
            if given.get("key"):
                keyed[given["key"]] = name
        return {
            name: one | {"key": one["key"] if keyed.get(one["key"]) == name else ""}
            for name, one in sorted(found.items())
        }

    def undo_stack(self, annotator: str) -> list[str]:
        """Return the gestures of a person that can be undone, the next one last."""
        return list(self._people[annotator].undo_and_redo()[0]) if annotator in self._people else []

    def redo_stack(self, annotator: str) -> list[str]:
        """Return the gestures of a person that can be redone, the next one last."""
        return list(self._people[annotator].undo_and_redo()[1]) if annotator in self._people else []

    def size_of(self, annotator: str, gesture: str) -> int:
        """Return the number of outputs that a gesture touched."""
        known = self._people[annotator].gesture(gesture)
        fields = () if known is None else known.fields
        return len({key for field in fields for key in field.of_gesture(gesture)})

    def describe(self, annotator: str, gesture: str) -> str:
        """Describe a gesture, as `"tag ‘refusal’ on 12 outputs"`; a long value is cut to 40 characters."""
        said = []
        known = self._people[annotator].gesture(gesture)
        if known is None:
            raise KeyError(gesture)
        for field in known.fields:
            groups: dict[str, list[str]] = {}
            for key, value in field.of_gesture(gesture).items():
                groups.setdefault(value, []).append(key)
            said += [_sentence(field, value, keys) for value, keys in groups.items()]
        more = [f"{len(said) - _NAMED} more"] if len(said) > _NAMED else []
        return ", ".join([*said[:_NAMED], *more])


def _row(event: Event) -> Row:
    return event.time, event.id, event.annotator, event.key, event.action, event.value, event.gesture


def _definition(value: str) -> dict[str, str]:
    """Return the fields that a definition gives; the others stay as they were."""
    try:
        given = json.loads(value)
    except (ValueError, RecursionError):
        given = None
    if not isinstance(given, dict):
        given = {}
    return {name: str(given[name] or "") for name in ("color", "description", "key") if name in given}


def _sentence(field: _Field, value: str, keys: list[str]) -> str:
    if field.kind == "define":
        return f"definition of {_cut(keys[0].removeprefix('tag:'))}"
    prompts = sum(key.startswith("prompt:") for key in keys)
    counts = [(len(keys) - prompts, "output"), (prompts, "prompt")]
    on = " and ".join(f"{n} {what}{'' if n == 1 else 's'}" for n, what in counts if n)
    if field.kind == "tag":
        return f"{'tag' if value else 'untag'} {_cut(field.name)} on {on}"
    if field.kind == "star":
        return f"{'star' if value else 'unstar'} on {on}"
    what = "note" if field.kind == "note" else "cluster name"
    return f"{what} {_cut(value)} on {on}" if value else f"no {what} on {on}"


def _cut(value: str) -> str:
    return f"‘{value if len(value) <= _SHOWN else value[: _SHOWN - 1] + '…'}’"
