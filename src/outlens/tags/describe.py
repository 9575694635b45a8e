"""Hash the cells of a row to identify its output, the same way in every session."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from decimal import Decimal
from enum import Enum
from hashlib import blake2b
from pathlib import PurePath
from typing import Any
from uuid import UUID

import numpy as np

COLUMNS = 16
"""The most columns that a key describes: sources first, then those that distinguish equal outputs."""

LEVELS = 64
"""A column of fractions with more distinct values than this holds measurements, which keys do not describe."""

NAME, VALUE = 4, 6
"""Length of the hash of a column's name, and of a cell."""

MISSING = "." * VALUE
"""Replaces the hash of a missing cell."""

SOURCE, OTHER, FRACTIONS = range(3)
"""Kinds of column."""


@dataclass(slots=True)
class Column:
    """A column that keys describe."""

    label: str
    kind: int
    """`SOURCE`, `OTHER` or `FRACTIONS`."""
    values: list[str]
    """A hash of each cell."""
    varies: bool
    """Whether there is more than one value."""


def describe(stems: list[str], columns: Mapping[Any, Sequence[Any]], sources: set[Any]) -> list[tuple[str, Column]]:
    """Return the columns that keys describe, each with the hash of its name, in the order of the hashes.

    Parameters
    ----------
    stems : list of str, length n
        Equal for equal prompt and text.
    columns : mapping of name to sequence of length n
    sources : set of names
        Columns with the source of each output.
    """
    described: dict[str, Column] = {}
    for label, cells in columns.items():
        name = _hash(str(label), NAME)
        column = _column(label, cells, label in sources)
        if column is not None and name not in described:
            described[name] = column
    if len(described) > COLUMNS:
        count = Counter(stems)
        repeated = [i for i, stem in enumerate(stems) if count[stem] > 1]
        groups = len({stems[i] for i in repeated})

        def worth(name: str) -> tuple[bool, bool]:
            column = described[name]
            return column.kind != SOURCE, len({(stems[i], column.values[i]) for i in repeated}) == groups

        described = {name: described[name] for name in sorted(described, key=worth)[:COLUMNS]}
    return sorted(described.items())


def _column(label: Any, cells: Sequence[Any], source: bool) -> Column | None:
    """Return the hashes of a column's cells; None if the column holds measurements."""
    hashes: dict[Any, str] = {}
    values = []
    fractions = False
    for cell in cells:
        kind = type(cell)
        # In a dict, 1, True and 1.0 are the same key.
        known: Any = (kind, cell) if kind in _HASHABLE else None
        value = hashes.get(known) if known is not None else None
        if value is None:
            text = _text(cell)
            value = MISSING if text is None else _hash(text, VALUE)
            fractions = fractions or (isinstance(cell, float | np.floating) and text is not None and not _whole(cell))
            if known is not None:
                hashes[known] = value
        values.append(value)
    distinct = set(values)
    if fractions and not source and len(distinct) > LEVELS:
        return None
    section = SOURCE if source else FRACTIONS if fractions else OTHER
    return Column(str(label), section, values, len(distinct - {MISSING}) > 1)


_HASHABLE = {str, int, bool, float, type(None)}
_PRINTABLE = (date, time, timedelta, Decimal, UUID, PurePath, Enum, bytes, complex, np.datetime64, np.timedelta64)


def _whole(cell: Any) -> bool:
    return bool(np.isfinite(cell)) and float(cell).is_integer()


def _text(cell: Any) -> str | None:
    """Return a cell as text, the same in every session; None if it is missing or has no such text.

    1, 1.0 and "1" are the same, because saving a column of whole numbers in a file can turn it into fractions or text.
    A list of fractions, such as a vector, has no text, and neither has a list that contains itself.
    """
    try:
        return _printed(cell)
    except (RecursionError, _Fraction):
        return None


def _printed(cell: Any) -> str | None:
    if isinstance(cell, str):
        return cell if cell.strip() else None
    if cell is None or type(cell).__name__ in ("NAType", "NaTType"):
        return None
    if isinstance(cell, bool | np.bool_):
        return str(bool(cell))
    if isinstance(cell, int | np.integer):
        return str(int(cell))
    if isinstance(cell, float | np.floating):
        return None if np.isnan(cell) else str(int(cell)) if _whole(cell) else repr(float(cell))
    if isinstance(cell, Mapping | list | tuple | set | frozenset | np.ndarray):
        return _listed(cell)
    if isinstance(cell, _PRINTABLE) or type(cell).__module__.startswith("pandas"):
        return str(cell)
    return None


def _listed(cell: Any) -> str | None:
    if isinstance(cell, Mapping):
        items: Any = sorted((str(key), _part(value)) for key, value in cell.items())
    else:
        items = [_part(value) for value in (cell.ravel() if isinstance(cell, np.ndarray) else cell)]
        items = sorted(items) if isinstance(cell, set | frozenset) else items
    return json.dumps(items) if items else None


class _Fraction(Exception):
    """A list contains a fraction."""


def _part(value: Any) -> str:
    if isinstance(value, float | np.floating) and not _whole(value) and not np.isnan(value):
        raise _Fraction
    return _printed(value) or ""


def _hash(text: str, characters: int) -> str:
    digest = blake2b(text.encode("utf-8", "surrogatepass"), digest_size=9).digest()
    return urlsafe_b64encode(digest).decode()[:characters]
