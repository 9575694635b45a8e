"""Words for a point: its typical text without markers, a short name, and what varies in it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from outlens.text.differs import SPELT_NUMBERS
from outlens.vectors.features import function_words

LONGEST = 6
"""The most words in a name."""
WIDEST = 60
"""The most characters in a name."""
LED = 0.15
"""A lead ("Be patient: ...") is the name of a point if two outputs and at least this share begin with it."""
SOME = 0.1
"""Numbers are listed if at least this share of the outputs hold one."""
LISTED = 4
"""The most variants that are listed."""

_EMPHASIS = re.compile(r"\*\*(?=\S)(.+?)(?<=\S)\*\*|(?<!\w)__(?=\S)(.+?)(?<=\S)__(?!\w)|`([^`]+)`", re.DOTALL)
_CODE = re.compile(r"`([^`]+)`")
_NUMBERING = re.compile(r"^[\W_]*\d{1,3}[.)]\s+")
_LEAD = re.compile(r"\W*([^\W_][^:.!?\n]{0,60}?)\W*[:\uff1a]\W*\s\S")
_WORD = re.compile(r"\w+")
_MARK = re.compile(r"^[^\w\[(\"\u201c\u2018']+(?=.*\w)")
# Not the "28" of "E28"; "1 1/2" and "1½" are one number.
_FIGURE = r"(?<![^\W_])(?:\d+ \d+/\d+|\d*[\u00bc-\u00be\u2150-\u215e]|\d+(?:[.,:/]\d+)*)"
_NUMBER = re.compile(rf"(?:{_FIGURE}(?:[-\u2013]{_FIGURE})?)%?(?: ?[a-z\u00b0\u00b5]{{1,12}}\b)?")


def _inside(match: re.Match[str]) -> str:
    return match[3] or _CODE.sub(r"\1", match[1] or match[2])


def plain(text: str) -> str:
    """Return a unit on one line, without the marks of emphasis and the number of a list."""
    line = " ".join(_EMPHASIS.sub(_inside, text).split())
    return _NUMBERING.sub("", line) or line


def name(units: Sequence[str], weights: Sequence[int]) -> str:
    """Return a name of at most six words: the lead that the units share, or else the beginning of the typical one.

    Parameters
    ----------
    units : the distinct wordings of the point, plain, the most typical one first.
    weights : how many outputs have each.
    """
    leads: Counter[tuple[str, ...]] = Counter()
    written: dict[tuple[str, ...], str] = {}
    for unit, weight in zip(units, weights, strict=True):
        lead = match[1] if (match := _LEAD.match(unit)) else ""
        words = tuple(_WORD.findall(lead.lower()))
        if 0 < len(words) <= LONGEST:
            leads[words] += weight
            written.setdefault(words, lead)
    if leads:
        best, count = min(leads.items(), key=lambda one: (-one[1], one[0]))
        if count > 1 and count >= LED * sum(weights):
            return written[best]
    return cut(units[0])


def _measured(figure: str) -> str:
    """Return a number and its unit; the next word is none if it is a function word."""
    number, *unit = figure.split(" ")
    return number if unit and unit[0] in function_words() else figure


def cut(text: str) -> str:
    """Return at most six words of a text, with "…" if there are more."""
    words = _MARK.sub("", text).split()
    short = " ".join(words[:LONGEST])[:WIDEST].rstrip(".,;: ")
    return short if len(words) <= LONGEST and len(short) < WIDEST else f"{short}…"


def varies(units: Sequence[str], outputs: Sequence[npt.NDArray[np.int64]], differs: Sequence[str]) -> str:
    """Return what varies in a point: the most frequent numbers with their outputs, and how many differ otherwise.

    Parameters
    ----------
    units : as for `name`.
    outputs : the outputs that have each unit.
    differs : how each unit differs from the typical one, as `details` says it.
    """
    says = []
    total = len(_together(outputs))
    if any("number" in kinds for kinds in differs):
        holders: dict[str, list[npt.NDArray[np.int64]]] = {}
        for unit, own in zip(units, outputs, strict=True):
            figures = [_measured(match[0].strip()) for match in _NUMBER.finditer(unit)]
            spelt = [word for word in _WORD.findall(unit.lower()) if word in SPELT_NUMBERS]
            for number in dict.fromkeys([*figures, *spelt]):
                holders.setdefault(number, []).append(own)
        if holders and len(_together([own for each in holders.values() for own in each])) >= SOME * total:
            times = {number: len(_together(own)) for number, own in holders.items()}
            listed = sorted(times.items(), key=lambda one: (-one[1], one[0]))[:LISTED]
            says.append(", ".join(f"{number} × {count}" for number, count in listed))
    for kind, words in (("negation", "a negation"), ("name", "another name"), ("items", "other items")):
        # The typical unit may be the one that negates: those that do are the fewer ones.
        flagged = [kind in kinds for kinds in differs]
        count = len(_together([own for own, flag in zip(outputs, flagged, strict=True) if flag]))
        others = len(_together([own for own, flag in zip(outputs, flagged, strict=True) if not flag]))
        if kind == "negation" and count:
            count = min(count, others) or count
        if count:
            says.append(f"{words} in {count}")
    return "; ".join(says)


def _together(outputs: Sequence[npt.NDArray[np.int64]]) -> npt.NDArray[np.int64]:
    """Return the distinct outputs of several lists."""
    return np.unique(np.concatenate([np.zeros(0, np.int64), *outputs]))
