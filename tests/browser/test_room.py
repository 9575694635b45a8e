"""Texts get the available space: the prompt, phrases, a row of a grid, names, and chips."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from driver import close_menu, in_menu, menu, tab, view
from playwright.sync_api import BrowserContext, Locator, Page, expect

import outlens as ol


@pytest.fixture
def widget(tmp_path: Path, new_context: Callable[..., BrowserContext]) -> Locator:
    """Return a widget with three long outputs of one prompt, in a page 1 068 pixels wide."""
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


def test_a_phrase_fills_the_width_of_its_column(widget: Locator) -> None:
    in_menu(widget, "marks", "Phrases")
    row = widget.locator(".ol-column > .ol-holder").first
    assert width(row.locator(".ol-holder-text")) > 0.9 * width(row)
    text, count = row.locator(".ol-holder-text").bounding_box(), row.locator(".ol-holder-count").bounding_box()
    assert text is not None
    assert count is not None
    assert count["y"] >= text["y"] + text["height"]


def test_a_menu_closes_when_it_opens_a_panel(widget: Locator) -> None:
    menu(widget, "marks").get_by_role("button", name="Phrases", exact=True).click()
    expect(widget.get_by_role("region", name="Phrases", exact=True)).to_be_visible()
    expect(widget.locator(".ol-menu-panel")).to_have_count(0)
    expect(widget.locator(".ol-marks-menu .ol-menu-button")).to_be_focused()
    # A switch leaves it open for the next one.
    menu(widget, "marks").get_by_role("button", name="Fold", exact=True).click()
    expect(widget.locator(".ol-menu-panel")).to_be_visible()


def test_the_opened_prompt_fills_the_width(widget: Locator) -> None:
    widget.locator(".ol-prompt").click()
    assert width(widget.locator(".ol-prompt")) > 0.9 * width(widget)


def test_the_only_row_of_a_grid_fills_the_height(widget: Locator) -> None:
    widget.get_by_role("button", name="Grid").click()
    cell, space = widget.locator(".ol-cell").first.bounding_box(), widget.locator(".ol-grid-list").bounding_box()
    assert cell is not None
    assert space is not None
    assert cell["height"] > 0.75 * space["height"]


@pytest.fixture
def many(tmp_path: Path, new_context: Callable[..., BrowserContext]) -> tuple[Page, Locator]:
    """Return forty outputs in four clusters, each from a different model with a long name."""
    things = ["fold the chairs", "wash the glasses", "carry the tables", "sweep the floor"]
    texts = [f"Somebody has to {things[i % 4]} before number {i} goes home." for i in range(40)]
    data = pd.DataFrame({"response": texts, "model": [f"Aster-{i}-instruct-large" for i in range(40)]})
    # One cluster lies below the buttons of the map.
    vectors = np.repeat(np.eye(4), 10, axis=0).reshape(4, 10, 4).swapaxes(0, 1).reshape(40, 4)
    lens = ol.Lens(data, by="model", vectors=vectors + np.random.default_rng(0).normal(0, 0.02, (40, 4)), store=False)
    page = new_context(1300, 900, offline=True).new_page()
    page.goto(lens.to_html(tmp_path / "page.html").as_uri())
    return page, view(page)


def test_the_result_of_a_gesture_is_shown_without_moving_the_bar(many: tuple[Page, Locator]) -> None:
    page, widget = many
    widget.locator(".ol-list").focus()
    page.keyboard.press("a")
    places = [".ol-tagbar button", ".ol-saved", ".ol-list"]
    before = [widget.locator(place).first.bounding_box() for place in places]
    page.keyboard.press("s")
    expect(widget.locator(".ol-said")).to_have_text("Starred: 40 outputs")
    assert [widget.locator(place).first.bounding_box() for place in places] == before


def test_sources_with_one_output_each_leave_the_space_to_their_names(many: tuple[Page, Locator]) -> None:
    _, widget = many
    panel = tab(widget, "Sources")
    expect(panel.get_by_role("columnheader")).to_have_count(3)
    name = panel.locator("tbody td").first
    assert width(name) > 0.35 * width(panel)


@pytest.mark.layout
def test_the_table_of_sources_fits_beside_the_texts(tmp_path: Path, new_context: Callable[..., BrowserContext]) -> None:
    texts = [f"Somebody has to fold the chairs before number {i} goes home." for i in range(40)]
    data = pd.DataFrame({"response": texts, "model": ["Aster-7-instruct-large", "Beryl-large-instruct"] * 20})
    vectors = np.repeat(np.eye(4), 10, axis=0) + np.random.default_rng(0).normal(0, 0.02, (40, 4))
    page = new_context(1000, 900, offline=True).new_page()
    lens = ol.Lens(data, by="model", vectors=vectors, store=False)
    page.goto(lens.to_html(tmp_path / "page.html").as_uri())
    sources = tab(view(page), "Sources").locator(".ol-sources")
    assert sources.evaluate("box => box.scrollWidth <= box.clientWidth")
    for cell in sources.locator("td:not(:first-child, :nth-child(4))").all():
        assert cell.evaluate("cell => cell.scrollWidth <= cell.clientWidth")


def test_names_on_the_map_keep_clear_of_its_buttons(many: tuple[Page, Locator]) -> None:
    _, widget = many
    panel = tab(widget, "Map")
    names = panel.locator(".ol-labels span")
    expect(names).not_to_have_count(0)
    tools = panel.locator(".ol-map-box > .ol-segments").bounding_box()
    assert tools is not None
    for name in names.all():
        box = name.bounding_box()
        assert box is not None
        assert box["x"] + box["width"] <= tools["x"] or box["y"] >= tools["y"] + tools["height"]


def test_a_chip_is_shown_completely_or_counted_in_the_menu(many: tuple[Page, Locator]) -> None:
    page, widget = many
    button = widget.locator(".ol-marks-menu .ol-menu-button")
    menu(widget, "marks").get_by_role("switch", name="Grey common").click()
    close_menu(widget)
    chips = widget.locator(".ol-chips-on")
    everything = chips.locator(".ol-on").count()
    left_out = set()
    for size in range(1300, 380, -40):
        page.set_viewport_size({"width": size, "height": 900})
        # The count itself takes room from the chips.
        page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
        row = chips.bounding_box()
        assert row is not None
        hidden = 0
        for chip in chips.locator(".ol-on").all():
            box = chip.bounding_box()
            assert box is not None
            below = box["y"] >= row["y"] + row["height"]
            assert below or (box["x"] >= row["x"] - 1 and box["x"] + box["width"] <= row["x"] + row["width"] + 1)
            hidden += below
        expect(button).to_have_text(re.compile(rf"Marks \+{hidden} ▾" if hidden else "Marks ▾"))
        left_out.add(hidden)
        if hidden == everything:
            expect(button).to_have_attribute("title", re.compile("Shared, Grey common, Only here"))
    assert {0, everything} <= left_out


def test_the_tools_of_a_card_leave_its_source_visible(many: tuple[Page, Locator]) -> None:
    _, widget = many
    cards = widget.locator(".ol-list .ol-card")
    for i in range(3):
        cards.nth(i).hover()
        cards.nth(i).get_by_role("button", name="Pin", exact=True).click()
    for card in (cards.nth(1), widget.locator(".ol-pins .ol-card").nth(1)):
        card.hover()
        expect(card.locator(".ol-card-tools")).to_have_css("opacity", "1")
        source, cluster, tools = (
            card.locator(name).bounding_box() for name in (".ol-source", ".ol-card-cluster", ".ol-card-tools")
        )
        assert source is not None
        assert cluster is not None
        assert tools is not None
        assert source["width"] > 60
        below = tools["y"] >= source["y"] + source["height"] - 2
        assert below or tools["x"] >= source["x"] + source["width"]
        # The cluster's name is completely covered, or ends before the tools.
        covered = tools["y"] <= cluster["y"] and tools["y"] + tools["height"] >= cluster["y"] + cluster["height"]
        assert (below and covered) or tools["x"] >= cluster["x"] + cluster["width"]


def test_the_side_stays_closed_in_a_widget_that_becomes_narrow(many: tuple[Page, Locator]) -> None:
    page, widget = many
    tab(widget, "Sources")
    page.set_viewport_size({"width": 600, "height": 900})
    expect(widget.get_by_role("button", name="Show groups, sources and map")).to_be_visible()
    expect(widget.locator(".ol-left")).to_be_hidden()
    widget.get_by_role("button", name="Show groups, sources and map").click()
    expect(widget.get_by_role("tabpanel", name="Sources")).to_be_visible()
    tab(widget, "Groups")
    widget.get_by_role("button", name="Hide this side").click()
    expect(widget.locator(".ol-left")).to_be_hidden()


def test_the_marks_of_short_sentences_in_a_line_do_not_overlap(
    tmp_path: Path, new_context: Callable[..., BrowserContext]
) -> None:
    texts = [f"We bring tea today. They bring cake today. You bring jam today. {who} brings milk." for who in "ABCD"]
    lens = ol.Lens(texts, vectors=np.eye(4), store=False)
    page = new_context(1300, 900, offline=True).new_page()
    page.goto(lens.to_html(tmp_path / "page.html").as_uri())
    widget = view(page)
    menu(widget, "marks").get_by_role("switch", name="Aligned").click()
    close_menu(widget)
    marks = widget.locator(".ol-list .ol-card").first.locator(".ol-part")
    expect(marks).to_have_count(4)
    for width in (1300, 800, 400):
        page.set_viewport_size({"width": width, "height": 900})
        page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
        boxes = [mark.bounding_box() for mark in marks.all()]
        for k, one in enumerate(boxes):
            for other in boxes[:k]:
                assert one is not None
                assert other is not None
                beside = one["x"] >= other["x"] + other["width"] or other["x"] >= one["x"] + one["width"]
                assert beside or one["y"] >= other["y"] + other["height"]


def test_the_header_stays_as_it_is_while_you_search(many: tuple[Page, Locator]) -> None:
    page, widget = many
    field = widget.locator(".ol-search-input")
    for width in (1300, 800, 400):
        page.set_viewport_size({"width": width, "height": 900})
        places = [widget.locator(place) for place in (".ol-header", ".ol-summary", ".ol-search-input")]
        before = [place.bounding_box() for place in places]
        for query, found in (("chairs", "10 outputs match"), ("Aster-7", "0 outputs match"), ("/[/", "Unterminated")):
            field.fill(query)
            expect(widget.locator(".ol-search-count")).to_contain_text(found)
            assert [place.bounding_box() for place in places] == before
        field.fill("")
