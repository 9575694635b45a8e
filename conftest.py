"""For every test and every example of a docstring: a cache and a folder of its own, so that none writes to yours."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

OUTER = Path(os.environ.get("OUTLENS_CACHE_DIR", "no cache"))


@pytest.fixture(autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests never touch the user's cache; one folder for the whole run, so the model's work is kept."""
    folder = tmp_path_factory.getbasetemp() / "outlens-cache"
    if not folder.exists():
        folder.mkdir()
        # Distilling the static vectors takes half a minute on one core: `make test` does it once for all its jobs.
        for table in OUTER.glob("static-*.npy"):
            shutil.copy(table, folder)
    monkeypatch.setenv("OUTLENS_CACHE_DIR", str(folder))


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is kept beside a notebook, tags, is kept beside each test."""
    monkeypatch.chdir(tmp_path)
