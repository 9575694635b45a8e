"""The method of `Lens` that shows a chart linked with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from outlens.charts import charts_of
from outlens.charts.linked import linked
from outlens.owners import Owners

if TYPE_CHECKING:
    import altair as alt


__all__ = ["charts_of", "show"]


def show(lens: Owners, chart: Any) -> alt.JupyterChart:
    """Show an Altair chart that is linked with this lens.

    A click on a mark selects its outputs (Shift adds), a drag on a scatter plot such as `chart.map()` those of an area,
    and a click beside the marks clears. What is selected is drawn in the chart: points without selected outputs are
    dimmed, and cells and bars with some have an outline. The drawing code comes from the kernel, not from a network.

    Parameters
    ----------
    chart : a chart of `lens.chart`, changed or layered as you like, or one of your own. The field `rows` of its data
        says which outputs a mark stands for: positions of your rows, as text with blanks between them. A chart without
        it is shown, but not linked.

    Returns
    -------
    A widget, `altair.JupyterChart`.

    Raises
    ------
    TypeError
        If it is no Altair chart.
    ImportError
        Without the extra `outlens[charts]`.

    Examples
    --------
    A chart of your own:

    >>> import altair as alt
    >>> import outlens as ol
    >>> lens = ol.Lens(["Yes.", "No.", "No!"], vectors=[[1, 0], [0, 1], [0, 1]], store=False)
    >>> frame = lens.frame.assign(length=[4, 3, 3], rows=["0", "1", "2"])
    >>> chart = alt.Chart(frame).mark_point().encode(x="length:Q", y="typical:Q")
    >>> widget = lens.show(chart)
    >>> lens.select([2])
    >>> widget.params.outlens_held
    ['2']
    """
    return linked(chart, lens._state)
