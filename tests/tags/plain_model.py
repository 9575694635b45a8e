"""The fold in obvious lines: each question goes through all events from the start."""

from __future__ import annotations

from collections.abc import Iterable

from outlens.tags.events import Event
from outlens.tags.fold import State


def in_order(events: Iterable[Event]) -> list[Event]:
    return sorted(set(events), key=lambda event: (event.time, event.id))


def that_count(events: Iterable[Event]) -> list[Event]:
    events = in_order(events)
    undone: dict[tuple[str, str], bool] = {}
    for event in events:
        if event.action in ("undo", "redo"):
            undone[event.annotator, event.value] = event.action == "undo"
    return [
        event
        for event in events
        if event.action not in ("undo", "redo") and not undone.get((event.annotator, event.gesture), False)
    ]


def tags(events: Iterable[Event], key: str) -> dict[str, list[str]]:
    on: set[tuple[str, str]] = set()
    for event in that_count(events):
        if event.key == key and event.action == "tag":
            on.add((event.value, event.annotator))
        if event.key == key and event.action == "untag":
            on.discard((event.value, event.annotator))
    found: dict[str, list[str]] = {}
    for name, annotator in sorted(on):
        found.setdefault(name, []).append(annotator)
    return found


def last_value(events: Iterable[Event], key: str, action: str) -> dict[str, str]:
    values: dict[str, str] = {}
    for event in that_count(events):
        if event.key == key and event.action == action:
            values[event.annotator] = event.value
    return {annotator: value for annotator, value in values.items() if value}


def named(events: Iterable[Event], annotator: str, keys: list[str]) -> list[tuple[str, str, set[str]]]:
    """Return each gesture that named a cluster, with the name and the outputs."""
    sets: dict[tuple[int, str, str], set[str]] = {}
    for event in that_count(events):
        if event.annotator == annotator and event.key in keys and event.action == "cluster":
            sets.setdefault((event.time, event.gesture, event.value), set()).add(event.key)
    return [(gesture, value, members) for (_, gesture, value), members in sorted(sets.items(), key=lambda one: one[0])]


def starred(events: Iterable[Event], annotator: str, keys: list[str]) -> set[str]:
    on: set[str] = set()
    for event in that_count(events):
        if event.annotator == annotator and event.key in keys:
            if event.action == "star":
                on.add(event.key)
            if event.action == "unstar":
                on.discard(event.key)
    return on


def definitions(events: Iterable[Event]) -> dict[str, str]:
    return {event.key: event.value for event in that_count(events) if event.action == "define"}


def stacks(events: Iterable[Event], annotator: str, keys: list[str]) -> tuple[list[str], list[str]]:
    """Return undo and redo stacks, for gestures whose events share one time that no other gesture has."""
    undo: list[str] = []
    redo: list[str] = []
    seen: set[str] = set()
    for event in in_order(events):
        if event.annotator != annotator:
            continue
        if event.action == "undo":
            if event.value in undo:
                undo.remove(event.value)
                redo.append(event.value)
        elif event.action == "redo":
            if event.value in redo:
                redo.remove(event.value)
            if event.value in seen and event.value not in undo:
                undo.append(event.value)
        elif (event.key in keys or event.action == "define") and event.gesture not in seen:
            seen.add(event.gesture)
            undo.append(event.gesture)
            redo.clear()
    return undo, redo


def ever(events: Iterable[Event], keys: list[str]) -> list[str]:
    """Return the tags in the order of their first use, including undone ones."""
    given = [(event.time, event.value) for event in events if event.action in ("tag", "untag") and event.key in keys]
    return list(dict.fromkeys(name for _, name in sorted(given)))


def check(state: State, events: Iterable[Event], keys: list[str], people: list[str]) -> None:
    """Assert that the fold matches the plain model in every respect."""
    events = list(events)
    names = {event.value for event in events if event.action == "tag"}
    by_key = {key: tags(events, key) for key in keys}
    counts: dict[str, dict[str, int]] = {}
    for given in by_key.values():
        for name, annotators in given.items():
            for annotator in annotators:
                counts.setdefault(name, {}).setdefault(annotator, 0)
                counts[name][annotator] += 1
    for key in keys:
        assert state.tags_of(key) == by_key[key]
        assert state.note_of(key) == last_value(events, key, "note")
        for person in people:
            assert state.notes(person).get(key) == last_value(events, key, "note").get(person)
            assert state.cluster_names(person).get(key) == last_value(events, key, "name").get(person)
    assert state.names() == counts
    for name in names:
        assert state.holders(name) == {key for key in keys if name in by_key[key]}
        for person in people:
            assert state.holders(name, person) == {key for key in keys if person in by_key[key].get(name, [])}
    for person in people:
        assert state.starred(person) == starred(events, person, keys)
        found = [(one.gesture, one.name, set(one.keys)) for one in state.named_clusters(person)]
        assert found == named(events, person, keys)
    assert state.starred() == {key for person in people for key in starred(events, person, keys)}
    assert set(state.definitions()) == {key.removeprefix("tag:") for key in definitions(events)}
