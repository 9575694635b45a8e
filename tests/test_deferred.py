"""A value that is computed when first needed, in whichever thread needs it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from typing import Any

import pytest

from outlens.deferred import Background, Deferred, Derived
from outlens.progress import Progress


class Slow:
    """A computation that signals its start and waits for permission to end."""

    def __init__(self) -> None:
        self.begun = threading.Event()
        self.may_end = threading.Event()
        self.times = 0

    def __call__(self) -> list[int]:
        self.times += 1
        self.begun.set()
        assert self.may_end.wait(20)
        return [self.times]


class Later(Executor):
    """An executor that runs submitted work when the test asks for it, and then forgets it."""

    def __init__(self) -> None:
        self.work: list[Callable[..., Any]] = []

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        self.work.append(fn)
        return Future()


def test_a_value_is_computed_once_and_on_first_use() -> None:
    made: list[int] = []
    value = Deferred(lambda: made.append(1) or made)
    assert value.peek() is None
    assert made == []
    assert value.get() is value.get() is value.peek() is made
    assert made == [1]
    assert Deferred(lambda: 1 / 0, known=3.0).get() == 3


def test_other_threads_wait_for_the_computing_one() -> None:
    slow, start = Slow(), threading.Barrier(5)
    value = Deferred(slow)

    def get() -> list[int]:
        start.wait(20)
        return value.get()

    with ThreadPoolExecutor(4) as pool:
        found = [pool.submit(get) for _ in range(4)]
        start.wait(20)
        assert slow.begun.wait(20)
        assert value.peek() is None
        slow.may_end.set()
        assert [one.result(20) for one in found] == [[1]] * 4
    assert slow.times == 1


def test_a_value_is_computed_in_the_background() -> None:
    slow = Slow()
    value, ready = Deferred(slow), threading.Event()
    value.when_ready(lambda _: ready.set())
    with ThreadPoolExecutor(1) as pool:
        value.start(pool)
        value.start(pool)
        assert slow.begun.wait(20)
        assert value.peek() is None
        slow.may_end.set()
        assert ready.wait(20)
    assert (value.peek(), value.get(), slow.times) == ([1], [1], 1)


def test_a_caller_computes_a_value_that_the_executor_has_not_started() -> None:
    value, busy = Deferred(lambda: [1]), Later()
    value.start(busy)
    assert value.peek() is None
    assert value.get() == [1]
    [work] = busy.work
    work()
    assert value.get() == [1]


def test_an_error_is_raised_to_the_caller_and_the_next_caller_retries() -> None:
    answers: list[Any] = [ValueError("first"), ValueError("second"), [3]]

    def compute() -> list[int]:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    value = Deferred(compute)
    with ThreadPoolExecutor(1) as pool:
        value.start(pool)
    assert value.peek() is None
    with pytest.raises(ValueError, match="first"):
        value.get()
    with pytest.raises(ValueError, match="second"):
        value.get()
    assert value.get() == [3]


def test_a_failed_background_computation_can_be_restarted() -> None:
    answers: list[Any] = [ValueError("first"), [2]]

    def compute() -> list[int]:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    value = Deferred(compute)
    for _ in range(2):
        with ThreadPoolExecutor(1) as pool:
            value.start(pool)
    assert value.peek() == [2]


def test_waiting_threads_get_the_error_too() -> None:
    begun, may_end = threading.Event(), threading.Event()

    def fail() -> list[int]:
        begun.set()
        assert may_end.wait(20)
        raise ValueError("no")

    value = Deferred(fail)
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(value.get)
        assert begun.wait(20)
        second = pool.submit(value.get)
        may_end.set()
        for one in (first, second):
            with pytest.raises(ValueError, match="no"):
                one.result(20)


def test_an_interrupt_reaches_only_the_computing_thread() -> None:
    begun, may_end = threading.Event(), threading.Event()
    times: list[int] = []

    def compute() -> list[int]:
        times.append(1)
        if len(times) > 1:
            return times
        begun.set()
        assert may_end.wait(20)
        raise KeyboardInterrupt

    value = Deferred(compute)
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(value.get)
        assert begun.wait(20)
        second = pool.submit(value.get)
        may_end.set()
        with pytest.raises(KeyboardInterrupt):
            first.result(20)
        assert second.result(20) == [1, 1]


def test_an_interrupt_before_the_start_leaves_no_thread_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = Deferred(lambda: 42)

    def interrupted(_run: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(answer, "_work", interrupted)
        with pytest.raises(KeyboardInterrupt):
            answer.get()
    assert answer.get() == 42


def test_a_circular_value_is_an_error_instead_of_a_deadlock() -> None:
    answer: Deferred[int] = Deferred(lambda: answer.get())
    with pytest.raises(RecursionError):
        answer.get()


def test_a_value_that_is_put_is_not_computed() -> None:
    made: list[int] = []
    value: Deferred[list[int]] = Deferred(lambda: made.append(1) or [1])
    seen: list[list[int]] = []
    value.when_ready(seen.append)
    value.put([2])
    assert value.peek() == value.get() == [2]
    assert (made, seen) == ([], [])


def test_a_callback_on_a_ready_value_runs_at_once_and_may_use_it() -> None:
    value = Deferred(lambda: [1])
    seen: list[list[int]] = []
    value.when_ready(lambda _: seen.append(value.get()))
    value.get()
    value.when_ready(seen.append)
    assert seen == [[1], [1]]


@pytest.mark.parametrize("background", [False, True])
def test_a_failing_callback_is_logged_and_the_others_are_called(
    background: bool, caplog: pytest.LogCaptureFixture
) -> None:
    value = Deferred(lambda: 2)
    seen: list[int] = []
    value.when_ready(lambda made: made / 0)
    value.when_ready(seen.append)
    value.when_ready(lambda made: [][made])
    value.when_ready(seen.append)
    if background:
        with ThreadPoolExecutor(1) as pool:
            value.start(pool)
    assert value.get() == 2
    assert seen == [2, 2]
    assert [record.exc_info[0] for record in caplog.records if record.exc_info] == [ZeroDivisionError, IndexError]


def test_an_interrupted_callback_does_not_keep_the_others_from_being_called() -> None:
    value = Deferred(lambda: 2)
    seen: list[int] = []

    def interrupted(_: int) -> None:
        raise KeyboardInterrupt

    value.when_ready(interrupted)
    value.when_ready(seen.append)
    with pytest.raises(KeyboardInterrupt):
        value.get()
    assert seen == [2]
    assert value.get() == 2


def test_a_value_that_was_ready_just_before_it_was_requested_is_not_reported_as_waiting() -> None:
    progress = Progress()

    def compute() -> int:
        progress.begin()
        progress.end("ready")
        return 2

    def queued() -> None:
        # Another thread is faster.
        value.start(pool)
        pool.submit(int).result(20)
        progress.wait_for_turn()

    with ThreadPoolExecutor(1) as pool:
        value = Background(compute, None, pool, threading.Event.wait, queued)
        assert value.get() == 2
    assert progress.now.status == "ready"


def test_a_part_is_ready_with_its_whole() -> None:
    slow, seen = Slow(), []
    slow.may_end.set()
    whole = Deferred(slow)
    part = Derived(whole, lambda value: str(value[0]))
    part.when_ready(seen.append)
    assert part.peek() is None
    assert part.get() == part.peek() == "1"
    assert seen == ["1"]
    with ThreadPoolExecutor(1) as pool:
        part.start(pool)
    assert (whole.peek(), part.peek(), seen) == ([1], "1", ["1"])
