"""Values that are computed when they are first needed."""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Callable
from concurrent.futures import Executor, Future
from typing import Generic, TypeVar, cast

T = TypeVar("T")
S = TypeVar("S")


class Stopped(BaseException):
    """Raised in a computation to stop it; a thread that still needs the value restarts it."""


class _Run(Generic[T]):
    """One attempt to compute a value."""

    def __init__(self) -> None:
        self.done = threading.Event()
        self.worker: int | None = None
        self.value: T | None = None
        self.error: BaseException | None = None


class Deferred(Generic[T]):
    """A value that the first thread to need it computes, once; any thread may call any method.

    Its lock is held only briefly, never while the value is computed or callbacks run.

    Parameters
    ----------
    compute : function without arguments that returns the value; must not return None.
    known : the value, if it is already known.

    Examples
    --------
    >>> answer = Deferred(lambda: 6 * 7)
    >>> answer.peek()
    >>> answer.get()
    42
    >>> answer.peek()
    42
    """

    def __init__(self, compute: Callable[[], T], known: T | None = None) -> None:
        self._compute = compute
        self._lock = threading.Lock()
        self._run: _Run[T] | None = None
        self._callbacks: list[Callable[[T], object]] = []
        if known is not None:
            self._run = _Run()
            self._run.value = known
            self._run.done.set()

    def get(self) -> T:
        """Return the value: compute it here, or wait if another thread is computing it.

        An error in `compute` is raised here, also after `start`; the next `get` tries again.
        """
        while True:
            with self._lock:
                if self._run is None:
                    self._run = _Run()
                run = self._run
                mine = self._claim(run)
            if mine:
                self._work(run)
            else:
                run.done.wait()
            if run.error is None:
                return cast("T", run.value)
            with self._lock:
                if self._run is run:
                    self._run = None
            # An interrupt was meant for the thread that was computing: other threads try again.
            if mine or isinstance(run.error, Exception):
                raise run.error

    def peek(self) -> T | None:
        """Return the value if it is ready, else None; never waits."""
        run = self._run
        return run.value if run is not None and run.done.is_set() else None

    def start(self, executor: Executor) -> None:
        """Compute the value in an executor, unless it is ready or being computed."""
        with self._lock:
            if self._run is not None and self._run.error is None:
                return
            before, run = self._run, _Run[T]()
            self._run = run

        def work() -> None:
            # A `get` before the executor gets to it computes the value itself.
            with self._lock:
                mine = self._claim(run)
            if mine:
                self._work(run)

        def given_up(future: Future[None]) -> None:
            # The executor was shut down first: a waiting thread restarts the computation.
            if future.cancelled():
                run.error = Stopped()
                run.done.set()

        try:
            executor.submit(work).add_done_callback(given_up)
        except RuntimeError:
            # The executor was shut down.
            self._run = before
            raise

    def invalidate(self) -> None:
        """Drop a ready value; the next `get` computes it again."""
        with self._lock:
            if self._run is not None and self._run.done.is_set():
                self._run = None

    def put(self, value: T) -> None:
        """Set the value without computing it; callbacks are not called."""
        run = _Run[T]()
        run.value = value
        run.done.set()
        with self._lock:
            self._run = run

    def when_ready(self, function: Callable[[T], object]) -> None:
        """Call `function(value)` whenever the value is ready: now, or later in the thread that computes it.

        An error in a later call is logged: the thread that computes the value did not ask for it.
        """
        with self._lock:
            self._callbacks.append(function)
            value = self.peek()
        if value is not None:
            function(value)

    def _claim(self, run: _Run[T]) -> bool:
        """Whether this thread computes the value. It never waits for itself: an interrupt may have stopped it."""
        here = threading.get_ident()
        if run.worker is None:
            run.worker = here
        return run.worker == here and not run.done.is_set()

    def _work(self, run: _Run[T]) -> None:
        try:
            run.value = self._compute()
        except BaseException as error:
            run.error = error
            run.done.set()
            return
        with self._lock:
            run.done.set()
            callbacks = list(self._callbacks) if self._run is run else []
        with contextlib.ExitStack() as stack:
            # Each is called, even if another one is interrupted.
            for function in reversed(callbacks):
                stack.callback(_call, function, run.value)


def _call(function: Callable[..., object], value: object) -> None:
    try:
        function(value)
    except Exception:
        logging.getLogger(__name__).exception("a value is ready, but could not be passed on")


class Background(Deferred[T]):
    """A value that an executor computes while it is open; threads that need the value wait.

    Parameters
    ----------
    compute, known : as for `Deferred`.
    executor : computes the value.
    wait : waits in the calling thread for the event that ends the attempt; it may show progress.
    queued : called when a thread that needs the value is about to hand it to the executor.
    """

    def __init__(
        self,
        compute: Callable[[], T],
        known: T | None,
        executor: Executor,
        wait: Callable[[threading.Event], object],
        queued: Callable[[], object] = lambda: None,
    ) -> None:
        super().__init__(compute, known)
        self._executor = executor
        self._queued = queued
        self._wait = wait

    def get(self) -> T:
        """Return the value, computed in the executor if it is not ready. An error in `compute` is raised here."""
        while True:
            run = self._run
            if run is None:
                self._queued()
                try:
                    self.start(self._executor)
                except RuntimeError:
                    # The executor was shut down, so this thread computes the value.
                    with contextlib.suppress(Stopped):
                        return super().get()
                continue
            self._wait(run.done)
            if run.error is None:
                return cast("T", run.value)
            with self._lock:
                if self._run is run:
                    self._run = None
            if not isinstance(run.error, Stopped):
                raise run.error


class Derived(Deferred[T], Generic[S, T]):
    """A part of another deferred value, ready when its source is."""

    def __init__(self, source: Deferred[S], take: Callable[[S], T]) -> None:
        super().__init__(lambda: take(source.get()))
        self._source = source
        self._take = take

    def get(self) -> T:
        """Return the part, computing its source if need be."""
        return self._take(self._source.get())

    def peek(self) -> T | None:
        """Return the part if its source is ready, else None."""
        value = self._source.peek()
        return None if value is None else self._take(value)

    def start(self, executor: Executor) -> None:
        """Compute the source in an executor."""
        self._source.start(executor)

    def when_ready(self, function: Callable[[T], object]) -> None:
        """Call `function(part)` whenever the source becomes ready."""
        self._source.when_ready(lambda value: function(self._take(value)))
