"""Lone surrogates, which Python strings may hold and UTF-8, Arrow and browsers may not."""

from __future__ import annotations

import re

# A pair of them is one character elsewhere (JSON, JavaScript) and two in Python, so each is replaced.
SURROGATE = re.compile("[\ud800-\udfff]")


def clean(text: str) -> str:
    """Return the text with U+FFFD in place of each surrogate; every offset stays valid."""
    return SURROGATE.sub("�", text)
