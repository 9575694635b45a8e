"""Lone surrogates, which Python strings may hold and UTF-8, Arrow and browsers may not."""

from __future__ import annotations

import re

# JSON and JavaScript read a pair of them as one character, Python as two, so each is replaced on its own.
SURROGATE = re.compile("[\ud800-\udfff]")


def clean(text: str) -> str:
    """Return the text with U+FFFD in place of each surrogate; every offset stays valid."""
    return SURROGATE.sub("�", text)
