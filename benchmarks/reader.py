"""Time the reader in a headless Chromium with software rendering: modes, points, scrolling, opening, memory.

    python benchmarks/reader.py

The outputs have 300 words; a third of each consists of shared sentences. Times run from the event to the
second frame after the change is shown. Memory is the page's script memory with its buffers, as Chromium counts it.
"""

from __future__ import annotations

import inspect
import statistics
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent.parent / "tests" / "browser"))

from driver import Lab, view
from playwright.sync_api import Browser, Locator, Page
from server import chromium, jupyter_lab

import outlens as ol


def outputs(n: int) -> list[str]:
    """Return n texts of 300 invented words; many texts share a third of their sentences."""
    rng = np.random.default_rng(0)
    words = np.array([f"{a}{b}{c}" for a in "bdfgklmnprst" for b in ("ai", "e", "io", "o", "u") for c in "lmnrstvz"])
    stock = [" ".join(rng.choice(words, 12)).capitalize() + "." for _ in range(40)]
    made = []
    for _ in range(n):
        durations = [" ".join(row).capitalize() + "." for row in rng.choice(words, (17, 12))]
        made.append(" ".join([*rng.choice(stock, 4), *durations[:10], *rng.choice(stock, 4), *durations[10:]]))
    return made


LAYERS = ["shared", "only", "common"]

# From a gesture to the frame after the one that shows its effect.
TIMED = """async ([gesture, done]) => {
    const root = document.querySelector(".outlens");
    const frame = () => new Promise(requestAnimationFrame);
    const start = performance.now();
    new Function("root", gesture)(root);
    const shown = new Function("root", "return " + done);
    while (!shown(root)) await frame();
    await frame();
    await new Promise((after) => {
        const port = new MessageChannel();
        port.port1.onmessage = after;
        port.port2.postMessage(0);
    });
    return performance.now() - start;
}"""

SCROLL = """async (seconds) => {
    const list = document.querySelector(".outlens .ol-list");
    const frame = () => new Promise(requestAnimationFrame);
    const gaps = [];
    let last = await frame();
    const start = last;
    while (last - start < 1000 * seconds) {
        list.scrollTop += 40;
        const now = await frame();
        gaps.push(now - last);
        last = now;
    }
    return gaps;
}"""


def _click(name: str) -> str:
    return f"[...root.querySelectorAll('.ol-reader button')].find((b) => b.textContent === '{name}').click()"


def _slide(label: str, value: int) -> str:
    return (
        f"const slider = root.querySelector('input[aria-label=\"{label}\"]'); slider.value = {value};"
        "slider.dispatchEvent(new Event('input', { bubbles: true }))"
    )


@contextmanager
def _tab(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1500, "height": 1100})
    context.set_default_timeout(120_000)
    yield context.new_page()
    context.close()


def _lens(texts: list[str]) -> ol.Lens:
    n = len(texts)
    sources = [f"model {i % 5}" for i in range(n)]
    vectors = np.random.default_rng(0).normal(size=(n, 8))
    lens = ol.Lens({"response": texts, "model": sources}, by="model", vectors=vectors)
    lens.view.layers, lens.view.min_outputs = LAYERS, 0.1
    return lens


def _memory(page: Page) -> float:
    usage = page.context.new_cdp_session(page)
    usage.send("HeapProfiler.collectGarbage")
    heap = usage.send("Runtime.getHeapUsage")
    return (heap["usedSize"] + heap.get("embedderHeapUsedSize", 0) + heap.get("backingStorageSize", 0)) / 1e6


def _marked(widget: Locator) -> None:
    widget.locator(".ol-card .ol-text span").first.wait_for()


def modes(browser: Browser, folder: Path) -> None:
    lens = _lens(outputs(1000))
    lens.aligned()
    with _tab(browser) as page:
        page.goto(lens.to_html(folder / "modes.html").as_uri())
        widget = view(page)
        _marked(widget)
        times: dict[str, list[float]] = {}
        shows = {"Interleaved": ".ol-group", "Grid": ".ol-cell .ol-text", "Cards": ".ol-card .ol-text"}
        for _ in range(5):
            for name, seen in shows.items():
                took = page.evaluate(TIMED, [_click(name), f"root.querySelector('{seen}')"])
                times.setdefault(name, []).append(took)
        for name, durations in times.items():
            print(f"  to {name:<12} {statistics.median(durations[1:]):4.0f} ms   the first time {durations[0]:.0f} ms")
        widget.get_by_role("button", name="Marks").click()
        for label, values in (("Share of the outputs", range(2, 18)), ("Words in a row", range(1, 13))):
            durations = []
            for value in values:
                legend = "root.querySelector('.ol-legend-line').textContent !== window.was"
                page.evaluate("window.was = document.querySelector('.ol-legend-line').textContent")
                durations.append(page.evaluate(TIMED, [_slide(label, value), legend]))
            print(f"  {label:<22} {statistics.median(durations):4.0f} ms   slowest {max(durations):.0f} ms")
        page.evaluate(TIMED, [_slide("Share of the outputs", 9), "true"])
        page.evaluate(TIMED, [_slide("Words in a row", 4), "true"])
        _rate(page, "cards")


def _rate(page: Page, what: str) -> None:
    gaps = page.evaluate(SCROLL, 3)
    rate = 1000 / statistics.mean(gaps)
    slow = f"slowest of 20: {np.quantile(gaps, 0.95):.0f} ms, of all {max(gaps):.0f} ms"
    print(f"  scrolling {what}: {rate:.1f} frames per second, {slow}")


def many(browser: Browser, folder: Path) -> None:
    lens = _lens(outputs(10_000))
    with _tab(browser) as page:
        page.goto(lens.to_html(folder / "many.html").as_uri())
        _marked(view(page))
        _rate(page, "10 000 outputs")
        print(f"  memory {_memory(page):.0f} MB")


def in_lab(lab: Lab, browser: Browser, rounds: int = 3) -> None:
    setup = (
        "import time, numpy as np, outlens as ol\n" + inspect.getsource(outputs) + "\n"
        "def lens(texts):\n"
        "    made = ol.Lens(texts, vectors=np.random.default_rng(0).normal(size=(len(texts), 8)))\n"
        "    return made\n"
    )
    with _tab(browser) as page:
        page.add_init_script(
            """new MutationObserver(() => {
                if (!document.querySelector("[data-outlens-ready]")) window.painted = undefined;
                else window.painted ??= Date.now();
            }).observe(document, { subtree: true, childList: true, attributeFilter: ["data-outlens-ready"] });"""
        )
        lab.open(page, [setup + "many = lens(outputs(10_000))", "print(time.time()); many"])
        view(page).locator(".ol-card .ol-text").first.wait_for()
        times = []
        for _ in range(rounds):
            began = float(lab.output_of(page, 1))
            view(page)
            times.append(page.evaluate("window.painted") / 1000 - began)
        print(f"  10 000 outputs open in JupyterLab: {statistics.median(times):.2f} s after the cell began")
        print(f"  memory of JupyterLab's page with them {_memory(page):.0f} MB")
        _rate(page, "them there")
    with _tab(browser) as page:
        lab.open(page, [setup + "long = lens([*outputs(3), ' '.join(outputs(2200))])", "long"])
        widget = view(page)
        label_text = widget.locator(".ol-more").last.inner_text()
        size = int("".join(c for c in label_text if c.isdigit()))
        took = page.evaluate(
            TIMED,
            [
                "window.tall = Math.max(...[...root.querySelectorAll('.ol-card')].map((c) => c.clientHeight));"
                "[...root.querySelectorAll('.ol-more')].at(-1).click()",
                "[...root.querySelectorAll('.ol-card')].some((c) => c.clientHeight > window.tall + 1000)",
            ],
        )
        print(f"  one output of {size / 1e6:.1f} MB opens in {took:.0f} ms")
        assert widget.is_visible()
        _rate(page, "it")


def points(browser: Browser, folder: Path) -> None:
    """Time the mode Points with 1 000 points, each made by some of 1 000 outputs."""
    rng = np.random.default_rng(0)
    words = np.array([f"{a}{b}{c}" for a in "bdfgklmnprst" for b in ("ai", "e", "io", "o", "u") for c in "lmnrstvz"])
    stock = [" ".join(rng.choice(words, 8)).capitalize() + "." for _ in range(1000)]
    lens = _lens([" ".join(rng.choice(stock, 15, replace=False)) for _ in range(1000)])
    print(f"{len(lens.points):,} points of 1 000 outputs")
    with _tab(browser) as page:
        page.goto(lens.to_html(folder / "points.html").as_uri())
        view(page).locator(".ol-card").first.wait_for()
        took = page.evaluate(TIMED, [_click("Points"), "root.querySelector('.ol-point-row')"])
        print(f"  to Points        {took:4.0f} ms the first time")
        durations = []
        for step in (0, 2, 4, 6, 3):
            slide = (
                "const slider = root.querySelector('input[aria-label=\"Granularity of the points\"]');"
                "window.was = root.dataset.outlensRev;"
                f"slider.value = {step}; slider.dispatchEvent(new Event('input', {{ bubbles: true }}))"
            )
            durations.append(page.evaluate(TIMED, [slide, "root.dataset.outlensRev !== window.was"]))
        print(f"  their granularity {statistics.median(durations):3.0f} ms   slowest {max(durations):.0f} ms")
        _rate(page, "points")


def main() -> None:
    with tempfile.TemporaryDirectory() as name, chromium() as browser:
        folder = Path(name)
        print("1 000 outputs of 300 words, layers " + ", ".join(LAYERS))
        modes(browser, folder)
        points(browser, folder)
        print("10 000 outputs of 300 words")
        many(browser, folder)
        (folder / "lab").mkdir()
        with jupyter_lab(folder / "lab", folder / "cache") as lab:
            in_lab(lab, browser)


if __name__ == "__main__":
    main()
