"""Find a text or a regular expression."""

from __future__ import annotations

import re
import time
import warnings
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd

from outlens._errors import type_of
from outlens.text.words import check

PATIENCE = 10.0
"""Seconds after which a regular expression is stopped, plus 2 per million characters of the texts."""


def find(texts: Iterable[str], query: str, regex: bool = False, *, ignore_case: bool = True) -> pd.DataFrame:
    """Return every occurrence of the query.

    Returns the span table: `output, start, end` (int64, code points), sorted, without empty matches of a regular
    expression. Case is ignored character by character: "ss" does not match "ß".

    Raises
    ------
    TypeError
        If `texts` is not an iterable of str.
    ValueError
        If the query is empty, or is not a valid regular expression (the message gives the position), or if it takes
        longer than 10 s plus 2 s per million characters of all texts.

    Notes
    -----
    The syntax is that of `re`. The package `regex` does the search, because it can be stopped in any thread; it counts
    combining marks as \\w and knows a newer Unicode.

    Examples
    --------
    >>> find(["So sorry.", "No."], "SORRY").values.tolist()
    [[0, 3, 8]]
    """
    texts = check(texts)
    if not isinstance(query, str):
        raise TypeError(f"the query is {type_of(query)}; give a str.")
    if not query:
        raise ValueError("the query is empty; give a text to look for.")
    matches = _expression(texts, query, ignore_case) if regex else _literal(texts, query, ignore_case)
    spans = [(i, match.start(), match.end()) for i, match in matches if match.end() > match.start()]
    return pd.DataFrame(np.array(spans, np.int64).reshape(-1, 3), columns=["output", "start", "end"])


def _literal(texts: Sequence[str], query: str, ignore_case: bool) -> Iterator[tuple[int, Any]]:
    pattern = re.compile(re.escape(query), re.IGNORECASE if ignore_case else 0)
    for i, text in enumerate(texts):
        for match in pattern.finditer(text):
            yield i, match


def _expression(texts: Sequence[str], query: str, ignore_case: bool) -> Iterator[tuple[int, Any]]:
    import regex  # type: ignore[import-untyped]

    flags = regex.IGNORECASE if ignore_case else 0
    with warnings.catch_warnings():
        # Both packages warn about the future meaning of "[[".
        warnings.simplefilter("ignore")
        try:
            re.compile(query, re.IGNORECASE if ignore_case else 0)
            pattern = regex.compile(_plain(query), flags | regex.VERSION0)
        except (re.error, regex.error) as error:
            where = f" at character {error.pos}" if error.pos is not None else ""
            raise _invalid(query, f"{error.msg}{where}") from None
        except (OverflowError, RecursionError) as error:
            raise _invalid(query, str(error)) from None
    limit = PATIENCE + 2 * sum(map(len, texts)) / 1e6
    end = time.monotonic() + limit
    for i, text in enumerate(texts):
        try:
            for match in pattern.finditer(text, timeout=max(end - time.monotonic(), 1e-3)):
                yield i, match
        except TimeoutError:
            raise ValueError(
                f"{query!r} took longer than {limit:.0f} s and was stopped in texts[{i}]; avoid repeats inside repeats,"
                " such as (a+)+."
            ) from None


def _invalid(query: str, why: str) -> ValueError:
    return ValueError(f"{query!r} is not a regular expression: {why}; escape it, or leave regex out.")


# A named character; an escape; a set; a brace that repeats nothing.
_PARTS = re.compile(r"\\N\{[^}]*\}|\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\{(?!\d+(?:,\d*)?\}|,\d*\})", re.DOTALL)


def _plain(query: str) -> str:
    """Escape what is literal in `re` but special in `regex`: a{e<=1}, [[:alpha:]]."""

    def escaped(match: re.Match[str]) -> str:
        part = match[0]
        if part == "{":
            return r"\{"
        return "[" + part[1:].replace("[", r"\[") if part[0] == "[" else part

    return _PARTS.sub(escaped, query)
