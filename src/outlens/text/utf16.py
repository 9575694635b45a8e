"""Convert offsets from code points, as in Python, to UTF-16 units, as in JavaScript."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt


def utf16(text: str, offsets: npt.NDArray[np.integer]) -> npt.NDArray[np.int64]:
    """Return offsets into a text in UTF-16 units. A lone surrogate is one unit, like the U+FFFD that replaces it.

    Examples
    --------
    >>> utf16("A😀B", np.array([0, 1, 2, 3])).tolist()
    [0, 1, 3, 4]
    """
    at = np.asarray(offsets, np.int64)
    if not at.size or text.isascii() or max(text) <= "\uffff":
        return at
    points = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), "<u4")
    wide = np.concatenate([[0], np.cumsum(points > 0xFFFF)])
    return np.asarray(at + wide[at], np.int64)
