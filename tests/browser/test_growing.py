"""Outputs added while the widget is in use: reading, selection, a note in progress and the points do not move."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from driver import Lab, tab, view
from playwright.sync_api import Locator, Page, expect

# A thread adds outputs whenever the test asks for them, as a cell with a loop would.
SETUP = """
import threading
import numpy as np, outlens as ol
gifts = ["wine", "flowers", "a book"]
sentence = "This sentence is long enough to fill a line of the reader, or most of it. "
def rows(first, n):
    numbers = range(first, first + n)
    texts = [f"Output {i:02} begins: bring {gifts[i %% 3]}. " + sentence * (2 + i * 7 %% 5) for i in numbers]
    vectors = np.eye(3)[np.arange(first, first + n) %% 3] + 0.001 * np.arange(first, first + n)[:, None]
    return [{"prompt": "What to bring?", "response": text} for text in texts], vectors
data, vectors = rows(0, 60)
lens = ol.Lens(data, vectors=vectors, store=False, annotator="ann")
lens.clusters
lens.select([5, 7])
lens.view.scope = "all"
lens.view.scroll_to = 30
def work():
    while True:
        with open(%r) as asked:
            asked.read()
        more, v = rows(len(lens), 12)
        lens.add(more, vectors=v)
threading.Thread(target=work, daemon=True).start()
lens
"""
RESULT = "print(lens.prompt_tags['note'].tolist(), lens.selection.tolist(), lens.frame['note'].any(), len(lens))"


class Source:
    """The file that the thread in the notebook reads before it adds outputs."""

    def __init__(self, path: Path) -> None:
        self.path = path
        os.mkfifo(path)

    def add(self) -> None:
        """Have twelve outputs added; this waits until the thread reads."""
        with self.path.open("w") as file:
            file.write("go on")


@pytest.fixture
def source(tmp_path: Path) -> Source:
    return Source(tmp_path / "asked")


def card(widget: Locator, i: int) -> Locator:
    return widget.locator(".ol-list article", has_text=f"Output {i:02} begins")


def place(widget: Locator, i: int) -> tuple[int, float]:
    """Return how far the list is scrolled, and where the card of an output is on the screen."""
    top: float = card(widget, i).evaluate("card => card.getBoundingClientRect().top")
    scrolled: int = widget.locator(".ol-list").evaluate("list => list.scrollTop")
    return scrolled, top


def test_reading_selection_and_note_stay_when_outputs_are_added(lab: Lab, page: Page, source: Source) -> None:
    lab.open(page, [SETUP % str(source.path), RESULT])
    widget = view(page)
    expect(card(widget, 30)).to_be_in_viewport()
    # From here on the list does not return to the output it was scrolled to.
    card(widget, 30).hover()
    before = place(widget, 30)
    page.mouse.wheel(0, 37)
    page.wait_for_function("was => document.querySelector('.ol-list').scrollTop > was", arg=before[0])
    widget.get_by_role("button", name="Note on the prompt").click()
    page.keyboard.type("whose ")
    before = place(widget, 30)
    for n in (72, 84):
        source.add()
        expect(widget.locator(".ol-summary")).to_contain_text(f"{n} outputs, {n - 60} new: ")
        assert place(widget, 30) == before
    expect(widget.locator(".ol-footer")).to_contain_text("2 selected")
    page.keyboard.type("party?")
    page.keyboard.press("Enter")
    expect(widget.get_by_role("group", name="Tags and notes of the prompt")).to_contain_text("whose party?")
    widget.locator(".ol-summary").get_by_text("24 new").click()
    expect(widget.locator(".ol-footer")).to_contain_text("24 selected")
    expect(widget.locator(".ol-summary")).not_to_contain_text("new")
    assert lab.output_of(page, 1) == f"['whose party?'] {list(range(60, 84))} False 84"


def test_points_do_not_move_when_outputs_are_added(lab: Lab, page: Page, source: Source) -> None:
    lab.open(page, [SETUP % str(source.path)])
    widget = view(page)
    tab(widget, "Map")
    drawn = "canvas => canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data.join()"
    canvas = widget.locator(".ol-map canvas").first
    expect(widget.locator(".ol-map canvas").first).to_be_visible()
    before = canvas.evaluate(drawn).split(",")
    source.add()
    expect(widget.locator(".ol-summary")).to_contain_text("72 outputs, 12 new: ")
    after = canvas.evaluate(drawn).split(",")
    # Nothing is erased: new points only cover some of the background and of other points.
    assert len(before) == len(after)
    changed = sum(a != b for a, b in zip(before, after, strict=True))
    assert 0 < changed < 0.05 * len(before)
