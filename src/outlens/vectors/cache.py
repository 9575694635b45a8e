"""A disk cache of vectors, keyed by model and text."""

from __future__ import annotations

import hashlib
import os
import sqlite3
import time
import warnings
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from pathlib import Path

import numpy as np
import numpy.typing as npt
import platformdirs

LIMIT = 1_000_000_000
"""Above this size in bytes, the least recently used vectors are removed."""

PATIENCE = 30.0
"""Seconds to wait while another process writes."""

_SCHEMA = """
CREATE TABLE IF NOT EXISTS vectors (key BLOB PRIMARY KEY, used INTEGER NOT NULL, vector BLOB NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS vectors_used ON vectors (used);
"""


def folder() -> Path:
    """Return the cache folder of outlens. The environment variable OUTLENS_CACHE_DIR overrides it."""
    return Path(os.environ.get("OUTLENS_CACHE_DIR") or platformdirs.user_cache_dir("outlens", appauthor=False))


def key(model: str, text: str) -> bytes:
    """Return the key of a text's vector. Texts that differ in a lone surrogate have different keys."""
    return hashlib.blake2b(
        text.encode("utf-8", "surrogatepass"),
        digest_size=16,
        person=hashlib.sha256(model.encode()).digest()[:16],
    ).digest()


class Cache:
    """A table of vectors in SQLite that several processes can use at once.

    A disk failure never loses computed vectors: a damaged file is rebuilt, and a folder that cannot be written is
    skipped, each with a warning.
    """

    def __init__(self, path: Path | None = None, *, limit: int = LIMIT) -> None:
        self.path = path or folder() / "vectors.sqlite"
        self.limit = limit

    def get(self, keys: Sequence[bytes]) -> dict[bytes, npt.NDArray[np.float32]]:
        """Return the cached vectors by key, without the keys that are not cached."""
        vectors: dict[bytes, npt.NDArray[np.float32]] = {}

        def look(db: sqlite3.Connection) -> None:
            for start in range(0, len(keys), 500):
                part = keys[start : start + 500]
                marks = ",".join("?" * len(part))
                rows = db.execute(f"SELECT key, vector FROM vectors WHERE key IN ({marks})", part).fetchall()
                # A blob whose length is not a multiple of 4 is damaged; its vector is computed again.
                vectors.update((bytes(k), np.frombuffer(v, "<f4")) for k, v in rows if len(v) % 4 == 0)
            # Record the use once a day only, so that most runs write nothing.
            day = int(time.time() // 86_400)
            stale = [(day, k, day) for k in vectors]
            with db:
                db.executemany("UPDATE vectors SET used = ? WHERE key = ? AND used < ?", stale)

        self._try(look)
        return vectors

    def put(self, keys: Iterable[bytes], vectors: npt.NDArray[np.float32]) -> None:
        """Store vectors, and remove the least recently used ones beyond the limit."""
        day = int(time.time() // 86_400)
        rows = [(k, day, v.astype("<f4").tobytes()) for k, v in zip(keys, vectors, strict=True)]

        def write(db: sqlite3.Connection) -> None:
            with db:
                db.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?, ?)", rows)
            self._shrink(db)

        self._try(write)

    def _shrink(self, db: sqlite3.Connection) -> None:
        pages, free, size = (
            db.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "freelist_count", "page_size")
        )
        if (pages - free) * size <= self.limit:
            return
        with db:
            # Remove a fifth at a time, so that this happens rarely.
            (count,) = db.execute("SELECT count(*) FROM vectors").fetchone()
            db.execute(
                "DELETE FROM vectors WHERE key IN (SELECT key FROM vectors ORDER BY used LIMIT ?)",
                (count // 5 + 1,),
            )

    def _try(self, action: Callable[[sqlite3.Connection], None]) -> None:
        deadline = time.monotonic() + PATIENCE
        rebuilt = False
        while True:
            try:
                self.path.parent.mkdir(parents=True, exist_ok=True)
                with closing(sqlite3.connect(self.path, timeout=PATIENCE)) as db:
                    db.execute("PRAGMA journal_mode=WAL")
                    db.execute("PRAGMA synchronous=NORMAL")
                    db.executescript(_SCHEMA)
                    action(db)
                return
            except sqlite3.OperationalError as error:
                # SQLite does not wait if two processes create the file at once.
                if "locked" in str(error) and time.monotonic() < deadline:
                    time.sleep(0.02)
                    continue
                warnings.warn(f"vectors are not cached: {self.path} cannot be used ({error}).", stacklevel=4)
                return
            except sqlite3.DatabaseError as error:
                damaged = "malformed" in str(error) or "not a database" in str(error)
                if not damaged:
                    warnings.warn(f"vectors are not cached: {self.path} cannot be used ({error}).", stacklevel=4)
                    return
                if rebuilt:
                    warnings.warn(f"vectors are not cached: {self.path} cannot be rebuilt ({error}).", stacklevel=4)
                    return
                rebuilt = True
                warnings.warn(f"the cache of vectors {self.path} was damaged and is rebuilt ({error}).", stacklevel=4)
                for suffix in ("", "-wal", "-shm"):
                    Path(f"{self.path}{suffix}").unlink(missing_ok=True)
            except OSError as error:
                warnings.warn(f"vectors are not cached: {self.path.parent} cannot be written ({error}).", stacklevel=4)
                return
