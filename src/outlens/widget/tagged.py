"""The tags of a prompt's outputs, encoded for the browser."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from outlens._unicode import clean
from outlens.tags.book import TagBook
from outlens.tags.fold import State

NONE: dict[str, Any] = {
    "me": "", "annotators": [""], "names": [], "define": [], "bits": b"", "stars": b"", "notes": [], "undo": "",
    "redo": "", "store": "", "problem": "", "ever": 0,
}  # fmt: skip
"""The value before anything is tagged."""

COLORS = 8


class Encoder:
    """Encodes the tags of a prompt for the browser; keeps the parts that do not change between two gestures.

    Parameters
    ----------
    keys : keys of the prompt's outputs, in order, and of the prompt itself.
    """

    def __init__(self, keys: Sequence[str]) -> None:
        self._place = {key: i for i, key in enumerate(keys)}
        # The number of the prompt does not change when outputs are added.
        self._place[keys[-1]] = -1
        self._known: dict[tuple[str, str, str], tuple[int, State, Any]] = {}

    def wire(self, book: TagBook) -> dict[str, Any]:
        """Return tags, notes and stars as `Tagged` in the browser.

        Returns
        -------
        me, annotators (the person at this lens first), names.
        define : for each tag its color (0 to 7), description and key ("1" to "9" or "").
        ever : the number of tags so far, including those that are on no output any more.
        bits : (names, annotators, ceil((n + 1) / 8)) uint8, one bit per output, the least significant first; the
            prompt has the last bit of all.
        stars : (annotators, ceil((n + 1) / 8)) uint8.
        notes : output (-1: the prompt), annotator, text.
        """
        state, me, people, given = book.session.state, book.annotator, book.people(), book.names()
        defined = state.definitions()
        # Tags keep their colours when another one is removed from its last output.
        number = state.numbers()
        for name in given:
            number.setdefault(name, len(number))

        def held(kind: str, person: str, name: str = "") -> Any:
            changes = state.changes(kind, person, name)
            known = self._known.get((kind, person, name))
            if known is not None and known[0] == changes and known[1] is state:
                return known[2]
            if kind == "note":
                made: Any = self._notes(state.notes(person))
            else:
                made = self._bits(state.holders(name, person) if kind == "tag" else state.starred(person))
            self._known[kind, person, name] = (changes, state, made)
            return made

        return {
            "me": clean(me),
            "annotators": [clean(person) for person in people],
            "names": [clean(name) for name in given],
            "define": [_definition(defined.get(name, {}), number[name]) for name in given],
            "ever": len(number),
            "bits": b"".join(held("tag", person, name) for name in given for person in people),
            "stars": b"".join(held("star", person) for person in people),
            "notes": [[i, a, text] for a, person in enumerate(people) for i, text in held("note", person)],
        }

    def _notes(self, notes: Mapping[str, str]) -> list[tuple[int, str]]:
        return [(self._place[key], clean(text)) for key, text in notes.items() if key in self._place]

    def _bits(self, held: Collection[str]) -> bytes:
        mask = np.zeros(-(-len(self._place) // 8) * 8, bool)
        places = map(self._place.get, held)
        at: npt.NDArray[np.int64] = np.fromiter((i for i in places if i is not None), np.int64)
        mask[at] = True
        return np.packbits(mask, bitorder="little").tobytes()


def _definition(given: Mapping[str, Any], number: int) -> dict[str, Any]:
    color, key = str(given.get("color", "")), str(given.get("key", ""))
    return {
        "color": int(color) % COLORS if len(color) < 4 and color.isdecimal() else number % COLORS,
        "description": clean(str(given.get("description", ""))),
        "key": key if len(key) == 1 and key in "123456789" else "",
    }
