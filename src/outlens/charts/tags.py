"""How many outputs have each tag."""

from __future__ import annotations

from collections.abc import Hashable
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pandas as pd

from outlens.charts.heat import heat_map
from outlens.charts.linked import FIELD, packed
from outlens.charts.sources import over, sources
from outlens.charts.theme import GREY, OTHERS, axis, cut_names, empty, one_line, titled, tooltips
from outlens.study import Study
from outlens.tags.book import TagBook

if TYPE_CHECKING:
    import altair as alt

MOST_TAGS = 40


def tags_chart(study: Study, tags: TagBook, by: Hashable | None) -> alt.Chart | alt.LayerChart:
    """Return the number of outputs with each tag; see `Charts.tags`."""
    with tags.lock:
        tags.refresh()
        held = {name: tags.held(name) for name in tags.names()}
    n = len(study.outputs.texts)
    sizes = {name: int(mask.sum()) for name, mask in held.items()}
    used = sorted((name for name in held if sizes[name]), key=lambda name: -sizes[name])
    if by is not None:
        made = sources(study, by)
    if not used:
        return empty(f"None of {over(study, n)} has a tag yet")
    line = f"{MOST_TAGS} of {len(used):,} tags, those of the most outputs." if len(used) > MOST_TAGS else ""
    used = used[:MOST_TAGS]
    untagged = n - int(np.any(list(held.values()), axis=0).sum())
    rest = f"{untagged:,} of them have no tag."
    short = dict(zip(used, cut_names(used, 34), strict=True))
    if by is None:
        counted_tags = pd.DataFrame({
            "row": [short[name] for name in used], "tag": [one_line(name) for name in used],
            "count": [sizes[name] for name in used], "share": [sizes[name] / n for name in used],
            FIELD: [packed(np.flatnonzero(held[name])) for name in used],
        })  # fmt: skip
        return _bars(counted_tags, titled(f"Tags of {over(study, n)}", rest, line))
    if not made.names:
        return empty(f"No output has a value of {made.column}")
    cells = []
    for name in used:
        codes = made.codes[held[name]]
        counts = np.bincount(codes[codes >= 0], minlength=len(made.names))
        for code, (source, full) in enumerate(zip(made.labels, made.names, strict=True)):
            count, size = int(counts[code]), int(made.sizes[code])
            cells.append({
                "row": f"{short[name]} ({sizes[name]:,})", "column": source, "value": count / size, "count": count,
                "n": size, "tag": one_line(name), "source": full, "label": str(count) if count else "",
                FIELD: packed(np.flatnonzero(held[name] & (made.codes == code))),
            })  # fmt: skip
    return heat_map(
        pd.DataFrame(cells), rows=[f"{short[name]} ({sizes[name]:,})" for name in used], columns=made.labels,
        row_title="tag (outputs)", column_title=made.title(), value_title="share", form=".0%",
        tooltip=tooltips(tag="tag", source=made.column, count="outputs with the tag|,", n="outputs of the source|,",
                         value="share|.1%"),
        title=titled(f"Tags of {over(study, n)} by {made.column}",
                     f"Colour: the share of the outputs of each {made.column}. Numbers: outputs.", rest, line,
                     made.left_out),
    )  # fmt: skip


def _bars(table: pd.DataFrame, title: alt.TitleParams) -> alt.LayerChart:
    import altair as alt

    rows = table["row"].tolist()
    base = alt.Chart(table).encode(
        y=alt.Y("row:N", sort=rows, axis=axis(None, labelLimit=230, domain=False, ticks=False)),
        x=alt.X("count:Q", axis=axis("outputs", format=",d", tickMinStep=1, tickCount=5)),
        tooltip=tooltips(tag="tag", count="outputs|,", share="share of all|.1%"),
    )
    bars = base.mark_bar(color=OTHERS)
    text = base.mark_text(align="left", dx=4, color=GREY).encode(text=alt.Text("count:Q", format=","))
    layered: Any = alt.layer(bars, text).properties(title=title, width=360, height=22 * len(rows))
    return cast("alt.LayerChart", layered)
