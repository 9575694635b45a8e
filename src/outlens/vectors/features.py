"""What an output answers, as weighted words: the wording side of clustering.

Two outputs that give the same answer share its words more surely than its meaning ("37" and "23" mean nearly the same
to an embedding). So words count by how rare they are within the set, those of the prompt count nothing, those of the
language little, and words that look like an answer count more: numbers, names, emoji, what is bold or quoted.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np

from outlens.text.words import forms, tokens

BOOST = 6.0
"""How much more a word that looks like an answer counts."""
COMMON = 0.1
"""How much a function word counts."""

_EMPHASIS = re.compile(r'\*\*[^*\n]{1,60}\*\*|\*[^*\n]{1,60}\*|"[^"\n]{1,60}"|“[^”\n]{1,60}”|_[^_\n]{1,60}_')
_SYMBOL = re.compile("[\u2190-\u21ff\u2600-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff]")
_SENTENCE_START = frozenset(".!?:\n-–—#>。！？：")


def answer_words(
    texts: Sequence[str], prompt: str | None = None, *, counts: Sequence[int] | None = None
) -> Any:
    """The words of texts, weighted by how much they look like an answer.

    Parameters
    ----------
    texts : n strings.
    prompt : what they answer; its words count nothing.
    counts : how often each text occurs in the set, once by default: words are rare or common by occurrences.

    Returns
    -------
    scipy.sparse.csr_matrix
        (n, vocabulary) float64, rows of unit length (zero for a text without a word that counts).
    """
    from scipy import sparse
    from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS
    from sklearn.preprocessing import normalize

    asked = set(forms([prompt or ""])[0])
    times = [1] * len(texts) if counts is None else [int(c) for c in counts]
    held: list[tuple[Counter[str], set[str]]] = []
    inside: Counter[str] = Counter()
    capital: Counter[str] = Counter()
    spread: Counter[str] = Counter()
    for text, often in zip(texts, times, strict=True):
        marked = [m.span() for m in _EMPHASIS.finditer(text)]
        count: Counter[str] = Counter()
        strong: set[str] = set()
        for start, _, form in tokens(text):
            before = text[max(0, start - 12) : start].rstrip(" *_\"“'(")
            if before and before[-1] not in _SENTENCE_START:
                inside[form] += often
                capital[form] += often * text[start].isupper()
            count[form] += 1
            if marked and any(a <= start < b for a, b in marked):
                strong.add(form)
        for symbol in _SYMBOL.findall(text):
            count[symbol] += 1
            strong.add(symbol)
        for form in count:
            spread[form] += often
        held.append((count, strong))
    n = sum(times)
    vocabulary: dict[str, int] = {}
    rows, columns, values = [], [], []
    for i, (count, strong) in enumerate(held):
        for form, occurrences in count.items():
            if form in asked or (spread[form] < 2 < n):
                continue
            weight = np.log((n + 1) / spread[form]) * (1 + np.log(occurrences))
            if form in ENGLISH_STOP_WORDS:
                weight *= COMMON
            elif (
                form in strong
                or form[0].isdigit()
                or (inside[form] >= 2 and capital[form] > 0.8 * inside[form])
            ):
                weight *= BOOST
            rows.append(i)
            columns.append(vocabulary.setdefault(form, len(vocabulary)))
            values.append(weight)
    matrix = sparse.csr_matrix((values, (rows, columns)), shape=(len(texts), max(1, len(vocabulary))))
    return normalize(matrix)
