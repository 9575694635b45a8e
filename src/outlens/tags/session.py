"""One person's gestures at one lens: undo and redo, and gestures that could not be saved yet."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b
from operator import index
from os import PathLike
from time import time_ns

import numpy as np

from outlens.tags.columns import no_collection
from outlens.tags.events import Action, Event, new_id, tag_key
from outlens.tags.fold import State
from outlens.tags.identity import Keys
from outlens.tags.store import PATIENCE, Store, StoreError, StoreUnavailable


@dataclass(frozen=True, slots=True)
class Pending:
    """A gesture that takes effect but is not on disk yet.

    Attributes
    ----------
    gesture, annotator : str
    keys : tuple of str
    action, value, lens : str
        As in `Event`.
    time : int
        Time of the gesture, microseconds since 1970.
    why : str
        Why it could not be written, as a sentence.
    """

    gesture: str
    annotator: str
    keys: tuple[str, ...]
    action: Action
    value: str
    lens: str
    time: int
    why: str


class Session:
    """A person's gestures on the outputs of a lens.

    Each gesture is on disk when its method returns, or else in `pending`: it takes effect, and `retry` writes it when
    the store can be written again. Gestures are written in the order in which they were made.

    Parameters
    ----------
    store_path : path, optional
        None keeps the log in memory.
    annotator : str
    keys : Keys, or sequence of str
        The key of each output (`identity.identify`).
    lens : str, optional
        Recorded in each event, for information only.
    prompts : sequence of str, optional
        Keys of prompts (`events.prompt_key`).

    Attributes
    ----------
    keys : list of str
        Keys of the outputs, then of the prompts. Methods take positions in this list; `state` takes keys.
    state : State
        The current state of the log, including pending gestures.
    pending : list of Pending
    problem : str
        Why the store could not be read or written last time; `""` if it could.

    Raises
    ------
    StoreError
        If the file is not a store, is damaged or was written by a newer outlens. If it merely cannot be read now,
        `problem` says so, and it is read at the next `refresh` or gesture.

    Examples
    --------
    >>> from outlens.tags.identity import identify
    >>> session = Session(None, "ann", identify(["Yes.", "No.", "No."]))
    >>> session.tag([1, 2], "refusal")
    2
    >>> session.undo()
    'tag ‘refusal’ on 2 outputs'
    """

    def __init__(
        self,
        store_path: str | PathLike[str] | None,
        annotator: str,
        keys: Keys | Sequence[str],
        lens: str = "",
        prompts: Sequence[str] = (),
    ) -> None:
        if not isinstance(annotator, str) or not annotator.strip():
            raise ValueError(f"annotator is {annotator!r}; give the name of the person who tags.")
        self.annotator = annotator
        self._set_keys(keys if isinstance(keys, Keys) else Keys(keys), prompts, lens)
        self.state = State(keys=self._known, current=self._current)
        self.pending: list[Pending] = []
        self.problem = ""
        self._seq = 0
        self._loaded = False
        self._news = False
        self._written_here: set[str] = set()
        self.store = Store(store_path)
        try:
            self._load()
        except StoreUnavailable as error:
            self.problem = str(error)

    def _set_keys(self, keys: Keys, prompts: Sequence[str], lens: str) -> None:
        self.lens = lens
        self._outputs = keys
        self.keys = [*keys.keys, *prompts]
        self._known = frozenset(self.keys)
        # Keys of the log whose output has a different key now.
        self._current: dict[str, str] = {}
        self._positions = {key: position for position, key in enumerate(self.keys)}

    def grow(self, keys: Keys, prompts: Sequence[str], lens: str) -> None:
        """Go on with more outputs and prompts, after those that are here; what is pending stays.

        Parameters
        ----------
        keys : Keys
            Of all outputs; those of the outputs that are here do not change (`Keys.after`).
        prompts : sequence of str
        lens : str
        """
        names = ("lens", "_outputs", "keys", "_known", "_current", "_positions")
        before = {name: getattr(self, name) for name in names}
        try:
            self._set_keys(keys, prompts, lens)
            # The log may hold events about outputs that were not here.
            self._loaded = False
            self._load()
        except StoreUnavailable as error:
            # The next refresh or gesture reads the log.
            self.problem = str(error)
        except BaseException:
            vars(self).update(before)
            raise

    def tag(self, positions: Iterable[int], name: str) -> int:
        """Tag outputs. Return how many did not have this person's tag before.

        Raises
        ------
        ValueError
            If the name is blank or there is no output at a position.
        """
        return self._tag("tag", positions, name)

    def untag(self, positions: Iterable[int], name: str) -> int:
        """Remove this person's tag from outputs. Return how many had it."""
        return self._tag("untag", positions, name)

    def note(self, positions: Iterable[int], text: str) -> int:
        """Write a note on outputs, replacing this person's earlier one; `""` clears it. Return how many changed."""
        keys = self._keys(positions)
        notes = self.state.notes(self.annotator)
        return self._do([key for key in keys if notes.get(key, "") != text], "note", _text("note", text))

    def star(self, positions: Iterable[int], on: bool = True) -> int:
        """Star outputs, or remove the star. Return how many changed."""
        keys = self._keys(positions)
        starred = self.state.starred(self.annotator)
        return self._do([key for key in keys if (key in starred) != on], "star" if on else "unstar", "")

    def name(self, positions: Iterable[int], name: str) -> int:
        """Name the cluster that these outputs form; `""` clears the name. Return the number of outputs.

        `names.ClusterNames` finds the name of a cluster.
        """
        return self._do(self._keys(positions), "cluster", _text("name", name))

    def correct(self, positions: Iterable[int], correction: str) -> int:
        """Write a correction of points by the outputs that hold the wordings concerned. Return their number.

        `outlens.points.corrections` writes and reads the correction.
        """
        return self._do(self._keys(positions), "point", _text("correction", correction))

    def define(
        self, name: str, color: str | None = None, description: str | None = None, key: str | None = None
    ) -> None:
        """Set a tag's colour, description and shortcut for everybody; None keeps the current value."""
        _check_name(name)
        self._catch_up()
        now = self.state.definitions().get(name, {"color": "", "description": "", "key": ""})
        given = {"color": color, "description": description, "key": key}
        new = {field: text for field, text in given.items() if text is not None and text != now[field]}
        if new:
            self._do([tag_key(name)], "define", json.dumps(new))

    def undo(self) -> str:
        """Undo this person's last gesture, even from before a restart. Return its description, or `""`."""
        return self._switch("undo")

    def redo(self) -> str:
        """Redo the gesture that was undone last. Return its description, or `""`."""
        return self._switch("redo")

    def refresh(self) -> bool:
        """Read other people's events, and write pending gestures. Return whether there were any events of others."""
        self.retry()
        self._catch_up()
        news, self._news = self._news, False
        return news

    def retry(self) -> bool:
        """Write pending gestures in order. Return whether none is left."""
        if not self.pending:
            return True
        try:
            while self.pending:
                self._write(self.pending[0])
                del self.pending[0]
        except StoreError as error:
            self._fail(error)
        # The time of a gesture on disk may differ from its time in `pending`, so read everything again.
        self._catch_up()
        try:
            self._load()
        except StoreError as error:
            self._fail(error)
        return not self.pending

    def waiting(self, after: int) -> list[Event]:
        """Return pending gestures as events later than `after`, the same ones on every call."""
        events = []
        for gesture in self.pending:
            after = max(after + 1, gesture.time)
            for key in gesture.keys:
                name = f"{gesture.gesture} {key}".encode("utf-8", "surrogatepass")
                events.append(
                    Event(
                        blake2b(name, digest_size=16).hexdigest(), after, gesture.annotator, key, gesture.action,
                        gesture.value, gesture.gesture, gesture.lens,
                    )
                )  # fmt: skip
        return events

    def events(self) -> list[Event]:
        """Return the events on disk about these outputs and prompts, and those that concern all outputs, in order.

        Each has the key it was written with; `position` finds its output.
        """
        return self.store.events(self._known | self._current.keys())

    def position(self, key: str) -> int | None:
        """Return the position of the output or prompt that this key is for; None if it is not here."""
        self._find([key])
        return self._positions.get(self._current.get(key, key))

    def __contains__(self, key: object) -> bool:
        """Whether the output or prompt that this key is for is here."""
        return isinstance(key, str) and self.position(key) is not None

    def current(self, events: Iterable[Event]) -> list[Event]:
        """Return the events with the current keys of their outputs, to compare them with others."""
        given = list(events)
        self._find(event.key for event in given)
        return [replace(event, key=self._current.get(event.key, event.key)) for event in given]

    @property
    def warnings(self) -> list[str]:
        """Warnings for the user about how tags were matched to outputs, one sentence each."""
        return self._outputs.warnings

    def close(self) -> None:
        """Close the store."""
        self.store.close()

    def _tag(self, action: Action, positions: Iterable[int], name: str) -> int:
        _check_name(name)
        keys = self._keys(positions)
        held = self.state.holders(name, self.annotator)
        return self._do([key for key in keys if (key in held) != (action == "tag")], action, name)

    def _switch(self, action: Action) -> str:
        self._catch_up()
        state = self.state
        stack = state.undo_stack(self.annotator) if action == "undo" else state.redo_stack(self.annotator)
        if not stack:
            return ""
        description = state.describe(self.annotator, stack[-1])
        try:
            # A gesture made in another lens may include outputs that this one does not have.
            more = self.store.size_of(stack[-1]) - state.size_of(self.annotator, stack[-1])
        except StoreError:
            more = 0
        self._do([""], action, stack[-1])
        return (
            f"{description}, and on {more} more that {'is' if more == 1 else 'are'} not shown here"
            if more > 0
            else description
        )

    def _keys(self, positions: Iterable[int]) -> list[str]:
        """Bring the state up to date, and return the keys at these positions, each once."""
        keys: dict[str, None] = {}
        for position in positions:
            at = index(position)
            if not 0 <= at < len(self.keys):
                raise ValueError(f"There is no output at position {at}; positions go from 0 to {len(self.keys) - 1}.")
            keys[self.keys[at]] = None
        self._catch_up()
        return list(keys)

    def _do(self, keys: list[str], action: Action, value: str) -> int:
        """Write one gesture; if that fails, apply it and keep it as pending."""
        if not keys:
            return 0
        gesture = Pending(
            new_id(), self.annotator, tuple(keys), action, value, self.lens, time_ns() // 1000, self.problem
        )
        if self.pending and not self.retry():
            self._keep(gesture)
            return len(keys)
        try:
            self._write(gesture)
        except StoreError as error:
            self._fail(error)
            self._keep(gesture)
        else:
            self._catch_up()
        return len(keys)

    def _write(self, gesture: Pending) -> None:
        self._wait_less()
        if not self._loaded:
            self._load()
        self.store.record(
            gesture.annotator,
            gesture.keys,
            gesture.action,
            gesture.value,
            gesture.lens,
            gesture=gesture.gesture,
            time=gesture.time,
        )
        self._written_here.add(gesture.gesture)
        self.problem = ""

    def _keep(self, gesture: Pending) -> None:
        self.pending.append(replace(gesture, why=self.problem))
        self._show(gesture)

    def _show(self, gesture: Pending) -> None:
        """Apply a gesture that is not on disk to the state, as the last one."""
        time = max(gesture.time, self.state.latest + 1)
        self.state.apply(
            Event(new_id(), time, gesture.annotator, key, gesture.action, gesture.value, gesture.gesture, gesture.lens)
            for key in gesture.keys
        )

    def _fail(self, error: StoreError) -> None:
        self.problem = str(error)
        self.pending = [replace(gesture, why=self.problem) for gesture in self.pending]

    def _load(self) -> None:
        """Read everything, and apply pending gestures."""
        state = State(keys=self._known, current=self._current)
        columns, self._seq = self.store.columns()
        if columns is not None:
            with no_collection():
                self._find(columns.texts[np.flatnonzero(np.bincount(columns.key))].tolist())
            state.load(columns)
        self.state = state
        self._news = self._news or (not self._loaded and bool(self.problem))
        self._loaded = True
        for gesture in self.pending:
            self._show(gesture)

    def _catch_up(self) -> None:
        """Read the events written since last time, by this session or by others."""
        self._wait_less()
        try:
            if not self._loaded:
                self._load()
            events, seq = self.store.since(self._seq)
        except StoreError as error:
            self._fail(error)
            return
        if events:
            # If this is interrupted, everything is read again.
            self._loaded = False
            self._find(dict.fromkeys(event.key for event in events))
            self.state.apply(events)
            self._loaded, self._seq = True, seq
            self._news = self._news or any(event.gesture not in self._written_here for event in events)
        self._written_here.clear()
        if not self.pending:
            self.problem = ""

    def _find(self, keys: Iterable[str]) -> None:
        """Find the outputs for keys of the log."""
        self._current.update((key, now) for key, now in self._outputs.resolve(keys).items() if key != now)

    def _wait_less(self) -> None:
        """Wait only briefly if the store was locked last time, not at every gesture and refresh."""
        self.store.patience = 0.0 if self.problem else PATIENCE


def _check_name(name: str) -> None:
    if not _text("tag", name).strip():
        raise ValueError(f"The tag's name is {name!r}; give one that is not blank.")


def _text(what: str, value: str) -> str:
    if not isinstance(value, str):
        raise TypeError(f"The {what} is {value!r}; give a string.")
    return value
