"""Files that are written whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO


@contextmanager
def replacing(path: str | os.PathLike[str], what: str = "file") -> Iterator[IO[bytes]]:
    """Open a binary file that replaces `path` when the block ends; after an exception `path` is unchanged.

    Parameters
    ----------
    path : path of the file; its folder must exist.
    what : the kind of file, for errors: "page", "lens".

    Raises
    ------
    ValueError
        As `check_target`.
    """
    check_target(path, what)
    target = Path(path)
    partial = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        with partial.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)


def check_target(path: str | os.PathLike[str], what: str = "file") -> None:
    """Raise ValueError if the path is a folder, or its folder does not exist; `what` as for `replacing`."""
    target = Path(path)
    if target.is_dir():
        raise ValueError(f"{str(target)!r} is a folder; give the {what} a file name.")
    if not target.absolute().parent.is_dir():
        raise ValueError(f"the folder {str(target.absolute().parent)!r} does not exist; create it first.")
