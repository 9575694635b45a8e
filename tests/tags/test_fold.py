"""The fold against the plain model, and cases worked out by hand."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plain_model import check, ever, stacks

from outlens.tags.events import ACTIONS, Event, new_id
from outlens.tags.fold import State
from outlens.tags.store import Store

KEYS = ["id:1", "id:2", "id:3"]
PEOPLE = ["ann", "bob"]
GESTURES = [f"{i:032x}" for i in range(5)]


@st.composite
def events(draw: st.DrawFn) -> Event:
    action = draw(st.sampled_from(ACTIONS))
    key = {"undo": "", "redo": "", "define": "tag:a"}.get(action) or draw(st.sampled_from(KEYS))
    value = {
        "tag": st.sampled_from("ab"),
        "untag": st.sampled_from("ab"),
        "note": st.sampled_from(["", "x", "y"]),
        "name": st.sampled_from(["", "x", "y"]),
        "cluster": st.sampled_from(["", "x", "y"]),
        "define": st.sampled_from(['{"color": "red"}', '{"color": "blue"}', "no JSON"]),
        "undo": st.sampled_from(GESTURES),
        "redo": st.sampled_from(GESTURES),
    }.get(action, st.just(""))
    return Event(
        f"{draw(st.integers(0, 10**9)):032x}",
        draw(st.integers(1, 12)),
        draw(st.sampled_from(PEOPLE)),
        "" if action in ("undo", "redo") else key,
        action,
        draw(value),
        draw(st.sampled_from(GESTURES)),
        "lens",
    )


LOGS = st.lists(events(), max_size=30, unique_by=lambda event: event.id)


def everything(state: State) -> list[object]:
    return [
        *[(state.tags_of(key), state.note_of(key)) for key in KEYS],
        state.names(),
        state.numbers(),
        state.definitions(),
        state.annotators,
        *[(state.starred(p), state.cluster_names(p), state.undo_stack(p), state.redo_stack(p)) for p in PEOPLE],
        *[state.named_clusters(p) for p in PEOPLE],
    ]


def test_malformed_events_do_no_harm() -> None:
    """An undo of an unknown id, and definitions that are invalid JSON or nested far too deep, in files of others."""
    gesture = "ab" * 16
    log = [Event("1" * 32, 1, "ann", "id:1", "tag", "a", gesture, "")]
    for i, value in enumerate(["AB" * 16, "+" + gesture, gesture + "0", "-f" + "0" * 30, ""]):
        log.append(Event(f"{i + 2:032x}", i + 2, "ann", "", "undo", value, "cd" * 16, ""))
    for i, value in enumerate(["[" * 100_000, '{"color": ', "[]", '{"color": 7}']):
        log.append(Event(f"{i + 9:032x}", i + 9, "ann", "tag:a", "define", value, f"{i + 9:032x}", ""))
    opened = State()
    store = Store(None)
    with store._file.writing() as connection:
        # Older stores may hold these, although they are refused now.
        store._insert(connection, log)
    columns, _ = store.columns()
    assert columns is not None
    opened.load(columns)
    for state in (State(log), opened):
        assert state.names() == {"a": {"ann": 1}}
        assert state.definitions() == {"a": {"color": "7", "description": "", "key": ""}}


def test_a_definition_and_its_undo_change_only_the_named_fields() -> None:
    def define(at: int, who: str, tag: str, value: str) -> Event:
        return Event(f"{at:032x}", at, who, f"tag:{tag}", "define", value, f"{at:032x}", "")

    log = [
        define(1, "ann", "a", '{"color": "3", "key": "1"}'),
        define(2, "bob", "a", '{"description": "told off"}'),
        define(3, "ann", "b", '{"key": "1"}'),
    ]
    assert State(log).definitions() == {
        "a": {"color": "3", "description": "told off", "key": ""},
        "b": {"color": "", "description": "", "key": "1"},
    }
    # The key returns to its former tag; bob's description stays when ann's colour is undone.
    undo = [
        Event(f"{9 + i:032x}", 9 + i, "ann", "", "undo", f"{3 - 2 * i:032x}", f"{9 + i:032x}", "") for i in range(2)
    ]
    assert State([*log, undo[0]]).definitions() == {
        "a": {"color": "3", "description": "told off", "key": "1"},
    }
    assert State([*log, *undo]).definitions() == {"a": {"color": "", "description": "told off", "key": ""}}


@given(LOGS)
def test_the_fold_matches_the_plain_model(log: list[Event]) -> None:
    state = State(log)
    check(state, log, KEYS, PEOPLE)
    assert list(state.numbers()) == ever(log, KEYS)
    assert list(state.names()) == [name for name in state.numbers() if name in state.names()]


@given(LOGS)
def test_events_about_other_outputs_are_ignored(log: list[Event]) -> None:
    check(State(log, KEYS[:2]), [e for e in log if e.key != "id:3"], KEYS[:2], PEOPLE)


@given(LOGS, st.randoms(use_true_random=False), st.lists(st.integers(0, 30), max_size=4), st.booleans())
@settings(max_examples=settings().max_examples * 3)
def test_event_order_batches_and_repeats_do_not_matter(
    log: list[Event], shuffle: object, cuts: list[int], look: bool
) -> None:
    moved = list(log)
    shuffle.shuffle(moved)  # type: ignore[attr-defined]
    state = State()
    edges = [0, *sorted(cuts), len(moved)]
    for start, end in pairwise(edges):
        state.apply(moved[start:end])
        if look:
            everything(state)  # So that the stacks are built here, and updated from then on.
    state.apply(moved[:3])
    assert everything(state) == everything(State(log))


@given(st.data())
def test_the_stacks_match_the_plain_model(data: st.DataObject) -> None:
    """Gestures as a session makes them: each at a different time, on one or two outputs."""
    log: list[Event] = []
    made: dict[str, list[str]] = {person: [] for person in PEOPLE}
    for time in range(data.draw(st.integers(0, 12))):
        person = data.draw(st.sampled_from(PEOPLE))
        action = data.draw(st.sampled_from(["tag", "note", "undo", "redo"]))
        gesture = new_id()
        if action in ("undo", "redo"):
            if made[person]:
                value = data.draw(st.sampled_from(made[person]))
                log.append(Event(new_id(), time, person, "", action, value, gesture, ""))  # type: ignore[arg-type]
            continue
        made[person].append(gesture)
        for key in data.draw(st.lists(st.sampled_from(KEYS), min_size=1, max_size=2, unique=True)):
            log.append(Event(new_id(), time, person, key, action, "v", gesture, ""))  # type: ignore[arg-type]
    for person in PEOPLE:
        state = State(log, KEYS[:2])
        assert (state.undo_stack(person), state.redo_stack(person)) == stacks(log, person, KEYS[:2])


def event(time: int, action: str, value: str = "", key: str = "id:1", gesture: str = "", who: str = "ann") -> Event:
    return Event(new_id(), time, who, key, action, value, gesture or new_id(), "")  # type: ignore[arg-type]


def test_nobody_can_undo_another_persons_gesture() -> None:
    done = event(1, "tag", "a", gesture="f" * 32)
    state = State([done, event(2, "undo", "f" * 32, key="", who="bob")])
    assert state.tags_of("id:1") == {"a": ["ann"]}
    assert state.undo_stack("bob") == []


def test_an_undo_that_arrives_before_its_gesture_takes_effect() -> None:
    state = State([event(2, "undo", "f" * 32, key="")])
    state.apply([event(1, "tag", "a", gesture="f" * 32)])
    assert state.tags_of("id:1") == {}
    assert state.redo_stack("ann") == ["f" * 32]


def test_the_last_definition_by_any_annotator_wins() -> None:
    log = [
        event(2, "define", '{"color": "red", "description": "d", "key": "1"}', "tag:a"),
        event(1, "define", '{"color": "blue"}', "tag:a", who="bob"),
        event(3, "define", '{"color": 5}', "tag:b", who="bob"),
        event(3, "define", "[", "tag:c"),
    ]
    assert State(log, ["id:9"]).definitions() == {
        "a": {"color": "red", "description": "d", "key": "1"},
        "b": {"color": "5", "description": "", "key": ""},
        "c": {"color": "", "description": "", "key": ""},
    }


@pytest.mark.parametrize(
    ("action", "value", "keys", "sentence"),
    [
        ("tag", "refusal", ["id:1", "id:2"], "tag ‘refusal’ on 2 outputs"),
        ("untag", "refusal", ["id:1"], "untag ‘refusal’ on 1 output"),
        ("note", "n" * 41, ["id:1"], f"note ‘{'n' * 39}…’ on 1 output"),
        ("note", "n" * 40, ["id:1"], f"note ‘{'n' * 40}’ on 1 output"),
        ("note", "", ["id:1"], "no note on 1 output"),
        ("star", "", ["id:1", "id:2", "id:3"], "star on 3 outputs"),
        ("unstar", "", ["id:1"], "unstar on 1 output"),
        ("name", "Advice", ["id:1", "id:2"], "cluster name ‘Advice’ on 2 outputs"),
        ("cluster", "Advice", ["id:1", "id:2"], "cluster name ‘Advice’ on 2 outputs"),
        ("cluster", "", ["id:1"], "no cluster name on 1 output"),
        ("define", "{}", ["tag:refusal"], "definition of ‘refusal’"),
        ("tag", "too long", ["prompt:00"], "tag ‘too long’ on 1 prompt"),
        ("tag", "odd", ["id:1", "prompt:00"], "tag ‘odd’ on 1 output and 1 prompt"),
    ],
)
def test_a_gesture_is_described_in_a_sentence(action: str, value: str, keys: list[str], sentence: str) -> None:
    gesture = new_id()
    state = State([event(1, action, value, key, gesture) for key in keys])
    assert state.describe("ann", gesture) == sentence


def test_a_gesture_of_many_kinds_is_summarised() -> None:
    gesture = new_id()
    state = State([event(1, "tag", name, "id:1", gesture) for name in "abcde"])
    assert state.describe("ann", gesture) == ("tag ‘a’ on 1 output, tag ‘b’ on 1 output, tag ‘c’ on 1 output, 2 more")


@given(LOGS, LOGS, st.integers(0, 3), st.sampled_from([None, KEYS[:2]]))
@settings(max_examples=settings().max_examples * 3)
def test_opening_a_store_gives_the_state_of_its_events_one_by_one(
    log: list[Event], later: list[Event], pieces: int, keys: list[str] | None
) -> None:
    store = Store(None)
    for k in range(pieces + 1):
        # Late events come after those of a later time.
        store.append(log[k :: pieces + 1])
    opened = State(keys=keys)
    columns, _ = store.columns()
    if columns is not None:
        opened.load(columns)
    known = {event.id for event in log}
    more = [event for event in later if event.id not in known]
    done = log
    for step in ([], more[::2], more[1::2], log[:3]):
        opened.apply(step)
        done = [*done, *(event for event in step if event not in done)]
        one_by_one = State(keys=keys)
        for event in done:
            one_by_one.apply([event])
        assert everything(opened) == everything(one_by_one)
        assert opened.latest == one_by_one.latest
        for who in PEOPLE:
            for gesture in [*opened.undo_stack(who), *opened.redo_stack(who)]:
                sentence = [sorted(state.describe(who, gesture).split(", ")) for state in (opened, one_by_one)]
                # Of many, the first three are named, in any order.
                assert sentence[0] == sentence[1] or len(sentence[0]) == len(sentence[1]) == 4
            assert opened.notes(who) == one_by_one.notes(who)
