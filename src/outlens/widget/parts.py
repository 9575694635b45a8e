"""The traits of one prompt for the browser."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from outlens._unicode import clean
from outlens.correcting import corrections
from outlens.deferred import Deferred
from outlens.layers import MOST_ALIGNED
from outlens.part import Part
from outlens.points import Points
from outlens.progress import Report
from outlens.state import LensState
from outlens.study import Study
from outlens.summary import Piece, end_of_start, new_outputs, pieces
from outlens.tags.book import TagBook
from outlens.vectors.positions import scaled
from outlens.vectors.separation import NO_GROUPS
from outlens.widget import tagged, wire
from outlens.widget.points import points


class PartOnWire:
    """A part of the study, encoded for the browser; values that do not change are encoded once.

    Attributes
    ----------
    index, aligned : the traits of these names; ready once the browser or a page has asked for them.
    points : the trait of this name, {} until `encode_points`.
    points_asked : whether the browser has asked for the points.
    encoding : whether a thread encodes them.
    """

    def __init__(self, study: Study, part: Part, tags: TagBook) -> None:
        self._study = study
        self._part = part
        self._tags = tags
        self._encoder: tagged.Encoder | None = None
        self._summary: tuple[tuple[bool, bool], list[dict[str, Any]]] | None = None
        self.index: Deferred[dict[str, Any]] = Deferred(lambda: dict(wire.index(part.index.get())))
        self.aligned: Deferred[dict[str, Any]] = Deferred(lambda: wire.alignment(part.texts, part.alignment.get()))

        self.points: dict[str, Any] = {}
        self.points_asked = False
        self.encoding = False
        self._encoded: tuple[Points, dict[str, Any]] | None = None

    def encode_points(self, found: Points | None) -> None:
        """Encode the points with the present corrections, unless there are none or that was done."""
        made = None if found is None else found.corrected(corrections(self._part, self._tags))
        if made is None or (self._encoded is not None and self._encoded[0] is made):
            return
        before = self._encoded[1] if self._encoded is not None and self._encoded[0].number == made.number else None
        self.points = {"prompt": self._part.number, **points(self._part.texts, made, before)}
        self._encoded = made, self.points

    def points_are_current(self) -> bool:
        """Whether the encoded points, if any, have the present corrections."""
        if self._encoded is None:
            return True
        return self._encoded[0].corrections == corrections(self._part, self._tags)

    def asked(self, kind: str) -> dict[str, Any]:
        """Return the index or the alignment ("index" or "aligned"), or {"error": reason}."""
        n = len(self._part)
        try:
            if kind == "index":
                return self.index.get()
            if n > MOST_ALIGNED:
                raise ValueError(
                    f"The sentences of {n:,} outputs are too many to align here, where the limit is {MOST_ALIGNED:,};"
                    " lens.aligned() makes the table in Python."
                )
            return self.aligned.get()
        except Exception as error:
            # The browser waits for an answer in any case.
            return {"error": str(error) or type(error).__name__}

    def for_page(self) -> dict[str, Any]:
        """Return the index, the alignment and the points for a page, which cannot ask later; {} if they take too long.

        The points are those that `encode_points` has encoded.
        """
        few = len(self._part) <= wire.ALIGNED_IN_PAGE or self._part.alignment.peek() is not None
        return {
            "_index": self.asked("index") if wire.indexed(self._part.texts) else {},
            "_aligned": self.asked("aligned") if few else {},
            "_points": self.points,
        }

    def keys(self) -> list[str]:
        """Return the keys of the outputs, and of the prompt itself."""
        tags = self._tags
        return [*(tags.keys[row] for row in self._part.rows.tolist()), tags.prompt_keys[self._part.number]]

    def tagged(self) -> dict[str, Any]:
        """Return the tags, notes and stars, `_tagged`."""
        with self._tags.lock:
            if self._encoder is None:
                self._encoder = tagged.Encoder(self.keys())
            state, me = self._tags.session.state, self._tags.annotator
            undo, redo = state.undo_stack(me), state.redo_stack(me)
            return {
                **tagged.NONE,
                **self._encoder.wire(self._tags),
                "undo": clean(state.describe(me, undo[-1])) if undo else "",
                "redo": clean(state.describe(me, redo[-1])) if redo else "",
                "store": "" if self._tags.path is None else clean(str(self._tags.path)),
                "problem": clean(self._tags.problem),
            }

    def _prompts(self) -> list[dict[str, Any]]:
        parts = self._study.parts
        # The table of all prompts shows the different answers; with one prompt there is none, and counting takes time.
        return [
            {"label": clean(part.label), "n": len(part), "different": part.different.get() if len(parts) > 1 else None}
            for part in parts
        ]

    def landscape(self) -> dict[str, Any]:
        """Return the traits of the clusters and the map; they are empty until these are ready.

        The user's own positions are there from the start.
        """
        land = self._part.landscape.peek()
        if land is None:
            own = self._study.xy
            xy = b"" if own is None else scaled(own[self._part.rows]).astype("<f4").tobytes()
            return {"_xy": xy, "_leaf": b"", "_tree": {}, "_typical": b""}
        return {
            "_xy": land.xy.astype("<f4").tobytes(),
            "_leaf": land.tree.leaf.astype("<i4").tobytes(),
            "_tree": {**wire.tree(land), "clear": land.separation > NO_GROUPS, "long": self._part.long.get()},
            "_typical": land.typical.astype("<f4").tobytes(),
        }

    def progress(self) -> dict[str, Any]:
        """Return the progress of the clusters and the map, `_progress`."""
        return self._progress(self._part.progress.now)

    def points_progress(self) -> dict[str, Any]:
        """Return the progress of the points, `_points_progress`."""
        return self._progress(self._part.points_progress.now)

    def _progress(self, now: Report) -> dict[str, Any]:
        return {
            "prompt": self._part.number,
            "status": now.status,
            "says": clean(now.says),
            "left": now.left_says,
            "share": now.share,
        }

    def layers(self, state: LensState) -> list[dict[str, Any]]:
        """Return the user layers, `_layers`."""
        return [wire.layer(layer, self._study.outputs.texts, self._part.rows) for layer in state.layers.values()]

    def summary(self, state: LensState | None = None) -> list[dict[str, Any]]:
        """Return the pieces of the summary sentence, `_summary`; their rows are uint32 bytes.

        They are computed once, and again when more is ready: call this first without the lock, then under it. With the
        state, they include the new outputs.
        """
        made = self._pieces()
        new = None if state is None else new_outputs(self._part, state.new)
        at = 0 if new is None else end_of_start([piece["text"] for piece in made])
        return made if new is None else [*made[:at], _piece(new), *made[at:]]

    def _pieces(self) -> list[dict[str, Any]]:
        ready = (self._part.landscape.peek() is not None, self._part.index.peek() is not None)
        if self._summary is not None and self._summary[0] == ready:
            return self._summary[1]
        made = [_piece(piece) for piece in pieces(self._study, self._part)]
        self._summary = ready, made
        return made

    def traits(self, state: LensState, *, paged: bool) -> dict[str, Any]:
        """Return the traits that describe the outputs, with their clusters and map if these are ready."""
        part, outputs = self._part, self._study.outputs
        frame = outputs.frame.iloc[part.rows]
        data, offsets = (b"", wire.offsets(part.texts)) if paged else wire.encode(part.texts)
        columns: dict[str, bytes] = {}
        about = []
        for described in self._study.columns:
            description, columns[described.name] = wire.column(described, part.rows)
            about.append(description)
        index = frame.index if outputs.id is None else pd.Index(frame[outputs.id])
        return {
            "_rows": part.rows.astype("<u4").tobytes(),
            "_columns": columns,
            "_texts": data,
            "_offsets": offsets.astype("<u4").tobytes(),
            "_paged": paged,
            **self.landscape(),
            "_variant": wire.variants(part.texts),
            "_layers": self.layers(state),
            "_summary": self.summary(state),
            "_info": {
                "n": len(part),
                "total": len(outputs.texts),
                "title": clean(part.prompt or ""),
                "prompt": part.number,
                "prompts": self._prompts(),
                "columns": about,
                "labels": wire.labels(index),
                # The summary counts missing and blank outputs.
                "notes": [*outputs.doubts, *self._tags.session.warnings],
                "missing": np.flatnonzero(frame[outputs.text].isna().to_numpy()).tolist(),
                "params": self._study.made_with,
                "source": next((c["name"] for c in about if c["by"]), None),
            },
        }


def _piece(piece: Piece) -> dict[str, Any]:
    return {
        "text": clean(piece.text),
        "rows": np.array(piece.rows, "<u4").tobytes(),
        "cluster": piece.cluster,
        "view": piece.view,
        "step": piece.level,
    }
