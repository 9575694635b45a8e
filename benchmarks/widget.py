"""Time the widget in a headless Chromium with software rendering: frames per second, search, first paint, bytes, lasso.

    python benchmarks/widget.py

The map is panned for two seconds at 900 x 600; a frame is one paint of the canvas. A keystroke of the search is timed
from the event to the frame that shows the number of matches; the longest time between two frames until then, in which
the page is blocked, is reported too. The lasso is timed from the release of the mouse until Python has the rows, in a
real JupyterLab.
"""

from __future__ import annotations

import json
import re
import statistics
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent.parent / "tests" / "browser"))

from driver import Lab, view
from playwright.sync_api import Browser, Locator, Page
from server import chromium, jupyter_lab

import outlens as ol
from outlens import report
from outlens.settings import DEFAULTS
from outlens.widget import tagged, wire

PAN = """async (seconds) => {
    const map = document.querySelector(".ol-map");
    const box = map.getBoundingClientRect();
    const at = (x, y, kind) => map.dispatchEvent(new PointerEvent(kind, {
        pointerId: 1, isPrimary: true, bubbles: true, cancelable: true, button: kind === "pointermove" ? -1 : 0,
        buttons: kind === "pointerup" ? 0 : 1, clientX: box.left + x, clientY: box.top + y,
    }));
    map.setPointerCapture = map.releasePointerCapture = () => {};
    const frame = () => new Promise(requestAnimationFrame);
    at(450, 300, "pointerdown");
    const start = performance.now();
    const gaps = [];
    let last = start;
    for (let k = 0; performance.now() - start < 1000 * seconds; k++) {
        at(450 + 120 * Math.sin(k / 9), 300 + 90 * Math.cos(k / 7), "pointermove");
        const now = await frame();
        gaps.push(now - last);
        last = now;
    }
    at(450, 300, "pointerup");
    return gaps.slice(2);
}"""


# Type a letter; return the time until the matches are counted, and the longest time between two frames.
KEYSTROKE = """async (letter) => {
    const root = document.querySelector(".outlens");
    const field = root.querySelector(".ol-search-input");
    const shown = () => root.querySelector(".ol-search-count")?.textContent ?? "";
    const counted = new Promise((done) => {
        const before = shown();
        const look = () => /^[0-9]/.test(shown()) && shown() !== before && (observer.disconnect(), done());
        const observer = new MutationObserver(look);
        observer.observe(root, { subtree: true, childList: true, characterData: true });
    });
    const frame = () => new Promise(requestAnimationFrame);
    let last = await frame();
    const start = performance.now();
    let blocked = 0, ended = 0;
    counted.then(() => (ended = performance.now()));
    field.value += letter;
    field.dispatchEvent(new InputEvent("input", { bubbles: true }));
    while (!ended || last < ended) {
        const now = await frame();
        blocked = Math.max(blocked, now - last);
        last = now;
    }
    return [performance.now() - start, blocked];
}"""


def _state(n: int, texts: Sequence[str] | None = None) -> dict[str, object]:
    """Return the traits of a lens of n points, without minutes of embedding."""
    rng = np.random.default_rng(0)
    leaf = rng.integers(0, 12, n)
    xy = np.clip(rng.normal(0, 0.12, (n, 2)) + np.stack([np.cos(leaf), np.sin(leaf)], 1) * 0.7, -1, 1)
    texts = texts or [f"output {i} says {k}" for i, k in enumerate(leaf)]
    data, offsets = wire.encode(texts)
    order = np.argsort(-np.bincount(leaf)).tolist()
    return {
        "_info": {
            "n": n, "total": n, "title": f"{n} points", "prompt": 0, "prompts": [{"label": "", "n": n}], "columns": [],
            "labels": {"start": 0, "step": 1}, "notes": [], "missing": [], "params": "", "source": None,
        },
        "_rows": np.arange(n, dtype="<u4").tobytes(), "_xy": xy.astype("<f4").tobytes(), "_columns": {},
        "_texts": data, "_offsets": offsets.tobytes(), "_paged": False, "_leaf": leaf.astype("<i4").tobytes(),
        "_tree": {
            "granularities": [0, 0.5, 1], "levels": [list(range(12))] * 3, "order": [order] * 3,
            "nodes": [{"name": f"cluster {k}", "share": 1, "medoid": 0, "words": []} for k in range(12)],
        },
        "_typical": np.zeros(n, "<f4").tobytes(), "granularity": 0.5, "selection": b"", "prompt_index": 0,
        "renames": [], "_variant": wire.variants(texts), "_index": {}, "_aligned": {}, "_layers": [],
        "_tagged": tagged.NONE,
        "view": {**DEFAULTS, "tool": "pan", "side": "map"},
    }  # fmt: skip


@contextmanager
def _tab(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1500, "height": 1100})
    context.set_default_timeout(120_000)
    yield context.new_page()
    context.close()


def frames(browser: Browser, folder: Path) -> None:
    print("panning, map 900 x 600 (at most 60 frames per second, the rate of the display)")
    for n in (20_000, 100_000):
        path = report.write(folder / f"{n}.html", report.page(_state(n), title=str(n), fallback=""))
        with _tab(browser) as page:
            page.goto(path.as_uri())
            widget = view(page)
            page.add_style_tag(
                content=".outlens .ol-map-box { flex: none; width: 900px; height: 600px }"
                ".outlens .ol-body { grid-template-columns: 900px auto 1fr !important }"
                ".outlens .ol-frame { height: 900px }"
            )
            widget.locator(".ol-map").evaluate("map => new Promise(requestAnimationFrame)")
            gaps = page.evaluate(PAN, 2)
            rate = 1000 / statistics.mean(gaps)
            print(f"  {n:>7,} points   {rate:5.1f} frames per second   slowest of 20: {np.quantile(gaps, 0.95):.0f} ms")


def search(browser: Browser, folder: Path, n: int = 100_000) -> None:
    rng = np.random.default_rng(0)
    words = np.array([f"{a}{b}{c}" for a in "bdfgklmnprst" for b in ("ai", "e", "io", "o", "u") for c in "lmnrstvz"])
    # Each letter of "quiet" leaves fewer matches: "q" is in all texts, "quiet" in every fifth.
    texts = [f"{' '.join(row)} {'quiet'[: 1 + i % 5]}" for i, row in enumerate(rng.choice(words, (n, 330)))]
    path = report.write(folder / "search.html", report.page(_state(n, texts), title="search", fallback=""))
    with _tab(browser) as page:
        page.goto(path.as_uri())
        view(page).get_by_role("searchbox").focus()
        times = [page.evaluate(KEYSTROKE, letter) for letter in "quiet"]
    took, blocked = zip(*times, strict=True)
    size = statistics.mean(map(len, texts))
    print(f"search of {n:,} outputs of {size:,.0f} characters, letter by letter")
    print("  counted after " + " ".join(f"{ms:.0f}" for ms in took) + " ms")
    print("  page blocked for " + " ".join(f"{ms:.0f}" for ms in blocked) + " ms")


def first_paint(lab: Lab, browser: Browser, rounds: int = 5) -> None:
    cells = [
        "import numpy as np, pandas as pd, time, outlens as ol\n"
        "rng = np.random.default_rng(0)\n"
        "words = np.array(['word%d' % i for i in range(900)])\n"
        "texts = [' '.join(rng.choice(words, 300)) for _ in range(1000)]\n"
        "lens = ol.Lens(texts, vectors=rng.normal(size=(1000, 8)))",
        "print(time.time()); lens",
    ]
    times = []
    with _tab(browser) as page:
        page.add_init_script(
            """new MutationObserver(() => {
                if (!document.querySelector("[data-outlens-ready]")) window.painted = undefined;
                else window.painted ??= Date.now();
            }).observe(document, { subtree: true, childList: true, attributeFilter: ["data-outlens-ready"] });"""
        )
        lab.open(page, cells)
        view(page)
        for _ in range(rounds):
            began = float(lab.output_of(page, 1))
            view(page)
            times.append(page.evaluate("window.painted") / 1000 - began)
    print(f"first paint of 1 000 outputs of 300 words: {statistics.median(times):.2f} s after the cell began")


def new_kernel(lab: Lab, browser: Browser) -> None:
    """Time the texts and the shared words of 200 outputs in a new kernel; the cell imports outlens, too."""
    rng = np.random.default_rng(0)
    stock = [" ".join(rng.choice([f"word{i}" for i in range(900)], 12)) for _ in range(40)]
    own = np.array([f"word{i}" for i in range(5_000)])
    texts = [" ".join([*rng.choice(stock, 8), *rng.choice(own, 204)]) for _ in range(200)]
    (lab.root / "texts.json").write_text(json.dumps(texts))
    show = (
        "import time; began = time.time()\n"
        "import json, outlens as ol\n"
        "lens = ol.Lens(json.load(open('texts.json')), store=False)\n"
        "lens"
    )
    with _tab(browser) as page:
        page.add_init_script(
            """window.at = {}; new MutationObserver(() => {
                if (document.querySelector(".ol-card")) window.at.texts ??= Date.now();
                if (document.querySelector("[class*=ol-shared]")) window.at.shared ??= Date.now();
            }).observe(document, { subtree: true, childList: true, attributes: true });"""
        )
        lab.open(page, [show, "print(began)"])
        page.wait_for_function("window.at.shared")
        began = float(lab.output_of(page, 1))
        texts_at, shared_at = (page.evaluate(f"window.at.{what}") / 1000 - began for what in ("texts", "shared"))
    print(f"200 outputs of 300 words in a new kernel: texts after {texts_at:.2f} s, shared words {shared_at:.2f} s")


def sent() -> None:
    rng = np.random.default_rng(0)
    words = np.array([f"word{i}" for i in range(900)])
    texts = [" ".join(rng.choice(words, 300)) for _ in range(1000)]
    bridge = ol.Lens(texts, vectors=rng.normal(size=(1000, 8)))._bridge
    state = bridge._parts[0].traits(bridge._state, paged=False)
    binary = sum(len(v) for v in state.values() if isinstance(v, bytes)) + sum(map(len, state["_columns"].values()))
    rest = {k: v for k, v in state.items() if not isinstance(v, bytes) and k != "_columns"}
    other = len(json.dumps(rest, default=lambda value: "x" * len(value)))
    size = sum(len(t.encode()) for t in texts)
    print(f"bytes sent: {(binary + other) / size:.2f} x the {size / 1e6:.1f} MB of text")


def _lasso(page: Page, widget: Locator, width: float) -> None:
    """Drag around the left part of the map, of this share of its width; the page keeps the time of the release."""
    widget.locator(".ol-map").scroll_into_view_if_needed()
    box = widget.locator(".ol-map").bounding_box()
    assert box is not None
    page.evaluate(
        "document.querySelector('.ol-map').addEventListener('pointerup', () => (window.up = Date.now()), true)"
    )
    page.mouse.move(box["x"] + 2, box["y"] + 2)
    page.mouse.down()
    for x, y in ((width, 0), (width, 1), (0, 1), (0, 0.01)):
        page.mouse.move(box["x"] + 2 + x * (box["width"] - 4), box["y"] + 2 + y * (box["height"] - 4), steps=5)
    page.mouse.up()
    widget.locator(".ol-selected", has_text=re.compile("[1-9]")).wait_for()


def lasso(lab: Lab, browser: Browser, rounds: int = 5) -> None:
    setup = (
        "import numpy as np, time, outlens as ol\n"
        "n = 20_000\n"
        "kind = np.arange(n) % 30\n"
        "lens = ol.Lens([f'output {k}' for k in kind], vectors=np.eye(30)[kind])\n"
        "got = []\n"
        "lens.view.side = 'map'\n"
        "stop = lens.observe(lambda lens: got.append((time.time(), len(lens.selection))))"
    )
    times = []
    with _tab(browser) as page:
        lab.open(page, [setup, "lens", "print(*got[-1])"])
        widget = view(page)
        widget.scroll_into_view_if_needed()
        for _ in range(rounds):
            _lasso(page, widget, 1)
            arrived, count = lab.output_of(page, 2).split()
            assert int(count) > 15_000, count
            times.append(float(arrived) - page.evaluate("window.up") / 1000)
            widget.get_by_role("button", name="Clear").click()
    print(f"lasso of {int(count):,} of 20,000 to lens.selection in Python: {1000 * statistics.median(times):.0f} ms")


def million(lab: Lab, browser: Browser) -> None:
    """A million short outputs with given vectors and positions: until the map is painted, panning it, and a lasso."""
    data = (
        "import numpy as np, time, outlens as ol\n"
        "n, rng, got = 1_000_000, np.random.default_rng(0), []\n"
        "words = np.array([f'w{k}' for k in range(3_000)])\n"
        "texts = [' '.join(row) for row in words[rng.integers(0, 3_000, (n, 8))]]\n"
        "vectors, xy = rng.normal(size=(n, 16)).astype('f4'), rng.normal(size=(n, 2))"
    )
    show = (
        "began = time.time()\n"
        "lens = ol.Lens(texts, vectors=vectors, xy=xy, store=False)\n"
        "lens.view.side, lens.view.tool = 'map', 'pan'\n"
        "stop = lens.observe(lambda lens: got.append((time.time(), len(lens.selection))))\n"
        "lens"
    )
    with _tab(browser) as page:
        page.set_default_timeout(300_000)
        lab.open(page, [data, show, "print(began, *(got or [(0, 0)])[-1])"])
        widget = page.locator(".outlens[data-outlens-ready]")
        widget.locator(".ol-map[data-dense]").wait_for()
        painted = page.evaluate("Date.now()") / 1000
        gaps = page.evaluate(PAN, 2)
        widget.get_by_role("button", name="Select", exact=True).click()
        _lasso(page, widget, 0.5)
        count = 0
        while not count:
            began, arrived, count = map(float, lab.output_of(page, 2).split())
        lassoed = arrived - page.evaluate("window.up") / 1000
    print(
        f"1,000,000 outputs: map painted {painted - began:.1f} s after the cell began,"
        f" panned at {1000 / statistics.mean(gaps):.0f} frames a second while clusters are computed,"
        f" lasso of {count:,.0f} to lens.selection in {lassoed:.1f} s"
    )


def main() -> None:
    with tempfile.TemporaryDirectory() as name, chromium() as browser:
        folder = Path(name)
        frames(browser, folder)
        search(browser, folder)
        sent()
        (folder / "lab").mkdir()
        with jupyter_lab(folder / "lab", folder / "cache") as lab:
            new_kernel(lab, browser)
            first_paint(lab, browser)
            lasso(lab, browser)
            million(lab, browser)


if __name__ == "__main__":
    main()
