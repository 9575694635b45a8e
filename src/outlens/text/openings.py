"""Find the openings that outputs share."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

import pandas as pd

from outlens.text.thresholds import outputs_needed, words_needed
from outlens.text.words import check, forms, tokens

LONGEST = 40
"""The longest opening, in words."""


def openings(texts: Iterable[str], *, min_outputs: float = 0.05, min_words: int = 2) -> pd.DataFrame:
    """Return the openings that at least `min_outputs` outputs share.

    An opening is a word sequence at the beginning of an output. It is skipped if all its outputs share a longer one.

    Parameters
    ----------
    texts : n strings.
    min_outputs : a number of outputs (an int from 2), or a share of them (a float up to 1.0, rounded up, at least 2
        outputs).
    min_words : the length of the shortest opening.

    Returns
    -------
    One row per opening: `words` (int64), `outputs` (int64) and `phrase` (as the first of the outputs writes it), sorted
    by words times outputs, largest first.

    Raises
    ------
    ValueError
        If a threshold is out of range.
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
    # Python strings: Arrow refuses lone surrogates.
    listed = pd.DataFrame(table, columns=["words", "outputs", "phrase"], dtype=object)
    return listed.astype({"words": "int64", "outputs": "int64"})


def _surface(text: str, words: int) -> str:
    spans = tokens(text)
    return " ".join(text[spans[0][0] : spans[words - 1][1]].split())
