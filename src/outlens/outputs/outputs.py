"""What the user gives, read and checked: their rows, untouched, and the texts in them."""

from __future__ import annotations

import difflib
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from outlens.outputs.columns import factorize
from outlens.outputs.reading import TEXT_COLUMNS, frame_of
from outlens.outputs.rows import Positions, RowFinder

NO_PROMPT = "(no prompt)"


@dataclass(frozen=True)
class Outputs:
    """The user's rows in their order, and one text a row."""

    frame: pd.DataFrame
    """Their rows, index and dtypes."""
    texts: list[str]
    """The outputs; "" for a missing one."""
    text: Hashable
    """The column they are in."""
    prompt: Hashable | None
    """The column of the prompts."""
    by: list[Hashable]
    """Columns that name where an output comes from."""
    id: Hashable | None
    """The column that names each output."""
    n_missing: int
    """Rows without a text."""
    n_blank: int
    """Rows whose text has nothing but white space."""

    @property
    def notes(self) -> list[str]:
        """What the user should know of the rows, one sentence each."""
        n = len(self.texts)
        notes = []
        for count, what in ((self.n_missing, "missing"), (self.n_blank, "blank")):
            if count:
                notes.append(f"{count} of {n} outputs {'is' if count == 1 else 'are'} {what}; kept as rows.")
        return notes

    def column(self, name: Hashable, what: str) -> pd.Series[Any]:
        """The column that the keyword `what` names; KeyError with the near name if there is none."""
        return self.frame[_column(self.frame, name, what)]

    def prompts(self) -> list[tuple[str, npt.NDArray[np.int64]]]:
        """Each different prompt, in order of first appearance, with the positions of its outputs, int64."""
        if self.prompt is None or not len(self.frame):
            return [("", np.arange(len(self.texts), dtype=np.int64))]
        codes, values = factorize(self.frame[self.prompt])
        order = np.argsort(codes, kind="stable").astype(np.int64)
        parts = np.split(order, np.searchsorted(codes[order], np.arange(1, len(values))))
        labels = [NO_PROMPT if value is None else str(value) for value in values]
        return list(zip(labels, parts, strict=True))

    def positions(self, rows: Any) -> Positions:
        """Return the positions of some rows; see `RowFinder.positions` for what can name them."""
        return RowFinder(self.frame, self.text, self.by).positions(rows)


def read(
    data: Any,
    *,
    text: Hashable | None = None,
    prompt: Hashable | None = None,
    by: Hashable | Sequence[Hashable] | None = None,
    id: Hashable | None = None,
) -> Outputs:
    """Read and check what the user gives; nothing of theirs is changed, dropped or reordered.

    Parameters
    ----------
    data : DataFrame, list of str (None for a missing one), list of dict, dict of lists, or the path of a .csv, .tsv,
        .jsonl, .json or .parquet file.
    text : the column of the outputs; None looks for one of `TEXT_COLUMNS`.
    prompt : the column of the prompts; None takes one named "prompt", or alpaca_eval's "instruction".
    by : column or columns that name where an output comes from.
    id : column that names each output, all different.

    Raises
    ------
    ValueError, TypeError, KeyError
        One sentence with what was wrong, the value seen and what to write instead.
    """
    frame = frame_of(data, [name for name in (text, prompt, id, *_names(by)) if name is not None])
    if not frame.columns.is_unique:
        twice = frame.columns[frame.columns.duplicated()][0]
        raise ValueError(f"two columns are named {twice!r}; rename one of them.")
    text = _text_column(frame) if text is None else _column(frame, text, "text")
    if prompt is not None:
        prompt = _column(frame, prompt, "prompt")
    else:
        prompt = next((c for c in ("prompt", "instruction") if c in frame and c != text), None)
    by_columns = [_column(frame, name, "by") for name in _names(by)]
    if id is not None:
        id = _column(frame, id, "id")
        repeated = frame[id][frame[id].duplicated() | frame[id].isna()]
        if len(repeated):
            raise ValueError(
                f"id column {id!r} holds {repeated.iloc[0]!r} twice or no value; each output needs its own."
            )
    values = frame[text].tolist()
    missing = frame[text].isna().tolist()
    texts = ["" if gone else v if isinstance(v, str) else str(v) for v, gone in zip(values, missing, strict=True)]
    n_missing = sum(missing)
    n_blank = sum(not t.strip() for t in texts) - n_missing
    return Outputs(frame, texts, text, prompt, by_columns, id, n_missing, n_blank)


def _names(by: Hashable | Sequence[Hashable] | None) -> list[Hashable]:
    return [] if by is None else [by] if isinstance(by, str) or not isinstance(by, Sequence) else list(by)


def _text_column(frame: pd.DataFrame) -> Hashable:
    found = [c for c in frame.columns if str(c).lower() in TEXT_COLUMNS]
    listed = ", ".join(repr(c) for c in frame.columns)
    if not listed:
        raise ValueError("the frame has no columns; give one that holds the outputs.")
    if len(found) == 1:
        return found[0]
    if found:
        names = " and ".join(repr(c) for c in found)
        raise ValueError(f"{names} could each hold the outputs; name one, such as text={found[0]!r}.")
    raise ValueError(f"no column named {', '.join(TEXT_COLUMNS)} among {listed}; name one with text=.")


def _column(frame: pd.DataFrame, name: Hashable, what: str) -> Hashable:
    if isinstance(name, Hashable) and name in frame.columns:
        return name
    near = difflib.get_close_matches(str(name), [str(c) for c in frame.columns], 1)
    hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(repr(c) for c in frame.columns)}."
    raise KeyError(f"{what}={name!r} is not a column; {hint}")
