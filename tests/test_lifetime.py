"""A lens ends with close(), with its block, or when nothing references it."""

from __future__ import annotations

import asyncio
import gc
import threading
import weakref
from pathlib import Path

import ipywidgets
import numpy as np
import pandas as pd
import pytest

import outlens as ol
from outlens import _finalizers, study
from outlens.part import Part
from outlens.progress import Report
from outlens.tags import book
from outlens.widget import bridge


def lens(**more: object) -> ol.Lens:
    return ol.Lens(["a b", "c d", "e f"], vectors=np.eye(3), annotator="ann", **more)


def widgets() -> set[str]:
    return set(ipywidgets.widgets.widget._instances)


def settle() -> None:
    """Wait until everything that ends with the objects that are gone has ended."""
    done = threading.Event()
    _finalizers._waiting.put(done.set)
    assert done.wait(20)


def collect() -> None:
    """Collect garbage, and wait for what this ends."""
    gc.collect()
    settle()


def test_a_lens_that_is_collected_while_its_locks_are_held_blocks_nothing() -> None:
    # As in a submission of work to its executor, which allocates.
    one = [lens()]
    executor = one[0]._study._executor
    executor.submit(int).result()

    def drop() -> None:
        with executor._shutdown_lock:
            one.clear()
            gc.collect()

    thread = threading.Thread(target=drop, daemon=True)
    thread.start()
    thread.join(20)
    assert not thread.is_alive()
    settle()
    assert executor._shutdown


def test_an_unreferenced_lens_is_collected_with_its_parts() -> None:
    one = lens()
    widget = one._bridge.widget
    registered = {widget.model_id, widget.layout.model_id}
    del widget
    one.observe(lambda _, held=one: held)
    one.tag("x", [0])
    one.view.color = "cluster"
    one.prepare()
    one.summary  # noqa: B018
    # The study's thread no longer needs it.
    one._study._executor.submit(int).result()
    parts = [weakref.ref(part) for part in (one, one._study, one._state, one._tags, one._bridge, one._bridge.widget)]
    assert registered <= widgets()
    del one
    collect()
    assert parts[0]() is None
    collect()  # objects that the lens has only just released
    assert [part() for part in parts] == [None] * len(parts)
    assert not registered & widgets()


@pytest.mark.newest
@pytest.mark.parametrize("indexed", [True, False])
def test_a_new_map_frees_the_old_one(indexed: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if not indexed:
        monkeypatch.setattr(study, "INDEXED_FIRST", 0)
    one = lens()
    alive = []
    for _ in range(6):
        one.refit()
        # The study's thread no longer needs the old parts.
        one._study._executor.submit(int).result()
        gc.collect()
        mine = [thing for thing in gc.get_objects() if type(thing) is Part and thing.texts == one._part.texts]
        alive.append(len(mine))
        del mine
    assert alive == [1] * 6
    shown: list[object] = []
    one._bridge.widget.observe(shown.append, "_index")
    one._part.index.get()
    assert indexed or len(shown) == 1


def test_a_closed_lens_reports_it_and_keeps_features_without_a_store() -> None:
    with lens() as one:
        one.tag("x", [0])
        one.select([1])
        comm = one._bridge.widget.comm
    assert comm is not None
    assert one._bridge.widget.comm is None
    assert one.selected["response"].tolist() == ["c d"]
    assert one.clusters["size"].sum() == 3
    for call in (
        lambda: one.tag("x", [1]),
        lambda: one.tags,
        lambda: one.tag_log,
        lambda: one.frame,
        lambda: one.undo(),
        lambda: one.tagged("x"),
        lambda: one.suggest("x"),
        lambda: one.save("x.outlens"),
        lambda: one._repr_mimebundle_(),
        lambda: one.rename(0, "x"),
        lambda: one.tags_from("response"),
    ):
        with pytest.raises(ValueError, match=r"this lens is closed.* ol\.Lens"):
            call()
    one.close()
    assert lens().tagged("x")["response"].tolist() == ["a b"]


def test_a_closed_lens_frees_what_it_can_compute_again() -> None:
    one = lens()
    one._repr_mimebundle_()
    similar = one.similar(0)
    part = one._part
    large = [weakref.ref(value.get()) for value in (part.index, part.likeness, part.seen)]
    one._bridge.widget._texts = b"x" * 1000
    one.close()
    # The thread that made them may not be done with telling so.
    one._study._executor.shutdown(wait=True)
    gc.collect()
    assert [each() for each in large] == [None] * 3
    widget = one._bridge.widget
    assert (widget._texts, widget._xy, widget._variant, widget._columns, widget._index) == (b"", b"", b"", {}, {})
    pd.testing.assert_frame_equal(one.similar(0), similar)
    assert len(one.aligned()) == 3


def test_the_listener_ends_with_the_lens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(book, "LISTEN", 0.001)

    async def closed() -> None:
        one = lens(store="tags.sqlite")
        one._repr_mimebundle_()
        task = one._tags._task
        assert task is not None
        one.close()
        await asyncio.wait([task], timeout=20)
        assert task.done()

    async def dropped() -> None:
        one = lens(store="tags.sqlite")
        one._tags.listen()
        task = one._tags._task
        assert task is not None
        del one
        collect()
        await asyncio.wait([task], timeout=20)
        assert task.done()

    asyncio.run(closed())
    asyncio.run(dropped())


def test_a_lens_shown_in_another_loop_listens_again(tmp_path: Path) -> None:
    one = lens(store=tmp_path / "tags.sqlite")

    async def show() -> asyncio.Task[None] | None:
        one._repr_mimebundle_()
        return one._tags._task

    first, second = asyncio.run(show()), asyncio.run(show())
    assert first is not None
    assert first is not second
    one.close()


def test_closing_in_another_loop_or_none_raises_nothing(tmp_path: Path) -> None:
    one = lens(store=tmp_path / "tags.sqlite")

    async def show() -> None:
        one._repr_mimebundle_()

    asyncio.run(show())
    one.close()


def test_a_lens_without_a_variable_lives_until_no_view_shows_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bridge, "PATIENCE", 0.001)
    one = lens()
    one._repr_mimebundle_()
    widget = one._bridge.widget
    widget.set_state({"_view_count": 1})
    sent: list[dict] = []
    widget.send = lambda content, buffers=None: sent.append(content)
    del one
    collect()
    message = {"kind": "tags", "prompt": 0, "id": 1, "action": "tag", "value": "x"}
    widget._handle_custom_msg(message, [memoryview(np.array([0], "<u4").tobytes())])
    assert sent[0]["says"] == "Tagged x: 1 output"

    async def hide() -> None:
        closed = asyncio.Event()
        widget.observe(lambda _: closed.set(), "comm")
        widget.set_state({"_view_count": 0})
        await asyncio.wait_for(closed.wait(), 20)

    asyncio.run(hide())
    assert widget.comm is None


def test_a_lens_in_the_output_of_a_cell_stops_its_work_when_the_cell_runs_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(bridge, "ABSENCE", 0.001)
    begun, may_end = threading.Event(), threading.Event()

    def model(texts: list[str]) -> np.ndarray:
        begun.set()
        assert may_end.wait(30)
        return np.eye(len(texts))

    one = ol.Lens(["a b", "c d", "e f"], model=model, store=False)
    assert begun.wait(30)
    one._repr_mimebundle_()
    widget, progress = one._bridge.widget, one._part.progress
    seen: list[str] = []
    ended = threading.Event()

    def look(report: Report) -> None:
        seen.append(report.status)
        if report.status in ("stopped", "ready"):
            ended.set()

    progress.changed.connect(look)
    widget.set_state({"_view_count": 1})

    async def hide() -> None:
        widget.set_state({"_view_count": 0})
        halted = asyncio.get_running_loop().create_future()
        asyncio.get_running_loop().call_later(0.01, halted.set_result, None)
        await halted

    asyncio.run(hide())
    may_end.set()
    assert ended.wait(30)
    assert seen[-1] == "stopped"
    ended.clear()
    # Shown again, in another cell.
    widget.set_state({"_view_count": 1})
    assert ended.wait(30)
    assert seen[-1] == "ready"


def test_a_lens_with_uncounted_views_lives_on() -> None:
    one = lens()
    one._repr_mimebundle_()
    widget = one._bridge.widget
    del one
    collect()
    assert widget.comm is not None
    widget.close()


def test_a_lens_without_views_does_not_listen() -> None:
    async def show_and_hide() -> None:
        one = lens(store="tags.sqlite")
        one._repr_mimebundle_()
        first = one._tags._task
        assert first is not None
        one._bridge.widget.set_state({"_view_count": 1})
        assert one._tags._task is first
        one._bridge.widget.set_state({"_view_count": 0})
        await asyncio.wait([first], timeout=20)
        assert first.done()
        one._bridge.widget.set_state({"_view_count": 1})
        assert one._tags._task is not None
        one.close()

    asyncio.run(show_and_hide())
