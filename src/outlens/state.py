"""LensState: the user's choices, made in the widget or from Python.

The lock of a lens
------------------
A lens has one lock, `LensState.lock`, which its `TagBook` and `Bridge` share. The user's choices, the log of tags and
the widget's traits change only while it is held. So any thread can call a method or deliver a message: Jupyter runs
cells and handles messages in different threads. Three rules follow.

- Compute nothing slow under the lock. Get the `Deferred` values you need first, then take the lock. (A `Deferred` has
  its own lock, held only briefly; its callbacks run after it is released.) Traits are encoded under the lock, so that
  they fit the state: a change of the prompt holds it for half a second at 100 000 outputs.
- Never wait for another thread while holding the lock. A user's observer may do so, therefore the background thread
  does not wait for the lock (`Bridge._soon`).
- Observers run in the thread that made the change, under the lock; the same thread can take the lock again.
"""

from __future__ import annotations

import copy
import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import traitlets as t

from outlens._unicode import clean
from outlens.settings import DEFAULTS, checked

Rows = npt.NDArray[np.int64]

GESTURES = ["prompt", "granularity", "selection", "view"]
"""The choices after which added outputs are no longer new."""


@dataclass(frozen=True, eq=False)
class Ranked:
    """An order of the outputs of a prompt, computed in Python for the reader."""

    prompt: int
    """The number of the prompt."""
    name: str
    """Its name in the list of orders."""
    says: str
    """One sentence about how the order was made."""
    rank: npt.NDArray[np.uint32]
    """(n,), the rank of each output of the prompt; outputs without a rank tie for last."""


class _Positions(t.TraitType[Rows, Any]):
    """Sorted positions of rows, int64; the array is read-only."""

    default_value = np.zeros(0, np.int64)

    def validate(self, obj: Any, value: Any) -> Rows:
        rows = np.array(value, np.int64)
        # Traitlets checks a value several times, and sorting half a million rows takes 0.07 s.
        if (np.diff(rows) <= 0).any():
            rows = np.unique(rows)
        if len(rows) and not 0 <= rows[0] <= rows[-1] < obj.n_outputs:
            wrong = rows[0] if rows[0] < 0 else rows[-1]
            raise ValueError(f"there is no output at position {wrong}; positions go from 0 to {obj.n_outputs - 1}.")
        rows.setflags(write=False)
        return rows

    def set(self, obj: Any, value: Any) -> None:
        # Compare here: traitlets detects changes by truth value, which arrays lack.
        if not np.array_equal(getattr(obj, str(self.name)), np.asarray(self._validate(obj, value))):
            super().set(obj, value)


class LensState(t.HasTraits):
    """The user's choices. Change them with `change`; observe them as any `traitlets.HasTraits`.

    Parameters
    ----------
    n_outputs, n_prompts : the number of outputs and prompts of the lens.
    """

    prompt = t.Int(0)
    """The number of the current prompt."""
    granularity = t.Float(0.5)
    """The granularity of the clusters, 0 (coarse) to 1 (fine)."""
    selection = _Positions()
    """Positions of the selected outputs in the user's frame, int64, sorted."""
    view = t.Dict()
    """The settings of the view by name, as in `settings.DEFAULTS`; the user reads and sets them through `View`."""
    ranked: Any = t.Instance(Ranked, allow_none=True)
    """The last order computed in Python."""
    layers = t.Dict()
    """The user's own layers by name, `layers.Layer`."""
    new = _Positions()
    """Positions of the outputs that were added since the last gesture: a change of any of `GESTURES`."""

    def __init__(self, n_outputs: int, n_prompts: int) -> None:
        self.lock = threading.RLock()
        self.n_outputs = n_outputs
        self.n_prompts = n_prompts
        super().__init__(view=copy.deepcopy(DEFAULTS))
        self.observe(self._end_new, GESTURES)

    def _end_new(self, _: object) -> None:
        self.new = ()

    def grow(self, sizes: Sequence[int]) -> None:
        """Go on with more outputs, after those that are here; what the user chose stays.

        Parameters
        ----------
        sizes : the number of outputs of each prompt.
        """
        with self.lock:
            added = np.arange(self.n_outputs, sum(sizes))
            self.n_outputs, self.n_prompts = sum(sizes), len(sizes)
            ranked = self.ranked
            if ranked is not None:
                # They come after everything that has a rank.
                last = np.full(sizes[ranked.prompt] - len(ranked.rank), ranked.rank.max(initial=0) + 1, np.uint32)
                ranked = replace(ranked, rank=np.concatenate([ranked.rank, last])) if len(last) else ranked
            self.change(new=np.concatenate([self.new, added]), ranked=ranked)

    def change(self, **values: Any) -> None:
        """Set several traits at once: all are checked before any is set, and observers are called at the end.

        Raises
        ------
        ValueError, TypeError
            If a value is invalid; then nothing changes.
        """
        traits = self.traits()
        with self.lock:
            fitting = {name: traits[name]._validate(self, value) for name, value in values.items()}
            with self.hold_trait_notifications():
                for name, value in fitting.items():
                    setattr(self, name, value)

    def select(self, positions: npt.NDArray[np.int64], **settings: Any) -> None:
        """Select outputs, and change settings of the view; any selection switches the reader to what is selected."""
        with self.lock:
            scope = "selected" if len(positions) else "all"
            self.change(view={**self.view, "scope": scope, **settings}, selection=positions)

    def show(self, **settings: Any) -> None:
        """Change some settings of the view."""
        with self.lock:
            self.change(view={**self.view, **settings})

    @t.validate("prompt")
    def _check_prompt(self, proposal: Any) -> int:
        if not 0 <= proposal.value < self.n_prompts:
            raise ValueError(f"there is no prompt {proposal.value}; prompts are numbered 0 to {self.n_prompts - 1}.")
        return int(proposal.value)

    @t.validate("granularity")
    def _check_granularity(self, proposal: Any) -> float:
        if not 0 <= proposal.value <= 1:
            raise ValueError(f"granularity is a number from 0 (coarse) to 1 (fine), not {proposal.value!r}.")
        return float(proposal.value)

    @t.validate("view")
    def _check_view(self, proposal: Any) -> dict[str, Any]:
        view = checked(proposal.value, self.n_outputs)
        return {name: clean(value) if isinstance(value, str) else value for name, value in view.items()}
