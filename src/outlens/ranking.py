"""Orders of the outputs that are made of the tags: likely to have a tag, and unlike everything tagged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from outlens._unicode import clean
from outlens.state import LensState, Ranked
from outlens.study import Part, Study
from outlens.tags.book import TagBook
from outlens.tags.suggest import suggest
from outlens.tags.summaries import check_name
from outlens.tags.unlike import unlike


@dataclass(frozen=True)
class Suggested:
    """The outputs that most likely have a tag, and how good the guess is."""

    tag: str
    rows: pd.Index[Any]
    """Index labels of the outputs that are not judged yet, the most likely first."""
    scores: npt.NDArray[np.float64]
    """How likely each of them is, 0 to 1."""
    precision: float | None
    """In cross-validation; `says` describes it. None if nothing could be held out."""
    says: str

    def __repr__(self) -> str:
        return f"Suggested({self.tag!r}, {len(self.rows)} outputs, {self.says})"


def rank_by_tag(study: Study, state: LensState, tags: TagBook, tag: str) -> Suggested:
    """List first in the reader what most likely has a tag too; `Lens.suggest` describes it."""
    with tags.lock:
        tags.refresh()
        check_name(tags, tag)
        part = study.parts[state.prompt]
        opened = tags.opened(state.view["blind"])
        tagged = tags.seen(tag, opened)
        positive = tagged[part.rows]
        if tagged.any() and not positive.any():
            raise ValueError(
                f"{tag!r} is only on outputs of other prompts ({tagged.sum()}); suggestions are for the prompt shown. "
                "Set lens.prompt to theirs first."
            )
        any_tag = np.zeros(len(tags.keys), bool)
        for name in tags.names():
            any_tag |= tags.seen(name, opened)
    suggestion = suggest(part.vectors.get(), part.texts, positive, any_tag[part.rows] & ~positive, tag=tag)
    _rank(state, part, suggestion.order, f"likely {clean(tag)[:40]} first", suggestion.says)
    labels = study.outputs.frame.index[part.rows[suggestion.order]]
    return Suggested(tag, labels, suggestion.scores[suggestion.order], suggestion.precision, suggestion.says)


def rank_unlike(study: Study, state: LensState, tags: TagBook) -> str:
    """List first in the reader what is most unlike everything tagged; returns a sentence that says so."""
    with tags.lock:
        part = study.parts[state.prompt]
        opened = tags.opened(state.view["blind"])
        judged = np.zeros(len(tags.keys), bool)
        for name in tags.names():
            judged |= tags.seen(name, opened)
    order = unlike(part.likeness.get(), judged[part.rows])
    _rank(state, part, order, "unlike what is tagged first", "")
    return "Listed first: what is most unlike everything tagged"


def _rank(state: LensState, part: Part, order: npt.NDArray[np.int64], name: str, says: str) -> None:
    """Show an order; what is not in it comes last."""
    rank = np.full(len(part), len(order), np.uint32)
    rank[order] = np.arange(len(order))
    ranked = Ranked(part.number, name, clean(says), rank)
    with state.lock:
        state.change(ranked=ranked, view={**state.view, "order": "ranked", "scope": "all"})
