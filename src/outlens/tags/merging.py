"""The logs of several people, or of one person on several machines, as one log."""

from __future__ import annotations

from os import PathLike, fspath
from pathlib import Path

from outlens.tags.events import Event, distinct
from outlens.tags.session import Session
from outlens.tags.store import Store, StoreError

Source = str | PathLike[str] | Store | Session


def merge(*sources: Source, into: str | PathLike[str] | None = None) -> Store:
    """Unite logs. Every event is there once; what two people say of one output stays side by side.

    The order of the sources does not matter, nor whether one is given twice or was merged before.

    Parameters
    ----------
    *sources : path, Store or Session
        Paths of stores (`.sqlite`) and of exported events (`.jsonl`). They are only read.
    into : path, optional
        The store to which all is added; made if it is not there. Without it the union is in memory.

    Returns
    -------
    Store
        With the union, and with what was in `into`.

    Raises
    ------
    ValueError
        If two different events have one id, or a source is missing, damaged or from a newer outlens; then nothing is
        written.
    """
    if into is not None and Path(fspath(into)).suffix == ".jsonl":
        raise ValueError(f"into={fspath(into)!r} is to be a store; name it .sqlite. tags.write_events writes .jsonl.")
    events = distinct(event for source in sources for event in events_of(source))
    store = Store(into)
    store.append(events)
    return store


def events_of(source: Source) -> list[Event]:
    """The events of a log, which is only read."""
    if isinstance(source, Session):
        known = source.store.events()
        return known + source.waiting(max((event.time for event in known), default=0))
    if isinstance(source, Store):
        return source.events()
    path = Path(fspath(source))
    if not path.is_file():
        raise StoreError(
            f"There is no file {path}; give the path of a tag store (.sqlite) or of exported events (.jsonl)."
        )
    if path.suffix == ".jsonl":
        from outlens.tags.events_file import read_events

        return list(read_events(path))
    store = Store(path)
    try:
        return store.events()
    finally:
        store.close()
