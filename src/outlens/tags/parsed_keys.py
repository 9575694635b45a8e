"""What the key of an output says, and how two keys of one prompt and text compare; `identity` describes the keys."""

from __future__ import annotations

from typing import NamedTuple

from outlens.tags.describe import MISSING, NAME, VALUE


class ParsedKey(NamedTuple):
    """The parts of a key."""

    place: int
    """Among the outputs with this prompt and text, from 1; 0 where there was one, or the first of an older log."""
    rank: int
    """Among those that are also alike in all columns, from 1."""
    cells: dict[str, str]
    """Hash of each column -> hash of the value."""
    sources: frozenset[str]
    fractions: frozenset[str]


_CELL = NAME + VALUE
_NO_SECTIONS = ["", "", ""]


def stem_of(key: str) -> str:
    """Return what a key says of prompt and text."""
    return key.partition("/")[0].partition("#")[0]


def body_of(key: str) -> str:
    """Return what a key says of the columns."""
    return key.partition("/")[2].partition("#")[0]


def cells_of(key: str) -> list[str]:
    """Return the cells that a key describes, each the hash of the column's name followed by that of the value."""
    return [part[at : at + _CELL] for part in _sections(body_of(key)) for at in range(0, len(part), _CELL)]


def parse(key: str) -> ParsedKey:
    """Return what a key says; a key that was written by hand may say nothing."""
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
    """How what a key says of an output compares with a row of the same prompt and text."""

    agree: int
    """Columns that agree and are informative; a source counts twice."""
    differing: tuple[str, ...]
    """Columns that differ."""
    other_source: bool
    """Whether a source is among them."""
    ranking: tuple[int, int]
    """Lower is likelier."""

    @property
    def same_but_changed(self) -> bool:
        """Whether a text that was there once and is there once is the same output: a column or two may have changed."""
        return not self.differing or (not self.other_source and self.agree > len(self.differing))


def compare(then: ParsedKey, now: ParsedKey, varying: frozenset[str], renamed: bool = False) -> Comparison:
    """Compare what an older key says with a row's current key.

    Parameters
    ----------
    then, now : ParsedKey
    varying : set of str
        Hashes of the columns that have more than one value here; agreement in the others is not evidence.
    renamed : bool
        Whether to look for the values of columns that are gone in columns that are new.
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
            # A label that was filled in or a score that was computed again does not make it another output, but an
            # output that is like it here too is likelier.
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
        # A column that was renamed still has its values.
        gone = {then.cells[column] for column in then.cells.keys() - now.cells.keys()} - {MISSING}
        kept = len(gone & {now.cells[column] for column in now.cells.keys() - then.cells.keys()})
    return Comparison(agree, tuple(sorted(differing)), other_source, (doubts, -kept))
