"""The main task in a real JupyterLab: a map, clusters and texts, linked, and the selection back in Python."""

from __future__ import annotations

import os
import re
from pathlib import Path

from driver import Lab, close_menu, in_menu, lasso_left_half, menu, tab, view
from playwright.sync_api import Page, expect

SETUP = """
import numpy as np, pandas as pd, outlens as ol
rng = np.random.default_rng(0)
group = np.repeat([0, 1, 2], [30, 20, 10])
plans = np.array(["plant a cherry tree", "bake rye bread", "sail to the island"])
df = pd.DataFrame(
    {
        "response": [f"I would {plans[g]} on day {i}." for i, g in enumerate(group)],
        "model": np.array(["aster", "birch"])[np.arange(60) % 2],
        "score": np.arange(60) / 60,
    },
    index=[f"r{i}" for i in range(60)],
)
vectors = np.eye(3)[group] + rng.normal(0, 0.05, (60, 3))
lens = ol.Lens(df, by="model", vectors=vectors)
"""


def test_a_lasso_is_a_dataframe_in_the_next_cell(lab: Lab, page: Page) -> None:
    check = "print(lens.selected.equals(df[(lens.frame.x < 0).to_numpy()]))"
    lab.open(page, [SETUP, "lens", check])
    widget = view(page)
    expect(widget.locator(".ol-summary")).to_contain_text("60 outputs by 2 models: about 3 different, 50 % are")
    lasso_left_half(page, widget)
    expect(widget.locator(".ol-footer")).to_contain_text(re.compile(r"[1-9]\d* selected"))
    assert lab.output_of(page, 2) == "True"


def test_the_keyboard_selects(lab: Lab, page: Page) -> None:
    lab.open(page, [SETUP, "lens", "print(lens.selected.index.tolist())"])
    widget = view(page)
    widget.locator(".ol-list").focus()
    for key in ("j", "j", "x", "j", "x"):
        page.keyboard.press(key)
    expect(widget.locator(".ol-footer")).to_contain_text("2 selected")
    # Picking an output leaves the reader unchanged, so that you can read on.
    expect(widget.locator(".ol-list-menu")).to_contain_text("All 60")
    expect(widget.locator(".ol-status")).to_have_text("2 of 60 selected")
    assert lab.output_of(page, 2) == "['r1', 'r2']"


def test_arrows_move_on_the_map_and_space_adds(lab: Lab, page: Page) -> None:
    lab.open(page, [SETUP, "lens", "print(len(lens.selected))"])
    widget = view(page)
    tab(widget, "Map").locator(".ol-map").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(widget.locator(".ol-footer")).to_contain_text("1 selected")
    page.keyboard.press("ArrowRight")
    expect(widget.locator(".ol-status")).not_to_have_text("1 of 60 selected")
    # Space adds the point at the cursor, and removes it again.
    page.keyboard.press("Space")
    expect(widget.locator(".ol-footer")).to_contain_text("2 selected")
    page.keyboard.press("Space")
    expect(widget.locator(".ol-footer")).to_contain_text("1 selected")
    page.keyboard.press("Space")
    expect(widget.locator(".ol-status")).to_have_text("2 of 60 selected")
    assert lab.output_of(page, 2) == "2"


def test_search_marks_and_selects(lab: Lab, page: Page) -> None:
    lab.open(
        page,
        [SETUP, "lens", "print(lens.selected.response.str.contains('rye bread').sum(), len(lens.selected))"],
    )
    widget = view(page)
    field = widget.get_by_role("searchbox")
    field.fill("RYE bread")
    expect(widget.locator(".ol-search-count")).to_have_text("20 outputs match")
    expect(widget.locator("mark").first).to_have_text("rye bread")
    field.press("Enter")
    expect(widget.locator(".ol-footer")).to_contain_text("20 selected")
    assert lab.output_of(page, 2) == "20 20"
    field.fill("/day (7|8)\\b/")
    expect(widget.locator(".ol-search-count")).to_have_text("2 outputs match, 0 listed")
    field.fill("/day (/")
    expect(widget.locator(".ol-search-count")).to_have_class(re.compile("ol-error"))
    field.press("Escape")
    expect(widget.locator(".ol-search-count")).to_have_count(0)


def test_recluster_and_rename_sync_both_ways(lab: Lab, page: Page) -> None:
    lab.open(
        page,
        [
            SETUP,
            "lens",
            "print(lens.clusters.name.iloc[0], lens.granularity)",
            "lens.recluster(granularity=0.5); lens.rename(1, 'from Python')",
        ],
    )
    widget = view(page)
    row = widget.locator(".ol-row").first
    expect(row.locator(".ol-size").first).to_have_text("30")
    row.locator(".ol-name").focus()
    page.keyboard.press("F2")
    page.keyboard.type("gardeners")
    page.keyboard.press("Enter")
    expect(row.locator(".ol-name")).to_have_text("gardeners")
    # The name has the focus, and Enter did not press it.
    expect(row.locator(".ol-name")).to_be_focused()
    expect(row.locator(".ol-name")).to_have_attribute("aria-pressed", "false")
    # A second change waits until the kernel has taken the first one, and a cell that runs meanwhile would miss it.
    assert lab.output_of(page, 2) == "gardeners 0.5"
    slider = widget.get_by_role("slider", name="Granularity")
    slider.focus()
    slider.press("ArrowRight")
    expect(slider).to_have_value("11")
    assert lab.output_of(page, 2) == "gardeners 0.55"
    lab.run_cell(page, 3)
    expect(slider).to_have_value("10")
    expect(widget.locator(".ol-row .ol-name").nth(1)).to_have_text("from Python")


def test_python_selects_in_every_view(lab: Lab, page: Page) -> None:
    lab.open(page, [SETUP, "lens", "lens", "lens.select(df.score < 0.25)"])
    for nth in (0, 1):
        expect(view(page, nth).locator(".ol-footer")).to_contain_text("15 selected")
        expect(view(page, nth).locator(".ol-reader")).to_contain_text("15 selected")


def test_two_views_share_a_selection_while_the_kernel_is_busy(lab: Lab, page: Page, tmp_path: Path) -> None:
    # Reading a pipe keeps the kernel busy until the test writes.
    go = tmp_path / "go"
    os.mkfifo(go)
    busy = f"open({str(go)!r}).read()"
    lab.open(
        page,
        [SETUP, "lens", "lens", busy, "print(len(lens.selected), set(lens.selected.response.str[8:13]))"],
    )
    first, second = view(page, 0), view(page, 1)
    page.locator(".jp-NotebookPanel-toolbar [data-status='busy']").first.wait_for()
    first.locator(".ol-row .ol-name").nth(0).click()
    expect(second.locator(".ol-footer")).to_contain_text("30 selected")
    second.locator(".ol-row .ol-name").nth(1).click()
    expect(first.locator(".ol-footer")).to_contain_text("20 selected")
    go.write_text("")
    page.locator(".jp-NotebookPanel-toolbar [data-status='idle']").first.wait_for()
    assert lab.output_of(page, 4) == "20 {'bake '}"


def test_no_key_deletes_the_cell(lab: Lab, page: Page) -> None:
    lab.open(page, [SETUP, "lens"])
    widget = view(page)
    cells = page.locator(".jp-Notebook .jp-Cell").count()
    keys = ("d", "d", "x", "a", "b", "Backspace", "Delete", "z")
    for focus in (".ol-tablist button", ".ol-swatch", ".ol-name"):
        tab(widget, "Groups")
        widget.locator(focus).first.focus()
        for key in keys:
            page.keyboard.press(key)
    tab(widget, "Map")
    for focus in (".ol-map", "select", ".ol-divider", ".ol-menu-button", ".ol-card input", ".ol-search-input"):
        widget.locator(focus).first.focus()
        for key in keys:
            page.keyboard.press(key)
    # A click focuses the element under the mouse, which is not always the one that handles keys.
    widget.locator(".ol-search-input").press("Escape")
    tab(widget, "Groups")
    for plain in (".ol-footer .ol-selected", ".ol-clusters .ol-bar > .ol-muted", ".ol-card .ol-text"):
        widget.locator(plain).first.click()
        for key in ("d", "d", "b", "Backspace", "d", "d"):
            page.keyboard.press(key)
    assert page.locator(".jp-Notebook .jp-Cell").count() == cells
    expect(view(page)).to_be_visible()


def test_the_notebooks_own_keys_keep_working(lab: Lab, page: Page) -> None:
    lab.open(page, [SETUP, "lens"])
    widget = view(page)
    widget.locator(".ol-list").focus()
    page.keyboard.press("?")
    expect(widget.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(widget.get_by_role("dialog")).to_have_count(0)
    tab(widget, "Map").locator(".ol-map").focus()
    for start in (".ol-map", ".ol-card .ol-text"):
        widget.locator(start).first.click()
        # JupyterLab ignores the key until the previous save, with its checkpoint, has ended.
        with page.expect_response(lambda r: r.request.method == "POST" and "/checkpoints" in r.url) as saved:
            page.keyboard.press("Control+s")
        saved.value.finished()
        page.evaluate("new Promise((done) => requestIdleCallback(done))")


def test_texts_are_shown_and_never_executed(lab: Lab, page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    hostile = """
import numpy as np, outlens as ol
evil = [
    "<script>window.ran = 1</script>",
    "<img src='http://evil.invalid/a.png' onerror='window.ran = 2'>",
    "![x](http://evil.invalid/b.png) [y](javascript:window.ran=3)",
    "<iframe src='http://evil.invalid/c'></iframe><svg onload='window.ran = 4'>",
    "\\u202ereversed \\u200b \\x00 \\x1b[31m \\ud800 lone",
]
lens = ol.Lens({"response": evil, "model": evil}, by="model", vectors=np.eye(5))
lens.rename(0, evil[1]) if len(lens.clusters) and lens.clusters.index[0] >= 0 else None
lens
"""
    lab.open(page, [hostile])
    widget = view(page)
    expect(widget.locator(".ol-text").nth(0)).to_have_text("<script>window.ran = 1</script>")
    expect(widget.locator(".ol-chip").first).to_be_visible()
    assert widget.locator("img, iframe, script, svg, a").count() == 0
    assert page.evaluate("window.ran") is None
    assert [url for url in asked if "evil.invalid" in url] == []


def test_several_prompts_have_a_switch(lab: Lab, page: Page) -> None:
    two = SETUP + "df['prompt'] = np.where(np.arange(60) < 40, 'What would you do?', 'And then?')\n"
    two += "lens = ol.Lens(df, prompt='prompt', by='model', vectors=vectors)"
    lab.open(page, [two, "lens", "print(lens.prompt, len(lens.selected), len(lens.frame))"])
    widget = view(page)
    expect(widget.locator(".ol-prompt")).to_have_text("What would you do?")
    widget.locator(".ol-row .ol-name").first.click()
    expect(widget.locator(".ol-footer")).to_contain_text("30 selected")
    widget.get_by_role("button", name="Next prompt").click()
    expect(widget.locator(".ol-prompt")).to_have_text("And then?")
    expect(widget.locator(".ol-footer")).to_contain_text("30 in other prompts")
    widget.locator(".ol-row .ol-name").first.click(modifiers=["Shift"])
    expect(widget.locator(".ol-footer")).to_contain_text("40 selected")
    assert lab.output_of(page, 2) == "And then? 40 60"


def test_every_reader_setting_syncs_both_ways(lab: Lab, page: Page) -> None:
    settings = """
spans = pd.DataFrame({"output": [0, 1], "start": [2, 2], "end": [7, 7], "type": ["modal", "modal"]})
lens.highlight(spans, "mine", by="type")
lens.view.mode = "grid"
lens.view.columns, lens.view.rows = "model", None
lens.view.filter = {"column": "model", "value": "birch"}
lens.view.layers = ["common", "aligned", "mine"]
lens.view.min_outputs, lens.view.min_words = 7, 2
lens.view.markdown = lens.view.fold = True
lens.view.pins, lens.view.panel, lens.view.order = ["r3", "r4"], "openings", "unusual"
again = False
"""
    # Run All must not run this cell yet.
    later = (
        "if again:\n    lens.view.mode, lens.view.order = 'cards', 'row'\n    lens.view.scroll_to = 'r55'\nagain = True"
    )
    asks = """
v = lens.view
print(v.mode, v.layers, v.min_outputs, v.min_words, v.markdown, v.fold, v.pins, v.panel, v.order)
"""
    lab.open(page, [SETUP, "lens", settings, asks, later])
    widget = view(page)
    expect(widget.get_by_role("button", name="Grid")).to_have_attribute("aria-pressed", "true")
    expect(widget.locator(".ol-grid-head > button")).to_have_text(["birch"])
    marks = menu(widget, "marks")
    for name in ("Grey common", "Aligned", "mine"):
        expect(marks.get_by_role("switch", name=name, exact=True)).to_have_attribute("aria-checked", "true")
    expect(marks.get_by_role("switch", name="Shared", exact=True)).to_have_attribute("aria-checked", "false")
    expect(widget.get_by_role("slider", name="Words in a row")).to_have_value("2")
    expect(widget.locator(".ol-threshold").first).to_contain_text("≥ 7")
    expect(widget.get_by_role("button", name="Markdown")).to_have_attribute("aria-pressed", "true")
    expect(widget.get_by_role("button", name="Fold", exact=True)).to_have_attribute("aria-pressed", "true")
    expect(widget.locator(".ol-pins .ol-row-label")).to_have_text(["row r3", "row r4"])
    expect(widget.get_by_role("region", name="How the outputs begin")).to_be_visible()
    # And the reverse, by mouse.
    marks.get_by_role("switch", name="Shared", exact=True).click()
    marks.get_by_role("slider", name="Words in a row").fill("5")
    marks.get_by_role("button", name="Markdown").click()
    marks.get_by_role("button", name="Phrases", exact=True).click()
    widget.get_by_role("button", name="Interleaved").click()
    widget.locator(".ol-pins").get_by_role("button", name="Unpin").first.click()
    printed = lab.output_of(page, 3)
    assert printed == "interleaved ['common', 'aligned', 'mine', 'shared'] 7 5 False True ['r4'] phrases unusual"
    lab.run_cell(page, 4)
    # It is far from the first row, so it is rendered only after scrolling there.
    expect(widget.locator(".ol-list .ol-card", has_text="on day 55.")).to_be_visible()
    expect(widget.locator(".ol-list .ol-card", has_text="on day 0.")).to_have_count(0)


def test_two_sets_of_outputs_are_compared(lab: Lab, page: Page) -> None:
    check = "print(len(lens.selected), int(lens.selected['model'].eq('aster').sum()))"
    lab.open(page, [SETUP, "lens", check])
    widget = view(page)
    in_menu(widget, "marks", "Compare")
    panel = widget.get_by_role("region", name="Compare")
    # The two models write the same.
    expect(panel.get_by_label("First set")).to_have_value("column:0:model")
    expect(panel).to_contain_text("No difference is seen in")
    # A cluster and all others differ, and the counts are those of the outputs.
    panel.get_by_label("First set").select_option("cluster:1")
    panel.get_by_label("Second set").select_option("rest:")
    row = panel.get_by_role("listitem").filter(has_text="I would bake rye")
    expect(row).to_contain_text("20 of 20")
    expect(row).to_contain_text("0 of 40")
    row.get_by_role("button", name="I would bake rye").click()
    expect(widget.locator(".ol-footer")).to_contain_text("20 selected")
    assert lab.output_of(page, 2) == "20 10"
    # The selection changed, and the comparison stays.
    expect(row).to_contain_text("20 of 20")
    panel.get_by_role("button", name="Swap the two sets").click()
    expect(row).to_contain_text("0 of 40")
    expect(row.get_by_role("button").nth(1)).to_have_text("0 of 40")
    # The exceptions: plans that say it among the others, and bakers that do not; there are none.
    row.get_by_role("button", name="I would bake rye").click(modifiers=["Alt"])
    expect(widget.locator(".ol-footer")).not_to_contain_text("20 selected")
    panel.get_by_role("button", name="Find the points").click()
    expect(panel).to_contain_text(re.compile(r"in [\d,]+ points?, "))


def test_each_prompt_has_different_marks(lab: Lab, page: Page) -> None:
    two = SETUP + "df['prompt'] = np.where(np.arange(60) < 30, 'What would you do?', 'And then?')\n"
    two += "lens = ol.Lens(df, prompt='prompt', by='model', vectors=vectors)"
    lab.open(page, [two, "lens"])
    widget = view(page)
    expect(menu(widget, "marks")).to_contain_text("in at least 30 of 30")
    close_menu(widget)
    expect(widget.locator(".ol-list [class*=ol-shared-]").first).to_contain_text("I would plant a cherry tree")
    widget.get_by_role("button", name="Next prompt").click()
    expect(widget.locator(".ol-list [class*=ol-shared-]").first).to_contain_text("I would bake rye bread")
    widget.get_by_role("button", name="Interleaved").click()
    expect(widget.locator(".ol-group").first).to_contain_text("30")


def test_an_expression_that_backtracks_without_end_does_not_freeze_a_paged_widget(lab: Lab, page: Page) -> None:
    # Python's search ends at once; JavaScript's would take 2 ** 40 steps to mark the first text.
    setup = (
        "import numpy as np, outlens as ol\n"
        "from outlens.widget import wire\n"
        "wire.PAGED_ABOVE = 0\n"
        "lens = ol.Lens(['a' * 40 + '! and aab', 'nothing here', 'another aab'], vectors=np.eye(3))"
    )
    lab.open(page, [setup, "lens"])
    widget = view(page)
    widget.get_by_role("searchbox").fill("/(a+)+b/")
    status = widget.locator(".ol-search-count")
    expect(status).to_contain_text("2 outputs match")
    widget.get_by_role("button", name="Grid", exact=True).click()
    expect(widget.get_by_role("button", name="Grid", exact=True)).to_have_attribute("aria-pressed", "true")
    expect(status).to_contain_text("not marked: given up after 3 s")


def test_a_theme_chosen_in_the_menu_is_followed_both_ways(lab: Lab, page: Page) -> None:
    lab.open(page, [SETUP, "lens"])
    widget = view(page)
    expect(widget).to_have_attribute("data-theme", "light")
    for theme in ("Dark", "Light"):
        page.get_by_role("menuitem", name="Settings", exact=True).click()
        page.locator(".lm-Menu-itemLabel", has_text=re.compile("^Theme$")).hover()
        page.locator(".lm-Menu-itemLabel", has_text=re.compile(f"^JupyterLab {theme}$")).click()
        expect(widget).to_have_attribute("data-theme", theme.lower())
