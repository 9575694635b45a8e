"""Checks of the arrays that `suggest` and `unlike` take."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt


def checked_vectors(vectors: npt.ArrayLike) -> npt.NDArray[Any]:
    """Return (n, d) finite numbers, or raise ValueError."""
    table = np.asarray(vectors)
    if table.ndim != 2:
        raise ValueError(f"the vectors have the shape {table.shape}; give n rows of d numbers, (n, d).")
    bad = np.flatnonzero(~np.isfinite(table).all(axis=1))
    if len(bad):
        raise ValueError(
            f"{len(bad)} of {len(table)} vectors hold NaN or infinity, the first in row {bad[0]}; fill or drop them."
        )
    return table


def checked_mask(name: str, values: npt.ArrayLike, n: int) -> npt.NDArray[np.bool_]:
    """Return (n,) bool, or raise ValueError; an empty mask may have any dtype."""
    mask = np.asarray(values)
    if mask.dtype != bool and mask.size:
        raise ValueError(f"{name} holds {mask.dtype}; give a mask of bool, one value per output.")
    if mask.shape != (n,):
        raise ValueError(f"{name} has the shape {mask.shape} for {n} vectors; give one bool per output.")
    return mask.astype(bool)
