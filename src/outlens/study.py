"""Study: the outputs and everything computed from them, prompt by prompt."""

from __future__ import annotations

import contextlib
import threading
import weakref
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from outlens._errors import hint
from outlens._signal import Signal
from outlens.outputs import Categories, Numbers, Outputs, describe
from outlens.part import Part
from outlens.tags.frames import free_names
from outlens.vectors import Landscape
from outlens.vectors.engine import Engine
from outlens.vectors.extend import extend
from outlens.vectors.positions import scaled
from outlens.vectors.register import register

INDEXED_FIRST = 4_000_000
"""With at most this many characters, shared words are computed before vectors; this takes about a second."""
INDEXED_AT_ONCE = 400_000
"""With at most this many characters, they are computed before added outputs are shown; this takes 0.1 s."""

Rows = npt.NDArray[np.int64]

_studies: weakref.WeakSet[Study] = weakref.WeakSet()


def _end_all() -> None:
    for study in list(_studies):
        study.end()


# `atexit` is too late: at exit, Python first waits for the threads of executors.
threading._register_atexit(_end_all)  # type: ignore[attr-defined]


@dataclass(frozen=True)
class Growth:
    """A study with added outputs, computed before the study itself changes."""

    outputs: Outputs
    vectors: npt.NDArray[np.float32] | None
    xy: npt.NDArray[np.float64] | None
    parts: list[Part]
    placed: Rows
    """Positions of the new outputs that have a place on a map."""
    outside: Rows
    """Positions of those that lie outside of what was seen."""

    @property
    def added(self) -> Rows:
        """Positions of all outputs that were placed on the map of others, now or earlier."""
        return _added(self.parts)


class Study:
    """The outputs, and for each prompt a `Part` with everything computed from them.

    Parameters
    ----------
    outputs : the checked rows of the user.
    engine : computes vectors, clusters and maps.
    vectors : (n, d), the user's vectors, of unit length; then nothing is embedded.
    xy : (n, 2), the user's positions for the map.
    known : landscapes that are already computed, by the number of the prompt.

    Attributes
    ----------
    parts : list of Part, in order of the first appearance of their prompts.
    measured : columns of measures by name, each of n values.
    changed : emitted without arguments, under the lock of the lens, when outputs were added, maps replaced or outputs
        measured.
    """

    def __init__(
        self,
        outputs: Outputs,
        engine: Engine,
        vectors: npt.NDArray[np.float32] | None = None,
        xy: npt.NDArray[np.float64] | None = None,
        known: Mapping[int, Landscape] | None = None,
    ) -> None:
        self.outputs = outputs
        self.engine = engine
        self.vectors = vectors
        self.xy = xy
        self.changed = Signal()
        self.measured: dict[str, npt.NDArray[Any]] = {}
        given = known or {}
        # One thread: two embeddings at once would slow each other down, and the most urgent one comes first.
        self._ended = False
        self._begun: set[int] = set()
        self._executor = ThreadPoolExecutor(1, thread_name_prefix="outlens")
        self.parts = [
            self._made(outputs, number, label, rows, given.get(number))
            for number, (label, rows) in enumerate(outputs.prompts())
        ]
        _studies.add(self)

    def _made(
        self,
        outputs: Outputs,
        number: int,
        label: str,
        rows: Rows,
        known: Landscape | None = None,
        *,
        landscape: Callable[[Part], Landscape] | None = None,
        before: Part | None = None,
    ) -> Part:
        texts = [outputs.texts[row] for row in rows.tolist()]
        prompt = label if outputs.prompt is not None else None
        compute = landscape or self._landscape
        return Part(number, label, prompt, rows, texts, compute, known, self._executor, before)

    def _landscape(self, part: Part) -> Landscape:
        own = {"vectors": self.vectors, "xy": self.xy}
        given = {name: array[part.rows] for name, array in own.items() if array is not None}
        return self.engine.landscape(part.texts, prompt=part.prompt, report=part.progress.report, **given)

    def begin(self, number: int) -> None:
        """Start to compute everything the widget shows of a prompt, in the background and before other prompts.

        Returns immediately.
        """
        self._begun.add(number)
        if self._ended:
            return
        for part in self.parts:
            if part.number != number:
                # Its vectors are kept, so it continues from there when needed.
                part.stop()
        part = self.parts[number]
        # Start with the quick parts, which the user can read while the rest is computed.
        self.index_first(part)
        if part.landscape.peek() is not None:
            return
        part.progress.wait_for_turn()
        # Start it from the executor's thread: by then an attempt that is being stopped has ended.
        self._executor.submit(lambda: part.landscape.start(self._executor))

    def begin_points(self, part: Part) -> None:
        """Start to find the points of a part in the background, after what was begun before. Returns immediately."""
        if self._ended or part.points.peek() is not None:
            return
        part.points_progress.wait_for_turn()
        self.later(lambda: part.points.start(self._executor))

    def later(self, function: Callable[[], object]) -> None:
        """Call a function in the background, after what was begun before."""
        if not self._ended:
            self._executor.submit(function)

    def index_first(self, part: Part) -> None:
        """Compute the shared words of a part in the background, if that is quick."""

        def start() -> None:
            # Outputs may have been added since.
            if self.parts[part.number] is part:
                part.index.start(self._executor)

        if not self._ended and sum(map(len, part.texts)) <= INDEXED_FIRST:
            self._executor.submit(start)

    # Added outputs, and new maps

    def grown(
        self,
        outputs: Outputs,
        vectors: npt.NDArray[np.float32] | None = None,
        xy: npt.NDArray[np.float64] | None = None,
    ) -> Growth:
        """Place new outputs on the maps that are ready or being computed; the study does not change.

        Parameters
        ----------
        outputs : the old outputs, then the new ones.
        vectors, xy : of the new outputs, if the study has the user's.
        """
        whole = _joined(self.vectors, vectors)
        whole_xy = _joined(self.xy, xy)
        parts: list[Part] = []
        placed, outside = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
        for number, (label, rows) in enumerate(outputs.prompts()):
            before = self.parts[number] if number < len(self.parts) else None
            if before is not None and len(before) == len(rows):
                parts.append(before)
                continue
            land = None if before is None or not len(before) else _awaited(before)
            if before is None or land is None:
                parts.append(self._made(outputs, number, label, rows, before=before))
                continue
            new = rows[len(before) :]
            texts = [outputs.texts[row] for row in new.tolist()]
            v = self.engine.embed(texts) if whole is None else whole[new]
            land, apart = extend(land, before.texts, v, texts, before.seen.get())
            if whole_xy is not None:
                fitted = rows[: len(rows) - land.added]
                land = replace(land, xy=scaled(whole_xy[rows], like=whole_xy[fitted]))
            part = self._made(outputs, number, label, rows, land, before=before)
            part.seen = before.seen
            if before.index.peek() is not None and sum(map(len, part.texts)) <= INDEXED_AT_ONCE:
                # This keeps the highlights while the user reads.
                part.index.get()
            parts.append(part)
            placed.append(new)
            outside.append(new[apart])
        return Growth(
            outputs, whole, whole_xy, parts, np.sort(np.concatenate(placed)), np.sort(np.concatenate(outside))
        )

    def refitted(self) -> Growth:
        """Compute new clusters and maps of all outputs, for the prompts that have them; the study does not change.

        The new maps are registered to the old ones. Nothing is embedded again.
        """
        parts = []
        for part in self.parts:
            old = part.landscape.peek()
            if old is None:
                parts.append(part)
                continue

            def again(new: Part, old: Landscape = old) -> Landscape:
                given = {} if self.xy is None else {"xy": self.xy[new.rows]}
                made = self.engine.landscape(
                    new.texts, prompt=new.prompt, vectors=old.vectors, report=new.progress.report, **given
                )
                return made if given else replace(made, xy=register(made.xy, old.xy))

            new = self._made(self.outputs, part.number, part.label, part.rows, landscape=again)
            # Not the same objects: their callbacks refer to the old part.
            if (index := part.index.peek()) is not None:
                new.index.put(index)
            if (alignment := part.alignment.peek()) is not None:
                new.alignment.put(alignment)
            if (points := part.points.peek()) is not None:
                new.points.put(points)
            try:
                new.landscape.get()
            except KeyboardInterrupt:
                # The widget shows the old map, without a button to continue.
                raise KeyboardInterrupt("nothing has changed; call refit again to make the new map.") from None
            parts.append(new)
        none = np.zeros(0, np.int64)
        return Growth(self.outputs, self.vectors, self.xy, parts, none, none)

    def take(self, growth: Growth) -> None:
        """Replace the outputs and the parts; hold the lock of the lens."""
        # Outputs come first, so that another thread finds the rows of every part.
        self.outputs, self.vectors, self.xy = growth.outputs, growth.vectors, growth.xy
        before, self.parts = self.parts, growth.parts
        self.measured = {}
        for part in before:
            if part not in growth.parts:
                # It may have begun since; the new part takes its place.
                part.stop()
        self.changed.emit()

    # Measures

    def measure(self, columns: pd.DataFrame) -> dict[str, str]:
        """Add columns of measures, or replace them; return their names by those given. Hold the lock of the lens."""
        outputs = self.outputs
        taken = [*outputs.frame.columns, *(column.name for column in outputs.columns)]
        given = [str(name) for name in columns]
        names = dict(zip(given, free_names(given, taken), strict=True))
        self.measured = {**self.measured, **{names[name]: columns[name].to_numpy() for name in given}}
        self.changed.emit()
        return names

    @property
    def columns(self) -> list[Categories | Numbers]:
        """The columns to colour and filter by: the user's, then the measures."""
        made = (describe(pd.Series(values, name=name), by=False) for name, values in self.measured.items())
        return [*self.outputs.columns, *(column for column in made if column is not None)]

    def added(self) -> Rows:
        """Return the positions of the outputs that were placed on the map of others."""
        return _added(self.parts)

    def finish(self) -> None:
        """Wait for every landscape that was begun; a stopped one continues."""
        for number in sorted(self._begun):
            self.parts[number].landscape.get()

    def stop(self) -> bool:
        """Stop the work in the background and return whether there was any; later requests continue it."""
        return any([part.stop() for part in self.parts])

    def end(self) -> None:
        """Stop the current work, and start no more."""
        self._ended = True
        self.stop()
        self._executor.shutdown(wait=False, cancel_futures=True)

    def number_of(self, prompt: str | int) -> int:
        """Return the number of a prompt, given as text or number."""
        n, labels = len(self.parts), [part.label for part in self.parts]
        if isinstance(prompt, int | np.integer) and not isinstance(prompt, bool) and 0 <= prompt < n:
            return int(prompt)
        if prompt in labels:
            return labels.index(str(prompt))
        numbers = f"a number from 0 to {n - 1}" if n > 1 else "0"
        raise ValueError(
            f"there is no prompt {prompt!r}; give one of lens.prompts or {numbers};"
            f" {hint(prompt, labels, 'prompts', 0.3)}"
        )

    def place_of(self, position: int) -> tuple[Part, int]:
        """Return the part of an output, and its number in that part."""
        part = next(part for part in self.parts if position in part.rows)
        return part, int(np.searchsorted(part.rows, position))

    @property
    def made_with(self) -> str:
        """The sources of the vectors and the map, in a few words."""
        dimensions = None if self.vectors is None else self.vectors.shape[1]
        vectors = self.engine.name if dimensions is None else f"your vectors, {dimensions} dimensions"
        return f"{vectors} · {'your positions' if self.xy is not None else f'UMAP seed {self.engine.seed}'}"

    @property
    def computed(self) -> list[Part]:
        """The parts whose vectors, clusters and map are ready."""
        return [part for part in self.parts if part.landscape.peek() is not None]

    def prepare(self) -> None:
        """Compute every landscape that is not ready, with a progress bar; an interrupt keeps finished work."""
        from tqdm.auto import tqdm

        left = [part for part in self.parts if part.landscape.peek() is None]
        for part in tqdm(left, desc="Preparing prompts", unit="prompt", disable=len(left) < 2):
            part.landscape.get()

    def landscapes(self) -> dict[int, Landscape]:
        """Return the landscapes that are ready, by the number of their prompt."""
        lands = ((part.number, part.landscape.peek()) for part in self.parts)
        return {number: land for number, land in lands if land is not None}

    def __iter__(self) -> Iterator[Part]:
        return iter(self.parts)


def _added(parts: list[Part]) -> Rows:
    lands = [(part.rows, part.landscape.peek()) for part in parts]
    rows = [rows[len(rows) - land.added :] for rows, land in lands if land is not None]
    return np.sort(np.concatenate([np.zeros(0, np.int64), *rows]))


def _joined(old: Any, new: Any) -> Any:
    """Return the user's arrays of old and new outputs; None if there are none."""
    if old is None or not len(old):
        return new
    if new.shape[1] != old.shape[1]:
        raise ValueError(
            f"the new vectors have {new.shape[1]} dimensions and the others {old.shape[1]}; give vectors of the same"
            " model."
        )
    return np.concatenate([old, new])


def _awaited(part: Part) -> Landscape | None:
    """Return the landscape of a part, waiting while it is computed; None if it is not computed or fails."""
    land = part.landscape.peek()
    if land is None and part.progress.now.status in ("waiting", "running"):
        # The widget shows why it failed, and the next attempt includes the new outputs.
        with contextlib.suppress(Exception):
            land = part.landscape.get()
    return land
