"""Where the reader stands after a gesture: what one is reading does not move away."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from driver import view
from playwright.sync_api import BrowserContext, Locator, Page, expect

import outlens as ol

N = 60


@pytest.fixture
def opened(new_context: Callable[..., BrowserContext], tmp_path: Path) -> Callable[[], tuple[Page, Locator]]:
    """The page of sixty outputs, scrolled to the middle."""

    def page_of() -> tuple[Page, Locator]:
        texts = [f"Output {i:02} says something of its own, and more than one line may hold. " * 4 for i in range(N)]
        data = {"response": texts, "model": ["aster", "birch"] * (N // 2)}
        vectors = np.random.default_rng(0).normal(size=(N, 6))
        lens = ol.Lens(data, by="model", vectors=vectors, store=False)
        lens.view.scroll_to = 30
        page = new_context().new_page()
        page.goto(lens.to_html(tmp_path / "page.html").as_uri())
        widget = view(page)
        expect(_card(widget, 30)).to_be_in_viewport()
        return page, widget

    return page_of


def _card(widget: Locator, i: int) -> Locator:
    return widget.locator(".ol-list .ol-card", has_text=f"Output {i:02} says")


def _top(card: Locator) -> float:
    """Where a card is on the screen, once two frames have passed without moving it."""
    top: float = card.evaluate(
        """card => new Promise((done) => {
            let last = null;
            const look = () => {
                const { top } = card.getBoundingClientRect();
                if (top === last) done(top);
                else requestAnimationFrame(() => requestAnimationFrame(look));
                last = top;
            };
            look();
        })"""
    )
    return top


@pytest.mark.parametrize("by", ["checkbox", "key"])
def test_picking_an_output_leaves_the_reader_where_it_is(opened: Callable[[], tuple[Page, Locator]], by: str) -> None:
    page, widget = opened()
    card = _card(widget, 30)
    if by == "key":
        card.locator(".ol-source").click()
    before = _top(card)
    if by == "key":
        page.keyboard.press("x")
    else:
        card.get_by_role("checkbox").check()
    expect(widget.locator(".ol-footer")).to_contain_text("1 selected")
    assert abs(_top(card) - before) < 2
