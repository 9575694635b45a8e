"""The sources that a chart compares: which output is of which, their labels and colours."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from outlens import figures
from outlens.charts.theme import CATEGORIES, category_color, cut_names, one_line
from outlens.outputs import categories
from outlens.study import Study

Int64s = npt.NDArray[np.int64]

MOST = 30
"""The most sources in a chart."""


class Sources(NamedTuple):
    """The sources of some outputs, in the order of the widget's legend."""

    column: str
    """The name of the column."""
    names: list[str]
    labels: list[str]
    """The names, cut, with the number of outputs."""
    colors: list[str]
    codes: Int64s
    """The source of each output, -1 for outputs that the chart leaves out."""
    sizes: Int64s
    left_out: str
    """A sentence about sources and outputs that are not shown, or ""."""

    @property
    def colored(self) -> bool:
        """Whether the sources are few enough for a colour each."""
        return len(self.names) <= len(CATEGORIES)

    def scale(self) -> Any:
        """Return the colours of the labels."""
        import altair as alt

        return alt.Scale(domain=self.labels, range=self.colors)

    def color(self, **options: Any) -> Any:
        """Return the colour of the marks of a source; its axis is the legend. Many sources share a colour."""
        import altair as alt

        if not self.colored:
            return alt.value(CATEGORIES[0])
        return alt.Color("source:N", scale=self.scale(), **{"legend": None, **options})

    def title(self) -> str:
        """Return the title of their axis."""
        return f"{self.column} (outputs)"


def column_of(study: Study, by: Hashable | None) -> Hashable:
    """Return the column with the sources; `by` of the lens by default."""
    if by is not None:
        return by
    if not study.outputs.by:
        raise ValueError("this lens has no sources; name the column that has them, as in by='model'.")
    return study.outputs.by[0]


def sources(study: Study, by: Hashable | None, rows: Int64s | None = None, most: int = MOST) -> Sources:
    """Return the sources of the outputs at some positions, all by default; the largest if there are many.

    Raises
    ------
    KeyError, ValueError
        If the column does not exist, or none is given and the lens has none.
    """
    name = column_of(study, by)
    codes, values = categories(study.outputs.column(name, "by"))
    here = codes if rows is None else codes[rows]
    counts = np.bincount(here[here >= 0], minlength=len(values))
    used = np.flatnonzero(counts)
    kept = np.sort(used[np.argsort(-counts[used], kind="stable")[:most]])
    new = np.full(len(values) + 1, -1)
    new[kept] = np.arange(len(kept))
    sizes = counts[kept]
    column = one_line(str(name))
    labels = [
        f"{label} ({size:,})"
        for label, size in zip(cut_names([values[k] for k in kept], 26), sizes.tolist(), strict=True)
    ]
    sentences = []
    if len(kept) < len(used):
        sentences.append(f"{len(kept)} of {len(used):,} values of {column}, those with the most outputs.")
    if gone := int((here < 0).sum()):
        sentences.append(f"{figures.count(gone, 'output')} without a value {'is' if gone == 1 else 'are'} left out.")
    return Sources(
        column, [one_line(values[k]) for k in kept], labels, [category_color(k) for k in kept.tolist()],
        new[here], sizes, " ".join(sentences),
    )  # fmt: skip


def prompts_of(study: Study) -> Int64s:
    """Return the number of the prompt of each output."""
    block = np.zeros(len(study.outputs.texts), np.int64)
    for part in study:
        block[part.rows] = part.number
    return block


def over(study: Study, n: int) -> str:
    """Return how many outputs, of how many prompts."""
    prompts = len(study.parts)
    return figures.count(n, "output") + (f" to {figures.count(prompts, 'prompt')}" if prompts > 1 else "")
