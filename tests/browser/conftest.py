"""A real JupyterLab and a real Chromium, one of each for the whole run."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from driver import Lab
from playwright.sync_api import Browser, Page, expect
from server import chromium, jupyter_lab

TIMEOUT = 60_000
expect.set_options(timeout=15_000)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1400, "height": 1000})
    context.set_default_timeout(TIMEOUT)
    tab = context.new_page()
    yield tab
    context.close()


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    root = tmp_path_factory.mktemp("lab")
    with jupyter_lab(root, tmp_path_factory.getbasetemp() / "outlens-cache") as started:
        yield started
