"""Gestures from Python: a tag, note or star on rows that the user names, on the selection, or on a prompt."""

from __future__ import annotations

from typing import Any

import numpy as np

from outlens.state import LensState
from outlens.study import Study
from outlens.tags.book import TagBook


def act(
    study: Study, state: LensState, tags: TagBook, action: str, value: str, rows: Any, prompt: str | int | None = None
) -> None:
    """Do a gesture of `tags.book.GESTURES`; `Lens.tag` describes `rows` and `prompt`."""
    given = study.outputs
    if not isinstance(value, str):
        swapped = f" first, then the rows: lens.{action}({rows!r:.40}, {value!r:.40})" if isinstance(rows, str) else ""
        raise TypeError(f"{action} takes a text{swapped or f', not {value!r:.60}'}.")
    if prompt is not None and rows is not None:
        raise ValueError(f"{action} takes either rows or a prompt, not both.")
    if prompt is not None and given.prompt is None:
        raise ValueError("there are no prompts to tag; name their column when you make the lens: prompt='...'.")
    with tags.lock:
        if prompt is not None:
            positions = np.array([len(given.texts) + study.number_of(prompt)])
        else:
            positions = state.selection if rows is None else given.positions(rows)
        if rows is None and not len(positions):
            raise ValueError(f"nothing is selected; give {action} the rows, or select some first.")
        tags.act(action, value, positions)
        tags.finish()


def switch(tags: TagBook, action: str) -> str:
    """Undo or redo; return what was undone or redone, "" if there was nothing."""
    done = tags.switch(action)
    tags.finish()
    return done
