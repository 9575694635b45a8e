"""The tag log in a file: a gesture is done once its events are on disk, and no file is ever damaged."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections import ChainMap
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from os import PathLike
from pathlib import Path
from stat import S_ISDIR
from time import time_ns
from typing import Any

import numpy as np
import numpy.typing as npt

from outlens.tags.columns import Columns, no_collection
from outlens.tags.events import ACTIONS, Action, Event, different, distinct, is_id, new_id

APPLICATION_ID = 0x6F746C67
VERSION = 1
PATIENCE = 2.0

_AT_ONCE = 50_000  # rows in Python at once

# In microseconds the year 2112: what comes after it is still below 2**53, which a float, and so JSON, holds exactly.
_LATEST = 1 << 52
_CODE = {action: code for code, action in enumerate(ACTIONS)}

# Text is kept as bytes: SQLite's own text can hold neither a lone surrogate nor a NUL. `clock` is the last time given.
# What the events of a gesture have in common is written once, in `deed`: a million events are read in half the time.
_SCHEMA = (
    "CREATE TABLE text (n INTEGER PRIMARY KEY, bytes BLOB NOT NULL UNIQUE)",
    "CREATE TABLE deed (n INTEGER PRIMARY KEY, time INTEGER NOT NULL, annotator INTEGER NOT NULL,"
    " action INTEGER NOT NULL, value INTEGER NOT NULL, gesture BLOB NOT NULL, lens INTEGER NOT NULL)",
    "CREATE TABLE event (seq INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, deed INTEGER NOT NULL,"
    " key INTEGER NOT NULL)",
    "CREATE TABLE clock (time INTEGER NOT NULL)",
    "INSERT INTO clock VALUES (0)",
    f"PRAGMA application_id = {APPLICATION_ID}",
    f"PRAGMA user_version = {VERSION}",
)

# A connection must not be used, nor closed, in a child made by fork; here it stays until the child ends.
_inherited: list[sqlite3.Connection] = []


class StoreError(ValueError):
    """A store cannot be read or written; the message says why and what to do."""


class StoreUnavailable(StoreError):
    """A store cannot be read or written now: the disk is full, it is locked. Another try may succeed."""


class Store:
    """A log of events in one SQLite file, which several processes may read and write at once.

    Parameters
    ----------
    path : path, optional
        The file; it and its folder are made at the first write. None keeps the log in memory.

    Raises
    ------
    StoreError
        If the file is not a store, is damaged, or was written by a newer outlens. It is left as it is.
    """

    def __init__(self, path: str | PathLike[str] | None) -> None:
        self.path = None if path is None else Path(path).absolute()
        self.patience = PATIENCE
        self._lock = threading.RLock()
        self._connection: sqlite3.Connection | None = None
        self._process = os.getpid()
        self._writable = False
        self._apart = False  # whether something may stand in SQLite's second file only
        self._file: tuple[int, int] | None = None
        self._companion: tuple[int, int] | None = None  # the second file, while there is one
        self._size = 0
        self._frozen: tuple[int, int] | None = None  # size and time of a file that is read as if nobody wrote to it
        self._texts: dict[int, str] = {}
        self._numbers: dict[str, int] = {}
        self._last_text = 0
        if self.path is not None:
            with suppress(StoreUnavailable), self._faults("read"):
                self._check()

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
        """Write a gesture: one event for each key, all or none. They are on disk when this method returns.

        Parameters
        ----------
        annotator, action, value, lens
            As in `Event`.
        keys : sequence of str
        gesture : str, optional
            Its id, where it has one already.
        time : int, optional
            When it was made, microseconds since 1970; now, if not given. Its time in the store is that, or just after
            the last gesture that is there: a clock that goes back loses nothing.

        Raises
        ------
        StoreUnavailable
            If it cannot be written now. Then nothing of it is on disk.
        """
        gesture = gesture or new_id()
        # Ids of a gesture count up from a random one, so that they lie side by side in the index.
        first = int(new_id(), 16) & ~0xFFFFFFFF
        with self._writing() as connection:
            with self._damage():
                (last,) = connection.execute("SELECT time FROM clock").fetchone()
            now = max(time_ns() // 1000 if time is None else time, last + 1)
            events = [
                Event(f"{first + i:032x}", now, annotator, key, action, value, gesture, lens)
                for i, key in enumerate(keys)
            ]
            self._insert(connection, events)
        return events

    def append(self, events: Iterable[Event]) -> int:
        """Add events that were made elsewhere, except those that are here already. Return how many were new.

        Raises
        ------
        ValueError
            If an event is not well formed, or differs from one that has its id. Then none is added.
        StoreUnavailable
            If they cannot be written now. Then none is added.
        """
        given = distinct(events)
        for event in given:
            _check_event(event)
        if not given:
            return 0
        with self._writing() as connection:
            new = []
            for event in given:
                row = connection.execute(f"{_SELECT} WHERE id = ?", (bytes.fromhex(event.id),)).fetchone()
                if row is None:
                    new.append(event)
                elif self._event(connection, row) != event:
                    raise different(event.id)
            self._insert(connection, new)
        return len(new)

    def events(self, keys: Collection[str] | None = None) -> list[Event]:
        """Return all events in the order `(time, id)`, or those about some keys, with every undo, redo and definition.

        This works even if the file was deleted while it was open, so that its events can be written elsewhere.
        """
        with self._reading(gone=True) as connection:
            found = [] if connection is None else self._after(connection, 0)[0]
        if keys is not None:
            wanted = frozenset(keys)
            found = [event for event in found if event.key in wanted or event.action in ("undo", "redo", "define")]
        return sorted(found, key=lambda event: (event.time, event.id))

    def since(self, seq: int) -> tuple[list[Event], int]:
        """Return the events written after `seq` (0 for all), by any process, and the `seq` of the last one."""
        with self._reading() as connection:
            if connection is None:
                return [], 0
            return self._after(connection, seq)

    def _after(self, connection: sqlite3.Connection, seq: int) -> tuple[list[Event], int]:
        rows = connection.execute(f"{_SELECT} WHERE seq > ? ORDER BY seq", (seq,)).fetchall()
        self._read_texts(connection)
        return [self._event(connection, row) for row in rows], rows[-1][0] if rows else seq

    def size_of(self, gesture: str) -> int:
        """Return the number of outputs that a gesture touched, of this and of other data."""
        with self._reading() as connection:
            if connection is None:
                return 0
            query = "SELECT count(DISTINCT key) FROM event WHERE deed IN (SELECT n FROM deed WHERE gesture = ?)"
            return int(connection.execute(query, (bytes.fromhex(gesture),)).fetchone()[0])

    def columns(self) -> tuple[Columns | None, int]:
        """Return all events for `State.load`, faster than `events`, and the last `seq`; None if there is no file."""
        with self._reading() as connection:
            if connection is None:
                return None, 0
            # Both reads see one moment of the log, whatever others write meanwhile.
            connection.execute("BEGIN")
            try:
                last = connection.execute("SELECT coalesce(max(seq), 0) FROM event").fetchone()[0]
                self._read_texts(connection)
                return (self._columns(connection) if last else None), int(last)
            finally:
                connection.execute("ROLLBACK")

    def gather(self) -> None:
        """Move what SQLite keeps in its second file into the store, so that a copy of the store alone is complete."""
        with self._lock:
            connection = None if self.path is None or self._process != os.getpid() else self._connection
            if connection is None or not self._apart:
                return
            # If this fails, nothing is lost: SQLite reads both files.
            with suppress(sqlite3.Error):
                _, written, gathered = connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
                self._apart = gathered < written
                self._is_taken()

    def close(self) -> None:
        """Close the file. A later call opens it again; a log in memory is gone."""
        with self._lock:
            if self._connection is not None:
                (_inherited.append if self._process != os.getpid() else _close)(self._connection)
                self._connection = None

    def _columns(self, connection: sqlite3.Connection) -> Columns:
        with self._damage(), no_collection():
            numbers, time, annotator, action, value, gesture = _fetch(
                connection, "SELECT n, time, annotator, action, value, gesture FROM deed ORDER BY n", 6
            )
            ids, deed, key = _fetch(connection, "SELECT id, deed, key FROM event ORDER BY seq", 3)
            texts = np.full(self._last_text + 1, None, object)
            for number, text in self._texts.items():
                texts[number] = text
            at = numbers.searchsorted(deed)
            known = [texts[some] != None for some in (annotator, value, key)]  # noqa: E711
            if not (numbers[at] == deed).all() or not all(some.all() for some in known):
                raise KeyError("a row that others refer to is missing")
            if (action < 0).any() or (action >= len(ACTIONS)).any():
                raise KeyError("an action has an unknown number")
            return Columns(ids, at, key, time, annotator, action, value, gesture, texts, dict(self._numbers))

    def _event(self, connection: sqlite3.Connection, row: tuple[Any, ...]) -> Event:
        _, identifier, moment, annotator, key, code, value, gesture, lens = row
        if not self._texts.keys() >= {annotator, key, value, lens}:
            self._read_texts(connection)
        texts = self._texts
        with self._damage():
            if len(identifier) != 16 or len(gesture) != 16:
                raise ValueError("an id is not of 16 bytes")
            return Event(
                identifier.hex(),
                moment,
                texts[annotator],
                texts[key],
                ACTIONS[code],
                texts[value],
                gesture.hex(),
                texts[lens],
            )

    def _read_texts(self, connection: sqlite3.Connection) -> None:
        query = "SELECT n, bytes FROM text WHERE n > ? ORDER BY n"
        with self._damage():
            for number, raw in connection.execute(query, (self._last_text,)):
                text = raw.decode("utf-8", "surrogatepass")
                self._texts[number] = text
                self._numbers[text] = number
                self._last_text = number

    def _insert(self, connection: sqlite3.Connection, events: list[Event]) -> None:
        # There is one writer at a time, so the numbers after the last one are free. They are learnt at the next read:
        # this transaction may still fail.
        self._read_texts(connection)
        numbers: dict[str, int] = {}
        following = self._last_text + 1
        for event in events:
            for text in (event.annotator, event.key, event.value, event.lens):
                if text not in self._numbers and text not in numbers:
                    numbers[text] = following + len(numbers)
        connection.executemany(
            "INSERT INTO text VALUES (?, ?)",
            [(number, text.encode("utf-8", "surrogatepass")) for text, number in numbers.items()],
        )
        known = ChainMap(numbers, self._numbers)
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
        connection.execute("UPDATE clock SET time = max(time, ?)", (max((event.time for event in events), default=0),))

    # The file: finding, checking, making and opening it, and its errors.

    @contextmanager
    def _reading(self, gone: bool = False) -> Iterator[sqlite3.Connection | None]:
        """Yield the connection, or None if there is no file yet; with `gone`, also that of a file that was deleted."""
        with self._lock, self._faults("read"):
            yield self._open(make=False, gone=gone)

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """Yield a connection in a transaction; there is one writer at a time."""
        with self._lock, self._faults("written"):
            connection = self._open(make=True)
            assert connection is not None
            connection.execute("BEGIN IMMEDIATE")
            try:
                self._check_texts(connection)
                yield connection
                connection.execute("COMMIT")
                self._apart = True
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise

    def _check(self) -> bool:
        """Return whether the file exists and is not empty; refuse a file of another program before it is opened.

        By SQLite and not by `open`: closing a file takes away the locks that other connections of this process have on
        it. And as what never changes, so that nothing is made beside it.
        """
        assert self.path is not None
        try:
            found = self.path.stat()
        except (FileNotFoundError, NotADirectoryError):
            return False
        except OSError as error:
            raise StoreUnavailable(f"The tag store {self.path} cannot be read now: {error.strerror}.") from error
        if S_ISDIR(found.st_mode):
            raise StoreError(f"{self.path} is a folder; give the path of a file in it, as tags.sqlite.")
        if found.st_size == 0:
            return False
        connection = self._connect(f"{self.path.as_uri()}?mode=ro&immutable=1")
        try:
            self._check_header(connection)
        except sqlite3.DatabaseError as error:
            # Anything else may be another process that is just writing: opening it with locks will tell.
            if "not a database" in str(error):
                raise StoreError(
                    f"{self.path} is not a tag store; give another path. The file is left as it is."
                ) from error
        finally:
            _close(connection)
        return True

    def _check_header(self, connection: sqlite3.Connection) -> None:
        program = connection.execute("PRAGMA application_id").fetchone()[0]
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        tables = connection.execute("PRAGMA schema_version").fetchone()[0]
        if program != APPLICATION_ID and (program or version or tables):
            raise StoreError(
                f"{self.path} is an SQLite file of another program; give another path. The file is left as it is."
            )
        if version > VERSION:
            raise StoreError(
                f"The tag store {self.path} was written by a newer outlens (format {version}, this one knows "
                f"{VERSION}); update outlens. The file is left as it is."
            )

    def _check_texts(self, connection: sqlite3.Connection) -> None:
        """Check that numbers still mean the texts that this store knows; otherwise tags would change owners."""
        row = connection.execute("SELECT bytes FROM text WHERE n = ?", (self._last_text,)).fetchone()
        known = self._texts.get(self._last_text)
        if known is not None and (row is None or row[0] != known.encode("utf-8", "surrogatepass")):
            raise self._taken()

    def _taken(self) -> StoreUnavailable:
        return StoreUnavailable(
            f"The tag store {self.path}, or the -wal beside it, was moved, deleted or replaced while it was open; put "
            "it back, or keep what there is with lens.save(path) and make the lens again."
        )

    def _is_taken(self) -> bool:
        """Return whether the file, or SQLite's second file, is no longer the one that was opened."""
        assert self.path is not None
        try:
            found = self.path.stat()
        except OSError:
            return True
        companion = _identity(Path(f"{self.path}-wal"))
        if self._writable and self._companion is None:
            self._companion = companion
        # A file in this mode never shrinks, except where another one is copied over it.
        shrunk = self._companion is not None and found.st_size < self._size
        self._size = max(self._size, found.st_size)
        return (found.st_dev, found.st_ino) != self._file or shrunk or self._companion not in (None, companion)

    def _open(self, make: bool, gone: bool = False) -> sqlite3.Connection | None:
        if self._connection is not None and self._process != os.getpid() and self.path is not None:
            _inherited.append(self._connection)
            self._connection = None
        if self._connection is not None and self.path is not None and not gone and self._is_taken():
            raise self._taken()
        if self._connection is not None and self._frozen is not None and self._frozen != self._now():
            self.close()
        if self._connection is None:
            self._connection = self._begin(make)
        elif self.path is not None and make and not self._writable:
            self._reopen()
        if self._connection is not None:
            self._connection.execute(f"PRAGMA busy_timeout = {int(1000 * self.patience)}")
        return self._connection

    def _reopen(self) -> None:
        """Open for writing what is open for reading; read the texts again only if they differ."""
        before = self._file, self._last_text, self._texts, self._numbers
        self.close()
        self._texts, self._numbers = {}, {}
        self._connection = self._begin(make=True)
        assert self._connection is not None
        file, last, texts, numbers = before
        row = self._connection.execute("SELECT bytes FROM text WHERE n = ?", (last,)).fetchone()
        if file == self._file and row is not None and row[0] == texts[last].encode("utf-8", "surrogatepass"):
            self._last_text, self._texts, self._numbers = last, texts, numbers

    def _begin(self, make: bool) -> sqlite3.Connection | None:
        """Return a new connection to a store with its tables; None if there is no file and `make` is False."""
        if self.path is None:
            connection = self._connect(":memory:")
            _make(connection)
            return connection
        exists = self._check()
        if not exists and not make:
            return None
        if make and exists:
            # What is there is read before anything may write to it.
            probe = self._begin(make=False)
            if probe is not None:
                _close(probe)
        if make:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        # Read-only until the first write: at the end of a connection that may write, SQLite may tidy up the file, and
        # a damaged one is to stay as it is. Only a reader may do with less: what cannot be opened so may be
        # a log whose making was cut short, or in a folder where nothing can be written.
        ways = ["mode=rwc"] if make else ["mode=ro", "mode=rw", "mode=ro&immutable=1"]
        if Path(f"{self.path}-wal").exists():
            ways = ways[:2]
        for way in ways:
            connection = self._connect(f"{self.path.as_uri()}?{way}")
            try:
                if make:
                    _make(connection)
                    # Where this fails, as while another process does it, the log is as safe in SQLite's older way.
                    with suppress(sqlite3.OperationalError):
                        connection.execute("PRAGMA journal_mode = WAL").fetchone()
                connection.execute("PRAGMA synchronous = FULL")
                self._check_header(connection)
                if connection.execute("PRAGMA user_version").fetchone()[0] == 0:
                    # Its making was cut short, and SQLite has just taken back what there was of it.
                    _close(connection)
                    return None
                connection.execute("SELECT time FROM clock").fetchone()
                break
            except BaseException as error:
                _close(connection)
                if way == ways[-1] or not isinstance(error, sqlite3.OperationalError) or "locked" in str(error):
                    raise
        self._writable = make
        self._process = os.getpid()
        self._file = _identity(self.path)
        self._companion, self._size = None, 0
        self._frozen = self._now() if "immutable" in way else None
        self._texts.clear()
        self._numbers.clear()
        self._last_text = 0
        return connection

    def _now(self) -> tuple[int, int] | None:
        """Return what changes when somebody writes to the file; None if that cannot be known."""
        assert self.path is not None
        try:
            found = self.path.stat()
        except OSError:
            return None
        return (0, 0) if Path(f"{self.path}-wal").exists() else (found.st_size, found.st_mtime_ns)

    def _connect(self, uri: str) -> sqlite3.Connection:
        return sqlite3.connect(uri, timeout=self.patience, uri=True, check_same_thread=False, isolation_level=None)

    @contextmanager
    def _faults(self, done: str) -> Iterator[None]:
        """Raise errors of SQLite and the system as one sentence."""
        try:
            yield
        except sqlite3.Error as error:
            said = str(error)
            # After a fault the file is opened afresh; a log in memory has nowhere else to be, and a lock is no fault.
            if self.path is not None and "locked" not in said:
                self.close()
            if not isinstance(error, sqlite3.OperationalError) or said.startswith("no such"):
                raise self._damaged(error) from error
            why = next((why for part, why in _WHY.items() if part in said), said)
            raise StoreUnavailable(f"The tag store {self.path} cannot be {done} now: {why}.") from error
        except OSError as error:
            raise StoreUnavailable(
                f"The tag store {self.path} cannot be {done} now: {error.strerror} ({error.filename})."
            ) from error

    @contextmanager
    def _damage(self) -> Iterator[None]:
        """Raise what an impossible row causes as an error about a damaged store."""
        try:
            yield
        except (KeyError, IndexError, AttributeError, TypeError, ValueError) as error:
            raise self._damaged(error) from error

    def _damaged(self, error: Exception) -> StoreError:
        return StoreError(
            f"The tag store {self.path} is damaged ({error}); put a copy in its place or give another path. "
            "The file is left as it is."
        )


_WHY = {
    "locked": "another program holds a lock on it; try again when it is done",
    "full": "the disk is full; make room",
    "readonly": "it or its folder is read-only; make it writable or give another path",
    "unable to open": "the file or its folder cannot be opened or made; make it writable or give another path",
}
_SELECT = (
    "SELECT seq, id, time, annotator, key, action, value, gesture, lens FROM event"
    " LEFT JOIN deed ON deed.n = event.deed"
)


def _fetch(connection: sqlite3.Connection, query: str, width: int) -> list[Any]:
    """Return the columns of a query: numbers as int64, ids as pairs of uint64."""
    parts: list[list[npt.NDArray[Any]]] = [[] for _ in range(width)]
    cursor = connection.execute(query)
    while rows := cursor.fetchmany(_AT_ONCE):
        for part, column in zip(parts, zip(*rows, strict=True), strict=True):
            if isinstance(column[0], bytes):
                raw = b"".join(column)
                if len(raw) != 16 * len(column):
                    raise ValueError("an id is not of 16 bytes")
                part.append(np.frombuffer(raw, ">u8").reshape(-1, 2).astype(np.uint64))
            else:
                part.append(np.array(column, np.int64))
    return [np.concatenate(part) for part in parts]


def _make(connection: sqlite3.Connection) -> None:
    """Make all tables or none, unless another process just did."""
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


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _close(connection: sqlite3.Connection) -> None:
    try:
        connection.close()
    except sqlite3.Error:
        _inherited.append(connection)


def _check_event(event: Event) -> None:
    for name in ("id", "gesture"):
        value = getattr(event, name)
        if not isinstance(value, str) or not is_id(value):
            raise ValueError(f"An event's {name} is {value!r}; it must be 32 hex digits, as uuid4().hex gives.")
    if event.action not in _CODE:
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
