"""How a unit differs from the typical one of its point: in a number, a negation, a name or the items of a list."""

from __future__ import annotations

import re

import numpy as np
import numpy.typing as npt

from outlens.points.names import plain
from outlens.text.differs import SPELT_NUMBERS, Differences
from outlens.text.units import Units

ALIKE = 0.8
"""Items differ only between units that share at least this much of the words of the shorter one."""

_FIGURE = re.compile(r"\d+(?:[.,:/]\d+)*|[\u00bc-\u00be\u2150-\u215e]")
_ASIDE = re.compile(r"\([^()]{0,200}\)")
_SEPARATOR = re.compile(r",\s*(?:and\b|or\b)?\s*|\s+(?:and|or)\s+")
_TWO = re.compile(r"(?<![\w-])(\w+) (?:and|or) (\w+)(?![\w-])")
_WORD = re.compile(r"\w+")


class Details:
    """Finds how units differ in details.

    A number differs if the two hold different numbers, or only one holds any. Items differ if both enumerate ("vodka,
    juice, salt, pepper") or name two ("red and blue", "blue and green") and share only a part. Negation and name are as
    in `text.align`.

    Parameters
    ----------
    units : the units.
    """

    def __init__(self, units: Units) -> None:
        self._written = units.written
        self._differences = Differences(units.tokens, units.written)
        self._numbers = [_numbers(plain(text)) for text in units.written]
        self._lists = [_enumerated(text) for text in units.written]
        self._pairs = [_pairs(text) for text in units.written]

    def of(self, units: npt.NDArray[np.int64], typical: npt.NDArray[np.int64]) -> npt.NDArray[np.object_]:
        """Return how distinct units differ from typical ones.

        Parameters
        ----------
        units : (m,) the units.
        typical : (m,) the typical unit of the point of each.

        Returns
        -------
        (m,) of str: "number", "negation", "name", "items", joined by ", ", or "".
        """
        known = self._differences.of(units, typical, numbers=False)
        found = np.full(len(units), "", object)
        for k, (i, other) in enumerate(zip(units.tolist(), typical.tolist(), strict=True)):
            if i == other:
                continue
            kinds = [known[k]] if known[k] else []
            if self._numbers[i] != self._numbers[other]:
                kinds.insert(0, "number")
            listed = self._lists[i] and self._lists[other] and self._lists[i] != self._lists[other]
            mine, others = self._pairs[i], self._pairs[other]
            partly = mine & others and mine - others and others - mine
            if listed or (partly and _alike(self._written[i], self._written[other])):
                kinds.append("items")
            found[k] = ", ".join(kinds)
        return found


def _numbers(text: str) -> frozenset[str]:
    return frozenset(_FIGURE.findall(text)) | (SPELT_NUMBERS & set(_WORD.findall(text.lower())))


def _alike(text: str, other: str) -> bool:
    """Return whether two texts share most words of the shorter one."""
    a, b = (set(_WORD.findall(each.lower())) for each in (text, other))
    return len(a & b) >= ALIKE * min(len(a), len(b))


def _enumerated(text: str) -> frozenset[str]:
    """Return the inner items of a list of at least four short items."""
    if text.count(",") < 2:
        return frozenset()
    text = _ASIDE.sub("", text.lower())
    items = [part for part in _SEPARATOR.split(text)[1:-1] if 0 < len(part.split()) <= 3]
    return frozenset(items) if len(items) > 1 else frozenset()


def _pairs(text: str) -> frozenset[str]:
    return frozenset(word for pair in _TWO.findall(_ASIDE.sub("", text.lower())) for word in pair)
