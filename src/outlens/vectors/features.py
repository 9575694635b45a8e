"""The wording of outputs for clustering: words weighted by how much they look like an answer.

Words identify equal answers more reliably than meaning: to an embedding, "37" and "23" mean nearly the same. Words are
weighted by their rarity within the set. Words of the prompt get no weight and function words little. Words that look
like an answer get more: bold or quoted words and emoji, then numbers and names, and pairs of them ("Queen of Hearts" is
neither "Queen of Spades" nor "Ten of Hearts"). Early words get more weight than late ones, since people and models
answer first and explain afterwards.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from outlens._arrays import unit_rows_sparse
from outlens._imports import importing
from outlens.text.words import Tokens, tokenize

MARKED = 5.0
"""Factor for a word that is bold, quoted or an emoji; or for a number or name in an output that marks no words."""
NAMED = 2.0
"""Factor for a number or name in an output that marks other words."""
COMMON = 0.1
"""Factor for a function word."""
HALF = 20
"""A word at this position has half the weight of the first."""
READ = 1_000
"""The number of characters of an output that are read; later words would have almost no weight."""
READ_IN_ALL = 30_000_000
"""The number of characters that are read of all outputs together."""
BLOCK = 1 << 21
"""The number of characters that are read at once."""

_EMPHASIS = re.compile(
    r"\*\*[^*\n]{1,60}\*\*|(?<!\w)\*(?=\S)[^*\n]{1,60}\*|(?<!\w)_(?=\S)[^_\n]{1,60}_(?!\w)|`[^`\n]{1,60}`"
    r'|"[^"\n]{1,60}"|“[^”\n]{1,60}”|«[^»\n]{1,60}»|「[^」\n]{1,60}」|『[^』\n]{1,60}』'
)
_SYMBOL = re.compile("[\u2190-\u21ff\u2600-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff]")
# Words in scikit-learn's list that may be answers or names.
_ANSWERS = frozenset(
    re.findall(
        r"\w+",
        """two three four five six eight nine ten eleven twelve fifteen twenty forty fifty sixty hundred first third
        bill computer cry empty fire mill mine move nobody nothing part system thick thin""",
    )
)
_END = ".!?:\n-–—#>。！？："
"""Characters that end a sentence or begin a line."""
_OPENING = " *_\"“'("
"""Characters between the end of a sentence and the next word."""


class AnswerWords:
    """The words of a set of texts, weighted by how much they look like an answer.

    The weight is sqrt(idf) * (1 + log(occurrences)) * kind / (1 + place / HALF). Because of the square root, an answer
    that half of the outputs give still outweighs a word that two of them mention.

    Parameters
    ----------
    texts : n strings.
    prompt : the prompt of the texts; its words get no weight.
    counts : how often each text occurs in the set, once by default; used for the rarity of words.

    Attributes
    ----------
    matrix : scipy.sparse.csr_matrix
        (n, vocabulary) float64, rows of unit length (zero for a text without weighted words).
    """

    def __init__(self, texts: Sequence[str], prompt: str | None = None, *, counts: Sequence[int] | None = None) -> None:
        n = len(texts)
        times = np.ones(n) if counts is None else np.asarray(counts, np.float64)
        self._read = max(200, min(READ, READ_IN_ALL // max(1, n)))
        self._vocabulary: dict[str, int] = {}

        def code(form: str) -> int:
            return self._vocabulary.setdefault(form, len(self._vocabulary))

        _words([prompt or ""], code, READ)
        self._asked = len(self._vocabulary)
        words = _words(texts, code, self._read)
        forms = list(self._vocabulary)
        # The last code is for words that are not in the vocabulary.
        self._size = len(forms) + 1
        stop = function_words()
        self._function = np.array([*(form in stop for form in forms), False], bool)
        inside = np.bincount(words.code, times[words.text] * words.inside, self._size)
        capital = np.bincount(words.code, times[words.text] * (words.inside & words.capital), self._size)
        name = (inside >= 2) & (capital > 0.8 * inside)
        self._name = name | np.array([*(any(map(str.isdigit, form)) for form in forms), False], bool)
        words = words.where(words.code >= self._asked)
        pairs = self._pairs_of(words)
        self._pairs = np.unique(pairs.code)
        entries = self._entries(words, pairs)
        spread = np.bincount(entries.code, times[entries.text], self._size + len(self._pairs))
        total = times.sum()
        # A word of a single output makes it unlike all others; but with two or three outputs no words would remain.
        kept = spread >= (2 if total > 3 else 1)
        self._rarity = np.sqrt(np.log((total + 1) / np.where(kept, spread, total + 1)))
        self.matrix = self._weighted(entries, n)

    def weigh(self, texts: Sequence[str]) -> Any:
        """Return the (n, vocabulary) rows of other texts with the weights of this set; unknown words are left out."""
        words = _words(texts, lambda form: self._vocabulary.get(form, self._size - 1), self._read)
        words = words.where(words.code >= self._asked)
        return self._weighted(self._entries(words, self._pairs_of(words)), len(texts))

    def _pairs_of(self, words: _Words) -> _Words:
        return _pairs(words.where(~self._function[words.code]), self._name, self._size)

    def _entries(self, words: _Words, pairs: _Words) -> _Entries:
        """Return one entry per word of each text: the number of occurrences and the first position."""
        paired = np.searchsorted(self._pairs, pairs.code)
        known = paired < len(self._pairs)
        known[known] = self._pairs[paired[known]] == pairs.code[known]
        pairs, paired = pairs.where(known), paired[known]
        width = self._size + len(self._pairs)
        text = np.concatenate([words.text, pairs.text])
        code = np.concatenate([words.code, self._size + paired])
        place = np.concatenate([words.place, pairs.place])
        marked = np.concatenate([words.marked, pairs.marked])
        order = np.lexsort((place, code, text))
        key, at, occurrences = np.unique((text * width + code)[order], return_index=True, return_counts=True)
        marked = np.logical_or.reduceat(marked[order], at) if len(at) else marked
        return _Entries(key // width, key % width, place[order][at], marked, occurrences)

    def _weighted(self, entries: _Entries, n: int) -> Any:
        with importing:
            from scipy import sparse

        n_pairs = len(self._pairs)
        function = np.concatenate([self._function, np.zeros(n_pairs, bool)])[entries.code]
        name = np.concatenate([self._name, np.ones(n_pairs, bool)])[entries.code]
        marked = entries.marked & ~function
        marks = np.bincount(entries.text, marked, n) > 0
        kind = np.ones(len(entries.code))
        kind[name] = MARKED
        kind[name & marks[entries.text]] = NAMED
        kind[marked] = MARKED
        kind[function] = COMMON
        rarity = self._rarity[entries.code]
        weight = rarity * (1 + np.log(entries.occurrences)) * kind / (1 + entries.place / HALF)
        kept = rarity > 0
        shape = (n, self._size + n_pairs)
        return unit_rows_sparse(sparse.csr_matrix((weight[kept], (entries.text[kept], entries.code[kept])), shape))


def answer_words(texts: Sequence[str], prompt: str | None = None, *, counts: Sequence[int] | None = None) -> Any:
    """Return the matrix of `AnswerWords`: (n, vocabulary), rows of unit length."""
    return AnswerWords(texts, prompt, counts=counts).matrix


@cache
def function_words() -> frozenset[str]:
    """Return the function words of English: scikit-learn's list without words that may be answers."""
    with importing:
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


@dataclass(frozen=True)
class _Entries:
    """The words of each text, each once, by text and code, as arrays of one length."""

    text: npt.NDArray[np.int64]
    code: npt.NDArray[np.int64]
    place: npt.NDArray[np.int64]
    marked: npt.NDArray[np.bool_]
    occurrences: npt.NDArray[np.int64]


def _words(texts: Sequence[str], code: Callable[[str], int], read: int) -> _Words:
    """Return the words and emoji at the beginning of each text, all words of a text before its emoji."""
    parts = [_words_of(block, first, code) for first, block in _blocks(texts, read)]
    empty = (*(np.zeros(0, np.int64),) * 3, *(np.zeros(0, bool),) * 3)
    return _Words(*(np.concatenate(arrays) for arrays in zip(empty, *parts, strict=True)))


def _blocks(texts: Sequence[str], read: int) -> Iterator[tuple[int, list[str]]]:
    """Yield the beginnings of some texts at a time, with the index of the first of them."""
    at = 0
    while at < len(texts):
        block = [text[:read] for text in texts[at : at + max(1, BLOCK // read)]]
        yield at, block
        at += len(block)


def _words_of(block: list[str], first: int, code: Callable[[str], int]) -> tuple[npt.NDArray[Any], ...]:
    # Join by line ends, which no word, emphasis or beginning of a sentence crosses.
    joined = "\n".join(block)
    points = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), np.uint32)
    lengths = np.array([len(text) for text in block], np.int64)
    offsets = np.cumsum(lengths + 1) - lengths - 1
    found = tokenize(block)
    text = found.output.astype(np.int64)
    starts = found.start + offsets[text]
    forms = found.vocabulary
    codes = np.array([code(form) for form in forms], np.int64)[found.form] if len(forms) else np.zeros(0, np.int64)
    if not joined.isascii():
        _join_characters(codes, found, starts, code)
    place = np.arange(len(text)) - found.bounds[text]
    marked = _inside(starts, [m.span() for m in _EMPHASIS.finditer(joined)])
    inside = ~_begins_sentence(points, starts)
    capital = _is_upper(points[starts])
    symbols = [] if joined.isascii() else list(_SYMBOL.finditer(joined))
    if symbols:
        at = np.array([m.start() for m in symbols], np.int64)
        owner = np.searchsorted(offsets, at, "right") - 1
        before = np.searchsorted(starts, at) - found.bounds[owner]
        order = np.argsort(np.concatenate([text, owner]), kind="stable")
        off = np.zeros(len(at), bool)
        text, codes, place, marked, inside, capital = (
            np.concatenate(both)[order]
            for both in (
                (text, owner),
                (codes, np.array([code(m.group()) for m in symbols], np.int64)),
                (place, before),
                (marked, ~off),
                (inside, off),
                (capital, off),
            )
        )
    return text + first, codes, place, marked, inside, capital


def _join_characters(
    codes: npt.NDArray[np.int64], found: Tokens, starts: npt.NDArray[np.int64], code: Callable[[str], int]
) -> None:
    """Join two adjacent characters into one word in scripts without spaces, in place."""
    alone = np.array([len(form) == 1 and form >= "\u3005" for form in found.vocabulary], bool)[found.form]
    ends = starts + (found.end - found.start)
    second = 1 + np.flatnonzero(alone[1:] & alone[:-1] & (starts[1:] == ends[:-1]))
    key = found.form[second - 1].astype(np.int64) * len(found.vocabulary) + found.form[second]
    keys, back = np.unique(key, return_inverse=True)
    left, right = np.divmod(keys, max(1, len(found.vocabulary)))
    names = [found.vocabulary[a] + found.vocabulary[b] for a, b in zip(left.tolist(), right.tolist(), strict=True)]
    codes[second] = np.array([code(name) for name in names], np.int64)[back.reshape(-1)] if names else 0


def _inside(starts: npt.NDArray[np.int64], spans: list[tuple[int, int]]) -> npt.NDArray[np.bool_]:
    """Whether each word is in one of some spans that do not overlap."""
    begin, end = np.array(spans, np.int64).reshape(-1, 2).T
    # A word is inside if it starts after more beginnings than ends.
    inside: npt.NDArray[np.bool_] = np.searchsorted(begin, starts, "right") > np.searchsorted(end, starts, "right")
    return inside


def _begins_sentence(points: npt.NDArray[np.uint32], starts: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    """Whether only blanks and opening marks separate each word from the end of a sentence or line."""
    passed = np.isin(points, [ord(c) for c in _OPENING])
    last = np.where(passed, -1, np.arange(len(points)))
    np.maximum.accumulate(last, out=last)
    before = np.append(-1, last)[starts]
    begins: npt.NDArray[np.bool_] = (before < 0) | np.isin(points[before], [ord(c) for c in _END])
    return begins


def _is_upper(points: npt.NDArray[np.uint32]) -> npt.NDArray[np.bool_]:
    distinct, back = np.unique(points, return_inverse=True)
    upper: npt.NDArray[np.bool_] = np.array([chr(point).isupper() for point in distinct], bool)[back.reshape(-1)]
    return upper


def _pairs(words: _Words, name: npt.NDArray[np.bool_], size: int) -> _Words:
    """Return pairs of words that look like an answer, adjacent or with one word between them."""
    strong = words.marked | name[words.code]
    near = (words.text[1:] == words.text[:-1]) & (words.place[1:] - words.place[:-1] <= 2)
    first = np.flatnonzero(near & strong[1:] & strong[:-1])
    pairs = words.where(first)
    code = words.code[first] * size + words.code[first + 1]
    return replace(pairs, code=code, marked=words.marked[first] & words.marked[first + 1])
