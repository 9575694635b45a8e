"""LensState: what the user chose, by mouse or from Python.

The lock of a lens
------------------
A lens has one lock, `LensState.lock`; its `TagBook` and `Bridge` use the same. What the user chose, the log of tags and
the widget's traits change only while it is held, so a method may be called, and a message delivered, in any thread:
Jupyter runs cells and answers messages in different ones. Three things follow.

- Nothing slow is computed under the lock. Get the `Deferred` values that are needed first, then take the lock. (A
  `Deferred` has a lock of its own, held for moments only, and its callbacks run when it is released.) Traits are
  encoded under it, so that they fit the state: a change of the prompt holds it half a second at 100 000 outputs.
- Never wait for another thread while holding it. An observer of the user's may: therefore the thread that computes in
  the background does not wait for the lock (`Bridge._soon`).
- Observers run in the thread that made the change, and under the lock; it can be taken again by the same thread.
"""

from __future__ import annotations

import copy
import threading
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import traitlets as t

from outlens._unicode import clean
from outlens.settings import DEFAULTS, checked

Rows = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Ranked:
    """An order of the outputs of a prompt that was made in Python, for the reader."""

    prompt: int
    """The number of the prompt."""
    name: str
    """Its name in the list of orders."""
    says: str
    """One sentence on what the order was made of."""
    rank: npt.NDArray[np.uint32]
    """(n,), the place of each output of the prompt; equal ones come last."""


class _Positions(t.TraitType[Rows, Any]):
    """Sorted positions of rows, int64; the array is read-only."""

    default_value = np.zeros(0, np.int64)

    def validate(self, obj: Any, value: Any) -> Rows:
        rows = np.unique(np.asarray(value, np.int64))
        if len(rows) and not 0 <= rows[0] <= rows[-1] < obj.n_outputs:
            wrong = rows[0] if rows[0] < 0 else rows[-1]
            raise ValueError(f"there is no output at position {wrong}; positions go from 0 to {obj.n_outputs - 1}.")
        rows.setflags(write=False)
        return rows

    def set(self, obj: Any, value: Any) -> None:
        # Arrays have no truth value, by which traitlets decides whether there is a change.
        if not np.array_equal(getattr(obj, str(self.name)), np.asarray(self._validate(obj, value))):
            super().set(obj, value)


class LensState(t.HasTraits):
    """What the user chose. Change it with `change`; observe it as any `traitlets.HasTraits`.

    Parameters
    ----------
    n_outputs, n_prompts : how many there are to choose from.
    """

    prompt = t.Int(0)
    """The number of the prompt that is shown."""
    granularity = t.Float(0.5)
    """How fine the clusters are, 0 (coarse) to 1 (fine)."""
    selection = _Positions()
    """Positions of the selected outputs in the user's frame, int64, sorted."""
    view = t.Dict()
    """The settings of the view by name, `settings.DEFAULTS`; `View` is how the user reads and sets them."""
    ranked: Any = t.Instance(Ranked, allow_none=True)
    """The last order that was made in Python."""
    layers = t.Dict()
    """The user's own layers by name, `layers.Layer`."""

    def __init__(self, n_outputs: int, n_prompts: int) -> None:
        self.lock = threading.RLock()
        self.n_outputs = n_outputs
        self.n_prompts = n_prompts
        super().__init__(view=copy.deepcopy(DEFAULTS))

    def change(self, **values: Any) -> None:
        """Set some of the traits at once: all are checked before any is set, and observers are called after all.

        Raises
        ------
        ValueError, TypeError
            Where a value does not fit; nothing is changed.
        """
        traits = self.traits()
        with self.lock:
            fitting = {name: traits[name]._validate(self, value) for name, value in values.items()}
            with self.hold_trait_notifications():
                for name, value in fitting.items():
                    setattr(self, name, value)

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
