"""Compare the map in the browser with jupyter-scatter's and embedding-atlas's: first paint, panning, selecting.

    python benchmarks/peers.py [--runs 3]

Each run opens a new notebook with a new kernel in a real JupyterLab and a headless Chromium with software rendering.
Our runs and the peer's alternate, with the same positions and maps of the same size. `make .venv-peer/installed`
installs the peers. embedding-atlas needs WebGPU with 16-bit floats since 0.24, which software rendering lacks, so its
last version that draws with WebGL is measured. It draws at twice the resolution.

- First paint: from the start of the cell that makes and shows the widget to the first frame with points. Ours has its
  own size until then.
- Panning: frames (callbacks of requestAnimationFrame) per second of a drag that moves the mouse in every frame. The
  browser presses the button; the moves are events made by the page. The display allows 60. Ours waits for its clusters.
- Selecting: from the release of a lasso around the left half, drawn by Playwright's mouse, until a function that
  observes the selection is called in Python.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "tests" / "browser"))

from driver import Lab, view
from playwright.sync_api import Browser, Error, Locator, Page, expect
from server import chromium, jupyter_lab

PEERS = Path(__file__).parent.parent / ".venv-peer"
PYTHON = str(PEERS / "bin" / "python")
# The version of embedding-atlas that draws with WebGL comes before the newest.
ENV = {"PYTHONPATH": str(PEERS / "webgl")}

Size = tuple[int, int]


@dataclass(frozen=True)
class Tool:
    """A widget: the cells that prepare and show it, its lasso button (none: it is only panned) and what to wait for."""

    name: str
    kernel: str
    prepare: str
    show: str
    lasso: str = ""
    settle: str = ""


POINTS = """import numpy as np, pandas as pd, time
n, rng, got = {n}, np.random.default_rng(0), []
xy = rng.normal(size=(n, 2))
texts = [f"output {{i}}" for i in range(n)]
"""
OURS = Tool(
    "outlens",
    "python3",
    "import outlens as ol\nvectors = np.eye(12, dtype='f4')[rng.integers(0, 12, n)] + rng.normal(0, 0.1, (n, 12))",
    "lens = ol.Lens(texts, vectors=vectors, xy=xy, store=False)\n"
    "lens.view.side, lens.view.tool = 'map', 'pan'\n"
    "stop = lens.observe(lambda lens: got.append((time.time(), len(lens.selection))))\n"
    "lens",
    ".ol-tools button:has-text('Select')",
    "lens.clusters",
)
SCATTER = Tool(
    "jupyter-scatter",
    "peer",
    "import jscatter\nframe = pd.DataFrame(xy, columns=['x', 'y'])",
    "scatter = jscatter.Scatter(data=frame, x='x', y='y', width=900, height=600)\n"
    "scatter.widget.observe(lambda _: got.append((time.time(), len(scatter.selection()))), 'selection')\n"
    "scatter.show()",
    "button[title='Activate lasso selection']",
)
ATLAS = Tool(
    "embedding-atlas",
    "peer",
    "from embedding_atlas.widget import EmbeddingAtlasWidget\n"
    "frame = pd.DataFrame({'x': xy[:, 0], 'y': xy[:, 1], 'text': texts})",
    "EmbeddingAtlasWidget(frame, x='x', y='y', text='text', labels='disabled')",
)
# Each peer with the number of points and the size of its map, which is fixed by the layout of embedding-atlas.
COMPARED: list[tuple[Tool, int, Size]] = [(SCATTER, 100_000, (900, 600)), (ATLAS, 20_000, (613, 296))]
FORMAT = {"first paint": "{:.2f} s", "panning": "{:.1f} frames per second", "selecting": "{:.0f} ms"}

# Keep the time when a canvas first shows points, that is, pixels that differ from its corner.
WATCH_PAINT = """(() => {
    const probe = new OffscreenCanvas(90, 60).getContext("2d", { willReadFrequently: true });
    const look = () => {
        for (const canvas of document.querySelectorAll(".jp-OutputArea-output canvas")) {
            if (canvas.clientWidth < 300) continue;
            probe.clearRect(0, 0, 90, 60);
            probe.drawImage(canvas, 0, 0, 90, 60);
            const pixels = new Uint32Array(probe.getImageData(0, 0, 90, 60).data.buffer);
            if (pixels.filter((pixel) => pixel !== pixels[0]).length > 50) window.painted ??= Date.now();
        }
        if (!window.painted) requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
})()"""

# Move the pressed mouse in circles, once per frame; return the frames per second.
CIRCLE = """async (canvas, [x, y, radius, seconds]) => {
    const target = canvas.getRootNode().elementFromPoint(x, y);
    const frame = () => new Promise(requestAnimationFrame);
    await frame();
    const start = performance.now();
    let frames = 0, now = start;
    for (; now - start < 1000 * seconds; frames++) {
        const at = { clientX: x + radius * Math.cos(frames / 9), clientY: y + radius * Math.sin(frames / 9) };
        const event = { ...at, button: 0, buttons: 1, bubbles: true, composed: true, cancelable: true, view: window };
        target.dispatchEvent(new PointerEvent("pointermove", { ...event, button: -1, pointerId: 1, isPrimary: true }));
        target.dispatchEvent(new MouseEvent("mousemove", event));
        await frame();
        now = performance.now();
    }
    return 1000 * frames / (now - start);
}"""


def _drawn(canvas: Locator) -> bytes:
    """Return a picture of the canvas once it shows points; a picture without them has only a few thousand bytes."""
    for _ in range(100):
        if len(picture := canvas.screenshot()) > 20_000:
            return picture
    raise Error("it draws no points")


def _box(canvas: Locator) -> tuple[float, float, float, float]:
    box = canvas.bounding_box()
    assert box is not None
    return box["x"], box["y"], box["width"], box["height"]


def _pan(page: Page, canvas: Locator, seconds: float = 2) -> float:
    """Drag the map; return the frames per second."""
    before = _drawn(canvas)
    left, top, width, height = _box(canvas)
    x, y, radius = left + width / 2, top + height / 2, height / 6
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + radius, y, steps=5)
    rate: float = canvas.evaluate(CIRCLE, [x, y, radius, seconds])
    # Release near the middle, so that a lasso finds half of the points, but not where the drag began: that is a click.
    page.mouse.move(x + 20, y, steps=5)
    page.mouse.up()
    if _drawn(canvas) == before:
        raise Error("a drag does not move the map")
    return rate


def _select(lab: Lab, page: Page, canvas: Locator, n: int) -> float:
    """Lasso the left half of the map, which is centred; return the milliseconds until Python has it."""
    left, top, width, height = _box(canvas)
    left, right, top, bottom = left + 80, left + width / 2, top + 40, top + height - 40
    page.evaluate("addEventListener('pointerup', () => (window.released ??= Date.now()), true)")
    page.mouse.move(left, top)
    page.mouse.down()
    for x, y in ((right, top), (right, bottom), (left, bottom), (left, top)):
        page.mouse.move(x, y, steps=10)
    page.mouse.up()
    for _ in range(30):
        arrived, count = map(float, lab.output_of(page, 3).split())
        if count > n / 3:
            return 1000 * arrived - page.evaluate("window.released")
    raise Error("a lasso selects nothing")


def _measured(lab: Lab, browser: Browser, tool: Tool, n: int, size: Size, *, only_pan: bool) -> dict[str, float]:
    """Measure a tool once, in a new notebook."""
    context = browser.new_context(viewport={"width": 1500, "height": 1100})
    context.set_default_timeout(60_000)
    page = context.new_page()
    page.add_init_script(WATCH_PAINT)
    cells = [POINTS.format(n=n) + tool.prepare, f"began = time.time()\n{tool.show}"]
    # The first time, with Run All, it must not wait: the kernel also answers the widget.
    cells += [f"if len(In) > 5:\n    {tool.settle or 'pass'}\nprint(began)"]
    found: dict[str, float] = {}
    try:
        lab.open(page, [*cells, "print(*(got or [(0, 0)])[-1])"], kernel=tool.kernel)
        canvas = page.locator(".jp-OutputArea-output canvas").first
        canvas.wait_for()
        if not only_pan:
            page.wait_for_function("window.painted")
        began = float(lab.output_of(page, 2))
        if not only_pan:
            found["first paint"] = page.evaluate("window.painted") / 1000 - began
        if tool is OURS:
            view(page)
            page.add_style_tag(
                content=f".outlens .ol-map-box {{ flex: none; width: {size[0]}px; height: {size[1]}px }}"
                f".outlens .ol-body {{ grid-template-columns: {size[0]}px auto 1fr !important }}"
                ".outlens .ol-frame { height: 900px }"
            )
        canvas.scroll_into_view_if_needed()
        found["panning"] = _pan(page, canvas)
        if not only_pan:
            page.locator(tool.lasso).click()
            found["selecting"] = _select(lab, page, canvas, n)
        return found
    finally:
        context.close()
        lab.end()


def _version(peer: Tool) -> str:
    """Return the installed version of a peer, or "" without it or without the kernel it needs."""
    if not Path(PYTHON).exists():
        return ""
    code = f"import ipykernel, importlib.metadata; print(importlib.metadata.version({peer.name!r}))"
    return subprocess.run(
        [PYTHON, "-c", code], env={**os.environ, **ENV}, capture_output=True, text=True
    ).stdout.strip()


def compare(lab: Lab, browser: Browser, peer: Tool, n: int, size: Size, runs: int) -> None:
    """Print our medians, the peer's and their ratio."""
    version = _version(peer)
    problem = "" if version else "not installed; `make .venv-peer/installed`"
    ours: list[dict[str, float]] = []
    theirs: list[dict[str, float]] = []
    for _ in range(runs):
        ours.append(_measured(lab, browser, OURS, n, size, only_pan=not peer.lasso))
        if not problem:
            try:
                theirs.append(_measured(lab, browser, peer, n, size, only_pan=not peer.lasso))
            except (Error, AssertionError) as error:
                problem = f"version {version}: {str(error).splitlines()[0]}"
    print(f"{n:,} points, map of {size[0]} x {size[1]}")
    if problem:
        print(f"  {peer.name} is not measured: {problem}")
    for measure, form in FORMAT.items():
        if measure not in ours[0]:
            continue
        our = statistics.median(run[measure] for run in ours)
        line = f"  {measure:<11}   outlens {form.format(our)}"
        if not problem:
            their = statistics.median(run[measure] for run in theirs)
            line += f"   {peer.name} {version} {form.format(their)}   ours / theirs {our / their:.2f}"
        print(line, flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=3)
    runs = parser.parse_args().runs
    cores = len(os.sched_getaffinity(0))
    print(f"in JupyterLab and a headless Chromium, software rendering, {cores} cores, median of {runs} runs")
    expect.set_options(timeout=120_000)
    with tempfile.TemporaryDirectory() as name, chromium() as browser:
        root = Path(name)
        spec = root / "data" / "kernels" / "peer" / "kernel.json"
        spec.parent.mkdir(parents=True)
        argv = [PYTHON, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        spec.write_text(json.dumps({"argv": argv, "env": ENV, "display_name": "peer", "language": "python"}))
        with jupyter_lab(root, root / "cache") as lab:
            for peer, n, size in COMPARED:
                compare(lab, browser, peer, n, size, runs)


if __name__ == "__main__":
    main()
