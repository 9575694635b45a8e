"""Part: the outputs of one prompt, and everything computed from them on demand."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import replace
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd

from outlens import text
from outlens.compare.trait_values import trait_values
from outlens.deferred import Background, Deferred, Derived, Stopped
from outlens.points import Points
from outlens.progress import Progress
from outlens.text import Index
from outlens.vectors import Landscape, Name, Tree
from outlens.vectors.extend import Seen, seen
from outlens.vectors.likeness import Likeness

LONG = 600
"""From this median number of characters, about 100 words, outputs are long: they differ in what they contain."""

Rows = npt.NDArray[np.int64]
T = TypeVar("T")


class Part:
    """One prompt of a study, or all outputs if there are no prompts; everything is computed on demand.

    Attributes
    ----------
    number : index of the prompt.
    label : the prompt; "" if the outputs have none.
    prompt : the prompt, or None if the outputs have none.
    rows : (n,) int64, the positions of its outputs.
    texts : n str.
    landscape : vectors, tree, names, positions, typicality and separation, computed together in the background.
    progress : the progress of `landscape`.
    vectors, tree, names, xy, typical, separation : the parts of `landscape`.
    likeness : compares the outputs, as for clusters and map.
    seen : compares new outputs with those that the clusters and the map were computed from.
    index : the index of shared words.
    alignment : the aligned sentences, as `text.align` returns them.
    points : what the outputs say, computed in the background when first requested.
    points_progress : the progress of `points`.
    traits : the built-in traits of the outputs, as `compare.trait_values` returns them.
    long : whether the outputs are long, so that points describe them better than words.
    different : the number of different answers: outputs that differ only in surrounding white space are one.
    """

    def __init__(
        self,
        number: int,
        label: str,
        prompt: str | None,
        rows: Rows,
        texts: list[str],
        landscape: Callable[[Part], Landscape],
        known: Landscape | None,
        executor: Executor,
        before: Part | None = None,
    ) -> None:
        self.number = number
        self.label = label
        self.prompt = prompt
        self.rows = rows
        self.texts = texts
        # A computation that was stopped or failed keeps this status when outputs are added.
        halted = before is not None and before.progress.now.status in ("stopped", "failed")
        self.progress: Progress = before.progress if before and (halted or known is not None) else Progress()
        wait, queued = self.progress.wait, self.progress.wait_for_turn
        self.landscape = Background(
            lambda: _reported(self.progress, lambda: landscape(self)), known, executor, wait, queued
        )
        self.vectors: Deferred[npt.NDArray[np.float32]] = Derived(self.landscape, lambda land: land.vectors)
        self.tree: Deferred[Tree] = Derived(self.landscape, lambda land: land.tree)
        self.names: Deferred[list[Name]] = Derived(self.landscape, lambda land: land.names)
        self.xy: Deferred[npt.NDArray[np.float32]] = Derived(self.landscape, lambda land: land.xy)
        self.typical: Deferred[npt.NDArray[np.float32]] = Derived(self.landscape, lambda land: land.typical)
        self.likeness: Deferred[Likeness] = Deferred(self._likeness)
        self.seen: Deferred[Seen] = Deferred(lambda: seen(self.landscape.get(), texts, prompt=prompt))
        self.separation: Deferred[float] = Derived(self.landscape, lambda land: land.separation)
        self.long: Deferred[bool] = Deferred(lambda: bool(texts) and float(np.median([*map(len, texts)])) >= LONG)
        self.different: Deferred[int] = Deferred(lambda: len({each.strip() for each in texts}))
        self.index: Deferred[Index] = Deferred(lambda: Index(texts, prompt=prompt))
        self.alignment: Deferred[pd.DataFrame] = Deferred(lambda: text.align(texts))
        self.traits: Deferred[pd.DataFrame] = Deferred(lambda: trait_values(texts))
        finding = self.points_progress = Progress(
            "The points", "nothing has changed; repeat the call to find the points."
        )
        self.points: Background[Points] = Background(
            lambda: _reported(finding, self._points), None, executor, finding.wait, finding.wait_for_turn
        )

    def stop(self) -> bool:
        """Stop what is computed in the background, and return whether there was anything."""
        return any([progress.stop() for progress in (self.progress, self.points_progress)])

    def release(self) -> None:
        """Drop what takes much memory and can be computed again; vectors, clusters, names and map are kept."""
        for value in (self.index, self.alignment, self.traits, self.likeness, self.seen, self.points):
            value.invalidate()
        land = self.landscape.peek()
        if land is not None:
            self.landscape.put(replace(land, likeness=None))

    def _likeness(self) -> Likeness:
        land = self.landscape.get()
        made = None if land.added else land.likeness
        return made or Likeness(land.vectors, self.texts, prompt=self.prompt)

    def _points(self) -> Points:
        def report(done: int, total: int) -> None:
            # Sentences are grouped, but outputs are what a person counts.
            n = len(self.texts)
            self.points_progress.report("grouping sentences", done * n // max(1, total), n)

        self.points_progress.report("cutting texts into sentences")
        return Points(self.texts, report=report)

    def __len__(self) -> int:
        return len(self.rows)

    def place(self, spans: pd.DataFrame) -> pd.DataFrame:
        """Return a span table of this part with `output` counted in the whole frame."""
        return spans.assign(output=self.rows[spans["output"]])


def _reported(progress: Progress, compute: Callable[[], T]) -> T:
    """Compute a value, and report the beginning and the end."""
    try:
        progress.begin()
        made = compute()
    except (Stopped, KeyboardInterrupt):
        progress.end("stopped")
        raise
    except BaseException as error:
        progress.end("failed", str(error) or type(error).__name__)
        raise
    progress.end("ready")
    return made
