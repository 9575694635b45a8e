"""Numbers, intervals and texts of results, as short as a reader needs them."""

from __future__ import annotations

import math
import re
from typing import Any

import pandas as pd

from outlens._unicode import clean

LONGEST = 120
"""A text is cut after so many characters."""

LISTED = 6
"""The most names that are listed in a sentence."""


def number(value: float) -> str:
    """Return a number with two decimals, or two digits if it is small, without a leading zero.

    Examples
    --------
    >>> [number(value) for value in (0.1234, -0.0034, 4.2, 123.4, 0.0, float("nan"))]
    ['.12', '-.0034', '4.2', '123', '0', '-']
    """
    if math.isnan(value):
        return "-"
    size = abs(value)
    if size >= 100:
        return f"{value:,.0f}"
    if size < 1e-4:
        return "0" if size < 1e-12 else f"{value:.1e}"
    decimals = (1 if size >= 10 else 2) if size >= 0.1 else 1 - math.floor(math.log10(size))
    shown = f"{value:.{decimals}f}"
    shown = shown.rstrip("0").rstrip(".") if size >= 1 else shown
    return re.sub(r"^(-?)0\.", r"\1.", shown)


def interval(row: Any) -> str:
    """Return an estimate with its interval."""
    if math.isnan(row["low"]) or math.isnan(row["high"]):
        return number(row["estimate"])
    return f"{number(row['estimate'])} [{number(row['low'])}, {number(row['high'])}]"


def p_value(p: float, equals: str = "= ") -> str:
    """Return a probability to three decimals, rounded up around .05 so that it is on the right side.

    Examples
    --------
    >>> p_value(0.00001), p_value(0.012), p_value(0.0501), p_value(1.0), p_value(float("nan"), "")
    ('< .001', '= .012', '= .051', '= 1', '-')
    """
    if math.isnan(p):
        return "-"
    if p < 0.0005:
        return "< .001"
    rounded = math.ceil(p * 1000) / 1000 if 0.05 < p < 0.051 else round(p, 3)
    return f"{equals}1" if rounded == 1 else f"{equals}{rounded:.3f}".replace("0.", ".", 1)


def label(value: Any, most: int = 60) -> str:
    """Return a value of the user's as one short line."""
    return shortened(str(value), most)


def shortened(value: str, most: int = LONGEST) -> str:
    """Return a text on one line, cut after so many characters."""
    line = " ".join(clean(value).split())
    return line if len(line) <= most else f"{line[: most - 1].rstrip()}…"


def quoted(value: str, most: int = LONGEST) -> str:
    """Return a short text in quotes."""
    return f"“{shortened(value, most)}”"


def pair(row: Any, between: str = " and ") -> str:
    """Return the two groups of a row."""
    return f"{label(row['group'])}{between}{other_of(row)}"


def other_of(row: Any) -> str:
    """Return the second group of a row, "the rest" for all other outputs."""
    return "the rest" if row["other"] == "rest" else label(row["other"])


def both_counts(row: Any) -> list[str]:
    """Return each group of a row with how many of its outputs count."""
    return [f"{label(row['group'])} {share(row['f1'], row['n1'])}", f"{other_of(row)} {share(row['f2'], row['n2'])}"]


def share(part: int, total: int) -> str:
    """Return a count and what it is of."""
    return f"{part:,} of {total:,}"


def both_sizes(row: Any) -> str:
    """Return the sizes of the two groups of a row."""
    return f"{row['n1']:,} and {row['n2']:,}"


def count(n: int, one: str, many: str | None = None) -> str:
    """Return a number and its noun."""
    return f"{n:,} {one if n == 1 else many or one + 's'}"


def span(sizes: list[int]) -> str:
    """Return the smallest and the largest of some sizes."""
    return f"{min(sizes):,}" if min(sizes) == max(sizes) else f"{min(sizes):,} to {max(sizes):,}"


def joined(parts: list[str]) -> str:
    """Return a list in words."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def listed(names: list[Any]) -> str:
    """Return the first names, and how many more there are."""
    more = f" and {len(names) - LISTED} more groups" if len(names) > LISTED else ""
    return ", ".join(map(label, names[:LISTED])) + more


def reasons(table: pd.DataFrame) -> str:
    """Return the different notes of a table, at most two."""
    notes = [note for note in dict.fromkeys(table["note"]) if note]
    return "; ".join(notes[:2]) + (" and so on" if len(notes) > 2 else "")


def name_of(row: Any) -> str:
    """Return the name of a point or cluster, or the text of a point if its name is cut."""
    name = str(row["name"])
    return str(row["text"]) if "text" in row and (not name or name.endswith("…")) else name
