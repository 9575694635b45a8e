"""Texts are shown at once; vectors, clusters and map follow in the background."""

from __future__ import annotations

import _thread
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import outlens as ol
from outlens.deferred import Stopped
from outlens.outputs import read
from outlens.progress import Progress, Report
from outlens.study import Study
from outlens.vectors import landscape
from outlens.widget import parts

PATIENCE = 30
TEXTS = ["a pie", "a tart", "a river", "the river"]


class Slow:
    """A model that waits for permission to continue, and may fail."""

    def __init__(self, error: Exception | None = None) -> None:
        self.begun = threading.Event()
        self.may_end = threading.Event()
        self.error = error
        self.times = 0

    def __call__(self, texts: list[str]) -> np.ndarray:
        self.times += 1
        self.begun.set()
        assert self.may_end.wait(PATIENCE)
        if self.error is not None:
            raise self.error
        return np.eye(4)[: len(texts)]


class Engine:
    """An engine that counts outputs one by one, up to the test's limit, and keeps finished ones, like the cache."""

    name, model, seed = "counting", "counting", 42

    def __init__(self) -> None:
        self.steps = threading.Semaphore(0)
        self.waits = threading.Semaphore(0)
        self.done: list[str] = []
        self.begun: list[str] = []

    def embed(self, texts: Any) -> np.ndarray:
        raise NotImplementedError

    def landscape(self, texts: Any, *, prompt: Any = None, vectors: Any = None, report: Any) -> Any:
        self.begun.append(prompt)
        for text in texts:
            if text in self.done:
                continue
            report("embedding", len(self.done), len(texts), len(self.done) / len(texts))
            self.waits.release()
            assert self.steps.acquire(timeout=PATIENCE)
            self.done.append(text)
        report("drawing the map", 0, 0, 0.0)
        return landscape(texts, prompt=prompt, vectors=np.eye(len(texts)))


def when(progress: Progress, true: Callable[[Report], bool]) -> threading.Event:
    """Return an event that is set once a report meets a condition."""
    event = threading.Event()
    progress.changed.connect(lambda now: event.set() if true(now) else None)
    if true(progress.now):
        event.set()
    return event


def test_texts_are_available_before_the_model_is_done_and_the_rest_follows() -> None:
    model = Slow()
    lens = ol.Lens(TEXTS, model=model, store=False)
    widget = lens._bridge.widget
    assert model.begun.wait(PATIENCE)
    assert bytes(widget._texts).decode() == "".join(TEXTS)
    assert (widget._xy, widget._leaf, widget._tree, widget._typical) == (b"", b"", {}, b"")
    assert widget._progress["status"] == "running"
    assert widget._progress["says"] == "Loading the model …"
    assert repr(lens) == "Lens of 4 outputs: clusters and map not ready yet, 0 selected"
    fallback = lens._repr_mimebundle_()[0]["text/html"]
    assert "<td>1</td><td>a tart</td>" in fallback
    lens.tag("fruit", [0, 1])
    lens.select([2])
    assert lens.find("river")["output"].tolist() == [2, 3]
    model.may_end.set()
    made = landscape(TEXTS, vectors=np.eye(4))
    assert np.array_equal(lens.frame[["x", "y"]].to_numpy(), made.xy)
    assert lens.frame["cluster"].tolist() == made.tree.cut().tolist()
    assert lens.summary.startswith("4 outputs: ")
    assert model.times == 1


def test_a_background_error_is_shown_and_raised_to_waiting_callers() -> None:
    model = Slow(ValueError("no such weights"))
    lens = ol.Lens(TEXTS, model=model, store=False)
    failed = when(lens._part.progress, lambda now: now.status == "failed")
    model.may_end.set()
    assert failed.wait(PATIENCE)
    assert lens._bridge.widget._progress["says"].endswith("could not be made: no such weights")
    assert lens.find("river")["output"].tolist() == [2, 3]
    with pytest.raises(ValueError, match="no such weights"):
        lens.clusters  # noqa: B018
    assert model.times == 1
    model.error = None
    assert lens.clusters["size"].sum() == len(TEXTS)
    assert model.times == 2


def test_stopped_work_resumes_where_it_was() -> None:
    engine = Engine()
    study = Study(read(TEXTS), engine)
    part = study.parts[0]
    study.begin(0)
    engine.steps.release()
    for _ in range(2):
        assert engine.waits.acquire(timeout=PATIENCE)
    stopped = when(part.progress, lambda now: now.status == "stopped")
    part.progress.stop()
    engine.steps.release()
    assert stopped.wait(PATIENCE)
    assert part.landscape.peek() is None
    assert engine.done == TEXTS[:2]
    engine.steps.release(2)
    study.begin(0)
    assert len(part.landscape.get().xy) == 4
    assert engine.done == TEXTS
    study.end()


def test_the_current_prompt_is_computed_first_and_others_resume_later() -> None:
    engine = Engine()
    data = {"prompt": ["p", "p", "q"], "response": ["a", "b", "c"]}
    study = Study(read(data), engine)
    study.begin(0)
    assert engine.waits.acquire(timeout=PATIENCE)
    study.begin(1)
    engine.steps.release(2)
    study.parts[1].landscape.get()
    assert engine.done == ["a", "c"]
    # There and back before the thread noticed.
    study.begin(0)
    study.begin(1)
    study.begin(0)
    engine.steps.release()
    study.finish()
    assert engine.done == ["a", "c", "b"]
    assert [land.xy.shape for land in study.landscapes().values()] == [(2, 2), (1, 2)]
    study.end()


@pytest.mark.usefixtures("interruptible")
def test_an_interrupt_while_waiting_stops_the_work_and_leaves_the_lens_usable() -> None:
    model = Slow()
    lens = ol.Lens(TEXTS, model=model, store=False)
    waiting = threading.Timer(0.5, _thread.interrupt_main)
    assert model.begun.wait(PATIENCE)
    waiting.start()
    with pytest.raises(KeyboardInterrupt, match="are kept; repeat the call"):
        lens.clusters  # noqa: B018
    stopped = when(lens._part.progress, lambda now: now.status == "stopped")
    model.may_end.set()
    assert stopped.wait(PATIENCE)
    assert lens.find("river")["output"].tolist() == [2, 3]
    assert lens.clusters["size"].sum() == len(TEXTS)


def test_closing_a_lens_ends_its_work_and_keeps_its_results_available() -> None:
    engine = Engine()
    study = Study(read(TEXTS), engine)
    study.begin(0)
    assert engine.waits.acquire(timeout=PATIENCE)
    stopped = when(study.parts[0].progress, lambda now: now.status == "stopped")
    study.end()
    engine.steps.release()
    assert stopped.wait(PATIENCE)
    study.begin(0)
    assert engine.done == TEXTS[:1]
    engine.steps.release(3)
    assert len(study.parts[0].landscape.get().xy) == 4


def test_a_page_and_a_file_wait_for_the_prompts_shown(tmp_path: Path) -> None:
    engine_done = Slow()
    lens = ol.Lens(TEXTS, model=engine_done, store=False)
    threading.Timer(0.3, engine_done.may_end.set).start()
    lens.save(tmp_path / "lens.outlens")
    again = ol.open(tmp_path / "lens.outlens", store=False)
    assert again.clusters["size"].sum() == len(TEXTS)
    assert lens.to_html(tmp_path / "page.html").stat().st_size > 10_000


@pytest.mark.parametrize("method", ["save", "to_html"])
def test_what_cannot_be_written_is_refused_before_the_work_is_awaited(tmp_path: Path, method: str) -> None:
    model = Slow()
    lens = ol.Lens({"response": TEXTS, "judge": [object()] * 4}, model=model, store=False)
    assert model.begun.wait(PATIENCE)
    write = getattr(lens, method)
    with pytest.raises(ValueError, match="no' does not exist; create it first"):
        write(tmp_path / "no" / "x")
    with pytest.raises(ValueError, match="is a folder; give the"):
        write(tmp_path)
    if method == "save":
        with pytest.raises(ValueError, match="the column 'judge' holds"):
            write(tmp_path / "x")
    else:
        with pytest.raises(KeyError, match="the outputs have no column 'jugde'"):
            write(tmp_path / "x", columns=["jugde"])
    assert lens._part.progress.now.status == "running"
    assert list(tmp_path.iterdir()) == []
    model.may_end.set()


@pytest.mark.newest
def test_the_same_input_gives_the_same_map_in_any_thread_at_any_load() -> None:
    rng = np.random.default_rng(3)
    vectors = rng.normal(size=(40, 8))
    texts = [f"answer {i % 7} and {i}" for i in range(40)]

    def positions(_: int) -> bytes:
        with ol.Lens(texts, vectors=vectors, store=False) as lens:
            return lens.frame[["x", "y", "cluster"]].to_numpy().tobytes()

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(positions, range(20)))) == 1


def test_a_selection_observer_may_wait_for_unfinished_results() -> None:
    model = Slow()
    lens = ol.Lens(TEXTS, model=model, store=False)
    seen, shown = [], threading.Event()
    lens._bridge.widget.observe(lambda _: shown.set(), "_xy")

    def look(lens: ol.Lens) -> None:
        # The lock of the lens is held here, and the computing thread needs it to publish a result.
        model.may_end.set()
        seen.append(int(lens.clusters["size"].sum()))

    lens.observe(look)
    thread = threading.Thread(target=lens.select, args=([0],), daemon=True)
    thread.start()
    thread.join(PATIENCE)
    assert seen == [len(TEXTS)]
    assert shown.wait(PATIENCE)


def test_queued_work_of_a_closed_lens_can_still_be_requested() -> None:
    engine = Engine()
    study = Study(read({"prompt": ["p", "q"], "response": ["a", "b"]}), engine)
    study.begin(0)
    assert engine.waits.acquire(timeout=PATIENCE)
    second = study.parts[1]
    second.progress.wait_for_turn()
    second.landscape.start(study._executor)
    study.end()
    engine.steps.release(2)
    made: list[Any] = []
    thread = threading.Thread(target=lambda: made.append(second.landscape.get()), daemon=True)
    thread.start()
    thread.join(PATIENCE)
    assert [len(land.xy) for land in made] == [1]


@pytest.mark.newest
def test_python_exits_without_waiting_for_background_work() -> None:
    program = """
import threading
import outlens as ol
from outlens.vectors.engine import DefaultEngine

begun = threading.Event()

def endless(self, texts, *, prompt=None, vectors=None, report):
    while True:
        report("embedding", 0, 0)
        begun.set()
        threading.Event().wait(0.01)

DefaultEngine.landscape = endless
lens = ol.Lens(["a", "b"], store=False)
begun.wait()
"""
    ended = subprocess.run([sys.executable, "-c", program], timeout=2 * PATIENCE, capture_output=True, text=True)
    assert (ended.returncode, ended.stderr) == (0, "")


def test_an_interrupt_stops_the_work_even_before_the_progress_bar() -> None:
    class Interrupted(threading.Event):
        def wait(self, timeout: float | None = None) -> bool:
            raise KeyboardInterrupt

    progress = Progress()
    progress.begin()
    with pytest.raises(KeyboardInterrupt, match="are kept; repeat the call"):
        progress.wait(Interrupted())
    with pytest.raises(Stopped):
        progress.report("embedding")


def test_work_stopped_before_its_first_stage_reports_only_that() -> None:
    progress = Progress()
    progress.wait_for_turn()
    progress.stop()
    with pytest.raises(Stopped):
        progress.begin()
    progress.end("stopped")
    assert progress.now.says == "Stopped."


def test_the_summary_includes_clusters_that_arrive_during_its_computation(monkeypatch: pytest.MonkeyPatch) -> None:
    model = Slow()
    lens = ol.Lens(TEXTS, model=model, store=False)
    widget, pieces, here = lens._bridge.widget, parts.pieces, threading.current_thread()
    lens._part.index.get()
    shown = threading.Event()
    widget.observe(lambda _: shown.set(), "_xy")

    def overtaken(study: Study, part: Any) -> Any:
        made = pieces(study, part)
        if threading.current_thread() is here and not model.may_end.is_set():
            model.may_end.set()
            assert shown.wait(PATIENCE)
            with lens._state.lock:
                pass
        return made

    monkeypatch.setattr(parts, "pieces", overtaken)
    lens._bridge._parts[0]._summary = None
    lens._bridge._on_message(None, {"kind": "index", "prompt": 0}, [])
    assert [piece["text"] for piece in widget._summary] == [piece.text for piece in pieces(lens._study, lens._part)]
