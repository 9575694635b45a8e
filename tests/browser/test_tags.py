"""Tagging as a person would, in a real JupyterLab and on a page without a kernel."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from axe import violations
from driver import Lab, in_menu, in_order, tab, view
from playwright.sync_api import BrowserContext, Locator, Page, expect

import outlens as ol
from outlens.tags import Judgement
from outlens.tags.events_file import read_events
from outlens.tags.fold import State

PLANS = ["plant a cherry tree", "bake rye bread", "sail to the island"]

SETUP = """
import numpy as np, pandas as pd, outlens as ol
group = np.repeat([0, 1, 2], [30, 20, 10])
plans = {plans}
df = pd.DataFrame({{"response": [f"I would {{plans[g]}} on day {{i}}." for i, g in enumerate(group)]}})
vectors = np.eye(3)[group] + np.random.default_rng(0).normal(0, 0.05, (60, 3))
lens = ol.Lens(df, vectors=vectors, store="{store}", annotator="{who}")
"""


def _setup(store: str, who: str = "ann") -> str:
    return SETUP.format(plans=PLANS, store=store, who=who)


def _card(widget: Locator, day: int) -> Locator:
    return widget.locator(".ol-list .ol-card", has_text=f"day {day}.")


def _give(widget: Locator, name: str) -> None:
    field = widget.get_by_role("combobox", name=re.compile("^Tag for"))
    field.fill(name)
    field.press("Enter")


def test_tags_given_by_key_reach_python_and_survive_a_restart(lab: Lab, page: Page) -> None:
    report = "print(lens.tagged('bread').index.tolist(), lens.tagged('odd').index.tolist(), len(lens.tag_log))"
    lab.open(page, [_setup("keys.sqlite"), "lens", report], path="keys.ipynb")
    widget = view(page)
    cells = page.locator(".jp-Notebook .jp-Cell").count()
    # A row shows its buttons under the pointer.
    widget.locator(".ol-row", has_text="bread").hover()
    widget.get_by_role("button", name=re.compile("^Tag .*bread"), exact=False).click()
    _give(widget, "bread")
    # Enter adds the tag, and does not press the button that now has the focus.
    expect(widget.get_by_role("button", name=re.compile("^Tag .*bread"))).to_be_focused()
    expect(widget.locator(".ol-tagfield")).to_have_count(0)
    expect(widget.locator(".ol-tagbar .ol-tag")).to_have_text(re.compile(r"1\s*bread\s*20"))
    expect(widget.locator(".ol-saved")).to_contain_text("saved")
    in_menu(widget, "list", "All 60")
    widget.locator(".ol-list").focus()
    page.keyboard.press("j")
    page.keyboard.press("t")
    _give(widget, "odd")
    expect(_card(widget, 0).locator(".ol-tag")).to_have_text("odd")
    page.keyboard.press("j")
    page.keyboard.press("2")
    expect(_card(widget, 1).locator(".ol-tag")).to_have_text("odd")
    # JupyterLab's own letters, twice: none reaches it.
    for key in ("d", "d", "x", "x", "b", "b", "y", "z", "o"):
        page.keyboard.press(key)
    assert page.locator(".jp-Notebook .jp-Cell").count() == cells
    page.keyboard.press("j")
    page.keyboard.press("2")
    expect(_card(widget, 2).locator(".ol-tag")).to_have_text("odd")
    page.keyboard.press("u")
    expect(_card(widget, 2).locator(".ol-tag")).to_have_count(0)
    page.keyboard.press("Shift+U")
    expect(_card(widget, 2).locator(".ol-tag")).to_have_text("odd")
    page.keyboard.press("2")
    expect(_card(widget, 2).locator(".ol-tag")).to_have_count(0)
    assert lab.output_of(page, 2).startswith(f"{list(range(30, 50))} [0, 1]")
    # Restart the kernel and run everything again.
    page.get_by_role("menuitem", name="Kernel", exact=True).click()
    page.get_by_role("menuitem", name=re.compile("^Restart Kernel and Run All Cells")).click()
    page.get_by_role("button", name="Confirm Kernel Restart").click()
    expect(page.locator(".jp-CodeCell").nth(0).locator(".jp-InputPrompt")).to_have_text("[1]:", timeout=60_000)
    expect(page.locator(".jp-CodeCell").nth(2).locator(".jp-InputPrompt")).to_have_text("[3]:", timeout=60_000)
    again = view(page)
    expect(again.locator(".ol-tagbar .ol-tag")).to_have_count(2)
    expect(_card(again, 1).locator(".ol-tag")).to_have_text("odd")
    # The last gesture can still be undone.
    again.locator(".ol-list").focus()
    page.keyboard.press("u")
    expect(_card(again, 2).locator(".ol-tag")).to_have_text("odd")
    assert lab.output_of(page, 2).startswith(f"{list(range(30, 50))} [0, 1, 2]")


def test_two_people_see_each_others_tags(lab: Lab, page: Page, new_context: Callable[..., BrowserContext]) -> None:
    counts = "print(lens.tags.loc['mine', ['annotator=ann', 'annotator=ben']].tolist())"
    lab.open(page, [_setup("two.sqlite"), "lens", counts])
    widget = view(page)
    other = new_context().new_page()
    lab.open(other, [_setup("two.sqlite", "ben"), "lens"])
    theirs = view(other)
    theirs.locator(".ol-list").focus()
    other.keyboard.press("j")
    other.keyboard.press("t")
    _give(theirs, "mine")
    expect(_card(theirs, 0).locator(".ol-tag")).to_have_text("mine")
    seen = _card(widget, 0).locator(".ol-tag.ol-theirs")
    expect(seen).to_contain_text("mine")
    # A click adds the other person's tag.
    seen.click()
    expect(_card(widget, 0).locator(".ol-tag:not(.ol-theirs)")).to_have_text(re.compile(r"mine\s*\+1"))
    expect(_card(theirs, 0).locator(".ol-tag")).to_have_text(re.compile(r"mine\s*\+1"))
    assert lab.output_of(page, 2) == "[1, 1]"


def test_suggestions_are_listed_with_their_precision_and_tag_nothing(lab: Lab, page: Page) -> None:
    report = "print(len(lens.tagged('baked')))"
    tag = "lens.tag('baked', range(30, 40))"
    lab.open(page, [_setup("suggest.sqlite"), "lens", tag, report], path="suggest.ipynb")
    widget = view(page)
    expect(widget.locator(".ol-tagbar .ol-tag")).to_have_text(re.compile(r"1\s*baked\s*10"))
    widget.get_by_role("button", name="all tags").click()
    panel = widget.get_by_role("region", name="Tags")
    panel.get_by_role("row", name=re.compile("baked")).get_by_role("button", name="Suggest").click()
    expect(widget.locator(".ol-ranked")).to_contain_text("likely baked first")
    expect(widget.locator(".ol-ranked")).to_contain_text("cross-validation")
    # The outputs of the cluster that lack the tag come first.
    first = widget.locator(".ol-list .ol-card").nth(0)
    expect(first).to_contain_text("bake rye bread on day 4")
    expect(first.locator(".ol-tag")).to_have_count(0)
    assert lab.output_of(page, 3) == "10"
    in_order(widget, "row")
    expect(widget.locator(".ol-ranked")).to_have_count(0)


def test_tags_given_while_the_kernel_is_busy_are_saved(lab: Lab, page: Page) -> None:
    # Reading a pipe keeps the kernel busy until the test writes; the first run finds a plain file and ends at once.
    hold = lab.root / "hold"
    hold.write_text("")
    busy = "open('hold').read()"
    lab.open(page, [_setup("busy.sqlite"), "lens", "print(len(lens.tag_log))", busy])
    widget = view(page)
    widget.locator(".ol-list").focus()
    page.keyboard.press("j")
    page.keyboard.press("t")
    _give(widget, "late")
    expect(widget.locator(".ol-saved")).to_contain_text("saved")
    cell = page.locator(".jp-CodeCell").nth(3)
    expect(cell.locator(".jp-InputPrompt")).to_have_text("[4]:")
    hold.unlink()
    os.mkfifo(hold)
    try:
        cell.locator(".cm-content").click()
        page.keyboard.press("Control+Enter")
        expect(cell.locator(".jp-InputPrompt")).to_have_text("[*]:")
        widget.locator(".ol-list").focus()
        page.keyboard.press("j")
        page.keyboard.press("1")
        # JupyterLab may answer in a separate thread, or when the cell is done.
        expect(_card(widget, 1).locator(".ol-tag")).to_have_text("late")
    finally:
        hold.write_text("")
    expect(widget.locator(".ol-saved")).to_contain_text("saved")
    expect(_card(widget, 1).locator(".ol-tag:not(.ol-waits)")).to_have_text("late")
    assert lab.output_of(page, 2) == "2"


def test_a_failed_save_is_reported_and_retried(lab: Lab, page: Page) -> None:
    hold = (
        "import sqlite3 as db\nheld = db.connect('held.sqlite', isolation_level=None)\nheld.execute('begin exclusive')"
    )
    cells = [_setup("held.sqlite"), "lens.tag('first', [5])\nlens", hold, "held.rollback(); held.close()"]
    lab.open(page, cells)
    widget = view(page)
    expect(_card(widget, 5).locator(".ol-tag")).to_have_text("first")
    expect(page.locator(".jp-CodeCell").nth(3).locator(".jp-InputPrompt")).to_have_text("[4]:")
    lab.run_cell(page, 2)
    widget.locator(".ol-list").focus()
    page.keyboard.press("j")
    page.keyboard.press("1")
    expect(widget.locator(".ol-saved")).to_contain_text("not saved")
    expect(widget.locator(".ol-saved .ol-error")).to_have_attribute("title", re.compile("holds a lock"))
    lab.run_cell(page, 3)
    expect(widget.locator(".ol-saved")).not_to_contain_text("not saved")
    expect(_card(widget, 0).locator(".ol-tag")).to_have_text("first")


# On a page without a kernel


def _lens() -> ol.Lens:
    group = np.repeat([0, 1, 2], [30, 20, 10])
    data = pd.DataFrame({"response": [f"I would {PLANS[g]} on day {i}." for i, g in enumerate(group)]})
    vectors = np.eye(3)[group] + np.random.default_rng(0).normal(0, 0.05, (60, 3))
    return ol.Lens(data, vectors=vectors, store=False, annotator="ann")


Show = Callable[[ol.Lens], tuple[Page, Locator]]


@pytest.fixture
def show(new_context: Callable[..., BrowserContext], tmp_path: Path) -> Iterator[Show]:
    context = new_context(accept_downloads=True)
    errors: list[str] = []

    def opened(lens: ol.Lens) -> tuple[Page, Locator]:
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(lens.to_html(tmp_path / "page.html").as_uri())
        return page, view(page)

    yield opened
    # Close the page first: an error may still be on its way.
    context.close()
    assert errors == []


def test_a_reader_of_the_page_tags_and_downloads_the_file(show: Show, tmp_path: Path) -> None:
    lens = _lens()
    lens.tag("bread", lens.frame.cluster == 1)
    page, widget = show(lens)
    # The reader of a page is not its author.
    expect(widget.locator(".ol-tagbar .ol-tag")).to_have_text(re.compile(r"1\s*bread\s*20"))
    widget.get_by_role("button", name="all tags").click()
    panel = widget.get_by_role("region", name="Tags")
    panel.get_by_label("Your name").fill("ben")
    panel.get_by_label("Your name").press("Enter")
    expect(panel.get_by_role("columnheader")).to_have_text(["tag", "key", "meaning", "ben", "ann", "show, select"])
    widget.locator(".ol-list").focus()
    page.keyboard.press("j")
    page.keyboard.press("1")
    expect(_card(widget, 0).locator(".ol-tag")).to_have_text("bread")
    page.keyboard.press("j")
    page.keyboard.press("t")
    _give(widget, 'a "new" \U0001f35e =tag')
    expect(_card(widget, 1).locator(".ol-tag")).to_have_text('a "new" \U0001f35e =tag')
    page.keyboard.press("e")
    note = widget.get_by_label(re.compile(r"^Note on this output\."))
    note.fill("why not")
    note.press("Enter")
    expect(_card(widget, 1).locator(".ol-note-of")).to_contain_text("why not")
    page.keyboard.press("s")
    expect(_card(widget, 1).locator(".ol-star")).to_be_visible()
    page.keyboard.press("j")
    page.keyboard.press("1")
    page.keyboard.press("u")
    expect(_card(widget, 2).locator(".ol-tag")).to_have_count(0)
    with page.expect_download() as download:
        panel.get_by_role("button", name="Download your tags").click()
    assert download.value.suggested_filename == "tags-ben.jsonl"
    download.value.save_as(tmp_path / "ben.jsonl")
    events = read_events(tmp_path / "ben.jsonl")
    state = State(events)
    keys = lens._tags.keys
    assert state.holders("bread", "ben") == {keys[0]}
    assert state.holders('a "new" \U0001f35e =tag') == {keys[1]}
    assert state.note_of(keys[1]) == {"ben": "why not"}
    assert state.starred("ben") == {keys[1]}
    # Stored in the browser for the next visit.
    page.reload()
    again = view(page)
    expect(_card(again, 1).locator(".ol-tag")).to_have_text('a "new" \U0001f35e =tag')
    expect(_card(again, 2).locator(".ol-tag")).to_have_count(0)


def test_a_note_can_be_typed_in_every_mode(show: Show) -> None:
    lens = _lens()
    page, widget = show(lens)
    note = widget.locator(".ol-note-field")
    widget.locator(".ol-list").focus()
    page.keyboard.press("j")
    page.keyboard.press("v")
    for n in range(4):  # cards, grid, interleaved, points
        page.keyboard.press("e")
        expect(note).to_be_focused()
        # Letters and digits that are keys elsewhere.
        note.fill("")
        page.keyboard.type(f"sure, {n} can be used")
        page.keyboard.press("Enter")
        expect(note).to_have_count(0)
        expect(widget.locator(".ol-said")).to_contain_text("Note saved")
        expect(widget.locator(".ol-pins .ol-note-of")).to_have_text(re.compile(f"sure, {n} can be used"))
        expect(widget.locator(".ol-tagbar .ol-tag")).to_have_count(0)
        page.keyboard.press("m")
        # A message may stand in for the list.
        widget.locator(".ol-reader").focus()


def test_the_focus_survives_a_removed_tag_and_a_disabled_undo_button(show: Show) -> None:
    lens = _lens()
    page, widget = show(lens)
    widget.locator(".ol-list").focus()
    page.keyboard.press("j")
    page.keyboard.press("t")
    _give(widget, "odd")
    chip = _card(widget, 0).locator(".ol-tag")
    chip.click()
    expect(chip).to_have_count(0)
    page.keyboard.press("1")
    expect(chip).to_have_text("odd")
    undo = widget.get_by_role("button", name="Undo")
    for _ in range(3):
        undo.click()
    expect(undo).to_be_disabled()
    expect(undo).to_be_focused()
    expect(chip).to_have_count(0)
    expect(widget.locator(".ol-said")).to_have_text(re.compile("Undone: tag .odd. on 1 output"))


def test_the_prompt_itself_can_be_tagged(show: Show, tmp_path: Path) -> None:
    frame = pd.DataFrame({"prompt": "What would you do?", "response": [f"I would {PLANS[i % 3]}." for i in range(6)]})
    lens = ol.Lens(frame, prompt="prompt", vectors=np.eye(3)[np.arange(6) % 3], store=False, annotator="ann")
    lens.note("of whom?", prompt=lens.prompt)
    page, widget = show(lens)
    prompt_tags = widget.get_by_role("group", name="Tags and notes of the prompt")
    expect(prompt_tags).to_have_text("ann: of whom?")
    widget.get_by_role("button", name="Tag the prompt").click()
    _give(widget, "vague")
    expect(widget.get_by_role("button", name="Tag the prompt")).to_be_focused()
    expect(prompt_tags.locator(".ol-tag")).to_have_text("vague")
    expect(widget.locator(".ol-card .ol-tag")).to_have_count(0)
    widget.get_by_role("button", name="Note on the prompt").click()
    note = widget.get_by_label(re.compile(r"^Note on the prompt\."))
    note.fill("of the reader")
    note.press("Enter")
    expect(widget.get_by_role("button", name="Note on the prompt")).to_be_focused()
    expect(prompt_tags).to_contain_text("of the reader")
    widget.get_by_role("button", name="all tags").click()
    # Without names, several readers' tags would merge into one person's.
    expect(widget.get_by_role("button", name="Download your tags")).to_be_disabled()
    widget.get_by_label("Your name").fill("eve")
    widget.get_by_label("Your name").press("Enter")
    with page.expect_download() as download:
        widget.get_by_role("button", name="Download your tags").click()
    expect(widget.get_by_label("Your name")).not_to_be_editable()
    download.value.save_as(tmp_path / "eve.jsonl")
    lens.merge_tags(tmp_path / "eve.jsonl")
    assert lens.prompt_tags["tags"].tolist() == [("vague",)]
    assert lens.prompt_tags["note"].tolist() == ["of whom?\neve: of the reader"]
    assert lens.tags["outputs"].to_dict() == {"vague": 0}


@pytest.mark.layout
def test_the_list_follows_the_tags(show: Show) -> None:
    lens = _lens()
    lens.tag("bread", lens.frame.cluster == 1)
    lens.tag("late", range(55, 60))
    page, widget = show(lens)
    widget.get_by_role("button", name="all tags").click()
    panel = widget.get_by_role("region", name="Tags")
    row = panel.get_by_role("row", name=re.compile("late"))
    row.get_by_role("button", name="Only", exact=True).click()
    expect(widget.locator(".ol-list-menu")).to_have_text(re.compile("^5 of 60"))
    row.get_by_role("button", name="Only", exact=True).click()
    panel.get_by_role("row", name=re.compile("no tag")).get_by_role("button", name="Only", exact=True).click()
    expect(widget.locator(".ol-list-menu")).to_have_text(re.compile("^35 of 60"))
    panel.get_by_role("row", name=re.compile("no tag")).get_by_role("button", name="Only", exact=True).click()
    panel.get_by_role("row", name=re.compile("any tag")).get_by_role("button", name="Only", exact=True).click()
    expect(widget.locator(".ol-list-menu")).to_have_text(re.compile("^25 of 60"))
    panel.get_by_role("row", name=re.compile("any tag")).get_by_role("button", name="Only", exact=True).click()
    row.get_by_role("button", name="Select 5").click()
    expect(widget.locator(".ol-footer")).to_contain_text("5 selected")
    tab(widget, "Map").get_by_label("Colour the map by").select_option("tags")
    expect(widget.locator(".ol-legend")).to_contain_text("bread")
    in_menu(widget, "list", "All 60")
    in_order(widget, "untagged")
    first = widget.locator(".ol-list .ol-card").first
    expect(first.locator(".ol-tag")).to_have_count(0)
    widget.locator(".ol-list").focus()
    page.keyboard.press("g")
    expect(widget.locator(".ol-card.ol-current")).to_have_attribute("aria-posinset", "1")


@pytest.mark.layout
def test_disputes_come_first_and_blind_hides_others_tags(show: Show) -> None:
    lens = _lens()
    lens.tag("good", [3, 4, 5])
    lens.tag("bad", [7])
    # Of the outputs that ben tagged, he agrees on 3, differs on 4 by two tags and on 7 by one.
    ben = [("good", 3), ("bad", 4), ("bad", 7), ("odd", 7), ("good", 9)]
    keys = lens._tags.keys
    judged = [Judgement(keys[i], "", "", "ben", (name,)) for name, i in ben]
    lens.merge_tags(judged)
    page, widget = show(lens)
    widget.get_by_role("button", name="all tags").click()
    panel = widget.get_by_role("region", name="Tags")
    # On a page, the default annotator is its author.
    panel.get_by_label("Your name").fill("ann")
    panel.get_by_label("Your name").press("Enter")
    # Filtered by a person without a tag: the outputs that this person tagged.
    panel.get_by_label("Filter by the tags of").select_option("ben")
    expect(widget.locator(".ol-list-menu")).to_have_text(re.compile("^4 of 60"))
    panel.get_by_role("row", name=re.compile("any tag")).get_by_role("button", name="Only", exact=True).click()
    panel.get_by_role("button", name="2 disputed first").click()
    shown = widget.locator(".ol-list .ol-card .ol-text")
    expect(shown.nth(0)).to_have_text(re.compile(r"day 4\."))
    expect(shown.nth(1)).to_have_text(re.compile(r"day 7\."))
    expect(shown.nth(2)).to_have_text(re.compile(r"day 0\."))
    in_order(widget, "row")
    expect(_card(widget, 9).locator(".ol-tag")).to_have_text(re.compile("good"))
    panel.get_by_role("button", name="Blind").click()
    expect(_card(widget, 9).locator(".ol-tag")).to_have_count(0)
    expect(_card(widget, 7).locator(".ol-tag")).to_have_count(2)
    _card(widget, 9).locator(".ol-card-head").click(position={"x": 40, "y": 12})
    page.keyboard.press("t")
    _give(widget, "fine")
    expect(_card(widget, 9).locator(".ol-tag")).to_have_count(2)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_in_the_tags(show: Show, theme: str) -> None:
    lens = _lens()
    for i, name in enumerate("abcdefgh"):
        lens.tag(name, [i, i + 1])
    lens.star([0])
    lens.note("why?", [0])
    lens.view.panel = "tags"
    lens.view.color = "tags"
    page, widget = show(lens)
    page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
    expect(widget).to_have_attribute("data-theme", theme)
    assert violations(page) == []
    widget.locator(".ol-list").focus()
    page.keyboard.press("j")
    for key in "12":
        page.keyboard.press(key)
    expect(_card(widget, 0).locator(".ol-tag:not(.ol-theirs)")).to_have_count(2)
    page.keyboard.press("t")
    expect(widget.get_by_role("listbox")).to_be_visible()
    assert violations(page) == []
    page.keyboard.press("Escape")
    page.keyboard.press("e")
    expect(widget.locator(".ol-note-field")).to_be_focused()
    assert violations(page) == []
