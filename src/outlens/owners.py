"""What the methods of a lens work on, wherever they are written."""

from __future__ import annotations

from typing import Protocol

from outlens.state import LensState
from outlens.study import Part, Study
from outlens.tags.book import TagBook


class Owners(Protocol):
    """A lens as its methods see it: the three that own its data, and what is shown."""

    _study: Study
    _state: LensState
    _tags: TagBook

    @property
    def _part(self) -> Part:
        """The prompt that is shown."""
        ...

    @property
    def granularity(self) -> float:
        """How fine the clusters are, 0 to 1."""
        ...

    def prepare(self) -> None:
        """Compute what is not computed yet, of every prompt."""
        ...
