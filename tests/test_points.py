"""Points on a lens: the tables, the selection, the frame, and what the browser receives."""

from __future__ import annotations

import threading
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

import outlens as ol
from outlens.text.utf16 import utf16
from outlens.widget.points import NOT_COMPARED

pytestmark = pytest.mark.model

SAYS = ["Water the 🌱 fern once a week.", "Give it plenty of sun.", "Turn the pot now and then.", "Ask a 🐝 keeper."]
MADE = [(0, 1, 2), (0, 1), (0, 1, 2), (0,), (1, 2), (3, 0)]


@pytest.fixture
def lens() -> ol.Lens:
    texts = ["Sure! 🙂\n\n" + " ".join(SAYS[k] for k in own) for own in MADE]
    frame = pd.DataFrame({"response": texts, "model": ["a", "b"] * 3}, index=[10, 11, 12, 13, 14, 15])
    return ol.Lens(frame, by="model", vectors=np.eye(6), store=False)


def test_points_count_outputs_and_sources(lens: ol.Lens) -> None:
    points = lens.points
    assert dict(zip(points["text"], points["outputs"], strict=True)) == {
        said: sum(k in own for own in MADE) for k, said in enumerate(SAYS)
    }
    for source, outputs in (("a", (0, 2, 4)), ("b", (1, 3, 5))):
        for text, share in zip(points["text"], points[f"model={source}"], strict=True):
            assert share == pytest.approx(np.mean([SAYS.index(text) in MADE[i] for i in outputs]))
    assert lens.text_of(lens.point_spans).isin(SAYS).sum() == sum(map(len, MADE))


def test_points_select_outputs(lens: ol.Lens) -> None:
    for point, text in enumerate(lens.points["text"]):
        makers = [i for i, own in enumerate(MADE) if SAYS.index(text) in own]
        lens.select(point=point)
        assert lens.selection.tolist() == makers
        lens.select(point=point, made=False)
        assert lens.selection.tolist() == [i for i in range(6) if i not in makers]
    with pytest.raises(ValueError, match="there is no point 9; the points of this prompt are 0 to 3"):
        lens.select(point=9)
    with pytest.raises(ValueError, match="together with a point"):
        lens.select([10], made=False)
    with pytest.raises(ValueError, match="only one of them"):
        lens.select([10], point=0)


def test_an_output_is_compared_with_the_others(lens: ol.Lens) -> None:
    assert set(lens.omissions(13)["text"]) == {SAYS[1], SAYS[2]}
    assert lens.omissions(13, least=0.6)["text"].tolist() == [SAYS[1]]
    support = lens.support(15)
    assert dict(zip(lens.text_of(support), support["support"], strict=True)) == {SAYS[3]: 0, SAYS[0]: 4}
    with pytest.raises(ValueError, match="omissions takes one row"):
        lens.omissions([10, 11])
    for wrong in (2, "half", None):
        with pytest.raises(ValueError, match=f"least is {wrong!r}; give a share"):
            lens.omissions(10, least=wrong)  # type: ignore[arg-type]


def grouped(by: str | None = None) -> ol.Lens:
    """A lens of six long outputs that ask for much sun and six that do not, in two clusters across two models."""
    common = " ".join(f"Water the fern on day {word} of every week." for word in ("one", "two", "three")) * 6
    sunny = "Give it plenty of sun. Place it near a bright window. "
    frame = pd.DataFrame({"response": [sunny + common, common] * 6, "model": ["a", "a", "b", "b"] * 3})
    frame["response"] += [f" Pot {i}." for i in range(12)]
    return ol.Lens(frame, by=by, vectors=np.eye(2)[np.arange(12) % 2], store=False)


def test_clusters_and_groups_are_distinguished_by_points() -> None:
    lens = grouped(by="model")
    numbers = lens.frame["cluster"].to_numpy()
    spans, points = lens.point_spans, lens.points
    table = lens.distinctive(by="cluster", points=True)
    assert {"Give it plenty of sun.", "Place it near a bright window."} <= set(table["text"])
    assert table["group"].tolist() == lens.clusters["name"].loc[table["cluster"]].tolist()
    for row in table.itertuples():
        makes = np.isin(np.arange(12), spans.loc[spans["point"] == row.point, "output"])
        here = numbers == row.cluster
        assert (row.f1, row.n1) == ((makes & here).sum(), here.sum())
        assert (row.f2, row.n2) == ((makes & ~here).sum(), (~here).sum())
        assert (row.text, row.name) == tuple(points.loc[row.point, ["text", "name"]])
    # By default the groups are the models, which say the same.
    assert lens.distinctive(points=True).query("q <= .05").empty
    assert set(lens.distinctive(points=True)["group"]) <= {"a", "b"}
    pd.testing.assert_frame_equal(grouped().distinctive(points=True), table)
    words = lens.distinctive(by="cluster")
    assert words.columns[:3].tolist() == ["cluster", "group", "form"]
    pd.testing.assert_frame_equal(grouped().distinctive(), words)


def test_a_column_named_cluster_comes_before_the_clusters() -> None:
    frame = pd.DataFrame({"response": [" ".join(SAYS[k] for k in own) for own in MADE], "cluster": [*"xxyyzz"]})
    lens = ol.Lens(frame, vectors=np.eye(6), store=False)
    assert set(lens.distinctive(by="cluster", points=True)["group"]) <= {*"xyz"}


def test_the_browser_knows_whether_outputs_are_long(lens: ol.Lens) -> None:
    for made, is_long in ((lens, False), (grouped(), True)):
        made.clusters  # noqa: B018
        assert made._bridge.page_state()["_pages"][0]["_tree"]["long"] is is_long


def test_the_frame_has_the_measures_once_points_were_found(lens: ol.Lens) -> None:
    assert "completeness" not in lens.frame
    common = {k for k in range(4) if sum(k in own for own in MADE) >= 3}
    lens.points  # noqa: B018
    frame = lens.frame
    assert frame["points"].tolist() == [len(own) for own in MADE]
    assert frame["alone"].tolist() == [0, 0, 0, 0, 0, 1]
    assert frame["completeness"].tolist() == [len(common & set(own)) / len(common) for own in MADE]


def test_added_outputs_are_counted(lens: ol.Lens) -> None:
    before = lens.points.set_index("text")["outputs"]
    lens.add(pd.DataFrame({"response": [SAYS[2]], "model": ["a"]}, index=[16]), vectors=np.eye(6)[:1])
    after = lens.points.set_index("text")["outputs"]
    assert (after - before).loc[SAYS].tolist() == [0, 0, 1, 0]


def test_the_browser_receives_what_python_returns(lens: ol.Lens, settled: Callable[[ol.Lens], None]) -> None:
    widget = lens._bridge.widget
    assert widget._points == {}
    lens._bridge._on_message(widget, {"kind": "points", "prompt": 0}, [])
    lens.points  # noqa: B018
    settled(lens)
    assert widget._points_progress["status"] == "ready"
    wire = widget._points
    spans, points = lens.point_spans, lens.points
    level = wire["granularities"].index(0.5)
    n = wire["points"][level]
    assert n == len(points)
    order = np.frombuffer(wire["order"][level], "<i4")
    unit = np.frombuffer(wire["unit"], "<u4")
    leaf, levels = np.frombuffer(wire["leaf"], "<i4"), np.frombuffer(wire["levels"], "<i4").reshape(7, -1)
    group = np.where(unit == NOT_COMPARED, -1, levels[level][leaf[np.where(unit == NOT_COMPARED, 0, unit)]])
    number = {node: i for i, node in enumerate(order.tolist())} | {-1: -1}
    assert [number[node] for node in group.tolist()] == spans["point"].tolist()
    assert [wire["names"][node] for node in order[:n].tolist()] == points["name"].tolist()
    typical = np.frombuffer(wire["typical"], "<u4")[order[:n]]
    assert lens.text_of(spans.iloc[typical]).tolist() == points["text"].tolist()
    texts = lens._study.outputs.texts
    for row, (output, a, b) in enumerate(spans[["output", "start", "end"]].to_numpy().tolist()):
        assert np.frombuffer(wire["output"], "<u4")[row] == output
        here = [np.frombuffer(wire[name], "<u4")[row] for name in ("start", "end")]
        assert here == utf16(texts[output], np.array([a, b])).tolist()


def test_points_stop_and_continue(settled: Callable[[ol.Lens], None]) -> None:
    texts = [f"Sentence number {i} is about {i * i} things." for i in range(300)]
    with ol.Lens(texts, vectors=np.eye(300, 4) + 1, store=False) as lens:
        lens.clusters  # noqa: B018
        part = lens._study.parts[0]
        part.points_progress.report = _stop  # type: ignore[method-assign]
        lens._bridge._on_message(lens._bridge.widget, {"kind": "points", "prompt": 0}, [])
        settled(lens)
        assert lens._bridge.widget._points_progress["status"] == "stopped"
        del part.points_progress.report
        assert len(lens.points)


def _stop(*_: object, **__: object) -> None:
    from outlens.deferred import Stopped

    raise Stopped


def test_outputs_added_while_points_are_encoded_do_not_stop_the_background(lens: ol.Lens) -> None:
    bridge, part = lens._bridge, lens._study.parts[0]
    on_wire = bridge._parts[0]
    lens.points  # noqa: B018
    encode = on_wire.encode_points

    def late(made: object) -> None:
        # Now the part of the bridge is another one, whose points nobody has found.
        lens.add(pd.DataFrame({"response": [SAYS[2]], "model": ["a"]}, index=[16]), vectors=np.eye(6)[:1])
        encode(made)  # type: ignore[arg-type]

    on_wire.encode_points = late  # type: ignore[method-assign]
    bridge._encode(part, on_wire)
    assert len(lens) == 7
    assert bridge.widget._points == {}
    assert lens.points["outputs"].sum() == sum(map(len, MADE)) + 1


def test_a_new_map_keeps_the_points_and_a_closed_lens_drops_them(lens: ol.Lens) -> None:
    before = lens.points
    made = lens._study.parts[0].points.peek()
    lens.refit()
    assert lens._study.parts[0].points.peek() is made
    pd.testing.assert_frame_equal(lens.points, before)
    lens.close()
    assert lens._study.parts[0].points.peek() is None
    assert lens._bridge.widget._points == {}


def test_stop_reaches_the_search_for_points(lens: ol.Lens, settled: Callable[[ol.Lens], None]) -> None:
    part = lens._study.parts[0]
    begun, go_on = threading.Event(), threading.Event()

    def wait() -> None:
        begun.set()
        assert go_on.wait(60)

    lens._study.later(wait)
    assert begun.wait(60)
    lens._bridge._on_message(lens._bridge.widget, {"kind": "points", "prompt": 0}, [])
    assert part.points_progress.now.status == "waiting"
    lens._bridge._on_message(lens._bridge.widget, {"kind": "stop", "prompt": 0, "what": "points"}, [])
    go_on.set()
    settled(lens)
    assert part.points_progress.now.status == "stopped"
    assert lens._bridge.widget._points_progress["status"] == "stopped"


def test_a_page_has_the_points_that_were_found(lens: ol.Lens) -> None:
    assert lens._bridge.page_state()["_pages"][0]["_points"] == {}
    lens.points  # noqa: B018
    assert lens._bridge.page_state()["_pages"][0]["_points"]["names"]
