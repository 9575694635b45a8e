"""The protocol that the methods of a lens are written against."""

from __future__ import annotations

from typing import Protocol

from outlens.part import Part
from outlens.state import LensState
from outlens.study import Study
from outlens.tags.book import TagBook


class Owners(Protocol):
    """A lens as its methods see it: the three owners of its data, and the current prompt."""

    _study: Study
    _state: LensState
    _tags: TagBook

    @property
    def _part(self) -> Part:
        """The current prompt."""
        ...

    @property
    def granularity(self) -> float:
        """The granularity of the clusters, 0 to 1."""
        ...

    def prepare(self) -> None:
        """Compute everything that is missing, for every prompt."""
        ...
