"""The widget works in a shadow root, as in marimo and other hosts."""

from __future__ import annotations

import json

import numpy as np
import pytest
from driver import click_word, hover_word, view
from playwright.sync_api import Locator, Page, Route, expect

import outlens as ol
from outlens import report
from outlens.widget.model import STATIC

_PAGE = '<!doctype html><link rel="icon" href="data:,"><script type="module" src="/boot.js"></script>'
_BOOT = """
import { mount, unpack } from "/page.js";
const host = document.createElement("div");
document.body.append(host);
const shadow = host.attachShadow({ mode: "open" });
const sheet = new CSSStyleSheet();
sheet.replaceSync(await (await fetch("/widget.css")).text());
shadow.adoptedStyleSheets = [sheet];
const box = document.createElement("div");
shadow.append(box);
mount(box, await unpack(%s));
"""


@pytest.fixture
def widget(page: Page) -> Locator:
    """Return a widget of five outputs, three of which share a sentence, in a shadow root."""
    texts = ["We walked along the old river all day.", "It rained.", "We walked along the old river all night.",
             "Nothing happened here.", "We walked along the old river at noon."]  # fmt: skip
    lens = ol.Lens({"response": texts, "model": list("abcab")}, by="model", vectors=np.eye(5))
    lens.view.layers, lens.view.min_words, lens.view.min_outputs = ["shared"], 3, 2
    lens.prepare()
    state = json.dumps(report._zip(report._pack(lens._bridge.page_state())))
    files = {
        "/": ("text/html", _PAGE),
        "/boot.js": ("text/javascript", _BOOT % state),
        "/page.js": ("text/javascript", (STATIC / "page.js").read_text("utf-8")),
        "/widget.css": ("text/css", (STATIC / "widget.css").read_text("utf-8")),
    }

    def serve(route: Route) -> None:
        kind, body = files[route.request.url.removeprefix("http://shadow.test")]
        route.fulfill(body=body, content_type=kind)

    page.route("http://shadow.test/**", serve)
    page.goto("http://shadow.test/")
    return view(page)


def _card(widget: Locator, row: int) -> Locator:
    return widget.locator(f".ol-card:has(.ol-text[data-id='{row}'])")


def test_a_tag_and_a_note_are_typed_and_the_focus_returns(widget: Locator, page: Page) -> None:
    # Click a card as a person would: the keys then go to the focused element.
    _card(widget, 1).locator(".ol-source").click()
    page.keyboard.press("t")
    field = widget.get_by_role("combobox", name="Tag for")
    expect(field).to_be_focused()
    page.keyboard.type("weather")
    expect(field).to_have_value("weather")
    expect(field).to_be_focused()
    page.keyboard.press("Enter")
    expect(_card(widget, 1).locator(".ol-tag")).to_have_text("weather")
    expect(field).to_have_count(0)

    page.keyboard.press("e")
    note = widget.locator("textarea")
    expect(note).to_be_focused()
    page.keyboard.type("short one")
    expect(note).to_have_value("short one")
    page.keyboard.press("Enter")
    expect(note).to_have_count(0)
    expect(_card(widget, 1)).to_contain_text("short one")
    # The focus returned, so the next key goes to the widget.
    page.keyboard.press("?")
    expect(widget.get_by_role("dialog")).to_be_visible()


def test_a_click_on_a_highlight_opens_its_shared_phrases(widget: Locator) -> None:
    click_word(_card(widget, 0).locator(".ol-text span", has_text="walked"))
    expect(widget.locator(".ol-drawer .ol-holder").first).to_contain_text("We walked along the old river")


def test_a_tip_appears_under_the_pointer(widget: Locator) -> None:
    hover_word(_card(widget, 0).locator(".ol-text span", has_text="walked"))
    expect(widget.locator(".ol-tip:visible")).to_contain_text("3")


def test_a_tip_is_dismissed_by_escape_and_by_a_press(widget: Locator, page: Page) -> None:
    tip = widget.locator(".ol-tip:visible")
    word = _card(widget, 0).locator(".ol-text span", has_text="walked")
    _card(widget, 1).locator(".ol-source").click()
    hover_word(word)
    expect(tip).to_be_visible()
    page.keyboard.press("Escape")
    expect(tip).to_have_count(0)
    _card(widget, 1).hover()
    hover_word(word)
    expect(tip).to_be_visible()
    page.mouse.down()
    expect(tip).to_have_count(0)


def test_keys_move_and_select(widget: Locator, page: Page) -> None:
    _card(widget, 0).locator(".ol-source").click()
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(widget.locator(".ol-selected")).to_contain_text("1 selected")
    expect(widget.locator(".ol-card[aria-current]")).to_contain_text("It rained.")
