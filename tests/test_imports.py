"""Functions that import packages on first use may run in two threads at once."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import outlens

TWO_THREADS = """
import sys
from threading import Thread, current_thread, main_thread

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

class Meeting:
    # Once one thread imports scikit-learn, the other one does so too, and gets ahead.
    def find_spec(self, name, path=None, target=None):
        if name.startswith("sklearn.") and current_thread() is main_thread():
            if late.ident is None:
                late.start()
            late.join(0.03)

sys.meta_path.insert(0, Meeting())
run(function_words)
late.join()
sys.exit(str(wrong) if wrong else 0)
"""


def test_two_threads_import_scikit_learn_at_once() -> None:
    folder = Path(outlens.__file__).parent.parent
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", TWO_THREADS], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
