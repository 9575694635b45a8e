"""numba's compiler for the loops that numpy has no words for; imported where they are first needed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numba


def compiled(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function, compiled at its first call and kept on disk where there is a place to write."""
    try:
        return numba.njit(cache=True, nogil=True)(function)  # type: ignore[no-any-return]
    except RuntimeError:  # nowhere to keep what is compiled
        return numba.njit(nogil=True)(function)  # type: ignore[no-any-return]
