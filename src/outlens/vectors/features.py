"""The wording of outputs for clustering: words weighted by how much they look like an answer.

Equal answers share words more reliably than meaning: to an embedding, "37" and "23" mean nearly the same. So words are
weighted by their rarity within the set. Words of the prompt get no weight and function words little. Words that look
like an answer get more: bold or quoted words and emoji, then numbers and names, and pairs of them ("Queen of Hearts" is
neither "Queen of Spades" nor "Ten of Hearts"). Early words get more weight than late ones, since people and models
answer first and explain afterwards.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from outlens._arrays import unit_rows_sparse
from outlens.text.words import tokens

MARKED = 5.0
"""Factor for a word that is bold, quoted or an emoji; or for a number or name in an output that marks no words."""
NAMED = 2.0
"""Factor for a number or name in an output that marks other words."""
COMMON = 0.1
"""Factor for a function word."""
HALF = 20
"""Position at which a word has half the weight of the first."""
READ = 1_000
"""Characters of an output that are read; later words would have almost no weight."""
READ_IN_ALL = 30_000_000
"""Characters of all outputs together that are read."""

_EMPHASIS = re.compile(
    r"\*\*[^*\n]{1,60}\*\*|(?<!\w)\*(?=\S)[^*\n]{1,60}\*|(?<!\w)_(?=\S)[^_\n]{1,60}_(?!\w)|`[^`\n]{1,60}`"
    r'|"[^"\n]{1,60}"|“[^”\n]{1,60}”|«[^»\n]{1,60}»|「[^」\n]{1,60}」|『[^』\n]{1,60}』'
)
_SYMBOL = re.compile("[\u2190-\u21ff\u2600-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff]")
# In scikit-learn's list, although they may be answers or names.
_ANSWERS = frozenset(
    re.findall(
        r"\w+",
        """two three four five six eight nine ten eleven twelve fifteen twenty forty fifty sixty hundred first third
        bill computer cry empty fire mill mine move nobody nothing part system thick thin""",
    )
)
_SENTENCE = re.compile(r"""(?:\A|[.!?:\n\-–—#>。！？：])[ *_"“'(]*""")


def answer_words(texts: Sequence[str], prompt: str | None = None, *, counts: Sequence[int] | None = None) -> Any:
    """Weight the words of texts by how much they look like an answer.

    A weight is sqrt(idf) * (1 + log(occurrences)) * kind / (1 + place / HALF). Because of the square root, an answer of
    half of the outputs still outweighs a word that two of them mention.

    Parameters
    ----------
    texts : n strings.
    prompt : the prompt of the texts; its words get no weight.
    counts : how often each text occurs in the set, once by default; used for the rarity of words.

    Returns
    -------
    scipy.sparse.csr_matrix
        (n, vocabulary) float64, rows of unit length (zero for a text without weighted words).
    """
    from scipy import sparse

    n = len(texts)
    times = np.ones(n) if counts is None else np.asarray(counts, np.float64)
    read = max(200, min(READ, READ_IN_ALL // max(1, n)))
    vocabulary: dict[str, int] = {}
    _words([prompt or ""], vocabulary, READ)
    asked = len(vocabulary)
    words = _words(texts, vocabulary, read)
    forms = list(vocabulary)
    stop = function_words()
    function = np.array([form in stop for form in forms], bool)
    inside = np.bincount(words.code, times[words.text] * words.inside, len(forms))
    capital = np.bincount(words.code, times[words.text] * (words.inside & words.capital), len(forms))
    name = (inside >= 2) & (capital > 0.8 * inside)
    name |= np.array([any(map(str.isdigit, form)) for form in forms], bool)
    words = words.where(words.code >= asked)
    pairs = _pairs(words.where(~function[words.code]), name, len(forms))
    _, paired = np.unique(pairs.code, return_inverse=True)
    n_pairs = int(paired.max(initial=-1)) + 1
    function = np.concatenate([function, np.zeros(n_pairs, bool)])
    name = np.concatenate([name, np.ones(n_pairs, bool)])
    width = len(name)

    # One entry per word of each text: its occurrences there and its first position.
    text = np.concatenate([words.text, pairs.text])
    code = np.concatenate([words.code, len(forms) + paired])
    place = np.concatenate([words.place, pairs.place])
    marked = np.concatenate([words.marked, pairs.marked])
    order = np.lexsort((place, code, text))
    key, at, occurrences = np.unique((text * width + code)[order], return_index=True, return_counts=True)
    place = place[order][at]
    marked = np.logical_or.reduceat(marked[order], at) if len(at) else marked
    text, code = key // width, key % width
    spread = np.bincount(code, times[text], width)
    total = times.sum()
    marked &= ~function[code]
    marks = np.bincount(text, marked, n) > 0
    kind = np.ones(len(key))
    kind[name[code]] = MARKED
    kind[name[code] & marks[text]] = NAMED
    kind[marked] = MARKED
    kind[function[code]] = COMMON
    weight = np.sqrt(np.log((total + 1) / spread[code])) * (1 + np.log(occurrences)) * kind / (1 + place / HALF)
    # A word of a single output makes it unlike all others; but with two or three outputs, no words would be left.
    kept = (spread[code] >= 2) | (total <= 3)
    return unit_rows_sparse(sparse.csr_matrix((weight[kept], (text[kept], code[kept])), shape=(n, max(1, width))))


@cache
def function_words() -> frozenset[str]:
    """Return the function words of English: scikit-learn's list without words that may be answers."""
    from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

    return frozenset(ENGLISH_STOP_WORDS) - _ANSWERS


@dataclass(frozen=True)
class _Words:
    """Occurrences of words, in order, as arrays of one length."""

    text: npt.NDArray[np.int64]
    code: npt.NDArray[np.int64]
    place: npt.NDArray[np.int64]
    marked: npt.NDArray[np.bool_]
    inside: npt.NDArray[np.bool_]
    """Inside a sentence, where a capital is informative."""
    capital: npt.NDArray[np.bool_]

    def where(self, mask: npt.NDArray[Any]) -> _Words:
        return _Words(*(getattr(self, name)[mask] for name in _Words.__dataclass_fields__))


def _words(texts: Sequence[str], vocabulary: dict[str, int], read: int) -> _Words:
    """The words and emoji at the beginning of each text; new ones are added to the vocabulary."""
    parts: list[tuple[npt.NDArray[Any], ...]] = []
    for i, text in enumerate(texts):
        text = text[:read]
        word_spans = tokens(text)
        if not text.isascii():
            word_spans = _together(word_spans)
        starts = np.fromiter((word[0] for word in word_spans), np.int64, len(word_spans))
        symbols = [] if text.isascii() else list(_SYMBOL.finditer(text))
        at = np.array([m.start() for m in symbols], np.int64)
        none = np.zeros(len(at), bool)
        begin = {m.end() for m in _SENTENCE.finditer(text)}
        spans = np.array([m.span() for m in _EMPHASIS.finditer(text)], np.int64).reshape(-1, 2)
        # Spans do not overlap: a word is in one when it starts after more beginnings than ends.
        marked = np.searchsorted(spans[:, 0], starts, "right") > np.searchsorted(spans[:, 1], starts, "right")
        codes = [vocabulary.setdefault(word[2], len(vocabulary)) for word in word_spans]
        codes += [vocabulary.setdefault(m.group(), len(vocabulary)) for m in symbols]
        parts.append(
            (
                np.full(len(codes), i, np.int64),
                np.array(codes, np.int64),
                np.concatenate([np.arange(len(starts)), np.searchsorted(starts, at)]),
                np.concatenate([marked, ~none]),
                np.concatenate([np.array([s not in begin for s, _, _ in word_spans], bool), none]),
                np.concatenate([np.array([text[s].isupper() for s, _, _ in word_spans], bool), none]),
            )
        )
    empty = (*(np.zeros(0, np.int64),) * 3, *(np.zeros(0, bool),) * 3)
    return _Words(*(np.concatenate(arrays) for arrays in zip(empty, *parts, strict=True)))


def _together(word_spans: list[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    """Words; in scripts without spaces, two characters that touch make one."""
    out = []
    last = (-1, "")
    for start, end, form in word_spans:
        alone = len(form) == 1 and form >= "\u3005"
        out.append((start, end, last[1] + form if alone and last[0] == start else form))
        last = (end, form) if alone else (-1, "")
    return out


def _pairs(words: _Words, name: npt.NDArray[np.bool_], size: int) -> _Words:
    """Two words in a row, or with one between them, that both look like an answer."""
    strong = words.marked | name[words.code]
    near = (words.text[1:] == words.text[:-1]) & (words.place[1:] - words.place[:-1] <= 2)
    first = np.flatnonzero(near & strong[1:] & strong[:-1])
    pairs = words.where(first)
    code = words.code[first] * size + words.code[first + 1]
    return replace(pairs, code=code, marked=words.marked[first] & words.marked[first + 1])
