"""The map of a prompt, and its clusters by source."""

from __future__ import annotations

from collections.abc import Hashable
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from outlens import figures
from outlens.charts.heat import heat_map
from outlens.charts.linked import FIELD, packed
from outlens.charts.sources import sources
from outlens.charts.theme import (
    CATEGORIES,
    GREY,
    MOST_ROWS,
    NONE,
    OTHERS,
    STEPS,
    category_color,
    cluster_color,
    cut_names,
    empty,
    legend,
    one_line,
    titled,
    tooltips,
)  # fmt: skip
from outlens.naming import ALONE
from outlens.outputs.columns import MISSING, Categories, describe
from outlens.part import Part
from outlens.study import Study
from outlens.tables import cut as clusters_of
from outlens.tags.book import TagBook

if TYPE_CHECKING:
    import altair as alt

SIDE = 420
"""The width and height of the map in pixels."""

BINS = 60
"""The bins of the density along a side: at most 3 600 rows."""

MOST_CLUSTERS = 30

SHOWN = 12
"""The most entries of a legend."""


def of_prompt(study: Study, part: Part) -> str:
    """Return which prompt the chart is of, if there are several."""
    return f"Prompt: {figures.shortened(part.label, 180)}" if len(study.parts) > 1 else ""


def map_chart(study: Study, part: Part, granularity: float, tags: TagBook, color: Hashable) -> alt.Chart:
    """Return the map of a prompt; see `Charts.map`."""
    import altair as alt

    n = len(part)
    if not n:
        return empty("A map of 0 outputs")
    values, name, palette = _colors(study, part, granularity, tags, color)
    xy = part.xy.get()
    if n > MOST_ROWS:
        return _density(xy, n, of_prompt(study, part))
    table = pd.DataFrame({
        "x": xy[:, 0].astype(np.float64), "y": xy[:, 1].astype(np.float64), "value": values,
        "output": [figures.shortened(text, 200) for text in part.texts],
        "row": [str(label) for label in study.outputs.frame.index[part.rows]],
    })  # fmt: skip
    table["row"] = table["row"].map(one_line)
    table[FIELD] = part.rows.astype(str)
    if palette is None:
        scale = alt.Scale(range=list(STEPS))
        encoded = alt.Color("value:Q", scale=scale, legend=legend(name))
    else:
        entries = [label for label, _ in palette]
        # Outputs like no other are the last.
        shown = entries if len(entries) <= SHOWN else [*entries[: SHOWN - 1], entries[-1]]
        key = legend(name, values=shown, symbolLimit=0, symbolOpacity=1)
        scale = alt.Scale(domain=[label for label, _ in palette], range=[shade for _, shade in palette])
        encoded = alt.Color("value:N", scale=scale, legend=key)
    rest = "The legend names the largest clusters." if palette and len(palette) > SHOWN else ""
    tips = tooltips(output="output", value=name, row="row")
    made: alt.Chart = (
        alt.Chart(table, title=titled(f"Map of {figures.count(n, 'output')}", of_prompt(study, part), rest))
        .mark_circle(size=34 if n < 1_000 else 14, opacity=0.8)
        .encode(x=_place("x", xy[:, 0]), y=_place("y", xy[:, 1]), color=encoded, tooltip=tips)
        .properties(width=SIDE, height=SIDE, view=alt.ViewBackground(stroke=GREY, strokeOpacity=0.3))
    )
    return made


def _place(field: str, values: npt.NDArray[Any]) -> Any:
    import altair as alt

    scale = alt.Scale(domain=[float(values.min()), float(values.max())], nice=False, zero=False, padding=12)
    # The axes of a map mean nothing.
    return (alt.X if field == "x" else alt.Y)(f"{field}:Q", scale=scale, axis=None)


def _density(xy: npt.NDArray[np.float32], n: int, prompt: str) -> alt.Chart:
    import altair as alt

    counts, x, y = np.histogram2d(xy[:, 0], xy[:, 1], bins=BINS)
    i, j = np.nonzero(counts)
    table = pd.DataFrame({"x": x[i], "x2": x[i + 1], "y": y[j], "y2": y[j + 1], "outputs": counts[i, j].astype(int)})
    line = f"Each cell counts outputs, since there are more than {MOST_ROWS:,}; colours of clusters are not shown."
    ramp = alt.Color("outputs:Q", scale=alt.Scale(type="sqrt", range=list(STEPS)), legend=legend("outputs"))
    made: alt.Chart = (
        alt.Chart(table, title=titled(f"Map of {figures.count(n, 'output')}: density", line, prompt))
        .mark_rect()
        .encode(x=_place("x", xy[:, 0]), x2="x2", y=_place("y", xy[:, 1]), y2="y2", color=ramp,
                tooltip=tooltips(outputs="outputs|,"))
        .properties(width=SIDE, height=SIDE, view=alt.ViewBackground(stroke=GREY, strokeOpacity=0.3))
    )  # fmt: skip
    return made


def _colors(
    study: Study, part: Part, granularity: float, tags: TagBook, color: Hashable
) -> tuple[Any, str, list[tuple[str, str]] | None]:
    """Return the value of each output, its name, and the label and colour of each; None for numbers."""
    outputs = study.outputs
    if color == "cluster" and color not in outputs.frame.columns:
        numbers, names = clusters_of(part, granularity, tags)
        labels = cluster_labels(numbers, names)
        palette = [(label, cluster_color(number)) for number, label in labels.items()]
        return [labels[number] for number in numbers.tolist()], "cluster (outputs)", palette
    column = describe(outputs.column(color, "color"), by=color in outputs.by)
    if column is None:
        raise ValueError(f"color={color!r} is a column of texts; give one with few values or with numbers.")
    name = one_line(str(color))
    if not isinstance(column, Categories):
        return column.values[part.rows].astype(np.float64), name, None
    codes = column.codes[part.rows].astype(np.int64)
    counts = np.bincount(codes, minlength=MISSING + 1)
    # Up to eight values get a colour; the others share one, as in the widget.
    apart = len(column.values) if len(column.values) <= len(CATEGORIES) + 1 else len(CATEGORIES)
    used = [code for code in range(apart) if counts[code]]
    given = cut_names([column.values[code] for code in used], 24)
    labels = {code: f"{label} ({counts[code]:,})" for code, label in zip(used, given, strict=True)}
    palette = [(label, category_color(code)) for code, label in labels.items()]
    rest = [code for code in range(apart, len(column.values)) if counts[code]]
    if rest:
        others = f"{len(rest):,} others ({int(counts[rest].sum()):,})"
        labels |= dict.fromkeys(rest, others)
        palette.append((others, OTHERS))
    if counts[MISSING]:
        labels[MISSING] = f"no value ({counts[MISSING]:,})"
        palette.append((labels[MISSING], NONE))
    return [labels[code] for code in codes.tolist()], f"{name} (outputs)", palette


def cluster_labels(numbers: npt.NDArray[Any], names: npt.NDArray[Any], length: int = 24) -> dict[int, str]:
    """Return the label of each cluster, by its number, with its size; "like no other" last."""
    found, first, sizes = np.unique(numbers, return_index=True, return_counts=True)
    order = [*np.flatnonzero(found >= 0), *np.flatnonzero(found < 0)]
    short = cut_names(
        [figures.shortened(str(names[first[k]]) or f"cluster {found[k]}", length) for k in order], length + 6
    )
    return {int(found[k]): f"{label} ({sizes[k]:,})" for k, label in zip(order, short, strict=True)}


def clusters_chart(
    study: Study, part: Part, granularity: float, tags: TagBook, by: Hashable | None
) -> alt.Chart | alt.LayerChart:
    """Return the clusters by source; see `Charts.clusters`."""
    made = sources(study, by, part.rows)
    if not made.names:
        return empty(f"No output of this prompt has a value of {made.column}")
    numbers, names = clusters_of(part, granularity, tags)
    shown = made.codes >= 0
    labels = cluster_labels(numbers[shown], names[shown], 34)
    whole = {number: one_line(str(name)) for number, name in zip(numbers.tolist(), names, strict=True)}
    order = list(labels)
    few = len(order) <= MOST_CLUSTERS
    listed = order if few else [number for number in order if number >= 0][: MOST_CLUSTERS - 2] + [-2] + (
        [-1] if -1 in labels else []
    )  # fmt: skip
    kept = numbers.astype(np.int64)
    if not few:
        kept = np.where(np.isin(kept, listed), kept, -2)
        labels[-2] = f"{len(order) - len(listed) + 1:,} smaller clusters ({int((kept[shown] == -2).sum()):,})"
        whole[-2] = "smaller clusters"
    whole.setdefault(-1, ALONE)
    cells = []
    for code, (source, full) in enumerate(zip(made.labels, made.names, strict=True)):
        rows = part.rows[made.codes == code]
        own = kept[made.codes == code]
        for number in listed:
            count = int((own == number).sum())
            cells.append({
                "row": labels[number], "column": source, "value": count / len(own), "count": count, "n": len(own),
                "cluster": whole[number], "source": full, "label": str(count) if count else "",
                FIELD: packed(rows[own == number]),
            })  # fmt: skip
    n = int((made.codes >= 0).sum())
    clusters = sum(number >= 0 for number in order)
    return heat_map(
        pd.DataFrame(cells), rows=[labels[number] for number in listed], columns=made.labels,
        row_title="cluster (outputs)", column_title=made.title(), value_title="share", form=".0%",
        tooltip=tooltips(cluster="cluster", source=made.column, count="outputs in the cluster|,",
                         n="outputs of the source|,", value="share|.1%"),
        title=titled(f"{figures.count(clusters, 'cluster')} of {figures.count(n, 'output')} by {made.column}",
                     f"Colour: the share of the outputs of each {made.column}. Numbers: outputs.",
                     made.left_out, of_prompt(study, part)),
    )  # fmt: skip
