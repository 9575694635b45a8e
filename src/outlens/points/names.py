"""Words for a point: its typical text without markers, a short name, and what varies in it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from outlens.text.differs import SPELT_NUMBERS
from outlens.vectors.features import function_words

LONGEST = 6
"""The most words in a name."""
LED = 0.15
"""A lead ("Be patient: ...") is the name of a point if two outputs and at least this share begin with it."""
NEAR = 0.95
"""A short unit is a name if it is as typical as the first, times this."""
SOME = 0.1
"""Numbers are listed if at least this share of the outputs hold one."""
LISTED = 4
"""The most variants that are listed."""

_EMPHASIS = re.compile(r"(\*\*|__|`)")
_NUMBERING = re.compile(r"^[\W_]*\d{1,3}[.)]\s+")
_LEAD = re.compile(r"\W*([^\W_][^:.!?\n]{0,60}?)\W*[:\uff1a]\W*\s\S")
_WORD = re.compile(r"\w+")
_MARK = re.compile(r"^\W+(?=\w)")
_FIGURE = r"\d+(?:[.,:/]\d+)*"
_NUMBER = re.compile(
    rf"(?:{_FIGURE}(?:[-\u2013]{_FIGURE})?|[\u00bc-\u00be\u2150-\u215e])%?(?: ?[a-z\u00b0\u00b5]{{1,12}}\b)?"
)


def plain(text: str) -> str:
    """Return a unit on one line, without the marks of emphasis and the number of a list."""
    line = " ".join(_EMPHASIS.sub("", text).split())
    return _NUMBERING.sub("", line) or line


def name(units: Sequence[str], weights: Sequence[int], similarities: Sequence[float]) -> str:
    """Return a name of at most six words: the lead that the units share, or else the beginning of a typical unit.

    Parameters
    ----------
    units : the distinct wordings of the point, plain, the most typical one first.
    weights : how many outputs have each.
    similarities : to the centre of the point, falling.
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
    near = (unit for unit, alike in zip(units, similarities, strict=True) if alike >= NEAR * similarities[0])
    return cut(next((unit for unit in near if 1 < len(unit.split()) <= LONGEST), units[0]))


def _measured(figure: str) -> str:
    """Return a number and its unit; the next word is none if it is a function word."""
    number, *unit = figure.split(" ")
    return number if unit and unit[0] in function_words() else figure


def cut(text: str) -> str:
    """Return at most six words of a text, with "…" if there are more."""
    words = _MARK.sub("", text).split()
    if len(words) <= LONGEST:
        return " ".join(words).rstrip(".,;:")
    return " ".join(words[:LONGEST]).rstrip(".,;:") + "…"


def varies(units: Sequence[str], weights: Sequence[int], differs: Sequence[str]) -> str:
    """Return what varies in a point: the most frequent numbers with their outputs, and how many differ otherwise.

    Parameters
    ----------
    units, weights : as for `name`.
    differs : how each unit differs from the typical one, as `text.align` says it.
    """
    says = []
    numbers: Counter[str] = Counter()
    if any("number" in kinds for kinds in differs):
        for unit, weight in zip(units, weights, strict=True):
            spelt = [word for word in _WORD.findall(unit.lower()) if word in SPELT_NUMBERS]
            figures = [_measured(match[0].strip()) for match in _NUMBER.finditer(unit)]
            for number in dict.fromkeys([*figures, *spelt]):
                numbers[number] += weight
    if sum(numbers.values()) >= SOME * sum(weights):
        listed = sorted(numbers.items(), key=lambda one: (-one[1], one[0]))[:LISTED]
        says.append(", ".join(f"{number} × {times}" for number, times in listed))
    for kind, words in (("negation", "a negation"), ("name", "another name"), ("items", "other items")):
        times = sum(weight for kinds, weight in zip(differs, weights, strict=True) if kind in kinds)
        if kind == "negation":
            # The typical unit may be the one that negates.
            times = min(times, sum(weights) - times)
        if times:
            says.append(f"{words} in {times}")
    return "; ".join(says)
