"""What one person does at one lens: gestures, undo, and gestures that could not be saved yet."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
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
    """A gesture that is shown but not on disk yet.

    Attributes
    ----------
    gesture, annotator : str
    keys : tuple of str
    action, value, lens : str
        As in `Event`.
    time : int
        When it was made, microseconds since 1970.
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

    Each gesture is on disk when its method returns, or else in `pending`: it is shown, and `retry` writes it when the
    store can be written again. Gestures are written in the order in which they were made.

    Parameters
    ----------
    store_path : path, optional
        None keeps the log in memory.
    annotator : str
    keys : Keys, or sequence of str
        The key of each output (`identity.identify`).
    lens : str, optional
        Written beside each event; informative.
    prompts : sequence of str, optional
        Keys of prompts (`events.prompt_key`).

    Attributes
    ----------
    keys : list of str
        Those of the outputs, then those of the prompts. Methods take positions in it, and `state` answers by them.
    state : State
        The current state of the log, including what is pending.
    pending : list of Pending
    problem : str
        Why the store could not be read or written last time; `""` if it could.

    Raises
    ------
    StoreError
        If the file is not a store, is damaged or was written by a newer outlens. If it only cannot be read now, that is
        a `problem`, and it is read at the next `refresh` or gesture.

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
            raise ValueError(f"annotator is {annotator!r}; give the name of who tags.")
        self.annotator = annotator
        self.lens = lens
        self._outputs = keys if isinstance(keys, Keys) else Keys(keys)
        self.keys = [*self._outputs.keys, *prompts]
        self._known = frozenset(self.keys)
        # Keys of the log whose output has another key by now.
        self._current: dict[str, str] = {}
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

    def tag(self, positions: Iterable[int], name: str) -> int:
        """Tag outputs. Return how many did not have the tag from this person.

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
        """Name the cluster that these outputs make up; `""` clears the name. Return the number of outputs.

        `names.ClusterNames` finds the name of a cluster again.
        """
        return self._do(self._keys(positions), "cluster", _text("name", name))

    def define(
        self, name: str, color: str | None = None, description: str | None = None, key: str | None = None
    ) -> None:
        """Set a tag's colour, description and shortcut, for everybody; what is None stays as it is."""
        _check_name(name)
        self._catch_up()
        now = self.state.definitions().get(name, {"color": "", "description": "", "key": ""})
        given = {"color": color, "description": description, "key": key}
        new = {field: text for field, text in given.items() if text is not None and text != now[field]}
        if new:
            self._do([tag_key(name)], "define", json.dumps(new))

    def undo(self) -> str:
        """Undo this person's last gesture, even from before a restart. Return what was undone, or `""`."""
        return self._switch("undo")

    def redo(self) -> str:
        """Redo what was undone last. Return what that is, or `""`."""
        return self._switch("redo")

    def refresh(self) -> bool:
        """Read what others wrote, and write what is pending. Return whether there were events of others."""
        self.retry()
        self._catch_up()
        news, self._news = self._news, False
        return news

    def retry(self) -> bool:
        """Write what is pending, in order. Return whether nothing is pending any more."""
        if not self.pending:
            return True
        try:
            while self.pending:
                self._write(self.pending[0])
                del self.pending[0]
        except StoreError as error:
            self._fail(error)
        # On disk a gesture may have another time than was shown, so everything is read again.
        self._catch_up()
        try:
            self._load()
        except StoreError as error:
            self._fail(error)
        return not self.pending

    def waiting(self, after: int) -> list[Event]:
        """Return what is pending as events later than a time, the same ones each time."""
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
        """The events on these outputs and prompts that are on disk, in order, and what counts for all of them.

        Each has the key under which it was written; `position` finds its output.
        """
        return self.store.events(self._known | self._current.keys())

    def position(self, key: str) -> int | None:
        """The position of the output or prompt that an event with this key is about; None if it is not here."""
        self._find([key])
        return self._positions.get(self._current.get(key, key))

    def __contains__(self, key: object) -> bool:
        """Whether the output or prompt that an event with this key is about is here."""
        return isinstance(key, str) and self.position(key) is not None

    def current(self, events: Iterable[Event]) -> list[Event]:
        """The events with the keys that their outputs have now, to compare them with others."""
        given = list(events)
        self._find(event.key for event in given)
        return [replace(event, key=self._current.get(event.key, event.key)) for event in given]

    @property
    def warnings(self) -> list[str]:
        """What a user should know about whose tags these are, one sentence each."""
        return self._outputs.warnings

    @cached_property
    def _positions(self) -> dict[str, int]:
        return {key: position for position, key in enumerate(self.keys)}

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
            # A gesture made in another lens may be about outputs that this one does not have.
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
        """Write one gesture; if that fails, show it and keep it as pending."""
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
        """Add a gesture that is not on disk to the state, as the last one."""
        time = max(gesture.time, self.state.latest + 1)
        self.state.apply(
            Event(new_id(), time, gesture.annotator, key, gesture.action, gesture.value, gesture.gesture, gesture.lens)
            for key in gesture.keys
        )

    def _fail(self, error: StoreError) -> None:
        self.problem = str(error)
        self.pending = [replace(gesture, why=self.problem) for gesture in self.pending]

    def _load(self) -> None:
        """Read everything, and add what is pending."""
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
        """Read what was written since last time, by this session or by others."""
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
        """Learn which outputs keys of the log mean."""
        self._current.update((key, now) for key, now in self._outputs.resolve(keys).items() if key != now)

    def _wait_less(self) -> None:
        """Do not wait at every gesture and refresh for a store that was locked last time."""
        self.store.patience = 0.0 if self.problem else PATIENCE


def _check_name(name: str) -> None:
    if not _text("tag", name).strip():
        raise ValueError(f"The tag's name is {name!r}; give one that is not blank.")


def _text(what: str, value: str) -> str:
    if not isinstance(value, str):
        raise TypeError(f"The {what} is {value!r}; give a string.")
    return value
