"""The reader, driven as a person would, on a page without a kernel."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from axe import violations
from driver import click_word, close_menu, hover_word, in_menu, menu, scrolled, view
from marks import Spans, expected, of_layer, painted, read
from playwright.sync_api import BrowserContext, Locator, Page, expect

import outlens as ol

NAMES = ["Ada", "Bela", "Cleo", "Dora", "Elif", "Fay", "Gita", "Hana", "Ines", "Jana", "Kira", "Lena", "Mina", "Nora"]
PLANTS = ["roses", "quince", "mint", "basil", "sage", "thyme", "dill", "leeks", "kale", "chard", "beets"]


ALONE = [
    "Grandmother found her spectacles under a cushion.",
    "Rain drums on every roof between here and Lisbon.",
    "Somebody has painted our gate bright orange again!",
    "Trains were late, so I read half a novel.",
    "Why do swallows never sing at dusk?",
    "Cheese keeps longer wrapped in wax paper.",
    "An old piano waits upstairs, badly tuned.",
    "Eleven ducklings crossed this road safely yesterday.",
]


def invitations() -> list[str]:
    """Return 24 letters of four sentences each, and twelve equal ones."""
    letters = []
    for i in range(24):
        greeting = "Thanks for asking us." if i % 4 == 0 else "Thank you very much for the kind invitation."
        chairs = (
            "We will not bring 12 folding chairs on Friday." if i == 7 else "We will bring 12 folding chairs on Friday."
        )
        if i == 5:
            chairs = chairs.replace("12", "20")
        own = f"{NAMES[i % 14]} prefers {PLANTS[i % 11]}{i} today." if i % 3 else ALONE[i // 3]
        letters.append(f"{greeting} {chairs} {own} Please let us know whether that works for you.")
    return letters + ["No, thank you, we cannot come."] * 12


TEXTS = invitations()


def _lens(texts: list[str] = TEXTS, prompt: str = "Can you come on Friday, and what will you bring?") -> ol.Lens:
    n = len(texts)
    data = pd.DataFrame(
        {
            "prompt": [prompt] * n,
            # Not Arrow's strings, which cannot hold a lone surrogate.
            "response": pd.Series(texts, dtype=object),
            "model": [["aster", "birch"][i % 2] for i in range(n)],
            "wording": [["short", "long", "odd"][i // 2 % 3] for i in range(n)],
            "room": [["hall", "porch"][i // 6 % 2] for i in range(n)],
        }
    )
    lens = ol.Lens(data, prompt="prompt", by="model", vectors=np.random.default_rng(0).normal(size=(n, 6)))
    lens.view.min_outputs = 0.3
    return lens


@pytest.fixture
def show(new_context: Callable[..., BrowserContext], tmp_path: Path) -> Iterator[Callable[..., tuple[Page, Locator]]]:
    """Return a function that opens the page of a lens; the test fails if the page reports an error."""
    errors: list[str] = []
    context = new_context(permissions=["clipboard-read", "clipboard-write"])

    def opened(lens: ol.Lens, height: int | None = None) -> tuple[Page, Locator]:
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        if height and page.viewport_size:
            page.set_viewport_size({"width": page.viewport_size["width"], "height": height})
        page.goto(lens.to_html(tmp_path / "page.html").as_uri())
        return page, view(page)

    yield opened
    # Close the page first: an error may still be on its way.
    context.close()
    assert errors == []


Show = Callable[..., tuple[Page, Locator]]


def _mode(widget: Locator, name: str) -> None:
    button = widget.get_by_role("button", name=name, exact=True)
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")


def _layer(widget: Locator, name: str, on: bool = True) -> None:
    switch = menu(widget, "marks").get_by_role("switch", name=name, exact=True)
    if switch.get_attribute("aria-checked") != str(on).lower():
        switch.click()
    expect(switch).to_have_attribute("aria-checked", str(on).lower())
    close_menu(widget)


def _card(widget: Locator, text: str) -> Locator:
    return widget.locator(".ol-list .ol-card", has_text=text)


# 1: cards, grid, interleaved


@pytest.mark.layout
def test_equal_outputs_share_a_card_that_opens_into_all(show: Show) -> None:
    page, widget = show(_lens(), height=3000)
    widget.locator(".ol-frame").evaluate("frame => (frame.style.height = '2900px')")
    expect(_card(widget, "we cannot come")).to_have_count(1)
    copies = widget.get_by_role("button", name="12 equal outputs, show each")
    expect(copies).to_have_text("× 12")
    _card(widget, "we cannot come").get_by_role("checkbox").check()
    expect(widget.locator(".ol-footer")).to_contain_text("12 selected")
    page.keyboard.press("i")
    expect(widget.locator(".ol-footer")).to_contain_text("24 selected")
    page.keyboard.press("i")
    copies.click()
    expect(_card(widget, "we cannot come")).to_have_count(12)


def test_the_grid_has_the_users_columns(show: Show) -> None:
    _, widget = show(_lens())
    _mode(widget, "Grid")
    heads = widget.locator(".ol-grid-head > button")
    expect(heads).to_have_text(["aster", "birch"])
    widget.get_by_label("Rows", exact=True).select_option("wording")
    expect(widget.locator(".ol-grid-label").first).to_have_text("long")
    first = widget.locator(".ol-grid section").first.locator(".ol-cell").first
    # 36 outputs, 2 models x 3 wordings: 6 in each cell.
    expect(first).to_contain_text("6 outputs")
    wanted = [i for i in range(36) if i % 2 == 0 and i // 2 % 3 == 1]
    shown = first.locator(".ol-text").evaluate_all("all => all.map((e) => Number(e.dataset.id))")
    assert shown == wanted
    widget.get_by_role("button", name="birch", exact=True).click()
    expect(widget.locator(".ol-footer")).to_contain_text("18 selected")
    in_menu(widget, "list", "All 36")
    widget.get_by_label("Only outputs with").select_option(label="porch")
    expect(first.locator(".ol-text")).to_have_count(len([i for i in wanted if i // 6 % 2 == 1]))
    widget.get_by_role("button", name="odd", exact=True).click()
    expect(widget.locator(".ol-footer")).to_contain_text("6 selected")


@pytest.mark.layout
def test_the_grid_scrolls_sideways_to_the_current_output(show: Show) -> None:
    frame = pd.DataFrame(
        {"model": [f"m{i % 12:02}" for i in range(24)], "response": [f"Number {i}." for i in range(24)]}
    )
    lens = ol.Lens(frame, by="model", vectors=np.random.default_rng(0).normal(size=(24, 6)), store=False)
    lens.view.mode = "grid"
    lens.view.columns = "model"
    page, widget = show(lens)
    last = widget.locator(".ol-cell", has_text="Number 23.")
    expect(last).not_to_be_in_viewport()
    page.evaluate("scrollTo(0, 0)")
    widget.locator(".ol-list").focus()
    page.keyboard.press("k")
    expect(last).to_be_in_viewport(ratio=0.8)
    assert page.evaluate("[scrollX, scrollY]") == [0, 0]


@pytest.mark.layout
def test_cells_scroll_together(show: Show) -> None:
    _, widget = show(_lens())
    _mode(widget, "Grid")
    widget.get_by_label("Rows", exact=True).select_option("wording")
    cells = widget.locator(".ol-cell-scroll")
    cells.nth(1).wait_for()
    cells.nth(0).evaluate("cell => (cell.scrollTop = 90)")
    for nth in (1, 2):
        cells.nth(nth).evaluate(
            """cell => new Promise((on) => {
                const see = () => cell.scrollTop === 90 ? on() : requestAnimationFrame(see);
                see();
            })"""
        )


def test_two_to_six_outputs_are_pinned_side_by_side(show: Show) -> None:
    page, widget = show(_lens())
    widget.locator(".ol-list").focus()
    for _ in range(6):
        page.keyboard.press("j")
        page.keyboard.press("v")
    pins = widget.locator(".ol-pins > .ol-card")
    expect(pins).to_have_count(6)
    page.keyboard.press("j")
    page.keyboard.press("v")
    expect(widget.locator(".ol-status")).to_contain_text("6 outputs are pinned already")
    expect(pins).to_have_count(6)
    pins.first.get_by_role("button", name="Unpin").click()
    expect(pins).to_have_count(5)


@pytest.mark.layout
def test_interleaved_shows_varying_words_and_opens_an_original_in_place(show: Show) -> None:
    lens = _lens()
    groups = lens.aligned().query("group >= 0").groupby("group")["output"].nunique()
    _, widget = show(lens, height=3000)
    widget.locator(".ol-frame").evaluate("frame => (frame.style.height = '2900px')")
    _mode(widget, "Interleaved")
    heads = widget.locator(".ol-group:not(.ol-alone) > .ol-group-head > b")
    expect(heads).to_have_count(len(groups))
    counts = sorted(int(re.match(r"in (\d+) of 36", text)[1]) for text in heads.all_inner_texts())  # type: ignore[index]
    assert counts == sorted(groups.tolist())
    chairs = widget.locator(".ol-group", has_text="folding chairs").first
    flags = chairs.locator(".ol-wording .ol-flag")
    expect(flags.filter(has_text="a number differs")).to_have_count(1)
    expect(flags.filter(has_text="a negation differs")).to_have_count(1)
    odd = chairs.locator(".ol-wording", has=widget.page.get_by_text("a number differs"))
    expect(odd.locator(".ol-vary-1")).to_have_text("20")
    expect(widget.locator(".ol-alone", has_text="spectacles under a cushion").first).to_be_visible()
    odd.locator(".ol-badge").first.click()
    expect(odd.locator(".ol-in-place .ol-text")).to_have_text(TEXTS[5])
    odd.locator(".ol-badge").first.click()
    expect(odd.locator(".ol-in-place")).to_have_count(0)
    chairs.get_by_role("button", name=re.compile("^Select")).click()
    expect(widget.locator(".ol-footer")).to_contain_text("24 selected")
    in_menu(widget, "list", "All 36")
    chairs.get_by_role("button", name="the other 12").click()
    expect(widget.locator(".ol-footer")).to_contain_text("12 selected")
    widget.get_by_role("button", name="Invert").click()
    expect(widget.locator(".ol-footer")).to_contain_text("24 selected")


def test_sentences_too_short_to_align_are_grouped_with_equal_ones(show: Show) -> None:
    texts = [f"Good morning! {line} Kind regards," for line in ALONE] + ["Good morning! Nobody is in.", "Good night!"]
    lens = _lens(texts)
    aligned = lens.aligned()
    assert (
        aligned.loc[
            [texts[o][a:b] == "Good morning!" for o, a, b in aligned[["output", "start", "end"]].to_numpy().tolist()],
            "group",
        ]
        == -1
    ).all()
    _, widget = show(lens, height=2000)
    widget.locator(".ol-frame").evaluate("frame => (frame.style.height = '1900px')")
    _mode(widget, "Interleaved")
    blocks = widget.locator(".ol-group")
    morning = blocks.filter(has_text="Good morning!")
    expect(morning).to_have_count(1)
    expect(morning.locator("b")).to_have_text("in 9 of 10")
    expect(blocks.filter(has_text="Kind regards,").locator("b")).to_have_text("in 8 of 10")
    # The most widely shared groups come first, single sentences last.
    expect(blocks.nth(0)).to_contain_text("Good morning!")
    expect(blocks.nth(1)).to_contain_text("Kind regards,")
    expect(blocks.last).to_have_class(re.compile("ol-alone"))
    morning.get_by_role("button", name="the other 1").click()
    expect(widget.locator(".ol-footer")).to_contain_text("1 selected")


# 2: layers


def test_each_layer_can_be_switched_and_explains_itself(show: Show) -> None:
    _, widget = show(_lens())
    chips = widget.locator(".ol-on")
    expect(chips).to_have_text([re.compile("Shared"), re.compile("Only here")])
    expect(chips.first).to_have_attribute("title", re.compile("4\\+ words in a row in at least 11 of 36"))
    expect(widget.locator(".ol-list .ol-only").first).to_be_visible()
    for name, mark in (("Shared", "[class*=ol-shared-]"), ("Only here", ".ol-only")):
        _layer(widget, name, False)
        expect(widget.locator(f".ol-list {mark}")).to_have_count(0)
    expect(chips).to_have_count(0)
    _layer(widget, "Grey common")
    expect(widget.locator(".ol-list .ol-common").first).to_be_visible()
    _layer(widget, "Aligned")
    expect(widget.locator(".ol-list .ol-part").first).to_be_visible()
    _layer(widget, "Echo of the prompt")
    expect(menu(widget, "marks")).to_contain_text("Echo: nothing found")
    close_menu(widget)
    # A chip switches its layer off.
    widget.get_by_role("button", name="Aligned: off").click()
    expect(widget.locator(".ol-list .ol-part")).to_have_count(0)


def test_thresholds_change_the_marks(show: Show) -> None:
    lens = _lens()
    _, widget = show(lens)
    lens.view.layers = ["shared"]
    _layer(widget, "Only here", False)
    legend = menu(widget, "marks")
    share = widget.get_by_role("slider", name="Share of the outputs")
    words = widget.get_by_role("slider", name="Words in a row")
    for percent, least in ((100, 4), (30, 4), (10, 2), (30, 12)):
        stops = [2, 3, 5, 8, 10, 15, 20, 25, 30, 35, 40, 45, 50, 55, 60, 65, 70, 75, 80, 85, 90, 95, 100]
        share.fill(str(stops.index(percent)))
        words.fill(str(least))
        k = max(2, -(-percent * 36 // 100))
        lens.view.min_outputs, lens.view.min_words = percent / 100, least
        visible = lens.visible
        expect(legend).to_contain_text(f"{least}+ words in a row in at least {k} of 36")
        if visible.empty:
            expect(legend).to_contain_text("nothing found")
        _same(widget, lens, "shared", "ol-shared", steps=True)


def _same(widget: Locator, lens: ol.Lens, layer: str, mark: str, *, steps: bool = False) -> None:
    """Assert that the browser marks what `lens.visible` lists."""
    _compare(painted(widget, mark), expected(lens.visible, layer, TEXTS, steps), TEXTS)


def _compare(shown: dict[int, tuple[str, Spans]], wanted: dict[int, Spans], texts: list[str]) -> None:
    """Assert that each text on the page starts like its output, and that its visible part is marked correctly."""
    assert shown
    for id, (text, spans) in shown.items():
        clean = texts[id].encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        assert clean.startswith(text)
        cut = len(text.encode("utf-16-le")) // 2
        assert spans == [(a, min(b, cut), s) for a, b, s in wanted[id] if a < cut], clean


ODD = [
    "Plain words that many of these texts hold.",
    "😀 Plain words that many of these texts hold. 👩‍🚀 one",
    "Plain wörds thät many, Plain words that many of these texts hold, é e\u0301",
    "שלום Plain words that many of these texts hold. עולם \u202eabc\u202c",
    "مرحبا بالعالم Plain words that many of these texts hold.",
    "\U0001f1e9\U0001f1ea\U0001f1eb\U0001f1f7 flags; Plain words that many of these texts hold",
    "क्षत्रिय हिन्दी Plain words that many of these texts hold",
    "日本語のテキスト。Plain words that many of these texts hold。日本語のテキスト",
    "lone \ud800 surrogate; Plain words that many of these texts hold",
    "\r\nPlain words that many of\tthese texts\r\nhold.\u2028 sep",
    "\U0001d518\U0001d52b\U0001d526 math; Plain words that many of these texts hold \U0001d518",
    "Z\u0351\u036b\u0343algo Plain words that many of these texts hold",
    "ligature ﬁne, STRASSE straße; plain WORDS that many of these texts hold",
    "zero\u200bwidth \u00ad soft\u00adhyphen Plain words that many of these texts hold",
]


@pytest.mark.parametrize("file", ["", "odd_text.parquet", "multilingual.parquet"])
def test_the_browser_marks_match_python(show: Show, request: pytest.FixtureRequest, file: str) -> None:
    texts = ODD
    if file:
        table = pd.read_parquet(request.getfixturevalue("shared_data") / file)
        texts = table["response"].tolist()[::2]
    lens = _lens(texts, prompt="Plain words in a prompt, and more words that many of these texts hold?")
    own = pd.DataFrame({"output": np.arange(len(texts)), "start": 0, "end": [min(len(t), 3) for t in texts]})
    lens.highlight(own, "mine")
    lens.view.layers = ["shared", "common", "only", "echo", "mine"]
    lens.view.min_outputs, lens.view.min_words = 2, 2
    lens.view.query = "a"
    _, widget = show(lens, 3000)
    visible = lens.visible
    layers = ("shared", "common", "only", "echo", "search")
    wanted = {layer: expected(visible, layer, texts, layer == "shared") for layer in layers}
    compared: set[int] = set()
    for _ in scrolled(widget.locator(".ol-list"), 2400):
        on_page = read(widget)
        for layer in layers:
            shown = of_layer(on_page, f"ol-{layer}")
            _compare(shown, wanted[layer], texts)
            compared |= shown.keys()
    # The search lists outputs with an "a".
    assert {texts[i] for i in compared} >= {text for text in texts if "a" in text.casefold()}


@pytest.mark.layout
def test_the_users_own_layer_has_a_line_and_shows_its_type(show: Show) -> None:
    lens = _lens()
    spans = pd.DataFrame(
        {"output": [0, 0, 1], "start": [0, 7, 0], "end": [6, 10, 5], "type": ["polite", "filler", "polite"]}
    )
    lens.highlight(spans, "errors", by="type")
    _, widget = show(lens)
    expect(menu(widget, "marks")).to_contain_text("errors: polite, filler")
    close_menu(widget)
    card = _card(widget, TEXTS[0])
    expect(card.locator("[class*=ol-own-]").first).to_have_text("Thanks")
    hover_word(card.locator("[class*=ol-own-]").first, "Thanks")
    expect(widget.locator(".ol-tip")).to_contain_text("errors: polite")
    _layer(widget, "errors", False)
    expect(widget.locator(".ol-list [class*=ol-own-]")).to_have_count(0)


# 3: click a highlight


@pytest.mark.layout
def test_a_highlight_lists_the_outputs_that_share_it_and_selects_them(show: Show) -> None:
    _, widget = show(_lens())
    phrase = widget.locator(".ol-list [class*=ol-shared-]", has_text="folding chairs").first
    hover_word(phrase, "folding")
    tip = widget.locator(".ol-tip")
    expect(tip).to_contain_text(re.compile(r"shared by (22|23|24) of 36"))
    click_word(phrase, "folding")
    drawer = widget.get_by_role("region", name="Who else says this")
    # The other column lists similar sentences, most similar first.
    rows = drawer.locator(".ol-column").first.locator(".ol-holder", has_text="folding chairs on Friday")
    expect(rows.first).to_be_visible()
    for row in rows.all()[:3]:
        phrase_text = row.locator(".ol-holder-text").inner_text()
        count = int(row.locator(".ol-holder-count").inner_text().split()[0])
        assert count == sum(phrase_text in text for text in TEXTS)
    phrase_text = rows.first.locator(".ol-holder-text").inner_text()
    rows.first.click()
    expect(widget.locator(".ol-footer")).to_contain_text(f"{sum(phrase_text in t for t in TEXTS)} selected")


@pytest.mark.layout
def test_similar_sentences_are_listed(show: Show) -> None:
    _, widget = show(_lens())
    click_word(widget.locator(".ol-list .ol-text [class*=ol-shared-]", has_text="folding chairs").first, "folding")
    drawer = widget.get_by_role("region", name="Who else says this")
    same = drawer.get_by_role("button", name=re.compile("the same part"))
    expect(same).to_contain_text("24 of 36")
    nearest = drawer.locator(".ol-holder", has_text="We will bring 20 folding chairs")
    expect(nearest.first).to_be_visible()
    nearest.first.click()
    expect(widget.locator(".ol-asked").first).to_be_visible()
    assert widget.locator(".ol-asked").first.evaluate("e => Number(e.closest('.ol-text').dataset.id)") == 5
    same.click()
    expect(widget.locator(".ol-footer")).to_contain_text("24 selected")


def test_keys_move_from_mark_to_mark(show: Show) -> None:
    page, widget = show(_lens())
    widget.locator(".ol-list").focus()
    page.keyboard.press("j")
    page.keyboard.press("n")
    expect(widget.locator(".ol-asked")).to_be_visible()
    first = widget.locator(".ol-asked").inner_text()
    page.keyboard.press("n")
    expect(widget.locator(".ol-asked")).not_to_have_text(first)
    page.keyboard.press("Shift+N")
    expect(widget.locator(".ol-asked")).to_have_text(first)
    page.keyboard.press("Escape")
    expect(widget.locator(".ol-asked")).to_have_count(0)
    expect(widget.locator(".ol-drawer")).to_have_count(0)
    # Moving on closes the drawer of the earlier position, and the keys continue from there.
    page.keyboard.press("n")
    expect(widget.locator(".ol-drawer")).to_have_count(1)
    page.keyboard.press("j")
    expect(widget.locator(".ol-drawer")).to_have_count(0)
    expect(widget.locator(".ol-card.ol-current")).to_have_attribute("aria-posinset", "2")
    widget.locator(".ol-list").focus()
    for mode in ("Grid", "Interleaved", "Points", "Cards", "Grid"):
        page.keyboard.press("m")
        expect(widget.get_by_role("button", name=mode, exact=True)).to_have_attribute("aria-pressed", "true")
        # This page has no points, and so no list of them.
        expect(widget.locator(".ol-reader" if mode == "Points" else ".ol-list")).to_be_focused()
    page.keyboard.press("j")
    page.keyboard.press("v")
    expect(widget.locator(".ol-pins > .ol-card")).to_have_count(1)


# 4: phrases and openings


def test_phrases_match_python_and_select_their_outputs(show: Show) -> None:
    lens = _lens()
    _, widget = show(lens)
    in_menu(widget, "marks", "Phrases")
    panel = widget.get_by_role("region", name="Phrases")
    rows = panel.locator(".ol-column").first.locator(".ol-holder")
    rows.first.wait_for()
    wanted = ol.text.shared_phrases(TEXTS, min_outputs=0.3, min_words=4)
    phrase_texts = [row.locator(".ol-holder-text").inner_text() for row in rows.all()]
    counts = [int(row.locator(".ol-holder-count").inner_text().split()[0]) for row in rows.all()]
    assert len(phrase_texts) == len(wanted)
    assert counts == wanted["outputs"].tolist()
    rows.first.click()
    expect(widget.locator(".ol-footer")).to_contain_text(f"{counts[0]} selected")


def test_openings_are_a_tree_with_counts(show: Show) -> None:
    _, widget = show(_lens())
    in_menu(widget, "marks", "Openings")
    rows = widget.get_by_role("region", name="How the outputs begin").locator(".ol-holder")
    rows.first.wait_for()
    found = {row.locator(".ol-holder-text").inner_text(): row for row in rows.all()}
    counts = {
        phrase_text: int(row.locator(".ol-holder-count").inner_text().split()[0]) for phrase_text, row in found.items()
    }
    assert counts["No, thank you, we cannot come"] == 12
    assert counts["Thank you very much for the kind invitation. We will"] == 18
    assert counts["Thanks for asking us. We will bring 12 folding chairs on Friday"] == 6
    found["No, thank you, we cannot come"].click()
    expect(widget.locator(".ol-footer")).to_contain_text("12 selected")


# 5: context


def test_marks_within_the_selection_compare_only_selected_outputs(show: Show) -> None:
    lens = _lens()
    lens.select(np.arange(36) < 8)
    lens.view.layers = ["shared", "only"]
    lens.view.context = "selection"
    _, widget = show(lens)
    legend = menu(widget, "marks")
    expect(legend).to_contain_text("in at least 3 of 8")
    _same(widget, lens, "shared", "ol-shared", steps=True)
    _same(widget, lens, "only", "ol-only")
    widget.get_by_label("Compare outputs with").select_option("all")
    expect(legend).to_contain_text("in at least 11 of 36")
    lens.view.context = "all"
    _same(widget, lens, "shared", "ol-shared", steps=True)


@pytest.mark.layout
def test_long_common_runs_fold_and_unfold(show: Show) -> None:
    run = "this long run of words stands in each and every one of these outputs word for word"
    texts = [f"{name} says that {run} and adds {name}." for name in NAMES]
    _, widget = show(_lens(texts))
    in_menu(widget, "marks", "Fold")
    fold = widget.locator(".ol-fold").first
    expect(fold).to_have_attribute("data-label", "21 words shared by 14 of 14")
    fold.click()
    card = _card(widget, texts[0])
    expect(card.locator(".ol-fold")).to_have_count(0)
    expect(card.locator(".ol-text")).to_contain_text(run)


@pytest.mark.layout
def test_a_click_on_the_minimap_of_a_long_text_scrolls_to_the_mark(show: Show) -> None:
    filler = [" ".join(f"w{i}x{j}" for j in range(900)) for i in range(4)]
    texts = [f"{f} all of them end with these very words" for f in filler]
    _, widget = show(_lens(texts))
    _layer(widget, "Only here", False)
    map_ = widget.locator(".ol-minimap").first
    box = map_.bounding_box()
    assert box
    map_.click(position={"x": box["width"] / 2, "y": box["height"] - 2})
    end = widget.locator(".ol-card").first.locator("[class*=ol-shared-]", has_text="these very words")
    expect(end).to_be_in_viewport()


# 6: markdown


def test_markdown_stays_as_written_until_it_is_switched_on(show: Show) -> None:
    text = (
        "# Title\n\n- one **bold** word\n- `code` and [link](http://evil.invalid)\n\n|a|b|\n|-|-|\n|1|2|\n\n![x](y.png)"
    )
    lens = _lens([text, "plain **bold** word here", "another **bold** word here"])
    lens.view.min_outputs, lens.view.min_words = 2, 2
    _, widget = show(lens)
    box = _card(widget, "Title").locator(".ol-text")
    expect(box).to_have_text(text)
    before = painted(widget, "ol-shared")
    in_menu(widget, "marks", "Markdown")
    expect(box.locator(".ol-md-h1")).to_have_text("# Title\n", use_inner_text=False)
    assert box.locator(".ol-md-h1").inner_text().strip() == "Title"
    expect(box.locator(".ol-strong")).to_have_text("bold")
    expect(box.locator(".ol-code")).to_have_text("code")
    expect(box.locator("table tr").first.locator("th")).to_have_count(2)
    expect(box).to_contain_text("[link](http://evil.invalid)")
    assert box.locator("a, img").count() == 0
    # The same characters, with the same marks.
    assert painted(widget, "ol-shared") == before


# 7: copies


@pytest.mark.layout
def test_text_and_json_are_copied_unchanged(show: Show) -> None:
    odd = "Tab\there, \u202eturned\u202c, é, 😀\nand a second line"
    lens = _lens([odd, "other one", "other two"])
    page, widget = show(lens)
    card = _card(widget, "second line")
    card.hover()
    card.get_by_role("button", name="Copy", exact=True).click()
    expect(widget.locator(".ol-status")).to_have_text("Text copied")
    assert page.evaluate("navigator.clipboard.readText()") == odd
    card.get_by_role("button", name="JSON", exact=True).click()
    expect(widget.locator(".ol-status")).to_have_text("JSON copied")
    copied = json.loads(page.evaluate("navigator.clipboard.readText()"))
    assert (copied["text"], copied["columns"]["model"], copied["row"]) == (odd, "aster", "0")


# Requirements for everyone


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("mode", ["cards", "grid", "interleaved"])
def test_axe_finds_nothing(show: Show, mode: str, theme: str) -> None:
    lens = _lens()
    spans = pd.DataFrame({"output": range(8), "start": 0, "end": 9, "type": [f"type {i}" for i in range(8)]})
    lens.highlight(spans, "errors", by="type")
    lens.view.layers = ["shared", "common", "only", "echo", "aligned", "errors"]
    lens.view.mode = mode
    lens.view.query = "chairs"
    lens.view.pins = [1, 2]
    lens.view.panel = "phrases"
    page, widget = show(lens)
    page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
    expect(widget).to_have_attribute("data-theme", theme)
    widget.locator(".ol-list .ol-text").first.wait_for()
    widget.locator(".ol-holder").first.wait_for()
    assert violations(page) == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_text_on_every_tint_has_contrast(show: Show, theme: str) -> None:
    page, widget = show(_lens())
    page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
    expect(widget).to_have_attribute("data-theme", theme)
    least = widget.evaluate(
        """root => {
            const box = root.querySelector(".ol-card .ol-text");
            const canvas = Object.assign(document.createElement("canvas"), { width: 1, height: 1 }).getContext("2d");
            const rgb = (css) => {
                canvas.clearRect(0, 0, 1, 1);
                canvas.fillStyle = css;
                canvas.fillRect(0, 0, 1, 1);
                return [...canvas.getImageData(0, 0, 1, 1).data];
            };
            const light = ([r, g, b]) => [r, g, b].map((v) => v / 255)
                .map((v) => (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
                .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
            const behind = (e) => {
                for (; e; e = e.parentElement) {
                    const color = rgb(getComputedStyle(e).backgroundColor);
                    if (color[3] === 255) return color;
                }
            };
            const worst = [];
            for (const tint of ["", "ol-shared-1", "ol-shared-2", "ol-shared-3"]) {
                for (const ink of ["", "ol-common", "ol-only", "ol-echo", "ol-only ol-common", "ol-chip", "ol-own-1"]) {
                    for (const tag of ["span", "mark"]) {
                        const e = document.createElement(tag);
                        e.className = `${tint} ${ink} ${tag === "mark" ? "ol-search" : ""}`;
                        e.textContent = "x";
                        box.append(e);
                        const label = ink === "ol-chip" ? "::before" : undefined;
                        const style = getComputedStyle(e, label);
                        const ground = label ? rgb(style.backgroundColor) : behind(e);
                        const [a, b] = [light(rgb(style.color)), light(ground)].sort((p, q) => q - p);
                        worst.push([(a + 0.05) / (b + 0.05), e.className]);
                        e.remove();
                    }
                }
            }
            return worst.sort((p, q) => p[0] - q[0])[0];
        }"""
    )
    assert least[0] >= 4.5, least


def test_a_screen_reader_reads_a_marked_text_as_one_text(show: Show) -> None:
    lens = _lens()
    lens.view.layers = ["shared", "common", "only", "echo", "aligned"]
    lens.view.query = "chairs"
    _, widget = show(lens)
    text = _card(widget, TEXTS[0]).locator(".ol-text")
    expect(text.locator("[class*=ol-shared-]").first).to_be_visible()
    expect(text.locator(".ol-part").first).to_be_attached()
    expect(text.locator("mark")).to_have_text("chairs")
    before, after = TEXTS[0].split("chairs")
    # A search hit is a <mark> element; no other layer has a role, a name or a Tab stop.
    assert text.aria_snapshot().splitlines() == [
        f"- text: {before.strip()}",
        "- mark: chairs",
        f"- text: {after.strip()}",
    ]
    stops = text.evaluate("box => [...box.querySelectorAll('*')].filter((e) => e.tabIndex >= 0).length")
    assert stops == 0


@pytest.mark.layout
def test_scrolling_to_an_equal_output_goes_to_the_shared_card(show: Show) -> None:
    lens = _lens()
    lens.view.scroll_to = 33
    _, widget = show(lens)
    expect(_card(widget, "we cannot come")).to_be_in_viewport()


def test_changing_the_prompt_closes_an_open_original(show: Show) -> None:
    second = [f"{text} And now {name}." for text, name in zip(ALONE[:3], NAMES, strict=False)]
    frame = pd.DataFrame({
        "prompt": ["One?"] * 36 + ["Two?"] * 3,
        "response": TEXTS + second,
    })  # fmt: skip
    lens = ol.Lens(frame, prompt="prompt", vectors=np.random.default_rng(0).normal(size=(39, 6)))
    for lens.prompt in ("Two?", "One?"):
        lens.aligned()
    lens.view.mode = "interleaved"
    _, widget = show(lens)
    widget.locator(".ol-badge", has=widget.page.locator(".ol-badge-row")).last.click()
    expect(widget.locator(".ol-in-place")).to_have_count(1)
    widget.get_by_role("button", name="Next prompt").click()
    expect(widget.locator(".ol-prompt")).to_have_text("Two?")
    expect(widget.locator(".ol-group").first).to_contain_text("row 36")
    expect(widget.locator(".ol-in-place")).to_have_count(0)
    # The fixture checks the page's errors when the test ends.


def test_a_function_word_without_a_shared_phrase_is_not_reported_as_unique(page: Page, tmp_path: Path) -> None:
    lens = ol.Lens(["the dog", "the cat", "quiet"], vectors=np.eye(3))
    page.goto(lens.to_html(tmp_path / "words.html").as_uri())
    widget = view(page)
    click_word(widget.locator(".ol-text[data-id='0']"), "the")
    drawer = widget.locator(".ol-drawer")
    expect(drawer).to_contain_text("“the”: a function word, and no other output shares a phrase around it.")
    click_word(widget.locator(".ol-text[data-id='2']"), "quiet")
    expect(drawer).to_contain_text("“quiet”: no other output contains it.")


def test_a_search_result_stands_out_in_shared_words_and_escape_leaves_the_search(show: Show) -> None:
    texts = [f"We walked along the old river on day {i}." for i in range(5)] + ["We stayed."]
    lens = ol.Lens(texts, vectors=np.eye(6), store=False)
    lens.view.layers, lens.view.min_words, lens.view.min_outputs = ["shared"], 3, 2
    _, widget = show(lens)
    field = widget.get_by_role("searchbox")
    field.fill("river")
    mark = widget.locator("mark.ol-search[class*=ol-shared]").first
    expect(mark).to_have_text("river")
    wanted = widget.evaluate("e => getComputedStyle(e).getPropertyValue('--ol-mark')")
    assert mark.evaluate(
        "(e, wanted) => { e.style.outlineColor = wanted; const s = getComputedStyle(e);"
        " return s.backgroundColor === s.outlineColor; }",
        wanted,
    )
    # Escape leaves the field, also if nothing is listed.
    for query in ("river", "zzzq"):
        field.fill(query)
        expect(widget.locator(".ol-search-count")).to_be_visible()
        field.press("Escape")
        expect(field).to_have_value("")
        expect(field).not_to_be_focused()


def test_a_click_beside_the_words_makes_a_card_current(show: Show) -> None:
    lens = ol.Lens(["One.", "Two.", "Three\n\n\n\nand more."], vectors=np.eye(3), store=False)
    page, widget = show(lens)
    widget.locator(".ol-card", has_text="One.").locator(".ol-source, .ol-card-head").first.click()
    card = widget.locator(".ol-card", has_text="and more.")
    text = card.locator(".ol-text")
    box = text.bounding_box()
    assert box is not None
    text.click(position={"x": box["width"] - 4, "y": box["height"] / 2})
    expect(card).to_have_attribute("aria-current", "true")
    page.keyboard.press("s")
    expect(card).to_have_attribute("aria-current", "true")
    expect(widget.locator(".ol-card[aria-current]")).to_have_count(1)
