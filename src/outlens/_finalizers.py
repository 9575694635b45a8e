"""Calls functions when objects are gone, in a thread of their own.

Python may collect garbage at any allocation, in any thread, whatever locks that thread holds. A finalizer that takes
one of these locks, such as that of an executor, would wait for its own thread for ever.
"""

from __future__ import annotations

import queue
import sys
import threading
import weakref
from collections.abc import Callable
from typing import Any

# `SimpleQueue.put` may be called while another call of it runs in the same thread.
_waiting: queue.SimpleQueue[Callable[[], object]] = queue.SimpleQueue()
_starting = threading.Lock()
_thread: threading.Thread | None = None


def finalize(thing: Any, function: Callable[[], object]) -> weakref.finalize[..., Any]:
    """Call a function soon after an object is gone, in another thread; not at exit."""
    _start()
    made = weakref.finalize(thing, _waiting.put, function)
    made.atexit = False
    return made


def _start() -> None:
    global _thread
    with _starting:
        # A forked process lacks the thread.
        if _thread is None or not _thread.is_alive():
            _thread = threading.Thread(target=_run, name="outlens-finalizers", daemon=True)
            _thread.start()


def _run() -> None:
    while True:
        function = _waiting.get()
        try:
            function()
        except Exception:
            # As `weakref.finalize` does.
            sys.excepthook(*sys.exc_info())
        del function
