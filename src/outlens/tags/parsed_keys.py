"""Parse the key of an output, and compare two keys of one prompt and text; `identity` describes the keys."""

from __future__ import annotations

from typing import NamedTuple

from outlens.tags.describe import MISSING, NAME, VALUE


class ParsedKey(NamedTuple):
    """The parts of a key."""

    place: int
    """Place among the outputs with this prompt and text, from 1; 0 for a single one, or the first in older logs."""
    rank: int
    """Place among those that also agree in all columns, from 1."""
    cells: dict[str, str]
    """Hash of each column -> hash of the value."""
    sources: frozenset[str]
    fractions: frozenset[str]


_CELL = NAME + VALUE
_NO_SECTIONS = ["", "", ""]


def stem_of(key: str) -> str:
    """Return the part of a key for prompt and text."""
    return key.partition("/")[0].partition("#")[0]


def body_of(key: str) -> str:
    """Return the part of a key for the columns."""
    return key.partition("/")[2].partition("#")[0]


def cells_of(key: str) -> list[str]:
    """Return the cells that a key describes, each the hash of the column's name followed by that of the value."""
    return [part[at : at + _CELL] for part in _sections(body_of(key)) for at in range(0, len(part), _CELL)]


def parse(key: str) -> ParsedKey:
    """Return the parts of a key; a key written by hand may have no columns."""
    head, _, rest = key.partition("/")
    place = head.partition("#")[2]
    body, _, rank = rest.partition("#")
    sources, others, fractions = [
        {part[at : at + NAME]: part[at + NAME : at + _CELL] for at in range(0, len(part), _CELL)} if part else {}
        for part in _sections(body)
    ]
    return ParsedKey(
        int(place) if place.isdecimal() else 0,
        max(int(rank), 1) if rank.isdecimal() else 1,
        {**sources, **others, **fractions},
        frozenset(sources),
        frozenset(fractions),
    )


def _sections(body: str) -> list[str]:
    return body.split(":") if body.count(":") == 2 else _NO_SECTIONS


class Comparison(NamedTuple):
    """The comparison of a key with a row of the same prompt and text."""

    agree: int
    """Number of informative columns that agree; a source counts twice."""
    differing: tuple[str, ...]
    """Number of columns that differ."""
    other_source: bool
    """Whether one of them is a source."""
    ranking: tuple[int, int]
    """Sort key; lower is likelier."""

    @property
    def same_but_changed(self) -> bool:
        """Whether a text that occurs once then and now is the same output: one or two columns may have changed."""
        return not self.differing or (not self.other_source and self.agree > len(self.differing))


def compare(then: ParsedKey, now: ParsedKey, varying: frozenset[str], renamed: bool = False) -> Comparison:
    """Compare an older key with the current key of a row.

    Parameters
    ----------
    then, now : ParsedKey
    varying : set of str
        Hashes of the columns that have more than one value here; agreement in the others is not evidence.
    renamed : bool
        Whether to search new columns for the values of removed ones.
    """
    agree = 0
    doubts = 0
    other_source = False
    differing = []
    for column, before in then.cells.items():
        after = now.cells.get(column)
        if after is None:
            continue
        source = column in then.sources or column in now.sources
        if MISSING in (before, after) or (not source and (column in then.fractions or column in now.fractions)):
            # A label filled in or a score recomputed does not make it another output, but an output that agrees here
            # too is likelier.
            doubts += before != after
        elif before != after:
            differing.append(column)
            other_source = other_source or source
        elif source:
            agree += 2
        elif column in varying:
            # Agreement in a column with a single value is not evidence.
            agree += 1
    kept = 0
    if renamed:
        # A renamed column still has its values.
        gone = {then.cells[column] for column in then.cells.keys() - now.cells.keys()} - {MISSING}
        kept = len(gone & {now.cells[column] for column in now.cells.keys() - then.cells.keys()})
    return Comparison(agree, tuple(sorted(differing)), other_source, (doubts, -kept))
