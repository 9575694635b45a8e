"""Starts a Chromium and a JupyterLab for the tests."""

from __future__ import annotations

import json
import os
import secrets
import select
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

from driver import Lab
from playwright.sync_api import Browser, Error, Playwright, sync_playwright

# The first one has no windows, and opens a page in half the time.
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip


class Chromium:
    """A local Chromium or Chrome, restarted after a crash; OUTLENS_BROWSER names another."""

    def __init__(self, playwright: Playwright, names: Sequence[str] = NAMES) -> None:
        path = os.environ.get("OUTLENS_BROWSER") or next(filter(None, map(shutil.which, names)), None)
        if path is None:
            raise RuntimeError("no Chromium or Chrome is here; scripts/browser.sh installs one")
        self._start = partial(playwright.chromium.launch, executable_path=path, args=ARGS)
        self._browser = self._start()

    def browser(self) -> Browser:
        """Return the running browser. A crash fails one test, not all that follow."""
        if self.pid is None:
            self._browser = self._start()
        return self._browser

    @property
    def pid(self) -> int | None:
        """Return the process id of the browser, or None if it does not answer."""
        try:
            processes = self._browser.new_browser_cdp_session().send("SystemInfo.getProcessInfo")["processInfo"]
        except Error:
            return None
        return next(int(process["id"]) for process in processes if process["type"] == "browser")

    def close(self) -> None:
        self._browser.close()


@contextmanager
def chromium() -> Iterator[Browser]:
    """A Chromium for a script, the one with windows if it is here: benchmarks time what users have."""
    with sync_playwright() as playwright:
        started = Chromium(playwright, [*NAMES[1:], NAMES[0]])
        yield started.browser()
        started.close()


class Labs:
    """A JupyterLab, restarted after a crash."""

    def __init__(self, folder: Callable[[], Path], cache: Path) -> None:
        self._folder, self._cache = folder, cache
        self._stack = ExitStack()
        self._lab: Lab | None = None

    def lab(self) -> Lab:
        if self._lab is None or not _answers(f"{self._lab.url}/api/status?token={self._lab.token}"):
            self.close()
            self._lab = self._stack.enter_context(jupyter_lab(self._folder(), self._cache))
        return self._lab

    def close(self) -> None:
        self._stack.close()
        self._lab = None


@contextmanager
def jupyter_lab(root: Path, cache: Path) -> Iterator[Lab]:
    """Start a JupyterLab in a folder, with separate settings."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    token = secrets.token_hex(16)
    env = {
        **os.environ,
        "JUPYTER_CONFIG_DIR": str(root / "config"),
        "JUPYTER_DATA_DIR": str(root / "data"),
        "JUPYTER_RUNTIME_DIR": str(root / "runtime"),
        "JUPYTERLAB_SETTINGS_DIR": str(root / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(root / "workspaces"),
        "OUTLENS_CACHE_DIR": str(cache),
        "HF_HUB_OFFLINE": "1",
    }
    settings = root / "settings" / "@jupyterlab" / "apputils-extension"
    settings.mkdir(parents=True)
    # Disable the question about news, which would cover the notebook.
    (settings / "notification.jupyterlab-settings").write_text(
        json.dumps({"fetchNews": "false", "checkForUpdates": False})
    )
    # Keep every cell on the page: a test may look at an output far from the cell it runs.
    notebooks = root / "settings" / "@jupyterlab" / "notebook-extension"
    notebooks.mkdir(parents=True)
    (notebooks / "tracker.jupyterlab-settings").write_text(json.dumps({"windowingMode": "none"}))
    log = (root / "server.log").open("w")
    server = subprocess.Popen(
        [
            sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", f"--port={port}",
            "--ServerApp.port_retries=0", f"--IdentityProvider.token={token}", f"--ServerApp.root_dir={root}",
            "--LabApp.expose_app_in_browser=True",
        ],
        env=env, stdout=log, stderr=subprocess.STDOUT,
    )  # fmt: skip
    url = f"http://127.0.0.1:{port}"
    try:
        # Also wait for the kernels: a notebook opened before the server lists them asks the user for one.
        for question in ("status", "kernelspecs"):
            _wait(lambda question=question: _answers(f"{url}/api/{question}?token={token}"), server)
        yield Lab(root, root / "runtime", url, token, server.pid)
    finally:
        server.terminate()
        server.wait(30)
        log.close()


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as reply:
            return bool(reply.status == 200)
    except OSError:
        return False


def _wait(ready: Callable[[], bool], server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 60
    while not ready():
        if server.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError("JupyterLab did not start; see server.log")
        # A starting server sends no event to wait for: ask again after a moment.
        select.select([], [], [], 0.1)
