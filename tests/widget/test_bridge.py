"""The bridge: traits show the owners' state, whichever side and whichever thread changed it."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest

import outlens as ol
from outlens.widget import bridge
from outlens.widget.model import STATIC


@pytest.fixture
def lens() -> ol.Lens:
    return ol.Lens({"prompt": ["p", "p", "q"], "response": ["a", "b", "c"]}, vectors=np.eye(3), store=False)


def rows(*positions: int) -> bytes:
    return np.array(positions, "<u4").tobytes()


def test_changes_sent_together_are_applied_together(lens: ol.Lens) -> None:
    widget = lens._bridge.widget
    view = {**lens._state.view, "scope": "selected", "order": "typical"}
    for order in (["view", "selection", "granularity"], ["granularity", "selection", "view"]):
        lens.select(None)
        lens.view.order = "row"
        lens.recluster(0.5)
        sent = {"view": view, "selection": memoryview(rows(1)), "granularity": 0.75}
        widget.set_state({name: sent[name] for name in order})
        assert lens.selection.tolist() == [1]
        assert (lens.view.scope, lens.view.order, lens.granularity) == ("selected", "typical", 0.75)
        assert (widget.selection, widget.view, widget.granularity) == (rows(1), view, 0.75)


def test_invalid_changes_are_reverted(lens: ol.Lens) -> None:
    widget = lens._bridge.widget
    for name, value in (("granularity", 7.0), ("view", {"mode": "round"}), ("prompt_index", 9)):
        before = getattr(widget, name)
        with pytest.raises(ValueError, match=r"7\.0|round|9"):
            widget.set_state({name: value})
        assert getattr(widget, name) == before
    widget.set_state({"selection": memoryview(rows(2, 99))})
    assert lens.selection.tolist() == [2]
    assert widget.selection == rows(2)
    widget.set_state({"view": {"mode": "grid", "unheard": 1, "pins": [1, 99]}})
    assert (lens.view.mode, lens.view.pins, "unheard" in widget.view) == ("grid", [1], False)


def test_the_second_module_follows_the_first_display_without_a_question(
    lens: ol.Lens, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bridge, "AFTER", 0.001)
    widget = lens._bridge.widget
    shown: list[bool] = []
    sent: list[tuple[bool, bytes]] = []
    arrived = threading.Event()

    def receive(change: Any) -> None:
        sent.append((bool(shown), change["new"]))
        arrived.set()

    widget.observe(receive, "_rare")
    assert widget._rare == b""
    # Sent while this thread is busy, but not while it changes the lens.
    with lens._tags.lock:
        lens._repr_mimebundle_()
        shown.append(True)
    assert arrived.wait(30)
    lens._repr_mimebundle_()
    assert sent == [(True, (STATIC / "rare.js").read_bytes())]


def test_every_answer_carries_the_question() -> None:
    lens = ol.Lens(["a b c", "d e f"], vectors=np.eye(2), store=False)
    sent: list[dict] = []
    lens._bridge.widget.send = lambda content, buffers=None: sent.append(content)
    questions = [
        {"kind": "texts", "ids": [0]},
        {"kind": "find", "query": "a", "regex": False},
        {"kind": "find", "query": "(", "regex": True},
        {"kind": "count", "query": "a", "regex": False},
        {"kind": "compare"},
        {"kind": "tags", "action": "tag", "value": "x"},
        {"kind": "tags", "action": "dance", "value": "x"},
    ]
    for number, question in enumerate(questions):
        lens._bridge.widget._handle_custom_msg({"prompt": 0, "id": f"v{number}", **question}, [memoryview(rows(0))])
    assert [(answer["id"], answer["prompt"]) for answer in sent] == [(f"v{i}", 0) for i in range(len(questions))]
    kinds = ["texts", "found", "found", "counted", "compared", "tagged", "tagged"]
    assert [answer["kind"] for answer in sent] == kinds


@pytest.mark.parametrize(
    ("query", "regex", "counts"),
    [("A", False, [2, 1]), ("^b", True, [1, 0]), ("z", False, [0, 0]), ("(", True, [0, 0])],
)
def test_matches_are_counted_prompt_by_prompt(query: str, regex: bool, counts: list[int]) -> None:
    data = {"prompt": ["p", "q", "p", "q"], "response": ["a a", "c a", "b a", "d"]}
    lens = ol.Lens(data, vectors=np.eye(4), store=False)
    sent: list[bytes] = []
    lens._bridge.widget.send = lambda content, buffers: sent.extend(buffers)
    question = {"kind": "count", "prompt": 0, "id": 1, "query": query, "regex": regex}
    lens._bridge.widget._handle_custom_msg(question, [])
    assert np.frombuffer(sent[0], "<u4").tolist() == counts


def test_a_gesture_gets_an_answer_while_another_thread_computes_a_prompt(settled: Callable[[ol.Lens], None]) -> None:
    begun, may_end = threading.Event(), threading.Event()

    def model(texts: list[str]) -> np.ndarray:
        if "slow" in texts:
            begun.set()
            assert may_end.wait(20)
        return np.eye(3)[: len(texts)]

    lens = ol.Lens({"prompt": ["p", "p", "q"], "response": ["a", "b", "slow"]}, model=model, store=False)
    sent: list[dict] = []
    lens._bridge.widget.send = lambda content, buffers=None: sent.append(content)
    try:
        lens._bridge.widget.set_trait("prompt_index", 1)
        assert begun.wait(20)
        assert (lens.prompt, lens._bridge.widget._info["prompt"], lens._bridge.widget._leaf) == ("q", 1, b"")
        message = {"kind": "tags", "prompt": 0, "id": 1, "action": "tag", "value": "x"}
        lens._bridge.widget._handle_custom_msg(message, [memoryview(rows(0))])
        assert sent[0]["says"] == "Tagged x: 1 output"
        lens.select([1])
    finally:
        may_end.set()
    assert len(lens.clusters) == 1
    settled(lens)
    assert len(lens._bridge.widget._leaf) == 4
    assert lens.selection.tolist() == [1]


def test_traits_show_the_last_of_changes_in_many_threads(lens: ol.Lens) -> None:
    start = threading.Barrier(4)

    def choose(position: int) -> None:
        start.wait(20)
        for _ in range(50):
            lens.select([position])
            lens._bridge.widget.set_trait("granularity", position / 4)
            lens.tag("x", [position])

    with ThreadPoolExecutor(4) as pool:
        done = [pool.submit(choose, i % 3) for i in range(4)]
        for one in done:
            one.result(60)
    widget = lens._bridge.widget
    assert widget.selection == rows(*lens.selection.tolist())
    assert widget.granularity == lens.granularity
    assert widget.view["scope"] == lens.view.scope == "selected"
    assert lens.tagged("x").index.tolist() == [0, 1, 2]


def test_two_sets_are_compared_whatever_is_selected() -> None:
    texts = ["we take the tea"] * 6 + ["they drink it cold"] * 6
    lens = ol.Lens(texts, vectors=np.eye(12), store=False)
    sent: list[tuple[dict, list[bytes]]] = []
    lens._bridge.widget.send = lambda content, buffers=None: sent.append((content, buffers))

    def ask(*sets: bytes) -> tuple[dict, list[bytes]]:
        message = {"kind": "compare", "prompt": 0, "id": "v1"}
        lens._bridge.widget._handle_custom_msg(message, [memoryview(one) for one in sets])
        return sent[-1]

    lens.select([3, 4, 5])
    # An output that was not there when the question was asked, and one that is named twice.
    reply, (ids, offsets) = ask(rows(0, 1, 2, 3, 4, 5, 5, 99), rows(*range(6, 12)))
    assert (reply["kind"], reply["id"], reply["error"]) == ("compared", "v1", "")
    assert set(reply["tested"]) == {"phrase", "trait"}
    row = next(row for row in reply["rows"] if row["kind"] == "phrase" and row["estimate"] > 0)
    assert (row["text"], row["f1"], row["n1"], row["f2"], row["n2"]) == ("we take the tea", 6, 6, 0, 6)
    assert row["q"] <= 0.05
    at = np.frombuffer(offsets, "<u4").tolist()
    place = reply["rows"].index(row)
    assert np.frombuffer(ids, "<u4")[at[place] : at[place + 1]].tolist() == [0, 1, 2, 3, 4, 5]
    assert len(at) == len(reply["rows"]) + 1
    json.dumps(reply, allow_nan=False)
    assert ask(rows(), rows(1))[0]["error"] == "One of the sets has no outputs; choose another one."
    assert ask(rows(1, 2), rows(2))[0]["error"].startswith("1 output is in both sets")


def test_where_two_sets_are_denser() -> None:
    vectors = np.repeat(np.eye(2), [14, 16], axis=0)
    lens = ol.Lens([f"text {i}" for i in range(30)], vectors=vectors, store=False)
    sent: list[tuple[dict, list[bytes]]] = []
    lens._bridge.widget.send = lambda content, buffers=None: sent.append((content, buffers))

    def ask(*sets: bytes) -> tuple[dict, list[bytes]]:
        message = {"kind": "density", "prompt": 0, "id": 7}
        lens._bridge.widget._handle_custom_msg(message, [memoryview(one) for one in sets])
        return sent[-1]

    # One output is in neither set.
    reply, [sides] = ask(rows(*range(13)), rows(*range(14, 30)))
    assert (reply["kind"], reply["id"], reply["error"]) == ("density", 7, "")
    assert list(sides) == [1] * 13 + [0] + [2] * 16
    assert ask(rows(), rows(1))[0]["error"]


def test_points_are_compared_once_they_are_found() -> None:
    texts = ["Take the tea with you. It is good."] * 6 + ["It is good to drink it cold."] * 6
    lens = ol.Lens(texts, vectors=np.eye(12), store=False)
    sent: list[dict] = []
    lens._bridge.widget.send = lambda content, buffers=None: sent.append(content)
    assert len(lens.points)
    message = {"kind": "compare", "prompt": 0, "id": 1}
    lens._bridge.widget._handle_custom_msg(message, [memoryview(rows(*range(6))), memoryview(rows(*range(6, 12)))])
    assert sent[-1]["tested"]["point"] > 0
    assert "Take the tea with you." in [row["text"] for row in sent[-1]["rows"] if row["kind"] == "point"]


@pytest.mark.parametrize(
    ("question", "function"),
    [
        ({"kind": "find", "query": "a", "regex": False}, "outlens.text.find"),
        ({"kind": "compare"}, "outlens.widget.answers.contrast"),
    ],
)
def test_a_question_gets_an_answer_although_the_kernel_is_interrupted(
    question: dict, function: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    lens = ol.Lens(["a", "b"], vectors=np.eye(2), store=False)
    sent: list[dict] = []
    lens._bridge.widget.send = lambda content, buffers=None: sent.append(content)

    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(function, interrupted)
    lens._bridge.widget._handle_custom_msg({"prompt": 0, "id": 5, **question}, [memoryview(rows(0))] * 2)
    assert [(answer["id"], answer["error"]) for answer in sent] == [
        (5, "This was interrupted in the kernel; try again.")
    ]
