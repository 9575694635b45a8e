"""Sessions with different frames on one store, and their logs: no event is lost or duplicated."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from outlens.tags.events_file import write_events
from outlens.tags.identity import identify
from outlens.tags.merging import merge
from outlens.tags.session import Session

ROWS = [("Yes.", "a"), ("Yes.", "b"), ("No.", "a"), ("Maybe.", "b")]
FRAMES: list[tuple[list[int], dict[str, list[Any]]]] = [
    ([0, 1, 2, 3], {}),
    ([3, 2, 1, 0], {"score": [1, 2, 3, 4]}),
    ([1, 3, 0, 2], {"judge": ["x", "y", "x", "y"], "score": [0.5, 1.5, 2.5, 3.5]}),
]


class Writer:
    """A session whose rows are numbers in ROWS."""

    def __init__(self, path: Path, annotator: str, frame: int) -> None:
        self.order, more = FRAMES[frame]
        columns = {"model": [ROWS[row][1] for row in self.order], **more}
        self.session = Session(path, annotator, identify([ROWS[row][0] for row in self.order], columns=columns))

    def held(self, annotator: str) -> dict[str, list[int]]:
        state, keys = self.session.state, self.session.keys
        return {name: sorted(self.order[keys.index(key)] for key in state.holders(name, annotator)) for name in "xy"}


class Expected:
    """One person's tags: the gestures in order, and the undone ones."""

    def __init__(self) -> None:
        self.gestures: list[tuple[int, str, bool]] = []
        self.redo: list[tuple[int, str, bool]] = []

    def holds(self, row: int, name: str) -> bool:
        return next((on for r, n, on in reversed(self.gestures) if (r, n) == (row, name)), False)

    def do(self, action: str, row: int, name: str) -> None:
        if action == "undo" and self.gestures:
            self.redo.append(self.gestures.pop())
        elif action == "redo" and self.redo:
            self.gestures.append(self.redo.pop())
        elif action in ("tag", "untag") and self.holds(row, name) != (action == "tag"):
            self.gestures.append((row, name, action == "tag"))
            self.redo.clear()

    def held(self) -> dict[str, list[int]]:
        return {name: [row for row in range(len(ROWS)) if self.holds(row, name)] for name in "xy"}


STEPS = st.lists(
    st.tuples(
        st.integers(0, 3),
        st.sampled_from(["tag", "tag", "untag", "undo", "redo"]),
        st.integers(0, 3),
        st.sampled_from("xy"),
    ),
    max_size=25,
)


@given(STEPS)
@settings(max_examples=settings().max_examples // 4, deadline=None)
def test_tags_and_undo_are_the_same_in_every_frame_and_in_merged_logs(steps: list[tuple[int, str, int, str]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "tags.sqlite"
        # Ann has two lenses with different columns, so undo works across them.
        people = [("ann", 0), ("bob", 1), ("ann", 1), ("cy", 2)]
        writers = [Writer(path, name, frame) for name, frame in people]
        expected = {name: Expected() for name, _ in people}
        # The first step creates the file.
        for who, action, row, name in [(0, "tag", 0, "x"), *steps]:
            writer = writers[who]
            if action in ("tag", "untag"):
                getattr(writer.session, action)([writer.order.index(row)], name)
            else:
                getattr(writer.session, action)()
            expected[people[who][0]].do(action, row, name)
        log = write_events(Path(folder) / "log.jsonl", writers[0].session.store.events())
        count = len(writers[0].session.store.events())
        merged = Path(folder) / "merged.sqlite"
        for sources in ([log], [path, log], [log, path]):
            store = merge(*sources, into=merged)
            assert len(store.events()) == count
            store.close()
        readers = [Writer(place, "dee", frame) for place in (path, merged) for frame in range(3)]
        for reader in [*writers, *readers]:
            reader.session.refresh()
            assert {name: reader.held(name) for name in expected} == {n: one.held() for n, one in expected.items()}
            assert not reader.session.warnings
            reader.session.close()
