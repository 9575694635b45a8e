"""Where a text or a regular expression occurs."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import pandas as pd


def find(texts: Sequence[str], query: str, regex: bool = False, *, ignore_case: bool = True) -> pd.DataFrame:
    """Every place where the query occurs.

    Returns the span table: `output, start, end` (int64, code points), sorted. Empty matches of a regular expression
    are left out.

    Raises
    ------
    ValueError
        Where the query is empty, or not a valid regular expression (it says where).

    Examples
    --------
    >>> find(["So sorry.", "No."], "SORRY").values.tolist()
    [[0, 3, 8]]
    """
    if not query:
        raise ValueError("the query is empty; give a text to look for.")
    try:
        pattern = re.compile(query if regex else re.escape(query), re.IGNORECASE if ignore_case else 0)
    except re.error as error:
        raise ValueError(
            f"{query!r} is not a regular expression: {error.msg} at character {error.pos};"
            " escape it, or leave regex out."
        ) from None
    spans = [
        (i, match.start(), match.end())
        for i, text in enumerate(texts)
        for match in pattern.finditer(text)
        if match.end() > match.start()
    ]
    return pd.DataFrame(np.array(spans, np.int64).reshape(-1, 3), columns=["output", "start", "end"])
