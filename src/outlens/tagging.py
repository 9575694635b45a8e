"""What a lens does with tags; the tag log itself is `outlens.tags`."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import getpass
import hashlib
import json
import os
import threading
import weakref
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd

from outlens import outputs
from outlens.tags.events import Event, keys, prompt_key
from outlens.tags.frames import frame_of, tag_counts, with_columns
from outlens.tags.judgements import Judgement, from_column, prompt_texts
from outlens.tags.merging import Merged, counts, events_of, new_events, read_sources
from outlens.tags.session import Session
from outlens.tags.store import StoreUnavailable
from outlens.tags.suggest import suggest
from outlens.tags.unlike import unlike
from outlens.vectors import Landscape
from outlens.widget import LensWidget, tagged, wire

ALONE = "like no other"
"""The name of cluster -1, in Python as in the widget."""

STORE = Path(".outlens") / "tags.sqlite"
"""Where tags are kept if nothing else is said: beside the notebook."""

LISTEN = 1.0
"""Seconds between two looks at what other people wrote into the store."""

Positions = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Suggested:
    """The outputs that most likely bear a tag, and how good the guess is."""

    tag: str
    rows: pd.Index[Any]
    """Index labels of the outputs that are not judged yet, the most likely first."""
    scores: npt.NDArray[np.float64]
    """How likely each of them is, 0 to 1."""
    precision: float | None
    """In cross-validation; `says` tells of what. None where nothing could be held out."""
    says: str

    def __repr__(self) -> str:
        return f"Suggested({self.tag!r}, {len(self.rows)} outputs, {self.says})"


Returned = TypeVar("Returned")
Given = ParamSpec("Given")


def _alone(method: Callable[Concatenate[Tagging, Given], Returned]) -> Callable[Concatenate[Tagging, Given], Returned]:
    """One thread at a time: JupyterLab's messages may come in another one than that of the cells."""

    @functools.wraps(method)
    def locked(self: Tagging, /, *args: Given.args, **kwargs: Given.kwargs) -> Returned:
        with self._lock:
            return method(self, *args, **kwargs)

    return locked


class Tagging:
    """The tags, notes and stars of a lens: given in the widget or here, on disk before the call returns."""

    _outputs: outputs.Outputs
    _prompts: list[tuple[str, Positions]]
    _widget: LensWidget
    _lands: dict[int, Landscape]

    # What the lens has for it

    @property
    def selection(self) -> Positions:
        """Positions of the selected rows."""
        raise NotImplementedError

    @property
    def granularity(self) -> float:
        """How fine the clusters are."""
        raise NotImplementedError

    def _names(self, p: int) -> list[str]:
        """The names of a prompt's clusters."""
        raise NotImplementedError

    def _land(self, p: int) -> Landscape:
        """The vectors and clusters of a prompt."""
        raise NotImplementedError

    def _texts(self, p: int) -> list[str]:
        """The outputs of a prompt."""
        raise NotImplementedError

    def _number_of(self, prompt: str | int) -> int:
        """The place of a prompt among those of the lens."""
        raise NotImplementedError

    def _set_view(self, view: dict[str, Any]) -> None:
        """What the widget shows and how."""
        raise NotImplementedError

    # The store

    def _open_tags(self, store: str | os.PathLike[str] | bool | None, annotator: str | None) -> None:
        if store is True:
            raise TypeError("store is True; give a path, False for tags that are not kept, or None for .outlens here.")
        path = None if store is False else Path(STORE if store is None else store).expanduser().absolute()
        given = self._outputs
        prompts = None if given.prompt is None else [""] * len(given.texts)
        if prompts is not None:
            for label, rows in self._prompts:
                for row in rows.tolist():
                    prompts[row] = label
        ids = None if given.id is None else given.frame[given.id].tolist()
        self._keys = keys(given.texts, prompts, ids)
        # Those of the prompts follow, in their order.
        self._prompt_keys = [prompt_key(label) for label, _ in self._prompts]
        self._session = Session(
            path,
            _login() if annotator is None else annotator,
            [*self._keys, *self._prompt_keys],
            _fingerprint(self._keys),
        )
        self._encoders: dict[int, tagged.Encoder] = {}
        self._listening = False
        self._lock = threading.RLock()
        # Whether a name that changes in the widget goes to the log; not where it comes from there.
        self._logging = True

    # The widget's side

    @_alone
    def _tags_of(self, p: int) -> dict[str, Any]:
        """The tags of a prompt's outputs for the browser."""
        if p not in self._encoders:
            self._encoders[p] = tagged.Encoder(self._keys_of(p))
        session = self._session
        me = session.annotator
        undo, redo = session.state.undo_stack(me), session.state.redo_stack(me)
        return {
            **tagged.NONE,
            **self._encoders[p].wire(session.state, me),
            "undo": wire.clean(session.state.describe(me, undo[-1])) if undo else "",
            "redo": wire.clean(session.state.describe(me, redo[-1])) if redo else "",
            "store": "" if session.store.path is None else wire.clean(str(session.store.path)),
            "problem": wire.clean(session.problem),
        }

    def _keys_of(self, p: int) -> list[str]:
        """The keys of a prompt's outputs, and its own."""
        return [*(self._keys[row] for row in self._prompts[p][1].tolist()), self._prompt_keys[p]]

    def _show_tags(self) -> None:
        self._widget._tagged = self._tags_of(self._widget._info["prompt"])

    @_alone
    def _gesture(self, p: int, action: str, value: str, ids: Positions) -> str:
        """A gesture in the widget; returns what is read out of it."""
        if not 0 <= p < len(self._prompts):
            raise ValueError(f"There is no prompt {p}.")
        # The prompt's own number is the one after its outputs'.
        at = np.append(self._prompts[p][1], len(self._keys) + p)
        return self._tell(self._do(action, value, at[ids[ids < len(at)]]))

    def _tell(self, says: str) -> str:
        problem = self._session.problem
        return f"{says}. Not saved: {problem}" if problem else says

    def _do(self, action: str, value: str, rows: Positions) -> str:
        session = self._session
        of_prompt = len(rows) == 1 and rows[0] >= len(self._keys)
        many = "the prompt" if of_prompt else f"{len(rows)} output{'s' * (len(rows) != 1)}"
        if action in ("tag", "untag"):
            # The browser knows a name without the surrogates that stand alone in it.
            name = {wire.clean(name): name for name in tagged.names(session.state)}.get(value, value)
            self._session_do(action, name, rows)
            says = f"{'Tagged' if action == 'tag' else 'Took off'} {value[:40]}: {many}"
        elif action in ("star", "unstar"):
            self._session_do(action, value, rows)
            says = f"{'Starred' if action == 'star' else 'Star taken off'}: {many}"
        elif action == "note":
            self._session_do(action, value, rows)
            says = "Note kept" if value else "Note taken off"
        elif action == "define":
            says = self._define(json.loads(value))
        elif action == "suggest":
            name = {wire.clean(name): name for name in tagged.names(session.state)}.get(value, value)
            return self.suggest(name).says
        elif action == "unlike":
            return self._unlike(self._widget._info["prompt"])
        elif action in ("undo", "redo"):
            done = session.undo() if action == "undo" else session.redo()
            self._show_names()
            says = f"{'Undone' if action == 'undo' else 'Done again'}: {done}" if done else f"Nothing to {action}"
        else:
            raise ValueError(f"There is no gesture {action!r}.")
        self._show_tags()
        return says

    def _session_do(self, action: str, value: str, rows: Positions) -> None:
        session = self._session
        at = rows.tolist()
        if action in ("tag", "untag"):
            (session.tag if action == "tag" else session.untag)(at, value)
        elif action in ("star", "unstar"):
            session.star(at, action == "star")
        else:
            session.note(at, value)

    def _define(self, given: dict[str, Any]) -> str:
        session = self._session
        name = {wire.clean(name): name for name in tagged.names(session.state)}.get(given["name"], given["name"])
        session.define(
            name, **{field: str(given[field]) for field in ("color", "description", "key") if field in given}
        )
        return f"{given['name'][:40]}: kept"

    def _listen(self) -> None:
        """Look for what others wrote, and write what could not be, while the lens lives and a loop runs."""
        if self._listening or self._session.store.path is None:
            return
        with contextlib.suppress(RuntimeError):
            loop = asyncio.get_running_loop()
            self._listening = True
            task = loop.create_task(_listening(weakref.ref(self)))
            _TASKS.add(task)
            task.add_done_callback(_TASKS.discard)

    @_alone
    def _hear(self) -> None:
        session = self._session
        before = session.problem
        if session.refresh() or session.problem != before:
            self._show_tags()

    # Names that the user gave to clusters

    def _names_of(self, p: int) -> list[dict[str, Any]]:
        """The names of the log for the clusters of a prompt, as the browser has them."""
        leaf, rows = self._lands[p].tree.leaf, self._prompts[p][1]
        sizes = np.bincount(leaf[leaf >= 0])
        named: dict[str, list[int]] = {}
        # What others called them, where one has no name of one's own.
        state = self._session.state
        names: dict[str, str] = {}
        for who in reversed(tagged.annotators(state, self._session.annotator)):
            names |= state.cluster_names(who)
        for i, row in enumerate(rows.tolist()):
            if (name := names.get(self._keys[row])) and leaf[i] >= 0:
                named.setdefault(name, []).append(int(leaf[i]))
        found = []
        for name, held in named.items():
            # Where outputs were added, a leaf goes by most of its outputs.
            leaves = np.flatnonzero(2 * np.bincount(held, minlength=len(sizes)) > sizes).tolist()
            if leaves:
                found.append({"prompt": p, "name": wire.clean(name), "leaves": leaves})
        return found

    @_alone
    def _show_names(self) -> None:
        self._logging = False
        try:
            self._widget.renames = [name for p in sorted(self._lands) for name in self._names_of(p)]
        finally:
            self._logging = True

    @_alone
    def _on_renames(self, change: dict[str, Any]) -> None:
        if not self._logging:
            return
        names = self._session.state.cluster_names(self._session.annotator)
        for rename in change["old"]:
            if rename not in change["new"] and (rows := self._members(rename)) is not None:
                # A cluster inside it may have got another name since.
                own = [row for row in rows.tolist() if wire.clean(names.get(self._keys[row], "")) == rename["name"]]
                if not any(self._members_equal(rename, other) for other in change["new"]):
                    self._session.name(own, "")
        for rename in change["new"]:
            if rename not in change["old"] and (rows := self._members(rename)) is not None:
                self._session.name(rows.tolist(), str(rename["name"]))
        self._show_tags()

    def _members(self, rename: dict[str, Any]) -> Positions | None:
        p = rename["prompt"]
        if p not in self._lands:
            return None
        rows: Positions = self._prompts[p][1][np.isin(self._lands[p].tree.leaf, rename["leaves"])]
        return rows

    @staticmethod
    def _members_equal(a: dict[str, Any], b: dict[str, Any]) -> bool:
        return a["prompt"] == b["prompt"] and set(a["leaves"]) == set(b["leaves"])

    # From Python

    def tag(self, name: str, rows: Any = None, *, prompt: str | int | None = None) -> None:
        """Give a tag to outputs, or to a prompt; it is on disk when this returns.

        Parameters
        ----------
        name : of the tag, any text that is not blank. An output can bear several.
        rows : which, as `select` takes them; None is the selection.
        prompt : tag this prompt itself, as `lens.prompt`, and none of its outputs; see `prompt_tags`.

        Raises
        ------
        ValueError
            Where the name is blank, nothing is selected and no rows are given, or rows and a prompt are given.
        StoreError
            Where the tag cannot be written now. It is kept, shown as not saved, and tried again.

        Examples
        --------
        >>> import outlens as ol
        >>> lens = ol.Lens(["Yes.", "No.", "Never."], vectors=[[1, 0], [0, 1], [0, 1]], store=False)
        >>> lens.tag("refusal", [1, 2])
        >>> lens.tagged("refusal")["response"].tolist()
        ['No.', 'Never.']
        >>> lens.undo()
        'tag ‘refusal’ on 2 outputs'
        """
        self._give("tag", name, rows, prompt)

    def untag(self, name: str, rows: Any = None, *, prompt: str | int | None = None) -> None:
        """Take a tag of one's own off outputs or a prompt; `rows` and `prompt` as for `tag`."""
        self._give("untag", name, rows, prompt)

    def note(self, text: str, rows: Any = None, *, prompt: str | int | None = None) -> None:
        """Write a note, in place of one's earlier one; "" takes it off. `rows` and `prompt` as for `tag`."""
        self._give("note", text, rows, prompt)

    def star(self, rows: Any = None, on: bool = True) -> None:
        """Give outputs a star, or with `on=False` take it off; `rows` as for `tag`."""
        self._give("star" if on else "unstar", "", rows)

    def undo(self) -> str:
        """Undo one's last tag, note, star, definition or name of a cluster, also of an earlier session.

        Returns what is undone, "" if nothing.
        """
        return self._switch("undo")

    def redo(self) -> str:
        """Do again what was undone last; returns what, "" if nothing."""
        return self._switch("redo")

    @property
    @_alone
    def tags(self) -> pd.DataFrame:
        """One row a tag: on how many outputs, in all prompts, by anybody (`outputs`) and by each person.

        The index is the tag's name; columns `description`, `outputs`, and one a person, int64.
        """
        self._hear()
        state = self._session.state
        defined = state.definitions()
        people = tagged.annotators(state, self._session.annotator)
        names = tagged.names(state)

        def count(name: str, who: str | None = None) -> int:
            return len(state.holders(name, who).difference(self._prompt_keys))

        table = {
            "description": np.array([defined.get(name, {}).get("description", "") for name in names], object),
            "outputs": np.array([count(name) for name in names], np.int64),
            **{who: np.array([count(name, who) for name in names], np.int64) for who in people},
        }
        return frame_of(table, pd.Index(names, dtype=object, name="tag"))

    @property
    @_alone
    def prompt_tags(self) -> pd.DataFrame:
        """One row a prompt: how many outputs, and the tags and notes on the prompt itself, by anybody.

        The index is the prompt; columns `outputs` (int64), `tags` (tuple of str) and `note`.
        """
        self._hear()
        table = {
            "outputs": pd.Series([len(rows) for _, rows in self._prompts], dtype="int64"),
            **{name: pd.Series(cells, dtype=object) for name, cells in self._said_of(self._prompt_keys).items()},
        }
        index = pd.Index([label for label, _ in self._prompts], dtype=object, name="prompt")
        return pd.DataFrame(table).set_index(index)

    @_alone
    def tagged(self, name: str, annotator: str | None = None) -> pd.DataFrame:
        """The user's rows that bear a tag, by anybody or by one person.

        Raises
        ------
        KeyError
            Where there is no such tag; it lists those there are.
        """
        self._hear()
        self._tag_names(name)
        return self._outputs.frame[self._held(name, annotator)].copy()

    @_alone
    def tag_columns(self, annotator: str | None = None) -> pd.DataFrame:
        """The user's rows with one boolean column a tag, "tag=name": whether anybody, or one person, gave it."""
        self._hear()
        masks = {f"tag={name}": self._held(name, annotator) for name in tagged.names(self._session.state)}
        return with_columns(self._outputs.frame, masks)

    @_alone
    def tag_counts(self, by: str | None = None) -> pd.DataFrame:
        """On how many outputs each tag is, by whom, in each cluster and, with `by`, for each value of a column.

        Columns `tag`, `annotator` ("(anybody)" counts an output once), `cluster`, `cluster_name`, `by`, if given, and
        `outputs` (int64, above 0); of every prompt that was shown.
        """
        self._hear()
        state = self._session.state
        values = None if by is None else self._outputs.column(by, "by")
        shown = np.concatenate([np.zeros(0, np.int64), *(self._prompts[p][1] for p in sorted(self._lands))])
        clusters: list[npt.NDArray[Any]] = [np.zeros(0, np.int64)]
        cluster_names: list[npt.NDArray[Any]] = [np.zeros(0, object)]
        for p in sorted(self._lands):
            clusters.append(self._lands[p].tree.cut(self.granularity))
            cluster_names.append(np.array([*self._names(p), ALONE], object)[clusters[-1]])
        masks = (
            (tag, who or "(anybody)", self._held(tag, who)[shown])
            for tag in tagged.names(state)
            for who in (None, *tagged.annotators(state, self._session.annotator))
        )
        by_values = None if values is None else values.iloc[shown]
        return tag_counts(masks, np.concatenate(clusters), np.concatenate(cluster_names), by_values)

    @_alone
    def judgements(self, labels: list[str] | None = None) -> pd.DataFrame:
        """What each person says of each output, for `tags.agreement` and `tags.kappas`.

        An output counts as judged by a person where it bears a tag, note or star of theirs.

        Parameters
        ----------
        labels : tags of which a person gives an output one; the table has that one then, and leaves out outputs of
            which somebody gave none or several.

        Returns
        -------
        Columns `output` (position), `annotator`, and `tag`, `on` for every tag, or `label`.
        """
        self._hear()
        state = self._session.state
        if isinstance(labels, str):
            raise TypeError(f"labels is the text {labels!r}; give a list of tags, such as [{labels!r}].")
        for label in labels or []:
            self._tag_names(label)
        names = tagged.names(state) if labels is None else list(labels)
        rows: list[dict[str, Any]] = []
        for who in tagged.annotators(state, self._session.annotator):
            given = {name: state.holders(name, who) for name in names}
            judged = set().union(*given.values(), state.notes(who), state.starred(who))
            for position, key in enumerate(self._keys):
                if key not in judged:
                    continue
                on = [name for name in names if key in given[name]]
                if labels is None:
                    rows += [{"output": position, "annotator": who, "tag": name, "on": name in on} for name in names]
                elif len(on) == 1:
                    rows.append({"output": position, "annotator": who, "label": on[0]})
        columns = ["output", "annotator", *(["tag", "on"] if labels is None else ["label"])]
        table = pd.DataFrame(rows, columns=columns, dtype=object)
        return table.astype({"output": "int64"} if labels is not None else {"output": "int64", "on": "bool"})

    @_alone
    def tags_from(self, column: str, annotator: str | None = None, sep: str | None = None) -> Merged:
        """Add the tags in a column of your frame: cells of str, list of str, or nothing.

        A tag that the column gave before is not added again, unless that was undone.

        Parameters
        ----------
        column : of the frame.
        annotator : whose tags they are; by default yours.
        sep : what splits a cell with several tags.

        Returns
        -------
        How many tags were taken, and how many were known already.
        """
        cells = self._outputs.column(column, "column").tolist()
        who = self._session.annotator if annotator is None else annotator
        read = from_column(cells, who, self._keys, sep, self._session.lens)
        events = new_events(read, events_of(self._session))
        self._take(events)
        return counts(events, len(read), self._session.keys)

    @_alone
    def merge_tags(self, *sources: Any) -> Merged:
        """Add what others tagged.

        Each event is in the log once, and tags of different people on one output are all kept.

        Parameters
        ----------
        *sources : paths of tag stores (.sqlite) and of exported events (.jsonl), lists of `tags.Judgement`, or tables
            like `tag_log`.

        Returns
        -------
        How many events were taken, how many were known already, and how many are about outputs that this lens does not
        have. The store keeps the last for a lens that has them.

        Raises
        ------
        ValueError
            If a source is missing, damaged or from a newer outlens; nothing is added then.
        TypeError
            If a source is something else, such as a list of paths.

        Examples
        --------
        >>> import outlens as ol
        >>> lens = ol.Lens(["Yes.", "No."], vectors=[[1, 0], [0, 1]], store=False)
        >>> vectors = [[1, 0], [0, 1], [0, 1]]
        >>> ben = ol.Lens(["Yes.", "No.", "Never."], vectors=vectors, annotator="ben", store=False)
        >>> ben.tag("refusal", [1, 2])
        >>> lens.merge_tags(ben.tag_log)
        1 event taken, 0 known already, 1 about outputs that are not in this lens
        """
        log = events_of(self._session)
        events, merged = read_sources(sources, log, self._session.keys, self._session.lens)
        self._take(events)
        return merged

    def _take(self, events: list[Event]) -> None:
        self._session.store.append(events)
        self._session.store.gather()
        self._session.refresh()
        self._show_tags()

    @_alone
    def judged(self) -> list[Judgement]:
        """What each person says of each output that bears a tag, note or star of theirs, for other programs.

        `tags.write_label_studio(path, lens.judged())` and `tags.write_argilla` take it.
        """
        self._hear()
        state = self._session.state
        prompts = self._outputs.prompt
        said = [""] * len(self._keys) if prompts is None else prompt_texts(self._outputs.frame[prompts])
        found = []
        for who in tagged.annotators(state, self._session.annotator):
            notes, stars = state.notes(who), state.starred(who)
            tags: dict[str, list[str]] = {}
            for name in tagged.names(state):
                for key in state.holders(name, who):
                    tags.setdefault(key, []).append(name)
            for i, key in enumerate(self._keys):
                if key in tags or key in notes or key in stars:
                    own = tuple(tags.get(key, ()))
                    text = self._outputs.texts[i]
                    found.append(Judgement(key, text, said[i], who, own, notes.get(key, ""), key in stars))
        return found

    def suggest(self, tag: str) -> Suggested:
        """Which outputs of the prompt shown most likely bear a tag too; the reader lists them first.

        Nothing is tagged by it. Learned from all that bear the tag, by anybody, against what bears other tags and a
        part of the rest; see `tags.suggest`. In blind mode only from what one sees.

        Raises
        ------
        KeyError
            Where no output has the tag.
        ValueError
            Where too few bear it to learn from.
        """
        self._hear()
        names = tagged.names(self._session.state)
        if tag not in names:
            raise KeyError(
                f"no output has the tag {tag!r}; the tags are {', '.join(map(repr, names[:12])) or 'none yet'}."
            )
        p = self._widget._info["prompt"]
        rows = self._prompts[p][1]
        with self._lock:
            opened = self._opened()
            positive = self._seen(tag, opened)[rows]
            any_tag = np.zeros(len(self._keys), bool)
            for name in names:
                any_tag |= self._seen(name, opened)
        found = suggest(self._land(p).vectors, self._texts(p), positive, any_tag[rows] & ~positive, tag=tag)
        labels = self._outputs.frame.index[rows[found.order]]
        self._rank(p, found.order, f"likely {wire.clean(tag)[:40]} first", found.says)
        return Suggested(tag, labels, found.scores[found.order], found.precision, found.says)

    def _unlike(self, p: int) -> str:
        """Lists first what is most unlike all that is tagged."""
        with self._lock:
            opened = self._opened()
            judged = np.zeros(len(self._keys), bool)
            for name in tagged.names(self._session.state):
                judged |= self._seen(name, opened)
        order = unlike(self._land(p).vectors, judged[self._prompts[p][1]])
        self._rank(p, order, "unlike what is tagged first", "")
        return "Listed first: what is most unlike all that is tagged"

    def _rank(self, p: int, order: Positions, name: str, says: str) -> None:
        """An order of the reader that was made here; what is not in it comes last."""
        n = len(self._prompts[p][1])
        rank = np.full(n, len(order), np.uint32)
        rank[order] = np.arange(len(order))
        with self._widget.hold_sync():
            self._widget._ranked = {"prompt": p, "name": name, "says": wire.clean(says), "rank": wire.little(rank)}
            self._set_view({**self._widget.view, "order": "ranked", "scope": "all"})

    @property
    @_alone
    def tag_log(self) -> pd.DataFrame:
        """Every event on the outputs of this lens, in order: who did what when.

        Columns `time` (UTC), `annotator`, `action`, `value`, `row` (the index label, None for undo, redo, definitions
        and prompts), `key` (of the output or prompt), `gesture` (events of one gesture share it), `id` and `lens`.
        """
        self._hear()
        place = {key: i for i, key in enumerate(self._keys)}
        index = self._outputs.frame.index
        events = self._session.store.events(self._session.keys)
        rows = [
            {
                "time": pd.Timestamp(event.time, unit="us", tz="UTC"), "annotator": event.annotator,
                "action": event.action, "value": event.value,
                "row": index[place[event.key]] if event.key in place else None,
                "key": event.key, "gesture": event.gesture, "id": event.id, "lens": event.lens,
            }
            for event in events
        ]  # fmt: skip
        columns = ["time", "annotator", "action", "value", "row", "key", "gesture", "id", "lens"]
        table = pd.DataFrame(rows, columns=columns, dtype=object)
        return table.assign(time=pd.to_datetime(table["time"], utc=True))

    @_alone
    def _tags_and_notes(self) -> dict[str, npt.NDArray[np.object_]]:
        self._hear()
        return self._said_of(self._keys)

    def _said_of(self, keys: list[str]) -> dict[str, npt.NDArray[np.object_]]:
        """Tags and notes, by anybody, on what has these keys."""
        state = self._session.state
        tags: dict[str, list[str]] = {}
        for name in tagged.names(state):
            for key in state.holders(name):
                tags.setdefault(key, []).append(name)
        notes: dict[str, list[str]] = {}
        for who in tagged.annotators(state, self._session.annotator):
            for key, text in state.notes(who).items():
                notes.setdefault(key, []).append(text if who == self._session.annotator else f"{who}: {text}")
        both = {"tags": np.empty(len(keys), object), "note": np.empty(len(keys), object)}
        for i, key in enumerate(keys):
            both["tags"][i] = tuple(tags.get(key, ()))
            both["note"][i] = "\n".join(notes.get(key, ()))
        return both

    def _tag_names(self, wanted: str) -> list[str]:
        """All tags; KeyError where the one that is wanted is not there."""
        names = tagged.names(self._session.state)
        if wanted not in names:
            listed = ", ".join(map(repr, names[:12])) or "none yet"
            raise KeyError(f"no output has the tag {wanted!r}; the tags are {listed}.")
        return names

    def _held(self, name: str, annotator: str | None) -> npt.NDArray[np.bool_]:
        held = self._session.state.holders(name, annotator)
        return np.array([key in held for key in self._keys], bool)

    def _opened(self) -> npt.NDArray[np.bool_]:
        """Where the tags of others may be seen: everywhere, or in blind mode where one gave a tag oneself."""
        own = np.zeros(len(self._keys), bool)
        for name in tagged.names(self._session.state):
            own |= self._held(name, self._session.annotator)
        return own if self._widget.view["blind"] else np.ones(len(self._keys), bool)

    def _seen(self, name: str, opened: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
        """The outputs that bear a tag, as far as whoever looks is to know: an order would tell the rest."""
        return self._held(name, self._session.annotator) | (self._held(name, None) & opened)

    @_alone
    def _give(self, action: str, value: str, rows: Any, prompt: str | int | None = None) -> None:
        if not isinstance(value, str):
            raise TypeError(f"{action} takes a text, not {value!r}.")
        if prompt is not None and rows is not None:
            raise ValueError(f"{action} is given rows and a prompt; give one of them.")
        if prompt is not None and self._outputs.prompt is None:
            raise ValueError("there are no prompts to tag; name their column when the lens is made: prompt='...'.")
        if prompt is not None:
            positions = np.array([len(self._keys) + self._number_of(prompt)])
        else:
            positions = self.selection if rows is None else self._outputs.positions(rows)
        if prompt is None and rows is None and not len(positions):
            raise ValueError(f"nothing is selected; give {action} the rows, or select some first.")
        self._session_do(action, value, positions)
        self._session.store.gather()
        self._show_tags()
        self._complain()

    @_alone
    def _switch(self, action: str) -> str:
        done = self._session.undo() if action == "undo" else self._session.redo()
        self._show_names()
        self._show_tags()
        self._complain()
        return done

    def _complain(self) -> None:
        if self._session.pending:
            raise StoreUnavailable(f"{self._session.problem} The tag is kept in this lens and written when it can be.")


_TASKS: set[asyncio.Task[None]] = set()
"""Tasks that nobody holds are thrown away."""


async def _listening(lens: weakref.ref[Tagging]) -> None:
    while True:
        await asyncio.sleep(LISTEN)
        if (one := lens()) is None:
            return
        # Whatever somebody else wrote, the lens goes on listening.
        try:
            one._hear()
            one._session.store.gather()
        except Exception as error:
            one._session.problem = f"What others tagged cannot be read: {error}"
        del one


def _login() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "me"


def _fingerprint(keys: list[str]) -> str:
    """Names the set of outputs in the log; informative."""
    return hashlib.blake2b("\0".join(sorted(keys)).encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
