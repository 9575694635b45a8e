"""Report the progress of a background computation, and stop it."""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import dataclass, field
from typing import Literal

from outlens._signal import Signal
from outlens.deferred import Stopped

PAUSE = 0.25
"""The fewest seconds between two published reports."""
TRUSTED = 2.0
"""Seconds into a stage before the time left is estimated."""
POLL = 0.1
"""Seconds between two checks while a thread waits for a computation."""

LONG = 300.0
"""Seconds of embedding from which a faster model is worth a hint."""

_BAR = "{desc}: {n_fmt} of {total_fmt} outputs |{bar}| {elapsed} so far"

Status = Literal["", "waiting", "running", "stopped", "failed", "ready"]


@dataclass(frozen=True)
class Report:
    """The progress of a computation at one moment."""

    status: Status = ""
    stage: str = ""
    """The current stage, such as "embedding"."""
    done: int = 0
    """The number of outputs done; 0 if the stage does not count them."""
    total: int = 0
    left: float | None = None
    """Seconds left in the stage, estimated from its speed so far; None if unknown."""
    error: str = ""
    what: str = "The clusters and the map"
    """What is computed, for the sentence about a failure."""

    @property
    def says(self) -> str:
        """The current stage, or why the computation ended, in one sentence."""
        so_far = f"{self.done:,} of {self.total:,} outputs" if self.total else ""
        if self.status == "failed":
            return f"{self.what} could not be made: {self.error}"
        if self.status == "stopped":
            return f"Stopped{f' while {self.stage}' if self.stage else ''}{f', after {so_far}' if so_far else ''}."
        stage = self.stage.capitalize() or "Starting"
        return f"{stage}: {so_far}" if so_far else f"{stage} …"

    @property
    def share(self) -> float | None:
        """The share of the stage that is done, 0 to 1; None if the stage does not count outputs."""
        return self.done / self.total if self.total else None

    @property
    def left_says(self) -> str:
        """The time left in the stage, rounded because it is an estimate; "" if unknown or short."""
        if self.left is None or self.left < 1 or self.status != "running":
            return ""
        if self.left < 50:
            return f"about {-5 * int(-self.left // 5) if self.left > 10 else round(self.left)} s left"
        minutes = max(1, round(self.left / 60))
        says = f"about {minutes} min left" if minutes < 90 else f"about {round(minutes / 60)} h left"
        # Only a model that is slow counts its outputs for so long.
        return f'{says}, far less with model="fast"' if self.stage == "embedding" and self.left > LONG else says


@dataclass
class Progress:
    """The progress of one computation. The computing thread reports; any thread may read, wait or stop.

    Examples
    --------
    >>> progress = Progress()
    >>> progress.begin()
    >>> progress.report("embedding", 50, 200)
    >>> progress.now.stage, progress.now.done
    ('embedding', 50)
    """

    what: str = Report.what
    """What is computed."""
    kept: str = "the vectors made so far are kept; repeat the call, or press Continue in the widget, to go on."
    """What an interrupt loses or keeps, and how to go on."""
    changed: Signal = field(default_factory=Signal)
    """Emitted with each `Report` worth showing, in the thread that made it."""

    def __post_init__(self) -> None:
        self.now = Report()
        # The garbage collector may close a lens, and so stop its work, in a thread that holds the lock.
        self._lock = threading.RLock()
        self._stop = False
        self._began = self._share = self._passed = 0.0

    def wait_for_turn(self) -> None:
        """Report that the computation starts, or continues, as soon as its thread is free."""
        with self._lock:
            self._stop = False
            # Another thread may have been faster.
            if self.now.status in ("running", "ready"):
                return
            self.now = Report("waiting")
        self._emit(self.now)

    def begin(self) -> None:
        """Report that the computation starts. Raises Stopped if it was stopped while waiting."""
        self._check()
        self._show(Report("running"))

    def report(self, stage: str, done: int = 0, total: int = 0, share: float | None = None) -> None:
        """Report the progress.

        Parameters
        ----------
        stage : the current stage.
        done, total : the number of outputs done, and of all outputs.
        share : the share of the stage's work that is done, 0 to 1, for the time left; by default done / total.

        Raises
        ------
        Stopped
            If `stop` was called.
        """
        self._check()
        now = time.monotonic()
        share = share if share is not None else done / total if total else 0.0
        if stage != self.now.stage:
            self._began, self._share, self._passed = now, share, 0.0
        made_since, took = share - self._share, now - self._began
        left = took * (1 - share) / made_since if made_since > 0 and took > TRUSTED else None
        made = Report("running", stage, done, total, left)
        if now - self._passed < PAUSE:
            self.now = made
            return
        self._passed = now
        self._show(made)

    def end(self, status: Status, error: str = "") -> None:
        """Report how the computation ended."""
        with self._lock:
            self._stop = False
            self.now = Report(status, self.now.stage, self.now.done, self.now.total, error=error, what=self.what)
        self._emit(self.now)

    def stop(self) -> bool:
        """Make the computation stop at its next report; return False if nothing is running or waiting."""
        with self._lock:
            self._stop = self.now.status in ("waiting", "running")
            return self._stop

    def wait(self, done: threading.Event) -> None:
        """Wait in this thread until the computation is done, with a progress bar.

        An interrupt of this thread stops the computation.
        """
        try:
            # Most computations end almost at once, and a bar would only flicker.
            if done.wait(2 * POLL):
                return
            from tqdm.auto import tqdm

            with tqdm(leave=False, bar_format="{desc} ...") as bar:
                shown = Report()
                try:
                    while not done.wait(POLL):
                        if (now := self.now) == shown:
                            continue
                        shown = now
                        # tqdm's own estimate would count outputs whose vectors were cached.
                        left = f", {now.left_says}" if now.left_says else ""
                        bar.bar_format = f"{_BAR}{left}" if now.total else "{desc} ..."
                        bar.set_description_str(now.stage or "preparing", refresh=False)
                        bar.total, bar.n = now.total or None, now.done
                        bar.refresh()
                finally:
                    # In a notebook, a bar that is not full would stay.
                    bar.total = None
        except KeyboardInterrupt:
            self.stop()
            raise KeyboardInterrupt(self.kept) from None

    def _check(self) -> None:
        with self._lock:
            if self._stop:
                self._stop = False
                raise Stopped

    def _show(self, report: Report) -> None:
        with self._lock:
            self.now = report
        self._emit(report)

    def _emit(self, report: Report) -> None:
        try:
            self.changed.emit(report)
        except Exception:
            # A result is not lost because it could not be shown.
            logging.getLogger(__name__).exception("a report of the progress could not be shown")
