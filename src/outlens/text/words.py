"""Words: where they are, and the form in which they are compared."""

from __future__ import annotations

import re
import sys
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import pandas as pd

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
# Scripts in which ZWJ and ZWNJ tell words apart: Arabic (Persian) and the Indic ones.
_KEEPS_JOINERS = re.compile("[\u0600-\u06ff\u0750-\u077f\u0900-\u0dff]")
_NOT_JOINERS = re.compile(f"(?![\u200c\u200d])[{_IGNORABLE}]")


@lru_cache(maxsize=1)
def _marks() -> str:
    """A regex range of all combining marks: `re` has no class for them."""
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


@lru_cache(maxsize=1)
def _pattern() -> re.Pattern[str]:
    marks = _marks()
    tail = f"[{marks}{_IGNORABLE}]*"
    letter = rf"[^\W_{_HAN_KANA}]"
    run = rf"{letter}+(?:[{marks}{_IGNORABLE}]+{letter}*)*"
    # The invisible characters at the end of a word stay outside it, or the span would show nothing at its end.
    return re.compile(rf"[{_HAN_KANA}]{tail}|{run}(?:[{_JOINER}]{run})*")


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
    """(n + 1,): words bounds[i] to bounds[i + 1] are those of text i."""
    start: npt.NDArray[np.int64]
    """(words,): where each begins in its text, in code points."""
    end: npt.NDArray[np.int64]
    """(words,)"""
    form: npt.NDArray[np.int32]
    """(words,): which of `vocabulary` it is."""
    vocabulary: list[str]
    """The different forms, sorted, so that ids do not depend on the order of the texts."""

    @property
    def output(self) -> npt.NDArray[np.int32]:
        """(words,): which text each is in."""
        return np.repeat(np.arange(len(self.bounds) - 1, dtype=np.int32), np.diff(self.bounds))


def tokenize(texts: Sequence[str], *, exact: bool = False) -> Tokens:
    """The words of texts, all at once; `exact` compares the surfaces instead of the forms.

    Raises
    ------
    TypeError
        Where one of the texts is not a str (it says which).
    """
    for i, text in enumerate(texts):
        if not isinstance(text, str):
            raise TypeError(f"texts[{i}] is a {type(text).__name__}; give a list of str.")
    rows = [
        (m.start(), m.end(), m.group() if exact else _form(m.group()), i)
        for i, text in enumerate(texts)
        for m in _pattern().finditer(text)
    ]
    vocabulary = sorted({row[2] for row in rows})
    place = {form: i for i, form in enumerate(vocabulary)}
    counts = np.bincount([row[3] for row in rows], minlength=len(texts)) if rows else np.zeros(len(texts), np.int64)
    return Tokens(
        bounds=np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        start=np.array([row[0] for row in rows], np.int64),
        end=np.array([row[1] for row in rows], np.int64),
        form=np.array([place[row[2]] for row in rows], np.int32),
        vocabulary=vocabulary,
    )


def words(text: str) -> pd.DataFrame:
    """The words of a text.

    A word is a run of letters, digits and marks with inner apostrophes and hyphens; each Han, Hiragana or Katakana
    character is a word. Returns one row a word: `start, end` (int64, code points of the original text) and `form`
    (NFKC, case folded, quotes and dashes unified, invisible characters removed).

    Examples
    --------
    >>> words("Don’t worry!").values.tolist()
    [[0, 5, "don't"], [6, 11, 'worry']]
    """
    table = pd.DataFrame(tokens(text), columns=["start", "end", "form"])
    return table.astype({"start": np.int64, "end": np.int64, "form": object})


def tokens(text: str) -> list[tuple[int, int, str]]:
    """The rows of `words`, without the table."""
    return [(m.start(), m.end(), _form(m.group())) for m in _pattern().finditer(text)]


def forms(texts: Sequence[str]) -> list[list[str]]:
    """The forms of the words of each text, in order."""
    find = _pattern().findall
    return [[_form(surface) for surface in find(text)] for text in texts]
