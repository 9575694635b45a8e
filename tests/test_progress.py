"""The words about a computation's progress."""

from __future__ import annotations

import contextlib
import re
import threading
from typing import Any

import pytest
import tqdm.notebook

from outlens.progress import Progress, Report


@pytest.mark.parametrize(
    ("left", "says"),
    [
        (None, ""),
        (0.5, ""),
        (3.2, "about 3 s left"),
        (12, "about 15 s left"),
        (49, "about 50 s left"),
        (59, "about 1 min left"),
        (300, "about 5 min left"),
        (301, 'about 5 min left, far less with model="fast"'),
        (3 * 3600, 'about 3 h left, far less with model="fast"'),
    ],
)
def test_the_time_left_is_rounded_and_a_long_one_names_the_fast_model(left: float | None, says: str) -> None:
    assert Report("running", "embedding", 10, 20, left).left_says == says


def test_only_embedding_is_faster_with_another_model() -> None:
    assert Report("running", "drawing the map", 0, 0, 600.0).left_says == "about 10 min left"
    assert Report("stopped", "embedding", 10, 20, 600.0).left_says == ""


def test_a_report_that_cannot_be_shown_loses_no_result(caplog: pytest.LogCaptureFixture) -> None:
    progress = Progress()

    def fail(report: Report) -> None:
        raise ZeroDivisionError

    progress.changed.connect(fail)
    progress.begin()
    progress.report("embedding", 1, 2)
    progress.end("ready")
    assert progress.now.status == "ready"
    assert "could not be shown" in caplog.text


def test_the_bar_of_a_waiting_cell_names_the_stage_the_outputs_done_and_the_time_left(
    capsys: pytest.CaptureFixture[str],
) -> None:
    progress = Progress()
    reports = [
        None,
        Report("running", "loading the model"),
        Report("running", "embedding", 115, 855),
        Report("running", "embedding", 116, 855, 300.0),
    ]

    class Steps(threading.Event):
        """An event that makes the next report whenever somebody waits for it, and is set after the last."""

        def wait(self, timeout: float | None = None) -> bool:
            if not reports:
                return True
            progress.now = reports.pop(0) or progress.now
            return False

    progress.wait(Steps())
    lines = [line.strip() for line in capsys.readouterr().err.split("\r")]
    assert "loading the model ..." in lines
    assert any(re.fullmatch(r"embedding: 115 of 855 outputs \|.*\| 00:\d\d so far", line) for line in lines)
    assert any(line.endswith("so far, about 5 min left") for line in lines)


@pytest.mark.parametrize("interrupted", [False, True])
def test_the_bar_leaves_the_notebook_even_if_it_is_not_full(interrupted: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    bars: list[Any] = []

    class Bar(tqdm.notebook.tqdm):  # type: ignore[type-arg]
        def __init__(self, *args: Any, **keywords: Any) -> None:
            super().__init__(*args, display=False, **keywords)
            bars.append(self)

    progress = Progress()
    waits = iter([False, False])

    class Steps(threading.Event):
        def wait(self, timeout: float | None = None) -> bool:
            progress.now = Report("running", "grouping sentences", 3, 50)
            if (over := next(waits, True)) and interrupted:
                raise KeyboardInterrupt
            return over

    monkeypatch.setattr("tqdm.auto.tqdm", Bar)
    with pytest.raises(KeyboardInterrupt) if interrupted else contextlib.nullcontext():
        progress.wait(Steps())
    [bar] = bars
    assert bar.n == 3
    assert bar.container.comm is None
