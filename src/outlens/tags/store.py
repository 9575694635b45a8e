"""The tag log in a file: a gesture is done once its events are on disk, and no file is ever damaged."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from os import PathLike
from pathlib import Path
from sqlite3 import Connection
from time import time_ns

from outlens.tags.columns import Columns
from outlens.tags.events import ACTIONS, Action, Event, different, distinct, is_id, new_id
from outlens.tags.store_file import PATIENCE, StoreError, StoreFile, StoreUnavailable
from outlens.tags.store_rows import SELECT, event_of_row, insert_events, read_columns

__all__ = ["PATIENCE", "Store", "StoreError", "StoreUnavailable"]

# The year 2112 in microseconds. Later times are still below 2**53, so a float, and therefore JSON, holds them exactly.
_LATEST = 1 << 52


class Store:
    """A log of events in one SQLite file, which several processes can read and write at once.

    Parameters
    ----------
    path : path, optional
        The file; it and its folder are created at the first write. None keeps the log in memory.

    Raises
    ------
    StoreError
        If the file is not a store, is damaged, or was written by a newer outlens. The file is not changed.
    """

    def __init__(self, path: str | PathLike[str] | None) -> None:
        self._file = StoreFile(None if path is None else Path(path).absolute())

    @property
    def path(self) -> Path | None:
        """The file; None for a log in memory."""
        return self._file.path

    @property
    def patience(self) -> float:
        """Seconds to wait for another program that holds a lock."""
        return self._file.patience

    @patience.setter
    def patience(self, seconds: float) -> None:
        self._file.patience = seconds

    def record(
        self,
        annotator: str,
        keys: Sequence[str],
        action: Action,
        value: str,
        lens: str = "",
        *,
        gesture: str | None = None,
        time: int | None = None,
    ) -> list[Event]:
        """Write a gesture: one event per key, all or none. They are on disk when this method returns.

        Parameters
        ----------
        annotator, action, value, lens
            As in `Event`.
        keys : sequence of str
        gesture : str, optional
            Its id, if it already has one.
        time : int, optional
            Time of the gesture, microseconds since 1970; by default now. If the store has a later gesture, because a
            clock was set back, the gesture gets a time just after that one.

        Raises
        ------
        StoreUnavailable
            If it cannot be written now. Then none of it is on disk.
        """
        gesture = gesture or new_id()
        # The ids of a gesture count up from a random one, so that they are adjacent in the index.
        first = int(new_id(), 16) & ~0xFFFFFFFF
        with self._file.writing() as connection:
            with self._file.damage():
                (last,) = connection.execute("SELECT time FROM clock").fetchone()
            now = max(time_ns() // 1000 if time is None else time, last + 1)
            events = [
                Event(f"{first + i:032x}", now, annotator, key, action, value, gesture, lens)
                for i, key in enumerate(keys)
            ]
            self._insert(connection, events)
        return events

    def append(self, events: Iterable[Event]) -> int:
        """Add events that were made elsewhere, except known ones. Return how many were new.

        Raises
        ------
        ValueError
            If an event is invalid, or differs from the one with the same id. Then none is added.
        StoreUnavailable
            If they cannot be written now. Then none is added.
        """
        given = distinct(events)
        for event in given:
            _check_event(event)
        if not given:
            return 0
        with self._file.writing() as connection:
            new = []
            for event in given:
                row = connection.execute(f"{SELECT} WHERE id = ?", (bytes.fromhex(event.id),)).fetchone()
                if row is None:
                    new.append(event)
                    continue
                with self._file.damage():
                    stored = event_of_row(connection, self._file.texts, row)
                if stored != event:
                    raise different(event.id)
            self._insert(connection, new)
        return len(new)

    def events(self, keys: Collection[str] | None = None) -> list[Event]:
        """Return all events in the order `(time, id)`, or those about some keys, with every undo, redo and definition.

        This works even if the file was deleted while open, so that its events can be written elsewhere.
        """
        with self._file.reading(gone=True) as connection:
            events = [] if connection is None else self._after(connection, 0)[0]
        if keys is not None:
            wanted = frozenset(keys)
            events = [event for event in events if event.key in wanted or event.action in ("undo", "redo", "define")]
        return sorted(events, key=lambda event: (event.time, event.id))

    def since(self, seq: int) -> tuple[list[Event], int]:
        """Return the events written after `seq` (0 for all), by any process, and the `seq` of the last one."""
        with self._file.reading() as connection:
            if connection is None:
                return [], 0
            return self._after(connection, seq)

    def _after(self, connection: Connection, seq: int) -> tuple[list[Event], int]:
        rows = connection.execute(f"{SELECT} WHERE seq > ? ORDER BY seq", (seq,)).fetchall()
        with self._file.damage():
            self._file.texts.read(connection)
            events = [event_of_row(connection, self._file.texts, row) for row in rows]
        return events, rows[-1][0] if rows else seq

    def size_of(self, gesture: str) -> int:
        """Return the number of outputs that a gesture touched, including those of other data."""
        with self._file.reading() as connection:
            if connection is None:
                return 0
            query = "SELECT count(DISTINCT key) FROM event WHERE deed IN (SELECT n FROM deed WHERE gesture = ?)"
            return int(connection.execute(query, (bytes.fromhex(gesture),)).fetchone()[0])

    def columns(self) -> tuple[Columns | None, int]:
        """Return all events for `State.load`, faster than `events`, and the last `seq`; None without a file."""
        with self._file.reading() as connection:
            if connection is None:
                return None, 0
            # Both reads see the same state of the log, whatever others write meanwhile.
            connection.execute("BEGIN")
            try:
                last = connection.execute("SELECT coalesce(max(seq), 0) FROM event").fetchone()[0]
                with self._file.damage():
                    self._file.texts.read(connection)
                    return (read_columns(connection, self._file.texts) if last else None), int(last)
            finally:
                connection.execute("ROLLBACK")

    def gather(self) -> None:
        """Move the contents of SQLite's second file into the store, so that a copy of the store alone is complete."""
        self._file.gather()

    def close(self) -> None:
        """Close the file. A later call opens it again; a log in memory is gone."""
        self._file.close()

    def _insert(self, connection: Connection, events: list[Event]) -> None:
        with self._file.damage():
            self._file.texts.read(connection)
        insert_events(connection, self._file.texts, events)


def _check_event(event: Event) -> None:
    for name in ("id", "gesture"):
        value = getattr(event, name)
        if not isinstance(value, str) or not is_id(value):
            raise ValueError(f"An event's {name} is {value!r}; it must be 32 hex digits, as uuid4().hex gives.")
    if event.action not in ACTIONS:
        raise ValueError(f"An event's action is {event.action!r}; it must be one of {', '.join(ACTIONS)}.")
    if isinstance(event.time, bool) or not isinstance(event.time, int) or not 0 <= event.time < _LATEST:
        raise ValueError(f"An event's time is {event.time!r}; it must be whole microseconds since 1970, below 2**52.")
    for name in ("annotator", "key", "value", "lens"):
        if not isinstance(getattr(event, name), str):
            raise ValueError(f"An event's {name} is {getattr(event, name)!r}; it must be a string.")
    if event.action in ("undo", "redo") and not is_id(event.value):
        raise ValueError(f"An event's value is {event.value!r}; {event.action} takes a gesture's 32 hex digits.")
    if event.action in ("tag", "untag") and not event.value.strip():
        raise ValueError(f"An event's value is {event.value!r}; a tag's name must not be blank.")
