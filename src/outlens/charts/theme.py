"""The look of the charts: colours, greys, titles, and the shortening of long names.

Everything is set on marks, axes and titles. Altair refuses to layer or join charts that have a `config`, and a theme
would change the user's other charts. One grey is readable on white and on black, so there is no dark variant: a
transparent background is enough.
"""

from __future__ import annotations

import colorsys
import re
import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from outlens._unicode import clean

if TYPE_CHECKING:
    import altair as alt

CATEGORIES = ("#0072b2", "#cc79a7", "#56b4e9", "#e69f00", "#009e73", "#d55e00", "#b3a800", "#7a5195")
"""The colours of categories and clusters, as in the widget (`scheme.ts`)."""

OTHERS = "#8b949e"
"""The colour of the categories after the eighth, and of what is not divided by source."""

NONE = "#b6bdc5"
"""The colour of outputs like no other, and without a value."""

STEPS = ("#00204d", "#1b3a6b", "#46536b", "#666970", "#848279", "#a59c74", "#c8b866", "#eed54e")
"""Cividis, from low to high, as in the widget."""

GREY = "#7a7f87"
"""The colour of axes and titles."""

MOST_ROWS = 5_000
"""More rows are aggregated before they are drawn: Altair refuses them."""

WIDTH = 95
"""The characters in a line below the title, at 700 pixels."""


def category_color(code: int) -> str:
    """Return the colour of the category with this code."""
    return NONE if code < 0 else CATEGORIES[code] if code < len(CATEGORIES) else OTHERS


def cluster_color(number: int) -> str:
    """Return the colour of a cluster: beyond eight, hues a golden angle apart."""
    if number < len(CATEGORIES):
        return category_color(number)
    k = number - len(CATEGORIES)
    rgb = colorsys.hls_to_rgb((137.5 * k) % 360 / 360, 0.46, 0.42) if k < 64 else None
    return OTHERS if rgb is None else "#" + "".join(f"{round(255 * part):02x}" for part in rgb)


def axis(title: str | None, **options: Any) -> alt.Axis:
    """Return a grey axis."""
    import altair as alt

    greys = dict.fromkeys(("labelColor", "titleColor", "domainColor", "tickColor", "gridColor"), GREY)
    given = {"gridOpacity": 0.2, "domainOpacity": 0.5, "tickOpacity": 0.5, "titleFontWeight": "normal"}
    return alt.Axis(title=title, **{**greys, **given, **options})


def legend(title: str | None, **options: Any) -> alt.Legend:
    """Return a grey legend."""
    import altair as alt

    given = {"labelColor": GREY, "titleColor": GREY, "titleFontWeight": "normal", "labelLimit": 190, "titleLimit": 190}
    return alt.Legend(title=title, **{**given, **options})


def header(**options: Any) -> alt.Header:
    """Return the grey headings of small charts."""
    import altair as alt

    given = {"labelColor": GREY, "labelFontWeight": "bold", "labelAnchor": "start", "title": None}
    return alt.Header(**{**given, **options})


def titled(text: str, *lines: str) -> alt.TitleParams:
    """Return a title with lines below it; empty ones are skipped, and long ones wrapped."""
    import altair as alt

    wrapped = [piece for line in lines if line for piece in textwrap.wrap(clean(line), WIDTH)]
    return alt.TitleParams(
        text=textwrap.wrap(clean(text), 80) or [""], anchor="start", color=GREY, subtitleColor=GREY, offset=12,
        subtitle=wrapped,
    )  # fmt: skip


def tooltips(**titles: str) -> list[alt.Tooltip]:
    """Return what a chart shows of a mark: a title for each field, a format after "|"."""
    import altair as alt

    made = []
    for field, given in titles.items():
        name, _, form = given.partition("|")
        # vega-tooltip would fetch the value of a field called "image", and print a "title" as a heading.
        name = f"{name} (column)" if name in ("image", "title") else name
        made.append(alt.Tooltip(field=field, type="quantitative", title=name, format=form) if form
                    else alt.Tooltip(field=field, type="nominal", title=name))  # fmt: skip
    return made


def empty(text: str) -> alt.Chart:
    """Return a chart without marks, whose title says why."""
    import altair as alt
    import pandas as pd

    nothing = pd.DataFrame({"nothing": pd.Series([], dtype="float64")})
    made: alt.Chart = alt.Chart(nothing, title=titled(text)).mark_point().properties(width=420, height=40)
    return made


def one_line(text: str) -> str:
    """Return a text with single spaces, as it can be shown."""
    return re.sub(r"\s+", " ", clean(text)).strip()


def cut_names(names: Sequence[str], length: int) -> list[str]:
    """Return names cut in the middle, since names of models differ at both ends; they stay distinct.

    Examples
    --------
    >>> cut_names(["short", "a-very-long-name-7b"], 11)
    ['short', 'a-ver…me-7b']
    """
    made: list[str] = []
    for name in map(one_line, names):
        half = (length - 1) // 2
        label = name if len(name) <= length else f"{name[:half]}…{name[-half:]}"
        number, free = 2, label
        while free in made:
            free, number = f"{label} ({number})", number + 1
        made.append(free)
    return made
