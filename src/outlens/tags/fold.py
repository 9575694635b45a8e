"""Fold the events of a log into the current tags, notes, stars and names of each person."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np

from outlens.tags.columns import HELD, Columns, Entry, Folded, no_collection, renamed
from outlens.tags.events import Event
from outlens.tags.person import NEVER, Field, Gesture, Person

# time, id, annotator, key, action, value, gesture: an event as a cheap tuple.
Row = tuple[int, str, str, str, str, str, str]

_SHOWN = 40
_NAMED = 3


class Named(NamedTuple):
    """A name that somebody gave to a cluster (`""` if they cleared it), and the outputs in it."""

    gesture: str
    name: str
    keys: frozenset[str]


class Correction(NamedTuple):
    """A correction of points that somebody made, and the outputs that hold the wordings concerned."""

    time: int
    gesture: str
    value: str
    keys: frozenset[str]


class State:
    """The current state of a log of events.

    For each person, output and tag, the last tag or untag in effect counts; likewise for notes, stars and cluster
    names. The last colour, description and shortcut that anybody gave a tag apply to everybody; a shortcut belongs to
    the tag that took it last. A gesture is in effect unless its last undo or redo, by the person who made it, is an
    undo. Events can be given in any order and more than once.

    Parameters
    ----------
    events : iterable of Event
    keys : collection of str, optional
        Use only events about these keys, and definitions of tags.
    current : mapping, optional
        Keys of the log whose output has a different key now -> that key (`identity.Keys.resolve`). Entries may be added
        later, before the events that need them.

    Attributes
    ----------
    latest : int
        The time of the last event about these keys.

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
        self._people: dict[str, Person] = {}
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
            field = person.numbered[number] = person.fields[kind, name] = Field(person, kind, name)
            field.number, field.first, field.changes = number, opened.first(number), 1
            field.now = opened.now(number, off)
            person.last = max(person.last, opened.last(number))

    def apply(self, events: Iterable[Event]) -> None:
        """Add events, including late ones that are older than events already added."""
        touched: dict[str, dict[Field, set[str]]] = {}
        self._add(map(_row, events), touched)
        for annotator, fields in touched.items():
            for field, keys in fields.items():
                field.settle(self._people[annotator].off, keys)

    def _add(self, rows: Iterable[Row], touched: dict[str, dict[Field, set[str]]] | None) -> None:
        wanted = self._keys
        current = self._current
        last_time = -1
        last_annotator = last_action = last_value = last_gesture = ""
        switched: dict[str, set[str]] = {}
        settled: set[str] = set()
        latest = self.latest
        places: dict[tuple[str, str, str], tuple[Person, Field, dict[str, Entry], str]] = {}
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
            # Most events belong to the same gesture as the previous one and differ only in the key.
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
                    person.gestures[gesture] = Gesture(time, (field,))
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

    def _switch(self, annotator: str, gestures: set[str], touched: dict[str, dict[Field, set[str]]] | None) -> None:
        """Decide which of the gestures are in effect, and mark the entries they touch."""
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

    def _person(self, annotator: str) -> Person:
        person = self._people.get(annotator)
        if person is None:
            person = self._people[annotator] = Person(annotator)
        return person

    def _now(self, kind: str, annotator: str | None = None) -> Iterator[tuple[str, Field]]:
        """Yield the fields of a kind, of one person or of all in alphabetical order."""
        for name in sorted(self._people) if annotator is None else [annotator]:
            if name in self._people:
                for field in self._people[name].fields.values():
                    if field.kind == kind and field.now:
                        yield name, field

    @property
    def people(self) -> list[str]:
        """Everybody with an event about these keys."""
        return list(self._people)

    @property
    def annotators(self) -> list[str]:
        """Return the people with a tag, note, star, cluster name or correction of points, in alphabetical order."""
        return [
            name
            for name in sorted(self._people)
            if any(field.now for field in self._people[name].fields.values() if field.kind != "define")
        ]

    def tags_of(self, key: str) -> dict[str, list[str]]:
        """Return the tags on an output, in alphabetical order, each with the people who gave it."""
        tags: dict[str, list[str]] = {}
        for annotator, field in self._now("tag"):
            if key in field.now:
                tags.setdefault(field.name, []).append(annotator)
        return dict(sorted(tags.items()))

    def names(self) -> dict[str, dict[str, int]]:
        """Return the number of outputs with each tag by annotator, in the order in which the tags were first given."""
        counts: dict[str, dict[str, int]] = {}
        for annotator, field in self._now("tag"):
            counts.setdefault(field.name, {})[annotator] = len(field.now)
        return {name: counts[name] for name in self.numbers() if name in counts}

    def numbers(self) -> dict[str, int]:
        """Return the index of each tag among all that were ever given here, including removed ones."""
        first: dict[str, int] = {}
        for person in self._people.values():
            for field in person.fields.values():
                if field.kind == "tag":
                    first[field.name] = min(field.first, first.get(field.name, NEVER))
        return {name: i for i, name in enumerate(sorted(first, key=lambda name: (first[name], name)))}

    def holders(self, name: str, annotator: str | None = None) -> set[str]:
        """Return the keys of the outputs that have a tag, from anybody or from one person."""
        people = self._people if annotator is None else [annotator]
        keys: set[str] = set()
        for person in people:
            field = self._people[person].fields.get(("tag", name)) if person in self._people else None
            if field is not None:
                keys.update(field.now)
        return keys

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
        """Return the clusters whose name a person set or cleared, with their outputs, in order of time."""
        return [Named(gesture, name, keys) for _, gesture, name, keys in self._sets("cluster", annotator)]

    def corrections(self) -> list[Correction]:
        """Return the corrections of points that anybody made, in order of time."""
        made = [Correction(*one) for annotator in self._people for one in self._sets("point", annotator)]
        return sorted(made, key=lambda one: one[:3])

    def _sets(self, kind: str, annotator: str) -> list[tuple[int, str, str, frozenset[str]]]:
        """Return time, gesture, value and outputs of each gesture in effect of a person, in order of time."""
        person = self._people.get(annotator)
        field = None if person is None else person.fields.get((kind, ""))
        if person is None or field is None:
            return []
        made: dict[tuple[int, str, str], set[str]] = {}
        for gesture, time, value, keys in field.parts():
            if gesture not in person.off:
                made.setdefault((time, gesture, value), set()).update(keys)
        return [(*one, frozenset(keys)) for one, keys in sorted(made.items(), key=lambda item: item[0])]

    def definitions(self) -> dict[str, dict[str, str]]:
        """Return the colour, description and shortcut of each defined tag; `""` for one that was not given."""
        given_fields: list[tuple[int, str, str, str]] = []
        for annotator, field in self._now("define"):
            for key in field.now:
                entry = field.latest(key, self._people[annotator].off)
                while entry is not None:
                    if entry[2] not in self._people[annotator].off:
                        given_fields.append((*entry[:2], key.removeprefix("tag:"), entry[3]))
                    entry = entry[4]
        definitions: dict[str, dict[str, str]] = {}
        shortcuts: dict[str, str] = {}
        for _, _, name, value in sorted(given_fields):
            given = _definition(value)
            definitions[name] = definitions.get(name, {"color": "", "description": "", "key": ""}) | given
            # A shortcut belongs to the tag that took it last.
            if given.get("key"):
                shortcuts[given["key"]] = name
        return {
            name: fields | {"key": fields["key"] if shortcuts.get(fields["key"]) == name else ""}
            for name, fields in sorted(definitions.items())
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
        sentences = []
        known = self._people[annotator].gesture(gesture)
        if known is None:
            raise KeyError(gesture)
        for field in known.fields:
            groups: dict[str, list[str]] = {}
            for key, value in field.of_gesture(gesture).items():
                groups.setdefault(value, []).append(key)
            sentences += [_sentence(field, value, keys) for value, keys in groups.items()]
        more = [f"{len(sentences) - _NAMED} more"] if len(sentences) > _NAMED else []
        return ", ".join([*sentences[:_NAMED], *more])


def _row(event: Event) -> Row:
    return event.time, event.id, event.annotator, event.key, event.action, event.value, event.gesture


def _definition(value: str) -> dict[str, str]:
    """Return the fields that a definition sets."""
    given = _object(value)
    return {name: str(given[name] or "") for name in ("color", "description", "key") if name in given}


def _object(value: str) -> dict[str, Any]:
    """Return the object that JSON holds; {} for anything else, which a log may hold."""
    try:
        given = json.loads(value)
    except (ValueError, RecursionError):
        return {}
    return given if isinstance(given, dict) else {}


def _sentence(field: Field, value: str, keys: list[str]) -> str:
    if field.kind == "define":
        return f"definition of {_cut(keys[0].removeprefix('tag:'))}"
    prompts = sum(key.startswith("prompt:") for key in keys)
    counts = [(len(keys) - prompts, "output"), (prompts, "prompt")]
    on = " and ".join(f"{n} {what}{'' if n == 1 else 's'}" for n, what in counts if n)
    if field.kind == "tag":
        return f"{'tag' if value else 'untag'} {_cut(field.name)} on {on}"
    if field.kind == "star":
        return f"{'star' if value else 'unstar'} on {on}"
    if field.kind == "point":
        return _correction(value)
    what = "note" if field.kind == "note" else "cluster name"
    return f"{what} {_cut(value)} on {on}" if value else f"no {what} on {on}"


def _correction(value: str) -> str:
    """Describe a correction of points, as `"merge of points ‘Water it’ and ‘Water weekly’"`."""
    given = _object(value)
    texts = given.get("texts")
    texts = [_cut(" ".join(text.split())) for text in texts if isinstance(text, str)] if isinstance(texts, list) else []
    some = f"{', '.join(texts[:2])} and {len(texts) - 2} more" if len(texts) > 2 else " and ".join(texts)
    match given.get("do"), given.get("name"):
        case "merge", _ if some:
            return f"merge of points {some}"
        case "split", _ if some:
            return f"split of {some}"
        case "name", str(name) if name.strip():
            return f"name {_cut(name)} of a point"
        case "name", _:
            return "removed name of a point"
    return "unknown correction of points"


def _cut(value: str) -> str:
    return f"‘{value if len(value) <= _SHOWN else value[: _SHOWN - 1] + '…'}’"
