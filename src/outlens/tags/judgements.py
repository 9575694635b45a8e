"""Judgements: one person's tags, note and star on one output, the form that other programs and tables use.

They do not have events; `to_events` turns judgements into events.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from outlens.tags.events import Action, Event, new_id


@dataclass(frozen=True, slots=True)
class Judgement:
    """One person's tags, note and star on one output. Without tags, the person looked at it and gave none.

    Attributes
    ----------
    key : str
        The key of the output, as `outlens.tags.events.keys` makes it.
    text, prompt : str
        `prompt` is `""` if there is none.
    annotator : str
    tags : tuple of str
    note : str
        `""` for none.
    star : bool
    """

    key: str
    text: str
    prompt: str
    annotator: str
    tags: tuple[str, ...] = ()
    note: str = ""
    star: bool = False


COLUMNS = ("annotator", "tags", "note", "star", "key", "prompt", "text")
"""Columns of a table of judgements: the fields of `Judgement`."""


def is_table_of_judgements(source: object) -> bool:
    """Return whether this is a table like `lens.judgements()`."""
    return isinstance(source, pd.DataFrame) and set(COLUMNS) <= set(source.columns)


def from_table(table: pd.DataFrame) -> list[Judgement]:
    """Return the judgements in a table like `lens.judgements()`, one per row."""
    cells = {name: table[name].tolist() for name in COLUMNS}
    rows = [dict(zip(COLUMNS, row, strict=True)) for row in zip(*cells.values(), strict=True)]
    return [Judgement(**{**row, "tags": tuple(row["tags"]), "star": bool(row["star"])}) for row in rows]


def to_events(judgements: Iterable[Judgement], lens: str = "") -> list[Event]:
    """Turn judgements into events, one gesture per person, all at the current time."""
    now = time.time_ns() // 1000
    gestures: dict[str, str] = {}
    events = []
    for judgement in judgements:
        gesture = gestures.setdefault(judgement.annotator, new_id())
        changes: list[tuple[Action, str]] = [("tag", tag) for tag in dict.fromkeys(judgement.tags) if tag.strip()]
        if judgement.note:
            changes.append(("note", judgement.note))
        if judgement.star:
            changes.append(("star", ""))
        events += [
            Event(new_id(), now, judgement.annotator, judgement.key, action, value, gesture, lens)
            for action, value in changes
        ]
    return events


def from_column(
    values: Iterable[Any], annotator: str, keys: Sequence[str], sep: str | None = None, lens: str = ""
) -> list[Event]:
    """Turn a column of tags into events of one gesture.

    Parameters
    ----------
    values : iterable, length n
        Each is a str (one tag, or a JSON list of tags), a list of str, or None, NaN or blank (no tag).
    annotator : str
        The person who gave the tags.
    keys : sequence of str, length n
        The key of each output.
    sep : str, optional
        Splits each str; blanks around the parts are dropped.

    Raises
    ------
    ValueError
        If the lengths differ.
    TypeError
        If a cell holds anything else.
    """
    if isinstance(values, str):
        raise TypeError(f"values is the text {values!r}; give a list of cells, one for each key.")
    cells = list(values)
    if len(cells) != len(keys):
        raise ValueError(f"{len(cells)} cells but {len(keys)} keys; give one key for each cell.")
    pairs = zip(cells, keys, strict=True)
    return to_events([Judgement(key, "", "", annotator, tags_of_cell(cell, sep)) for cell, key in pairs], lens)


def tags_of_cell(cell: Any, sep: str | None = None) -> tuple[str, ...]:
    """Return the tags in a cell, as `from_column` reads them."""
    if isinstance(cell, str):
        names: Any = [part.strip() for part in cell.split(sep)] if sep else _json_list(cell) or [cell]
    elif isinstance(cell, (list, tuple, set, frozenset, np.ndarray)):
        names = sorted(cell) if isinstance(cell, (set, frozenset)) else list(cell)
    elif is_missing(cell):
        return ()
    else:
        names = [cell]
    for name in names:
        if not isinstance(name, str):
            raise TypeError(f"a cell holds {name!r}, which is not a tag; write a str, a list of str, or None.")
    return tuple(name for name in names if name.strip())


def _json_list(cell: str) -> list[str] | None:
    try:
        value = json.loads(cell) if cell.lstrip().startswith("[") else None
    except (ValueError, RecursionError):
        return None
    return (value or [""]) if isinstance(value, list) and all(isinstance(name, str) for name in value) else None


def is_missing(cell: Any) -> bool:
    """Return whether a cell of a DataFrame is empty: None, NaN, NA or NaT."""
    return cell is None or cell is pd.NA or cell is pd.NaT or (isinstance(cell, float) and math.isnan(cell))


def prompt_texts(prompts: pd.Series[Any]) -> list[str]:
    """Return the prompts as text, `""` for a missing one; in pandas 3 `Series.astype(str)` keeps NaN."""
    return ["" if is_missing(prompt) else str(prompt) for prompt in prompts.tolist()]
