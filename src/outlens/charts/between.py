"""How alike the outputs of sources are, and how diverse those of each."""

from __future__ import annotations

from collections.abc import Hashable
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from outlens import figures
from outlens.charts.heat import heat_map
from outlens.charts.linked import FIELD, packed
from outlens.charts.sources import Sources, over, prompts_of, sources
from outlens.charts.theme import empty, titled, tooltips
from outlens.charts.traits import small_charts
from outlens.compare import diversity, likeness_between
from outlens.study import Study

if TYPE_CHECKING:
    import altair as alt

MEASURES = {
    "different": "different outputs, share",
    "distinct_2": "different pairs of words, share",
    "compression": "repetition (compression)",
    "likeness": "mean likeness of two outputs",
    "vendi": "effective outputs (Vendi)",
    "effective_clusters": "effective clusters",
}
"""The measures of diversity that are drawn, and what they are in words."""


def _groups(made: Sources) -> list[int | None]:
    return [None if code < 0 else int(code) for code in made.codes.tolist()]


def _vectors(study: Study) -> npt.NDArray[np.float32]:
    """Return the vectors of all outputs."""
    study.prepare()
    parts = [part for part in study if len(part)]
    vectors = np.zeros((len(study.outputs.texts), parts[0].vectors.get().shape[1]), np.float32)
    for part in parts:
        vectors[part.rows] = part.vectors.get()
    return vectors


def likeness_chart(study: Study, by: Hashable | None) -> alt.Chart | alt.LayerChart:
    """Return the mean likeness between sources; see `Charts.likeness`."""
    made = sources(study, by)
    if not made.names:
        return empty(f"No output has a value of {made.column}")
    several = len(study.parts) > 1
    table = likeness_between(_vectors(study), _groups(made), prompts_of(study) if several else None)
    if table["estimate"].isna().all():
        return empty("Likeness needs two outputs to a prompt")
    cells = []
    for each in table.to_dict("records"):
        one, other = each["group"], each["other"]
        for row, column in {(one, other), (other, one)}:
            value = each["estimate"]
            cells.append({
                "row": made.labels[row], "column": made.labels[column], "value": value, "low": each["low"],
                "high": each["high"], "prompts": each["prompts"], "one": made.names[row], "other": made.names[column],
                "n1": int(made.sizes[row]), "n2": int(made.sizes[column]), "note": each["note"],
                "label": "" if np.isnan(value) else f"{value:.2f}",
                FIELD: packed(np.flatnonzero(np.isin(made.codes, [row, column]))),
            })  # fmt: skip
    place = {label: k for k, label in enumerate(made.labels)}
    cells.sort(key=lambda cell: (place[cell["row"]], place[cell["column"]]))
    within = " within a prompt" if several else ""
    return heat_map(
        pd.DataFrame(cells), rows=made.labels, columns=made.labels, row_title=made.title(), column_title=made.title(),
        value_title="mean likeness", form=".2f", low=None, label_width=200,
        tooltip=tooltips(one=made.column, other=f"other {made.column}", value="mean likeness|.3f",
                         low="from (95 %)|.3f", high="to (95 %)|.3f", n1="outputs|,", n2="outputs of the other|,",
                         prompts="prompts of both|,", note="note"),
        title=titled(f"Likeness of {over(study, int(made.sizes.sum()))} by {made.column}",
                     f"The mean cosine of two outputs{within}. Diagonal: two outputs of one {made.column}.",
                     made.left_out),
    )  # fmt: skip


def diversity_chart(study: Study, granularity: float, by: Hashable | None) -> alt.Chart | alt.FacetChart:
    """Return the measures of diversity by source; see `Charts.diversity`."""
    made = sources(study, by)
    if not made.names:
        return empty(f"No output has a value of {made.column}")
    vectors = _vectors(study)
    clusters = np.zeros(len(vectors), np.int64)
    for part in study:
        clusters[part.rows] = part.tree.get().cut(granularity)
    prompts = prompts_of(study) if len(study.parts) > 1 else None
    found = diversity(study.outputs.texts, vectors, _groups(made), prompts, clusters)
    found = found[found["measure"].isin(MEASURES) & ~found["estimate"].isna()]
    if found.empty:
        return empty("Diversity needs two outputs of one source to a prompt")
    codes = found["group"].astype(int)
    table = pd.DataFrame({
        "measure": found["measure"].map(MEASURES), "source": [made.labels[code] for code in codes],
        "full": [made.names[code] for code in codes], "mean": found["estimate"], "low": found["low"],
        "high": found["high"], "n": found["n"], "size": found["size"], "read": found["read"],
        "words": found["mean_words"], "unit": found["unit"], "note": found["note"],
        FIELD: [packed(np.flatnonzero(made.codes == code)) for code in codes],
    }).reset_index(drop=True)  # fmt: skip
    tips = tooltips(measure="measure", full=made.column, mean="estimate|.3~r", low="from (95 %)|.3~r",
                    high="to (95 %)|.3~r", n="outputs|,", size="outputs compared|.3~r", read="words read|.3~r",
                    words="mean words|.3~r", unit="interval over", note="note")  # fmt: skip
    order = [words for words in MEASURES.values() if (table["measure"] == words).any()]
    return small_charts(table, "measure", order, made, tips, _title(study, made, table), box=False)


def _title(study: Study, made: Sources, table: pd.DataFrame) -> Any:
    size, read = table["size"].mean(), table["read"].mean()
    per = " of a prompt" if len(study.parts) > 1 else ""
    return titled(
        f"Diversity of {over(study, int(made.sizes.sum()))} by {made.column}",
        f"Each {made.column} at {figures.count(round(size), 'output')}{per} and {figures.count(round(read), 'word')}, "
        "with 95 % intervals; n and the mean length are in the tooltip. More repetition or likeness is less diversity.",
        made.left_out,
    )  # fmt: skip
