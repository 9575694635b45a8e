"""The lock for importing packages that import each other in circles."""

from __future__ import annotations

import os
import threading


class _Importing:
    """`with importing:` one thread at a time imports.

    Python does not import scikit-learn and the like safely in two threads: one may get a module that is not complete
    yet. Here the background imports umap-learn while the kernel's thread imports what the first view needs.
    """

    def __init__(self) -> None:
        self.reset()

    def __enter__(self) -> None:
        self._lock.acquire()

    def __exit__(self, *_: object) -> None:
        self._lock.release()

    def reset(self) -> None:
        """Make a new lock: after a fork, the thread that held the old one does not exist."""
        self._lock = threading.RLock()


importing = _Importing()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=importing.reset)
