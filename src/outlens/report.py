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

from outlens.widget.model import STATIC

# The page may run its own script and style, and nothing may be loaded from anywhere.
_CSP = "default-src 'none'; script-src 'unsafe-inline' blob:; style-src 'unsafe-inline'; img-src data: blob:"

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{csp}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>html, body {{ margin: 0; }} body {{ padding: 12px; font: 13px/1.5 system-ui, sans-serif; }}
@media (prefers-color-scheme: dark) {{ body {{ background: #111; color: #eee; }} }}
{css}</style>
</head>
<body>
<main id="lens"></main>
<noscript>{fallback}</noscript>
<script type="text/plain" id="module">{module}</script>
<script type="text/plain" id="state">{state}</script>
<script type="module">
const bytes = (id) => Uint8Array.from(atob(document.getElementById(id).textContent), (c) => c.charCodeAt(0));
const unzipped = (id) => new Response(new Blob([bytes(id)]).stream().pipeThrough(new DecompressionStream("gzip")));
const url = URL.createObjectURL(new Blob([await unzipped("module").arrayBuffer()], {{ type: "text/javascript" }}));
const {{ mount }} = await import(url);
URL.revokeObjectURL(url);
// A length, a JSON head that tells where each binary value lies, then the binary values.
const packed = await unzipped("state").arrayBuffer();
const size = new DataView(packed).getUint32(0, true);
const state = JSON.parse(new TextDecoder().decode(new Uint8Array(packed, 4, size)), (key, value) => {{
  if (!Array.isArray(value?.$bytes)) return value;
  const [start, end] = value.$bytes;
  return new DataView(packed.slice(4 + size + start, 4 + size + end));
}});
mount(document.getElementById("lens"), state);
</script>
</body>
</html>
"""


def page(state: Mapping[str, Any], *, title: str, fallback: str) -> str:
    """The page's HTML. `state`: the widget's traits; `fallback`: HTML for a browser without scripts."""
    return _PAGE.format(
        csp=html.escape(_CSP),
        title=html.escape(title),
        css=(STATIC / "widget.css").read_text("utf-8").replace("</", "<\\/"),
        fallback=fallback,
        module=_zip((STATIC / "widget.js").read_bytes()),
        state=_zip(_pack(state)),
    )


def write(path: str | os.PathLike[str], text: str) -> Path:
    """Write a file whole or not at all; returns its path."""
    target = Path(path)
    if target.is_dir():
        raise ValueError(f"{str(target)!r} is a folder; give the page a file name, such as 'outputs.html'.")
    if not target.absolute().parent.is_dir():
        raise ValueError(f"the folder {str(target.absolute().parent)!r} does not exist; make it first.")
    partial = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        partial.write_text(text, "utf-8")
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)
    return target


def _zip(data: bytes) -> str:
    # Without the time of day in it, so that the same lens gives the same page.
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
