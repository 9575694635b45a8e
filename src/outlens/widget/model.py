"""The widget's traits, which the kernel and the browser share."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import anywidget
import traitlets as t

from outlens.settings import DEFAULTS
from outlens.widget import tagged

STATIC = Path(__file__).parent / "static"

# Read together with `_esm`, which fits only this one: the files may be replaced while a kernel runs.
RARE = (STATIC / "rare.js").read_bytes()
"""The second JavaScript module: the panels that are rarely opened."""


class LensWidget(anywidget.AnyWidget):  # type: ignore[misc]  # anywidget ships no types
    """The model behind every view of one lens; only `Bridge` reads and writes it.

    Traits that begin with an underscore are sent from Python to the browser; the others are sent both ways. Numbers are
    little-endian bytes. "Local" positions count the outputs of the current prompt; rows count the user's whole frame.
    """

    # As text: anywidget would watch a path for changes, and the watcher would keep the widget alive.
    _esm = (STATIC / "widget.js").read_text("utf-8")
    _css = (STATIC / "widget.css").read_text("utf-8")

    _rare = t.Bytes(b"").tag(sync=True)
    """`RARE`; empty at first, because the first view does not need it."""
    _info = t.Dict().tag(sync=True)
    """n, total, title, prompts, columns, row labels, notes, parameters: everything small."""
    _variable = t.Unicode("").tag(sync=True)
    """The notebook's name for the lens; "" if it has none."""
    _rows = t.Bytes(b"").tag(sync=True)
    """uint32, the row of each local output."""
    _xy = t.Bytes(b"").tag(sync=True)
    """float32 x0, y0, x1, y1, ..., the map; empty until it is ready, like the three traits of the clusters."""
    _columns = t.Dict().tag(sync=True)
    """Column name to uint16 codes or float32 numbers, one per output."""
    _texts = t.Bytes(b"").tag(sync=True)
    """UTF-8 of all texts; empty if they are paged."""
    _offsets = t.Bytes(b"").tag(sync=True)
    """uint32, n + 1 byte offsets of the texts."""
    _paged = t.Bool(False).tag(sync=True)
    """Whether the browser requests texts when it shows them."""
    _leaf = t.Bytes(b"").tag(sync=True)
    """int32, the finest cluster of each output."""
    _tree = t.Dict().tag(sync=True)
    """The clusters at every granularity, with their names."""
    _typical = t.Bytes(b"").tag(sync=True)
    """float32, the typicality of each output."""
    _progress = t.Dict().tag(sync=True)
    """The progress of the clusters and the map: prompt, status, says, left and share, as in `progress.Report`."""
    _variant = t.Bytes(b"").tag(sync=True)
    """uint32, the number of each output's distinct text, by first appearance."""
    _index = t.Dict().tag(sync=True)
    """`text.Index.arrays()` as bytes, for shared words. {} until the browser asks; {"error"} if it fails."""
    _aligned = t.Dict().tag(sync=True)
    """The alignment of sentences, `wire.alignment`; {} and {"error"} as for `_index`."""
    _points = t.Dict().tag(sync=True)
    """The points, `points.points`; {} until they are ready."""
    _points_progress = t.Dict().tag(sync=True)
    """The progress of the points, as `_progress`."""
    _summary: t.List[dict[str, Any]] = t.List().tag(sync=True)
    """The pieces of the summary sentence, `summary.Piece`."""
    _layers: t.List[dict[str, Any]] = t.List().tag(sync=True)
    """The user layers: name, types, first, pieces."""
    _tagged = t.Dict(copy.deepcopy(tagged.NONE)).tag(sync=True)
    """Tags, notes and stars of the current prompt, `tagged.Encoder.wire`."""
    _ranked = t.Dict().tag(sync=True)
    """An order computed in Python: prompt, name, says, rank (uint32, of each local output); {} if there is none."""
    granularity = t.Float(0.5).tag(sync=True)
    """0 (coarse) to 1 (fine)."""
    # The browser sends a memoryview, which traitlets does not accept as bytes.
    selection = t.Bytes(b"").tag(sync=True, echo_update=False, from_json=lambda value, _: bytes(value))
    """uint32, the selected rows, sorted."""
    prompt_index = t.Int(0).tag(sync=True)
    """The number of the current prompt."""
    renames: t.List[Any] = t.List().tag(sync=True)
    """Names that the user gave to clusters: {prompt, name, leaves}."""
    view = t.Dict(copy.deepcopy(DEFAULTS)).tag(sync=True)
    """The settings of the view, `settings.DEFAULTS`. Pins and scroll_to are rows."""

    def release(self) -> None:
        """Free the copies of the outputs and of what is computed from them."""
        copies = "_rows _xy _columns _texts _offsets _leaf _typical _variant _index _aligned _points _rare"
        for name in copies.split():
            setattr(self, name, type(getattr(self, name))())
