"""TagBook: the tags, notes and stars of a lens, kept in the store and updated from other people's."""

from __future__ import annotations

import asyncio
import contextlib
import getpass
import hashlib
import os
import threading
import weakref
from collections.abc import Hashable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from outlens._signal import Signal
from outlens._unicode import clean
from outlens.outputs import Outputs
from outlens.tags.corrections import Corrections
from outlens.tags.events import Event, prompt_key
from outlens.tags.identity import Keys, identify
from outlens.tags.merging import Merged, counts, events_of, new_events, read_sources
from outlens.tags.names import ClusterNames
from outlens.tags.session import Session
from outlens.tags.store import StoreUnavailable

STORE = Path(".outlens") / "tags.sqlite"
"""The default store, beside the notebook."""

LISTEN = 1.0
"""Seconds between two checks for events that others wrote into the store."""

GESTURES = ("tag", "untag", "note", "star", "unstar")
"""The actions of `TagBook.act`."""

Rows = npt.NDArray[np.int64]


class TagBook:
    """The tags that one person gives in one lens, and those of others.

    Changes are on disk when the method returns; if not, `problem` says why. Methods take the lock; see `state.py`.

    Parameters
    ----------
    outputs : the user's rows.
    store : path of the store; None for `STORE`, False to keep tags in memory only.
    annotator : name of the person who tags; None for the login name.
    lock : the lens's lock.

    Attributes
    ----------
    keys, prompt_keys : list of str
        The key of each output, and of each prompt, in the log.
    cluster_names : ClusterNames
        The names that people gave to clusters.
    corrections : Corrections
        The corrections of points that people made.
    session : Session
        Its methods take positions: first those of the outputs, then those of the prompts.
    changed : Signal
        Emitted without arguments, under the lock, whenever tags, names of clusters, corrections of points or `problem`
        may have changed.
    """

    def __init__(
        self,
        outputs: Outputs,
        store: str | os.PathLike[str] | bool | None = None,
        annotator: str | None = None,
        lock: Any = None,
    ) -> None:
        if store is True:
            raise TypeError(
                "store cannot be True; give a path, False to keep tags in memory, or None for .outlens here."
            )
        path = None if store is False else Path(STORE if store is None else store).expanduser().absolute()
        keys = _identified(outputs)
        self.keys = keys.keys
        self.prompt_keys = [prompt_key(label) for label, _ in outputs.prompts()]
        who = _login() if annotator is None else annotator
        self.session = Session(path, who, keys, _fingerprint(self.keys), self.prompt_keys)
        self.cluster_names = ClusterNames(self.session)
        self.corrections = Corrections(self.session)
        self.lock = lock or threading.RLock()
        self.changed = Signal()
        self.closed = False
        self._unseen = False
        self._task: asyncio.Task[None] | None = None

    def keys_of(self, outputs: Outputs) -> Keys:
        """Return the keys for `grow`: of all outputs, of which the first ones are here already and keep theirs."""
        return _identified(outputs).after(self.keys)

    def grow(self, outputs: Outputs, keys: Keys) -> None:
        """Go on with more outputs, after those that are here; their tags, and the names of clusters, stay.

        Parameters
        ----------
        outputs : all of them.
        keys : from `keys_of`, for these outputs.
        """
        with self.lock:
            self.check_open()
            prompts = [prompt_key(label) for label, _ in outputs.prompts()]
            self.session.grow(keys, prompts, _fingerprint(keys.keys))
            self.keys, self.prompt_keys = keys.keys, prompts

    # Contents

    @property
    def annotator(self) -> str:
        """The person who tags here."""
        return self.session.annotator

    @property
    def path(self) -> Path | None:
        """The file of the store; None if tags are in memory only."""
        return self.session.store.path

    @property
    def problem(self) -> str:
        """Why the store could not be read or written last time; "" if it could."""
        return self.session.problem

    def people(self) -> list[str]:
        """Return everybody who tagged anything here, the person at this lens first."""
        return [self.annotator, *(name for name in self.session.state.annotators if name != self.annotator)]

    def names(self) -> list[str]:
        """Return all tags that are on an output or defined."""
        return list(dict.fromkeys([*self.session.state.names(), *self.session.state.definitions()]))

    def full_name(self, name: str) -> str:
        """Return the tag that the browser calls `name`, where lone surrogates are replaced."""
        return {clean(full): full for full in self.names()}.get(name, name)

    def held(self, name: str, annotator: str | None = None) -> npt.NDArray[np.bool_]:
        """Return for each output whether it has a tag, from anybody or from one person."""
        holders = self.session.state.holders(name, annotator)
        return np.array([key in holders for key in self.keys], bool)

    def opened(self, blind: bool) -> npt.NDArray[np.bool_]:
        """Return the outputs whose tags by others may be shown: all, or in blind mode those this person tagged."""
        if not blind:
            return np.ones(len(self.keys), bool)
        tagged = np.zeros(len(self.keys), bool)
        for name in self.names():
            tagged |= self.held(name, self.annotator)
        return tagged

    def seen(self, name: str, opened: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
        """Return the outputs that visibly have a tag; a ranking learned from more would leak the hidden ones."""
        return self.held(name, self.annotator) | (self.held(name) & opened)

    # Gestures

    @contextlib.contextmanager
    def changing(self) -> Iterator[None]:
        """Hold the lock while writing, and emit `changed` afterwards.

        After an interrupt the change may or may not be on disk, so `changed` is emitted at the next `refresh`.
        """
        with self.lock:
            self.check_open()
            self._unseen = True
            yield
            self._emit()

    def _emit(self) -> None:
        self._unseen = False
        self.changed.emit()

    def act(self, action: str, value: str, positions: Rows | Sequence[int]) -> str:
        """Perform a gesture on outputs or prompts; return a sentence that describes it.

        Parameters
        ----------
        action : one of `GESTURES`.
        value : the name of the tag, or the text of the note; "" removes the note.
        positions : positions of outputs; len(keys) + p for prompt p.
        """
        with self.changing():
            at = [int(position) for position in positions]
            on_prompt = len(at) == 1 and at[0] >= len(self.keys)
            what = "the prompt" if on_prompt else f"{len(at)} output{'s' * (len(at) != 1)}"
            session = self.session
            if action == "tag":
                session.tag(at, value)
                says = f"Tagged {value[:40]}: {what}"
            elif action == "untag":
                session.untag(at, value)
                says = f"Removed {value[:40]}: {what}"
            elif action in ("star", "unstar"):
                session.star(at, action == "star")
                says = f"{'Starred' if action == 'star' else 'Star removed'}: {what}"
            elif action == "note":
                session.note(at, value)
                says = "Note saved" if value else "Note removed"
            else:
                raise ValueError(f"There is no gesture {action!r}; the gestures are {', '.join(GESTURES)}.")
            return says

    def define(self, name: str, **fields: str) -> None:
        """Set a tag's color, description or key, for everybody."""
        with self.changing():
            self.session.define(name, **fields)

    def switch(self, action: str) -> str:
        """Undo or redo; return a description, or "" if there was nothing to do."""
        with self.changing():
            return self.session.undo() if action == "undo" else self.session.redo()

    def finish(self) -> None:
        """Move the whole log into the store's main file.

        Raises
        ------
        StoreError
            If a gesture is not on disk yet. It is kept, shown as not saved, and retried.
        """
        with self.lock:
            self.session.store.gather()
            if self.session.pending:
                raise StoreUnavailable(f"{self.problem} The tag is kept in this lens and written when it can be.")

    def take(self, events: list[Event]) -> None:
        """Add events of others to the log; known ones are skipped."""
        with self.changing():
            self.session.store.append(events)
            self.session.store.gather()
            self.session.refresh()

    def take_table(self, events: Sequence[Event]) -> Merged:
        """Add the events of a column or table, whose ids are new each time; known contents are skipped."""
        with self.lock:
            self.check_open()
            new = new_events(events, self.session.current(events_of(self.session)))
            self.take(new)
            return counts(new, len(events), self.session)

    def merge(self, sources: Sequence[Any]) -> Merged:
        """Add other people's tags with `merging.read_sources`; nothing is added twice."""
        with self.lock:
            self.check_open()
            log = self.session.current(events_of(self.session))
            events, merged = read_sources(sources, log, self.session, self.session.lens)
            self.take(events)
        return merged

    # Others, and the end

    def refresh(self) -> None:
        """Read other people's events, and write pending ones."""
        with self.lock:
            self.check_open()
            before = self.problem
            if self.session.refresh() or self.problem != before or self._unseen:
                self._emit()

    def listen(self) -> None:
        """Refresh every `LISTEN` seconds, as long as this object and the running loop exist."""
        listening = self._task is not None and not self._task.done()
        if listening or self.path is None or self.closed:
            return
        with contextlib.suppress(RuntimeError):
            self._task = asyncio.get_running_loop().create_task(_listening(weakref.ref(self)))

    def pause(self) -> None:
        """Stop listening, until `listen` is called again."""
        task, self._task = self._task, None
        if task is not None:
            # The caller may be in another thread than the loop, or the loop may be closed.
            with contextlib.suppress(RuntimeError):
                task.get_loop().call_soon_threadsafe(task.cancel)

    def close(self) -> None:
        """Stop listening and close the store; nothing can be read or tagged afterwards."""
        with self.lock:
            self.closed = True
            self.pause()
            self.session.close()

    def check_open(self) -> None:
        """Raise ValueError if the book is closed."""
        if self.closed:
            raise ValueError("this lens is closed, and its tags with it; make a new one with ol.Lens(...).")


async def _listening(reference: weakref.ref[TagBook]) -> None:
    while True:
        await asyncio.sleep(LISTEN)
        book = reference()
        if book is None or book.closed:
            return
        # Keep listening even if somebody else wrote an event that cannot be read.
        try:
            with book.lock:
                book.refresh()
                book.session.store.gather()
        except Exception as error:
            book.session.problem = f"Other people's tags cannot be read: {error}"
        del book


def _identified(outputs: Outputs) -> Keys:
    return identify(
        outputs.texts,
        None if outputs.prompt is None else outputs.prompt_labels(),
        outputs.ids(),
        _other_columns(outputs),
        outputs.by,
        no_prompt=outputs.no_prompt_label,
    )


def _other_columns(outputs: Outputs) -> dict[Hashable, list[Any]]:
    """Return the cells of each column except text, prompt and id."""
    columns: dict[Hashable, list[Any]] = {}
    for i, name in enumerate(outputs.frame.columns):
        if name not in (outputs.text, outputs.prompt, outputs.id):
            # Arrow can hold values, such as dates, that Python cannot.
            with contextlib.suppress(OverflowError, ValueError, TypeError, NotImplementedError):
                columns[name] = outputs.frame.iloc[:, i].tolist()
    return columns


def _login() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "me"


def _fingerprint(keys: list[str]) -> str:
    """Return a name for the set of outputs; for information in the log only."""
    return hashlib.blake2b("\0".join(sorted(keys)).encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
