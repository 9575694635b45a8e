"""The corrections of points that people made, with the outputs that hold the wordings concerned."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from outlens.tags.fold import State
from outlens.tags.session import Session

Positions = npt.NDArray[np.int64]


class Corrections:
    """Finds the corrections in effect for some outputs, everybody's, in order of time.

    Parameters
    ----------
    session : Session
        Holds the outputs and writes the corrections.

    Examples
    --------
    >>> made = Corrections(Session(None, "ann", [f"id:{i}" for i in range(4)]))
    >>> made.add([1, 2], '{"do": "split", "texts": ["Yes."]}')
    2
    >>> made.of(np.array([0, 1])), made.of(np.array([3]))
    (('{"do": "split", "texts": ["Yes."]}',), ())
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._known: tuple[State | None, list[int]] = (None, [])
        self._values: list[str] = []
        self._positions = np.zeros(0, np.int64)
        self._starts = np.zeros(0, np.int64)

    def add(self, positions: Iterable[int], value: str) -> int:
        """Write a correction by the outputs at these positions; return their number."""
        return self._session.correct(positions, value)

    def of(self, rows: Positions) -> tuple[str, ...]:
        """Return the corrections that concern an output at any of these positions (sorted), in order of time."""
        self._fold()
        if not self._values:
            return ()
        at = np.minimum(np.searchsorted(rows, self._positions), len(rows) - 1)
        here = rows[at] == self._positions if len(rows) else np.zeros(len(self._positions), bool)
        concerned = np.logical_or.reduceat(here, self._starts)
        return tuple(value for value, any_here in zip(self._values, concerned.tolist(), strict=True) if any_here)

    def _fold(self) -> None:
        state = self._session.state
        now = [state.changes("point", name) for name in state.people]
        if self._known[0] is state and self._known[1] == now:
            return
        made = [(one.value, self._here(one.keys)) for one in state.corrections()]
        made = [(value, positions) for value, positions in made if positions]
        self._values = [value for value, _ in made]
        self._positions = np.array([position for _, positions in made for position in positions], np.int64)
        self._starts = np.cumsum([0, *(len(positions) for _, positions in made)])[:-1]
        self._known = state, now

    def _here(self, keys: Iterable[str]) -> list[int]:
        return [position for key in keys if (position := self._session.position(key)) is not None]
