"""A tagging process is killed two hundred times at random instants: everything it acknowledged is saved."""

from __future__ import annotations

import os
import random
import select
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from outlens.tags.fold import State
from outlens.tags.store import Store

KILLS = 200

# Imports only the tag log, so that a child costs one fork. Each printed line names a gesture that is on disk.
ZYGOTE = """
import os, sys
from outlens.tags.session import Session
from outlens.tags.events import keys
outputs = keys([f"Output {i}." for i in range(40)])
for line in sys.stdin:
    path, number = line.rstrip("\\n").split("\\t")
    child = os.fork()
    if child == 0:
        session = Session(path, "ann", outputs)
        os.write(1, b"start %d\\n" % os.getpid())
        for i in range(10**6):
            name = f"{number}.{i}"
            session.tag(range(i % 40, 40), name)
            assert not session.pending, session.problem
            os.write(1, f"done {name} {40 - i % 40}\\n".encode())
            if i % 3 == 2:
                session.undo()
                assert not session.pending, session.problem
                os.write(1, f"undone {name} 0\\n".encode())
    os.waitpid(child, 0)
    os.write(1, b"dead\\n")
"""


@pytest.mark.newest
@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_acknowledged_events_are_on_disk_after_a_kill(tmp_path: Path) -> None:
    chance = random.Random(5)
    acknowledged: dict[str, int] = {}
    zygote = subprocess.Popen([sys.executable, "-c", ZYGOTE], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert zygote.stdin is not None
    assert zygote.stdout is not None
    out = zygote.stdout.fileno()
    try:
        for kill in range(KILLS):
            # A new store every tenth time, folder included, so that its creation is interrupted too.
            path = tmp_path / f"{kill // 10}" / ".outlens" / "tags.sqlite"
            zygote.stdin.write(f"{path}\t{kill}\n".encode())
            zygote.stdin.flush()
            printed = b""
            child = 0
            while b"dead\n" not in printed:
                # Every other child lives until it has tagged something, however slow the machine.
                early = kill % 2 and b"done" not in printed
                wait = 60.0 if not child or child == -1 or early else chance.uniform(0, 0.04)
                if select.select([out], [], [], wait)[0]:
                    read = os.read(out, 1 << 16)
                    assert read, "the program that starts the children has died"
                    printed += read
                    if child == 0 and b"\n" in printed:
                        child = int(printed.split()[1])
                    if child > 0 and (early or chance.random() > 0.2):
                        continue
                else:
                    assert child > 0, "the child says nothing"
                if child > 0:
                    os.kill(child, signal.SIGKILL)
                    child = -1
            for line in printed.decode().splitlines():
                what, *rest = line.split()
                if what in ("done", "undone"):
                    acknowledged[f"{path}\t{rest[0]}"] = int(rest[1])
    finally:
        zygote.stdin.close()
        zygote.wait(timeout=60)
        zygote.stdout.close()
    assert len(acknowledged) >= KILLS // 2

    stores = {name.split("\t")[0] for name in acknowledged}
    for path in stores:
        store = Store(path)
        state = State(store.events())
        store.close()
        found = {name: sum(people.values()) for name, people in state.names().items()}
        for name, count in acknowledged.items():
            if name.startswith(f"{path}\t"):
                tag = name.split("\t")[1]
                # Every third tag is undone; the undo may be on disk without an acknowledgement.
                child, i = tag.split(".")
                maybe_undone = int(i) % 3 == 2 and f"{path}\t{child}.{int(i) + 1}" not in acknowledged
                assert found.get(tag, 0) == count or (maybe_undone and tag not in found)
        # A gesture is saved completely or not at all, even if it was not acknowledged.
        assert all(count == 40 - int(name.split(".")[1]) % 40 for name, count in found.items())
        connection = sqlite3.connect(path)
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        connection.close()
