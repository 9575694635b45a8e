"""The exported page, opened from a file with the network blocked."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from driver import close_menu, in_menu, lasso_left_half, menu, tab, view
from playwright.sync_api import BrowserContext, Page, expect

import outlens as ol

N = 60
SAID = ["plant a cherry tree", "bake rye bread", "sail to the island"]


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    group = np.repeat([0, 1, 2], [30, 20, 10])
    vectors = np.eye(3)[group] + np.random.default_rng(0).normal(0, 0.05, (N, 3))
    data = {
        "prompt": ["What would you do?"] * N,
        "response": [f"I would {SAID[g]} on day {i}." for i, g in enumerate(group)],
        "model": ["aster", "birch"] * (N // 2),
        "score": np.arange(N) / N,
    }
    lens = ol.Lens(data, prompt="prompt", by="model", vectors=vectors)
    return lens.to_html(tmp_path_factory.mktemp("page") / "outputs.html", title="A day off", author="Ann Other")


@pytest.fixture
def offline(new_context: Callable[..., BrowserContext]) -> tuple[Page, list[str]]:
    context = new_context(1200, 800, offline=True)
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: asked.append(f"error: {error}"))
    return page, asked


def test_it_works_without_a_network_and_requests_nothing(path: Path, offline: tuple[Page, list[str]]) -> None:
    page, asked = offline
    page.goto(path.as_uri())
    widget = view(page)
    expect(widget.locator(".ol-prompt")).to_have_text("What would you do?")
    lasso_left_half(page, widget)
    expect(widget.locator(".ol-footer")).to_contain_text(re.compile(r"[1-9]\d* selected"))
    tab(widget, "Groups").locator(".ol-row .ol-name").first.click()
    expect(widget.locator(".ol-footer")).to_contain_text("30 selected")
    widget.get_by_role("searchbox").fill("/day 1?7\\b/")
    expect(widget.locator(".ol-search-count")).to_have_text("2 outputs match")
    # Where other marks begin inside a mark, it is split; all its parts are painted at once.
    first = widget.locator(".ol-text", has=page.locator("mark")).first
    expect(first).to_be_visible()
    assert "".join(first.locator("mark").all_inner_texts()) == "day 7"
    tab(widget, "Map").get_by_label("Colour the map by").select_option("model")
    expect(widget.locator(".ol-legend")).to_contain_text("aster")
    assert [url for url in asked if not url.startswith(("file:", "blob:", "data:"))] == []


def test_its_head_describes_it_and_offers_the_outputs_as_csv(
    path: Path, offline: tuple[Page, list[str]], tmp_path: Path
) -> None:
    page, _ = offline
    page.goto(path.as_uri())
    widget = view(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("A day off")
    expect(page.locator(".ol-page-head")).to_contain_text(f"by Ann Other, {datetime.date.today().isoformat()}")
    widget.get_by_role("searchbox").fill("bake")
    expect(page.get_by_role("button", name="CSV of the 0 tagged outputs")).to_be_disabled()
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV of the 20 listed outputs").click()
    download.value.save_as(tmp_path / "listed.csv")
    table = pd.read_csv(tmp_path / "listed.csv")
    assert table.columns.tolist() == ["row", "response", "model", "score", "cluster", "cluster_name", "tags", "note"]
    assert table.row.tolist() == list(range(30, 50))
    assert table.response.tolist() == [f"I would bake rye bread on day {i}." for i in range(30, 50)]
    assert np.allclose(table.score, np.arange(30, 50) / N)
    widget.locator(".ol-list").focus()
    page.keyboard.press("j")
    page.keyboard.press("s")
    page.keyboard.press("t")
    page.keyboard.type("=1+1")
    page.keyboard.press("Enter")
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV of the 1 tagged output").click()
    download.value.save_as(tmp_path / "tagged.csv")
    assert pd.read_csv(tmp_path / "tagged.csv").tags.tolist() == ["'=1+1"]


@pytest.mark.parametrize("height", [800, 1300])
def test_the_widget_fills_the_window(path: Path, offline: tuple[Page, list[str]], height: int) -> None:
    page, _ = offline
    page.set_viewport_size({"width": 1200, "height": height})
    page.goto(path.as_uri())
    box = view(page).bounding_box()
    assert box is not None
    assert height - 14 <= box["y"] + box["height"] <= height
    assert page.evaluate("document.documentElement.scrollHeight <= innerHeight")


def test_every_prompt_that_was_shown_is_in_the_page(tmp_path: Path, offline: tuple[Page, list[str]]) -> None:
    data = {
        "prompt": ["Fruit?"] * 3 + ["River?"] * 2 + ["Town?"],
        "response": ["Apple", "Pear", "Fig", "Nile", "Po", "Rome"],
    }
    lens = ol.Lens(data, vectors=np.random.default_rng(0).normal(size=(6, 4)))
    lens.prompt = "River?"
    lens.rename(0, "waters")
    lens.select([0, 4])
    with pytest.warns(UserWarning, match="the page holds 2 of 3 prompts"):
        path = lens.to_html(tmp_path / "two.html")
    page, _ = offline
    page.goto(path.as_uri())
    widget = view(page)
    expect(widget.locator(".ol-prompt")).to_have_text("River?")
    expect(widget.locator(".ol-footer")).to_contain_text("2 selected · 1 in other prompts")
    # Two outputs are shown at full width; the groups are a click away.
    expect(widget.locator(".ol-clusters")).to_be_hidden()
    widget.get_by_role("button", name="Show groups, sources and map").click()
    expect(widget.locator(".ol-clusters")).to_contain_text("waters")
    widget.get_by_role("combobox", name="Prompt").select_option("0")
    expect(widget.locator(".ol-prompt")).to_have_text("Fruit?")
    expect(widget.locator(".ol-card", has_text="Apple")).to_be_visible()
    in_menu(widget, "list", "All 3")
    expect(widget.locator(".ol-card")).to_have_count(3)


def test_an_endless_expression_is_aborted_and_blocks_nothing(path: Path, offline: tuple[Page, list[str]]) -> None:
    page, _ = offline
    page.goto(path.as_uri())
    widget = view(page)
    search = widget.get_by_role("searchbox")
    search.fill(r"/^(((\w+\s?)+)+)+!$/")
    expect(widget.locator(".ol-search-count")).to_have_text("searching…")
    # During the search, the page responds.
    widget.locator(".ol-row .ol-name").first.click()
    expect(widget.locator(".ol-footer")).to_contain_text("30 selected")
    expect(widget.locator(".ol-search-count")).to_contain_text("given up after 3 s")
    search.fill(r"/day 1?7\b/")
    expect(widget.locator(".ol-search-count")).to_have_text("2 outputs match")


@pytest.mark.layout
def test_the_reader_keeps_few_cards_and_reaches_the_last(path: Path, offline: tuple[Page, list[str]]) -> None:
    page, _ = offline
    page.goto(path.as_uri())
    widget = view(page)
    assert widget.locator(".ol-card").count() < N
    widget.locator(".ol-list").evaluate("list => list.scrollTo(0, list.scrollHeight)")
    expect(widget.locator(".ol-card", has_text=f"day {N - 1}.")).to_be_visible()


@pytest.mark.parametrize("width", [500, 700, 1000, 1600])
@pytest.mark.layout
def test_nothing_sticks_out_at_any_width(path: Path, offline: tuple[Page, list[str]], width: int) -> None:
    page, _ = offline
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(path.as_uri())
    widget = view(page)
    sticking = widget.evaluate(
        """root => {
            const right = root.getBoundingClientRect().right;
            return [...root.querySelectorAll("button, input, select, .ol-card")]
                .filter((e) => e.getBoundingClientRect().right > right + 0.5).map((e) => e.outerHTML.slice(0, 80));
        }"""
    )
    assert sticking == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_visible_widget_follows_the_theme(path: Path, offline: tuple[Page, list[str]]) -> None:
    page, _ = offline
    page.emulate_media(color_scheme="light")
    page.goto(path.as_uri())
    expect(view(page)).to_have_attribute("data-theme", "light")
    page.emulate_media(color_scheme="dark")
    expect(view(page)).to_have_attribute("data-theme", "dark")


def test_a_theme_switched_while_the_widget_is_hidden_is_noticed(path: Path, offline: tuple[Page, list[str]]) -> None:
    page, _ = offline
    page.emulate_media(color_scheme="light")
    page.goto(path.as_uri())
    expect(view(page)).to_have_attribute("data-theme", "light")
    page.evaluate("document.querySelector('main').hidden = true")
    page.emulate_media(color_scheme="dark")
    page.evaluate("document.querySelector('main').hidden = false")
    expect(view(page)).to_have_attribute("data-theme", "dark")


def test_the_map_is_sharp_after_a_move_to_a_finer_screen(path: Path, offline: tuple[Page, list[str]]) -> None:
    page, _ = offline
    page.goto(path.as_uri())
    # The map keeps its size, so only the screen changes. Chromium reports that with a change of the window.
    page.add_style_tag(content=".outlens .ol-map { width: 400px; height: 300px }")
    canvas = tab(view(page), "Map").locator(".ol-map canvas").first
    page.wait_for_function("canvas => canvas.width === 400", arg=canvas.element_handle())
    size = {"width": 1210, "height": 800, "deviceScaleFactor": 2, "mobile": False}
    page.context.new_cdp_session(page).send("Emulation.setDeviceMetricsOverride", size)
    page.wait_for_function("canvas => canvas.width === 800", arg=canvas.element_handle())


def test_the_keyboards_cursor_stays_in_a_zoomed_map(path: Path, offline: tuple[Page, list[str]]) -> None:
    page, _ = offline
    page.goto(path.as_uri())
    widget = view(page)
    tab(widget, "Map").locator(".ol-map").focus()
    page.keyboard.press("ArrowDown")
    # Each zoom is around the middle, so the first point is now far outside.
    for _ in range(8):
        page.keyboard.press("+")
    page.keyboard.press("ArrowRight")
    # The ring of the cursor is all that is drawn above the points. No button covers it.
    page.wait_for_function(
        """() => {
            const ring = [...document.querySelectorAll(".ol-map canvas")].at(-1);
            const { width, height } = ring;
            const ink = ring.getContext("2d").getImageData(0, 0, width, height).data;
            const at = Array.from({ length: width * height }, (_, i) => i).filter((i) => ink[4 * i + 3]);
            const middle = (values) => (Math.min(...values) + Math.max(...values)) / 2;
            const [x, y] = [middle(at.map((i) => i % width)), middle(at.map((i) => Math.floor(i / width)))];
            const box = ring.getBoundingClientRect();
            const scale = box.width / width;
            const above = document.elementFromPoint(box.left + x * scale, box.top + y * scale);
            return at.length > 0 && above.closest(".ol-map") === ring.closest(".ol-map") && !above.closest("button");
        }"""
    )


def test_text_follows_the_notebooks_font_size(path: Path, offline: tuple[Page, list[str]]) -> None:
    page, _ = offline
    page.goto(path.as_uri())
    size = "root => parseFloat(getComputedStyle(root.querySelector('.ol-card .ol-text')).fontSize)"
    assert view(page).evaluate(size) == 13
    page.evaluate("document.documentElement.style.setProperty('--jp-ui-font-size1', '17px')")
    assert view(page).evaluate(size) == 17


def test_forced_colours_keep_marks_and_choices_visible(path: Path, offline: tuple[Page, list[str]]) -> None:
    page, _ = offline
    page.emulate_media(forced_colors="active", color_scheme="dark")
    page.goto(path.as_uri())
    widget = view(page)
    expect(widget).to_have_attribute("data-theme", "dark")
    widget.get_by_role("searchbox").fill("plant")
    look = "e => { const s = getComputedStyle(e); return [s.backgroundColor, s.color]; }"
    mark, text = (widget.locator(name).first.evaluate(look) for name in ("mark", ".ol-card"))
    assert mark[0] != text[0]
    assert mark[0] != mark[1]
    tools = tab(widget, "Map").locator(".ol-tools")
    pressed = tools.get_by_role("button", name="Select", exact=True)
    assert pressed.evaluate(look)[0] != tools.get_by_role("button", name="Move", exact=True).evaluate(look)[0]


def test_everything_can_be_reached_and_has_a_name(path: Path, offline: tuple[Page, list[str]]) -> None:
    page, _ = offline
    page.goto(path.as_uri())
    widget = view(page)
    found: list[str] = []
    for name in ("Map", "Groups"):
        for which in ("list", "marks"):
            tab(widget, name)
            menu(widget, which)
            found += widget.evaluate(_NAMELESS)
            close_menu(widget)
    assert found == []


_NAMELESS = """root => [...root.querySelectorAll("button, input, select, [role], [tabindex]")].filter((e) => {
            const label = e.getAttribute("aria-label") || e.textContent.trim() || e.labels?.[0]?.textContent || e.title;
            return !label && e.getAttribute("role") !== "status";
        }).map((e) => e.outerHTML.slice(0, 90))"""


@pytest.mark.layout
def test_a_lasso_and_a_cluster_select_undimmed_outputs(path: Path, offline: tuple[Page, list[str]]) -> None:
    page, _ = offline
    page.goto(path.as_uri())
    widget = view(page)
    tab(widget, "Map").get_by_label("Colour the map by").select_option("model")
    widget.get_by_role("switch", name="aster").click()
    tab(widget, "Groups").locator(".ol-row .ol-name").first.click()
    expect(widget.locator(".ol-footer")).to_contain_text("15 selected")
    widget.get_by_role("searchbox").fill("/\\bDAY 1?[17]\\b/")
    expect(widget.locator(".ol-status")).to_have_text("4 outputs match")
    widget.locator(".ol-row .ol-name").first.click()
    expect(widget.locator(".ol-footer")).to_contain_text("4 selected")
    widget.get_by_role("button", name="Remove filter").click()
    widget.get_by_role("searchbox").fill("/(?i)day \\d\\Z/")
    expect(widget.locator(".ol-status")).to_have_text("0 outputs match")
    lasso_left_half(page, widget)
    # All points in it are dimmed, so the selection stays.
    expect(widget.locator(".ol-status")).to_have_text("Hidden by the search or a filter")
    expect(widget.locator(".ol-footer")).to_contain_text("4 selected")


def test_tab_stays_in_the_list_of_keys(path: Path, offline: tuple[Page, list[str]]) -> None:
    page, _ = offline
    page.goto(path.as_uri())
    widget = view(page)
    widget.locator(".ol-list").focus()
    page.keyboard.press("?")
    dialog = widget.get_by_role("dialog")
    dialog.locator("dl").click()
    for key in ("Tab", "Tab", "Shift+Tab"):
        page.keyboard.press(key)
        expect(dialog.get_by_role("button", name="Close")).to_be_focused()
    page.keyboard.press("Escape")
    expect(widget.locator(".ol-list")).to_be_focused()
