"""Delay an interrupt until several changes that belong together are made."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Iterator
from typing import Any


@contextlib.contextmanager
def uninterrupted() -> Iterator[None]:
    """Delay a KeyboardInterrupt until the end of the block, which must be quick."""
    handler = signal.getsignal(signal.SIGINT)
    # Python interrupts the main thread only. A handler that is not a function raises nothing.
    if threading.current_thread() is not threading.main_thread() or not callable(handler):
        yield
        return
    delayed: list[Any] = []
    signal.signal(signal.SIGINT, lambda *given: delayed.append(given))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, handler)
        if delayed:
            handler(*delayed[0])
