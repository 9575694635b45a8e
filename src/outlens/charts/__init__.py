"""Altair charts of a study: ordinary charts, to change, layer and save."""

from outlens.charts.charts import Charts, charts_of

__all__ = ["Charts", "charts_of"]
