"""A signal: functions to call after a change."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


class Signal:
    """Functions to call after a change.

    Examples
    --------
    >>> changed = Signal()
    >>> end = changed.connect(print)
    >>> changed.emit("again")
    again
    >>> end()
    >>> changed.emit("once more")
    """

    def __init__(self) -> None:
        self._functions: list[Callable[..., object]] = []

    def connect(self, function: Callable[..., object]) -> Callable[[], None]:
        """Call `function` at every `emit` from now on; return a function that disconnects it."""
        self._functions.append(function)
        return lambda: self._functions.remove(function) if function in self._functions else None

    def emit(self, *args: Any) -> None:
        """Call every function in the order of connection; raise the first error after all were called."""
        first: Exception | None = None
        for function in list(self._functions):
            try:
                function(*args)
            except Exception as error:
                first = first or error
        if first is not None:
            raise first
