"""Sentences, list items, headings, table rows and code blocks of a text: the units that alignment groups."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import numpy as np
import pandas as pd

from outlens._errors import type_of
from outlens._unicode import clean as without_surrogates

Unit = tuple[int, int, str]

_FENCE = re.compile(r"[ \t]{0,3}(```+|~~~+)")
_HEADING = re.compile(r"[ \t]{0,3}#{1,6}[ \t]+(?:[0-9]{1,3}[.)][ \t]+)?")
# A line of bold words only, with or without a colon, counts as a heading.
_BOLD = re.compile(r"[ \t]*(?:\*\*|__)[^*_\n]+(?:\*\*|__):?[ \t]*$")
_ITEM = re.compile(r"[ \t>]*(?:[-*+\u2022\u2023\u25cf\u25aa\u2013]|\(?[0-9]{1,3}[.)]|\(?[A-Za-z][.)])[ \t]+")
_ROW = re.compile(r"[ \t]*\|.*\|[ \t]*$")
_QUOTE = re.compile(r"[ \t]*(?:>[ \t]*)+")
_CLOSING = re.compile(r"(\*\*|__)[ \t]*")
_WORD = re.compile(r"\w")
_GOES_ON = re.compile(r"[ \t]*[a-z]")
_ENDS = re.compile(r"[.!?:;|\u3002\uff01\uff1f\u061f][\"'\u201d\u2019)*_]*[ \t]*$")
_STOP = re.compile(r"[.!?\u3002\uff01\uff1f\u061f][\"'\u201d\u2019)*_]*\s*$")


def sentences(text: str) -> pd.DataFrame:
    """Split a text into units: sentences, headings, table rows and code blocks.

    A list item is split into its sentences, without the marker. A heading, a table row and a fenced code block are one
    unit each; a code block that is not closed extends to the end of the text. White space, markers and rules between
    units contain no words. The package sentencex splits running text.

    Returns one row per unit: `start, end` (int64, code points) and `kind` (sentence, item, heading, row or code).

    Raises
    ------
    TypeError
        If `text` is not a str.

    Examples
    --------
    >>> text = "# Tea\\n1. Boil water. Wait."
    >>> [(text[a:b], kind) for a, b, kind in sentences(text).values.tolist()]
    [('Tea', 'heading'), ('Boil water.', 'item'), ('Wait.', 'item')]
    """
    if not isinstance(text, str):
        raise TypeError(f"text is {type_of(text)}; give a str.")
    table = pd.DataFrame(units(text), columns=["start", "end", "kind"])
    return table.astype({"start": np.int64, "end": np.int64, "kind": object})


def units(text: str, cut: Iterable[Unit] | None = None) -> list[Unit]:
    """Return the rows of `sentences` as a list; `cut` are the blocks of the text, if you have them."""
    # sentencex refuses lone surrogates; replacing each by one character keeps the offsets.
    clean = without_surrogates(text)
    listed: list[Unit] = []
    for start, end, kind in blocks(clean) if cut is None else cut:
        if kind in ("code", "heading", "row"):
            parts = [clean[start:end]]
        else:
            parts = _running(clean, start, end)
            if sum(map(len, parts)) != end - start:
                parts = [clean[start:end]]
            # sentencex puts a "**" that follows a full stop into the next sentence; move it back.
            for i in range(1, len(parts)):
                closing = _CLOSING.match(parts[i])
                if closing and parts[i - 1].count(closing[1]) % 2:
                    parts[i - 1], parts[i] = parts[i - 1] + closing[0], parts[i][closing.end() :]
        at = start
        for part in parts:
            if kind == "code":
                listed.append((at, at + len(part), kind))
            elif _WORD.search(part):
                left = len(part) - len(part.lstrip())
                listed.append((at + left, at + len(part.rstrip()), kind))
            at += len(part)
    return listed


PIECE = 10_000
"""Longer lines are cut into pieces of this many characters: sentencex takes time quadratic in the quotes of a line."""


def _running(text: str, start: int, end: int) -> list[str]:
    """Split the running text of a line; a sentence may be longer than a piece."""
    from sentencex import segment

    parts: list[str] = []
    whole = True
    while start < end:
        stop = end
        if end - start > PIECE:
            stop = text.rfind(" ", start, start + PIECE) + 1 or start + PIECE
        more = segment("en", text[start:stop])
        # A piece rarely ends where a sentence does.
        if parts and more and not whole:
            more[:1] = [parts.pop() + more[0]]
        parts += more
        whole = bool(_STOP.search(text, max(start, stop - 20), stop))
        start = stop
    return parts


def _lines(text: str) -> Iterator[tuple[int, int]]:
    at = 0
    while at <= len(text):
        end = text.find("\n", at)
        end = len(text) if end < 0 else end
        yield at, end - text.endswith("\r", at, end)
        at = end + 1


def blocks(text: str) -> Iterator[Unit]:
    """Yield the blocks in order: the text of a line without its markers, or of several lines that continue it.

    Each is (start, end, kind), with the kinds of `sentences`: one block for each list item, however many sentences it
    has.
    """
    fence, code = "", 0
    block: Unit | None = None
    for start, end in _lines(text):
        line = text[start:end]
        if fence:
            match = _FENCE.match(line)
            if match and match[1][0] == fence[0] and len(match[1]) >= len(fence) and not line[match.end() :].strip():
                yield code, end, "code"
                fence = ""
            continue
        match = _FENCE.match(line)
        if match:
            if block:
                yield block
                block = None
            fence, code = match[1], start
            continue
        # A line that begins in lower case continues a line without a full stop: a sentence wrapped at some width.
        runs_on = _GOES_ON.match(line) and not _ITEM.match(line)
        if block and runs_on and block[2] in ("sentence", "item") and not _ENDS.search(text, block[0], block[1]):
            block = (block[0], end, block[2])
            continue
        if block:
            yield block
            block = None
        if not line.strip():
            continue
        if _ROW.match(line):
            block = (start, end, "row")
        elif match := _HEADING.match(line):
            block = (start + match.end(), start + len(line.rstrip().rstrip("#").rstrip()), "heading")
        elif _BOLD.match(line):
            block = (start, end, "heading")
        elif match := _ITEM.match(line):
            block = (start + match.end(), end, "item")
        else:
            match = _QUOTE.match(line)
            block = (start + (match.end() if match else 0), end, "sentence")
        if block[1] <= block[0]:
            block = None
    if fence:
        yield code, len(text), "code"
    elif block:
        yield block
