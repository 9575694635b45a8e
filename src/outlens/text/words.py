"""Split texts into words: their places, and the forms in which they are compared."""

from __future__ import annotations

import re
import sys
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from outlens._errors import type_of

_HAN_KANA = (
    "\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uf900-\ufaff\uff66-\uff9f\U0001b000-\U0001b16f\U00020000-\U000323af"
)
# Invisible inside a word, and not part of its form.
_IGNORABLE = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f"
    "\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\U000e0000-\U000e0fff"
)
_APOSTROPHES = "\u2018\u2019\u02bc\uff07"
_HYPHENS = "\u2010\u2011\u2012\u2013\ufe63\uff0d"
_JOINER = rf"'{_APOSTROPHES}{_HYPHENS}\-"
_PLAIN = str.maketrans(dict.fromkeys(_APOSTROPHES, "'") | dict.fromkeys(_HYPHENS, "-"))
_DROPPED = re.compile(f"[{_IGNORABLE}]")
# Scripts in which ZWJ and ZWNJ distinguish words: Arabic (Persian) and the Indic ones.
_KEEPS_JOINERS = re.compile("[\u0600-\u06ff\u0750-\u077f\u0900-\u0dff]")
_NOT_JOINERS = re.compile(f"(?![\u200c\u200d])[{_IGNORABLE}]")


@lru_cache(maxsize=1)
def _marks() -> str:
    """Return a regex range of all combining marks: `re` has no class for them."""
    ranges: list[list[int]] = []
    for point in range(0x300, sys.maxunicode + 1):
        if unicodedata.category(chr(point))[0] == "M":
            if ranges and ranges[-1][1] == point - 1:
                ranges[-1][1] = point
            else:
                ranges.append([point, point])
        elif point == 0x20000:
            break
    return "".join(f"{re.escape(chr(a))}-{re.escape(chr(b))}" for a, b in ranges)


@lru_cache(maxsize=1 << 16)
def _form(surface: str) -> str:
    if surface.isascii():
        return surface.lower()
    dropped = (_NOT_JOINERS if _KEEPS_JOINERS.search(surface) else _DROPPED).sub("", surface)
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", dropped).casefold())
    return folded.translate(_PLAIN)


@dataclass(frozen=True)
class Tokens:
    """The words of n texts, one after another."""

    bounds: npt.NDArray[np.int64]
    """(n + 1,): words bounds[i] to bounds[i + 1] belong to text i."""
    start: npt.NDArray[np.int32]
    """(words,): the start of each in its text, in code points."""
    end: npt.NDArray[np.int32]
    """(words,): the end, exclusive."""
    form: npt.NDArray[np.int32]
    """(words,): the position of its form in `vocabulary`."""
    vocabulary: list[str]
    """The distinct forms, sorted, so that positions do not depend on the order of the texts."""

    @property
    def output(self) -> npt.NDArray[np.int32]:
        """(words,): the text that each word belongs to."""
        return np.repeat(np.arange(len(self.bounds) - 1, dtype=np.int32), np.diff(self.bounds))


def check(texts: Iterable[str]) -> list[str]:
    """Return the texts as a list, read once.

    Parameters
    ----------
    texts : any iterable of str: a list, a Series (its index does not matter), an array, a generator.

    Raises
    ------
    TypeError
        If it is a single str, a DataFrame, a mapping or not iterable, or if one of the texts is not a str.
    """
    if isinstance(texts, str | bytes):
        raise TypeError(f"texts is {type_of(texts)} ({texts!r:.40}); give a list of str, such as [text].")
    if isinstance(texts, pd.DataFrame):
        raise TypeError("texts is a DataFrame; give one of its columns, such as df['response'].")
    if isinstance(texts, Mapping) or not isinstance(texts, Iterable):
        raise TypeError(f"texts is {type_of(texts)}; give a list of str.")
    listed = list(texts)
    for i, text in enumerate(listed):
        if isinstance(text, str):
            continue
        if text is None or text is pd.NA or text is pd.NaT or (isinstance(text, float) and text != text):
            raise TypeError(
                f"texts[{i}] is missing ({text!r}); leave it out or fill it, such as df['response'].fillna(\"\")."
            )
        raise TypeError(f"texts[{i}] is {type_of(text)} ({text!r:.40}); give a list of str.")
    return listed


def tokenize(texts: Iterable[str], *, exact: bool = False) -> Tokens:
    """Split texts into words, all at once; `exact` compares the surfaces instead of the forms.

    It makes one pass over the characters of many texts together: a table gives the class of each character, and words
    begin and end where the class changes. Each distinct surface is looked up once, by a hash of its characters.

    Raises
    ------
    TypeError
        If one of the texts is not a str; the message names it.
    """
    texts = check(texts)
    surfaces: dict[int | str, int] = {}
    names: list[str] = []
    parts = [_segment(block, surfaces, names, exact) for block in _blocks(texts)]
    counts, start, end, surface = (
        np.concatenate([part[i] for part in parts]) if parts else np.zeros(0, np.int32) for i in range(4)
    )
    forms = names if exact else [_form(name) for name in names]
    vocabulary = sorted(set(forms))
    place = {form: i for i, form in enumerate(vocabulary)}
    of = np.array([place[form] for form in forms], np.int32)
    bounds = np.zeros(len(texts) + 1, np.int64)
    np.cumsum(counts, out=bounds[1:])
    return Tokens(bounds, start, end, of[surface] if len(of) else np.zeros(0, np.int32), vocabulary)


BLOCK = 1 << 21
"""Characters that are processed together, so that their arrays fit the processor's cache."""

LONGEST = 64
"""Words of up to this many characters are compared by hash, longer ones by their characters."""

_OTHER, _LETTER, _ATTACHED, _JOIN, _SINGLE = range(5)


def _blocks(texts: list[str]) -> Iterator[list[str]]:
    block: list[str] = []
    size = 0
    for text in texts:
        block.append(text)
        size += len(text)
        if size >= BLOCK:
            yield block
            block, size = [], 0
    if block:
        yield block


def _segment(
    texts: list[str], surfaces: dict[int | str, int], names: list[str], exact: bool
) -> tuple[npt.NDArray[Any], ...]:
    """Return, for some texts, the number of words in each, their starts and ends, and the codes of their surfaces.

    `surfaces` and `names` collect the distinct surfaces of all blocks.
    """
    # Join by line ends, which no word crosses.
    joined = "\n".join(texts)
    lengths = np.array([len(text) for text in texts], np.int64)
    offsets = np.cumsum(lengths + 1) - lengths - 1
    points: npt.NDArray[Any] = (
        np.frombuffer(joined.encode("ascii"), np.uint8)
        if joined.isascii()
        else np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), np.uint32)
    )
    first, last = _edges(_classes(points))
    first, last = _without_list_numbers(points, first, last)
    last += 1
    number = np.searchsorted(offsets, first, "right") - 1
    surface = _surfaces(joined, points, first, last, surfaces, names, exact)
    counts = np.bincount(number, minlength=len(texts))
    origin = offsets[number]
    return counts, (first - origin).astype(np.int32), (last - origin).astype(np.int32), surface


@lru_cache(maxsize=1)
def _class_table() -> npt.NDArray[np.uint8]:
    """The class of each code point of the basic plane."""
    plane = "".join(map(chr, range(0x10000)))
    table = np.zeros(0x10000, np.uint8)
    for kind, pattern in (
        (_LETTER, rf"[^\W_{_HAN_KANA}]"),
        (_ATTACHED, f"[{_marks()}{_IGNORABLE}]"),
        (_JOIN, f"[{_JOINER}]"),
        (_SINGLE, f"[{_HAN_KANA}]"),
    ):
        for match in re.finditer(f"{pattern}+", plane):
            table[match.start() : match.end()] = kind
    return table


@lru_cache(maxsize=1 << 16)
def _class_of(point: int) -> int:
    """The class of a code point beyond the basic plane."""
    char = chr(point)
    if re.match(f"[{_HAN_KANA}]", char):
        return _SINGLE
    if unicodedata.category(char)[0] == "M" or re.match(f"[{_IGNORABLE}]", char):
        return _ATTACHED
    return _LETTER if char.isalnum() else _OTHER


def _classes(points: npt.NDArray[Any]) -> npt.NDArray[np.uint8]:
    wide = points > 0xFFFF
    classes: npt.NDArray[np.uint8] = _class_table()[np.where(wide, 0, points) if wide.any() else points]
    if points.dtype == np.uint8 or not wide.any():
        return classes
    there, back = np.unique(points[wide], return_inverse=True)
    classes[wide] = np.array([_class_of(int(point)) for point in there], np.uint8)[back.reshape(-1)]
    return classes


def _edges(classes: npt.NDArray[np.uint8]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Positions of the first and the last character of each word."""
    n = len(classes)
    attached = classes == _ATTACHED
    inside = np.zeros(n + 2, bool)
    middle = inside[1:-1]
    np.equal(classes, _LETTER, out=middle)
    tail = None
    if attached.any():
        # Marks and invisible characters belong to the preceding character.
        base = np.where(attached, 0, np.arange(n))
        np.maximum.accumulate(base, out=base)
        after = classes[base]
        single = classes == _SINGLE
        tail = attached & (after == _SINGLE)
        letter = classes == _LETTER
        middle |= attached & (after == _LETTER)
    else:
        letter = middle.copy()
        single = classes == _SINGLE
    joins = np.flatnonzero(classes == _JOIN)
    joins = joins[(joins > 0) & (joins < n - 1)]
    joins = joins[middle[joins - 1] & letter[joins + 1]]
    middle[joins] = True
    edges = np.flatnonzero(inside[1:] != inside[:-1])
    first, last = edges[::2], edges[1::2] - 1
    alone = np.flatnonzero(single)
    if not len(alone):
        return first, last
    if tail is None:
        ends = alone
    else:
        whole = np.append(single | tail, False)
        ends = np.flatnonzero(whole[:-1] & ~np.append(tail, False)[1:])
    first, last = np.concatenate([first, alone]), np.concatenate([last, ends])
    order = np.argsort(first, kind="stable")
    return first[order], last[order]


def _without_list_numbers(
    points: npt.NDArray[Any], first: npt.NDArray[np.int64], last: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Remove the "1" of "1. Item": up to three digits that begin a line, then a dot or bracket, a blank and text."""
    n = len(points)
    head, after = points[first], last + 1
    maybe = np.flatnonzero((head - np.uint8(48) <= 9) & (last - first < 3) & (after + 2 < n))
    close = points[after[maybe]]
    maybe = maybe[(close == 46) | (close == 41)]
    blank = points[after[maybe] + 1]
    maybe = maybe[(blank == 32) | (blank == 9)]
    follows = points[after[maybe] + 2]
    maybe = maybe[follows != 10]
    for step in (1, 2):
        at = np.minimum(first[maybe] + step, last[maybe])
        maybe = maybe[points[at] - np.uint8(48) <= 9]
    # Only indentation and markdown markers may come before it on its line.
    before = first[maybe] - 1
    marker = np.isin(np.arange(128), [ord(c) for c in " \t>*_#-+"])
    for _ in range(16):
        here = points[np.maximum(before, 0)]
        step_back = (before >= 0) & (here < 128) & marker[np.minimum(here, 127)]
        if not step_back.any():
            break
        before = before - step_back
    number = maybe[(before < 0) | (points[np.maximum(before, 0)] == 10)]
    if not len(number):
        return first, last
    kept = np.ones(len(first), bool)
    kept[number] = False
    return first[kept], last[kept]


@lru_cache(maxsize=1)
def _randoms() -> npt.NDArray[np.uint64]:
    # New numbers in every process, so that no text can be crafted to make two words collide. No result depends on them.
    return np.random.default_rng().integers(0, 1 << 64, 1 << 16, np.uint64)


@lru_cache(maxsize=2)
def _powers(size: int) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.uint64]]:
    """Return the powers of an odd number modulo 2 ** 64, and those of its inverse."""
    base = 0x9E3779B97F4A7C15
    out = []
    for factor in (base, pow(base, -1, 1 << 64)):
        powers = np.full(size, factor, np.uint64)
        powers[0] = 1
        out.append(np.cumprod(powers, dtype=np.uint64))
    return out[0], out[1]


def _surfaces(
    joined: str,
    points: npt.NDArray[Any],
    first: npt.NDArray[np.int64],
    last: npt.NDArray[np.int64],
    surfaces: dict[int | str, int],
    names: list[str],
    exact: bool,
) -> npt.NDArray[np.int32]:
    """(words,): the code of each word's surface among all distinct ones (`last` is exclusive)."""
    if not len(first):
        return np.zeros(0, np.int32)
    powers, inverse = _powers(1 << max(16, len(points).bit_length()))
    value = _randoms().copy()
    if not exact:
        # The form ignores case anyway, and this halves the surfaces to look up.
        value[65:91] = value[97:123]
    values = value[points & np.uint32(0xFFFF)] if points.dtype == np.uint32 else value[points]
    if points.dtype == np.uint32:
        values = values + (points >> np.uint32(16)).astype(np.uint64)
    sums = np.zeros(len(points) + 1, np.uint64)
    np.cumsum(values * powers[: len(points)], out=sums[1:])
    hashes = (sums[last] - sums[first]) * inverse[first]
    long = np.flatnonzero(last - first > LONGEST)
    codes, unique = pd.factorize(hashes)
    seen = np.maximum.accumulate(codes)
    where = np.flatnonzero(np.concatenate([[True], seen[1:] > seen[:-1]]))
    number = np.empty(len(unique), np.int32)
    for k, (key, i) in enumerate(zip(unique.tolist(), where.tolist(), strict=True)):
        known = surfaces.get(key)
        if known is None:
            known = surfaces[key] = len(names)
            names.append(joined[first[i] : last[i]])
        number[k] = known
    numbers: npt.NDArray[np.int32] = number[codes]
    for i in long.tolist():
        surface = joined[first[i] : last[i]]
        known = surfaces.get(surface)
        if known is None:
            known = surfaces[surface] = len(names)
            names.append(surface)
        numbers[i] = known
    return numbers


def words(text: str) -> pd.DataFrame:
    """Split a text into words.

    A word is a run of letters, digits and marks with inner apostrophes and hyphens. Each Han, Hiragana or Katakana
    character is a word. The numbers of a list ("1. ") are not words. Returns one row per word: `start, end` (int64,
    code points of the original text) and `form` (NFKC, case folded, quotes and dashes unified, invisible characters
    removed).

    Examples
    --------
    >>> words("Don’t worry!").values.tolist()
    [[0, 5, "don't"], [6, 11, 'worry']]
    """
    if not isinstance(text, str):
        raise TypeError(f"text is {type_of(text)}; give a str.")
    table = pd.DataFrame(tokens(text), columns=["start", "end", "form"])
    return table.astype({"start": np.int64, "end": np.int64, "form": object})


def tokens(text: str) -> list[tuple[int, int, str]]:
    """Return the rows of `words` as a list."""
    tokenized = tokenize([text])
    names = [tokenized.vocabulary[form] for form in tokenized.form.tolist()]
    return list(zip(tokenized.start.tolist(), tokenized.end.tolist(), names, strict=True))


def forms(texts: Iterable[str]) -> list[list[str]]:
    """Return the forms of the words of each text, in order."""
    tokenized = tokenize(texts)
    names = [tokenized.vocabulary[form] for form in tokenized.form.tolist()]
    return [names[a:b] for a, b in pairwise(tokenized.bounds.tolist())]
