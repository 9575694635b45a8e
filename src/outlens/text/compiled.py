"""numba's compiler, for loops that numpy cannot express. Imported on first use."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numba


def compiled(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile a function on its first call, and cache it on disk if its folder is writable."""
    try:
        return numba.njit(cache=True, nogil=True)(function)  # type: ignore[no-any-return]
    except RuntimeError:  # no folder to cache it in
        return numba.njit(nogil=True)(function)  # type: ignore[no-any-return]
