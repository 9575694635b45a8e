"""Parts of error messages: the hint after a name that does not exist, and the type of a wrong value."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import TypeVar

T = TypeVar("T")

LISTED = 12
"""The most names that a message lists."""


class NotFound(KeyError):
    """A `KeyError` whose message prints unchanged; Python quotes and escapes that of a plain one."""

    def __str__(self) -> str:
        return str(self.args[0]) if self.args else ""


def type_of(value: object) -> str:
    """Return the type of a value with its article, "an int" or "a list"; "None" for None."""
    name = type(value).__name__
    if value is None:
        return "None"
    return f"{'an' if name[0].lower() in 'aeiou' else 'a'} {name}"


def nearest(wanted: object, known: Iterable[T], cutoff: float = 0.6) -> T | None:
    """Return the known name with the closest spelling, or None if none is close.

    `cutoff` sets how close a name must be, as in `difflib.get_close_matches`.
    """
    names = {str(name): name for name in known}
    near = difflib.get_close_matches(str(wanted), names, 1, cutoff)
    return names[near[0]] if near else None


def hint(wanted: object, known: Iterable[object], kind: str, cutoff: float = 0.6) -> str:
    """Return "did you mean 'x'?" or, if no name is close, "the <kind> are 'x', 'y'." or "there are no <kind>.".

    Parameters
    ----------
    wanted : the name that does not exist.
    known : the names that exist.
    kind : the plural noun for them: "columns", "tags".
    cutoff : as in `nearest`.

    Examples
    --------
    >>> hint("modle", ["model", "prompt"], "columns")
    "did you mean 'model'?"
    >>> hint("x", ["model", "prompt"], "columns")
    "the columns are 'model', 'prompt'."
    """
    names = list(known)
    if not names:
        return f"there are no {kind}."
    near = nearest(wanted, names, cutoff)
    if near is not None:
        return f"did you mean {near!r}?"
    more = f" and {len(names) - LISTED} more" if len(names) > LISTED else ""
    return f"the {kind} are {', '.join(map(repr, names[:LISTED]))}{more}."
