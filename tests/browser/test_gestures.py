"""The list, the focus and the selection after a gesture, by mouse and by key."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from driver import in_menu, in_order, menu, middle_of_word, tab, view
from playwright.sync_api import BrowserContext, Locator, Page, expect

import outlens as ol

N = 60
RUN = "the whole committee agreed to meet again on the second Friday of the month at noon sharp"


def _lens(texts: list[str] | None = None) -> ol.Lens:
    texts = texts or [f"Letter {i} says apple {'and pear ' * (i % 3)}so we answer it at length. " * 3 for i in range(N)]
    n = len(texts)
    data = pd.DataFrame({"response": texts, "model": [["aster", "birch"][i % 2] for i in range(n)]})
    return ol.Lens(data, by="model", vectors=np.random.default_rng(0).normal(size=(n, 6)), store=False)


Show = Callable[..., tuple[Page, Locator]]


@pytest.fixture
def show(new_context: Callable[..., BrowserContext], tmp_path: Path) -> Iterator[Show]:
    errors: list[str] = []
    context = new_context()

    def opened(lens: ol.Lens) -> tuple[Page, Locator]:
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(lens.to_html(tmp_path / "page.html").as_uri())
        return page, view(page)

    yield opened
    context.close()
    assert errors == []


def _focus(page: Page) -> str:
    """Return the class of the focused element, also in a shadow tree."""
    return str(
        page.evaluate(
            "() => { let e = document.activeElement;"
            " while (e.shadowRoot?.activeElement) e = e.shadowRoot.activeElement;"
            " return e === document.body ? 'BODY' : e.className }"
        )
    )


def _scrolled(widget: Locator) -> float:
    """Return the scroll position of the list, once everything is painted."""
    return float(
        widget.locator(".ol-list").evaluate(
            "list => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() =>"
            " requestAnimationFrame(() => done(list.scrollTop)))))"
        )
    )


def _scroll(widget: Locator, to: int) -> Locator:
    """Scroll the list; return the first card that is completely visible."""
    widget.locator(".ol-list").evaluate("(list, to) => (list.scrollTop = to)", to)
    _scrolled(widget)
    at = widget.locator(".ol-list .ol-card").evaluate_all(
        "cards => { const top = document.querySelector('.outlens .ol-list').getBoundingClientRect().top;"
        " return cards.findIndex(card => card.getBoundingClientRect().top > top + 4) }"
    )
    return widget.locator(".ol-list .ol-card").nth(at)


def test_a_pick_keeps_the_scroll_position(show: Show) -> None:
    page, widget = show(_lens())
    widget.locator(".ol-list").hover()
    card = _scroll(widget, 1500)
    before = _scrolled(widget)
    assert before > 1000
    card.get_by_role("checkbox").check()
    expect(widget.locator(".ol-footer")).to_contain_text("1 selected")
    assert _scrolled(widget) == before
    card.locator(".ol-source").click()
    page.keyboard.press("x")
    expect(widget.locator(".ol-selected")).to_have_count(0)
    assert _scrolled(widget) == before
    # Even if the picked output leaves the list.
    page.keyboard.press("a")
    expect(widget.locator(".ol-footer")).to_contain_text(f"{N} selected")
    card = _scroll(widget, 1500)
    before = _scrolled(widget)
    card.get_by_role("checkbox").click()
    expect(widget.locator(".ol-footer")).to_contain_text(f"{N - 1} selected")
    assert abs(_scrolled(widget) - before) < 60
    # A different list starts at its top.
    widget.get_by_role("searchbox").fill("pear")
    expect(widget.locator(".ol-search-count")).to_have_text("40 outputs match")
    assert _scrolled(widget) == 0


def test_a_tag_keeps_the_scroll_position(show: Show) -> None:
    page, widget = show(_lens())
    in_order(widget, "untagged")
    card = _scroll(widget, 1500)
    before = _scrolled(widget)
    card.locator(".ol-source").click()
    page.keyboard.press("t")
    page.keyboard.type("odd")
    page.keyboard.press("Enter")
    expect(widget.locator(".ol-tagbar .ol-tag")).to_contain_text("odd")
    assert abs(_scrolled(widget) - before) < 60


def test_after_a_click_in_a_text_keys_apply_to_its_output(show: Show) -> None:
    page, widget = show(_lens())
    widget.locator(".ol-list").focus()
    page.keyboard.press("a")
    expect(widget.locator(".ol-footer")).to_contain_text("60 selected")
    text = widget.locator(".ol-card .ol-text").nth(1)
    text.click(position=middle_of_word(text, "apple"))
    expect(widget.locator(".ol-drawer")).to_be_visible()
    page.keyboard.press("e")
    page.keyboard.type("said well")
    page.keyboard.press("Enter")
    card = widget.locator(".ol-card").nth(1)
    expect(card).to_have_attribute("aria-current", "true")
    expect(card).to_contain_text("said well")
    page.keyboard.press("s")
    expect(widget.locator(".ol-star")).to_have_count(1)
    expect(widget.locator(".ol-footer")).to_contain_text("60 selected")


def test_the_next_keys_tag_the_search_results(show: Show) -> None:
    page, widget = show(_lens())
    widget.locator(".ol-list").focus()
    page.keyboard.press("/")
    page.keyboard.type("pear")
    page.keyboard.press("Enter")
    expect(widget.locator(".ol-footer")).to_contain_text("40 selected")
    assert "ol-list" in _focus(page)
    page.keyboard.press("t")
    page.keyboard.type("fruit")
    page.keyboard.press("Enter")
    expect(widget.locator(".ol-tagbar .ol-tag")).to_contain_text(re.compile("fruit.*40"))
    expect(widget.get_by_role("searchbox")).to_have_value("pear")
    page.keyboard.press("/")
    assert "ol-search-input" in _focus(page)
    # Without a match, the selection does not change.
    page.keyboard.type("nowhere")
    page.keyboard.press("Enter")
    expect(widget.locator(".ol-status")).to_contain_text("No output matches")
    expect(widget.locator(".ol-footer")).to_contain_text("40 selected")


def test_a_selection_dropped_by_a_click_can_be_restored(show: Show) -> None:
    page, widget = show(_lens())
    widget.locator(".ol-list").focus()
    page.keyboard.press("a")
    expect(widget.locator(".ol-footer")).to_contain_text(f"{N} selected")
    box = tab(widget, "Map").locator(".ol-map").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + 2, box["y"] + 2)
    undo = widget.get_by_role("button", name=f"{N} deselected, undo")
    undo.click()
    expect(widget.locator(".ol-footer")).to_contain_text(f"{N} selected")
    expect(undo).to_have_count(0)
    assert _focus(page) != "BODY"
    page.mouse.click(box["x"] + 2, box["y"] + 2)
    expect(widget.locator(".ol-selected")).to_have_count(0)
    page.keyboard.press("u")
    expect(widget.locator(".ol-footer")).to_contain_text(f"{N} selected")


def test_a_click_on_empty_ground_keeps_the_keys_in_the_widget(show: Show) -> None:
    page, widget = show(_lens())
    widget.locator(".ol-card input").first.check()
    for plain in (".ol-clusters .ol-bar > .ol-muted", ".ol-footer .ol-selected"):
        widget.locator(plain).click()
        assert _focus(page) == "outlens"
        page.keyboard.press("j")
        expect(widget.locator(".ol-current")).to_have_count(1)


def test_disappearing_buttons_leave_the_focus_in_the_widget(show: Show) -> None:
    page, widget = show(_lens())
    widget.locator(".ol-list").focus()
    page.keyboard.press("a")
    widget.get_by_role("button", name="Clear", exact=True).press("Enter")
    expect(widget.get_by_role("button", name="Clear", exact=True)).to_have_count(0)
    assert _focus(page) != "BODY"
    widget.locator(".ol-list .ol-card").first.get_by_role("checkbox").check()
    widget.get_by_role("button", name="Invert", exact=True).press("Enter")
    expect(widget.locator(".ol-footer")).to_contain_text(f"{N - 1} selected")
    assert _focus(page) != "BODY"
    widget.locator(".ol-swatch").first.click()
    widget.get_by_role("button", name="Remove filter").press("Enter")
    expect(widget.get_by_role("button", name="Remove filter")).to_have_count(0)
    assert _focus(page) != "BODY"


def test_another_window_does_not_close_the_field_of_a_tag(show: Show) -> None:
    page, widget = show(_lens())
    widget.locator(".ol-list").focus()
    page.keyboard.press("j")
    page.keyboard.press("t")
    page.keyboard.type("half a na")
    # The events of a browser when another program comes to the front, and back.
    field = widget.get_by_role("combobox", name="Tag for this output")
    field.evaluate("field => { document.hasFocus = () => false; field.blur(); }")
    expect(field).to_have_value("half a na")
    field.evaluate("field => { delete document.hasFocus; field.focus(); }")
    page.keyboard.type("me")
    page.keyboard.press("Enter")
    expect(widget.locator(".ol-list .ol-tag").first).to_contain_text("half a name")
    page.keyboard.press("t")
    # Within the same window the field closes, as before.
    field.blur()
    expect(field).to_have_count(0)


def test_the_next_mark_is_unfolded(show: Show) -> None:
    texts = [
        f"Minutes {i}. " + "Nothing else happened that day. " * (i % 4) + f"Then {RUN}. Signed {i}." for i in range(N)
    ]
    page, widget = show(_lens(texts))
    in_menu(widget, "marks", "Fold")
    expect(widget.locator(".ol-fold").first).to_be_visible()
    for layer in ("Shared", "Only here"):
        menu(widget, "marks").get_by_role("switch", name=layer, exact=True).click()
    widget.get_by_role("searchbox").fill("second Friday")
    expect(widget.locator(".ol-search-count")).to_have_text(f"{N} outputs match")
    _scroll(widget, 600).locator(".ol-source").click()
    for key in ("j", "n"):
        page.keyboard.press(key)
    mark = widget.locator(".ol-current mark").first
    expect(mark).to_have_text("second")
    expect(mark).to_be_in_viewport()


def test_a_widget_in_a_shadow_tree_keeps_its_focus_and_positions(show: Show) -> None:
    page, widget = show(_lens())
    page.evaluate(
        """() => {
            const host = document.createElement("div");
            document.body.append(host);
            const tree = host.attachShadow({ mode: "open" });
            for (const style of document.querySelectorAll("style")) tree.append(style.cloneNode(true));
            tree.append(document.querySelector(".outlens"));
        }"""
    )
    widget.locator(".ol-list").focus()
    page.keyboard.press("j")
    for key, field in (("t", "ol-tagfield"), ("e", "ol-note-field")):
        page.keyboard.press(key)
        expect(widget.locator(f".{field}")).to_have_count(1)
        page.keyboard.press("Escape")
        expect(widget.locator(f".{field}")).to_have_count(0)
        assert "ol-list" in _focus(page)
    text = widget.locator(".ol-current .ol-text")
    box = text.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + 40, box["y"] + 12)
    expect(widget.get_by_role("region", name="Who else says this")).to_be_visible()
