"""The file of a store: find, check, create and open it, and report its errors."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from stat import S_ISDIR

from outlens.tags.store_rows import APPLICATION_ID, VERSION, Texts, make_tables

PATIENCE = 2.0
"""Seconds to wait for another program that holds a lock."""

# A forked child must neither use nor close a connection; keep it here until the child ends.
_inherited: list[sqlite3.Connection] = []


class StoreError(ValueError):
    """A store cannot be read or written; the message says why and what to do."""


class StoreUnavailable(StoreError):
    """A store cannot be read or written now, because the disk is full or it is locked. A retry may succeed."""


class StoreFile:
    """An SQLite file, opened read-only until the first write and checked whenever it is used.

    Attributes
    ----------
    path : Path, or None for a log in memory.
    patience : float
        Seconds to wait for a lock.
    lock : RLock
        Held while the connection is used.
    texts : Texts
        The texts read from this file so far.
    second_file_used : bool
        Whether some data may be only in the second file that SQLite keeps beside it.
    """

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self.patience = PATIENCE
        self.lock = threading.RLock()
        self.texts = Texts()
        self.second_file_used = False
        self._connection: sqlite3.Connection | None = None
        self._process = os.getpid()
        self._writable = False
        self._file: tuple[int, int] | None = None
        self._companion: tuple[int, int] | None = None  # the second file, while there is one
        self._size = 0
        self._frozen: tuple[int, int] | None = None  # size and time of a file that is read as immutable
        if path is not None:
            with suppress(StoreUnavailable), self.faults("read"):
                self.check()

    @contextmanager
    def reading(self, gone: bool = False) -> Iterator[sqlite3.Connection | None]:
        """Yield the connection, or None if the file does not exist yet; with `gone`, even if the file was deleted."""
        with self.lock, self.faults("read"):
            yield self._open(make=False, gone=gone)

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Yield a connection in a transaction; there is one writer at a time."""
        with self.lock, self.faults("written"):
            connection = self._open(make=True)
            assert connection is not None
            connection.execute("BEGIN IMMEDIATE")
            try:
                if not self.texts.match(connection):
                    raise self._taken()
                yield connection
                connection.execute("COMMIT")
                self.second_file_used = True
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise

    def gather(self) -> None:
        """Move the contents of SQLite's second file into the store, so that a copy of the store alone is complete."""
        with self.lock:
            connection = None if self.path is None or self._process != os.getpid() else self._connection
            if connection is None or not self.second_file_used:
                return
            # If this fails, nothing is lost: SQLite reads both files.
            with suppress(sqlite3.Error):
                _, written, gathered = connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
                self.second_file_used = gathered < written
                self._is_taken()

    def close(self) -> None:
        """Close the file. A later call opens it again; a log in memory is gone."""
        with self.lock:
            if self._connection is not None:
                (_inherited.append if self._process != os.getpid() else _close)(self._connection)
                self._connection = None

    def check(self) -> bool:
        """Return whether the file exists and is not empty; refuse a file of another program before it is opened.

        This uses SQLite, not `open`: closing a file would release the locks that other connections of this process hold
        on it. It reads the file as immutable, so that SQLite creates no file beside it.
        """
        assert self.path is not None
        try:
            status = self.path.stat()
        except (FileNotFoundError, NotADirectoryError):
            return False
        except OSError as error:
            raise StoreUnavailable(f"The tag store {self.path} cannot be read now: {error.strerror}.") from error
        if S_ISDIR(status.st_mode):
            raise StoreError(f"{self.path} is a folder; give the path of a file in it, as tags.sqlite.")
        if status.st_size == 0:
            return False
        connection = self._connect(f"{self.path.as_uri()}?mode=ro&immutable=1")
        try:
            self._check_header(connection)
        except sqlite3.DatabaseError as error:
            # Anything else may come from another process that is writing; opening with locks will show.
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

    def _taken(self) -> StoreUnavailable:
        return StoreUnavailable(
            f"The tag store {self.path}, or the -wal beside it, was moved, deleted or replaced while it was open; put "
            "it back, or keep the tags with lens.save(path) and create the lens again."
        )

    def _is_taken(self) -> bool:
        """Return whether the file, or SQLite's second file, is no longer the one that was opened."""
        assert self.path is not None
        try:
            status = self.path.stat()
        except OSError:
            return True
        companion = _identity(Path(f"{self.path}-wal"))
        if self._writable and self._companion is None:
            self._companion = companion
        # A file in this mode never shrinks unless another one is copied over it.
        shrunk = self._companion is not None and status.st_size < self._size
        self._size = max(self._size, status.st_size)
        return (status.st_dev, status.st_ino) != self._file or shrunk or self._companion not in (None, companion)

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
        """Reopen a file for writing that is open for reading; read the texts again only if they differ."""
        file, texts = self._file, self.texts
        self.close()
        self.texts = Texts()
        self._connection = self._begin(make=True)
        assert self._connection is not None
        if file == self._file and texts.last and texts.match(self._connection):
            self.texts = texts

    def _begin(self, make: bool) -> sqlite3.Connection | None:
        """Return a new connection to a store with its tables; None if the file does not exist and `make` is False."""
        if self.path is None:
            connection = self._connect(":memory:")
            make_tables(connection)
            return connection
        exists = self.check()
        if not exists and not make:
            return None
        if make and exists:
            # Read the existing file before anything may write to it.
            probe = self._begin(make=False)
            if probe is not None:
                _close(probe)
        if make:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        # Read-only until the first write: when a writable connection closes, SQLite may tidy up the file, but a damaged
        # file must not change. The other modes are for readers of a log whose creation was interrupted, or in a folder
        # that cannot be written.
        ways = ["mode=rwc"] if make else ["mode=ro", "mode=rw", "mode=ro&immutable=1"]
        if Path(f"{self.path}-wal").exists():
            ways = ways[:2]
        for way in ways:
            connection = self._connect(f"{self.path.as_uri()}?{way}")
            try:
                if make:
                    make_tables(connection)
                    # If this fails, for example because another process does the same, the older journal is as safe.
                    with suppress(sqlite3.OperationalError):
                        connection.execute("PRAGMA journal_mode = WAL").fetchone()
                connection.execute("PRAGMA synchronous = FULL")
                self._check_header(connection)
                if connection.execute("PRAGMA user_version").fetchone()[0] == 0:
                    # Its creation was interrupted, and SQLite has just rolled it back.
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
        self.texts.clear()
        return connection

    def _now(self) -> tuple[int, int] | None:
        """Return a value that changes when somebody writes to the file; None if it is unavailable."""
        assert self.path is not None
        try:
            status = self.path.stat()
        except OSError:
            return None
        return (0, 0) if Path(f"{self.path}-wal").exists() else (status.st_size, status.st_mtime_ns)

    def _connect(self, uri: str) -> sqlite3.Connection:
        return sqlite3.connect(uri, timeout=self.patience, uri=True, check_same_thread=False, isolation_level=None)

    @contextmanager
    def faults(self, done: str) -> Iterator[None]:
        """Raise errors of SQLite and the system as StoreUnavailable with a one-sentence message."""
        try:
            yield
        except sqlite3.Error as error:
            message = str(error)
            # Reopen the file after a fault. A log in memory would be lost, and a lock is not a fault.
            if self.path is not None and "locked" not in message:
                self.close()
            if not isinstance(error, sqlite3.OperationalError) or message.startswith("no such"):
                raise self._damaged(error) from error
            why = next((why for part, why in _WHY.items() if part in message), message)
            raise StoreUnavailable(f"The tag store {self.path} cannot be {done} now: {why}.") from error
        except OSError as error:
            raise StoreUnavailable(
                f"The tag store {self.path} cannot be {done} now: {error.strerror} ({error.filename})."
            ) from error

    @contextmanager
    def damage(self) -> Iterator[None]:
        """Raise errors caused by an impossible row as an error about a damaged store."""
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
    "unable to open": "the file or its folder cannot be opened or created; make it writable or give another path",
}


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _close(connection: sqlite3.Connection) -> None:
    try:
        connection.close()
    except sqlite3.Error:
        _inherited.append(connection)
