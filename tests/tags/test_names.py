"""Names of clusters: nested, undone, and matched to other outputs."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from outlens.tags.events import keys
from outlens.tags.merging import merge
from outlens.tags.names import ClusterNames
from outlens.tags.session import Session

KEYS = [f"id:{i}" for i in range(12)]
CHILD, PARENT, ALL = range(4), range(7), range(12)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "tags.sqlite"


def names_in(path: Path | None, keys: Iterable[str] = KEYS, who: str = "ann") -> tuple[Session, ClusterNames]:
    session = Session(path, who, list(keys))
    return session, ClusterNames(session)


def test_a_cluster_and_a_part_of_it_can_both_have_names(path: Path) -> None:
    session, names = names_in(path)
    assert names.name(CHILD, "jokes") == 4
    # Four of its seven outputs: until the parent has a name, it shows that of the child.
    assert names.of([PARENT]) == ["jokes"]
    assert names.name(PARENT, "short ones") == 7
    for _ in range(2):
        assert names.of([CHILD, PARENT, range(8), range(8, 12)]) == ["jokes", "short ones", "short ones", ""]
        session.close()
        session, names = names_in(path)


def test_undo_of_a_tag_keeps_names_and_undo_of_a_name_restores_the_previous_one() -> None:
    session, names = names_in(None)
    names.name(CHILD, "jokes")
    names.name(PARENT, "short")
    session.tag([0], "good")
    assert session.undo() == "tag ‘good’ on 1 output"
    assert names.of([CHILD, PARENT]) == ["jokes", "short"]
    names.name(PARENT, "brief")
    assert session.undo() == "cluster name ‘brief’ on 7 outputs"
    assert names.of([CHILD, PARENT]) == ["jokes", "short"]
    session.undo()
    assert names.of([CHILD, PARENT]) == ["jokes", "jokes"]
    session.redo()
    session.redo()
    assert names.of([CHILD, PARENT]) == ["jokes", "brief"]


def test_clearing_a_name_keeps_those_of_its_parts() -> None:
    session, names = names_in(None)
    names.name(CHILD, "jokes")
    names.name(ALL, "everything")
    assert names.clear(ALL) == 12
    assert names.of([CHILD, ALL]) == ["jokes", ""]
    assert names.clear(ALL) == 0
    # Clearing removes the name that the cluster shows, even if it was given to slightly different outputs.
    assert names.name(range(5), "  ") == 4
    assert names.of([CHILD, range(5)]) == ["", ""]
    assert session.undo() == "no cluster name on 4 outputs"
    assert names.of([CHILD, range(5)]) == ["jokes", "jokes"]


def test_a_name_that_changes_nothing_is_not_logged() -> None:
    session, names = names_in(None)
    assert [names.name(CHILD, " jokes "), names.name(CHILD, "jokes"), names.name([], "x"), names.clear([])] == [
        4,
        0,
        0,
        0,
    ]
    assert len(session.state.undo_stack("ann")) == 1
    with pytest.raises(TypeError, match="The name is None; give a string"):
        names.name(CHILD, None)  # type: ignore[arg-type]


def test_a_name_survives_added_and_removed_outputs(path: Path) -> None:
    session, names = names_in(path)
    names.name(CHILD, "jokes")
    session.close()
    _, names = names_in(path, [*KEYS[::-1], "id:new"])
    assert names.of([[8, 9, 10, 11, 12], [0, 1, 2, 3]]) == ["jokes", ""]
    _, names = names_in(path, [KEYS[2], KEYS[9], KEYS[0]])
    assert names.of([[0, 2], [1]]) == ["jokes", ""]
    _, names = names_in(path, KEYS[6:])
    assert names.of([range(6)]) == [""]


def test_my_names_come_before_those_of_others(path: Path) -> None:
    _, mine = names_in(path)
    session, theirs = names_in(path, who="bob")
    theirs.name(PARENT, "bob's")
    theirs.name(range(8, 12), "rest")
    mine.name(range(6), "mine")
    mine._session.refresh()
    session.refresh()
    assert mine.of([PARENT, range(8, 12)]) == ["mine", "rest"]
    assert theirs.of([PARENT, range(8, 12)]) == ["bob's", "rest"]
    assert mine.clear(range(8, 12)) == 0
    mine.clear(PARENT)
    assert mine.of([PARENT]) == ["bob's"]


@pytest.mark.parametrize("log", ["old.sqlite", "old.jsonl"])
def test_names_of_an_older_log_are_unchanged(log: str, path: Path) -> None:
    """Written by `data/make_old.py`: ann named 0 and 1 "agrees", then 0 to 2 "short"; bob named 2 and 3 "rest"."""
    merge(shutil.copy(Path(__file__).parent / "data" / log, path.parent), into=path).close()
    session, names = names_in(path, keys(["Yes.", "Yes.", "No.", "Maybe."]))
    assert names.of([[0, 1, 2], [0, 1], [2, 3], [3]]) == ["short", "short", "rest", ""]
    names.name([0, 1], "yes")
    assert names.of([[0, 1, 2], [0, 1]]) == ["short", "yes"]
    session.undo()
    # A gesture of the older code.
    assert session.undo() == "cluster name ‘short’ on 3 outputs"
    assert names.of([[0, 1, 2], [0, 1]]) == ["agrees", "agrees"]


def test_names_travel_to_the_browser_and_back_by_leaves(path: Path) -> None:
    session, names = names_in(path)
    rows, leaf = np.array([11, 10, 3, 2, 1, 0]), np.array([0, 0, 1, 1, 2, -1])
    names.name(CHILD, "jokes\ud800")
    assert names.renames(rows, leaf) == [{"name": "jokes�", "leaves": [1, 2]}]
    before = names.renames(rows, leaf)
    # The browser replaces the name of a mostly identical cluster.
    after = [{"name": "all", "leaves": [0, 1, 2]}]
    names.take(before, after, rows, leaf)
    assert names.renames(rows, leaf) == [*before, *after]
    assert names.of([CHILD, [1, 2, 3, 10, 11]]) == ["jokes\ud800", "all"]
    names.take([*before, *after], before, rows, leaf)
    assert names.renames(rows, leaf) == before
    names.take(before, [], rows, leaf)
    assert names.renames(rows, leaf) == []
    assert session.undo() == "no cluster name on 4 outputs"
    # None of its outputs are in the tree of another prompt.
    assert names.renames(np.array([5, 6]), np.array([0, 0])) == []


def test_the_browser_gets_another_persons_name_only_for_clusters_that_i_have_not_named(path: Path) -> None:
    _, mine = names_in(path)
    _, theirs = names_in(path, who="bob")
    theirs.name(CHILD, "bob's")
    theirs.name(range(8, 12), "rest")
    mine.name(range(5), "mine")
    mine._session.refresh()
    rows = np.arange(12)
    assert mine.renames(rows, rows) == [
        {"name": "mine", "leaves": [0, 1, 2, 3, 4]}, {"name": "rest", "leaves": [8, 9, 10, 11]},
    ]  # fmt: skip


SETS = st.frozensets(st.integers(0, 7), min_size=1)


@given(st.lists(st.tuples(SETS, st.sampled_from("xyz")), max_size=6), SETS)
def test_a_cluster_takes_the_name_with_the_largest_overlap(
    given_names: list[tuple[frozenset[int], str]], cluster: frozenset[int]
) -> None:
    _, names = names_in(None, KEYS[:8])
    for members, name in given_names:
        names.name(members, name)
    current = dict(given_names)
    shares = {members: len(members & cluster) / len(members | cluster) for members in current}
    best = max(shares.values(), default=0)
    expected = {current[members] for members, share in shares.items() if share == best} if best > 0.5 else {""}
    assert names.of([cluster])[0] in expected
