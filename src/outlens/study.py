"""Study: the outputs and everything that is computed of them, prompt by prompt."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from outlens import text
from outlens._errors import hint
from outlens.deferred import Deferred, Derived
from outlens.outputs import Outputs
from outlens.text import Index
from outlens.vectors import Landscape, Name, Tree
from outlens.vectors.engine import Engine
from outlens.vectors.likeness import Likeness
from outlens.vectors.separation import separation

Rows = npt.NDArray[np.int64]


class Part:
    """One prompt of a study, or all outputs where there are no prompts; everything is computed when it is needed.

    Attributes
    ----------
    number : its place among the prompts.
    label : the prompt; "" where the outputs have none.
    prompt : the prompt, or None where the outputs have none.
    rows : (n,) int64, the positions of its outputs.
    texts : n str.
    landscape : vectors, tree, names, positions and typicality, which one call makes.
    vectors, tree, names, xy, typical : the parts of `landscape`.
    likeness : compares the outputs, as clusters and map do.
    separation : how clearly the clusters separate at the default granularity.
    index : what the outputs share, word by word.
    alignment : which sentences play the same part, as `text.align` returns it.
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
    ) -> None:
        self.number = number
        self.label = label
        self.prompt = prompt
        self.rows = rows
        self.texts = texts
        self.landscape = Deferred(lambda: landscape(self), known)
        self.vectors: Deferred[npt.NDArray[np.float32]] = Derived(self.landscape, lambda land: land.vectors)
        self.tree: Deferred[Tree] = Derived(self.landscape, lambda land: land.tree)
        self.names: Deferred[list[Name]] = Derived(self.landscape, lambda land: land.names)
        self.xy: Deferred[npt.NDArray[np.float32]] = Derived(self.landscape, lambda land: land.xy)
        self.typical: Deferred[npt.NDArray[np.float32]] = Derived(self.landscape, lambda land: land.typical)
        self.likeness: Deferred[Likeness] = Deferred(lambda: Likeness(self.vectors.get(), texts, prompt=prompt))
        self.separation: Deferred[float] = Deferred(lambda: self._separation())
        self.index: Deferred[Index] = Deferred(lambda: Index(texts, prompt=prompt))
        self.alignment: Deferred[pd.DataFrame] = Deferred(lambda: text.align(texts))

    def __len__(self) -> int:
        return len(self.rows)

    def _separation(self) -> float:
        land = self.landscape.get()
        return separation(land.vectors, self.texts, land.tree.cut(), prompt=self.prompt)

    def place(self, spans: pd.DataFrame) -> pd.DataFrame:
        """Return a span table of this part with `output` counted in the whole frame."""
        return spans.assign(output=self.rows[spans["output"]])


class Study:
    """The outputs, and for each prompt a `Part` with what is computed of them.

    Parameters
    ----------
    outputs : the user's rows, checked.
    engine : makes vectors, clusters and maps.
    vectors : (n, d), the user's own, unit length; nothing is embedded then.
    known : landscapes that need not be computed, by the number of the prompt.

    Attributes
    ----------
    parts : list of Part, in order of the prompts' first appearance.
    """

    def __init__(
        self,
        outputs: Outputs,
        engine: Engine,
        vectors: npt.NDArray[np.float32] | None = None,
        known: Mapping[int, Landscape] | None = None,
    ) -> None:
        self.outputs = outputs
        self.engine = engine
        self.vectors = vectors
        given = known or {}
        self.parts = [
            Part(
                number,
                label,
                label if outputs.prompt is not None else None,
                rows,
                [outputs.texts[row] for row in rows.tolist()],
                self._landscape,
                given.get(number),
            )
            for number, (label, rows) in enumerate(outputs.prompts())
        ]

    def _landscape(self, part: Part) -> Landscape:
        vectors = None if self.vectors is None else self.vectors[part.rows]
        return self.engine.landscape(part.texts, prompt=part.prompt, vectors=vectors)

    def number_of(self, prompt: str | int) -> int:
        """Return the number of a prompt, which is named by itself or by its number."""
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
        """What made the vectors and the map, in a few words."""
        if self.vectors is not None:
            return f"your vectors, {self.vectors.shape[1]} dimensions · UMAP seed {self.engine.seed}"
        return f"{self.engine.name} · UMAP seed {self.engine.seed}"

    @property
    def computed(self) -> list[Part]:
        """The parts whose vectors, clusters and map are ready."""
        return [part for part in self.parts if part.landscape.peek() is not None]

    def prepare(self) -> None:
        """Compute every landscape that is not ready, with a progress bar; an interrupt keeps what is done."""
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
