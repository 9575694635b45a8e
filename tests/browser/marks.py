"""Reads the browser's marks from the page, to compare them with Python's."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import pandas as pd
from playwright.sync_api import Locator

from outlens.text.utf16 import utf16

_READ = """root => [...root.querySelectorAll(".ol-card .ol-text[data-id]")].map((box) => {
    const walker = document.createTreeWalker(box, NodeFilter.SHOW_TEXT);
    const spans = [];
    let at = Number(box.dataset.from);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
        const classes = [];
        for (let e = node.parentElement; e !== box; e = e.parentElement) classes.push(...e.classList);
        spans.push([at, at + node.data.length, classes]);
        at += node.data.length;
    }
    return { id: Number(box.dataset.id), text: box.textContent, spans };
})"""


Spans = list[tuple[int, int, int]]


def painted(widget: Locator, layer: str) -> dict[int, tuple[str, Spans]]:
    """Return for each text on the page its characters, and a layer's joined spans (UTF-16 from, to, step)."""
    return of_layer(read(widget), layer)


def read(widget: Locator) -> list[dict[str, Any]]:
    """Return each text on the page with the classes of its pieces, once for all layers, as long texts take time."""
    texts: list[dict[str, Any]] = widget.evaluate(_READ)
    return texts


def of_layer(texts: list[dict[str, Any]], layer: str) -> dict[int, tuple[str, Spans]]:
    found = {}
    for text in texts:
        spans: Spans = []
        for start, end, classes in text["spans"]:
            matching = [match for c in classes if (match := re.fullmatch(rf"{layer}(?:-(\d+))?", c))]
            if not matching or start == end:
                continue
            step = int(matching[0][1] or 0)
            if spans and spans[-1][1] == start and spans[-1][2] == step:
                spans[-1] = (spans[-1][0], end, step)
            else:
                spans.append((start, end, step))
        found[text["id"]] = (text["text"], spans)
    return found


def expected(visible: pd.DataFrame, layer: str, texts: Sequence[str], steps: bool) -> dict[int, list[Any]]:
    """Return rows of `lens.visible` in the form of `painted`."""
    found: dict[int, list[tuple[int, int, int]]] = {i: [] for i in range(len(texts))}
    for output, rows in visible[visible["layer"] == layer].groupby("output"):
        spans = found[output]
        places = utf16(texts[output], rows[["start", "end"]].to_numpy())
        for (start, end), value in zip(places.tolist(), rows["value"], strict=True):
            step = int(value) if steps else 0
            if start == end:
                continue
            if spans and spans[-1][1] == start and spans[-1][2] == step:
                spans[-1] = (spans[-1][0], end, step)
            else:
                spans.append((start, end, step))
    return found
