"""Shared test data with known clusters, and the profiles of the property tests."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import settings

import outlens as ol

# The first example of a test pays for imports and compilation: a time limit would make it fail at random.
settings.register_profile("dev", deadline=None)
# The same examples in every run: a failure comes from the change that it appears with.
settings.register_profile("ci", deadline=None, derandomize=True, max_examples=50, database=None, print_blob=True)
# The oldest versions differ in imports and return values, which a few examples show. A test that needs more or fewer
# examples multiplies `settings().max_examples`: a number of its own would be the same in every profile.
settings.register_profile("oldest", settings.get_profile("ci"), max_examples=20)
settings.load_profile(os.environ.get("OUTLENS_HYPOTHESIS", "ci" if "CI" in os.environ else "dev"))

TOPICS = ["Bring a bottle of wine.", "Flowers are always welcome.", "I cannot help with that request."]


@pytest.fixture
def frame() -> pd.DataFrame:
    """Return thirty outputs on three topics from three models, with an index of strings."""
    return pd.DataFrame(
        {
            "response": [f"{TOPICS[i % 3]} Number {i}." for i in range(30)],
            "model": [f"m{i % 2}" for i in range(30)],
            "score": np.linspace(0, 1, 30),
        },
        index=[f"r{i}" for i in range(30)],
    )


@pytest.fixture
def vectors() -> np.ndarray:
    """Return a vector for each row of `frame`, one direction per topic."""
    rng = np.random.default_rng(0)
    return np.eye(8)[np.arange(30) % 3] + 0.02 * rng.normal(size=(30, 8))


@pytest.fixture
def shared_data() -> Path:
    """Return the folder of real outputs that some checkouts have; skip the test if it is missing."""
    folder = Path(__file__).parent.parent.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("no shared data beside this checkout")
    return folder


@pytest.fixture
def settled() -> Callable[[ol.Lens], None]:
    """Return a function that waits for the background work of a lens."""

    def wait(lens: ol.Lens) -> None:
        # Finished work may submit more, which comes after the work already waiting, or start a thread that shows it.
        for _ in range(4):
            lens._study._executor.submit(int).result(60)
            for thread in threading.enumerate():
                if thread.name in ("outlens-points", "outlens-late"):
                    thread.join(60)

    return wait


@pytest.fixture
def interruptible() -> Iterator[None]:
    """Let an interrupt raise KeyboardInterrupt; a process started in the background by a shell ignores it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)
