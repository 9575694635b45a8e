"""What an output answers, as weighted words: the wording side of clustering.

Two outputs that give the same answer share its words more surely than its meaning ("37" and "23" mean nearly the
same to an embedding). So words count by how rare they are within the set, those of the prompt count nothing, those of
the language little, and words that look like an answer count more: what is bold, quoted or an emoji, then numbers and
names. Early words count more than late ones: people and models answer first and explain afterwards.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from outlens.text.words import forms, tokens

MARKED = 5.0
"""How much more a word counts that is bold, quoted or an emoji; also a number or name where nothing is marked."""
NAMED = 2.0
"""How much more a number or name counts in an output that marks other words."""
COMMON = 0.1
"""How much a function word counts."""
HALF = 20
"""Word at which a word counts half as much as the first."""
READ = 3_000
"""Characters of an output that are read; words after them would count next to nothing."""

_EMPHASIS = re.compile(
    r'\*\*[^*\n]{1,60}\*\*|(?<!\w)\*(?=\S)[^*\n]{1,60}\*|(?<!\w)_(?=\S)[^_\n]{1,60}_(?!\w)|`[^`\n]{1,60}`'
    r'|"[^"\n]{1,60}"|“[^”\n]{1,60}”|«[^»\n]{1,60}»|「[^」\n]{1,60}」|『[^』\n]{1,60}』'
)
_SYMBOL = re.compile("[\u2190-\u21ff\u2600-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff]")
_SENTENCE_START = frozenset(".!?:\n-–—#>。！？：")


class _Word(NamedTuple):
    form: str
    place: int
    marked: bool


def answer_words(texts: Sequence[str], prompt: str | None = None, *, counts: Sequence[int] | None = None) -> Any:
    """The words of texts, weighted by how much they look like an answer.

    A weight is sqrt(idf) * (1 + log(occurrences)) * kind / (1 + place / HALF). The square root, so that what half of
    the outputs answer still outweighs what two of them mention.

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

    asked = {word.form for word in _words(prompt or "", Counter(), Counter(), 0)}
    times = [1] * len(texts) if counts is None else [int(c) for c in counts]
    inside: Counter[str] = Counter()
    capital: Counter[str] = Counter()
    spread: Counter[str] = Counter()
    held: list[list[_Word]] = []
    for text, often in zip(texts, times, strict=True):
        found = _words(text, inside, capital, often)
        for form in {word.form for word in found}:
            spread[form] += often
        held.append(found)
    n = sum(times)
    # A word that only one output holds makes it like no other; among two or three outputs all words would go.
    idf = {form: np.sqrt(np.log((n + 1) / df)) for form, df in spread.items() if df >= 2 or n <= 3}
    names = {form for form, times in inside.items() if times >= 2 and capital[form] > 0.8 * times}
    vocabulary: dict[str, int] = {}
    rows, columns, values = [], [], []
    for i, found in enumerate(held):
        occurrences = Counter(word.form for word in found)
        place: dict[str, int] = {}
        for word in found:
            place.setdefault(word.form, word.place)
        marked = {word.form for word in found if word.marked and word.form not in asked} - ENGLISH_STOP_WORDS
        for form, count in occurrences.items():
            if form in asked or form not in idf:
                continue
            if form in ENGLISH_STOP_WORDS:
                kind = COMMON
            elif form in marked:
                kind = MARKED
            elif form[0].isdigit() or form in names:
                kind = NAMED if marked else MARKED
            else:
                kind = 1.0
            rows.append(i)
            columns.append(vocabulary.setdefault(form, len(vocabulary)))
            values.append(idf[form] * (1 + np.log(count)) * kind / (1 + place[form] / HALF))
    matrix = sparse.csr_matrix((values, (rows, columns)), shape=(len(texts), max(1, len(vocabulary))))
    return normalize(matrix)


def _words(text: str, inside: Counter[str], capital: Counter[str], often: int) -> list[_Word]:
    """The words and emoji of a text; counts how often a word stands inside a sentence, and with a capital there."""
    text = text[:READ]
    spans = [m.span() for m in _EMPHASIS.finditer(text)]
    found: list[_Word] = []
    starts: list[int] = []
    last = None
    for start, end, form in tokens(text):
        marked = any(a <= start < b for a, b in spans)
        starts.append(start)
        if _is_alone(form):
            # Scripts without spaces: two characters that touch make a word.
            if last is not None and last[0] == start:
                found.append(_Word(last[1] + form, len(starts) - 1, marked))
            else:
                found.append(_Word(form, len(starts) - 1, marked))
            last = (end, form)
            continue
        last = None
        before = text[max(0, start - 12) : start].rstrip(" *_\"“'(")
        if often and before and before[-1] not in _SENTENCE_START:
            inside[form] += often
            capital[form] += often * text[start].isupper()
        found.append(_Word(form, len(starts) - 1, marked))
    if not text.isascii():
        for match in _SYMBOL.finditer(text):
            found.append(_Word(match.group(), int(np.searchsorted(starts, match.start())), True))
    return found


def _is_alone(form: str) -> bool:
    return len(form) == 1 and "\u3005" <= form and not "\uac00" <= form <= "\ud7a3"
