"""The points in the mode, the cards and on the map, driven as a person would, compared with the tables of Python."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from axe import violations
from driver import Lab, click_word, close_menu, hover_word, in_menu, in_order, menu, scrolled, tab, view
from marks import painted
from playwright.sync_api import BrowserContext, Locator, Page, expect

import outlens as ol
from outlens.text.utf16 import utf16

Show = Callable[[ol.Lens], tuple[Page, Locator]]


@pytest.fixture(scope="module")
def lens() -> ol.Lens:
    data = ol.sample("two_models")
    made = ol.Lens(data, prompt="prompt", by="source", vectors=np.random.default_rng(0).normal(size=(len(data), 6)))
    assert len(made.points) > 20
    return made


@pytest.fixture
def show(new_context: Callable[..., BrowserContext], tmp_path: Path) -> Iterator[Show]:
    """Return a function that opens a page of a lens in the mode Points; a page error fails the test."""
    errors: list[str] = []
    context = new_context(1300, 900)

    def opened(lens: ol.Lens) -> tuple[Page, Locator]:
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(lens.to_html(tmp_path / "page.html").as_uri())
        widget = view(page)
        widget.get_by_role("button", name="Points", exact=True).click()
        return page, widget

    yield opened
    context.close()
    assert errors == []


def _row(widget: Locator, text: str) -> Locator:
    return widget.locator(".ol-point-row", has_text=text).first


def _makers(lens: ol.Lens, point: int) -> set[int]:
    return set(lens.point_spans.query("point == @point")["output"])


def test_each_row_has_the_outputs_and_shares_of_pythons_table(lens: ol.Lens, show: Show) -> None:
    _, widget = show(lens)
    wanted = lens.points.query("outputs > 1")
    seen: dict[str, tuple[str, str]] = {}
    for _ in scrolled(widget.locator(".ol-list"), 400):
        for row in widget.locator(".ol-point-row:not(.ol-point-section)").all():
            text = row.locator(".ol-point-text").inner_text()
            seen[text] = (
                row.locator(".ol-point-count").inner_text(),
                str(row.locator(".ol-strip").get_attribute("aria-label")),
            )
    assert len(seen) == len(wanted)
    for (text, (count, shares)), (_, point) in zip(seen.items(), wanted.iterrows(), strict=True):
        assert text.endswith(point["text"][-20:])
        assert count.split("\n")[0] == f"{point['outputs']} of 50"
        percent = [int(share) for share in re.findall(r"\((\d+) %\)", shares)]
        assert percent == [round(100 * point["source=Heron"]), round(100 * point["source=Tern"])]
    expect(
        widget.get_by_text(f"{len(lens.points)} points, {len(wanted)} by several outputs", exact=True)
    ).to_be_visible()


def test_what_one_output_says_and_frames_are_folded_at_the_end(lens: ol.Lens, show: Show) -> None:
    _, widget = show(lens)
    spans = lens.point_spans
    alone = int((lens.points["outputs"] == 1).sum())
    frames = spans.loc[spans["point"] >= len(lens.points), "point"].nunique()
    for _ in scrolled(widget.locator(".ol-list"), 600):
        pass
    sections = widget.locator(".ol-point-section")
    expect(sections).to_have_text(
        [f"Said by one output only ({alone})", f"Greetings, headings and closings ({frames})"]
    )
    sections.last.get_by_role("button").click()
    expect(sections.last.get_by_role("button")).to_have_attribute("aria-expanded", "true")


def test_a_point_opens_to_its_wordings_and_these_to_their_outputs(lens: ol.Lens, show: Show) -> None:
    page, widget = show(lens)
    point = lens.points.iloc[2]
    row = _row(widget, point["text"])
    row.locator(".ol-point-main").click()
    more = row.get_by_role("button", name=re.compile("^Show"))
    while more.count():
        more.click()
    texts = lens.frame["response"].tolist()
    spans = lens.point_spans.query("point == 2")
    said = {texts[span.output][span.start : span.end].replace("**", "") for span in spans.itertuples()}
    shown = {text.replace("**", "") for text in row.locator(".ol-wording .ol-text").all_text_contents()}
    assert {" ".join(text.split()) for text in shown} == {" ".join(text.split()) for text in said}
    assert violations(page) == []
    wording = row.locator(".ol-wording").nth(1)
    click_word(wording.locator(".ol-text"))
    card = wording.locator(".ol-in-place .ol-text")
    assert card.inner_text().strip() in {text.strip() for text in texts}
    # The sentence is underlined in its output.
    assert "".join(card.locator(".ol-of-point").all_text_contents()) in said | set(shown) | {
        texts[span.output][span.start : span.end] for span in spans.itertuples()
    }


def test_a_count_selects_those_that_make_the_point_or_with_alt_the_others(lens: ol.Lens, show: Show) -> None:
    page, widget = show(lens)
    first, second = _makers(lens, 0), _makers(lens, 1)
    counts = [_row(widget, text).locator(".ol-point-count") for text in lens.points["text"][:2]]
    counts[0].click()
    expect(widget.locator(".ol-footer")).to_contain_text(f"{len(first)} selected")
    expect(counts[1]).to_contain_text(f"{len(first & second)} of {len(first)} listed")
    counts[1].click(modifiers=["Shift"])
    expect(widget.locator(".ol-footer")).to_contain_text(f"{len(first | second)} selected")
    in_menu(widget, "list", "All 50")
    counts[0].click(modifiers=["Alt"])
    expect(widget.locator(".ol-footer")).to_contain_text(f"{50 - len(first)} selected")
    page.keyboard.press("c")
    widget.locator(".ol-list").focus()
    # They continue from the point that was clicked last.
    for key in ("j", "ArrowDown", "ArrowUp"):
        page.keyboard.press(key)
    expect(_row(widget, lens.points["text"][1]).locator(".ol-point-main")).to_be_focused()
    page.keyboard.press("x")
    expect(widget.locator(".ol-footer")).to_contain_text(f"{len(second)} selected")


def test_the_slider_and_a_search_change_the_counts(lens: ol.Lens, show: Show) -> None:
    page, widget = show(lens)
    slider = widget.get_by_role("slider", name="Granularity of the points")
    slider.focus()
    page.keyboard.press("Home")
    lens.view.points_granularity = 0.0
    broad = lens.points
    lens.view.points_granularity = 0.5
    several = int((broad["outputs"] > 1).sum())
    expect(widget.get_by_text(f"{len(broad)} points, {several} by several outputs", exact=True)).to_be_visible()
    expect(widget.locator(".ol-point-count").first).to_contain_text(f"{broad['outputs'][0]} of 50")
    page.keyboard.press("]")
    widget.get_by_role("searchbox").fill("fertiliser")
    matching = lens.frame["response"].str.contains("fertiliser", case=False).sum()
    expect(widget.locator(".ol-point-count").first).to_contain_text(f"of {matching} listed")


def test_the_layer_says_who_else_says_it_and_leads_to_the_point(lens: ol.Lens, show: Show) -> None:
    _, widget = show(lens)
    widget.get_by_role("button", name="Cards", exact=True).click()
    menu(widget, "marks").get_by_role("switch", name="Points", exact=True).click()
    close_menu(widget)
    texts = lens.frame["response"].tolist()
    found = painted(widget, "ol-support")
    assert len(found) > 3
    for output, (_, spans) in found.items():
        wanted = []
        for unit in lens.support(output).query("kind != 'frame' and support > 0").itertuples():
            start, end = utf16(texts[output], np.array([unit.start, unit.end]))
            step = 1 + sum(unit.support >= share * 49 for share in (0.2, 0.5))
            wanted.append((int(start), int(end), step))
        assert spans == wanted
    unit = lens.support(1).query("kind != 'frame' and support > 0").iloc[0]
    word = texts[1][unit["start"] : unit["end"]].split()[0]
    mark = widget.locator(".ol-card", has_text=texts[1][:60]).locator("[class*=ol-support-]").first
    hover_word(mark, word)
    expect(widget.locator(".ol-tip")).to_contain_text(f"said by {unit['support'] + 1} of 50")
    click_word(mark, word)
    expect(widget.get_by_role("button", name="Points", exact=True)).to_have_attribute("aria-pressed", "true")
    current = widget.locator(".ol-point-row.ol-current")
    expect(current.locator(".ol-point-count")).to_contain_text(f"{unit['support'] + 1} of 50")
    expect(current.locator(".ol-wording").first).to_be_visible()


def test_a_card_lists_what_its_output_leaves_out(lens: ol.Lens, show: Show) -> None:
    lens.view.points_granularity = 0.0
    try:
        _, widget = show(lens)
        left_out = [lens.omissions(i) for i in range(50)]
        fewest = min(len(left) for left in left_out)
        in_cards = widget.get_by_role("button", name="Cards", exact=True)
        in_cards.click()
        in_order(widget, "complete")
        first = widget.locator(".ol-card").first
        output = int(str(first.locator(".ol-text").get_attribute("data-id")))
        assert len(left_out[output]) == fewest
        for card in widget.locator(".ol-card").all()[:6]:
            left = left_out[int(str(card.locator(".ol-text").get_attribute("data-id")))]
            line = card.locator(".ol-omissions")
            expect(line).to_contain_text("Leaves out nothing" if left.empty else "Leaves out:")
            for point in left.head(5).itertuples():
                expect(line).to_contain_text(f"{point.name} ({100 * point.share:.0f} %)")
    finally:
        lens.view.points_granularity = 0.5


def test_the_map_shows_who_makes_a_point(lens: ol.Lens, show: Show) -> None:
    _, widget = show(lens)
    row = _row(widget, lens.points["text"][2])
    row.locator(".ol-point-main").click()
    row.get_by_role("button", name="On the map").click()
    legend = widget.get_by_role("group", name="Legend: point")
    expect(legend.get_by_role("switch").first).to_contain_text(str(lens.points["outputs"][2]))
    expect(tab(widget, "Map").get_by_label("Colour the map by")).to_have_value("point")


def test_unrelated_outputs_have_no_points(show: Show) -> None:
    lens = ol.Lens(
        ["Grandmother found her spectacles.", "Rain drums on Lisbon.", "Cheese keeps in wax paper."],
        vectors=np.eye(3),
    )
    assert (lens.points["outputs"] == 1).all()
    _, widget = show(lens)
    expect(widget.get_by_text("No points: these outputs share no content.")).to_be_visible()
    expect(widget.locator(".ol-point-section")).to_have_text(["Said by one output only (3)"])


def test_offsets_are_right_after_astral_characters_and_a_lone_surrogate(show: Show) -> None:
    texts = [f"🌱👩‍🌾 {'🎉' * i} Water it weekly. \ud83d It needs much sun{'!' * i}" for i in range(1, 5)]
    lens = ol.Lens(pd.DataFrame({"response": pd.Series(texts, dtype=object)}), vectors=np.eye(4))
    assert (lens.points["outputs"] > 1).any()
    _, widget = show(lens)
    widget.get_by_role("button", name="Cards", exact=True).click()
    menu(widget, "marks").get_by_role("switch", name="Points", exact=True).click()
    close_menu(widget)
    for output, (_, spans) in painted(widget, "ol-support").items():
        units = lens.support(output).query("kind != 'frame' and support > 0")
        wanted = [tuple(map(int, utf16(texts[output], np.array([u.start, u.end])))) for u in units.itertuples()]
        assert [(start, end) for start, end, _ in spans] == wanted


def test_the_row_of_a_cluster_opens_to_the_points_that_distinguish_it(show: Show) -> None:
    rng = np.random.default_rng(0)
    sunny = ["Give it plenty of sun.", "Place it near a bright window.", "Never let frost touch it."]
    shady = ["Keep it in deep shade.", "Grow moss around its feet."]
    every = ["Water it once a week.", "Feed it every spring.", "Repot it when roots show."]
    texts = []
    for i in range(24):
        said = [*every, *([*sunny, shady[0]] if i % 2 and i < 4 else sunny if i % 2 else shady)]
        texts.append(" ".join(rng.permutation(said)) + f" {i}")
    lens = ol.Lens(texts, vectors=np.eye(2)[np.arange(24) % 2] + 0.01 * rng.normal(size=(24, 2)), store=False)
    clusters = lens.clusters
    assert len(clusters.query("size > 4")) > 1
    table = lens.distinctive(points=True).query("q <= .05")
    assert set(sunny) <= set(table["text"])
    page, widget = show(lens)
    rows = tab(widget, "Groups").locator(".ol-row")
    opened = widget.locator(".ol-explained")
    for number, name in clusters["name"].items():
        row = rows.filter(has=page.get_by_role("button", name=str(name), exact=True))
        row.hover()
        row.get_by_role("button", name=f"What “{name}” says").click()
        wanted = [
            re.compile(rf"^{re.escape(r.text)}\s*{r.f1} of {r.n1}\s*{r.f2} of {r.n2} others$")
            for r in table[table["cluster"] == number].head(6).itertuples()
        ]
        expect(opened.locator(".ol-explained-point")).to_have_text(wanted)
        for r in table[table["cluster"] == number].head(3).itertuples():
            mentioned = f"says: {r.name} ({r.f1} of {r.n1}, {r.f2} of {r.n2} others)"
            assert mentioned in str(row.locator(".ol-name").get_attribute("title"))
        if number == 0:
            assert violations(page) == []
            best = table[table["cluster"] == 0].iloc[0]
            opened.get_by_role("button", name=f"{best['f1']} of {best['n1']}").first.click()
            expect(widget.locator(".ol-footer")).to_contain_text(f"{best['f1']} selected")
            opened.get_by_role("button", name=best["text"]).click()
            expect(_row(widget, best["text"]).locator(".ol-point-main")).to_have_attribute("aria-expanded", "true")
        row.hover()
        row.get_by_role("button", name=f"What “{name}” says").click()
        expect(opened).to_have_count(0)


CELL = """
import numpy as np, outlens as ol
data = ol.sample("two_models")
lens = ol.Lens(data, prompt="prompt", by="source", vectors=np.random.default_rng(0).normal(size=(50, 6)))
"""


def test_python_finds_the_points_when_the_mode_opens_and_gets_the_selection(lab: Lab, page: Page) -> None:
    check = "print(set(lens.selection) == set(lens.point_spans.query('point == 1')['output']))"
    lab.open(page, [CELL, "lens", check])
    widget = view(page)
    widget.get_by_role("button", name="Points", exact=True).click()
    count = widget.locator(".ol-point-count").nth(1)
    expect(count).to_be_visible(timeout=60_000)
    count.click()
    expect(widget.locator(".ol-footer")).to_contain_text(" selected")
    assert lab.output_of(page, 2) == "True"


def test_the_row_of_a_cluster_of_long_outputs_offers_to_find_the_points(lab: Lab, page: Page) -> None:
    long = CELL.replace("\nlens", "\ndata['response'] += 2 * ('\\n\\n' + data['response'])\nlens")
    lab.open(page, [long, "lens"])
    widget = view(page)
    row = tab(widget, "Groups").locator(".ol-row").first
    row.hover()
    row.locator(".ol-twist").click()
    opened = widget.locator(".ol-explained")
    opened.get_by_role("button", name="Find the points").click()
    expect(opened.get_by_role("button", name="Find the points")).to_have_count(0, timeout=60_000)
    expect(opened).to_contain_text(re.compile("others|No point is made"), timeout=60_000)


@pytest.fixture
def corrected(lab: Lab, page: Page, request: pytest.FixtureRequest) -> Locator:
    """Open a notebook with a lens, in the mode Points; return its widget."""
    # With positions of its own, no map has to be computed.
    more = f"store={f'{request.node.name}.sqlite'!r}, xy=np.eye(50)[:, :2], vectors="
    lab.open(page, [CELL.replace("vectors=", more), "lens", STATE])
    widget = view(page)
    widget.get_by_role("button", name="Points", exact=True).click()
    expect(widget.locator(".ol-point-count").nth(1)).to_be_visible(timeout=60_000)
    return widget


STATE = """
import json
spans = lens.point_spans
texts = [" ".join(text.replace("**", "").split()) for text in lens.text_of(spans)]
print(json.dumps([dict(point=dict(row), wordings=sorted({text for text, p in zip(texts, spans["point"]) if p == k}))
    for k, row in enumerate(lens.points[["name", "outputs"]].to_dict("records"))]))
"""


def _state(lab: Lab, page: Page) -> list[dict[str, Any]]:
    """Return the name, outputs and wordings of each point in Python."""
    lab.run_cell(page, 2)
    made: list[dict[str, Any]] = json.loads(lab.output_of(page, 2))
    return made


def _main(widget: Locator, k: int) -> Locator:
    return widget.locator(".ol-point-main").nth(k)


def _top(element: Locator) -> float:
    return float(element.evaluate("element => element.getBoundingClientRect().top"))


def test_a_point_is_renamed_in_place_with_the_keyboard_and_undone(lab: Lab, page: Page, corrected: Locator) -> None:
    before = _state(lab, page)
    main = _main(corrected, 1)
    main.focus()
    page.keyboard.press("F2")
    field = corrected.get_by_label("Name of the point")
    expect(field).to_be_focused()
    expect(field).to_have_value(before[1]["point"]["name"])
    page.keyboard.type("Never kept")
    page.keyboard.press("Escape")
    expect(_main(corrected, 1)).to_be_focused()
    expect(corrected.get_by_text("Never kept")).to_have_count(0)
    page.keyboard.press("F2")
    page.keyboard.type("Kept by hand")
    page.keyboard.press("Enter")
    expect(_main(corrected, 1)).to_contain_text("Kept by hand.")
    expect(_main(corrected, 1)).to_contain_text("named by hand")
    expect(_main(corrected, 1)).to_be_focused()
    expect(corrected.locator(".ol-footer .ol-said")).to_have_text("Named the point Kept by hand")
    assert [one["point"]["name"] for one in _state(lab, page)][:2] == [before[0]["point"]["name"], "Kept by hand"]
    # A new lens has the name from the log.
    for cell in (0, 1):
        lab.run_cell(page, cell)
    expect(corrected.locator(".ol-point-main")).to_have_count(0)
    again = view(page)
    again.get_by_role("button", name="Points", exact=True).click()
    expect(_main(again, 1)).to_contain_text("Kept by hand.", timeout=60_000)
    _main(again, 1).focus()
    page.keyboard.press("u")
    expect(_main(again, 1)).not_to_contain_text("Kept by hand")
    assert _state(lab, page) == before


def test_two_points_are_merged_and_the_result_stays_in_view(lab: Lab, page: Page, corrected: Locator) -> None:
    before = _state(lab, page)
    row = corrected.locator(".ol-point-row").nth(4)
    row.hover()
    merge = row.get_by_role("button", name=re.compile("^Merge .* with…$"))
    merge.click()
    expect(corrected.locator(".ol-merging")).to_contain_text("Choose the point that says the same as")
    page.keyboard.press("Escape")
    expect(corrected.locator(".ol-merging")).to_have_count(0)
    # With the keyboard: to the buttons, Enter, to another row, Enter.
    expect(row.locator(".ol-point-main")).to_be_focused()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(merge).to_be_focused()
    page.keyboard.press("Enter")
    for _ in range(2):
        page.keyboard.press("ArrowDown")
    expect(_main(corrected, 6)).to_be_focused()
    place = _top(_main(corrected, 6))
    page.keyboard.press("Enter")
    said = corrected.locator(".ol-footer .ol-said")
    expect(said).to_have_text(re.compile(r"^Merged 2 points: \d+ outputs$"))
    current = corrected.locator(".ol-point-row.ol-current")
    expect(current.locator(".ol-point-main")).to_contain_text("corrected by hand")
    # A list at its top cannot be scrolled further up.
    assert place - 300 < _top(current.locator(".ol-point-main")) < place + 5
    wordings = sorted([*before[4]["wordings"], *before[6]["wordings"]])
    after = _state(lab, page)
    assert wordings in [one["wordings"] for one in after]
    assert len(after) == len(before) - 1
    number = next(one["point"]["outputs"] for one in after if one["wordings"] == wordings)
    expect(current.locator(".ol-point-count")).to_contain_text(f"{number} of 50")
    current.locator(".ol-point-main").focus()
    page.keyboard.press("u")
    expect(corrected.get_by_text("corrected by hand")).to_have_count(0)
    assert _state(lab, page) == before
    page.keyboard.press("Escape")


def test_a_wording_is_split_off_where_the_reader_looks(lab: Lab, page: Page, corrected: Locator) -> None:
    before = _state(lab, page)
    for _ in scrolled(corrected.locator(".ol-list"), 300):
        break
    row = corrected.locator(".ol-point-row").nth(5)
    row.locator(".ol-point-main").click()
    open_row = corrected.locator(".ol-point-row.ol-current")
    wording = open_row.locator(".ol-wording").nth(1)
    text = " ".join(wording.locator(".ol-text").inner_text().split())
    wording.hover()
    place = _top(open_row)
    wording.get_by_role("button", name="Split off").click()
    expect(open_row.locator(".ol-point-main")).to_contain_text("corrected by hand")
    expect(open_row.locator(".ol-wording").first).to_be_visible()
    still = "([row, top]) => Math.abs(row.getBoundingClientRect().top - top) < 3"
    page.wait_for_function(still, arg=[open_row.element_handle(), place])
    after = _state(lab, page)
    assert [text] in [one["wordings"] for one in after]
    assert len(after) == len(before) + 1
    open_row.locator(".ol-point-main").focus()
    page.keyboard.press("u")
    expect(corrected.get_by_text("corrected by hand")).to_have_count(0)
    assert _state(lab, page) == before


def test_the_outputs_of_a_point_are_tagged(lab: Lab, page: Page, corrected: Locator) -> None:
    row = corrected.locator(".ol-point-row").nth(2)
    row.hover()
    row.get_by_role("button", name=re.compile("^Tag ")).click()
    page.keyboard.type("says it")
    page.keyboard.press("Enter")
    expect(corrected.locator(".ol-footer .ol-said")).to_contain_text("Tagged says it")
    count = _state(lab, page)[2]["point"]["outputs"]
    expect(corrected.locator(".ol-footer")).to_contain_text(f"{count} selected")


def test_a_page_shows_the_corrections_and_offers_none(show: Show) -> None:
    data = ol.sample("two_models")
    lens = ol.Lens(data, prompt="prompt", vectors=np.random.default_rng(0).normal(size=(len(data), 6)), store=False)
    lens.name_point(0, "Named before")
    page, widget = show(lens)
    expect(_main(widget, 0)).to_contain_text("Named before.")
    expect(_main(widget, 0)).to_contain_text("named by hand")
    expect(widget.get_by_text("1 corrected by hand", exact=True)).to_have_attribute(
        "title", re.compile("In the notebook")
    )
    _main(widget, 0).click()
    assert violations(page) == []
    points = widget.locator(".ol-point-row")
    expect(points.get_by_role("button", name=re.compile("^(Rename|Merge|Split off)"))).to_have_count(0)
    points.first.get_by_role("button", name="Tag Named before").click()
    expect(widget.get_by_role("combobox")).to_be_focused()


def test_the_parts_of_a_row_never_overlap(lens: ol.Lens, show: Show) -> None:
    page, widget = show(lens)
    row = widget.locator(".ol-point-row").nth(1)
    row.locator(".ol-point-count").click()
    for width in (320, 360, 400, 440, 520, 700, 1000, 1300):
        page.set_viewport_size({"width": width, "height": 900})
        parts = (".ol-point-count", ".ol-point-main", ".ol-quiet", ".ol-strip")
        boxes = [row.locator(part).first.bounding_box() for part in parts]
        for a, b in itertools.combinations(boxes, 2):
            assert a is not None
            assert b is not None
            across = min(a["x"] + a["width"], b["x"] + b["width"]) - max(a["x"], b["x"])
            down = min(a["y"] + a["height"], b["y"] + b["height"]) - max(a["y"], b["y"])
            assert across <= 1 or down <= 1, width
