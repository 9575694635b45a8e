"""Linked charts select outputs and draw the selected ones."""

from __future__ import annotations

import gc
import sys
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import altair as alt
import numpy as np
import pandas as pd
import pytest

import outlens as ol
from outlens.charts import linked

SAID = ["Water it weekly.", "Give it plenty of sun.", "Never feed it in winter.", "Ask a gardener for help."]


@pytest.fixture
def lens() -> Iterator[ol.Lens]:
    rng = np.random.default_rng(0)
    texts = [" ".join(said for k, said in enumerate(SAID) if rng.random() < 0.5 + (k == i % 3) / 2) for i in range(36)]
    frame = pd.DataFrame({
        "response": texts, "prompt": [f"Question {i % 2}?" for i in rng.permutation(36)],
        "model": [*"abc"] * 12, "score": rng.random(36),
    }, index=rng.permutation(36) + 100)  # fmt: skip
    made = ol.Lens(frame, by="model", vectors=rng.normal(size=(36, 4)), xy=rng.random((36, 2)), store=False)
    made.tag("long", made.frame.index[made.frame["response"].str.len() > 60])
    with made:
        yield made


def click(widget: Any, *values: dict[str, Any]) -> None:
    """Do what the browser does after a click on marks."""
    store = [{"unit": "", "fields": [], "values": []}] if values else []
    widget._vl_selections = {**widget._vl_selections, linked.CLICK: {"value": _fields(values), "store": store}}


def _fields(values: tuple[dict[str, Any], ...]) -> dict[str, Any]:
    return {"rows": [each["rows"] for each in values], "vlPoint": {"or": list(values)}} if values else {}


def brush(widget: Any, **area: list[float]) -> None:
    widget._vl_selections = {**widget._vl_selections, linked.BRUSH: {"value": area, "store": []}}


def data_of(chart: Any) -> pd.DataFrame:
    (rows,) = chart.to_dict()["datasets"].values()
    return pd.DataFrame(rows)


def positions(rows: str) -> list[int]:
    return [int(row) for row in rows.split()]


def test_each_mark_stands_for_its_outputs(lens: ol.Lens) -> None:
    df = lens.frame
    model = df["model"].to_numpy()
    for row in data_of(lens.chart.clusters()).itertuples():
        held = positions(row.rows)
        assert len(held) == row.count
        assert set(model[held]) <= {row.source}
    for row in data_of(lens.chart.tags(by="model")).itertuples():
        expected = (df["response"].str.len() > 60).to_numpy() & (model == row.source)
        assert positions(row.rows) == np.flatnonzero(expected).tolist()
    for row in data_of(lens.chart.tags()).itertuples():
        assert len(positions(row.rows)) == row.count
    for row in data_of(lens.chart.points()).itertuples():
        held = positions(row.rows)
        assert len(held) == row.count
        assert all(row.text in df["response"].iloc[place] for place in held)
    for row in data_of(lens.chart.prompts()).itertuples():
        assert set(df["prompt"].iloc[positions(row.rows)]) == {row.prompt}
        assert len(positions(row.rows)) == row.n
    for row in data_of(lens.chart.diversity()).itertuples():
        assert positions(row.rows) == np.flatnonzero(model == row.full).tolist()
    for row in data_of(lens.chart.likeness()).itertuples():
        assert positions(row.rows) == np.flatnonzero(np.isin(model, [row.one, row.other])).tolist()
    part = lens._part
    drawn = data_of(lens.chart.map())
    assert [positions(rows) for rows in drawn["rows"]] == [[row] for row in part.rows.tolist()]


def test_a_click_selects_and_a_click_beside_clears(lens: ol.Lens) -> None:
    chart = lens.chart.clusters()
    widget = lens.show(chart)
    cell = next(row for row in data_of(chart).to_dict("records") if row["count"] > 1)
    lens.select([101])
    # The browser says at first that nothing is clicked: that drops no selection.
    click(widget)
    assert len(lens.selected) == 1
    click(widget, {"rows": cell["rows"]})
    assert lens.selection.tolist() == positions(cell["rows"])
    assert lens.view.scope == "selected"
    click(widget)
    assert len(lens.selected) == 0


def test_a_brush_selects_an_area_of_the_map(lens: ol.Lens) -> None:
    widget = lens.show(lens.chart.map())
    brush(widget, x=[0.2, 0.7], y=[0.9, 0.1])
    xy, rows = lens._part.xy.get(), lens._part.rows
    inside = (xy[:, 0] >= 0.2) & (xy[:, 0] <= 0.7) & (xy[:, 1] >= 0.1) & (xy[:, 1] <= 0.9)
    assert lens.selection.tolist() == rows[inside].tolist()
    brush(widget)
    assert len(lens.selection) == 0


def test_the_selection_of_the_lens_is_drawn(lens: ol.Lens) -> None:
    chart = lens.chart.clusters()
    widget = lens.show(chart)
    assert widget.params.outlens_held is None
    row = int(lens._part.rows[3])
    lens.select(lens.frame.index[[row]])
    held = [rows for rows in data_of(chart)["rows"] if row in positions(rows)]
    assert widget.params.outlens_held == held
    assert held
    lens.select(None)
    assert widget.params.outlens_held is None


@pytest.mark.parametrize("name", ["map", "clusters", "points", "traits", "likeness", "diversity", "tags", "prompts"])
def test_every_chart_can_be_shown(lens: ol.Lens, name: str) -> None:
    chart = getattr(lens.chart, name)()
    widget = lens.show(chart)
    spec = widget.spec
    assert spec["background"] == "transparent"
    # The chart itself is as it was.
    assert "outlens" not in chart.to_json()
    names = {param["name"] for param in spec.get("params", [])}
    assert linked.HELD in names or name == "traits"
    assert (linked.BRUSH in names) == (name == "map")
    if linked.HELD in names:
        lens.select(lens.frame.index[:5])
        assert widget.params.outlens_held


def test_layered_and_joined_charts_are_linked(lens: ol.Lens) -> None:
    both = lens.chart.map() | lens.chart.clusters()
    widget = lens.show(both)
    cell = data_of(lens.chart.clusters())["rows"].iloc[0]
    click(widget, {"rows": cell})
    assert lens.selection.tolist() == positions(cell)


def test_a_chart_without_rows_is_shown_and_not_linked(lens: ol.Lens) -> None:
    chart = alt.Chart(pd.DataFrame({"a": [1, 2]})).mark_bar().encode(x="a:Q")
    widget = lens.show(chart)
    assert "params" not in widget.spec
    lens.select(lens.frame.index[:2])


@pytest.mark.parametrize("chart", [None, "map", {"mark": "bar"}])
def test_something_else_than_a_chart(lens: ol.Lens, chart: Any) -> None:
    with pytest.raises(TypeError, match=r"show takes an Altair chart, such as lens.chart.map\(\), not"):
        lens.show(chart)


def test_without_the_extra(lens: ol.Lens, monkeypatch: pytest.MonkeyPatch) -> None:
    linked._widget_class.cache_clear()
    monkeypatch.setitem(sys.modules, "vl_convert", None)
    with pytest.raises(ImportError, match=r"install outlens\[charts\]"):
        lens.show(lens.chart.map())


def test_no_setting_of_altair_changes(lens: ol.Lens) -> None:
    before = alt.JupyterChart._esm
    lens.show(lens.chart.map())
    assert alt.JupyterChart._esm == before
    assert not alt.JupyterChart._is_offline


def test_the_drawing_code_is_kept(lens: ol.Lens, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OUTLENS_CACHE_DIR", str(tmp_path / "cache"))
    linked._widget_class.cache_clear()
    made = lens.show(lens.chart.map())._esm
    [kept] = (tmp_path / "cache").iterdir()
    assert kept.read_text("utf-8") == made
    linked._widget_class.cache_clear()
    monkeypatch.setattr("vl_convert.javascript_bundle", None)
    assert lens.show(lens.chart.map())._esm == made
    # Nowhere to keep it.
    monkeypatch.undo()
    monkeypatch.setenv("OUTLENS_CACHE_DIR", str(kept / "no folder"))
    linked._widget_class.cache_clear()
    assert lens.show(lens.chart.map())._esm == made
    linked._widget_class.cache_clear()


def test_a_widget_and_a_lens_end(lens: ol.Lens) -> None:
    widget = lens.show(lens.chart.map())
    widget.close()
    lens.select(lens.frame.index[:2])
    assert widget.params.outlens_held is None
    made = ol.Lens(["a", "b"], vectors=np.eye(2), xy=np.eye(2), store=False)
    other = made.show(made.chart.map())
    other.close()
    gone = weakref.ref(made._state)
    made.close()
    del made, other
    gc.collect()
    assert gone() is None
