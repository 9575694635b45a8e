"""Merging the logs of several people: in any order and number of times, nothing is lost and nobody is overruled."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_fold import LOGS, everything

import outlens as ol
from outlens.tags.events import Event
from outlens.tags.events_file import write_events
from outlens.tags.fold import State
from outlens.tags.merging import Merged, merge, new_events
from outlens.tags.session import Session
from outlens.tags.store import Store, StoreError

OUTPUTS = ["id:1", "id:2", "id:3"]


def store_of(events: list[Event]) -> Store:
    store = Store(None)
    store.append(events)
    return store


def union(*stores: Store) -> list[Event]:
    """Return the events of a merge, and check the resulting state, which follows from them alone."""
    return merge(*stores).events()


@st.composite
def three_logs(draw: st.DrawFn) -> list[Store]:
    """Return overlapping parts of one log, like copies that diverged."""
    log = draw(LOGS)
    return [store_of([e for e in log if draw(st.booleans())]) for _ in range(3)]


@given(three_logs())
def test_the_order_and_number_of_merges_do_not_matter(stores: list[Store]) -> None:
    a, b, c = stores
    assert union(a, a) == union(a) == a.events()
    assert union(a, b) == union(b, a)
    assert union(merge(a, b), c) == union(a, merge(b, c)) == union(c, a, b)
    together = {event.id for store in stores for event in store.events()}
    assert {event.id for event in union(a, b, c)} == together
    assert everything(State(union(a, b, c))) == everything(State(union(c, merge(b, a), b)))


@given(three_logs())
def test_a_state_that_receives_the_other_logs_later_equals_the_merged_one(stores: list[Store]) -> None:
    a, b, c = stores
    state = State(a.events())
    state.apply(c.events())
    state.apply(b.events())
    assert everything(state) == everything(State(union(a, b, c)))


def test_a_merge_overrules_nobody(tmp_path: Path) -> None:
    here, there = tmp_path / "here.sqlite", tmp_path / "there.sqlite"
    ann, bob = Session(here, "ann", OUTPUTS), Session(there, "bob", OUTPUTS)
    ann.tag([0, 1], "refusal")
    ann.note([0], "politely so")
    bob.tag([1, 2], "refusal")
    bob.untag([1], "refusal")
    bob.note([0], "not at all")
    state = State(merge(here, bob).events())
    assert state.names() == {"refusal": {"ann": 2, "bob": 1}}
    assert state.note_of("id:0") == {}
    assert state.note_of("id:1") == {"ann": "politely so", "bob": "not at all"}
    assert state.tags_of("id:2") == {"refusal": ["ann"]}
    assert ann.state.names() == {"refusal": {"ann": 2}}


def test_a_merge_into_a_store_adds_events_that_open_sessions_see(tmp_path: Path) -> None:
    here, there, both = (tmp_path / f"{name}.sqlite" for name in ("here", "there", "both"))
    ann, bob = Session(here, "ann", OUTPUTS), Session(there, "bob", OUTPUTS)
    ann.tag([0], "a")
    bob.tag([0], "b")
    bob.undo()
    before = there.read_bytes()
    merged = merge(here, there, into=both)
    assert merged.path == both
    assert merged.events() == sorted(
        [*Store(here).events(), *Store(there).events()], key=lambda event: (event.time, event.id)
    )
    assert merge(there, into=both).events() == merged.events()
    assert there.read_bytes() == before

    merge(there, into=here)
    assert ann.refresh() is True
    assert ann.undo() == "tag ‘a’ on 1 output"
    merge(here, into=there)
    bob.refresh()
    assert bob.redo() == "tag ‘b’ on 1 output"
    assert bob.state.names() == {"b": {"bob": 1}}


def test_a_log_that_was_edited_is_refused_and_nothing_is_written(tmp_path: Path) -> None:
    event = Event("a" * 32, 1, "ann", "id:1", "tag", "a", "b" * 32, "")
    other = Event("a" * 32, 1, "ann", "id:1", "tag", "z", "b" * 32, "")
    with pytest.raises(ValueError, match="Two different events have the id aaaa"):
        merge(store_of([event]), store_of([other]), into=tmp_path / "both.sqlite")
    assert list(tmp_path.iterdir()) == []


def test_a_missing_or_invalid_source_is_reported(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"The file .*gone\.sqlite does not exist"):
        merge(tmp_path / "gone.sqlite")
    (tmp_path / "notes.txt").write_text("My notes.")
    with pytest.raises(StoreError, match="is not a tag store"):
        merge(tmp_path / "notes.txt", into=tmp_path / "both.sqlite")
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_exported_events_can_be_merged_like_a_store(tmp_path: Path) -> None:
    ann = Session(None, "ann", OUTPUTS)
    ann.tag([0, 1], "'quoted' 🙈 \ud800")
    ann.undo()
    write_events(tmp_path / "events.jsonl", ann.store.events())
    assert merge(tmp_path / "events.jsonl", ann).events() == ann.store.events()


def test_merging_nothing_gives_an_empty_log() -> None:
    assert merge().events() == []


def test_unsaved_events_are_merged_too(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    session = Session(tmp_path / "file" / "tags.sqlite", "ann", ["id:1", "id:2"])
    session.tag([0, 1], "a")
    assert len(session.pending) == 1
    union = merge(session, session)
    assert State(union.events()).names() == {"a": {"ann": 2}}
    with pytest.raises(ValueError, match="must be a store; name it"):
        merge(session, into=tmp_path / "out.jsonl")


# Into a lens


def lens(texts: list[str], annotator: str = "ann", **columns: list[object]) -> ol.Lens:
    frame = pd.DataFrame({"response": texts, **columns})
    return ol.Lens(frame, vectors=np.eye(len(texts)), annotator=annotator, store=False)


def numbers(merged: Merged) -> tuple[int, int, int]:
    return merged.taken, merged.known, merged.unknown


def test_an_undone_column_of_tags_can_be_imported_again() -> None:
    one = lens(["Yes.", "No.", "Never."], human=["a", None, "b"])
    assert numbers(one.tags_from("human")) == (2, 0, 0)
    assert numbers(one.tags_from("human")) == (0, 2, 0)
    one.undo()
    assert one.frame["tags"].tolist() == [(), (), ()]
    assert numbers(one.tags_from("human")) == (2, 0, 0)
    assert one.frame["tags"].tolist() == [("a",), (), ("b",)]
    # Undone and redone: in effect, so known. Untagged is a decision that the column does not overrule.
    one.undo()
    one.redo()
    one.untag("b", [2])
    assert numbers(one.tags_from("human")) == (0, 2, 0)
    assert one.frame["tags"].tolist() == [("a",), (), ()]


def test_only_gestures_undone_by_the_same_person_are_imported_again() -> None:
    tag = Event("a" * 32, 1, "ben", "id:1", "tag", "a", "b" * 32, "")
    undo = Event("c" * 32, 2, "ben", "", "undo", "b" * 32, "d" * 32, "")
    redo = replace(undo, id="e" * 32, time=3, action="redo")
    again = replace(tag, id="f" * 32, time=0)
    assert new_events([again], [tag]) == []
    assert new_events([again], [tag, replace(undo, annotator="ann")]) == []
    assert new_events([again], [redo, undo, tag]) == []
    # After all existing events, whatever the clocks say.
    assert new_events([again], [undo, tag]) == [replace(again, time=3)]


def test_a_merge_counts_new_known_and_unmatched_events(tmp_path: Path) -> None:
    ben = lens(["No.", "Never.", "Yes."], "ben")
    ben.tag("refusal", [0, 1])
    ben.undo()
    ben.tag("late", [0])
    path = tmp_path / "ben.jsonl"
    write_events(path, ben.tag_log)  # two tags, undo, tag
    one = lens(["No.", "Maybe."])
    merged = one.merge_tags(path)
    assert numbers(merged) == (3, 0, 1)
    assert repr(merged) == "3 events taken, 0 known already, 1 about outputs that are not in this lens"
    assert numbers(one.merge_tags(path, ben.tag_log)) == (0, 8, 0)
    assert one.tagged("late", "ben").index.tolist() == [0]
    # None of it is in this lens: the result counts known and unknown outputs, and the store keeps it.
    other = lens(["Something else."])
    assert numbers(other.merge_tags(ben.judgements())) == (0, 0, 1)
    assert numbers(other.merge_tags(ben.judgements())) == (0, 1, 0)
    assert numbers(one.merge_tags(ben.judgements(), ben.judgements())) == (0, 2, 0)
    assert numbers(one.merge_tags()) == numbers(one.merge_tags([])) == (0, 0, 0)


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (
            ["a.sqlite", Path("b.jsonl")],
            r"^the source is a list of paths; give each path by itself: 'a.sqlite', 'b",
        ),
        (None, r"^the source is None; give the path of a tag store \(\.sqlite\) or of exported events"),
        ({"a": 1}, r"^the source is a dict; give the path"),
        ([1, 2], r"^the source is a list; give the path"),
    ],
)
def test_anything_but_a_source_is_refused(source: object, message: str) -> None:
    with pytest.raises(TypeError, match=message):
        merge(source)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=message):
        lens(["Yes.", "No."]).merge_tags(source)
