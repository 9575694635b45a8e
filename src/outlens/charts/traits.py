"""The distributions of traits by source."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from outlens import figures
from outlens._errors import hint
from outlens.charts.sources import Sources, over, prompts_of, sources
from outlens.charts.theme import GREY, axis, empty, header, titled, tooltips
from outlens.compare.trait_values import trait_values
from outlens.compare.traits import trait_means
from outlens.study import Study

if TYPE_CHECKING:
    import altair as alt

SHOWN = 6
"""The number of traits unless they are named."""

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)


def traits_chart(study: Study, by: Hashable | None, names: Sequence[str] | None) -> alt.Chart | alt.FacetChart:
    """Return the distributions of traits; see `Charts.traits`."""
    made = sources(study, by)
    if not made.names:
        return empty(f"No output has a value of {made.column}")
    values = trait_values(study.outputs.texts)
    # A missing text has no words, but it is not a short answer.
    blank = np.array([not text.strip() for text in study.outputs.texts], bool)
    made = made._replace(codes=np.where(blank, -1, made.codes))
    if not (made.codes >= 0).any():
        return empty("All of these outputs are blank")
    chosen, line = _chosen(values, made, names)
    if not chosen:
        return empty("No trait has two different values in these outputs")
    table = _table(study, values[chosen], made)
    tips = tooltips(trait="trait", source=made.column, n="outputs|,", mean="mean|,.3~r", low="from (95 %)|,.3~r",
                    high="to (95 %)|,.3~r", q5="5 %|,.3~r", q25="25 %|,.3~r", q50="median|,.3~r", q75="75 %|,.3~r",
                    q95="95 %|,.3~r", least="least|,.3~r", most="most|,.3~r")  # fmt: skip
    explained = "Thin line: 5 to 95 % of the outputs; bar: the middle half; dot: the mean with its 95 % interval. "
    explained += "The tooltip has the least and the most."
    n = int((made.codes >= 0).sum())
    gone = int(blank.sum())
    blanks = f"{figures.count(gone, 'blank output')} left out." if gone else ""
    return small_charts(
        table, "trait", chosen, made, tips,
        titled(f"{figures.count(len(chosen), 'trait')} of {over(study, n)} by {made.column}", line, explained, blanks,
               made.left_out),
        box=True,
    )  # fmt: skip


def _chosen(values: pd.DataFrame, made: Sources, names: Sequence[str] | None) -> tuple[list[str], str]:
    """Return the traits to show, and a line that says which they are."""
    known = list(values.columns)
    if names is not None:
        given = [names] if isinstance(names, str) else list(names)
        for name in given:
            if name not in known:
                raise ValueError(f"there is no trait {name!r}; {hint(name, known, 'traits')}")
        return list(dict.fromkeys(given)), ""
    varying = [name for name in known if values[name][made.codes >= 0].nunique() > 1]
    if len(varying) <= SHOWN:
        return varying, ""
    groups = pd.Series(made.codes)
    kept = groups >= 0
    apart = {}
    for name in varying:
        # The share of the variance that is between sources, of ranks: one long output must not decide.
        ranks = values[name].astype("float64").reset_index(drop=True)[kept].rank()
        means = ranks.groupby(groups[kept]).transform("mean")
        apart[name] = float(means.var() / ranks.var()) if ranks.var() > 0 else 0.0
    first = sorted(varying, key=lambda name: -apart[name])[:SHOWN]
    return first, f"The {SHOWN} of {len(varying)} traits that differ the most by {made.column}."


def _table(study: Study, values: pd.DataFrame, made: Sources) -> pd.DataFrame:
    """Return one row per trait and source."""
    groups = [None if code < 0 else int(code) for code in made.codes.tolist()]
    prompts = prompts_of(study) if len(study.parts) > 1 else None
    means = trait_means(values, groups, prompts)
    rows = []
    for each in means.to_dict("records"):
        own = values[each["trait"]].to_numpy(np.float64)[made.codes == each["group"]]
        own = own[~np.isnan(own)]
        row: dict[str, Any] = {
            "trait": each["trait"], "source": made.labels[each["group"]], "full": made.names[each["group"]],
            "mean": each["estimate"], "low": each["low"], "high": each["high"], "n": each["n"],
        }  # fmt: skip
        if len(own):
            cuts = np.quantile(own, QUANTILES).tolist()
            row |= {f"q{round(100 * q)}": cut for q, cut in zip(QUANTILES, cuts, strict=True)}
            row |= {"least": own.min(), "most": own.max()}
        rows.append(row)
    table = pd.DataFrame(rows)
    for name in ("q5", "q25", "q50", "q75", "q95", "least", "most"):
        table[name] = table[name].astype("float64") if name in table else np.nan
    return table


def small_charts(
    table: pd.DataFrame, field: str, order: list[str], made: Sources, tips: list[Any], title: Any, *, box: bool
) -> alt.FacetChart:
    """Return a small chart for each measure, with its own scale: the mean of each source with its interval.

    Parameters
    ----------
    table : one row per measure and source: `source, mean, low, high`, with `q5` to `q95` for a `box`.
    field : the column with the measures, in this `order`.
    """
    import altair as alt

    step = 22 if len(made.names) <= 12 else 14
    small = axis(None, tickCount=4, labelFlush=True, labelOverlap=True, format=",.3~r")
    where = alt.Y("source:N", sort=made.labels, scale=alt.Scale(domain=made.labels),
                  axis=axis(None, labelLimit=200, domain=False, ticks=False, labelPadding=6))  # fmt: skip
    base = alt.Chart(table).encode(y=where, color=made.color(), tooltip=tips)

    def x(name: str) -> Any:
        return alt.X(f"{name}:Q", axis=small, scale=alt.Scale(zero=False, nice=True, padding=4))

    layers: list[Any] = []
    if box:
        some = base.transform_filter("isValid(datum.q50)")
        layers.append(some.mark_rule(strokeWidth=1, opacity=0.6).encode(x=x("q5"), x2="q95"))
        layers.append(some.mark_bar(height=step * 0.6, opacity=0.3).encode(x=x("q25"), x2="q75"))
    interval = base.transform_filter("isValid(datum.low) && isValid(datum.high)")
    layers.append(interval.mark_rule(strokeWidth=2.5).encode(x=x("low"), x2="high"))
    dots = base.transform_filter("isValid(datum.mean)")
    layers.append(dots.mark_point(filled=True, size=40, opacity=1).encode(x=x("mean")))
    view = alt.ViewBackground(stroke=GREY, strokeOpacity=0.25)
    drawn = alt.layer(*layers, data=table).properties(width=150, height=step * len(made.names), view=view)
    made_chart: alt.FacetChart = (
        drawn.facet(facet=alt.Facet(f"{field}:N", sort=order, header=header()), columns=3, title=title)
        .resolve_scale(x="independent")
    )  # fmt: skip
    return made_chart
