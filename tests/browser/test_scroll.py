"""The reader's scroll position after a gesture: the text being read does not move."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from driver import tab, view
from playwright.sync_api import BrowserContext, Locator, Page, expect

import outlens as ol

N = 60

Opened = Callable[..., tuple[Page, Locator]]


@pytest.fixture
def opened(new_context: Callable[..., BrowserContext], tmp_path: Path) -> Opened:
    """Open sixty outputs of different lengths, scrolled to one of them; 900 pixels leave room for one column."""

    def page_of(at: int | None = 30, width: int = 900, **settings: object) -> tuple[Page, Locator]:
        sentence = "This sentence is long enough to fill a line of the reader, or most of it. "
        data = {
            "response": [f"Output {i:02} begins. " + sentence * (2 + i * 7 % 5) for i in range(N)],
            "model": ["aster", "birch"] * (N // 2),
            "topic": [f"topic {i // 10}" for i in range(N)],
            "length": ["short", "short", "long"] * (N // 3),
        }
        vectors = np.random.default_rng(0).normal(size=(N, 6))
        lens = ol.Lens(data, by="model", vectors=vectors, store=False)
        for name, value in settings.items():
            setattr(lens.view, name, value)
        if at is not None:
            lens.view.scroll_to = at
        page = new_context(width).new_page()
        page.goto(lens.to_html(tmp_path / "page.html").as_uri())
        widget = view(page)
        if at is not None:
            expect(_card(widget, at)).to_be_in_viewport()
        return page, widget

    return page_of


def _card(widget: Locator, i: int) -> Locator:
    return widget.locator(".ol-list article", has_text=f"Output {i:02} begins")


def _settle(widget: Locator) -> None:
    """Wait for two frames in which the list does not move."""
    widget.locator(".ol-list").evaluate(
        """list => new Promise((done) => {
            let last = "";
            const look = () => {
                const rows = [...list.querySelectorAll(".ol-slot")].map((row) => row.getBoundingClientRect().top);
                const now = rows.join();
                if (now === last) done();
                else requestAnimationFrame(() => requestAnimationFrame(look));
                last = now;
            };
            look();
        })"""
    )


def _top(card: Locator) -> float:
    """Return the distance of a card from the top of the reader's list, once nothing moves."""
    _settle(card.page.locator(".outlens"))
    top: float = card.evaluate(
        "card => card.getBoundingClientRect().top - card.closest('.ol-list').getBoundingClientRect().top"
    )
    return top


def _in_sight(widget: Locator) -> list[int]:
    """Return the outputs whose beginning is visible in the reader, from top to bottom, once nothing moves."""
    _settle(widget)
    numbers: list[int] = widget.locator(".ol-list").evaluate(
        """list => {
            const { top, bottom } = list.getBoundingClientRect();
            return [...list.querySelectorAll("article")]
                .map((card) => [card.getBoundingClientRect().top, Number(card.textContent.match(/Output (\\d+)/)[1])])
                .filter(([y]) => y >= top - 1 && y < bottom - 20)
                .sort(([a, i], [b, k]) => a - b || i - k)
                .map(([, number]) => number);
        }"""
    )
    return numbers


def _scroll_to_the_middle(widget: Locator) -> None:
    widget.locator(".ol-list").evaluate("list => (list.scrollTop = list.scrollHeight / 2)")


def _apart(widget: Locator) -> bool:
    """Return whether each card of the list ends above the next one."""
    apart: bool = widget.locator(".ol-list").evaluate(
        """list => {
            const boxes = [...list.querySelectorAll(".ol-slot")].map((row) => row.getBoundingClientRect());
            boxes.sort((a, b) => a.top - b.top);
            return boxes.every((box, k) => !k || box.top >= boxes[k - 1].bottom);
        }"""
    )
    return apart


@pytest.mark.parametrize("by", ["checkbox", "key"])
def test_picking_an_output_keeps_the_scroll_position(opened: Opened, by: str) -> None:
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


def _tag(page: Page) -> None:
    page.keyboard.press("t")
    page.keyboard.type("odd")
    page.keyboard.press("Enter")


def test_a_card_tagged_under_untagged_first_makes_room_for_the_next(opened: Opened) -> None:
    page, widget = opened(at=None, order="untagged")
    _scroll_to_the_middle(widget)
    first, second, third = _in_sight(widget)[:3]
    above, place = _top(_card(widget, first)), _top(_card(widget, second))
    _card(widget, second).locator(".ol-source").click()
    _tag(page)
    expect(_card(widget, second)).not_to_be_in_viewport()
    assert abs(_top(_card(widget, first)) - above) < 2
    assert abs(_top(_card(widget, third)) - place) < 2
    assert _apart(widget)


def test_tagging_outputs_above_moves_nothing_under_untagged_first(opened: Opened) -> None:
    page, widget = opened(at=None, order="untagged")
    for i in _in_sight(widget)[:3]:
        _card(widget, i).get_by_role("checkbox").check()
    _scroll_to_the_middle(widget)
    shown = _in_sight(widget)
    before = {i: _top(_card(widget, i)) for i in shown}
    widget.locator(".ol-list").focus()
    _tag(page)
    expect(widget.locator(".ol-tagbar .ol-tag")).to_contain_text("3")
    assert all(abs(_top(_card(widget, i)) - before[i]) < 2 for i in shown)
    assert _apart(widget)


@pytest.mark.parametrize("width", [900, 1400])
def test_a_legend_that_hides_other_cards_keeps_the_current_one_in_place(opened: Opened, width: int) -> None:
    _, widget = opened(width=width, color="model")
    birch = tab(widget, "Map").get_by_role("switch", name="birch")
    before = _top(_card(widget, 30))
    birch.click()
    expect(_card(widget, 31)).to_have_count(0)
    assert abs(_top(_card(widget, 30)) - before) < 2
    assert 32 in _in_sight(widget)
    assert _apart(widget)
    birch.click()
    expect(_card(widget, 31)).to_have_count(1)
    assert abs(_top(_card(widget, 30)) - before) < 2
    assert 31 in _in_sight(widget)


def test_the_next_card_stays_when_the_one_being_read_is_hidden(opened: Opened) -> None:
    _, widget = opened(color="model")
    legend = tab(widget, "Map")
    before = _top(_card(widget, 31))
    legend.get_by_role("switch", name="aster").click()
    expect(_card(widget, 30)).to_have_count(0)
    assert abs(_top(_card(widget, 31)) - before) < 2


def test_the_next_card_comes_to_the_top_when_all_visible_ones_are_hidden(opened: Opened) -> None:
    _, widget = opened(at=22, color="topic")
    legend = tab(widget, "Map")
    top = _top(_card(widget, 22))
    shown = _in_sight(widget)
    for topic in {i // 10 for i in shown}:
        legend.get_by_role("switch", name=f"topic {topic}").click()
    following = (shown[-1] // 10 + 1) * 10
    expect(_card(widget, shown[-1])).to_have_count(0)
    assert _in_sight(widget)[0] == following
    assert abs(_top(_card(widget, following)) - top) < 2


def test_a_filter_of_the_grid_keeps_the_current_row_in_place(opened: Opened) -> None:
    _, widget = opened(mode="grid", rows="topic", columns="model")
    before = _top(_card(widget, 30))
    widget.get_by_label("Only outputs with").select_option(label="short")
    expect(_card(widget, 32)).to_have_count(0)
    assert abs(_top(_card(widget, 30)) - before) < 2
    widget.get_by_label("Only outputs with").select_option(label="everything")
    expect(_card(widget, 32)).to_have_count(1)
    assert abs(_top(_card(widget, 30)) - before) < 2
