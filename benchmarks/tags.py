"""Time the tag log with 100 000 outputs and 1 000 000 events: opening, one tag, a tag on 5 000 outputs, undo.

    python benchmarks/tags.py

Either nine tenths of the events come from gestures on 5 000 outputs and one tenth from gestures on one output, or all
come from gestures on one output (the worst case). There are two people, twenty tags, notes and stars; a tenth is
removed again, a few gestures are undone. Times run from the call to its return, with the events on disk: the median of
five runs, and for opening the best and the worst. Last, finding 100 000 tagged outputs again after a column was added.
"""

from __future__ import annotations

import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from outlens.tags.events import Event, keys, new_id
from outlens.tags.identity import identify
from outlens.tags.session import Session
from outlens.tags.store import Store

OUTPUTS = 100_000
EVENTS = 1_000_000
MANY = 5_000


def write(path: Path, outputs: list[str], in_gestures: float) -> None:
    """Write a store with a million events."""
    chance = random.Random(0)
    store = Store(path)
    made: list[Event] = []
    moment = 1_700_000_000_000_000
    total = 0
    while total < EVENTS:
        moment += 1_000_000
        size = MANY if chance.random() < in_gestures / MANY * 9 else 1
        size = min(size, EVENTS - total)
        action, value = chance.choices(
            [
                ("tag", f"tag {chance.randrange(20)}"),
                ("untag", f"tag {chance.randrange(20)}"),
                ("star", ""),
                ("note", f"note {moment}"),
            ],
            [80, 10, 5, 5],
        )[0]
        gesture, start = new_id(), chance.randrange(len(outputs))
        first = int(new_id(), 16) & ~0xFFFFFFFF
        person = chance.choice(["ann", "bob"])
        for i in range(size):
            key = outputs[(start + i) % len(outputs)]
            made.append(Event(f"{first + i:032x}", moment, person, key, action, value, gesture, "bench"))  # type: ignore[arg-type]
        total += size
        if chance.random() < 0.001:
            made.append(Event(new_id(), moment + 1, person, "", "undo", gesture, new_id(), "bench"))
        if len(made) > 100_000:
            store.append(made)
            made.clear()
    store.append(made)
    store.close()


def milliseconds(call: Callable[[], object]) -> float:
    start = time.perf_counter()
    call()
    return 1000 * (time.perf_counter() - start)


def measure(in_gestures: float, label: str) -> None:
    outputs = keys([f"An output, number {i}." for i in range(OUTPUTS)])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "tags.sqlite"
        write(path, outputs, in_gestures)
        print(f"\n{label}: {path.stat().st_size / 1e6:.0f} MB on disk")
        opens = []
        for _ in range(3):
            start = time.perf_counter()
            session = Session(path, "ann", outputs)
            opens.append(time.perf_counter() - start)
            session.close()
        print(f"open            {min(opens):8.2f} to {max(opens):.2f} s   (at most 3 s)")

        def median(call: Callable[[int], object]) -> float:
            return statistics.median(milliseconds(lambda i=i: call(i)) for i in range(5))  # type: ignore[misc]

        print(
            f"the first tag   {milliseconds(lambda: session.tag([7], 'tag 3')):8.1f} ms  (opens the file for writing)"
        )
        print(f"undo it         {milliseconds(session.undo):8.1f} ms")
        print(f"tag             {median(lambda i: session.tag([i], 'new')):8.1f} ms  (at most 50 ms)")
        print(f"undo it         {median(lambda i: session.undo()):8.1f} ms")
        many = [range(MANY * i, MANY * (i + 1)) for i in range(5)]
        print(f"tag {MANY}        {median(lambda i: session.tag(many[i], 'bulk')):8.1f} ms  (at most 300 ms)")
        print(f"undo it         {median(lambda i: session.undo()):8.1f} ms  (at most 300 ms)")
        print(f"redo it         {median(lambda i: session.redo()):8.1f} ms")
        print(f"refresh         {median(lambda i: session.refresh()):8.1f} ms")
        print(f"all tags' names {median(lambda i: session.state.names()):8.1f} ms")
        print(f"holders of a tag{median(lambda i: session.state.holders('tag 3')):8.1f} ms")
        print(f"tags of one output{median(lambda i: session.state.tags_of(outputs[i])):8.2f} ms")
        session.close()


def measure_resolving() -> None:
    """Time finding the rows of 100 000 tagged outputs after a column was added, for distinct and for repeated texts."""
    columns = {"model": ["ab"[i % 2] for i in range(OUTPUTS)], "seed": [i // 20_000 for i in range(OUTPUTS)]}
    added = {**columns, "judge": [i % 5 for i in range(OUTPUTS)]}
    print("\nafter a column was added")
    for label, different in (("all texts differ", OUTPUTS), ("each text 4 times", OUTPUTS // 4)):
        texts = [f"An output, number {i % different}." for i in range(OUTPUTS)]
        written = identify(texts, columns=columns).keys
        now = identify(texts, columns=added)
        print(f"{label:18}{milliseconds(lambda now=now, written=written: now.resolve(written)):8.0f} ms  (at most 2 s)")


if __name__ == "__main__":
    print(f"{OUTPUTS} outputs, {EVENTS} events; Python {sys.version.split()[0]}")
    measure(0.9, "in gestures of 5 000 and of one")
    measure(0.0, "all in gestures of one")
    measure_resolving()
