"""The tables of a store, and events as their rows."""

from __future__ import annotations

import sqlite3
from collections import ChainMap
from typing import Any

import numpy as np
import numpy.typing as npt

from outlens.tags.columns import Columns, no_collection
from outlens.tags.events import ACTIONS, Event

APPLICATION_ID = 0x6F746C67
VERSION = 2
"""The newest format: 2 has corrections of points. A store gets it with its first one; older programs can read 1."""

_ROWS_AT_ONCE = 50_000
"""The most rows that are Python objects at a time."""

_CODE = {action: code for code, action in enumerate(ACTIONS)}

# Text is stored as bytes: SQLite's text cannot hold lone surrogates or NUL. `clock` holds the last time assigned.
# Values shared by the events of a gesture are stored once, in `deed`: a million events load in half the time.
_SCHEMA = (
    "CREATE TABLE text (n INTEGER PRIMARY KEY, bytes BLOB NOT NULL UNIQUE)",
    "CREATE TABLE deed (n INTEGER PRIMARY KEY, time INTEGER NOT NULL, annotator INTEGER NOT NULL,"
    " action INTEGER NOT NULL, value INTEGER NOT NULL, gesture BLOB NOT NULL, lens INTEGER NOT NULL)",
    "CREATE TABLE event (seq INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, deed INTEGER NOT NULL,"
    " key INTEGER NOT NULL)",
    "CREATE TABLE clock (time INTEGER NOT NULL)",
    "INSERT INTO clock VALUES (0)",
    f"PRAGMA application_id = {APPLICATION_ID}",
    "PRAGMA user_version = 1",
)

SELECT = (
    "SELECT seq, id, time, annotator, key, action, value, gesture, lens FROM event"
    " LEFT JOIN deed ON deed.n = event.deed"
)


class Texts:
    """The texts of a store that were read so far, with their numbers."""

    def __init__(self) -> None:
        self.by_number: dict[int, str] = {}
        self.numbers: dict[str, int] = {}
        self.last = 0

    def clear(self) -> None:
        """Forget everything."""
        self.by_number.clear()
        self.numbers.clear()
        self.last = 0

    def read(self, connection: sqlite3.Connection) -> None:
        """Read the texts added since last time."""
        query = "SELECT n, bytes FROM text WHERE n > ? ORDER BY n"
        for number, raw in connection.execute(query, (self.last,)):
            text = raw.decode("utf-8", "surrogatepass")
            self.by_number[number] = text
            self.numbers[text] = number
            self.last = number

    def match(self, connection: sqlite3.Connection) -> bool:
        """Return whether the last text has the same number in the store; if not, it is another store."""
        if self.last not in self.by_number:
            return True
        row = connection.execute("SELECT bytes FROM text WHERE n = ?", (self.last,)).fetchone()
        return row is not None and row[0] == self.by_number[self.last].encode("utf-8", "surrogatepass")


def event_of_row(connection: sqlite3.Connection, texts: Texts, row: tuple[Any, ...]) -> Event:
    """Return the event for a row of `SELECT`."""
    _, identifier, moment, annotator, key, code, value, gesture, lens = row
    known = texts.by_number
    if not known.keys() >= {annotator, key, value, lens}:
        texts.read(connection)
    if len(identifier) != 16 or len(gesture) != 16:
        raise ValueError("an id does not have 16 bytes")
    return Event(
        identifier.hex(),
        moment,
        known[annotator],
        known[key],
        ACTIONS[code],
        known[value],
        gesture.hex(),
        known[lens],
    )


def read_columns(connection: sqlite3.Connection, texts: Texts) -> Columns:
    """Return all events as columns; `texts` must have been read."""
    with no_collection():
        numbers, time, annotator, action, value, gesture = _fetch(
            connection, "SELECT n, time, annotator, action, value, gesture FROM deed ORDER BY n", 6
        )
        ids, deed, key = _fetch(connection, "SELECT id, deed, key FROM event ORDER BY seq", 3)
        by_number = np.full(texts.last + 1, None, object)
        for number, text in texts.by_number.items():
            by_number[number] = text
        at = numbers.searchsorted(deed)
        known = [by_number[some] != None for some in (annotator, value, key)]  # noqa: E711
        if not (numbers[at] == deed).all() or not all(some.all() for some in known):
            raise KeyError("a row that others refer to is missing")
        if (action < 0).any() or (action >= len(ACTIONS)).any():
            raise KeyError("an action has an unknown number")
        return Columns(ids, at, key, time, annotator, action, value, gesture, by_number, dict(texts.numbers))


def insert_events(connection: sqlite3.Connection, texts: Texts, events: list[Event]) -> None:
    """Add events to the tables, in the order given; `texts` must have been read."""
    # There is only one writer at a time, so the numbers after the last one are free. `texts` gets them
    # at the next read, because this transaction may still fail.
    numbers: dict[str, int] = {}
    following = texts.last + 1
    for event in events:
        for text in (event.annotator, event.key, event.value, event.lens):
            if text not in texts.numbers and text not in numbers:
                numbers[text] = following + len(numbers)
    connection.executemany(
        "INSERT INTO text VALUES (?, ?)",
        [(number, text.encode("utf-8", "surrogatepass")) for text, number in numbers.items()],
    )
    known = ChainMap(numbers, texts.numbers)
    free = connection.execute("SELECT coalesce(max(n), 0) + 1 FROM deed").fetchone()[0]
    deeds: dict[tuple[Any, ...], int] = {}
    rows = []
    for event in events:
        common = (event.time, event.annotator, event.action, event.value, event.gesture, event.lens)
        number = deeds.setdefault(common, free + len(deeds))
        rows.append((bytes.fromhex(event.id), number, known[event.key]))
    connection.executemany(
        "INSERT INTO deed VALUES (?, ?, ?, ?, ?, ?, ?)",
        [
            (n, time, known[annotator], _CODE[action], known[value], bytes.fromhex(gesture), known[lens])
            for (time, annotator, action, value, gesture, lens), n in deeds.items()
        ],
    )
    connection.executemany("INSERT INTO event VALUES (NULL, ?, ?, ?)", rows)
    if any(event.action == "point" for event in events):
        connection.execute("PRAGMA user_version = 2")
    connection.execute("UPDATE clock SET time = max(time, ?)", (max((event.time for event in events), default=0),))


def _fetch(connection: sqlite3.Connection, query: str, width: int) -> list[Any]:
    """Return the columns of a query: numbers as int64, ids as pairs of uint64."""
    parts: list[list[npt.NDArray[Any]]] = [[] for _ in range(width)]
    cursor = connection.execute(query)
    while rows := cursor.fetchmany(_ROWS_AT_ONCE):
        for part, column in zip(parts, zip(*rows, strict=True), strict=True):
            if isinstance(column[0], bytes):
                raw = b"".join(column)
                if len(raw) != 16 * len(column):
                    raise ValueError("an id does not have 16 bytes")
                part.append(np.frombuffer(raw, ">u8").reshape(-1, 2).astype(np.uint64))
            else:
                part.append(np.array(column, np.int64))
    return [np.concatenate(part) for part in parts]


def make_tables(connection: sqlite3.Connection) -> None:
    """Create all tables or none, unless another process just did."""
    connection.execute("BEGIN EXCLUSIVE")
    try:
        if connection.execute("PRAGMA user_version").fetchone()[0] == 0:
            for statement in _SCHEMA:
                connection.execute(statement)
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
