"""The logs of several people, or of one person on several machines, as one log."""

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
"""Actions that concern no single output."""


@dataclass(frozen=True)
class Merged:
    """How many events were read, and what became of them; the three numbers add up to all that were read."""

    taken: int
    """New events about outputs of this lens."""
    known: int
    """Events that were in the log already."""
    unknown: int
    """New events about outputs that this lens does not have. The store keeps them for a lens that has them."""

    def __repr__(self) -> str:
        unknown = f"{self.unknown} about outputs that are not in this lens"
        return f"{_events(self.taken)} taken, {self.known} known already, {unknown}"


def _events(count: int) -> str:
    return f"{count} event{'s' * (count != 1)}"


def merge(*sources: Source, into: str | PathLike[str] | None = None) -> Store:
    """Unite logs. Each event is in the result once; tags of different people on one output are all kept.

    The order of the sources does not matter. A source may be given twice, or merged again later.

    Parameters
    ----------
    *sources : path, Store or Session
        Paths of stores (`.sqlite`) and of exported events (`.jsonl`). They are only read.
    into : path, optional
        The store to which all events are added; it is created if it does not exist. By default the result is in memory.

    Returns
    -------
    Store
        The union, with what was in `into`.

    Raises
    ------
    ValueError
        If two different events have the same id, or a source is missing, damaged or from a newer outlens; then nothing
        is written.
    TypeError
        If a source is something else.
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
    """Return the events of a log, which is only read."""
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
            f"There is no file {path}; give the path of a tag store (.sqlite) or of exported events (.jsonl)."
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
    """Read what others tagged, and compare it with a log.

    Parameters
    ----------
    sources : iterable
        Each what `merge` takes, a list of Judgement, a list of Event, or a table like `lens.tag_log` or
        `lens.judgements()`.
    log : sequence of Event
        All that is known so far.
    keys : collection of str, or Session
        The keys of the outputs, and of their prompts, that the lens has; a Session also knows older keys of theirs.
    lens : str
        Written into events that are made of judgements.

    Returns
    -------
    events, merged
        The events to append to the log, and how many there are of which kind.

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
            # The log has the keys that the outputs have now; a judgement may have an older one.
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
    """Count the new events by whether the lens has their outputs; the others of those `read` are known."""
    here = keys if isinstance(keys, Session) else set(keys)
    unknown = sum(event.key not in here and event.action not in _FOR_ALL for event in new)
    return Merged(len(new) - unknown, read - len(new), unknown)


def new_events(events: Sequence[Event], log: Iterable[Event]) -> list[Event]:
    """Return the events that say what no event of the log says that is in effect.

    For events made from a column or from judgements, which get new ids each time. An event in the log whose gesture was
    undone does not count, so that what was undone can be taken again. They get times after the log's, whatever the
    clocks say.
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
