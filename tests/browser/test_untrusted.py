"""Outputs that try to run or load something are shown in every mode, and none of their markup enters the page."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from driver import click_word, hover_word, in_menu, scrolled, tab, view
from hostile import HOSTILE
from playwright.sync_api import BrowserContext, Locator, Page, Route, expect

import outlens as ol
from outlens import report
from outlens.widget.model import STATIC

OURS = [
    *(
        "article",
        "b",
        "button",
        "canvas",
        "dd",
        "div",
        "dl",
        "dt",
        "em",
        "footer",
        "h2",
        "h3",
        "h4",
        "header",
        "i",
        "input",
    ),
    *(
        "kbd",
        "label",
        "mark",
        "optgroup",
        "option",
        "p",
        "section",
        "select",
        "small",
        "span",
        "table",
        "tbody",
        "td",
        "th",
    ),
    *("tr", "ul", "li"),
]
STRICT = "default-src 'none'; script-src 'self'; style-src 'self'; worker-src blob:; require-trusted-types-for 'script'"


def _lens() -> ol.Lens:
    n = len(HOSTILE)
    # Each appears in two outputs, between words that all share, so that every kind of mark touches it.
    texts = [f"They all say this first. {text} And they all say this last." for text in HOSTILE]
    data = {
        "prompt": ["They all say <img src onerror=window.ran=1> what?"] * (2 * n),
        "response": [*HOSTILE, *texts],
        "model": [["<b>A</b>", "{{7*7}}", "<img src onerror=window.ran=1>"][i % 3] for i in range(2 * n)],
        "kind": [["<svg onload=window.ran=1>", "javascript:window.ran=1"][i % 2] for i in range(2 * n)],
    }
    vectors = np.random.default_rng(0).normal(size=(2 * n, 8))
    lens = ol.Lens(data, prompt="prompt", by="model", vectors=vectors)
    long = [i for i, text in enumerate(data["response"]) if len(text) > 3]
    spans = pd.DataFrame({"output": long, "start": 1, "end": 3, "type": [HOSTILE[i % 5] for i in range(len(long))]})
    lens.highlight(spans, "<img src onerror=window.ran=1>", by="type")
    lens.rename(0, "<img src onerror=window.ran=1>") if len(lens.clusters) > 1 else None
    lens.view.layers = ["shared", "common", "only", "echo", "aligned", "<img src onerror=window.ran=1>"]
    lens.view.min_outputs = 2
    lens.view.min_words = 1
    return lens


@pytest.fixture(scope="module")
def state() -> dict[str, object]:
    return _lens()._bridge.page_state()


@pytest.fixture(params=["exported", "strict"])
def hostile(
    request: pytest.FixtureRequest, new_context: Callable[..., BrowserContext], state: dict[str, object], tmp_path: Path
) -> Page:
    """The widget on the exported page, and on one whose policy allows no inline script or style."""
    context = new_context(1300, 2600)
    page = context.new_page()
    page.asked = []  # type: ignore[attr-defined]
    page.on("request", lambda r: page.asked.append(r.url))  # type: ignore[attr-defined]
    page.on("pageerror", lambda error: page.asked.append(f"error: {error}"))  # type: ignore[attr-defined]
    page.add_init_script(
        "window.refused = []; addEventListener('securitypolicyviolation', (e) => refused.push(e.violatedDirective));"
    )
    if request.param == "exported":
        path = report.write(
            tmp_path / "page.html", report.page(state, title="<script>", author="<img src=x>", fallback="")
        )
        page.goto(path.as_uri())
    else:
        boot = (
            'import { mount, unpack } from "/page.js";'
            f"mount(document.body, await unpack({json.dumps(report._zip(report._pack(state)))}));"
        )
        files = {
            "/": (
                "text/html",
                '<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><link rel="stylesheet"'
                ' href="/widget.css"><script type="module" src="/boot.js"></script>',
            ),
            "/page.js": ("text/javascript", (STATIC / "page.js").read_text("utf-8")),
            "/widget.css": ("text/css", (STATIC / "widget.css").read_text("utf-8")),
            "/boot.js": ("text/javascript", boot),
        }

        def serve(route: Route) -> None:
            kind, body = files[route.request.url.removeprefix("http://strict.test")]
            route.fulfill(body=body, content_type=kind, headers={"Content-Security-Policy": STRICT})

        page.route("http://strict.test/**", serve)
        page.goto("http://strict.test/")
    return page


def _is_clean(page: Page) -> None:
    """Assert that only our elements exist, without handlers or addresses, and that nothing ran or was requested."""
    found = page.evaluate(
        """(ours) => [...document.querySelector(".outlens").querySelectorAll("*")].flatMap((e) => [
            ...(ours.includes(e.localName) ? [] : [e.outerHTML.slice(0, 80)]),
            ...[...e.attributes].filter((a) => /^on|^(src|href|srcdoc|action|formaction|data|background)$/.test(a.name))
                .map((a) => `${a.name}=${a.value}`.slice(0, 80)),
        ])""",
        OURS,
    )
    assert found == []
    assert page.evaluate("window.ran") is None
    assert page.evaluate("Object.prototype.props ?? null") is None
    assert [url for url in page.asked if not url.startswith(("file:", "blob:", "data:", "http://strict.test/"))] == []  # type: ignore[attr-defined]
    assert page.evaluate("refused.filter((what) => !what.startsWith('img-src'))") == []


def _through(page: Page, widget: Locator) -> None:
    """Scroll through the whole list and check every part."""
    for _ in scrolled(widget.locator(".ol-list"), 2000):
        _is_clean(page)


def test_no_output_runs_code_in_any_mode(hostile: Page) -> None:
    page = hostile
    widget = view(page)
    shown: dict[int, str] = {}
    for mode in ("Cards", "Grid", "Interleaved"):
        widget.get_by_role("button", name=mode, exact=True).click()
        expect(widget.get_by_role("button", name=mode, exact=True)).to_have_attribute("aria-pressed", "true")
        widget.locator(".ol-text, .ol-note").first.wait_for()
        _through(page, widget)
        in_menu(widget, "marks", "Markdown")
        _through(page, widget)
        in_menu(widget, "marks", "Markdown")
    widget.get_by_role("button", name="Cards", exact=True).click()
    widget.locator(".ol-card").first.wait_for()
    for _ in scrolled(widget.locator(".ol-list"), 2000):
        cards = widget.locator(".ol-card .ol-text[data-id]")
        shown.update(cards.evaluate_all("all => all.map((e) => [Number(e.dataset.id), e.textContent])"))
    clean = [text.encode("utf-16", "surrogatepass").decode("utf-16", "replace") for text in HOSTILE]
    blank = {i for i, text in enumerate(HOSTILE) if not text.strip()}
    long = {i for i, text in enumerate(HOSTILE) if len(text) > 1600}
    for i, text in enumerate(clean):
        if i not in blank:
            assert i in shown, HOSTILE[i]
            assert shown[i] == text if i not in long else text.startswith(shown[i])


@pytest.mark.layout
def test_no_output_runs_code_in_the_panels(hostile: Page) -> None:
    page = hostile
    widget = view(page)
    for panel in ("Phrases", "Openings"):
        in_menu(widget, "marks", panel)
        widget.locator(".ol-holder").first.wait_for()
        _is_clean(page)
        widget.get_by_role("button", name="Close", exact=True).click()
    widget.get_by_role("searchbox").fill("window.ran")
    widget.locator("mark").first.wait_for()
    click_word(widget.locator("mark").first)
    widget.locator(".ol-drawer .ol-holder").first.wait_for()
    _is_clean(page)
    hover_word(widget.locator("mark").first)
    widget.locator(".ol-card-head").first.hover()
    widget.locator(".ol-card-tools button", has_text="Pin").first.click()
    widget.locator(".ol-pins").wait_for()
    _is_clean(page)
    for column in ("model", "kind"):
        tab(widget, "Map").get_by_label("Colour the map by").select_option(column)
        _is_clean(page)
    widget.locator(".ol-map").hover()
    _is_clean(page)
