"""Run work on several cores."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")
S = TypeVar("S")


def cores() -> int:
    """Return how many cores this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)  # Linux
    return max(1, len(affinity(0)) if affinity else os.cpu_count() or 1)


def in_parallel(function: Callable[[S], T], parts: Sequence[S]) -> list[T]:
    """Return `function(part)` for each part, in order, computed in one thread per core.

    An exception or an interrupt cancels the parts that have not started.
    """
    threads = min(cores(), len(parts))
    if threads < 2:
        return [function(part) for part in parts]
    pool = ThreadPoolExecutor(threads)
    try:
        return list(pool.map(function, parts))
    finally:
        pool.shutdown(cancel_futures=True)
