"""Drives a JupyterLab and its widget, as a person would."""

from __future__ import annotations

import json
import re
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
from jupyter_client.blocking import BlockingKernelClient
from playwright.sync_api import Locator, Page, Position, expect

_FORGET = """
get_ipython().reset(new_session=True)
import gc, ipywidgets
ipywidgets.Widget.close_all()
gc.collect()
"""

_CLEAR = """() => {
    for (const each of [...window.jupyterapp.shell.widgets("main")]) {
        // Otherwise it asks whether to save.
        if (each.context) each.context.model.dirty = false;
        each.dispose();
    }
}"""
_OPEN = """async (path) => {
    const { commands, serviceManager } = window.jupyterapp;
    // It does not ask for a kernel if it knows of the one that runs already.
    await serviceManager.sessions.refreshRunning();
    const { context, sessionContext } = await commands.execute("docmanager:open", { path });
    await Promise.all([context.ready, sessionContext.ready]);
}"""


class Lab:
    """A running JupyterLab; `open` makes a notebook of some cells, opens it and runs it all.

    The first notebook of a test reuses the kernel of the previous test after a reset, as imports take seconds.
    """

    def __init__(self, root: Path, runtime: Path, url: str, token: str, pid: int) -> None:
        self.root, self.runtime, self.url, self.token, self.pid = root, runtime, url, token, pid
        self._count = 0
        self._sessions: list[dict[str, Any]] = []
        self._kept: dict[str, Any] | None = None

    def open(
        self, page: Page, cells: list[str], *, path: str = "", workspace: str = "", kernel: str = "python3"
    ) -> None:
        """Open a notebook of these code cells, and Run All. Another kernel shows its name.

        A window that shows this JupyterLab already keeps it, because loading takes seconds, and closes its notebooks.
        """
        self._count += 1
        name = path or f"test{self._count}.ipynb"
        shown = "Python 3 (ipykernel)" if kernel == "python3" else kernel
        notebook = nbformat.v4.new_notebook(
            cells=[nbformat.v4.new_code_cell(source) for source in cells],
            metadata={"kernelspec": {"name": kernel, "display_name": shown, "language": "python"}},
        )
        nbformat.write(notebook, self.root / name)
        # If its kernel already runs, JupyterLab does not ask for one.
        session = {"path": name, "name": name, "type": "notebook"}
        if self._kept is None:
            self._sessions.append(self._ask("POST", "sessions", {**session, "kernel": {"name": kernel}}))
        else:
            self._sessions.append(self._ask("PATCH", f"sessions/{self._kept['id']}", session))
            self._kept = None
        if page.url.startswith(self.url) and not page.locator(".jp-Dialog").count():
            page.evaluate(_CLEAR)
        else:
            page.goto(f"{self.url}/lab/workspaces/{workspace or f'w{self._count}'}?token={self.token}")
            page.wait_for_function("window.jupyterapp?.restored.then(() => true)")
        # A workspace that was open before opens its notebooks again.
        page.evaluate(_OPEN, name)
        # Running a cell before the notebook has its kernel opens a dialog to choose one.
        page.get_by_text(f"{shown} | Idle").wait_for()
        page.evaluate("() => void window.jupyterapp.commands.execute('notebook:run-all-cells')")

    def end(self) -> None:
        """End the kernels of the notebooks opened so far."""
        while self._sessions:
            self._ask("DELETE", f"sessions/{self._sessions.pop()['id']}")

    def forget(self) -> None:
        """Reset one kernel of the notebooks opened so far and end the others, because a lens listens to its store."""
        while self._sessions:
            session = self._sessions.pop()
            if self._kept is None and self._emptied(session["kernel"]["id"]):
                self._kept = session
            else:
                self._ask("DELETE", f"sessions/{session['id']}")

    def _emptied(self, kernel: str) -> bool:
        """Return whether a kernel answers and has been reset."""
        client = BlockingKernelClient(connection_file=str(self.runtime / f"kernel-{kernel}.json"))
        client.load_connection_file()
        client.start_channels()
        try:
            return bool(client.execute_interactive(_FORGET, silent=True, timeout=3)["content"]["status"] == "ok")
        except TimeoutError:
            return False
        finally:
            client.stop_channels()

    def _ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        request = urllib.request.Request(
            f"{self.url}/api/{path}",
            method=method,
            headers={"Authorization": f"token {self.token}"},
            data=None if body is None else json.dumps(body).encode(),
        )
        with urllib.request.urlopen(request, timeout=60) as reply:
            return json.loads(reply.read() or "null")

    def run_cell(self, page: Page, number: int) -> None:
        """Run one cell again and wait until it has run."""
        cell = page.locator(".jp-Notebook .jp-CodeCell").nth(number)
        cell.scroll_into_view_if_needed()
        prompt = cell.locator(".jp-InputPrompt")
        expect(prompt).to_have_text(re.compile(r"\[\d+\]"))
        cell.locator(".cm-content").click()
        # The number may be there before the output: the command ends once the kernel has sent everything.
        page.evaluate("async () => { await window.jupyterapp.commands.execute('notebook:run-cell'); }")
        expect(prompt).to_have_text(re.compile(r"\[\d+\]"))

    def output_of(self, page: Page, number: int) -> str:
        """Run a cell and return its last output."""
        self.run_cell(page, number)
        return page.locator(".jp-CodeCell").nth(number).locator(".jp-OutputArea-output pre").last.inner_text().strip()


def view(page: Page, nth: int = 0) -> Locator:
    """Return the nth widget of the page, once painted with its clusters and map."""
    widget = page.locator(".outlens[data-outlens-ready]").nth(nth)
    widget.wait_for()
    expect(widget.get_by_role("progressbar", name="Clusters and map")).to_have_count(0, timeout=60_000)
    return widget


def tab(widget: Locator, name: str) -> Locator:
    """Show "Groups", "Sources" or "Map" beside the texts; return that panel."""
    widget.get_by_role("tab", name=name, exact=True).click()
    panel = widget.get_by_role("tabpanel", name=name, exact=True)
    expect(panel).to_be_visible()
    return panel


def menu(widget: Locator, which: str) -> Locator:
    """Open the menu "list" (listed outputs and their order) or "marks" above the texts; return its panel."""
    button = widget.locator({"list": ".ol-list-menu", "marks": ".ol-marks-menu"}[which]).locator(".ol-menu-button")
    if button.get_attribute("aria-expanded") != "true":
        button.click()
    panel = widget.locator(".ol-menu-panel")
    expect(panel).to_be_visible()
    return panel


def close_menu(widget: Locator) -> None:
    """Close the open menu by pressing its button again."""
    widget.locator(".ol-menu-button[aria-expanded=true]").click()
    expect(widget.locator(".ol-menu-panel")).to_have_count(0)


def in_menu(widget: Locator, which: str, name: str) -> None:
    """Press a button of a menu. A button that opens a panel closes the menu; a switch does not."""
    button = menu(widget, which).get_by_role("button", name=name, exact=True)
    switch = button.get_attribute("aria-pressed") is not None
    button.click()
    if switch:
        close_menu(widget)
    expect(widget.locator(".ol-menu-panel")).to_have_count(0)


def in_order(widget: Locator, order: str) -> None:
    """Choose the order of the outputs."""
    menu(widget, "list").get_by_label("Order of the outputs").select_option(order)
    close_menu(widget)


def lasso_left_half(page: Page, widget: Locator) -> None:
    """Drag around all points left of the middle, where x = 0 at first."""
    tab(widget, "Map")
    widget.locator(".ol-map").scroll_into_view_if_needed()
    box = widget.locator(".ol-map").bounding_box()
    assert box is not None
    left, top, right, bottom = (
        box["x"] + 3,
        box["y"] + 3,
        box["x"] + box["width"] / 2,
        box["y"] + box["height"] - 3,
    )
    page.mouse.move(left, top)
    page.mouse.down()
    for x, y in [(right, top), (right, bottom), (left, bottom), (left, top)]:
        page.mouse.move(x, y, steps=4)
    page.mouse.up()


def scrolled(box: Locator, step: int) -> Iterator[None]:
    """Scroll a box from start to end; its height changes as its items are measured."""
    y, end = 0, 0
    while y <= end:
        end = box.evaluate(
            """(box, y) => new Promise((done) => {
                box.scrollTop = y;
                requestAnimationFrame(() => requestAnimationFrame(() => done(box.scrollHeight)));
            })""",
            y,
        )
        yield
        y += step


# A mark may wrap, and the space between its words cannot be clicked: only a word is safe to hit.
_MIDDLE_OF_WORD = r"""(mark, wanted) => {
    const walker = document.createTreeWalker(mark, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
        const found = wanted ? node.data.indexOf(wanted) : node.data.search(/[\p{L}\p{N}]/u);
        if (found < 0) continue;
        const range = document.createRange();
        range.setStart(node, found);
        range.setEnd(node, found + (wanted?.length ?? 1));
        const [piece] = [...range.getClientRects()].filter((r) => r.width > 1 && r.height > 1);
        if (!piece) continue;
        const box = mark.getBoundingClientRect();
        const style = getComputedStyle(mark);
        return {
            x: piece.left + piece.width / 2 - box.left - parseFloat(style.borderLeftWidth),
            y: piece.top + piece.height / 2 - box.top - parseFloat(style.borderTopWidth),
        };
    }
    throw new Error(`${JSON.stringify(wanted)} is not shown in: ${mark.textContent}`);
}"""


def middle_of_word(mark: Locator, word: str | None = None) -> Position:
    """Return a point in an inline mark: the middle of a word (default: its first letter), relative to its box."""
    place: Position = mark.evaluate(_MIDDLE_OF_WORD, word)
    return place


def hover_word(mark: Locator, word: str | None = None) -> None:
    """Move the pointer to a word of an inline mark, wherever the mark wraps."""
    mark.hover(position=middle_of_word(mark, word))


def click_word(mark: Locator, word: str | None = None) -> None:
    """Click on a word of an inline mark, wherever the mark wraps."""
    mark.click(position=middle_of_word(mark, word))
