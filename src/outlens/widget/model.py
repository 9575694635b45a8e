"""The widget's traits: what travels between the kernel and the browser."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import anywidget
import numpy as np
import numpy.typing as npt
import traitlets as t

from outlens.widget import tagged
from outlens.widget.view import DEFAULTS

STATIC = Path(__file__).parent / "static"

PAGE_TRAITS = ("granularity", "selection", "prompt_index", "renames", "view", "_ranked")
"""What a page without a kernel needs to know beside the outputs of its prompts."""


class LensWidget(anywidget.AnyWidget):  # type: ignore[misc]  # anywidget ships no types
    """The model behind every view of one lens.

    Traits that begin with an underscore go from Python to the browser; the others travel both ways. Numbers travel
    as little-endian bytes. "Local" positions count the outputs of the prompt shown, rows the user's whole frame.
    """

    _esm = STATIC / "widget.js"
    _css = STATIC / "widget.css"

    _info = t.Dict().tag(sync=True)
    """n, total, title, prompts, columns, row labels, notes, parameters: all that is small."""
    _rows = t.Bytes(b"").tag(sync=True)
    """uint32, the row of each local output."""
    _xy = t.Bytes(b"").tag(sync=True)
    """float32 x0, y0, x1, y1, ..., the map."""
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
    _variant = t.Bytes(b"").tag(sync=True)
    """uint32, which of the different texts each output is, numbered by first appearance."""
    _index = t.Dict().tag(sync=True)
    """`text.Index.arrays()` as bytes: what outputs share. {} until the browser asks; {"error"} where it cannot be."""
    _aligned = t.Dict().tag(sync=True)
    """Which sentences play the same part, `wire.alignment`; {} and {"error"} as for `_index`."""
    _layers: t.List[dict[str, Any]] = t.List().tag(sync=True)
    """The user's own layers: name, types, first, pieces."""
    _tagged = t.Dict(copy.deepcopy(tagged.NONE)).tag(sync=True)
    """Tags, notes and stars of the prompt shown, `tagged.wire`."""
    _ranked = t.Dict().tag(sync=True)
    """An order made in Python: prompt, name, says, rank (uint32, of each local output); {} where there is none."""
    granularity = t.Float(0.5).tag(sync=True)
    """0 (coarse) to 1 (fine)."""
    # What comes from the browser is a memoryview, which is no bytes to traitlets.
    selection = t.Bytes(b"").tag(sync=True, echo_update=False, from_json=lambda value, _: bytes(value))
    """uint32, the selected rows, sorted."""
    prompt_index = t.Int(0).tag(sync=True)
    """Which of the prompts is shown."""
    renames: t.List[dict[str, Any]] = t.List().tag(sync=True)
    """Names the user gave: {prompt, name, leaves}."""
    view = t.Dict(copy.deepcopy(DEFAULTS)).tag(sync=True)
    """The settings of the view; see `View`. Pins and scroll_to are rows."""

    def __init__(
        self,
        texts: Callable[[int, list[int]], tuple[bytes, npt.NDArray[np.uint32]]],
        find: Callable[[int, str, bool], npt.NDArray[np.int64]],
        prepare: Callable[[str, int], None],
        distinctive: Callable[[int], tuple[list[dict[str, Any]], list[bytes]]],
        tag: Callable[[int, str, str, npt.NDArray[np.int64]], str],
        **state: Any,
    ) -> None:
        super().__init__(**state)
        self._answers = {
            "texts": self._send_texts,
            "find": self._send_found,
            "index": self._prepare_asked,
            "aligned": self._prepare_asked,
            "distinctive": self._send_distinctive,
            "tags": self._send_tagged,
        }
        self._get_texts = texts
        self._find = find
        self._prepare = prepare
        self._distinctive = distinctive
        self._tag = tag
        self.on_msg(self._answer)

    def _answer(self, _widget: object, message: object, buffers: list[memoryview]) -> None:
        # Whatever a page sends: what is no question of ours is not answered.
        if not isinstance(message, dict) or not isinstance(message.get("kind"), str):
            return
        prompt = message.get("prompt")
        known = isinstance(prompt, int) and 0 <= prompt < len(self._info["prompts"])
        if message["kind"] in self._answers and known:
            self._answers[message["kind"]](message, buffers)

    def _send_texts(self, message: dict[str, Any], _: object) -> None:
        n = self._info["prompts"][message["prompt"]]["n"]
        ids = [int(i) for i in message["ids"] if isinstance(i, int) and 0 <= i < n]
        data, offsets = self._get_texts(int(message["prompt"]), ids)
        self.send({"kind": "texts", "prompt": message["prompt"], "ids": ids}, [data, offsets.tobytes()])

    def _send_found(self, message: dict[str, Any], _: object) -> None:
        reply = {"kind": "found", "id": message["id"], "prompt": message["prompt"]}
        try:
            hits = self._find(int(message["prompt"]), str(message["query"]), bool(message["regex"]))
        except ValueError as error:
            self.send({**reply, "error": str(error)}, [b""])
        else:
            self.send(reply, [hits.astype("<u4").tobytes()])

    def _prepare_asked(self, message: dict[str, Any], _: object) -> None:
        self._prepare(message["kind"], int(message["prompt"]))

    def _send_distinctive(self, message: dict[str, Any], _: object) -> None:
        rows: list[dict[str, Any]] = []
        buffers = [b"", bytes(4)]
        error = ""
        try:
            rows, buffers = self._distinctive(int(message["prompt"]))
        except Exception as told:
            # The browser waits for an answer, whatever it is.
            error = str(told) or type(told).__name__
        reply = {"kind": "distinctive", "prompt": message["prompt"], "id": message["id"]}
        self.send({**reply, "rows": rows, "error": error}, buffers)

    def _send_tagged(self, message: dict[str, Any], buffers: list[memoryview]) -> None:
        # The answer comes after the state that it tells of, which is on disk by then.
        try:
            ids = np.frombuffer(bytes(buffers[0]), "<u4").astype(np.int64) if buffers else np.zeros(0, np.int64)
            says = self._tag(int(message["prompt"]), str(message["action"]), str(message["value"]), ids)
        except (Exception, KeyboardInterrupt) as told:
            # The browser waits for an answer, whatever it is.
            says = str(told) or type(told).__name__
        self.send({"kind": "tagged", "prompt": message["prompt"], "id": message["id"], "says": says})

    def page_state(self) -> dict[str, Any]:
        """What is set in the widget, by trait name."""
        return {name: getattr(self, name) for name in PAGE_TRAITS}
