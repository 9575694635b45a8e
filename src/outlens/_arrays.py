"""Small functions over arrays that several floors use."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from outlens._imports import importing


def unit_rows(table: npt.ArrayLike) -> npt.NDArray[Any]:
    """Scale each row to unit length; rows of zeros stay zero.

    Parameters
    ----------
    table : (n, d) finite numbers.

    Returns
    -------
    (n, d), float32 or float64 as given; float64 for integers. Never NaN, however large or small the numbers are.

    Examples
    --------
    >>> unit_rows([[3, 4], [0, 0], [1e300, 0]]).tolist()
    [[0.6, 0.8], [0.0, 0.0], [1.0, 0.0]]
    """
    rows: npt.NDArray[Any] = np.asarray(table)
    if not np.issubdtype(rows.dtype, np.floating):
        rows = rows.astype(np.float64)
    with np.errstate(over="ignore"):
        length = np.linalg.norm(rows, axis=1, keepdims=True)
    least = np.sqrt(np.finfo(rows.dtype).tiny)
    extreme = ~((length > least) & np.isfinite(length)) & (rows != 0).any(axis=1, keepdims=True)
    if extreme.any():
        # Squares of very large numbers overflow and squares of very small ones are 0: divide by the largest first.
        largest = np.abs(rows).max(axis=1, keepdims=True, initial=0)
        rows = np.where(extreme, rows / np.where(largest > 0, largest, 1), rows)
        length = np.linalg.norm(rows, axis=1, keepdims=True)
    unit: npt.NDArray[Any] = rows / np.where(length > 0, length, 1)
    return unit


def unit_rows_sparse(matrix: Any) -> Any:
    """Scale each row of a scipy sparse matrix to unit length; empty rows stay empty. Returns CSR of the same dtype."""
    with importing:
        from scipy import sparse

    length = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel())
    return (sparse.diags(1 / np.where(length > 0, length, 1)) @ matrix).tocsr().astype(matrix.dtype)
