"""The charts of a lens."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from importlib import import_module
from typing import TYPE_CHECKING

from outlens._imports import importing
from outlens.charts.between import diversity_chart, likeness_chart
from outlens.charts.landscape import clusters_chart, map_chart
from outlens.charts.points import points_chart
from outlens.charts.prompts import prompts_chart
from outlens.charts.tags import tags_chart
from outlens.charts.traits import traits_chart
from outlens.owners import Owners
from outlens.part import Part
from outlens.state import LensState
from outlens.study import Study
from outlens.tags.book import TagBook

if TYPE_CHECKING:
    import altair as alt


class Charts:
    """Altair charts of a lens: ordinary charts, to change, layer and save.

    Each holds at most 5 000 rows: more are aggregated, or the largest are drawn and the title says so. The greys suit
    a light and a dark background; write `chart.properties(background="transparent")` for the notebook's own.
    `chart.save("chart.png")` needs the extra `outlens[charts]`, and so does `lens.show(chart)`, which links a chart
    with the lens and needs no network. Otherwise Altair shows a chart with code from the internet.

    `by` names the column with the sources, by default that of the lens; with more than 30 values, the 30 with the most
    outputs are drawn. Up to eight values have the colours of the widget.

    Examples
    --------
    >>> import outlens as ol
    >>> lens = ol.Lens(["Yes.", "Yes!", "No, never."], vectors=[[1, 0], [1, 0], [0, 1]], store=False)
    >>> lens.tag("refusal", [2])
    >>> chart = lens.chart.tags()
    >>> chart.title.text
    ['Tags of 3 outputs']
    """

    __slots__ = ("_state", "_study", "_tags")

    def __init__(self, study: Study, state: LensState, tags: TagBook) -> None:
        self._study, self._state, self._tags = study, state, tags

    @property
    def _part(self) -> Part:
        return self._study.parts[self._state.prompt]

    @property
    def _granularity(self) -> float:
        return float(self._state.granularity)

    def map(self, color: Hashable = "cluster") -> alt.Chart:
        """Chart the map of the current prompt.

        Parameters
        ----------
        color : "cluster", or a column with few values or with numbers. Above 5 000 outputs, the density is drawn.
        """
        return map_chart(self._study, self._part, self._granularity, self._tags, color)

    def clusters(self, by: Hashable | None = None) -> alt.Chart | alt.LayerChart:
        """Chart the share of each source's outputs in each cluster of the current prompt."""
        return clusters_chart(self._study, self._part, self._granularity, self._tags, by)

    def points(self, by: Hashable | None = None, n: int = 20) -> alt.Chart | alt.LayerChart:
        """Chart the points of the current prompt whose share differs the most between sources.

        Each share has its interval (Wilson 1927), 95 %; `compare.points` tests the differences. The points are chosen
        for their difference, so it would be smaller in new outputs. With one source, the points that most outputs make.

        Parameters
        ----------
        n : the number of points.
        """
        granularity = float(self._state.view["points_granularity"])
        return points_chart(self._study, self._part, granularity, self._tags, by, n)

    def traits(
        self, by: Hashable | None = None, names: str | Sequence[str] | None = None
    ) -> alt.Chart | alt.FacetChart:
        """Chart the distributions of traits of all prompts, such as the number of words.

        Parameters
        ----------
        names : traits of `compare.trait_values`; by default the six whose ranks differ the most between sources.
        """
        return traits_chart(self._study, by, names)

    def likeness(self, by: Hashable | None = None) -> alt.Chart | alt.LayerChart:
        """Chart the mean cosine of the outputs of every two sources, within the prompts: `compare.likeness_between`."""
        return likeness_chart(self._study, by)

    def diversity(self, by: Hashable | None = None) -> alt.Chart | alt.FacetChart:
        """Chart how diverse the outputs of each source are, at equal numbers and lengths: `compare.diversity`."""
        return diversity_chart(self._study, self._granularity, by)

    def tags(self, by: Hashable | None = None) -> alt.Chart | alt.LayerChart:
        """Chart how many outputs have each tag, given by anybody; with `by`, the share of each source."""
        return tags_chart(self._study, self._tags, by)

    def prompts(self) -> alt.Chart | alt.FacetChart:
        """Chart the outputs, clusters and mean likeness of each prompt; prompts not shown yet are computed first."""
        return prompts_chart(self._study, self._granularity)


def charts_of(lens: Owners) -> Charts:
    """Altair charts, such as `lens.chart.map()`; see `help(lens.chart)`."""
    # Altair and scikit-learn, which the background imports, both import narwhals: Python may find a deadlock there.
    with importing:
        import_module("altair")
    return Charts(lens._study, lens._state, lens._tags)
