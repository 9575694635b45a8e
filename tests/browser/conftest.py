"""A real JupyterLab and a real Chromium, one of each for the whole run, with an optional font and width.

OUTLENS_TEST_FONT is the root's font ("16px DejaVu Serif"), OUTLENS_TEST_WIDTH the width of the window in pixels.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from driver import Lab
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from server import Chromium, Labs

TIMEOUT = 60_000
expect.set_options(timeout=TIMEOUT)

# A sheet added by a script also works on pages whose policy forbids inline style.
_FONT = """
const sheet = new CSSStyleSheet();
sheet.replaceSync(%s);
document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
"""


def _font_css(font: str) -> str:
    size, family = font.split(" ", 1)
    return f":root {{ --jp-ui-font-family: {family} !important; }} .outlens {{ font-size: {size} !important; }}"


@pytest.fixture(scope="session")
def chromium() -> Iterator[Chromium]:
    with sync_playwright() as playwright:
        started = Chromium(playwright)
        yield started
        started.close()


@pytest.fixture
def browser(chromium: Chromium) -> Browser:
    return chromium.browser()


NewContext = Callable[..., BrowserContext]


def _context(browser: Browser, width: int = 1400, height: int = 1000, **options: Any) -> BrowserContext:
    width = int(os.environ.get("OUTLENS_TEST_WIDTH", width))
    context = browser.new_context(viewport={"width": width, "height": height}, **options)
    context.set_default_timeout(TIMEOUT)
    if font := os.environ.get("OUTLENS_TEST_FONT"):
        context.add_init_script(_FONT % json.dumps(_font_css(font)))
    return context


@pytest.fixture
def new_context(browser: Browser) -> Iterator[NewContext]:
    """Return a function that opens windows of a size (OUTLENS_TEST_WIDTH overrides it) with the given options."""
    contexts: list[BrowserContext] = []

    def opened(*size: int, **options: Any) -> BrowserContext:
        contexts.append(_context(browser, *size, **options))
        return contexts[-1]

    yield opened
    for context in contexts:
        context.close()


@pytest.fixture(scope="session")
def lab_window() -> list[Page]:
    """The window of the tests that use JupyterLab, once there is one."""
    return []


@pytest.fixture
def page(request: pytest.FixtureRequest, browser: Browser, lab_window: list[Page]) -> Iterator[Page]:
    """A window: for tests that use JupyterLab always the same one, because loading it takes seconds."""
    if "lab" not in request.fixturenames:
        context = _context(browser)
        yield context.new_page()
        context.close()
        return
    if not lab_window or lab_window[0].is_closed() or not lab_window[0].context.browser.is_connected():
        lab_window[:] = [_context(browser).new_page()]
    yield lab_window[0]


@pytest.fixture(scope="session")
def labs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Labs]:
    started = Labs(lambda: tmp_path_factory.mktemp("lab"), tmp_path_factory.getbasetemp() / "outlens-cache")
    yield started
    started.close()


@pytest.fixture
def lab(labs: Labs) -> Iterator[Lab]:
    running = labs.lab()
    yield running
    running.forget()
