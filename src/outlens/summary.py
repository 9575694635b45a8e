"""The outputs in one sentence: how many there are, their groups, and which are equal, shared, odd or blank."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from outlens._unicode import clean
from outlens.naming import names
from outlens.part import Part
from outlens.study import Study
from outlens.tags.book import TagBook
from outlens.vectors.separation import CLEAR, NO_GROUPS

_THRESHOLDS = {1.0: "all", 0.9: "nine in ten", 0.75: "three quarters", 0.5: "half", 0.2: "a fifth", 0.1: "a tenth"}
_FRACTIONS = [(1 / 2, "half"), (1 / 3, "a third"), (1 / 4, "a quarter"), (1 / 5, "a fifth"), (1 / 10, "a tenth")]
FEWEST = 3
"""The fewest outputs that can form groups, or fail to."""
_NEAR = 0.02
"""The largest difference at which a share is given as the nearest fraction."""


@dataclass(frozen=True)
class Piece:
    """A part of the sentence, and its link in the widget: at most one of `rows`, `cluster` and `view`."""

    text: str
    """The text; "{}" is replaced by the name of the cluster."""
    rows: tuple[int, ...] = ()
    """Outputs to select, as positions within the prompt."""
    cluster: int | None = None
    """A cluster to select; -1 for the outputs like no other."""
    view: Mapping[str, Any] | None = None
    """Settings of the view to change."""
    level: int | None = None
    """The level of the tree it belongs to; None for all levels."""


def summarize(study: Study, part: Part, tags: TagBook, granularity: float, new: npt.NDArray[np.int64]) -> str:
    """Describe a part in one sentence, without what is not computed yet.

    It gives, in this order: the number of outputs and sources, and how many of them are new, at the positions `new`;
    the clusters, or that there are no clear groups, if there are at least three outputs; how many outputs are equal to
    another; the share of all words that many outputs share; how many outputs are missing or blank; and how many are
    like no other.
    """
    tree = part.tree.peek()
    called = [] if tree is None else names(part, granularity, tags)
    level = -1 if tree is None else tree.level(granularity)
    said = [piece for piece in pieces(study, part) if piece.level in (None, level)]
    if (added := new_outputs(part, new)) is not None:
        said.insert(end_of_start([piece.text for piece in said]), added)
    return "".join(
        piece.text if piece.cluster is None else piece.text.replace("{}", called[max(0, piece.cluster)])
        for piece in said
    )


def pieces(study: Study, part: Part) -> list[Piece]:
    """Return the parts of the sentence for every granularity; join the texts of one level to get its sentence."""
    outputs = study.outputs
    n = len(part)
    start = [Piece(_count(n, "output"), view={"scope": "all", "query": "", "regex": False, "tagged": None})]
    if outputs.by:
        sources = len({str(value) for value in outputs.frame[outputs.by[0]].iloc[part.rows].dropna().tolist()})
        if sources > 1:
            start.append(Piece(f" by {_count(sources, clean(str(outputs.by[0])))}"))
    clauses: list[list[Piece]] = []
    alone: list[Piece] = []
    land = part.landscape.peek()
    if n >= FEWEST and land is not None:
        grouped: list[Piece] = []
        for level, granularity in enumerate(land.tree.granularities.tolist()):
            numbers = land.tree.cut(granularity)
            sizes = np.bincount(numbers[numbers >= 0])
            grouped += [replace(piece, level=level) for piece in _groups(sizes, n, land.separation, part.long.get())]
            if single := int((numbers < 0).sum()):
                text = f"; {single:,} {'looks' if single == 1 else 'look'} like nothing else"
                alone.append(Piece(text, cluster=-1, level=level))
        clauses.append(grouped)
    missing = outputs.frame[outputs.text].iloc[part.rows].isna().to_numpy()
    times = Counter(text for text, gone in zip(part.texts, missing, strict=True) if not gone)
    equal = tuple(i for i, text in enumerate(part.texts) if times[text] > 1 and not missing[i])
    if equal:
        clauses.append([Piece(f"{len(equal):,} {_verb(len(equal))} equal to another", rows=equal)])
    if (index := part.index.peek()) is not None:
        clauses += _shared(index)
    blank = np.array([not text.strip() for text in part.texts], bool) & ~missing
    for which, kind in ((missing, "missing"), (blank, "blank")):
        if rows := tuple(np.flatnonzero(which).tolist()):
            clauses.append([Piece(f"{len(rows):,} {_verb(len(rows))} {kind}", rows=rows)])
    for i, clause in enumerate(clauses):
        start += [Piece("; " if i else ": "), *clause]
    return [*start, *alone, Piece(".")]


def new_outputs(part: Part, new: npt.NDArray[np.int64]) -> Piece | None:
    """Return the part of the sentence about the outputs at some positions, which are new; None if there are none."""
    rows = tuple(np.flatnonzero(np.isin(part.rows, new)).tolist())
    return Piece(f", {len(rows):,} new", rows=rows) if rows else None


def end_of_start(texts: Sequence[str]) -> int:
    """Return the place after the number of outputs and sources, where `new_outputs` is put."""
    return next(i for i, text in enumerate(texts) if text in (": ", "."))


def _groups(sizes: Any, n: int, separation: float, long: bool) -> list[Piece]:
    """Describe the clusters, or say that there are no clear groups and where to see what is said most."""
    if not len(sizes) or separation <= NO_GROUPS:
        most = _POINTS if long else _PHRASES
        return [Piece("no clear groups", view={"side": "groups"}), Piece(", see "), most]
    # Outputs that were added may have made another cluster the largest.
    first = int(sizes.argmax())
    share = float(sizes[first]) / n
    groups = {"side": "groups"}
    if separation > CLEAR:
        most = Piece(f"{percent(share)} are “{{}}”", cluster=first)
        return [Piece(f"about {len(sizes):,} different", view=groups), Piece(", "), most]
    largest = Piece(f"the largest {_fraction(share)}", cluster=first)
    return [Piece(_count(len(sizes), "cluster"), view=groups), Piece(", "), largest]


_PHRASES = Piece("the most common phrases", view={"panel": "phrases"})
_POINTS = Piece("the points they make", view={"mode": "points"})


def _shared(index: Any) -> list[list[Piece]]:
    """Describe the share of words that many outputs share, or the shorter sequences that they share."""
    # The panel lists what is shared, even if the layers are visible already.
    shown = {"layers": ["shared", "only"], "panel": "phrases"}
    if fit := index.fit():
        text = f"{percent(fit.marked)} of the words are shared by {_at_least(fit.share)}"
        return [[Piece(text, view={**shown, "min_outputs": None, "min_words": 4})]]
    for words in (3, 2):
        if fit := index.fit(words):
            view = {**shown, "min_outputs": fit.share, "min_words": words}
            return [
                [
                    Piece("no four words in a row are shared, but "),
                    Piece(f"{words} by {_at_least(fit.share)}", view=view),
                ]
            ]
    return []


def _count(n: int, noun: str) -> str:
    return f"{n:,} {noun}{'s' * (n != 1)}"


def _verb(n: int) -> str:
    return "is" if n == 1 else "are"


def percent(share: float) -> str:
    """Return a share in words."""
    # Halves are rounded up, as in the browser.
    percents = str(int(100 * share + 0.5))
    if percents == "0" and share > 0:
        return "less than 1 %"
    return "more than 99 %" if percents == "100" and share < 1 else f"{percents} %"


def _at_least(share: float) -> str:
    """Put a threshold into words."""
    return "all" if share == 1 else f"{_THRESHOLDS.get(share, percent(share))} or more"


def _fraction(share: float) -> str:
    """Return the nearest fraction if it is near enough, else the percentage."""
    near, said = min(_FRACTIONS, key=lambda known: abs(known[0] - share))
    return said if abs(near - share) <= _NEAR else percent(share)
