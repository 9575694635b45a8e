"""The methods of `Lens` that add outputs and compute a new map."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from outlens import outputs
from outlens._interrupts import uninterrupted
from outlens.owners import Owners
from outlens.settings import without_columns
from outlens.state import LensState
from outlens.study import Study
from outlens.summary import percent
from outlens.vectors import check
from outlens.vectors.positions import check_xy

MANY_OUTSIDE = 0.2
"""Share of the added outputs outside of what was seen from which on a new map is recommended."""


@dataclass(frozen=True)
class Added:
    """The added outputs, and which of them are unlike the others."""

    rows: outputs.Positions
    """Positions of the new outputs."""
    placed: outputs.Positions
    """Positions of those that have a cluster and a place on the map; the others wait for the map of their prompt."""
    outside: outputs.Positions
    """Positions of those that lie outside of what was seen: their nearest output is farther away than that of 99 % of
    the outputs that the clusters and the map were computed from."""

    @property
    def share(self) -> float:
        """The share of the placed outputs that lies outside of what was seen; NaN if none was placed."""
        return len(self.outside) / len(self.placed) if len(self.placed) else float("nan")

    def __repr__(self) -> str:
        n, placed, outside = len(self.rows), len(self.placed), len(self.outside)
        says = [f"{n:,} output{'s' * (n != 1)} added"]
        if placed < n:
            count = "clusters and map" if not placed else f"the clusters and map of {n - placed:,} of them"
            says.append(f"{count} are not ready yet")
        if placed:
            verb = "lies" if outside == 1 else "lie"
            share = f" ({percent(self.share)})" if outside else ""
            says.append(f"{outside or 'none'}{share} {verb} outside of what was seen".replace("none lie", "none lies"))
        if placed and self.share >= MANY_OUTSIDE:
            says.append("lens.refit() makes a map of all")
        return "; ".join(says)


def add(lens: Owners, rows: Any, *, vectors: Any = None, xy: Any = None) -> Added:
    """Add outputs at the end; the others keep their positions on the map, clusters, names, tags and notes.

    A new output is placed by its nearest neighbours among the outputs that the clusters and the map were computed from,
    and joins the nearest cluster or is like no other. Cluster numbers stay, even if another cluster becomes the
    largest. The summary in the widget counts the new outputs, and selects them on a click, until the next change of the
    selection or the view. If the clusters and the map of the prompt are being computed, this waits for them. If
    anything fails, nothing is added.

    Parameters
    ----------
    rows : DataFrame, list of str, list of dict, dict for one row, dict of lists, or the path of a file, with all
        columns of the lens. Labels of a DataFrame are kept and must be new; without labels, numbering continues.
    vectors, xy : of the new rows, as for `Lens`, if the lens was made with your own.

    Returns
    -------
    Added
        The positions of the new outputs, and which of them lie outside of what was seen.

    Raises
    ------
    ValueError, TypeError
        If the columns differ, a label or id is in use already or occurs twice, a prompt is the label of the outputs
        without a prompt, or vectors or positions are missing or do not fit.

    Examples
    --------
    >>> import outlens as ol
    >>> lens = ol.Lens(["Yes.", "Yes!", "No, never."], vectors=[[1, 0], [1, 0], [0, 1]], store=False)
    >>> lens.add(["Yes. "], vectors=[[1, 0]])
    1 output added; none lies outside of what was seen
    >>> lens.frame["cluster"].tolist()
    [0, 0, -1, 0]
    """
    study, state, tags = lens._study, lens._state, lens._tags
    data = list(rows) if isinstance(rows, Iterator) else rows
    while True:
        tags.check_open()
        before, n = study.parts, len(study.outputs.texts)
        given = outputs.append(study.outputs, data)
        new = np.arange(n, len(given.texts))
        if not len(new):
            return Added(*(outputs.Positions() for _ in range(3)))
        own_vectors = _own(study.vectors, vectors, "vectors", given, n)
        own_xy = _own(study.xy, xy, "xy", given, n)
        growth = study.grown(
            given,
            None if own_vectors is None else check(own_vectors, len(new)),
            None if own_xy is None else check_xy(own_xy, len(new)),
        )
        keys = tags.keys_of(given)
        # An interrupt in between would leave more tags than outputs.
        with state.lock, uninterrupted():
            # Another thread may have added outputs meanwhile.
            if study.parts is not before:
                continue
            tags.grow(given, keys)
            state.grow([len(part) for part in growth.parts])
            tags.cluster_names.leave_out(growth.added.tolist())
            study.take(growth)
            _leave(study, state)
            # Under the lock, so that the prompt shown does not change.
            shown = lens._part
            if shown.landscape.peek() is None and shown.progress.now.status not in ("stopped", "failed"):
                study.begin(shown.number)
            else:
                study.index_first(shown)
        return Added(*map(outputs.Positions, (new, growth.placed, growth.outside)))


def refit(lens: Owners) -> None:
    """Compute the clusters, their names and the map again, of all outputs, with a progress bar.

    Added outputs then count like the others. The new map is turned, mirrored, scaled and moved to resemble the old one.
    Nothing is embedded again, and tags, notes and the selection stay. A name that you gave to a cluster goes to the new
    cluster that overlaps most with it, if the overlap is more than half. An interrupt or an error leaves everything as
    it was. It does this for every prompt whose map is ready.
    """
    study, state, tags = lens._study, lens._state, lens._tags
    while True:
        tags.check_open()
        lens._part.landscape.get()
        before = study.parts
        growth = study.refitted()
        with state.lock, uninterrupted():
            if study.parts is not before:
                continue
            trees = [(part.rows, part.tree.peek()) for part in before]
            outgrown = [
                named
                for rows, tree in trees
                if tree is not None
                for named in tags.cluster_names.outgrown(rows, tree.leaf)
            ]
            tags.cluster_names.leave_out(())
            study.take(growth)
            _leave(study, state)
            if outgrown:
                with tags.changing():
                    for members, name in outgrown:
                        tags.cluster_names.name(members, name)
            return


def _leave(study: Study, state: LensState) -> None:
    """Set settings of the view back that name a measure: it does not hold for the new outputs or clusters."""
    if gone := without_columns(state.view, [column.name for column in study.columns]):
        state.show(**gone)


def _own(old: Any, value: Any, keyword: str, given: outputs.Outputs, n: int) -> Any:
    """Return the user's vectors or positions of the rows from position n on; None if the lens has none."""
    if (old is None) != (value is None):
        raise ValueError(
            f"this lens was not made with {keyword} of your own; leave out {keyword}."
            if old is None
            else f"this lens was made with {keyword} of your own; give {keyword}= for the new rows too."
        )
    return None if value is None else replace(given, frame=given.frame.iloc[n:]).values(value, keyword)
