"""The log on disk: it round-trips, concurrent processes lose nothing, and no file is ever damaged."""

from __future__ import annotations

import os
import resource
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outlens.tags.events import ACTIONS, Event, new_id
from outlens.tags.fold import State
from outlens.tags.store import Store, StoreError, StoreUnavailable

ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=20)
HARD = [
    'it\'s "quoted" `so`',
    "🙈 👩‍👩‍👧 é",
    "رفض مهذب",
    "x" * 10_000,
    "'); DROP TABLE event; --",
    "\ud83d alone \udc00",
    "nul \x00 inside\n\ttab",
    " spaces kept ",
]


def tag(key: str = "id:1", value: str = "a", time: int = 5) -> Event:
    return Event(new_id(), time, "ann", key, "tag", value, new_id(), "lens")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / ".outlens" / "tags.sqlite"


def in_child(work: Callable[[], None]) -> None:
    """Run it in a forked child, for changes that cannot be reverted: a limit, another user."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            work()
            code = 0
        except BaseException as error:
            os.write(2, f"{type(error).__name__}: {error}\n".encode())
        finally:
            os._exit(code)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Lock the store from another process."""
    program = (
        "import sqlite3, sys\n"
        "c = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
        "c.execute('BEGIN EXCLUSIVE')\n"
        "print('held', flush=True)\n"
        "sys.stdin.read()\n"
    )
    other = subprocess.Popen([sys.executable, "-c", program, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert other.stdin is not None
    assert other.stdout is not None
    assert other.stdout.readline() == b"held\n"
    try:
        yield
    finally:
        other.stdin.close()
        other.wait(timeout=60)
        other.stdout.close()


def test_showing_leaves_no_litter(path: Path) -> None:
    store = Store(path)
    assert store.events() == []
    assert store.since(0) == ([], 0)
    assert store.columns() == (None, 0)
    store.close()
    assert not path.parent.exists()


@pytest.mark.parametrize("where", ["disk", "memory"])
def test_events_come_back_as_written(where: str, path: Path) -> None:
    store = Store(path if where == "disk" else None)
    written = [event for text in HARD for event in store.record(text, [text, "id:1"], "tag", text, text)]
    assert store.events() == written
    if where == "disk":
        store.close()
        assert Store(path).events() == written
    assert State(store.events()).names() == {text: {text: 2} for text in HARD}


@given(st.lists(st.tuples(ANY_TEXT, ANY_TEXT, ANY_TEXT, ANY_TEXT), max_size=5))
def test_any_text_survives(texts: list[tuple[str, str, str, str]]) -> None:
    store = Store(None)
    written = [e for who, key, value, lens in texts for e in store.record(who, [key], "note", value, lens)]
    assert store.events() == written
    c, last = store.columns()
    assert last == len(written)
    if c is None:
        assert not written
        return
    rows = [
        (
            c.time[d],
            "{:016x}{:016x}".format(*c.ids[i]),
            c.texts[c.annotator[d]],
            c.texts[c.key[i]],
            ACTIONS[c.action[d]],
            c.texts[c.value[d]],
            "{:016x}{:016x}".format(*c.gestures[d]),
        )
        for i, d in enumerate(c.deed.tolist())
    ]
    assert rows == [(e.time, e.id, e.annotator, e.key, e.action, e.value, e.gesture) for e in written]


def test_a_gesture_has_one_time_one_id_and_unique_event_ids() -> None:
    store = Store(None)
    first = store.record("ann", [f"id:{i}" for i in range(300)], "tag", "a")
    second = store.record("ann", ["id:1"], "tag", "b")
    assert len({event.id for event in first}) == 300
    assert len({(event.time, event.gesture) for event in first}) == 1
    assert second[0].time > first[0].time
    assert second[0].gesture != first[0].gesture


def test_a_clock_that_goes_back_loses_nothing(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    times = iter([2_000_000, 1_000_000, 500_000])
    monkeypatch.setattr("outlens.tags.store.time_ns", lambda: 1000 * next(times))
    store = Store(path)
    store.record("ann", ["id:1"], "tag", "a")
    store.append([tag(time=3_000_000)])
    store.close()
    store.record("ann", ["id:1"], "untag", "a")
    store.record("ann", ["id:1"], "tag", "b")
    assert [event.time for event in store.events()] == [2_000_000, 3_000_000, 3_000_001, 3_000_002]
    assert State(store.events()).tags_of("id:1") == {"b": ["ann"]}


def test_adding_events_twice_adds_them_once(path: Path) -> None:
    store = Store(path)
    events = [tag(), tag("id:2", time=3), tag("id:2", time=9)]
    assert store.append(events) == 3
    assert store.append([*events, tag()]) == 1
    assert store.append([]) == 0
    assert [event.time for event in store.events()] == [3, 5, 5, 9]


def test_a_changed_event_is_refused_and_nothing_is_added(path: Path) -> None:
    store = Store(path)
    event = tag()
    store.append([event])
    with pytest.raises(ValueError, match=f"Two different events have the id {event.id}"):
        store.append([tag(), replace(event, value="other")])
    assert store.events() == [event]


@pytest.mark.parametrize(
    "wrong",
    [
        {"id": "7"},
        {"id": "G" * 32},
        {"gesture": "A" * 32},
        {"action": "delete"},
        {"time": 1.5},
        {"time": -1},
        {"time": 1 << 52},
        {"value": " "},
        {"value": "-fffffffffffffff0000000000000000", "action": "undo"},
        {"value": "A" * 32, "action": "redo"},
        {"value": None},
        {"key": 3},
    ],
)
def test_a_malformed_event_is_refused(wrong: dict[str, object]) -> None:
    store = Store(None)
    with pytest.raises(ValueError, match=f"An event's {next(iter(wrong))} is"):
        store.append([tag(), replace(tag(), **wrong)])  # type: ignore[arg-type]
    assert store.events() == []


def test_events_of_some_keys_include_the_global_ones() -> None:
    store = Store(None)
    store.record("ann", ["id:1", "id:2"], "tag", "a")
    store.record("ann", ["tag:a"], "define", "{}")
    store.record("ann", [""], "undo", "f" * 32)
    assert [(event.key, event.action) for event in store.events(["id:2"])] == [
        ("id:2", "tag"),
        ("tag:a", "define"),
        ("", "undo"),
    ]


def test_events_of_others_are_read_once(path: Path) -> None:
    mine, yours = Store(path), Store(path)
    first = mine.record("ann", ["id:1"], "tag", "a")
    events, seq = yours.since(0)
    assert events == first
    second = mine.record("ann", ["id:new"], "tag", "never seen")
    assert yours.since(seq) == (second, seq + 1)
    assert yours.since(seq + 1) == ([], seq + 1)


def test_concurrent_processes_lose_nothing(path: Path) -> None:
    program = (
        "import sys\n"
        "from outlens.tags.store import Store\n"
        "store = Store(sys.argv[1])\n"
        "store.patience = 60\n"
        "who = sys.argv[2]\n"
        "for i in range(100): store.record(who, ['id:1', f'id:{i}.{who}'], 'tag', f'{who} {i}')\n"
    )
    people = ["ann", "bob", "eve"]
    working = [subprocess.Popen([sys.executable, "-c", program, path, who]) for who in people]
    assert [process.wait(timeout=120) for process in working] == [0, 0, 0]
    events = Store(path).events()
    assert len(events) == 600
    assert len({event.time for event in events}) == 300
    assert State(events).tags_of("id:1") == dict(sorted((f"{w} {i}", [w]) for w in people for i in range(100)))


def test_the_file_is_complete_without_its_companions_after_gathering(path: Path, tmp_path: Path) -> None:
    store, reader = Store(path), Store(path)
    store.append([tag("id:1")])
    assert len(reader.events()) == 1
    store.append([tag("id:2"), tag("id:3")])
    copy = tmp_path / "copy.sqlite"
    copy.write_bytes(path.read_bytes())
    # SQLite keeps the data in its second file, which makes the copy below worth testing.
    assert len(Store(copy).events()) < 3
    copy.unlink()
    store.gather()
    copy.write_bytes(path.read_bytes())
    assert Store(copy).events() == store.events() == reader.events()
    memory = Store(None)
    memory.record("ann", ["id:1"], "tag", "a")
    for quiet in (reader, memory, Store(tmp_path / "never.sqlite")):
        quiet.gather()
    assert not (tmp_path / "never.sqlite").exists()


def test_a_forked_child_opens_a_separate_connection(path: Path) -> None:
    store = Store(path)
    store.record("ann", ["id:1"], "tag", "before")
    in_child(lambda: (store.record("ann", ["id:1"], "tag", "child"), store.close())[1])  # type: ignore[func-returns-value]
    store.record("ann", ["id:1"], "tag", "after")
    assert [event.value for event in store.events()] == ["before", "child", "after"]


# Files that are not our stores stay unchanged


def refused(path: Path, message: str) -> None:
    before = path.read_bytes()
    for use in (lambda: Store(path), lambda: Store(path).events(), lambda: Store(path).record("a", ["k"], "tag", "t")):
        with pytest.raises(StoreError, match=message):
            use()
    assert path.read_bytes() == before


def test_a_file_that_is_not_a_database_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("My notes.\n")
    refused(path, "is not a tag store")
    with pytest.raises(StoreError, match="is a folder"):
        Store(tmp_path)


def test_a_database_of_another_program_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "cookies.sqlite"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE event (seq INTEGER PRIMARY KEY)")
    connection.commit()
    connection.close()
    refused(path, "of another program")


def test_a_newer_store_is_left_alone(path: Path) -> None:
    store = Store(path)
    store.record("ann", ["id:1"], "tag", "a")
    store.close()
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 3")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    refused(path, r"newer outlens \(format 3, this one knows 2\)")


@pytest.mark.parametrize("harm", ["cut", "zeros", "noise"])
def test_a_damaged_store_is_left_alone(harm: str, path: Path) -> None:
    store = Store(path)
    for i in range(20):
        store.record("ann", [f"id:{i}.{j}" for j in range(100)], "tag", f"tag {i}")
    store.close()
    raw = path.read_bytes()
    size = len(raw)
    path.write_bytes(
        {
            "cut": raw[: size // 2 // 4096 * 4096],
            "zeros": raw[:4096] + bytes(size - 4096),
            "noise": raw[:4096] + bytes(i * 7919 % 251 for i in range(size - 4096)),
        }[harm]
    )
    before = path.read_bytes()
    for use in (lambda: Store(path).events(), lambda: Store(path).columns()):
        with pytest.raises(StoreError, match="is damaged") as caught:
            use()
        assert not isinstance(caught.value, StoreUnavailable)
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE deed SET action = 99",
        "UPDATE deed SET gesture = x'00'",
        "UPDATE deed SET value = 99",
        "UPDATE event SET key = 99",
        "UPDATE event SET deed = 99",
        "DELETE FROM deed",
        "UPDATE event SET id = x'00'",
        "UPDATE event SET key = 'one'",
        "UPDATE text SET bytes = x'ff' WHERE n = 1",
    ],
)
def test_impossible_rows_are_reported_as_damage(change: str, path: Path) -> None:
    store = Store(path)
    store.record("ann", ["id:1"], "tag", "a")
    store.close()
    connection = sqlite3.connect(path)
    connection.execute(change)
    connection.commit()
    connection.close()
    for use in (lambda: Store(path).events(), lambda: Store(path).columns(), lambda: Store(path).since(0)):
        with pytest.raises(StoreError, match="is damaged"):
            use()


def test_a_store_without_its_clock_is_damaged(path: Path) -> None:
    store = Store(path)
    store.record("ann", ["id:1"], "tag", "a")
    connection = sqlite3.connect(path)
    connection.execute("DELETE FROM clock")
    connection.commit()
    connection.close()
    with pytest.raises(StoreError, match="is damaged"):
        store.record("ann", ["id:1"], "tag", "b")


def test_an_empty_file_becomes_a_store(path: Path) -> None:
    # This is left if the creation of a store was interrupted before its first page.
    path.parent.mkdir()
    path.touch()
    store = Store(path)
    assert store.events() == []
    assert store.record("ann", ["id:1"], "tag", "a") == store.events()


# Temporary faults: reported in a sentence, nothing half written, and the next try succeeds


def test_a_locked_store_is_reported_and_writable_afterwards(path: Path) -> None:
    store = Store(path)
    store.record("ann", ["id:1"], "tag", "a")
    store.patience = 0.05
    with locked(path):
        with pytest.raises(StoreUnavailable, match="another program holds a lock"):
            store.record("ann", ["id:1"], "tag", "b")
        assert len(store.events()) == 1
    store.record("ann", ["id:1"], "tag", "c")
    assert [event.value for event in store.events()] == ["a", "c"]


def test_a_folder_that_cannot_be_created_is_reported(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    store = Store(tmp_path / "file" / "tags.sqlite")
    assert store.events() == []
    with pytest.raises(StoreUnavailable, match="cannot be written now"):
        store.record("ann", ["id:1"], "tag", "a")
    (tmp_path / "file").unlink()
    assert len(store.record("ann", ["id:1"], "tag", "a")) == 1


def test_a_full_store_keeps_its_events_and_no_partial_gesture(path: Path) -> None:
    store = Store(path)
    first = store.record("ann", ["id:1"], "tag", "a")
    connection = store._file._connection
    assert connection is not None
    pages = connection.execute("PRAGMA page_count").fetchone()[0]
    connection.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(StoreUnavailable, match="the disk is full; make room"):
        store.record("ann", [f"id:{i}" for i in range(5000)], "tag", "b")
    assert store.events() == first
    # The limit applied to the connection, and a fault opens a new one.
    assert len(store.record("ann", [f"id:{i}" for i in range(5000)], "tag", "b")) == 5000


def test_a_limit_on_open_files_is_reported(path: Path) -> None:
    Store(path).record("ann", ["id:1"], "tag", "a")

    def work() -> None:
        import signal

        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, resource.RLIM_INFINITY))
        store = Store(path)
        with pytest.raises(StoreUnavailable, match="cannot be written now"):
            store.record("ann", [f"id:{i}" for i in range(5000)], "tag", "b")
        assert len(store.events()) == 1
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        assert len(store.record("ann", [f"id:{i}" for i in range(5000)], "tag", "b")) == 5000

    in_child(work)
    assert len(Store(path).events()) == 5001


def test_a_read_only_folder_is_reported_and_its_store_is_still_read() -> None:
    # Root may write anywhere, so a child runs this as nobody.
    with tempfile.TemporaryDirectory(dir="/tmp") as name:
        folder = Path(name)
        path = folder / "tags.sqlite"
        written = Store(path)
        written.record("ann", ["id:1"], "tag", "a")
        written.close()
        path.chmod(0o444)
        folder.chmod(0o555)

        def work() -> None:
            if os.getuid() == 0:
                os.setuid(65534)
            store = Store(path)
            assert [event.value for event in store.events()] == ["a"]
            with pytest.raises(StoreUnavailable, match="read-only"):
                store.record("ann", ["id:1"], "tag", "b")
            assert [event.value for event in store.events()] == ["a"]
            with pytest.raises(StoreUnavailable, match="cannot be"):
                Store(folder / "new" / "tags.sqlite").record("ann", ["id:1"], "tag", "b")

        before = path.read_bytes()
        in_child(work)
        folder.chmod(0o755)
        assert path.read_bytes() == before


def test_a_read_only_user_sees_new_events() -> None:
    with tempfile.TemporaryDirectory(dir="/tmp") as name:
        folder = Path(name)
        path = folder / "tags.sqlite"
        owner = Store(path)
        owner.record("ann", ["id:1"], "tag", "a")
        owner.close()
        path.chmod(0o644)
        folder.chmod(0o755)
        ask, asked = os.pipe()
        answer, answered = os.pipe()

        child = os.fork()
        if child == 0:
            try:
                if os.getuid() == 0:
                    os.setuid(65534)
                else:
                    folder.chmod(0o555)
                store, seq, found = Store(path), 0, ""
                while os.read(ask, 1) == b"?":
                    events, seq = store.since(seq)
                    found += "".join(event.value for event in events)
                    os.write(answered, found.ljust(9).encode())
            finally:
                os._exit(0)
        os.close(answered)

        def seen() -> str:
            os.write(asked, b"?")
            return os.read(answer, 9).decode().strip()

        assert seen() == "a"
        if os.getuid() == 0:
            owner.record("ann", ["id:1"], "tag", "b")
            assert seen() == "ab"
            owner.record("ann", ["id:1"], "tag", "c")
            owner.close()
            assert seen() == "abc"
        os.write(asked, b".")
        os.waitpid(child, 0)
        folder.chmod(0o755)


def test_an_unreadable_file_is_reported_on_reading() -> None:
    with tempfile.TemporaryDirectory(dir="/tmp") as name:
        path = Path(name) / "tags.sqlite"
        Store(path).record("ann", ["id:1"], "tag", "a")
        Path(name).chmod(0o755)
        path.chmod(0)

        def work() -> None:
            if os.getuid() == 0:
                os.setuid(65534)
            with pytest.raises(StoreUnavailable, match="cannot be read now"):
                Store(path).events()

        in_child(work)


def test_a_deleted_store_is_reported(path: Path) -> None:
    store = Store(path)
    store.record("ann", ["id:1"], "tag", "a")
    away = path.with_name("away.sqlite")
    path.rename(away)
    with pytest.raises(StoreUnavailable, match="was moved, deleted or replaced"):
        store.record("ann", ["id:1"], "tag", "b")
    # The remaining events can still be saved elsewhere.
    assert [event.value for event in store.events()] == ["a"]
    with pytest.raises(StoreUnavailable, match="was moved, deleted or replaced"):
        store.since(0)
    away.rename(path)
    assert [event.value for event in store.events()] == ["a"]
    assert store.record("ann", ["id:1"], "tag", "b")


def test_a_deleted_second_file_is_reported(path: Path) -> None:
    store = Store(path)
    for value in "ab":
        store.record("ann", ["id:1"], "tag", value)
    Path(f"{path}-wal").unlink()
    with pytest.raises(StoreUnavailable, match="was moved, deleted or replaced"):
        store.record("ann", ["id:1"], "tag", "c")
    assert [event.value for event in store.events()] == ["a", "b"]


def test_a_backup_copied_over_an_open_store_is_noticed(path: Path) -> None:
    store = Store(path)
    store.record("ann", [f"id:{i}" for i in range(50)], "tag", "a")
    store.close()
    backup = path.read_bytes()
    store.record("ann", [f"id:{50 + i}" for i in range(3000)], "tag", "b")
    store.gather()
    path.write_bytes(backup)
    with pytest.raises(StoreUnavailable, match="was moved, deleted or replaced"):
        store.record("ann", ["id:1"], "tag", "c")
    store.close()


def test_a_deleted_store_is_not_recreated(path: Path) -> None:
    first = Store(path)
    first.record("ann", ["id:1"], "tag", "a")
    first.close()
    reads = Store(path)
    assert len(reads.events()) == 1
    path.rename(path.with_name("elsewhere"))
    with pytest.raises(StoreUnavailable, match="was moved, deleted or replaced"):
        reads.record("ann", ["id:2"], "tag", "a")
    assert not path.exists()
    path.with_name("elsewhere").rename(path)
    reads.record("ann", ["id:2"], "tag", "b")
    assert [event.key for event in reads.events()] == ["id:1", "id:2"]
    assert [event.value for event in Store(path).events()] == ["a", "b"]
