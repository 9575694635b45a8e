"""In a notebook: similar outputs first, and what the footer does with the selection; and a kernel that is restarted."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pandas as pd
from driver import Lab, view
from playwright.sync_api import Browser, Page, expect

SETUP = """
import numpy as np, pandas as pd, outlens as ol
cities = ["Lima", "Quito", "Oslo"]
texts = [f"I would say {cities[i % 3]}, because of reason number {i}." for i in range(30)]
frame = pd.DataFrame({"response": texts, "score": range(30)}, index=[f"r{i}" for i in range(30)])
lens = ol.Lens(frame, text="response", vectors=np.eye(3)[np.arange(30) % 3], store=False)
"""


def test_a_card_lists_the_outputs_most_similar_to_it_first(lab: Lab, page: Page) -> None:
    lab.open(page, [SETUP, "lens", "print(lens.similar('r4', n=3).index.tolist())"])
    widget = view(page)
    card = widget.locator(".ol-list .ol-card", has_text="number 4.")
    card.hover()
    card.get_by_role("button", name="Similar").click()
    expect(widget.locator(".ol-list-menu")).to_contain_text("similar to row r4 first")
    rows = widget.locator(".ol-list .ol-card .ol-row-label")
    expect(rows.first).to_have_text("row r4")
    nearest = re.findall(r"r\d+", lab.output_of(page, 2))
    assert rows.all_inner_texts()[1:4] == [f"row {label}" for label in nearest]


def test_the_selection_is_compared_and_exported(lab: Lab, page: Page, browser: Browser, tmp_path: Path) -> None:
    lab.open(page, [SETUP, "lens"])
    widget = view(page)
    footer = widget.locator(".ol-footer")
    expect(footer).to_be_hidden()
    widget.get_by_role("button", name="Oslo", exact=True).click()
    expect(footer).to_contain_text("10 selected= lens.selected")
    footer.get_by_role("button", name="Compare").click()
    panel = widget.get_by_role("region", name="Compare")
    expect(panel).to_contain_text("10 outputs")
    expect(panel.get_by_role("list", name="Differences")).to_contain_text("Oslo")
    footer.get_by_role("button", name="Export").click()
    with page.expect_download() as download:
        footer.get_by_role("button", name="CSV of 10 selected outputs").click()
    download.value.save_as(tmp_path / "selected.csv")
    read = pd.read_csv(io.BytesIO((tmp_path / "selected.csv").read_bytes()), index_col=0, encoding="utf-8-sig")
    assert read.index.tolist() == [f"r{i}" for i in range(2, 30, 3)]
    assert read["score"].tolist() == list(range(2, 30, 3))
    footer.get_by_role("button", name="Export").click()
    with page.expect_download() as download:
        footer.get_by_role("button", name="Page with this widget").click()
    download.value.save_as(tmp_path / "outputs.html")
    other = browser.new_page()
    other.goto((tmp_path / "outputs.html").as_uri())
    expect(view(other).locator(".ol-footer")).to_contain_text("10 selected")
    other.close()


def test_a_widget_of_a_restarted_kernel_takes_no_tags(lab: Lab, page: Page) -> None:
    lab.open(page, [SETUP, "lens"])
    widget = view(page)
    widget.locator(".ol-list .ol-card").first.click()
    page.keyboard.press("t")
    widget.get_by_role("combobox", name=re.compile("^Tag for")).fill("odd")
    page.keyboard.press("Enter")
    expect(widget.locator(".ol-list .ol-card .ol-tag")).to_have_count(1)
    page.get_by_role("menuitem", name="Kernel", exact=True).click()
    page.get_by_role("menuitem", name=re.compile("^Restart Kernel…")).click()
    page.get_by_role("button", name="Confirm Kernel Restart").click()
    expect(widget.locator(".ol-saved")).to_contain_text("no kernel")
    widget.locator(".ol-list .ol-card").nth(1).click()
    page.keyboard.press("1")
    expect(widget.locator(".ol-said")).to_have_text(
        "Not done. The kernel was restarted or has ended. Run the cell again."
    )
    expect(widget.locator(".ol-list .ol-card .ol-tag")).to_have_count(1)


def test_all_prompts_are_listed_with_the_matches_of_the_search(lab: Lab, page: Page) -> None:
    source = """
import outlens as ol
answers = {"prompt": ["Why?"] * 3 + ["How?"] * 4, "response": ["a b", "a b ", "c", "b", "d", "e b", "f"]}
lens = ol.Lens(answers, vectors=[[1, 0]] * 7, store=False)
"""
    lab.open(page, [source, "lens"])
    widget = view(page)
    widget.get_by_role("combobox", name="Prompt").select_option(label="All 2 prompts…")
    rows = widget.get_by_role("region", name="All prompts").get_by_role("row")
    expect(rows).to_have_text(["promptno. ▴outputsdifferent", "Why?132", "How?244"])
    widget.get_by_role("searchbox").fill("b")
    expect(rows).to_have_text(["promptno. ▴outputsdifferentmatches", "Why?1322", "How?2442"])
    rows.get_by_role("button", name="How?").click()
    expect(widget.locator(".ol-prompt")).to_have_text("How?")
    expect(widget.locator(".ol-list-menu")).to_contain_text("2 of 4")
