"""Orders of the outputs: by a tag or a column, least like everything tagged, and most similar to one."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from outlens._unicode import clean
from outlens.outputs import Numbers
from outlens.part import Part
from outlens.state import LensState, Ranked
from outlens.study import Study
from outlens.tags.book import TagBook
from outlens.tags.suggest import Suggestion, suggest
from outlens.tags.summaries import check_name
from outlens.tags.unlike import unlike


def rank_by_tag(study: Study, state: LensState, tags: TagBook, tag: str) -> tuple[Part, Suggestion]:
    """Sort the reader by how likely outputs should have a tag; return the current prompt and its suggestion."""
    with tags.lock:
        tags.refresh()
        check_name(tags, tag)
        part = study.parts[state.prompt]
        opened = tags.opened(state.view["blind"])
        tagged = tags.seen(tag, opened)
        positive = tagged[part.rows]
        if tagged.any() and not positive.any():
            raise ValueError(
                f"{tag!r} is only on outputs of other prompts ({tagged.sum()}); suggestions are for the current prompt."
                " Set lens.prompt to theirs first."
            )
        any_tag = np.zeros(len(tags.keys), bool)
        for name in tags.names():
            any_tag |= tags.seen(name, opened)
    suggestion = suggest(part.vectors.get(), part.texts, positive, any_tag[part.rows] & ~positive, tag=tag)
    _rank(state, part, suggestion.order, f"likely {clean(tag)[:40]} first", suggestion.says)
    return part, suggestion


def rank_unlike(study: Study, state: LensState, tags: TagBook) -> str:
    """Sort the reader by how unlike outputs are to everything tagged; return a sentence for the user."""
    with tags.lock:
        part = study.parts[state.prompt]
        opened = tags.opened(state.view["blind"])
        judged = np.zeros(len(tags.keys), bool)
        for name in tags.names():
            judged |= tags.seen(name, opened)
    order = unlike(part.likeness.get(), judged[part.rows])
    _rank(state, part, order, "least like tagged outputs first", "")
    return "Listed first: the outputs least like everything tagged"


def rank_similar(study: Study, state: LensState, part: Part, output: int) -> str:
    """Sort the reader by how similar outputs are to one of a part; return a sentence for the user."""
    similar, _ = part.likeness.get().similar_rows(output, len(part))
    row = f"row {clean(str(study.outputs.frame.index[part.rows[output]]))[:40]}"
    _rank(state, part, np.concatenate([[output], similar]), f"similar to {row} first", "")
    return f"Listed first: the outputs most similar to {row}"


def rank_by_column(study: Study, state: LensState, name: str, smallest: bool) -> None:
    """Sort the reader by a column of numbers, largest or smallest first; missing ones come last."""
    part = study.parts[state.prompt]
    column = next(each for each in study.columns if each.name == name)
    assert isinstance(column, Numbers)
    values = column.values[part.rows].astype(np.float64)
    some = np.flatnonzero(np.isfinite(values))
    order = some[np.argsort(values[some] if smallest else -values[some], kind="stable")]
    which = "smallest" if smallest else "largest"
    _rank(state, part, order, f"{which} {name[:40]} first", f"Listed first: the outputs with the {which} {name[:40]}")


def _rank(state: LensState, part: Part, order: npt.NDArray[np.int64], name: str, says: str) -> None:
    """Show an order; outputs that it lacks come last."""
    rank = np.full(len(part), len(order), np.uint32)
    rank[order] = np.arange(len(order))
    ranked = Ranked(part.number, name, clean(says), rank)
    with state.lock:
        state.change(ranked=ranked, view={**state.view, "order": "ranked", "scope": "all"})
