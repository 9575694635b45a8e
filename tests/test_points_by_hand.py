"""Points corrected by hand on a lens: the tables, the log, other people, and what the browser sends and receives."""

from __future__ import annotations

import json
import random
import sqlite3
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import outlens as ol
from outlens.tags.events import Event, keys
from outlens.tags.fold import State

pytestmark = pytest.mark.model

WATER = ["Water the fern once a week.", "Water your fern once each week."]
SUN = ["Give it plenty of sun.", "Give it plenty of sun daily."]
POT = "Turn the pot now and then."
ALL = [*WATER, *SUN, POT]
MADE = [(0, 2, 4), (0, 3), (1, 2, 4), (0, 4), (2, 4), (1, 2), (3, 0), (4, 2)]


def frame_of(made: list[tuple[int, ...]] = MADE) -> pd.DataFrame:
    return pd.DataFrame({"response": [" ".join(ALL[k] for k in own) for own in made], "id": range(len(made))})


def lens_of(frame: pd.DataFrame, **more: Any) -> ol.Lens:
    return ol.Lens(frame, **{"vectors": np.eye(len(frame)), "store": False, "id": "id", **more})


@pytest.fixture
def lens() -> ol.Lens:
    return lens_of(frame_of())


def said(lens: ol.Lens) -> dict[frozenset[str], tuple[str, int]]:
    """Return the name and the outputs of each point, by its wordings."""
    spans = lens.point_spans
    texts = lens.text_of(spans)
    return {
        frozenset(texts[spans["point"] == point.point]): (point.name, point.outputs)
        for point in lens.points.itertuples()
    }


def number(lens: ol.Lens, text: str) -> int:
    spans = lens.point_spans
    return int(spans["point"][lens.text_of(spans) == text].iloc[0])


def outputs(*wordings: int) -> int:
    return sum(bool(set(own) & set(wordings)) for own in MADE)


def test_points_before(lens: ol.Lens) -> None:
    assert {group: n for group, (_, n) in said(lens).items()} == {
        frozenset(WATER): outputs(0, 1), frozenset(SUN): outputs(2, 3), frozenset([POT]): outputs(4),
    }  # fmt: skip


def test_a_name_a_merge_and_a_split_are_in_all_tables_at_every_granularity_and_undone(lens: ol.Lens) -> None:
    before = said(lens)
    lens.frame  # noqa: B018
    lens.name_point(number(lens, SUN[0]), "  Plenty \n of light ")
    assert lens.merge_points([number(lens, SUN[0]), number(lens, POT)]) == number(lens, POT)
    assert lens.split_point(WATER[1]) == number(lens, WATER[1])
    wanted = {
        frozenset([*SUN, POT]): ("Plenty of light", outputs(2, 3, 4)),
        frozenset(WATER[:1]): (WATER[0][:-1], outputs(0)),
        frozenset(WATER[1:]): (WATER[1][:-1], outputs(1)),
    }
    for granularity in (0.0, 0.5, 1.0):
        lens.view.points_granularity = granularity
        for group, (name, n) in said(lens).items():
            assert wanted[group][1] == n
            if granularity == 0.5:
                assert wanted[group][0] == name
    lens.view.points_granularity = 0.5
    assert lens.frame["points"].tolist() == [
        len({{0: "a", 1: "b"}.get(k, "c") for k in own}) for own in MADE
    ]  # fmt: skip
    lens.select(point=number(lens, WATER[1]))
    assert lens.selection.tolist() == [i for i, own in enumerate(MADE) if 1 in own]
    assert set(lens.omissions(3)["text"]) == set()
    assert lens.support(2)["support"].tolist() == [outputs(1) - 1, outputs(2, 3, 4) - 1, outputs(2, 3, 4) - 1]
    assert lens.undo() == f"split of ‘{WATER[1]}’"
    assert lens.undo().startswith("merge of points ‘")
    assert lens.undo() == "name ‘Plenty of light’ of a point"
    assert said(lens) == before
    for _ in range(3):
        lens.redo()
    assert said(lens) == wanted
    lens.name_point(number(lens, POT), "")
    assert "Plenty of light" not in lens.points["name"].tolist()
    assert lens.undo().startswith("removed name of a point")


def test_a_name_stays_when_most_wordings_are_added_later() -> None:
    old, more = ["Water it every week."], ["once", "always", "gladly", "really"]
    frame = pd.DataFrame({"response": [*old, "Water it once every week please."], "id": [0, 1]})
    lens = lens_of(frame)
    lens.name_point(0, "Watering")
    added = pd.DataFrame({"response": [f"Water it {word} every week." for word in more], "id": range(2, 6)})
    lens.add(added, vectors=np.eye(6)[2:, :2])
    assert lens.points["outputs"].tolist() == [6]
    assert lens.points["name"].tolist() == ["Watering"]


def test_a_merge_stays_when_the_typical_wordings_are_filtered_out(tmp_path: Path) -> None:
    first = lens_of(frame_of(), store=tmp_path / "tags.sqlite")
    first.merge_points([number(first, WATER[0]), number(first, SUN[0])])
    typical = set(first.points["text"])
    first.close()
    # Of each point, only the wording that is not typical.
    kept = [text for text in [*WATER, *SUN] if text not in typical]
    left = frame_of()[[any(text in cell for text in kept) for cell in frame_of()["response"]]]
    left = left.assign(response=[" ".join(text for text in kept if text in cell) for cell in left["response"]])
    again = lens_of(left, store=tmp_path / "tags.sqlite", vectors=np.eye(len(left)))
    assert (again.points["outputs"] == len(left)).sum() == 1


def test_a_correction_during_the_encoding_reaches_the_browser(lens: ol.Lens) -> None:
    bridge, part, on_wire = lens._bridge, lens._study.parts[0], lens._bridge._parts[0]
    lens.points  # noqa: B018
    encode, corrected = on_wire.encode_points, []

    def late(made: Any) -> None:
        encode(made)
        if not corrected:
            corrected.append(lens.name_point(number(lens, POT), "Turning"))

    on_wire.encode_points = late  # type: ignore[method-assign]
    bridge._encode(part, on_wire)
    assert "Turning" in bridge.widget._points["names"]
    assert not on_wire.encoding


def test_nonsense_is_refused_with_what_to_write(lens: ol.Lens) -> None:
    for call, error, message in [
        (lambda: lens.split_point([*WATER, *SUN]), ValueError, "all units of several points; .* merge_points"),
        (lambda: lens.name_point(9, "a"), ValueError, "there is no point 9; the points of this prompt are 0 to 2"),
        (lambda: lens.name_point(True, "a"), ValueError, "there is no point True"),
        (lambda: lens.name_point(0, 3), TypeError, "the name of a point must be a str, not 3"),  # type: ignore[arg-type]
        (lambda: lens.merge_points(0), TypeError, r"takes a list of the numbers of points, as \[0, 3\], not 0"),  # type: ignore[arg-type]
        (lambda: lens.merge_points([0, 0]), ValueError, r"at least two different points, not \[0, 0\]"),
        (lambda: lens.merge_points([]), ValueError, "at least two different points"),
        (lambda: lens.merge_points([0, 1.5]), ValueError, "there is no point 1.5"),  # type: ignore[list-item]
        (lambda: lens.split_point(WATER), ValueError, "a point of their own already"),
        (lambda: lens.split_point("Water the firn once a week."), KeyError, "Water the fern once a week"),
        (lambda: lens.split_point([]), ValueError, "got no unit"),
        (lambda: lens.split_point(7), TypeError, "the text of a unit, or a list of texts, not 7"),
        (lambda: lens.split_point(pd.DataFrame({"a": [1]})), ValueError, "no column 'output'; give rows of"),
        (lambda: lens.split_point(lens.point_spans.assign(end=1)), KeyError, "give rows of lens.point_spans"),
        (lambda: lens.split_point(lens.point_spans.head(0)), ValueError, "got no row"),
    ]:  # fmt: skip
        with pytest.raises(error, match=message):
            call()
    assert lens.tag_log.empty


def test_a_split_takes_rows_of_the_span_table(lens: ol.Lens) -> None:
    spans = lens.point_spans
    lens.split_point(spans[lens.text_of(spans) == SUN[1]].head(1))
    assert frozenset(SUN[1:]) in said(lens)


def correct(lens: ol.Lens) -> dict[frozenset[str], tuple[str, int]]:
    lens.merge_points([number(lens, SUN[0]), number(lens, POT)])
    lens.name_point(number(lens, POT), "Light")
    lens.split_point([WATER[1]])
    return said(lens)


def test_corrections_are_there_after_a_restart_in_another_order_and_after_rows_were_added(tmp_path: Path) -> None:
    store = tmp_path / "tags.sqlite"
    with lens_of(frame_of(), store=store) as lens:
        wanted = correct(lens)
    frame = frame_of()
    with lens_of(frame.sample(frac=1, random_state=1), store=store) as lens:
        assert said(lens) == wanted
        more = pd.DataFrame({"response": [f"{POT} {WATER[1]}"], "id": ["new"]})
        lens.add(more, vectors=np.eye(len(frame))[:1])
        grown = {group: (name, n + 1 - (group == frozenset(WATER[:1]))) for group, (name, n) in wanted.items()}
        assert said(lens) == grown
        lens.save(tmp_path / "lens.outlens")
        lens.undo()
        assert frozenset(WATER) in said(lens)
    with ol.open(tmp_path / "lens.outlens", store=False) as lens:
        assert said(lens) == grown
    with lens_of(frame.head(1).assign(response="Something else."), store=store, vectors=np.eye(1)) as lens:
        assert len(lens.points) == 1


def test_corrections_of_one_prompt_do_not_change_another(tmp_path: Path) -> None:
    frame = pd.concat([frame_of().assign(prompt=p) for p in "ab"], ignore_index=True).drop(columns="id")
    lens = ol.Lens(frame, prompt="prompt", vectors=np.eye(len(frame)), store=False)
    before = said(lens)
    wanted = correct(lens)
    lens.prompt = "b"
    assert said(lens) == before
    page = lens._bridge.page_state()
    assert page["prompt_index"] == 1
    lens.prompt = "a"
    assert said(lens) == wanted


def test_everybodys_corrections_apply_in_order_of_time() -> None:
    ann, ben = lens_of(frame_of(), annotator="ann"), lens_of(frame_of(), annotator="ben")
    ann.merge_points([number(ann, SUN[0]), number(ann, POT)])
    ben.name_point(number(ben, WATER[0]), "Watering")
    ben.split_point(SUN[1])
    ann.name_point(number(ann, WATER[0]), "Weekly water")
    ben.merge_tags(ann.tag_log)
    ann.merge_tags(ben.tag_log)
    assert said(ann) == said(ben)
    assert said(ann)[frozenset(WATER)][0] == "Weekly water"
    assert frozenset(SUN[1:]) in said(ann)
    assert frozenset([SUN[0], POT]) in said(ann)
    # Everybody undoes their own.
    assert ben.undo().startswith("split of")
    assert frozenset([*SUN, POT]) in said(ben)


def test_foreign_and_malformed_corrections_do_nothing(lens: ol.Lens) -> None:
    before = said(lens)
    key = lens._tags.keys[0]
    for i, value in enumerate(["", "x", "[1]", '{"do": "split", "texts": 3}', '{"do": "merge", "texts": ["nothing"]}']):
        event = Event(f"{i:032x}", i + 1, "ben", key, "point", value, f"{i + 100:032x}", "")
        lens.merge_tags([event])
    assert said(lens) == before
    assert len(lens.tag_log) == 5
    state = lens._tags.session.state
    says = [state.describe("ben", gesture) for gesture in state.undo_stack("ben")]
    assert says == ["unknown correction of points"] * 4 + ["merge of points ‘nothing’"]


def test_an_event_about_an_output_that_is_not_here_does_nothing(lens: ol.Lens) -> None:
    before = said(lens)
    other = lens_of(frame_of().assign(id=[f"other {i}" for i in range(len(MADE))]))
    correct(other)
    assert lens.merge_tags(other.tag_log).taken == 0
    assert said(lens) == before


def test_a_store_is_only_marked_as_newer_once_it_holds_a_correction(tmp_path: Path) -> None:
    store = tmp_path / "tags.sqlite"

    def version() -> int:
        with sqlite3.connect(store) as connection:
            return int(connection.execute("PRAGMA user_version").fetchone()[0])

    with lens_of(frame_of(), store=store) as lens:
        lens.tag("good", [0])
        assert version() == 1
        ol.tags.write_events(tmp_path / "one.jsonl", lens.tag_log)
        lens.name_point(0, "a")
        assert version() == 2
        ol.tags.write_events(tmp_path / "two.jsonl", lens.tag_log)
        log = lens.tag_log
    heads = [json.loads((tmp_path / name).read_text().split("\n")[0])["version"] for name in ("one.jsonl", "two.jsonl")]
    assert heads == [1, 2]
    assert [event.id for event in ol.tags.read_events(tmp_path / "two.jsonl")] == log["id"].tolist()
    with lens_of(frame_of()) as lens:
        lens.merge_tags(tmp_path / "two.jsonl")
        assert lens.points["name"][0] == "a"


def test_lone_surrogates_in_wordings_and_names(tmp_path: Path) -> None:
    texts = [f"\ud83d Water it weekly{'.' * k} It needs much sun{'!' * k}" for k in range(1, 5)]
    frame = pd.DataFrame({"response": pd.Series(texts, dtype=object), "id": range(4)})
    with lens_of(frame, store=tmp_path / "s.sqlite") as lens:
        assert lens.merge_points([0, 1]) == 0
        lens.name_point(0, "Half \ud83d")
        assert lens.points["name"].tolist() == ["Half �"]
        wire = json.dumps(lens._bridge.page_state()["_pages"][0]["_points"]["names"])
        assert wire.isascii()
    with lens_of(frame, store=tmp_path / "s.sqlite") as lens:
        assert lens.points["name"].tolist() == ["Half �"]


PEOPLE = ["ann", "ben"]


@settings(max_examples=60)
@given(
    st.lists(
        st.tuples(st.sampled_from(PEOPLE), st.sampled_from(["do", "undo", "redo"]), st.integers(0, 5)), max_size=12
    ),
    st.randoms(use_true_random=False),
)
def test_corrections_in_effect_do_not_depend_on_the_order_in_which_logs_arrive(
    steps: list[tuple[str, str, int]], chance: random.Random
) -> None:
    place = keys(["a", "b", "c"])
    events: list[Event] = []
    deeds: list[tuple[str, str, str, frozenset[str]]] = []
    for time, (who, what, which) in enumerate(steps):
        mine = [deed for deed in deeds if deed[0] == who]
        if what == "do":
            gesture = f"{time + 500:032x}"
            held = frozenset(place[: 1 + which % 3])
            deeds.append((who, gesture, f"value {which}", held))
            events += [
                Event(f"{10 * time + k:032x}", time, who, key, "point", f"value {which}", gesture, "")
                for k, key in enumerate(sorted(held))
            ]
        elif mine:
            events.append(Event(f"{10 * time:032x}", time, who, "", what, mine[which % len(mine)][1], "e" * 32, ""))  # type: ignore[arg-type]
    off: set[str] = set()
    for event in events:
        if event.action in ("undo", "redo"):
            (off.add if event.action == "undo" else off.discard)(event.value)
    wanted = [(gesture, value, held) for _, gesture, value, held in deeds if gesture not in off]
    for _ in range(2):
        state = State(keys=place)
        mixed = [*events]
        chance.shuffle(mixed)
        cut = chance.randint(0, len(mixed))
        state.apply(mixed[:cut])
        state.apply(mixed[cut:])
        assert [(one.gesture, one.value, one.keys) for one in state.corrections()] == wanted
    assert [(one.gesture, one.value, one.keys) for one in State(events, place).corrections()] == wanted


# The browser


def received(lens: ol.Lens, act: Any) -> dict[str, Any]:
    """Return the points that the browser receives after an act."""
    arrived = threading.Event()
    lens._bridge.widget.observe(lambda _: arrived.set(), "_points")
    act()
    assert arrived.wait(60)
    lens._bridge.widget.unobserve_all("_points")
    return lens._bridge.widget._points


def groups_of(lens: ol.Lens, wire: dict[str, Any]) -> dict[frozenset[str], tuple[str, int]]:
    """Return the wordings, name and mark of each point that the browser shows at the default granularity."""
    level = wire["granularities"].index(0.5)
    unit = np.frombuffer(wire["unit"], "<u4")
    leaf = np.frombuffer(wire["leaf"], "<i4")
    node = np.frombuffer(wire["levels"], "<i4").reshape(len(wire["granularities"]), -1)[level][leaf[unit]]
    texts = lens.text_of(lens.point_spans).to_numpy()
    by_hand = np.frombuffer(wire["by_hand"], "u1")
    order = np.frombuffer(wire["order"][level], "<i4")[: wire["points"][level]].tolist()
    return {frozenset(texts[node == n]): (wire["names"][n], int(by_hand[n])) for n in order}


def test_the_browser_corrects_and_receives_corrected_points(lens: ol.Lens) -> None:
    widget = lens._bridge.widget
    wire = received(lens, lambda: lens._bridge._on_message(widget, {"kind": "points", "prompt": 0}, []))
    sent: list[Any] = []
    widget.send = lambda content, *_: sent.append(content)  # type: ignore[method-assign]
    rows = np.frombuffer(wire["unit"], "<u4")
    texts = lens.text_of(lens.point_spans).to_numpy()

    def gesture(do: str, *said: str, **more: Any) -> None:
        at = [int(np.flatnonzero(texts == text)[0]) for text in said]
        value = {"do": do, "rows": at, "found": wire["found"], "granularity": 0.5, **more}
        message = {"kind": "tags", "prompt": 0, "id": 1, "action": "point", "value": json.dumps(value)}
        widget._handle_custom_msg(message, [])

    assert len(rows) == len(texts)
    now = received(lens, lambda: gesture("merge", SUN[0], POT))
    assert sent[-1]["says"] == f"Merged 2 points: {outputs(2, 3, 4)} outputs"
    assert {group: mark for group, (_, mark) in groups_of(lens, now).items()} == {
        frozenset([*SUN, POT]): 1, frozenset(WATER): 0,
    }  # fmt: skip
    assert now["found"] == wire["found"]
    assert now["unit"] is wire["unit"]
    now = received(lens, lambda: gesture("name", WATER[1], name="Watering"))
    assert groups_of(lens, now)[frozenset(WATER)] == ("Watering", 2)
    now = received(lens, lambda: gesture("split", WATER[1]))
    assert sent[-1]["says"] == f"Split off: {outputs(1)} outputs"
    assert groups_of(lens, now)[frozenset(WATER[:1])] == ("Watering", 3)
    assert {group: name for group, (name, _) in groups_of(lens, now).items()} == {
        group: name for group, (name, _) in said(lens).items()
    }
    assert lens._bridge.page_state()["_pages"][0]["_points"] is now
    undone = received(
        lens,
        lambda: widget._handle_custom_msg(
            {"kind": "tags", "prompt": 0, "id": 2, "action": "undo", "value": ""}, [memoryview(b"")]
        ),
    )
    assert groups_of(lens, undone)[frozenset(WATER)] == ("Watering", 2)
    gesture("merge", SUN[0], POT)
    assert sent[-1]["says"] == "these are already one point."
    gesture("merge", SUN[0], WATER[0], found=-1)
    assert "the points have changed" in sent[-1]["says"]
    for wrong in ({"rows": []}, {"rows": [10_000]}, {"granularity": 99}, {"rows": "x"}):
        gesture("merge", SUN[0], **wrong)
        assert sent[-1]["says"]
    # Two corrections of the browser, one of them undone, and none of the refused ones.
    assert len(set(lens.tag_log.query("action == 'point'")["gesture"])) == 3


def test_other_peoples_corrections_arrive_in_the_browser(lens: ol.Lens) -> None:
    widget = lens._bridge.widget
    received(lens, lambda: lens._bridge._on_message(widget, {"kind": "points", "prompt": 0}, []))
    ben = lens_of(frame_of(), annotator="ben")
    ben.merge_points([number(ben, SUN[0]), number(ben, POT)])
    now = received(lens, lambda: lens.merge_tags(ben.tag_log))
    assert frozenset([*SUN, POT]) in groups_of(lens, now)
