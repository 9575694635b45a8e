"""Bridge: connects the widget to the study, the state and the tags; nothing else reads or writes a trait.

Outwards, a change of the state or the tags updates the traits. Inwards, a change or message from the browser updates
the state or the tags, and returns to the traits the same way: they always show what the owners hold. `answers.py`
answers the questions. See `state.py` for the rules for threads.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from outlens.naming import Given, all_names, are_current, given_names, replace_names
from outlens.part import Part
from outlens.state import LensState
from outlens.study import Study
from outlens.tags.book import TagBook
from outlens.widget import wire
from outlens.widget.answers import Answers, reason
from outlens.widget.model import RARE, LensWidget
from outlens.widget.page import columns_left_out, html, page_state
from outlens.widget.parts import PartOnWire

PAGE_TRAITS = ("granularity", "selection", "prompt_index", "renames", "view", "_ranked")
"""Traits that a page without a kernel needs in addition to the outputs of its prompts."""

PATIENCE = 60.0
"""Seconds after which a widget without views and without a lens is closed."""

ABSENCE = 5.0
"""Seconds after which work in the background stops for a widget without views."""

AFTER = 0.5
"""Seconds after the first display until the browser is sent what its first view does not need."""

BRIEF = 0.2
"""Seconds that a thread with something new to show waits for the lock of the lens."""

Rows = npt.NDArray[np.int64]


class Bridge:
    """The widget of a lens, kept in sync with the study, the state and the tags.

    Parameters
    ----------
    study, state, tags : the owners of the data. Values that are not computed yet are shown when they are ready.
    """

    def __init__(self, study: Study, state: LensState, tags: TagBook) -> None:
        self._study = study
        self._state = state
        self._tags = tags
        self._watched: list[Part] = []
        self._parts: list[PartOnWire] = []
        self._renames: list[Given] = []
        self._answers = Answers(study, state, tags, self.page)
        self._displayed = False
        self._left = False
        self._halted = False
        self._most_views = 0
        self._late: dict[tuple[Any, ...], Callable[[], None]] = {}
        self._late_lock = threading.Lock()
        # Starting at 0 makes the browser count the views.
        self.widget = LensWidget(_view_count=0)
        with tags.lock:
            self._show_study()
            self._show_state("granularity", "view", "selection", "ranked")
        state.observe(self._on_state)
        self._unwatch = study.changed.connect(self._show_study)
        tags.changed.connect(self._show_tags)
        self.widget.observe(self._on_prompt, "prompt_index")
        self.widget.observe(self._on_selection, "selection")
        self.widget.observe(self._on_setting, ["granularity", "view"])
        self.widget.observe(self._on_renames, "renames")
        self.widget.observe(self._on_views, "_view_count")
        self.widget.on_msg(self._on_message)

    @staticmethod
    def pages(part: Part) -> bool:
        """Return whether a part has so much text that the browser requests it piece by piece."""
        return wire.paged(part.texts)

    def mimebundle(self, fallback: dict[str, str], variable: str, **options: Any) -> Any:
        """Return the MIME bundle of the widget for Jupyter, and start to listen for other people's tags.

        Parameters
        ----------
        fallback : content by MIME type for viewers without widgets, such as a notebook on GitHub or exported as HTML.
        variable : the notebook's name for the lens, or "".
        """
        self._tags.check_open()
        if not self._displayed:
            # In a thread: the browser could not ask for it while the next cells run.
            later = threading.Timer(AFTER, self._soon, [self._show_rare])
            later.daemon = True
            later.start()
        self._displayed = True
        self.widget._variable = variable
        self._tags.listen()
        bundle = self.widget._repr_mimebundle_(**options)
        if isinstance(bundle, tuple):
            return {**bundle[0], **fallback}, bundle[1]
        return {**(bundle or {}), **fallback}

    def close(self) -> None:
        """Close the widget in every view, and the tags."""
        self._study.end()
        layout = self.widget.layout
        self.widget.close()
        layout.close()
        self._tags.close()

    def release(self) -> None:
        """Free what a closed lens no longer needs: copies of the data, and what can be computed again."""
        with self._tags.lock:
            self._state.unobserve(self._on_state)
            self._unwatch()
            self.widget.release()
            self._parts = [PartOnWire(self._study, part, self._tags) for part in self._study.parts]
        for part in self._study.parts:
            part.release()

    def leave(self) -> None:
        """Close as soon as no view shows the widget: nothing refers to its lens any more."""
        with self._tags.lock:
            self._left = True
            if not self._displayed or self.widget._view_count == 0 < self._most_views:
                self.close()

    def _on_views(self, change: Any) -> None:
        self._most_views = max(self._most_views, change["new"])
        if change["new"] > 0:
            self._tags.listen()
            if self._halted:
                self._halted = False
                self._study.begin(self._state.prompt)
            return
        self._tags.pause()
        # A cell that is moved shows its widget again immediately.
        with contextlib.suppress(RuntimeError):
            loop = asyncio.get_running_loop()
            loop.call_later(ABSENCE, self._halt_unseen)
            loop.call_later(PATIENCE, self._close_unseen)

    def _halt_unseen(self) -> None:
        """Stop the work of a lens without views: its cell was run again. Python can still request the results."""
        if self.widget._view_count == 0 and self._study.stop():
            self._halted = True

    def _close_unseen(self) -> None:
        if self._left and self.widget._view_count == 0:
            self.close()

    # Outwards: the owners' changes become traits

    @property
    def _shown(self) -> Part:
        """The part whose outputs the browser has received."""
        return self._study.parts[int(self.widget._info["prompt"])]

    def _on_state(self, change: Any) -> None:
        # Update only this trait: the browser may have sent several at once, and the others follow.
        with self._tags.lock, self.widget.hold_sync():
            if change.name == "prompt":
                self._show_prompt()
            elif change.name == "layers":
                self.widget._layers = self._parts[self._shown.number].layers(self._state)
            else:
                self._show_state(change.name)

    def _show_study(self) -> None:
        """Show the study, initially or after outputs were added or maps replaced."""
        before, now = self._watched, self._study.parts
        kept = {id(part): on_wire for part, on_wire in zip(before, self._parts, strict=True)}
        self._parts = [kept.get(id(part)) or PartOnWire(self._study, part, self._tags) for part in now]
        self._watched = list(now)
        shown = now[self._state.prompt]
        if shown.index.peek() is not None and not self.pages(shown):
            self._parts[shown.number].asked("index")
        self._show_prompt()
        watched = {id(part.progress) for part in before}
        for part in now:
            if id(part) in kept:
                continue
            # The others have been shown with the prompt.
            if part.landscape.peek() is None:
                part.landscape.when_ready(partial(self._on_clusters, part))
            if part.index.peek() is None:
                part.index.when_ready(partial(self._on_index, part))
            part.points_progress.changed.connect(self._on_points_progress)
            if id(part.progress) not in watched:
                part.progress.changed.connect(self._on_progress)

    def _show_state(self, *names: str) -> None:
        widget, state = self.widget, self._state
        for name in names:
            if name == "selection":
                widget.selection = state.selection.astype("<u4").tobytes()
            elif name == "ranked" and state.ranked is not None:
                about = {"prompt": state.ranked.prompt, "name": state.ranked.name, "says": state.ranked.says}
                widget._ranked = {**about, "rank": wire.little(state.ranked.rank)}
            elif name == "new":
                widget._summary = self._parts[self._shown.number].summary(state)
            elif name in ("granularity", "view"):
                setattr(widget, name, getattr(state, name))

    def _show_prompt(self) -> None:
        part = self._parts[self._state.prompt]
        traits = part.traits(self._state, paged=wire.paged(self._study.parts[self._state.prompt].texts))
        with self.widget.hold_sync():
            self.widget.prompt_index = self._state.prompt
            for name, value in traits.items():
                setattr(self.widget, name, value)
            self.widget._progress = part.progress()
            self.widget._index = part.index.peek() or {}
            self.widget._aligned = part.aligned.peek() or {}
            self.widget._points = part.points
            self.widget._points_progress = part.points_progress()
            self._show_tags()

    def _on_clusters(self, part: Part, _: object) -> None:
        if self._tags.closed or self._watched[part.number] is not part:
            return
        self._parts[part.number].summary()
        self._soon(self._show_clusters, part)

    def _show_clusters(self, part: Part) -> None:
        with self.widget.hold_sync():
            if part is self._shown:
                for name, value in self._parts[part.number].landscape().items():
                    setattr(self.widget, name, value)
                self.widget._summary = self._parts[part.number].summary(self._state)
            others = [given for given in self._renames if given["prompt"] != part.number]
            given = [*others, *given_names(part, self._tags)]
            self._renames = sorted(given, key=lambda one: one["prompt"])
            self.widget.renames = [*self._renames]

    def _on_index(self, part: Part, _: object) -> None:
        # The index of very much text is sent only on request.
        if self.pages(part):
            return
        # Outputs may have been added since.
        if self._tags.closed or self._watched[part.number] is not part:
            return
        made = self._parts[part.number].asked("index")
        self._parts[part.number].summary()
        self._soon(self._show_made, part, "_index", made)

    def _show_made(self, part: Part, trait: str, made: dict[str, Any]) -> None:
        if part is self._shown:
            with self.widget.hold_sync():
                setattr(self.widget, trait, made)
                self.widget._summary = self._parts[part.number].summary(self._state)

    def _ask_points(self, part: Part) -> None:
        """Find the points in the background and show them when they are ready."""
        with self._tags.lock:
            on_wire = self._parts[part.number]
            if self._watched[part.number] is not part:
                return
            if part.points.peek() is not None:
                self._encode_points(part, on_wire)
                return
        if not on_wire.points_asked:
            on_wire.points_asked = True
            # That thread may not wait for the lock, whose holder may be waiting for it.
            part.points.when_ready(lambda _: self._soon(self._encode_points, part, on_wire))
        self._study.begin_points(part)

    def _correct_points(self) -> None:
        """Show the points with the present corrections."""
        on_wire = self._parts[self._shown.number]
        if not on_wire.points_are_current():
            self._encode_points(self._shown, on_wire)

    def _encode_points(self, part: Part, on_wire: PartOnWire) -> None:
        """Encode and show the points in a thread of their own: this takes seconds. The caller holds the lock."""
        if not on_wire.encoding and self._watched[part.number] is part:
            on_wire.encoding = True
            threading.Thread(target=self._encode, args=(part, on_wire), name="outlens-points").start()

    def _encode(self, part: Part, on_wire: PartOnWire) -> None:
        done = False
        try:
            while not done:
                on_wire.encode_points(part.points.peek())
                with self._tags.lock:
                    # Another correction may have been made meanwhile.
                    done = self._tags.closed or part.points.peek() is None or on_wire.points_are_current()
                    on_wire.encoding = not done
        except BaseException:
            on_wire.encoding = False
            raise
        self._soon(self._show_points, part, on_wire)

    def _show_points(self, part: Part, on_wire: PartOnWire) -> None:
        if self._watched[part.number] is part:
            self._show_made(part, "_points", on_wire.points)

    def _on_points_progress(self, _: object) -> None:
        self._soon(self._show_points_progress)

    def _show_points_progress(self) -> None:
        self.widget._points_progress = self._parts[self._shown.number].points_progress()

    def _on_progress(self, _: object) -> None:
        self._soon(self._show_progress)

    def _show_progress(self) -> None:
        self.widget._progress = self._parts[self._shown.number].progress()

    def _show_rare(self) -> None:
        self.widget._rare = RARE

    def _soon(self, show: Callable[..., None], *args: Any) -> None:
        """Call `show(*args)` under the lock: now, or in another thread if that would take long.

        The thread with the lock may be waiting for this one, for example in a function given to `Lens.observe`.
        """
        with self._late_lock:
            late = bool(self._late)
        if not late and self._tags.lock.acquire(timeout=BRIEF):
            try:
                if not self._tags.closed:
                    show(*args)
            finally:
                self._tags.lock.release()
            return
        with self._late_lock:
            begin = not self._late
            self._late[(show, *args[:2])] = partial(show, *args)
        if begin:
            threading.Thread(target=self._show_late, name="outlens-late").start()

    def _show_late(self) -> None:
        with self._tags.lock:
            with self._late_lock:
                late, self._late = self._late, {}
            with contextlib.ExitStack() as stack:
                # Each is called, even if another one fails.
                for show in reversed(() if self._tags.closed else tuple(late.values())):
                    stack.callback(show)

    def _show_tags(self) -> None:
        with self._tags.lock, self.widget.hold_sync():
            self.widget._tagged = self._parts[self._shown.number].tagged()
            self._renames = all_names(self._study, self._tags)
            self.widget.renames = [*self._renames]
            self._correct_points()

    # Inwards: what the browser changed

    def _on_prompt(self, change: Any) -> None:
        try:
            self._state.change(prompt=change["new"])
        except BaseException:
            # The widget still shows the previous prompt.
            self.widget.prompt_index = self._state.prompt
            raise

    def _on_selection(self, change: Any) -> None:
        rows = np.frombuffer(change["new"], "<u4").astype(np.int64)
        self._state.change(selection=rows[rows < self._state.n_outputs])

    def _on_setting(self, change: Any) -> None:
        try:
            self._state.change(**{change["name"]: change["new"]})
        except ValueError:
            setattr(self.widget, change["name"], getattr(self._state, change["name"]))
            raise

    def _on_renames(self, change: Any) -> None:
        with self._tags.lock:
            if not are_current(self._study.parts, self._renames, change["new"]):
                self.widget.renames = [*self._renames]
                raise ValueError("the clusters were computed again meanwhile; name the cluster once more.")
            if change["new"] != self._renames:
                replace_names(self._study.parts, self._renames, change["new"], self._tags)

    # Inwards: what the browser asks

    def _on_message(self, _widget: object, message: object, buffers: list[Any]) -> None:
        # Ignore unknown messages: a page may send anything.
        if not isinstance(message, dict) or not isinstance(message.get("kind"), str):
            return
        kind, prompt = message["kind"], message.get("prompt")
        if type(prompt) is not int or not 0 <= prompt < len(self._parts):
            return
        part = self._study.parts[prompt]
        if kind in ("index", "aligned"):
            self._prepare(part, kind)
        elif kind == "points":
            self._ask_points(part)
        elif (answer := self._answers.to(kind, part, message, buffers)) is not None:
            content, data = answer
            self.widget.send({"prompt": prompt, "id": message.get("id"), **content}, data)

    def _prepare(self, part: Part, kind: str) -> None:
        """Compute what the browser requests, even if another prompt is shown by now."""
        try:
            made = self._parts[part.number].asked(kind)
        except KeyboardInterrupt as error:
            made = {"error": reason(error)}
        self._parts[part.number].summary()
        with self._tags.lock:
            self._show_made(part, f"_{kind}", made)

    # For pages

    def page(
        self, *, title: str | None = None, author: str = "", tags: bool = True, columns: Sequence[str] | None = None
    ) -> str:
        """Return the HTML of a page with the widget in its current state; see `Lens.to_html`."""
        state = self.page_state(tags=tags, columns=columns)
        return html(self._study, self._state, self._tags, state, title=title, author=author)

    def page_state(self, *, tags: bool = True, columns: Sequence[str] | None = None) -> dict[str, Any]:
        """Return the traits of the widget and of each computed prompt, for a page without a kernel.

        Parameters
        ----------
        tags : whether to include tags, notes and stars.
        columns : names of the columns to include; None for all.
        """
        left_out = columns_left_out(self._study, columns)
        # Compute slow values before taking the lock.
        self._study.finish()
        for part in self._study.computed:
            on_wire = self._parts[part.number]
            on_wire.encode_points(part.points.peek())
            on_wire.for_page()
        with self._tags.lock:
            traits = {name: getattr(self.widget, name) for name in PAGE_TRAITS}
            options: dict[str, Any] = {"with_tags": tags, "left_out": left_out}
            return page_state(self._study, self._state, self._tags, self._parts, traits, **options)
