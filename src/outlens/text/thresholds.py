"""The thresholds that users set: numbers of outputs and of words."""

from __future__ import annotations

import math

import numpy as np


def outputs_needed(min_outputs: float, n: int) -> int:
    """Return `min_outputs` as a number of outputs, by the same rule for every list and layer.

    Parameters
    ----------
    min_outputs : an int is a number of outputs, from 2 to n. A float above 0 and up to 1.0 is a share of the n outputs,
        rounded up to at least 2 outputs. The error of binary fractions is removed before rounding.
    n : the number of outputs.

    Raises
    ------
    ValueError
        If `min_outputs` is out of range or not a number.

    Examples
    --------
    >>> outputs_needed(0.07, 100), outputs_needed(0.3, 10), outputs_needed(0.01, 10), outputs_needed(5, 10)
    (7, 3, 2, 5)
    """
    if isinstance(min_outputs, bool | np.bool_) or not isinstance(min_outputs, int | float | np.number):
        raise ValueError(
            f"min_outputs is {min_outputs!r}; give a number of outputs such as 5, or a share of them such as 0.3."
        )
    if isinstance(min_outputs, int | np.integer):
        if not 2 <= min_outputs <= max(2, n):
            raise ValueError(
                f"min_outputs is {min_outputs}; give a number from 2 to {max(2, n)} (there are {n} outputs), or a share"
                " of them such as 0.3."
            )
        return int(min_outputs)
    if not 0 < min_outputs <= 1:
        raise ValueError(f"min_outputs is {min_outputs}; a share of the outputs is above 0 and at most 1.0.")
    # 0.07 * 100 is 7.000000000000001 and must not become 8.
    return max(2, math.ceil(round(float(min_outputs) * n, 9)))


def words_needed(min_words: int) -> int:
    """Check that `min_words` is an int of at least 1.

    Raises
    ------
    ValueError
        If it is not.
    """
    if isinstance(min_words, bool) or not isinstance(min_words, int | np.integer) or min_words < 1:
        raise ValueError(f"min_words is {min_words!r}; give a whole number of words, 1 or more.")
    return int(min_words)
