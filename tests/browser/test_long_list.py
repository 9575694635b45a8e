"""A list taller than a browser can scroll."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from driver import view
from playwright.sync_api import Browser, expect

import outlens as ol
from outlens import report
from outlens.widget import wire

N = 110_000


def test_every_row_of_a_list_beyond_the_browsers_limit_is_reached(browser: Browser, tmp_path: Path) -> None:
    """Chromium's limit is 33.5 million device pixels; 110 000 long outputs in one column at two per pixel exceed it."""
    sample = ol.Lens(["plain " * 200, "other"], vectors=np.eye(2), store=False)
    texts = [f"number {i}. " + "plain words " * 100 for i in range(N)]
    data, offsets = wire.encode(texts)
    state = sample._bridge.page_state()
    page_of = state["_pages"][0]
    page_of["_info"] = {**page_of["_info"], "n": N, "total": N, "labels": {"start": 0, "step": 1}}
    page_of |= {
        "_rows": np.arange(N, dtype="<u4").tobytes(),
        "_xy": np.random.default_rng(0).uniform(-1, 1, (N, 2)).astype("<f4").tobytes(),
        "_texts": data,
        "_offsets": offsets.tobytes(),
        "_leaf": np.zeros(N, "<i4").tobytes(),
        "_typical": np.zeros(N, "<f4").tobytes(),
        "_variant": np.arange(N, dtype="<u4").tobytes(),
        "_index": {},
        "_aligned": {},
        "_keys": [f"{i:032x}" for i in range(N)] + ["prompt:"],
    }
    path = report.write(tmp_path / "long.html", report.page(state, title="long", fallback=""))
    context = browser.new_context(viewport={"width": 560, "height": 1400}, device_scale_factor=2)
    page = context.new_page()
    page.goto(path.as_uri())
    widget = view(page)
    listed = widget.locator(".ol-list")
    listed.evaluate("list => list.scrollTo(0, list.scrollHeight)")
    expect(widget.locator(".ol-card", has_text=f"number {N - 1}.")).to_be_in_viewport()
    # The scroll bar is proportional: its middle is the middle of the list.
    listed.evaluate("list => list.scrollTo(0, (list.scrollHeight - list.clientHeight) / 2)")
    shown = """list => {
        const { left, top, width, height } = list.getBoundingClientRect();
        const card = list.getRootNode().elementFromPoint(left + width / 2, top + height / 2).closest(".ol-card");
        return card ? Number(/number (\\d+)/.exec(card.textContent)[1]) : -1;
    }"""
    page.wait_for_function(f"list => Math.abs(({shown})(list) - {N // 2}) < 30", arg=listed.element_handle())
    # The wheel moves pixel by pixel.
    top = "card => card.getBoundingClientRect().top"
    card = widget.locator(".ol-card", has_text=f"number {listed.evaluate(shown)}.")
    before = card.evaluate(top)
    listed.hover()
    page.mouse.wheel(0, 100)
    page.wait_for_function(
        f"([card, before]) => Math.abs(({top})(card) - before + 100) < 2", arg=[card.element_handle(), before]
    )
    listed.evaluate("list => list.scrollTo(0, 0)")
    expect(widget.locator(".ol-card", has_text="number 0.")).to_be_in_viewport()
    context.close()
