"""Wrote `old.sqlite` and `old.jsonl` with the code of commit f919dbb, before keys described columns.

git archive f919dbb src | tar x -C /tmp/old && PYTHONPATH=/tmp/old/src python tests/tags/data/make_old.py
"""

from __future__ import annotations

from pathlib import Path

from outlens.tags import write_events
from outlens.tags.events import keys
from outlens.tags.session import Session

HERE = Path(__file__).parent

if __name__ == "__main__":
    outputs = keys(["Yes.", "Yes.", "No.", "Maybe."])
    (HERE / "old.sqlite").unlink(missing_ok=True)
    ann = Session(HERE / "old.sqlite", "ann", outputs)
    ann.tag([1], "second")
    ann.tag([2], "refusal")
    ann.note([0], "first")
    ann.name([0, 1], "agrees")
    ann.name([0, 1, 2], "short")
    ann.tag([3], "undone")
    ann.undo()
    bob = Session(HERE / "old.sqlite", "bob", outputs)
    bob.tag([2], "refusal")
    bob.name([2, 3], "rest")
    write_events(HERE / "old.jsonl", bob.store.events())
    bob.close()
    ann.store.gather()
    ann.close()
