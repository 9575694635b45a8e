"""Gestures of several people, compared with the plain model over any sequence of events, and the effects of faults."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from plain_model import check, ever, stacks, tags
from test_store import HARD, locked

from outlens.tags.events import Event, keys, new_id
from outlens.tags.fold import State
from outlens.tags.merging import merge
from outlens.tags.session import Session
from outlens.tags.store import Store, StoreError

OUTPUTS = [f"id:{i}" for i in range(5)]
PEOPLE = ["ann", "bob"]


class Tagging(RuleBasedStateMachine):
    """Three sessions on one store: two of ann, one of bob; a copy of the log on another machine.

    The plain model folds the log on disk. After an undo, it folds that log without the undone gesture.
    """

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.path = self.folder / "here" / "tags.sqlite"
        self.outputs = list(OUTPUTS[:3])
        self.count = 0
        self.sessions = [Session(self.path, who, self.outputs) for who in ("ann", "ann", "bob")]

    def teardown(self) -> None:
        for session in self.sessions:
            session.close()
        shutil.rmtree(self.folder)

    who = st.integers(0, 2)
    where = st.lists(st.integers(0, 2), max_size=3)
    names = st.sampled_from(["a", "b", "\ud800 '"])

    def pick(self, who: int) -> Session:
        session = self.sessions[who]
        session.refresh()
        return session

    @initialize()
    def start(self) -> None:
        assert not self.path.exists()

    @rule(who=who, where=where, name=names, on=st.booleans())
    def tag(self, who: int, where: list[int], name: str, on: bool) -> None:
        session = self.sessions[who]  # Not refreshed: the gesture itself must notice the changes of others.
        touched = [session.keys[at] for at in where]
        before = Store(self.path).events()
        had = {key for key in touched if session.annotator in tags(before, key).get(name, [])}
        changed = (session.tag if on else session.untag)(where, name)
        assert changed == (len(set(touched) - had) if on else len(had))
        after = Store(self.path).events()
        for key in session.keys:
            assert (session.annotator in tags(after, key).get(name, [])) == (
                on if key in touched else session.annotator in tags(before, key).get(name, [])
            )

    @rule(who=who, where=where, text=st.sampled_from(["", "x", "longer note"]))
    def note(self, who: int, where: list[int], text: str) -> None:
        session = self.sessions[who]
        session.note(where, text)
        assert all(session.state.note_of(session.keys[at]).get(session.annotator, "") == text for at in where)

    @rule(who=who, where=where, on=st.booleans())
    def star(self, who: int, where: list[int], on: bool) -> None:
        session = self.sessions[who]
        session.star(where, on)
        assert all((session.keys[at] in session.state.starred(session.annotator)) == on for at in where)

    @rule(who=who, where=where, name=st.sampled_from(["", "Advice", "Refusals"]))
    def name(self, who: int, where: list[int], name: str) -> None:
        session = self.sessions[who]
        assert session.name(where, name) == len(set(where))
        if where:
            last = session.state.named_clusters(session.annotator)[-1]
            assert (last.name, last.keys) == (name, {session.keys[at] for at in where})

    @rule(who=who, name=names, color=st.sampled_from(["red", "blue"]))
    def define(self, who: int, name: str, color: str) -> None:
        self.sessions[who].define(name, color=color)
        assert self.sessions[who].state.definitions()[name]["color"] == color

    @rule(who=who)
    def undo(self, who: int) -> None:
        session = self.sessions[who]
        before = Store(self.path).events()
        stack, _ = stacks(before, session.annotator, session.keys)
        description = session.undo()
        assert bool(description) == bool(stack)
        if stack:
            # As if that gesture had never happened.
            never = [event for event in before if event.gesture != stack[-1]]
            check(session.state, self.of(session, never), session.keys, PEOPLE)

    @rule(who=who)
    def redo(self, who: int) -> None:
        session = self.sessions[who]
        _, stack = stacks(Store(self.path).events(), session.annotator, session.keys)
        description = session.redo()
        assert bool(description) == bool(stack)
        if stack:
            assert session.state.undo_stack(session.annotator)[-1] == stack[-1]

    @rule(who=who)
    def restart(self, who: int) -> None:
        old = self.sessions[who]
        old.close()
        self.sessions[who] = Session(self.path, old.annotator, self.outputs)

    @rule(who=who, order=st.permutations(range(3)))
    def other_order(self, who: int, order: list[int]) -> None:
        old = self.sessions[who]
        old.close()
        self.sessions[who] = Session(self.path, old.annotator, [old.keys[at] for at in order] + old.keys[3:])

    @precondition(lambda self: len(self.outputs) < len(OUTPUTS))
    @rule()
    def add_rows(self) -> None:
        self.outputs = OUTPUTS[: len(self.outputs) + 1]

    @rule(who=who)
    def elsewhere(self, who: int) -> None:
        """Tag a copy of the log on another machine, on other outputs too, and merge it back."""
        copy = self.folder / "copy.sqlite"
        merge(*[self.path] * self.path.exists(), into=copy).close()
        away = Session(copy, self.sessions[who].annotator, [*OUTPUTS, "id:elsewhere"])
        away.undo()
        away.tag([0, 2, 5], "away")
        away.note([1], "from afar")
        away.close()
        merge(copy, into=self.path).close()
        copy.unlink()

    @rule(who=who, late=st.integers(1, 10**12))
    def late(self, who: int, late: int) -> None:
        """Add an event with a unique time before that of existing events."""
        self.count += 1
        late = 1000 * late + self.count
        annotator = self.sessions[who].annotator
        store = Store(self.path)
        store.append([Event(new_id(), late, annotator, "id:1", "tag", "late", new_id(), "")])
        store.close()

    def of(self, session: Session, events: list[Event]) -> list[Event]:
        return [e for e in events if e.key in session.keys or e.action in ("undo", "redo", "define")]

    @invariant()
    def every_session_is_the_plain_model(self) -> None:
        events = Store(self.path).events()
        for session in self.sessions:
            session.refresh()
            assert not session.problem
            assert not session.pending
            check(session.state, self.of(session, events), session.keys, PEOPLE)
            assert list(session.state.numbers()) == ever(events, session.keys)
            found = session.state.undo_stack(session.annotator), session.state.redo_stack(session.annotator)
            assert found == stacks(events, session.annotator, session.keys)
            assert session.refresh() is False


TestTagging = pytest.mark.newest(Tagging.TestCase)
TestTagging.settings = settings(max_examples=settings().max_examples * 3 // 10, stateful_step_count=25)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / ".outlens" / "tags.sqlite"


def test_undo_restores_the_exact_state_even_after_a_restart(path: Path) -> None:
    session = Session(path, "ann", OUTPUTS)
    session.note([0, 1], "first thought")
    session.note([1, 2], "second thought")
    session.untag([0], "never there")
    session.close()

    again = Session(path, "ann", OUTPUTS)
    assert again.undo() == "note ‘second thought’ on 2 outputs"
    assert again.state.notes("ann") == {"id:0": "first thought", "id:1": "first thought"}
    assert again.undo() == "note ‘first thought’ on 2 outputs"
    assert again.state.notes("ann") == {}
    assert again.undo() == ""
    again.close()

    last = Session(path, "ann", OUTPUTS)
    assert last.redo() == "note ‘first thought’ on 2 outputs"
    assert last.redo() == "note ‘second thought’ on 2 outputs"
    assert last.redo() == ""
    assert last.state.notes("ann") == {"id:0": "first thought", "id:1": "second thought", "id:2": "second thought"}


def test_a_new_gesture_clears_the_redo_stack() -> None:
    session = Session(None, "ann", OUTPUTS)
    session.tag([0], "a")
    session.undo()
    session.tag([1], "b")
    assert session.redo() == ""
    assert session.state.names() == {"b": {"ann": 1}}


def test_a_lens_on_other_outputs_undoes_its_own_gestures_only(path: Path) -> None:
    here, there = Session(path, "ann", OUTPUTS[:2]), Session(path, "ann", OUTPUTS[2:])
    here.tag([0], "a")
    there.tag([0], "b")
    assert here.undo() == "tag ‘a’ on 1 output"
    assert there.undo() == "tag ‘b’ on 1 output"


def test_tags_come_back_after_a_rerun_in_another_order_with_more_rows(path: Path) -> None:
    first = Session(path, "ann", keys(["Yes.", "No.", "Yes."]))
    first.tag([1, 2], "short")
    first.close()
    again = Session(path, "ann", keys(["New.", "Yes.", "No.", "Also new.", "Yes."]))
    held = again.state.holders("short")
    assert [key in held for key in again.keys] == [False, False, True, False, True]


@pytest.mark.parametrize("name", HARD)
def test_a_name_is_saved_unchanged(name: str, path: Path) -> None:
    session = Session(path, "ann", OUTPUTS)
    assert session.tag([1], name) == 1
    session.note([1], name)
    session.define(name, description=name)
    session.close()
    state = Session(path, "ann", OUTPUTS).state
    assert state.tags_of("id:1") == {name: ["ann"]}
    assert state.note_of("id:1") == {"ann": name}
    assert state.definitions() == {name: {"color": "", "description": name, "key": ""}}


@pytest.mark.parametrize("name", ["", "  ", "\n\t", "\u2003"])
def test_a_blank_name_is_refused(name: str) -> None:
    session = Session(None, "ann", OUTPUTS)
    for call in (session.tag, session.untag):
        with pytest.raises(ValueError, match="give one that is not blank"):
            call([0], name)
    with pytest.raises(ValueError, match="give one that is not blank"):
        session.define(name)


def test_invalid_gestures_are_refused() -> None:
    session = Session(None, "ann", OUTPUTS)
    with pytest.raises(ValueError, match="no output at position 5; positions go from 0 to 4"):
        session.tag([0, 5], "a")
    with pytest.raises(ValueError, match="no output at position -1"):
        session.star([-1])
    with pytest.raises(TypeError, match="The note is 3; give a string"):
        session.note([0], 3)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="The tag is None"):
        session.tag([0], None)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="annotator is ' '"):
        Session(None, " ", OUTPUTS)
    assert session.store.events() == []


def test_an_interrupted_gesture_leaves_the_saved_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    session = Session(tmp_path / "tags.sqlite", "ann", OUTPUTS)
    session.tag([0], "before")
    apply = State.apply

    def interrupted(state: State, events: Iterable[Event]) -> None:
        apply(state, list(events)[:1])
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(State, "apply", interrupted)
        with pytest.raises(KeyboardInterrupt):
            session.tag([0, 1], "x")
    session.refresh()
    assert session.state.names() == {"before": {"ann": 1}, "x": {"ann": 2}}
    check(session.state, session.store.events(), OUTPUTS, ["ann"])


def test_undo_describes_a_gesture_on_outputs_of_other_data(tmp_path: Path) -> None:
    path = tmp_path / "tags.sqlite"
    whole, part = Session(path, "ann", OUTPUTS), Session(path, "ann", OUTPUTS[:1])
    whole.tag([0, 1, 2], "x")
    assert part.undo() == "tag ‘x’ on 1 output, and on 2 more that are not shown here"
    assert whole.redo() == "tag ‘x’ on 3 outputs"
    assert whole.state.names() == {"x": {"ann": 3}}


def test_calls_that_change_nothing_are_not_logged() -> None:
    session = Session(None, "ann", OUTPUTS)
    assert session.tag([0, 1, 0], "a") == 2
    assert session.tag([1, 2], "a") == 1
    assert session.tag([1, 2], "a") == 0
    assert session.star([1], on=False) == 0
    assert session.note([1], "") == 0
    session.define("a", color="red")
    session.define("a", color="red")
    session.define("a", key="1")
    assert session.state.definitions()["a"] == {"color": "red", "description": "", "key": "1"}
    assert len(session.state.undo_stack("ann")) == 4
    session.undo()
    assert json.loads(session.store.events()[-2].value) == {"key": "1"}
    assert session.state.definitions()["a"] == {"color": "red", "description": "", "key": ""}


def test_gestures_of_others_appear_at_the_next_refresh(path: Path) -> None:
    ann, bob = Session(path, "ann", OUTPUTS), Session(path, "bob", OUTPUTS)
    assert bob.refresh() is False
    ann.tag([0], "a")
    assert ann.refresh() is False
    assert bob.state.names() == {}
    assert bob.refresh() is True
    assert bob.refresh() is False
    assert bob.state.names() == {"a": {"ann": 1}}
    ann.tag([1], "a")
    bob.tag([1], "a")  # Undo also reads ann's changes.
    assert bob.refresh() is True
    assert bob.state.names() == {"a": {"ann": 2, "bob": 1}}
    assert bob.undo() == "tag ‘a’ on 1 output"
    assert bob.undo() == ""


def test_an_unsaved_gesture_is_shown_reported_and_saved_later_in_order(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("outlens.tags.session.PATIENCE", 0.0)  # So that the test does not wait.
    session = Session(path, "ann", OUTPUTS)
    session.tag([0], "a")
    with locked(path):
        assert session.tag([1], "b") == 1
        assert session.note([1], "first") == 1
        assert session.note([1], "then") == 1
        assert session.undo() == "note ‘then’ on 1 output"
        assert session.retry() is False
        session.refresh()
        assert [(gesture.action, gesture.value) for gesture in session.pending[:3]] == [
            ("tag", "b"),
            ("note", "first"),
            ("note", "then"),
        ]
        assert len(session.pending) == 4
        assert all("another program holds a lock on it" in gesture.why for gesture in session.pending)
        assert "another program holds a lock on it" in session.problem
        assert session.state.names() == {"a": {"ann": 1}, "b": {"ann": 1}}
        assert session.state.notes("ann") == {"id:1": "first"}
        assert len(Session(path, "bob", OUTPUTS).store.events()) == 1
    assert session.refresh() is False
    assert session.pending == []
    assert session.problem == ""
    events = Store(path).events()
    assert [event.action for event in events] == ["tag", "tag", "note", "note", "undo"]
    assert events[-1].value == events[-2].gesture
    for state in (session.state, Session(path, "ann", OUTPUTS).state):
        check(state, events, OUTPUTS, PEOPLE)
        assert state.notes("ann") == {"id:1": "first"}
    assert session.redo() == "note ‘then’ on 1 output"


def test_a_new_gesture_saves_pending_ones_too(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    session = Session(tmp_path / "file" / "tags.sqlite", "ann", OUTPUTS)
    session.tag([0], "a")
    assert len(session.pending) == 1
    (tmp_path / "file").unlink()
    session.tag([0], "b")
    assert session.pending == []
    assert [event.value for event in session.store.events()] == ["a", "b"]


def test_a_temporarily_unreadable_store_is_read_later(path: Path) -> None:
    first = Session(path, "ann", OUTPUTS)
    first.tag([0], "a")
    first.close()
    away = path.with_name("away")
    path.rename(away)
    path.symlink_to(path)  # A symlink loop, which nobody can read, not even root.
    session = Session(path, "bob", OUTPUTS)
    assert "cannot be read" in session.problem
    session.tag([1], "b")
    assert session.state.names() == {"b": {"bob": 1}}
    assert len(session.pending) == 1
    path.unlink()
    away.rename(path)
    assert session.refresh() is True
    assert session.pending == []
    assert session.state.names() == {"a": {"ann": 1}, "b": {"bob": 1}}


def test_an_invalid_store_is_an_error_at_once(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("My notes.")
    with pytest.raises(StoreError, match="is not a tag store"):
        Session(tmp_path / "notes.txt", "ann", OUTPUTS)
