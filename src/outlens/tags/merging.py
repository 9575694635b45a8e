"""Merge the logs of several people, or of one person on several machines."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from os import PathLike, fspath
from pathlib import Path
from typing import Any

import pandas as pd

from outlens.tags.events import Event, distinct
from outlens.tags.events_file import as_events, read_events
from outlens.tags.judgements import Judgement, from_table, is_table_of_judgements, to_events
from outlens.tags.session import Session
from outlens.tags.store import Store, StoreError

Source = str | PathLike[str] | Store | Session

_FOR_ALL = ("undo", "redo", "define")
"""Actions that are not about a single output."""


@dataclass(frozen=True)
class Merged:
    """The number of events read, by outcome; the three numbers add up to all events read."""

    taken: int
    """New events about outputs of this lens."""
    known: int
    """Events that were already in the log."""
    unknown: int
    """New events about outputs that this lens does not have. The store keeps them for lenses that have them."""

    def __repr__(self) -> str:
        unknown = f"{self.unknown} about outputs that are not in this lens"
        return f"{_events(self.taken)} taken, {self.known} known already, {unknown}"


def _events(count: int) -> str:
    return f"{count} event{'s' * (count != 1)}"


def merge(*sources: Source, into: str | PathLike[str] | None = None) -> Store:
    """Merge logs. The result has each event once; tags of different people on one output are all kept.

    The order of the sources does not matter. The same source can be given twice, or merged again later.

    Parameters
    ----------
    *sources : path, Store or Session
        Paths of stores (`.sqlite`) and of exported events (`.jsonl`). They are not changed.
    into : path, optional
        The store to add all events to; it is created if it does not exist. By default the result is in memory.

    Returns
    -------
    Store
        The merged log, including the events that were already in `into`.

    Raises
    ------
    ValueError
        If two different events have the same id, or a source is missing, damaged or from a newer outlens; then nothing
        is written.
    TypeError
        If a source is of another type.
    """
    if into is not None and Path(fspath(into)).suffix == ".jsonl":
        raise ValueError(
            f"into={fspath(into)!r} must be a store; name it .sqlite, or write .jsonl with tags.write_events."
        )
    events = distinct(event for source in sources for event in events_of(source))
    store = Store(into)
    store.append(events)
    return store


def events_of(source: Source) -> list[Event]:
    """Return the events of a log without changing it."""
    if isinstance(source, Session):
        saved = source.store.events()
        return saved + source.waiting(max((event.time for event in saved), default=0))
    if isinstance(source, Store):
        return source.events()
    if not isinstance(source, (str, PathLike)):
        raise _wrong_source(source)
    path = Path(fspath(source))
    if not path.is_file():
        raise StoreError(
            f"The file {path} does not exist; give the path of a tag store (.sqlite) or of exported events (.jsonl)."
        )
    if path.suffix == ".jsonl":
        return read_events(path)
    store = Store(path)
    try:
        return store.events()
    finally:
        store.close()


def _wrong_source(source: object) -> TypeError:
    if isinstance(source, (list, tuple)) and source and all(isinstance(item, (str, PathLike)) for item in source):
        paths = ", ".join(repr(str(item)) for item in source[:3]) + ", ..." * (len(source) > 3)
        return TypeError(f"the source is a list of paths; give each path by itself: {paths}, without the brackets.")
    shown = "None" if source is None else f"a {type(source).__name__}"
    return TypeError(
        f"the source is {shown}; give the path of a tag store (.sqlite) or of exported events (.jsonl), a list of "
        "tags.Judgement, or lens.tag_log."
    )


def read_sources(
    sources: Iterable[Any], log: Sequence[Event], keys: Collection[str] | Session, lens: str = ""
) -> tuple[list[Event], Merged]:
    """Read other people's tags, and compare them with a log.

    Parameters
    ----------
    sources : iterable
        Each is a source that `merge` takes, a list of Judgement, a list of Event, or a table like `lens.tag_log` or
        `lens.judgements()`.
    log : sequence of Event
        All events known so far.
    keys : collection of str, or Session
        The keys of the lens's outputs and prompts; a Session also knows their older keys.
    lens : str
        The lens to record in events made from judgements.

    Returns
    -------
    events, merged
        The events to append to the log, and the number of events by outcome.

    Raises
    ------
    ValueError, TypeError
        As `merge`.
    """
    added: list[Event] = []
    count = 0
    for source in sources:
        if is_table_of_judgements(source):
            source = from_table(source)
        if isinstance(source, pd.DataFrame) or _all(source, Event):
            read = events = as_events(source)
        elif _all(source, Judgement):
            read = to_events(source, lens)
            # The log has the current keys of the outputs; a judgement may have an older one.
            read = keys.current(read) if isinstance(keys, Session) else read
            events = new_events(read, [*log, *added])
        else:
            read = events = events_of(source)
        count += len(read)
        added = distinct([*added, *events])
    ids = {event.id for event in log}
    new = [event for event in added if event.id not in ids]
    return added, counts(new, count, keys)


def _all(source: object, kind: type) -> bool:
    return isinstance(source, (list, tuple)) and all(isinstance(item, kind) for item in source)


def counts(new: Sequence[Event], read: int, keys: Collection[str] | Session) -> Merged:
    """Count the new events by whether the lens has their outputs; the rest of those `read` are known."""
    here = keys if isinstance(keys, Session) else set(keys)
    unknown = sum(event.key not in here and event.action not in _FOR_ALL for event in new)
    return Merged(len(new) - unknown, read - len(new), unknown)


def new_events(events: Sequence[Event], log: Iterable[Event]) -> list[Event]:
    """Return the events whose content is not in effect in the log yet.

    This is for events made from a column or from judgements, which get new ids each time. Events of undone gestures in
    the log are ignored, so that undone tags can be added again. The times of the returned events are later than those
    in the log, whatever the clocks say.
    """
    same_keys = {event.key for event in events}
    log = [event for event in log if event.key in same_keys or event.action in ("undo", "redo")]
    undone = undone_gestures(log)
    known = {_content(event) for event in log if (event.annotator, event.gesture) not in undone}
    time = max((event.time for event in log), default=0) + 1
    return [replace(event, time=max(event.time, time)) for event in events if _content(event) not in known]


def _content(event: Event) -> tuple[str, str, str, str]:
    return event.annotator, event.key, event.action, event.value


def undone_gestures(log: Iterable[Event]) -> set[tuple[str, str]]:
    """Return (annotator, gesture) of the gestures whose last undo or redo, by the same person, is an undo."""
    last: dict[tuple[str, str], str] = {}
    for event in sorted(log, key=lambda event: (event.time, event.id)):
        if event.action in ("undo", "redo"):
            last[event.annotator, event.value] = event.action
    return {gesture for gesture, action in last.items() if action == "undo"}
