"""Heat maps: a table of numbers, drawn as cells."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import pandas as pd

from outlens.charts.theme import axis, legend

if TYPE_CHECKING:
    import altair as alt

ROOM = 380
"""The width of the cells together, in pixels."""

BLUES = ("#dceaf4", "#6aaed6", "#0072b2", "#004a75")
"""From low to high, around the first colour of the categories."""


def heat_map(
    table: pd.DataFrame, *, rows: list[str], columns: list[str], row_title: str, column_title: str, value_title: str,
    form: str, tooltip: list[Any], title: Any, label: str = "label", low: float | None = 0, label_width: int = 230,
) -> alt.LayerChart:  # fmt: skip
    """Return a table of coloured cells.

    Parameters
    ----------
    table : one row per cell: `row`, `column`, `value`, and the text in `label`, drawn where there is room.
    low : the value of the palest colour; None for the smallest. With 0, cells of 0 have no colour.
    """
    import altair as alt

    values = table["value"].dropna()
    top = float(values.max()) if len(values) else 1.0
    bottom = low if low is not None else (float(values.min()) if len(values) else 0.0)
    top = top if top > bottom else bottom + 1
    width = max(13, min(110, ROOM // max(1, len(columns))))
    if len(columns) > 3:
        width = min(width, 64)
    height = 22 if len(rows) <= 20 else 15
    flat = max(map(len, columns), default=0) * 6.5 <= width
    angle = {"labelAngle": 0} if flat else {"labelAngle": -50, "labelAlign": "right", "labelBaseline": "middle"}
    plain = {"ticks": False, "domain": False, "labelOverlap": False, "labelPadding": 6}
    above = {"titleAngle": 0, "titleAlign": "right", "titleBaseline": "bottom", "titleX": -6, "titleY": -6}
    y_axis = axis(row_title, labelLimit=label_width, **plain, **above)
    x_axis = axis(column_title, labelLimit=190, **plain, **angle)
    base = alt.Chart(table).encode(
        y=alt.Y("row:N", sort=rows, scale=alt.Scale(domain=rows), axis=y_axis),
        x=alt.X("column:N", sort=columns, scale=alt.Scale(domain=columns), axis=x_axis),
        tooltip=tooltip,
    )
    scale = alt.Scale(domain=[bottom, top], range=list(BLUES), clamp=True)
    key = legend(value_title, format=form, tickCount=4, gradientLength=100)
    # No colour where nothing was counted: on a dark background, pale cells would stand out.
    shown = alt.condition("datum.value > 0", alt.value(1), alt.value(0)) if low == 0 else alt.value(1)
    cells = base.transform_filter("isValid(datum.value)").mark_rect()
    layers: list[Any] = [cells.encode(color=alt.Color("value:Q", scale=scale, legend=key), opacity=shown)]
    if width >= 6.5 * table[label].map(len).max() + 4:
        middle = bottom + 0.5 * (top - bottom)
        ink = alt.condition(f"datum.value > {middle}", alt.value("#ffffff"), alt.value("#1f2933"))
        size = 11 if height > 18 else 9
        layers.append(base.mark_text(fontSize=size).encode(text=alt.Text(f"{label}:N"), color=ink))
    made: Any = alt.layer(*layers).properties(
        title=title, width=width * len(columns), height=height * len(rows), view=alt.ViewBackground(stroke=None)
    )
    return cast("alt.LayerChart", made)
