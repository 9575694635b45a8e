"""Study: the outputs and everything computed from them, prompt by prompt."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor, ThreadPoolExecutor

import numpy as np
import numpy.typing as npt
import pandas as pd

from outlens import text
from outlens._errors import hint
from outlens.deferred import Background, Deferred, Derived, Stopped
from outlens.outputs import Outputs
from outlens.progress import Progress
from outlens.text import Index
from outlens.vectors import Landscape, Name, Tree
from outlens.vectors.engine import Engine
from outlens.vectors.likeness import Likeness

INDEXED_FIRST = 4_000_000
"""With at most this many characters, shared words are computed before vectors; this takes about a second."""

Rows = npt.NDArray[np.int64]

_studies: weakref.WeakSet[Study] = weakref.WeakSet()


def _end_all() -> None:
    for study in list(_studies):
        study.end()


# `atexit` is too late: at exit, Python first waits for the threads of executors.
threading._register_atexit(_end_all)  # type: ignore[attr-defined]


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
    index : the index of shared words.
    alignment : the aligned sentences, as `text.align` returns them.
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
    ) -> None:
        self.number = number
        self.label = label
        self.prompt = prompt
        self.rows = rows
        self.texts = texts
        self.progress = Progress()
        self.landscape = Background(lambda: self._report(landscape), known, executor, self.progress.wait)
        self.vectors: Deferred[npt.NDArray[np.float32]] = Derived(self.landscape, lambda land: land.vectors)
        self.tree: Deferred[Tree] = Derived(self.landscape, lambda land: land.tree)
        self.names: Deferred[list[Name]] = Derived(self.landscape, lambda land: land.names)
        self.xy: Deferred[npt.NDArray[np.float32]] = Derived(self.landscape, lambda land: land.xy)
        self.typical: Deferred[npt.NDArray[np.float32]] = Derived(self.landscape, lambda land: land.typical)
        self.likeness: Deferred[Likeness] = Deferred(lambda: Likeness(self.vectors.get(), texts, prompt=prompt))
        self.separation: Deferred[float] = Derived(self.landscape, lambda land: land.separation)
        self.index: Deferred[Index] = Deferred(lambda: Index(texts, prompt=prompt))
        self.alignment: Deferred[pd.DataFrame] = Deferred(lambda: text.align(texts))

    def _report(self, landscape: Callable[[Part], Landscape]) -> Landscape:
        """Compute the landscape, and report the progress and the end to `progress`."""
        try:
            self.progress.begin()
            made = landscape(self)
        except (Stopped, KeyboardInterrupt):
            self.progress.end("stopped")
            raise
        except BaseException as error:
            self.progress.end("failed", str(error) or type(error).__name__)
            raise
        self.progress.end("ready")
        return made

    def __len__(self) -> int:
        return len(self.rows)

    def place(self, spans: pd.DataFrame) -> pd.DataFrame:
        """Return a span table of this part with `output` counted in the whole frame."""
        return spans.assign(output=self.rows[spans["output"]])


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
        given = known or {}
        # One thread: two embeddings at once would slow each other down, and the most urgent one comes first.
        self._ended = False
        self._begun: set[int] = set()
        self._executor = ThreadPoolExecutor(1, thread_name_prefix="outlens")
        self.parts = [
            Part(
                number,
                label,
                label if outputs.prompt is not None else None,
                rows,
                [outputs.texts[row] for row in rows.tolist()],
                self._landscape,
                given.get(number),
                self._executor,
            )
            for number, (label, rows) in enumerate(outputs.prompts())
        ]
        _studies.add(self)

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
                part.progress.stop()
        part = self.parts[number]
        # Start with the quick parts, which the user can read while the rest is computed.
        if sum(map(len, part.texts)) <= INDEXED_FIRST:
            part.index.start(self._executor)
        if part.landscape.peek() is not None:
            return
        part.progress.wait_for_turn()
        # Start it from the executor's thread: by then an attempt that is being stopped has ended.
        self._executor.submit(lambda: part.landscape.start(self._executor))

    def finish(self) -> None:
        """Wait for every landscape that was begun; a stopped one continues."""
        for number in sorted(self._begun):
            self.parts[number].landscape.get()

    def stop(self) -> bool:
        """Stop the work in the background and return whether there was any; later requests continue it."""
        return any([part.progress.stop() for part in self.parts])

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
