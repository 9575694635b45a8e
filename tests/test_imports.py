"""Functions that import packages on first use may run in two threads at once."""

from __future__ import annotations

import multiprocessing
import subprocess
import sys
from pathlib import Path

import pytest

import outlens

TWO_THREADS = """
import sys
from threading import Event, Thread, current_thread

# So that the other thread comes to scikit-learn at once.
import numba
import scipy.sparse.linalg
import scipy.spatial
import scipy.stats

from outlens.vectors.features import function_words
from outlens.vectors.positions import warm_up

wrong = []

def run(function):
    try:
        function()
    except ImportError as error:
        wrong.append(error)

late = Thread(target=run, args=[warm_up])

arrived = Event()

class Meeting:
    # Once one thread imports scikit-learn, the other one does so too, and gets ahead.
    def find_spec(self, name, path=None, target=None):
        if not name.startswith("sklearn"):
            return
        if current_thread() is late:
            arrived.set()
        elif "." in name:
            if late.ident is None:
                late.start()
            # Under the lock it does not arrive.
            arrived.wait(0.05)
            if arrived.is_set():
                late.join(0.03)

sys.meta_path.insert(0, Meeting())
run(function_words)
late.join()
sys.exit(str(wrong) if wrong else 0)
"""


@pytest.mark.newest
def test_two_threads_import_scikit_learn_at_once() -> None:
    folder = Path(outlens.__file__).parent.parent
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", TWO_THREADS], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


FORKED = """
import multiprocessing
from threading import Event, Thread

from outlens._imports import importing
from outlens.vectors.features import function_words

held, done = Event(), Event()

def hold():
    with importing:
        held.set()
        done.wait()

Thread(target=hold).start()
held.wait()
with multiprocessing.get_context("fork").Pool(1) as pool:
    print(len(pool.apply_async(function_words).get(60)) > 100)
done.set()
"""


@pytest.mark.newest
@pytest.mark.skipif("fork" not in multiprocessing.get_all_start_methods(), reason="this system does not fork")
def test_a_forked_process_does_not_wait_for_a_thread_that_it_lacks() -> None:
    folder = Path(outlens.__file__).parent.parent
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", FORKED],
        cwd=folder, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert done.stdout == "True\n", done.stderr
