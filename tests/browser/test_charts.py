"""Charts that are linked with a lens, in a real JupyterLab without a network."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from driver import Lab, view
from playwright.sync_api import Locator, Page, Route, expect

SETUP = """
import numpy as np, pandas as pd, outlens as ol
group = np.repeat([0, 1, 2], [6, 4, 2])
texts = [f"<img src=x onerror=document.title='run'> {'abc'[g]} {i}" for i, g in enumerate(group)]
df = pd.DataFrame({"response": texts, "model": np.array(["aster", "birch"])[np.arange(12) % 2]})
xy = np.c_[np.arange(12) / 12, group]
lens = ol.Lens(df, by="model", vectors=np.eye(3)[group] + np.eye(12, 3) / 100, xy=xy, store=False)
"""


@pytest.fixture
def fetched(page: Page) -> Iterator[list[str]]:
    """The addresses outside this machine that the page asked for; nothing answers."""
    asked: list[str] = []

    def refuse(route: Route) -> None:
        asked.append(route.request.url)
        route.abort()

    outside = re.compile(r"^https?://(?!127\.0\.0\.1|localhost)")
    page.route(outside, refuse)
    yield asked
    page.unroute(outside)


def marks(page: Page, cell: int, kind: str) -> Locator:
    return page.locator(".jp-CodeCell").nth(cell).locator(f"svg.marks .mark-{kind} path")


def test_charts_select_and_show_what_is_selected(lab: Lab, page: Page, fetched: list[str]) -> None:
    lab.open(
        page,
        [
            SETUP,
            "lens",
            "lens.show(lens.chart.clusters())",
            "lens.show(lens.chart.map(color='model'))",
            "print(lens.selected['model'].tolist(), lens.selected.index.tolist())",
            "lens.select([0, 1])",
        ],
    )
    widget = view(page)
    cells, points = marks(page, 2, "rect.role-mark"), marks(page, 3, "symbol.role-mark")
    expect(points).to_have_count(12)
    # A cell of the heat map: the outputs of a model in a cluster.
    cell = cells.first
    cell.scroll_into_view_if_needed()
    name = str(cell.get_attribute("aria-label"))
    # Its number is in the middle.
    place = cell.bounding_box()
    assert place is not None
    page.mouse.click(place["x"] + place["width"] / 5, place["y"] + place["height"] / 2)
    expect(widget.locator(".ol-footer")).to_contain_text("3 selected")
    expect(cell).to_have_attribute("stroke", "#d55e00")
    assert "aster" in name
    assert lab.output_of(page, 4) == "['aster', 'aster', 'aster'] [0, 2, 4]"
    # The selection of the lens, from elsewhere, is drawn in both charts.
    lab.run_cell(page, 5)
    expect(widget.locator(".ol-footer")).to_contain_text("2 selected")
    expect(points.nth(0)).to_have_attribute("opacity", "0.8")
    expect(points.nth(1)).to_have_attribute("opacity", "0.8")
    expect(points.nth(2)).to_have_attribute("opacity", "0.2")
    # A brush around the last cluster: its two points are side by side.
    points.nth(10).scroll_into_view_if_needed()
    first, last = points.nth(10).bounding_box(), points.nth(11).bounding_box()
    assert first is not None
    assert last is not None
    page.mouse.move(first["x"] - 10, first["y"] - 4)
    page.mouse.down()
    page.mouse.move(last["x"] - 4, last["y"] + 20)
    page.mouse.move(last["x"] + last["width"] + 4, last["y"] + 30)
    page.mouse.up()
    expect(widget.locator(".ol-footer")).to_contain_text("2 selected")
    expect(points.nth(11)).to_have_attribute("opacity", "0.8")
    assert lab.output_of(page, 4) == "['aster', 'birch'] [10, 11]"
    # A tooltip shows the text, and runs nothing.
    points.nth(3).hover()
    expect(page.locator("#vg-tooltip-element")).to_contain_text("<img src=x")
    assert "run" not in page.title()
    assert fetched == []
