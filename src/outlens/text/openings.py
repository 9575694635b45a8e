"""How outputs begin: the openings that many share."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

import pandas as pd

from outlens.text.thresholds import outputs_needed, words_needed
from outlens.text.words import check, forms, tokens

LONGEST = 40
"""Words beyond which an opening is not followed."""


def openings(texts: Iterable[str], *, min_outputs: float = 0.05, min_words: int = 2) -> pd.DataFrame:
    """The shared openings: each word sequence with which at least `min_outputs` outputs begin.

    An opening is listed where it is maximal: no longer one is shared by all the same outputs. `min_outputs` below 1 is
    a share of the outputs; it is never less than 2 outputs. Returns `words` (int64), `outputs` (int64) and `phrase`
    (as the first of the outputs writes it), by words x outputs, best first.

    Raises
    ------
    ValueError
        Where a threshold is out of range.
    """
    texts = check(texts)
    need, min_words = outputs_needed(min_outputs, len(texts)), words_needed(min_words)
    rows: list[tuple[int, int, int]] = []
    heads = [row[:LONGEST] for row in forms(texts)]
    level: dict[tuple[str, ...], list[int]] = {(): list(range(len(heads)))} if len(heads) >= need else {}
    for depth in range(1, LONGEST + 1):
        deeper: dict[tuple[str, ...], list[int]] = {}
        for members in level.values():
            parts: dict[str, list[int]] = defaultdict(list)
            for i in members:
                if len(heads[i]) >= depth:
                    parts[heads[i][depth - 1]].append(i)
            if depth > min_words and not any(len(part) == len(members) for part in parts.values()):
                rows.append((depth - 1, len(members), members[0]))
            for part in parts.values():
                if len(part) >= need:
                    deeper[tuple(heads[part[0]][:depth])] = part
        level = deeper
    rows += [(LONGEST, len(members), members[0]) for members in level.values()]
    rows.sort(key=lambda r: (-r[0] * r[1], -r[1], heads[r[2]][: r[0]]))
    table = [(words, count, _surface(texts[first], words)) for words, count, first in rows]
    # As Python's own strings: Arrow's take no lone surrogate.
    listed = pd.DataFrame(table, columns=["words", "outputs", "phrase"], dtype=object)
    return listed.astype({"words": "int64", "outputs": "int64"})


def _surface(text: str, words: int) -> str:
    spans = tokens(text)
    return " ".join(text[spans[0][0] : spans[words - 1][1]].split())
