"""The tests' browser and server are restarted after a crash."""

from __future__ import annotations

import os
import signal

from server import Chromium, Labs


def test_a_crashed_browser_is_restarted(chromium: Chromium) -> None:
    before = chromium.browser()
    pid = chromium.pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    after = chromium.browser()
    assert not before.is_connected()
    assert chromium.pid not in (None, pid)
    page = after.new_page()
    page.set_content("<p>alive</p>")
    assert page.inner_text("p") == "alive"
    page.context.close()
    assert chromium.browser() is after


def test_a_crashed_lab_is_restarted(labs: Labs) -> None:
    before = labs.lab()
    os.kill(before.pid, signal.SIGKILL)
    after = labs.lab()
    assert after.pid != before.pid
    assert labs.lab() is after
