"""An overview of the prompts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from outlens import figures
from outlens.charts.linked import FIELD, packed
from outlens.charts.sources import over
from outlens.charts.theme import CATEGORIES, GREY, axis, cut_names, empty, header, titled, tooltips
from outlens.compare import likeness_between
from outlens.study import Study

if TYPE_CHECKING:
    import altair as alt

MOST_PROMPTS = 40

MEASURES = ("outputs", "clusters", "mean likeness of two outputs")


def prompts_chart(study: Study, granularity: float) -> alt.Chart | alt.FacetChart:
    """Return an overview of the prompts; see `Charts.prompts`."""
    parts = [part for part in study if len(part)]
    if not parts:
        return empty("There are no outputs")
    study.prepare()
    found = []
    for part in parts:
        numbers = part.tree.get().cut(granularity)
        row = {"prompt": figures.shortened(part.label, 200) or "all outputs", "n": len(part),
               "low": np.nan, "high": np.nan, "likeness": np.nan,
               "clusters": len(np.unique(numbers[numbers >= 0])), FIELD: packed(part.rows)}  # fmt: skip
        if len(part) > 1:
            like = likeness_between(part.vectors.get(), np.zeros(len(part), int)).iloc[0]
            row |= {"likeness": like["estimate"], "low": like["low"], "high": like["high"]}
        found.append(row)
    # The most varied prompts first; those with one output have no likeness and come last.
    table = pd.DataFrame(found).sort_values("likeness", kind="stable")
    line = "Those whose outputs are the least alike come first. Clusters: without outputs like no other."
    if len(table) > MOST_PROMPTS:
        line = f"{MOST_PROMPTS} of {len(table):,} prompts, whose outputs are the least alike. " + line
        table = table.head(MOST_PROMPTS)
    table["row"] = cut_names([figures.shortened(text, 44) for text in table["prompt"]], 46)
    values = {"outputs": "n", "clusters": "clusters", "mean likeness of two outputs": "likeness"}
    long = pd.concat([
        table.assign(measure=name, value=table[field].astype("float64"),
                     **({} if field == "likeness" else {"low": np.nan, "high": np.nan}))
        for name, field in values.items()
    ], ignore_index=True)  # fmt: skip
    title = titled(f"Overview of {figures.count(len(parts), 'prompt')} with {over(study, len(study.outputs.texts))}"
                   if len(parts) == 1 else f"Overview of {over(study, len(study.outputs.texts))}", line)  # fmt: skip
    return _small(long, table["row"].tolist(), title)


def _small(long: pd.DataFrame, rows: list[str], title: alt.TitleParams) -> alt.FacetChart:
    import altair as alt

    tips = tooltips(prompt="prompt", n="outputs|,", clusters="clusters|,", likeness="mean likeness|.3f",
                    low="from (95 %)|.3f", high="to (95 %)|.3f")  # fmt: skip
    where = alt.Y("row:N", sort=rows, scale=alt.Scale(domain=rows),
                  axis=axis(None, labelLimit=290, domain=False, ticks=False, grid=True, labelPadding=6))  # fmt: skip
    small = axis(None, tickCount=4, format=",.3~r", labelFlush=True)
    base = alt.Chart(long).encode(y=where, tooltip=tips)
    rule = base.transform_filter("isValid(datum.low)").mark_rule(strokeWidth=2.5, color=CATEGORIES[0]).encode(
        x=alt.X("low:Q", axis=small), x2="high"
    )  # fmt: skip
    dot = base.transform_filter("isValid(datum.value)").mark_point(
        filled=True, size=45, opacity=1, color=CATEGORIES[0]
    ).encode(x=alt.X("value:Q", axis=small, scale=alt.Scale(zero=True)))  # fmt: skip
    view = alt.ViewBackground(stroke=GREY, strokeOpacity=0.25)
    drawn = alt.layer(rule, dot, data=long).properties(width=110, height=20 * len(rows), view=view)
    made: alt.FacetChart = drawn.facet(
        column=alt.Column("measure:N", sort=list(MEASURES), header=header()), title=title
    ).resolve_scale(x="independent")  # fmt: skip
    return made
