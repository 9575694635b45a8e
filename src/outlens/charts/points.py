"""The points of a prompt whose share differs the most between sources."""

from __future__ import annotations

from collections.abc import Hashable
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pandas as pd

from outlens import figures
from outlens.charts.heat import heat_map
from outlens.charts.landscape import of_prompt
from outlens.charts.linked import FIELD, packed
from outlens.charts.sources import Sources, sources
from outlens.charts.theme import MOST_ROWS, axis, cut_names, empty, legend, one_line, titled, tooltips
from outlens.compare import points as compare_points
from outlens.compare.intervals import wilson
from outlens.part import Part
from outlens.points import makers
from outlens.study import Study
from outlens.tables import points as points_of
from outlens.tags.book import TagBook

if TYPE_CHECKING:
    import altair as alt


def points_chart(
    study: Study, part: Part, granularity: float, tags: TagBook, by: Hashable | None, n: int
) -> alt.Chart | alt.LayerChart:
    """Return the points that differ between sources; see `Charts.points`."""
    if isinstance(n, bool) or not isinstance(n, int | np.integer) or n < 1:
        raise ValueError(f"n is {n!r}; give a number of points, 1 or more.")
    made = sources(study, by, part.rows)
    units, points = points_of(study, part, granularity, tags)
    if not made.names or points.empty:
        return empty("These outputs make no points" if made.names else f"No output has a value of {made.column}")
    order, line = _most_different(units, points, made, min(n, MOST_ROWS // len(made.names)))
    if not order:
        return empty(f"No point is made by 3 outputs or more of those with a value of {made.column}")
    table = _table(units, points, made, order, part.rows)
    rows = list(dict.fromkeys(table["row"]))
    differ = "that differ the most" if len(made.names) > 1 else "made by the most outputs"
    outputs = figures.count(int(made.sizes.sum()), "output")
    title = titled(f"The {len(rows)} points {differ}, of {len(points):,}: {outputs} by {made.column}",
                   line, made.left_out, of_prompt(study, part))  # fmt: skip
    tips = tooltips(text="point", source=made.column, count="outputs that make it|,", n="outputs|,", value="share|.1%",
                    low="from (95 %)|.1%", high="to (95 %)|.1%", q="q, smallest|.2g")  # fmt: skip
    if not made.colored:
        return heat_map(table, rows=rows, columns=made.labels, row_title="point", column_title=made.title(),
                        value_title="share", form=".0%", tooltip=tips, title=title)  # fmt: skip
    return _dots(table, rows, made, tips, title)


def _most_different(units: pd.DataFrame, points: pd.DataFrame, made: Sources, n: int) -> tuple[dict[int, float], str]:
    """Return the smallest q of each point to show, and a line about chance."""
    if len(made.names) < 2:
        return dict.fromkeys(range(min(n, len(points))), float("nan")), ""
    groups = [None if code < 0 else int(code) for code in made.codes.tolist()]
    against = "rest" if len(made.names) > 2 else "pairs"
    compared = compare_points(units, points, groups, against=against)
    compared = compared[compared["point"] >= 0]
    found = pd.DataFrame({
        "apart": compared["estimate"].abs().groupby(compared["point"]).max(),
        "q": compared["q"].groupby(compared["point"]).min(),
    })  # fmt: skip
    # By point as well, so that the order is the same each time.
    found = found.sort_index().sort_values("apart", ascending=False, kind="stable").head(n)
    beyond = int((found["q"] <= 0.05).sum())
    than = "the other" if against == "pairs" else "the rest"
    line = f"{beyond} of them differ between a {made.column} and {than} by more than chance (q ≤ 0.05)."
    return dict(zip(found.index.tolist(), found["q"].tolist(), strict=True)), line


def _table(
    units: pd.DataFrame, points: pd.DataFrame, made: Sources, order: dict[int, float], rows_of: Any
) -> pd.DataFrame:
    """Return one row per point and source."""
    who = makers(units, points)
    short = cut_names([_end(text) for text in points["text"].iloc[list(order)]], 58)
    rows: list[dict[str, Any]] = []
    for (point, q), label in zip(order.items(), short, strict=True):
        made_by = who["output"].to_numpy()[who["point"].to_numpy() == point]
        here = made.codes[made_by]
        counts = np.bincount(here[here >= 0], minlength=len(made.names))
        low, high = wilson(counts, made.sizes)
        for code, (source, full) in enumerate(zip(made.labels, made.names, strict=True)):
            count, size = int(counts[code]), int(made.sizes[code])
            rows.append({
                "row": label, "column": source, "source": source, "value": count / size, "low": low[code],
                "high": high[code], "count": count, "n": size, "q": q, "full": full,
                "text": one_line(points["text"].iloc[point]), "label": str(count) if count else "",
                FIELD: packed(rows_of[made_by[here == code]]),
            })  # fmt: skip
    return pd.DataFrame(rows)


def _end(text: str) -> str:
    text = one_line(text)
    return text if len(text) <= 56 else text[:55].rstrip() + "…"


def _dots(table: pd.DataFrame, rows: list[str], made: Sources, tips: list[Any], title: Any) -> alt.LayerChart:
    import altair as alt

    count = len(made.names)
    step = 20 if count < 3 else max(26, 5 * count + 6)
    percent = axis("share of the outputs that make the point (95 % interval)", format=".0%", tickCount=5)
    base = alt.Chart(table).encode(
        y=alt.Y("row:N", sort=rows, scale=alt.Scale(domain=rows, paddingInner=0.15),
                    axis=axis(None, labelLimit=330, domain=False, ticks=False, labelPadding=8, tickBand="extent",
                          grid=True)),
        yOffset=alt.YOffset("source:N", sort=made.labels, scale=alt.Scale(domain=made.labels)),
        color=alt.Color("source:N", scale=made.scale(), legend=legend(
            made.title(), orient="top", direction="horizontal", columns=3, symbolType="circle", symbolStrokeWidth=0,
            symbolOpacity=1)),
        tooltip=tips,
    )  # fmt: skip
    rule = base.mark_rule(strokeWidth=2, opacity=0.55).encode(
        x=alt.X("low:Q", scale=alt.Scale(domain=[0, 1]), axis=percent), x2="high"
    )
    dot = base.mark_point(filled=True, size=38 if count < 5 else 26, opacity=1).encode(x=alt.X("value:Q", axis=percent))
    layered: Any = alt.layer(rule, dot).properties(title=title, width=300, height=step * len(rows))
    return cast("alt.LayerChart", layered)
