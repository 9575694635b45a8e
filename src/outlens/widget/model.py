"""The widget's traits: what travels between the kernel and the browser."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import anywidget
import traitlets as t

from outlens.settings import DEFAULTS
from outlens.widget import tagged

STATIC = Path(__file__).parent / "static"


class LensWidget(anywidget.AnyWidget):  # type: ignore[misc]  # anywidget ships no types
    """The model behind every view of one lens; only `Bridge` reads and writes it.

    Traits that begin with an underscore go from Python to the browser; the others travel both ways. Numbers travel
    as little-endian bytes. "Local" positions count the outputs of the prompt shown, rows the user's whole frame.
    """

    # As text: anywidget watches a path for changes, and what watches for a widget holds it for ever.
    _esm = (STATIC / "widget.js").read_text("utf-8")
    _css = (STATIC / "widget.css").read_text("utf-8")

    _info = t.Dict().tag(sync=True)
    """n, total, title, prompts, columns, row labels, notes, parameters: all that is small."""
    _rows = t.Bytes(b"").tag(sync=True)
    """uint32, the row of each local output."""
    _xy = t.Bytes(b"").tag(sync=True)
    """float32 x0, y0, x1, y1, ..., the map; empty until it is ready, as the three traits of the clusters are."""
    _columns = t.Dict().tag(sync=True)
    """Column name to uint16 codes or float32 numbers, one an output."""
    _texts = t.Bytes(b"").tag(sync=True)
    """UTF-8 of all texts; empty when they are paged."""
    _offsets = t.Bytes(b"").tag(sync=True)
    """uint32, n + 1 byte offsets of the texts."""
    _paged = t.Bool(False).tag(sync=True)
    """Whether the browser asks for texts as it shows them."""
    _leaf = t.Bytes(b"").tag(sync=True)
    """int32, the finest cluster of each output."""
    _tree = t.Dict().tag(sync=True)
    """The clusters at every granularity, with their names."""
    _typical = t.Bytes(b"").tag(sync=True)
    """float32, how typical each output is of all."""
    _progress = t.Dict().tag(sync=True)
    """How far the clusters and the map are: prompt, status, says, left and share, as in `progress.Report`."""
    _variant = t.Bytes(b"").tag(sync=True)
    """uint32, which of the different texts each output is, numbered by first appearance."""
    _index = t.Dict().tag(sync=True)
    """`text.Index.arrays()` as bytes: what outputs share. {} until the browser asks; {"error"} where it cannot be."""
    _aligned = t.Dict().tag(sync=True)
    """Which sentences play the same part, `wire.alignment`; {} and {"error"} as for `_index`."""
    _summary: t.List[dict[str, Any]] = t.List().tag(sync=True)
    """What there is in words: the pieces of the sentence, `summary.Piece`."""
    _layers: t.List[dict[str, Any]] = t.List().tag(sync=True)
    """The user's own layers: name, types, first, pieces."""
    _tagged = t.Dict(copy.deepcopy(tagged.NONE)).tag(sync=True)
    """Tags, notes and stars of the prompt shown, `tagged.Encoder.wire`."""
    _ranked = t.Dict().tag(sync=True)
    """An order made in Python: prompt, name, says, rank (uint32, of each local output); {} where there is none."""
    granularity = t.Float(0.5).tag(sync=True)
    """0 (coarse) to 1 (fine)."""
    # What comes from the browser is a memoryview, which traitlets does not take for bytes.
    selection = t.Bytes(b"").tag(sync=True, echo_update=False, from_json=lambda value, _: bytes(value))
    """uint32, the selected rows, sorted."""
    prompt_index = t.Int(0).tag(sync=True)
    """Which of the prompts is shown."""
    renames: t.List[Any] = t.List().tag(sync=True)
    """Names the user gave to clusters: {prompt, name, leaves}."""
    view = t.Dict(copy.deepcopy(DEFAULTS)).tag(sync=True)
    """The settings of the view, `settings.DEFAULTS`. Pins and scroll_to are rows."""
