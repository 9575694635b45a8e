"""The answers to what the browser asks: texts, searches, phrases, exports, and gestures on tags."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from outlens import compare, tables, text
from outlens.contrast import contrast
from outlens.correcting import correct, corrections
from outlens.part import Part
from outlens.ranking import rank_by_tag, rank_similar, rank_unlike
from outlens.state import LensState
from outlens.study import Study
from outlens.tags.book import TagBook
from outlens.widget import wire

PROMPT = (1 << 32) - 1
"""The number of the prompt among its outputs, in gestures: -1 as uint32. It does not change when outputs are added."""

NEIGHBOURS = 20
"""How many neighbours of an output show where a set is denser: fewer of fewer than 100 outputs, to stay near it."""

Rows = npt.NDArray[np.int64]
Answer = tuple[dict[str, Any], list[bytes]]


class Answers:
    """Answers the questions of the browser, each about one part of the study.

    An answer is a dict for the message and its buffers. An error is in the answer, since the browser waits for one.

    Parameters
    ----------
    study, state, tags : the owners of the data.
    page : returns the HTML of a page with the widget in its current state.
    """

    def __init__(self, study: Study, state: LensState, tags: TagBook, page: Callable[[], str]) -> None:
        self._study = study
        self._state = state
        self._tags = tags
        self._page = page
        self._by_kind: dict[str, Callable[[Part, dict[str, Any], list[Any]], Answer | None]] = {
            "texts": self._send_texts,
            "find": self._find,
            "count": self._count_matches,
            "compare": self._compare,
            "density": self._density,
            "tags": self._gesture,
            "export": self._export,
            "stop": self._stop,
            "continue": self._continue,
        }

    def to(self, kind: str, part: Part, message: dict[str, Any], buffers: list[Any]) -> Answer | None:
        """Return the answer to a message; None if it needs none or its kind is unknown."""
        answer = self._by_kind.get(kind)
        return None if answer is None else answer(part, message, buffers)

    def _stop(self, part: Part, message: dict[str, Any], _: object) -> None:
        (part.points_progress if message.get("what") == "points" else part.progress).stop()

    def _continue(self, part: Part, _: object, _buffers: object) -> None:
        self._study.begin(part.number)

    def _send_texts(self, part: Part, message: dict[str, Any], _: object) -> Answer:
        ids = [int(i) for i in message["ids"] if isinstance(i, int) and 0 <= i < len(part)]
        data, offsets = wire.encode([part.texts[i] for i in ids])
        return {"kind": "texts", "ids": ids}, [data, offsets.tobytes()]

    def _find(self, part: Part, message: dict[str, Any], _: object) -> Answer:
        try:
            spans = text.find(part.texts, str(message["query"]), regex=bool(message["regex"]))
        except (Exception, KeyboardInterrupt) as error:
            return {"kind": "found", "error": reason(error)}, [b""]
        return {"kind": "found"}, [np.unique(spans["output"]).astype("<u4").tobytes()]

    def _count_matches(self, _: Part, message: dict[str, Any], _buffers: object) -> Answer:
        """Count the matching outputs of each prompt; an invalid query matches none."""
        # Outputs may be added meanwhile.
        with self._tags.lock:
            texts, parts = self._study.outputs.texts, self._study.parts
        matches = np.zeros(len(texts), bool)
        with contextlib.suppress(ValueError):
            spans = text.find(texts, str(message["query"]), regex=bool(message["regex"]))
            matches[spans["output"]] = True
        counts = [int(matches[part.rows].sum()) for part in parts]
        return {"kind": "counted"}, [np.array(counts, "<u4").tobytes()]

    def _compare(self, part: Part, message: dict[str, Any], buffers: list[Any]) -> Answer:
        """Return what two sets of outputs, the two buffers, say differently."""
        try:
            one, other = _sets(part, buffers)
            granularity = float(self._state.view["points_granularity"])
            found = contrast(part, one, other, corrections(part, self._tags), granularity)
        except (Exception, KeyboardInterrupt) as error:
            return {"kind": "compared", "rows": [], "tested": {}, "error": reason(error)}, [b"", bytes(4)]
        rows, made = wire.contrast(found)
        return {"kind": "compared", "rows": rows, "tested": found.tested, "error": ""}, made

    def _density(self, part: Part, message: dict[str, Any], buffers: list[Any]) -> Answer:
        """Return where each of two sets is denser: uint8, 1 or 2 for the first or second set, 0 for neither."""
        try:
            one, other = _sets(part, buffers)
            groups = np.full(len(part), None, object)
            groups[one], groups[other] = 1, 2
            near = min(NEIGHBOURS, max(1, (len(one) + len(other)) // 5))
            table = compare.density(part.vectors.get(), groups.tolist(), neighbours=near)
        except (Exception, KeyboardInterrupt) as error:
            return {"kind": "density", "error": reason(error)}, [b""]
        denser = np.zeros(len(part), np.uint8)
        denser[table["output"]] = table["denser"].map({1: 1, 2: 2}).fillna(0)
        return {"kind": "density", "error": ""}, [denser.tobytes()]

    def _export(self, _: Part, message: dict[str, Any], buffers: list[Any]) -> Answer:
        """Return the rows in the message as CSV, or a page with the widget, for the browser to save."""
        says = ""
        try:
            if message.get("form") == "page":
                content = self._page()
                made, n = len(self._study.computed), len(self._study.parts)
                if made < n:
                    says = f"it holds {made} of {n} prompts; call lens.prepare() first for all"
            else:
                rows = np.frombuffer(bytes(buffers[0]), "<u4").astype(np.int64)
                content = tables.csv(tables.frame(self._study, self._state, self._tags).iloc[rows])
        except (Exception, KeyboardInterrupt) as error:
            return {"kind": "exported", "error": reason(error), "says": ""}, [b""]
        return {"kind": "exported", "error": "", "says": says}, [content.encode()]

    def _gesture(self, part: Part, message: dict[str, Any], buffers: list[Any]) -> Answer:
        # Answer after the state has changed and is on disk.
        try:
            ids = np.frombuffer(bytes(buffers[0]), "<u4").astype(np.int64) if buffers else np.zeros(0, np.int64)
            says = self._tag(part, str(message["action"]), str(message["value"]), ids)
            problem = self._tags.problem
            says = f"{says}. Not saved: {problem}" if problem else says
        except (Exception, KeyboardInterrupt) as error:
            says = reason(error)
        return {"kind": "tagged", "says": says}, []

    def _tag(self, part: Part, action: str, value: str, ids: Rows) -> str:
        """Perform a gesture of the browser; return a sentence for screen readers."""
        tags = self._tags
        if action in ("undo", "redo"):
            done = tags.switch(action)
            return f"{'Undone' if action == 'undo' else 'Redone'}: {done}" if done else f"Nothing to {action}"
        if action == "suggest":
            return rank_by_tag(self._study, self._state, tags, tags.full_name(value))[1].says
        if action == "unlike":
            return rank_unlike(self._study, self._state, tags)
        if action == "similar":
            return rank_similar(self._study, self._state, part, int(ids[0]))
        if action == "define":
            given = json.loads(value)
            fields = {field: str(given[field]) for field in ("color", "description", "key") if field in given}
            tags.define(tags.full_name(given["name"]), **fields)
            return f"{given['name'][:40]}: kept"
        if action == "point":
            return correct(part, value, tags)
        name = tags.full_name(value) if action in ("tag", "untag") else value
        # Outputs may be added in another thread.
        with tags.lock:
            part = self._study.parts[part.number]
            rows = np.append(part.rows, len(tags.keys) + part.number)
            on_prompt = ids == PROMPT
            return tags.act(action, name, rows[np.where(on_prompt, len(part), ids)[on_prompt | (ids < len(part))]])


def _sets(part: Part, buffers: list[Any]) -> list[Rows]:
    """Return the two sets of outputs in a message. Outputs may have been added or removed since."""
    sets = [np.frombuffer(bytes(buffer), "<u4").astype(np.int64) for buffer in buffers]
    return [np.unique(ids[ids < len(part)]) for ids in sets]


def reason(error: BaseException) -> str:
    """Return why there is no result. The browser waits for an answer, so it always gets one."""
    if isinstance(error, KeyboardInterrupt):
        return "This was interrupted in the kernel; try again."
    return str(error) or type(error).__name__
