"""Use without a mouse, without colours or with system colours, on a page without a kernel."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from driver import hover_word, tab, view
from playwright.sync_api import BrowserContext, Locator, Page, expect

import outlens as ol

Show = Callable[[ol.Lens], tuple[Page, Locator]]


def _lens(**options: object) -> ol.Lens:
    n = 24
    sentences = ["We will bring 12 folding chairs on Friday.", "Nobody can come before the weekend, we fear."]
    data = pd.DataFrame(
        {
            "response": [f"{sentences[i % 2]} Number {i} is our table." for i in range(n)],
            "model": [f"m{i % 8}" for i in range(n)],
            "score": np.arange(n) / n,
        }
    )
    angle = np.arange(n) * 2 * np.pi / n
    return ol.Lens(data, by="model", vectors=np.c_[np.cos(angle), np.sin(angle), np.zeros(n)], **options)


@pytest.fixture
def show(new_context: Callable[..., BrowserContext], tmp_path: Path) -> Show:
    def opened(lens: ol.Lens) -> tuple[Page, Locator]:
        page = new_context().new_page()
        page.goto(lens.to_html(tmp_path / "page.html").as_uri())
        return page, view(page)

    return opened


def _middle(box: Locator) -> tuple[float, float]:
    place = box.bounding_box()
    assert place is not None
    return place["x"] + place["width"] / 2, place["y"] + place["height"] / 2


def test_a_tip_stays_under_the_pointer_until_escape(show: Show) -> None:
    lens = _lens()
    lens.view.layers = ["shared"]
    lens.view.panel = "phrases"
    page, widget = show(lens)
    widget.locator(".ol-list").focus()
    mark = widget.locator(".ol-list [class*=ol-shared-]", has_text="folding").first
    hover_word(mark, "folding")
    tip = widget.locator(".ol-tip")
    expect(tip).to_contain_text("shared by 12 of 24")
    page.mouse.move(*_middle(tip), steps=4)
    # After the list is drawn again, the tip would be gone or a different one.
    expect(tip).to_contain_text("shared by 12 of 24")
    assert tip.evaluate("tip => tip.matches(':hover')")
    page.keyboard.press("Escape")
    expect(tip).to_have_count(0)
    # The pointer need not move, and an open drawer stays open for the next press.
    expect(widget.get_by_role("region", name="Phrases")).to_be_visible()


def test_the_excerpt_of_a_point_can_be_reached_and_closed(show: Show) -> None:
    # On a circle, but one in the middle.
    angle = np.arange(24) * 2 * np.pi / 24
    xy = np.c_[np.cos(angle), np.sin(angle)]
    xy[1] = 0
    page, widget = show(_lens(xy=xy))
    excerpt = widget.locator(".ol-hover")
    tab(widget, "Map").locator(".ol-map").hover()
    expect(excerpt).to_contain_text("Number")
    text = excerpt.inner_text()
    page.mouse.move(*_middle(excerpt), steps=3)
    expect(excerpt).to_have_text(text, use_inner_text=True)
    assert excerpt.evaluate("excerpt => excerpt.matches(':hover')")
    widget.locator(".ol-list").focus()
    page.keyboard.press("Escape")
    expect(excerpt).to_have_count(0)


# The painted colour of an element's edge, and the background beside it, as relative luminances.
_CONTRASTS = """root => {
    const pen = Object.assign(document.createElement("canvas"), { width: 1, height: 1 }).getContext("2d");
    const luminance = (...layers) => {
        pen.clearRect(0, 0, 1, 1);
        for (const css of layers) {
            pen.fillStyle = css;
            pen.fillRect(0, 0, 1, 1);
        }
        const [r, g, b] = [...pen.getImageData(0, 0, 1, 1).data].map((v) =>
            v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4);
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const ground = getComputedStyle(root).backgroundColor;
    return [...root.querySelectorAll(".ol-dot, .ol-legend i, .ol-swatch, .ol-tag")].map((element) => {
        const { backgroundColor, borderTopColor } = getComputedStyle(element);
        const [a, b] = [luminance(ground, backgroundColor, borderTopColor), luminance(ground)].sort((x, y) => y - x);
        return [element.className || element.parentElement.className, (a + 0.05) / (b + 0.05)];
    });
}"""


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("color", ["cluster", "model", "score", "tags"])
def test_colour_samples_have_an_edge_of_three_to_one(show: Show, color: str, theme: str) -> None:
    lens = _lens()
    for i in range(8):
        lens.tag(f"tag {i}", [i])
    lens.view.color = color
    page, widget = show(lens)
    page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
    expect(widget).to_have_attribute("data-theme", theme)
    contrasts = widget.evaluate(_CONTRASTS)
    tab(widget, "Map")
    contrasts += widget.evaluate(_CONTRASTS)
    assert len(contrasts) > 8
    assert [(name, round(contrast, 2)) for name, contrast in contrasts if contrast < 3] == []
