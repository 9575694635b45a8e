"""What is read has the room that there is: the opened prompt, the phrases, and the cells of a grid with one row."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from driver import in_menu, view
from playwright.sync_api import BrowserContext, Locator

import outlens as ol


@pytest.fixture
def widget(tmp_path: Path, new_context: Callable[..., BrowserContext]) -> Locator:
    """Three long outputs of one prompt, in a page 1 068 pixels wide."""
    texts = [
        f"We will bring twelve folding chairs to the party, and {name}. " * 40 for name in ("mint", "sage", "dill")
    ]
    data = pd.DataFrame(
        {"prompt": "What will you bring to the party on Friday? " * 30, "response": texts, "model": list("abc")}
    )
    lens = ol.Lens(data, by="model", vectors=np.eye(3), store=False)
    path = tmp_path / "page.html"
    lens.to_html(path)
    page = new_context(1068, 1000, offline=True).new_page()
    page.goto(path.as_uri())
    return view(page)


def width(locator: Locator) -> float:
    box = locator.bounding_box()
    assert box is not None
    return box["width"]


def test_a_phrase_has_the_width_of_its_column(widget: Locator) -> None:
    in_menu(widget, "marks", "Phrases")
    row = widget.locator(".ol-column > .ol-holder").first
    assert width(row.locator(".ol-holder-text")) > 0.9 * width(row)
    text, count = row.locator(".ol-holder-text").bounding_box(), row.locator(".ol-holder-count").bounding_box()
    assert text is not None
    assert count is not None
    assert count["y"] >= text["y"] + text["height"]


def test_the_opened_prompt_takes_the_width(widget: Locator) -> None:
    widget.locator(".ol-prompt").click()
    assert width(widget.locator(".ol-prompt")) > 0.9 * width(widget)


def test_the_only_row_of_a_grid_takes_the_height(widget: Locator) -> None:
    widget.get_by_role("button", name="Grid").click()
    cell, space = widget.locator(".ol-cell").first.bounding_box(), widget.locator(".ol-grid-list").bounding_box()
    assert cell is not None
    assert space is not None
    assert cell["height"] > 0.75 * space["height"]
