"""Engines, which turn texts into vectors, clusters, names and a map."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import numpy.typing as npt

from outlens.vectors.embed import check_model, embed
from outlens.vectors.landscape import Landscape, Report, ignore, landscape
from outlens.vectors.models import DEFAULT
from outlens.vectors.positions import check_seed

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer


class Engine(Protocol):
    """The source of a study's vectors and maps. Any object with these members can replace `DefaultEngine`."""

    @property
    def name(self) -> str:
        """The name shown to people, such as the model's."""
        ...

    @property
    def model(self) -> Any:
        """The model that makes the vectors: a name or an object."""
        ...

    @property
    def seed(self) -> int | None:
        """The seed of the map; None for a different map each time."""
        ...

    def embed(self, texts: Iterable[str]) -> npt.NDArray[np.float32]:
        """Return the vectors of n texts: (n, d) float32, rows of unit length."""
        ...

    def landscape(
        self,
        texts: Iterable[str],
        *,
        prompt: str | None = None,
        vectors: npt.ArrayLike | None = None,
        xy: npt.ArrayLike | None = None,
        report: Report = ignore,
    ) -> Landscape:
        """Embed (unless `vectors` are given), cluster, name and project (unless `xy` is) the outputs of one prompt.

        `report` is called as often as possible, with the progress; an error in it ends the computation.
        """
        ...


@dataclass(frozen=True)
class DefaultEngine:
    """The engine of outlens: `embed` and `landscape` with one model and one seed.

    Examples
    --------
    >>> engine = DefaultEngine(lambda texts: [[len(text), 1.0] for text in texts])
    >>> engine.embed(["ab", ""]).round(2).tolist()
    [[0.8899999856948853, 0.44999998807907104], [0.0, 1.0]]
    """

    model: str | SentenceTransformer | Callable[[list[str]], Any] = DEFAULT
    """A model as for `embed`."""
    seed: int | None = 42
    """The seed of the map; None for a different map each time."""
    _kept: dict[str | None, dict[bytes, npt.NDArray[np.float32]]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    """Vectors of a model that is an object, by prompt, until the landscape is ready: it has no cache on disk."""

    def __post_init__(self) -> None:
        # Report wrong vectors here, not in the background.
        check_seed(self.seed)
        check_model(self.model)

    @property
    def name(self) -> str:
        """The model's name or its `label`, or else the name of its type."""
        if isinstance(self.model, str):
            return self.model
        return str(getattr(self.model, "label", type(self.model).__name__))

    def embed(self, texts: Iterable[str]) -> npt.NDArray[np.float32]:
        """Return the vectors of n texts: (n, d) float32, rows of unit length."""
        return embed(texts, self.model)

    def landscape(
        self,
        texts: Iterable[str],
        *,
        prompt: str | None = None,
        vectors: npt.ArrayLike | None = None,
        xy: npt.ArrayLike | None = None,
        report: Report = ignore,
    ) -> Landscape:
        """Embed (unless `vectors` are given), cluster, name and project (unless `xy` is) the outputs of one prompt.

        After an interrupt, the next call embeds only the texts that are left, but a callable gets all or none.
        """
        made = landscape(
            texts,
            prompt=prompt,
            vectors=vectors,
            xy=xy,
            model=self.model,
            seed=self.seed,
            cache=True if isinstance(self.model, str) else self._kept.setdefault(prompt, {}),
            report=report,
        )
        self._kept.pop(prompt, None)
        return made
