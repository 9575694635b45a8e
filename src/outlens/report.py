"""One HTML file with the widget and its data: no kernel, no network."""

from __future__ import annotations

import base64
import gzip
import html
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from outlens._files import replacing

STATIC = Path(__file__).parent / "widget" / "static"

# The page may run its own script and style. It cannot load or send anything, or navigate.
_CSP = (
    "default-src 'none'; script-src 'unsafe-inline' blob:; style-src 'unsafe-inline'; img-src data: blob:; "
    "base-uri 'none'; form-action 'none'"
)

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{csp}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>{css}</style>
</head>
<body>
<main id="lens"></main>
<noscript>{fallback}</noscript>
<script type="text/plain" id="module">{module}</script>
<script type="text/plain" id="state">{state}</script>
<script type="module">
const text = (id) => document.getElementById(id).textContent;
const zipped = new Blob([Uint8Array.from(atob(text("module")), (c) => c.charCodeAt(0))]).stream();
const module = new Response(zipped.pipeThrough(new DecompressionStream("gzip")));
const url = URL.createObjectURL(new Blob([await module.arrayBuffer()], {{ type: "text/javascript" }}));
const {{ mount, unpack }} = await import(url);
URL.revokeObjectURL(url);
mount(document.getElementById("lens"), await unpack(text("state")));
</script>
</body>
</html>
"""


def page(state: Mapping[str, Any], *, title: str, fallback: str, author: str = "", date: str = "") -> str:
    """Return the HTML of a page with the widget and its data.

    `state` holds the widget's traits, `fallback` is HTML for browsers without scripts. The head of the page shows
    `title`, `author` and `date` (such as 2026-11-24); an empty author or date is left out.
    """
    style = "".join((STATIC / name).read_text("utf-8") for name in ("widget.css", "page.css"))
    return _PAGE.format(
        csp=html.escape(_CSP),
        title=html.escape(title),
        css=style.replace("</", "<\\/"),
        fallback=fallback,
        module=_zip((STATIC / "page.js").read_bytes()),
        state=_zip(_pack({**state, "_about": {"title": title, "author": author, "date": date}})),
    )


def write(path: str | os.PathLike[str], text: str) -> Path:
    """Write a page, whole or not at all; return its path."""
    with replacing(path, "page") as file:
        file.write(text.encode())
    return Path(path)


def _zip(data: bytes) -> str:
    # Leave out the time, so that the same lens gives the same page.
    return base64.b64encode(gzip.compress(data, 6, mtime=0)).decode("ascii")


def _pack(state: Mapping[str, Any]) -> bytes:
    blobs: list[bytes] = []
    at = 0

    def place(value: Any) -> Any:
        nonlocal at
        if isinstance(value, bytes):
            blobs.append(value)
            start, at = at, at + len(value)
            return {"$bytes": [start, at]}
        if isinstance(value, Mapping):
            return {key: place(item) for key, item in value.items()}
        if isinstance(value, list):
            return [place(item) for item in value]
        return value

    head = json.dumps(place(state), allow_nan=False).encode()
    return len(head).to_bytes(4, "little") + head + b"".join(blobs)
