"""What an output answers, as weighted words: the wording side of clustering.

Two outputs that give the same answer share its words more surely than its meaning ("37" and "23" mean nearly the
same to an embedding). So words count by how rare they are within the set, those of the prompt count nothing, those
of the language little, and words that look like an answer count more: what is bold, quoted or an emoji, then numbers
and names, and pairs of them ("Queen of Hearts" is neither "Queen of Spades" nor "Ten of Hearts"). Early words count
more than late ones: people and models answer first and explain afterwards.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from outlens.text.words import tokens

MARKED = 5.0
"""How much more a word counts that is bold, quoted or an emoji; a number or name too where nothing is marked."""
NAMED = 2.0
"""How much more a number or name counts in an output that marks other words."""
COMMON = 0.1
"""How much a function word counts."""
HALF = 20
"""Word at which a word counts half as much as the first."""
READ = 3_000
"""Characters of an output that are read; words after them would count next to nothing."""

_EMPHASIS = re.compile(
    r"\*\*[^*\n]{1,60}\*\*|(?<!\w)\*(?=\S)[^*\n]{1,60}\*|(?<!\w)_(?=\S)[^_\n]{1,60}_(?!\w)|`[^`\n]{1,60}`"
    r'|"[^"\n]{1,60}"|“[^”\n]{1,60}”|«[^»\n]{1,60}»|「[^」\n]{1,60}」|『[^』\n]{1,60}』'
)
_SYMBOL = re.compile("[\u2190-\u21ff\u2600-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff]")
_SENTENCE_START = frozenset(".!?:\n-–—#>。！？：")


class _Word(NamedTuple):
    form: str
    place: int
    marked: bool
    inside: bool
    """Stands inside a sentence, so that its case tells something."""
    capital: bool


def answer_words(
    texts: Sequence[str], prompt: str | None = None, *, counts: Sequence[int] | None = None
) -> Any:
    """The words of texts, weighted by how much they look like an answer.

    A weight is sqrt(idf) * (1 + log(occurrences)) * kind / (1 + place / HALF). The square root, so that what half
    of the outputs answer still outweighs what two of them mention.

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

    idle = {word.form for word in _words(prompt or "")}
    times = [1] * len(texts) if counts is None else [int(c) for c in counts]
    n = sum(times)
    held = [[word for word in _words(text) if word.form not in idle] for text in texts]
    inside: Counter[str] = Counter()
    capital: Counter[str] = Counter()
    for found, often in zip(held, times, strict=True):
        for word in found:
            if word.inside:
                inside[word.form] += often
                capital[word.form] += often * word.capital
    names = {form for form, count in inside.items() if count >= 2 and capital[form] > 0.8 * count}
    names |= {form for found in held for form, *_ in found if any(map(str.isdigit, form))}
    for found in held:
        pairs = list(_pairs([word for word in found if word.form not in ENGLISH_STOP_WORDS], names))
        names.update(pair.form for pair in pairs)
        found += pairs
    spread: Counter[str] = Counter()
    for found, often in zip(held, times, strict=True):
        for form in {word.form for word in found}:
            spread[form] += often
    # A word that only one output holds makes it like no other; among two or three outputs all words would go.
    idf = {form: np.sqrt(np.log((n + 1) / df)) for form, df in spread.items() if df >= 2 or n <= 3}
    vocabulary: dict[str, int] = {}
    rows, columns, values = [], [], []
    for i, found in enumerate(held):
        marked = {word.form for word in found if word.marked} - ENGLISH_STOP_WORDS
        place: dict[str, int] = {}
        for word in found:
            place.setdefault(word.form, word.place)
        for form, count in Counter(word.form for word in found).items():
            if form not in idf:
                continue
            kind = 1.0
            if form in ENGLISH_STOP_WORDS:
                kind = COMMON
            elif form in marked:
                kind = MARKED
            elif form in names:
                kind = NAMED if marked else MARKED
            rows.append(i)
            columns.append(vocabulary.setdefault(form, len(vocabulary)))
            values.append(idf[form] * (1 + np.log(count)) * kind / (1 + place[form] / HALF))
    matrix = sparse.csr_matrix((values, (rows, columns)), shape=(len(texts), max(1, len(vocabulary))))
    return normalize(matrix)


def _pairs(words: list[_Word], names: set[str]) -> Iterator[_Word]:
    """Two words in a row, or with one between them, that both look like an answer."""
    for a, b in pairwise(words):
        if b.place - a.place <= 2 and all(word.marked or word.form in names for word in (a, b)):
            yield _Word(f"{a.form} {b.form}", a.place, a.marked and b.marked, False, False)


def _words(text: str) -> list[_Word]:
    """The words and emoji at the beginning of a text."""
    text = text[:READ]
    spans = [m.span() for m in _EMPHASIS.finditer(text)]
    found: list[_Word] = []
    starts: list[int] = []
    touching = (-1, "")
    for start, end, form in tokens(text):
        marked = any(a <= start < b for a, b in spans)
        before = text[max(0, start - 12) : start].rstrip(" *_\"“'(")
        inside = bool(before) and before[-1] not in _SENTENCE_START
        # Scripts without spaces: two characters that touch make a word.
        alone = len(form) == 1 and form >= "\u3005"
        joined = touching[1] + form if alone and touching[0] == start else form
        touching = (end, form) if alone else (-1, "")
        found.append(_Word(joined, len(starts), marked, inside, text[start].isupper()))
        starts.append(start)
    if not text.isascii():
        for match in _SYMBOL.finditer(text):
            found.append(
                _Word(match.group(), int(np.searchsorted(starts, match.start())), True, False, False)
            )
    return found
