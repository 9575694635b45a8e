"""The tags of a prompt's outputs, as the browser gets them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from outlens.tags.fold import State
from outlens.widget import wire

NONE: dict[str, Any] = {
    "me": "", "annotators": [""], "names": [], "define": [], "bits": b"", "stars": b"", "notes": [], "undo": "",
    "redo": "", "store": "", "problem": "", "blind": False,
}  # fmt: skip
"""What there is before anything is tagged."""

COLORS = 8


def annotators(state: State, me: str) -> list[str]:
    """Everybody who did anything, oneself first."""
    return [me, *(name for name in state.annotators if name != me)]


def names(state: State) -> list[str]:
    """The tags that are on some output, and those that are only defined."""
    return list(dict.fromkeys([*state.names(), *state.definitions()]))


class Encoder:
    """Makes the browser's tags of a prompt; keeps what does not change between two gestures.

    Parameters
    ----------
    keys : of the prompt's outputs, in their order.
    """

    def __init__(self, keys: Sequence[str]) -> None:
        self._place = {key: i for i, key in enumerate(keys)}
        self._known: dict[tuple[str, str], tuple[int, bytes]] = {}

    def wire(self, state: State, me: str) -> dict[str, Any]:
        """What the browser's `Tagged` is of tags, notes and stars.

        Returns
        -------
        me, annotators (oneself first), names.
        define : for each tag color (0 to 7), description and key ("1" to "9" or "").
        bits : (names, annotators, ceil(n / 8)) uint8, one bit an output, least significant first.
        stars : (annotators, ceil(n / 8)) uint8.
        notes : output, annotator, text.
        """
        people = annotators(state, me)
        given = names(state)
        defined = state.definitions()
        bits = b"".join(self._bits(state.holders(name, person)) for name in given for person in people)
        return {
            "me": wire.clean(me),
            "annotators": [wire.clean(person) for person in people],
            "names": [wire.clean(name) for name in given],
            "define": [_definition(defined.get(name, {}), i) for i, name in enumerate(given)],
            "bits": bits,
            "stars": b"".join(self._bits(state.starred(person)) for person in people),
            "notes": [
                [self._place[key], a, wire.clean(text)]
                for a, person in enumerate(people)
                for key, text in state.notes(person).items()
                if key in self._place
            ],
        }

    def _bits(self, held: Collection[str]) -> bytes:
        mask = np.zeros(len(self._place), bool)
        places = map(self._place.get, held)
        at: npt.NDArray[np.int64] = np.fromiter((i for i in places if i is not None), np.int64)
        mask[at] = True
        return np.packbits(mask, bitorder="little").tobytes()


def _definition(given: Mapping[str, Any], number: int) -> dict[str, Any]:
    color, key = str(given.get("color", "")), str(given.get("key", ""))
    return {
        "color": int(color) % COLORS if color.isdecimal() else number % COLORS,
        "description": wire.clean(str(given.get("description", ""))),
        "key": key if len(key) == 1 and key in "123456789" else "",
    }
