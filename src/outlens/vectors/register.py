"""Rotate, mirror, scale and move a new map so that it resembles an old one."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from outlens._imports import importing


def register(new: npt.NDArray[np.floating[Any]], old: npt.NDArray[np.floating[Any]]) -> npt.NDArray[np.float32]:
    """Return a map rotated, mirrored, scaled and moved to resemble another; distances keep their proportions.

    The rotation or reflection solves the orthogonal Procrustes problem (Schönemann 1966). The scale gives both maps the
    same root mean square extent; the least-squares scale would shrink a map that hardly resembles the other. The result
    is moved and shrunk only as much as needed to fit within [-1, 1].

    Parameters
    ----------
    new, old : (n, 2) finite positions of the same n points.

    Returns
    -------
    (n, 2) float32

    Examples
    --------
    >>> old = np.array([[-1, -0.5], [1, 0], [0, 0.5]])
    >>> mirrored = 3 * old[:, ::-1] + 7
    >>> bool(np.allclose(register(mirrored, old), old, atol=1e-6))
    True
    """
    if new.shape != old.shape:
        raise ValueError(f"the maps have shapes {new.shape} and {old.shape}; give the positions of the same points.")
    if not len(new):
        return np.zeros((0, 2), np.float32)
    with importing:
        from scipy.linalg import orthogonal_procrustes

    before, now = old.astype(np.float64), new.astype(np.float64)
    centre = before.mean(axis=0)
    before, now = before - centre, now - now.mean(axis=0)
    extent, wanted = np.linalg.norm(now), np.linalg.norm(before)
    if extent > 0 and wanted > 0:
        now = now @ orthogonal_procrustes(now, before)[0] * (wanted / extent)
    low, high = now.min(axis=0), now.max(axis=0)
    shrink = min(1.0, 2 / max(float((high - low).max()), 1e-12))
    placed = now * shrink
    # The nearest place within the frame.
    centre = np.clip(centre, -1 - shrink * low, 1 - shrink * high)
    registered: npt.NDArray[np.float32] = np.clip(placed + centre, -1, 1).astype(np.float32)
    return registered
