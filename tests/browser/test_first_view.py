"""The first view: texts at once, clusters and map when ready, stopping, resuming, and errors."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from driver import Lab, in_menu, tab, view
from playwright.sync_api import Locator, Page, expect

# The model waits for the test to write: "vectors", or the message of an error.
SETUP = """
import numpy as np, outlens as ol
def model(texts):
    with open(%r) as file:
        reply = file.read()
    if reply != "vectors":
        raise ValueError(reply)
    return np.eye(3)[[0, 1, 2] * 10] + 0.01 * np.arange(30)[:, None]
gifts = ["wine", "flowers", "a book"]
texts = [f"Answer {i}: bring {gifts[i %% 3]} and stay {'a while ' * (i + 9)}" for i in range(30)]
lens = ol.Lens({"response": texts}, model=model, store=False)
lens
"""


class Model:
    """Controls the model in the notebook."""

    def __init__(self, path: Path) -> None:
        self.path = path
        os.mkfifo(path)

    def answer(self, reply: str = "vectors") -> None:
        """Let the model continue; waits until it asks."""
        with self.path.open("w") as file:
            file.write(reply)


@pytest.fixture
def model(tmp_path: Path) -> Model:
    return Model(tmp_path / "vectors")


def opened(lab: Lab, page: Page, model: Model, *more: str) -> Locator:
    lab.open(page, [SETUP % str(model.path), *more])
    widget = page.locator(".outlens[data-outlens-ready]")
    widget.wait_for()
    return widget


def test_texts_can_be_read_during_embedding_and_stay_in_place(lab: Lab, page: Page, model: Model) -> None:
    widget = opened(lab, page, model, "print('other cells run')")
    expect(page.get_by_text("other cells run", exact=True)).to_be_visible()
    expect(widget.get_by_role("progressbar", name="Clusters and map")).to_be_visible()
    # Without room for the progress, the button that opens its panel shows it.
    wide = page.viewport_size
    assert wide is not None
    page.set_viewport_size({"width": 800, "height": wide["height"]})
    expect(widget.locator(".ol-side-button")).to_have_text("☰ ⋯")
    page.set_viewport_size(wide)
    # A number of distinct answers would be wrong before there are clusters.
    expect(tab(widget, "Sources").get_by_role("progressbar")).to_be_visible()
    tab(widget, "Groups")
    expect(widget.locator(".ol-card [class*=ol-shared]").first).to_be_attached()
    widget.get_by_role("searchbox").fill("flowers")
    expect(widget.locator(".ol-search-count")).to_contain_text("10")
    widget.get_by_role("searchbox").fill("")
    texts = widget.locator(".ol-list")
    texts.evaluate("(box) => (box.scrollTop = 900)")
    read = texts.locator(".ol-card").nth(3)
    read.locator("input").check()
    at = read.bounding_box()
    model.answer()
    expect(widget.locator(".ol-row")).to_have_count(3)
    assert read.bounding_box() == at
    expect(widget.locator(".ol-footer")).to_contain_text("1 selected")
    expect(tab(widget, "Map").get_by_role("progressbar")).to_have_count(0)


def test_the_work_can_be_stopped_resumed_and_retried(lab: Lab, page: Page, model: Model) -> None:
    widget = opened(lab, page, model, "print(len(lens.clusters), 'clusters')")
    groups = widget.get_by_role("tabpanel", name="Groups")
    # From here on, the work can only end once the model has answered.
    expect(groups).to_contain_text("Loading the model")
    # The last cell waits for the clusters: the kernel answers once interrupted.
    page.get_by_role("menuitem", name="Kernel", exact=True).click()
    page.get_by_role("menuitem", name="Interrupt Kernel").click()
    expect(page.get_by_text("repeat the call, or press Continue").first).to_be_visible()
    model.answer("the model is at lunch")
    expect(groups).to_contain_text("could not be made: the model is at lunch")
    expect(widget.locator(".ol-card").first).to_be_visible()
    groups.get_by_role("button", name="Try again").click()
    expect(groups.get_by_role("button", name="Stop")).to_be_visible()
    expect(groups).to_contain_text("Loading the model")
    groups.get_by_role("button", name="Stop").click()
    model.answer()
    expect(groups).to_contain_text("Stopped")
    # The model's answer came during the stop and was kept: it is not asked again.
    groups.get_by_role("button", name="Continue").click()
    view(page)
    assert lab.output_of(page, 1) == "3 clusters"


def test_rarely_opened_panels_come_while_the_kernel_is_busy(lab: Lab, page: Page, model: Model, tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    os.mkfifo(gate)
    widget = opened(lab, page, model, f"open({str(gate)!r}).read()")
    model.answer()
    view(page)
    expect(page.locator(".jp-CodeCell .jp-InputPrompt").nth(1)).to_have_text("[*]:")
    widget.get_by_role("button", name="Show all keys").click()
    keys = widget.get_by_role("dialog", name="Keys")
    expect(keys).to_contain_text("select all listed outputs")
    # Its hooks and signals are those of the module that it came to.
    expect(keys.get_by_role("button", name="Close")).to_be_focused()
    page.keyboard.press("Escape")
    expect(keys).to_have_count(0)
    assert widget.evaluate("(root) => root.contains(document.activeElement)")
    expect(tab(widget, "Sources")).to_contain_text("No column holds the source of the outputs.")
    tab(widget, "Groups").locator(".ol-name").first.click()
    in_menu(widget, "marks", "Compare")
    expect(widget.get_by_role("region", name="Compare")).to_contain_text("Comparing…")
    with gate.open("w"):
        pass
