"""The user's rows, checked and unchanged, and their texts."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from outlens._errors import NotFound, hint
from outlens.outputs.columns import Categories, Numbers, describe_all, factorize
from outlens.outputs.reading import PROMPT_COLUMNS, TEXT_COLUMNS, short, to_frame
from outlens.outputs.rows import Positions, RowFinder

NO_PROMPT = "(no prompt)"
"""Label of the outputs whose prompt is missing."""


@dataclass(frozen=True)
class Outputs:
    """The user's rows in their order, and one text per row."""

    frame: pd.DataFrame
    """The rows, with their index and dtypes."""
    texts: list[str]
    """The texts of the outputs; "" for a missing one."""
    text: Hashable
    """The column with the outputs."""
    prompt: Hashable | None
    """The column with the prompts."""
    by: list[Hashable]
    """The columns that name the source of an output."""
    id: Hashable | None
    """The column that identifies each output."""
    n_missing: int
    """Rows without a text."""
    n_blank: int
    """Rows whose text is only white space."""

    @cached_property
    def _alike_ids(self) -> dict[str, list[Any]]:
        return {} if self.id is None else _alike_ids(self.frame[self.id])

    @property
    def warnings(self) -> list[str]:
        """Warnings for the user about the rows, one sentence each."""
        n = len(self.texts)
        sentences = [
            f"{count:,} of {n:,} outputs {'is' if count == 1 else 'are'} {kind}; kept as rows."
            for count, kind in ((self.n_missing, "missing"), (self.n_blank, "blank"))
            if count
        ]
        return [*sentences, *self.doubts]

    @property
    def doubts(self) -> list[str]:
        """The warnings about prompts and ids, rather than texts."""
        n = len(self.texts)
        sentences = []
        gone = 0 if self.prompt is None else int(self.frame[self.prompt].isna().sum())
        if gone:
            verb, pronoun = ("has", "it is") if gone == 1 else ("have", "they are")
            sentences.append(
                f"{gone:,} of {n:,} outputs {verb} no prompt; {pronoun} shown together as {self.no_prompt_label!r}."
            )
        if self._alike_ids:
            rows = sum(map(len, self._alike_ids.values()))
            sentences.append(
                f"{rows:,} of {n:,} ids print like the id of another row, such as {next(iter(self._alike_ids))!r};"
                " their tags follow the order of the rows. Give each row an id that prints differently."
            )
        return sentences

    def column(self, name: Hashable, keyword: str) -> pd.Series[Any]:
        """Return the column that a keyword names; raise KeyError with a hint if it does not exist."""
        return self.frame[_existing_column(self.frame, name, keyword)]

    def values(self, value: Any, keyword: str) -> Any:
        """Return the values that a keyword gives: a table or array as it is, or the column or columns it names."""
        if isinstance(value, str):
            return list(self.column(value, keyword))
        if isinstance(value, list | tuple) and value and all(isinstance(name, str) for name in value):
            return pd.DataFrame({i: self.column(name, keyword).to_numpy() for i, name in enumerate(value)})
        self.check_order(value, keyword)
        return value

    def check_order(self, values: Any, keyword: str) -> None:
        """Refuse a DataFrame or Series that has the labels of these rows in another order, since it is ambiguous.

        Raises
        ------
        ValueError
            The message says how to write both meanings.
        """
        if not isinstance(values, pd.DataFrame | pd.Series) or len(values) != len(self.frame):
            return
        here, there = self.frame.index, values.index
        if not there.equals(here) and there.isin(here).all() and here.isin(there).all():
            raise ValueError(
                f"the index of {keyword} has the labels of the data in another order; write {keyword}.loc[df.index]"
                f" to match its rows by label, or {keyword}.to_numpy() if they are in the order of the data."
            )

    @cached_property
    def columns(self) -> list[Categories | Numbers]:
        """The columns to colour, sort and filter by, with one code per value for all rows."""
        return describe_all(self.frame, self.by, (self.text, self.prompt, self.id))

    def prompts(self) -> list[tuple[str, npt.NDArray[np.int64]]]:
        """Return each prompt in order of first appearance, with the positions of its outputs.

        The labels are distinct. Without a column of prompts there is one label, "", for all outputs.
        """
        if self.prompt is None or not len(self.frame):
            return [("", np.arange(len(self.texts), dtype=np.int64))]
        codes, values = factorize(self.frame[self.prompt])
        order = np.argsort(codes, kind="stable").astype(np.int64)
        parts = np.split(order, np.searchsorted(codes[order], np.arange(1, len(values))))
        no_prompt = _no_prompt_label(values)
        labels = [no_prompt if value is None else str(value) for value in values]
        return list(zip(labels, parts, strict=True))

    @property
    def no_prompt_label(self) -> str | None:
        """The label of the outputs whose prompt is missing; None if every output has a prompt."""
        if self.prompt is None or not self.frame[self.prompt].isna().any():
            return None
        return _no_prompt_label(factorize(self.frame[self.prompt])[1])

    def prompt_labels(self) -> list[str]:
        """Return the label of each output's prompt, as in `prompts`."""
        labels = [""] * len(self.texts)
        for label, rows in self.prompts():
            for row in rows.tolist():
                labels[row] = label
        return labels

    def ids(self) -> list[Any] | None:
        """Return the id of each output in the tag log; None without a column of ids.

        Only files of earlier versions have ids that print alike; the second gets the suffix "#2", as it did then.
        """
        if self.id is None:
            return None
        ids = self.frame[self.id].tolist()
        if not self._alike_ids:
            return ids
        printed = list(map(_printed, ids))
        used = set(printed)
        counts: dict[str, int] = {}
        for row, shown in enumerate(printed):
            count = counts.get(shown, 0) + 1
            if count > 1:
                while f"{shown}#{count}" in used:
                    count += 1
                printed[row] = f"{shown}#{count}"
                used.add(printed[row])
            counts[shown] = count
        return printed

    def positions(self, rows: Any) -> Positions:
        """Return the positions of some rows; see `RowFinder.positions` for what can name them."""
        return RowFinder(self.frame, self.text, self.by).positions(rows)

    def position(self, row: Any, method: str) -> int:
        """Return the position of one row, for a method that takes one; ValueError if `row` names none or several."""
        positions = self.positions(row)
        if len(positions) != 1:
            raise ValueError(
                f"{method} takes one row, but {row!r:.60} names {len(positions)}; give the index label of one."
            )
        return int(positions[0])


def read(
    data: Any,
    *,
    text: Hashable | None = None,
    prompt: Hashable | Literal[False] | None = None,
    by: Hashable | Sequence[Hashable] | None = None,
    id: Hashable | None = None,
    alike_ids: bool = False,
) -> Outputs:
    """Read and check the user's data; nothing is changed, dropped or reordered.

    Parameters
    ----------
    data : DataFrame, Series, list of str (None for a missing one), list of dict, dict of lists, or the path of a .csv,
        .tsv, .jsonl, .json or .parquet file.
    text : the column with the outputs; None looks for one of `TEXT_COLUMNS`.
    prompt : the column with the prompts; None looks for one named "prompt" or "instruction", False uses none.
    by : the column or columns that name the source of an output.
    id : the column that identifies each output; its values must be distinct, also when printed.
    alike_ids : whether to accept ids that print alike, as in files of earlier versions.

    Raises
    ------
    ValueError, TypeError, KeyError
        The message is one sentence: what is wrong, the value seen, and what to write instead.
    """
    if prompt is True:
        raise TypeError("prompt is True; give the name of a column, or False to show all outputs together.")
    by_names = [] if by is None else [by] if isinstance(by, str) or not isinstance(by, Sequence) else list(by)
    frame = to_frame(data, text=[name for name in (text, prompt, id) if name is not None], by=by_names)
    if not frame.columns.is_unique:
        repeated = frame.columns[frame.columns.duplicated()][0]
        raise ValueError(f"two columns are named {repeated!r}; rename one of them.")
    text = _default_text_column(frame) if text is None else _existing_column(frame, text, "text")
    if prompt is False:
        prompt = None
    elif prompt is not None:
        prompt = _existing_column(frame, prompt, "prompt")
    else:
        prompt = next((name for name in PROMPT_COLUMNS if name in frame and name != text), None)
    by_columns = [_existing_column(frame, name, "by") for name in by_names]
    if id is not None:
        id = _existing_column(frame, id, "id")
        _check_ids(frame[id], id, alike_ids)
    values = frame[text].tolist()
    missing = frame[text].isna().tolist()
    texts = ["" if gone else v if isinstance(v, str) else str(v) for v, gone in zip(values, missing, strict=True)]
    n_missing = sum(missing)
    n_blank = sum(not t.strip() for t in texts) - n_missing
    return Outputs(frame, texts, text, prompt, by_columns, id, n_missing, n_blank)


def _check_ids(ids: pd.Series[Any], name: Hashable, alike_ids: bool) -> None:
    """Refuse ids that are missing, equal or print alike: tags are stored under the printed id."""
    gone = int(ids.isna().sum())
    if gone:
        raise ValueError(f"the id column {name!r} has no value in {gone} of {len(ids)} rows; give each row its own.")
    for repeated in _alike_ids(ids).values():
        shown = list(dict.fromkeys(map(short, repeated)))
        if len(shown) == 1:
            raise ValueError(
                f"the id column {name!r} has the value {shown[0]} in {len(repeated)} rows; give each row an id of its"
                " own."
            )
        if not alike_ids:
            raise ValueError(
                f"the id column {name!r} has {shown[0]} and {shown[1]}, which print alike; give each row an id that"
                " prints differently."
            )


def _alike_ids(ids: pd.Series[Any]) -> dict[str, list[Any]]:
    """Return the ids that print alike, by their printed form."""
    printed: dict[str, list[Any]] = {}
    for value in ids.tolist():
        printed.setdefault(_printed(value), []).append(value)
    return {shown: values for shown, values in printed.items() if len(values) > 1}


def _printed(value: Any) -> str:
    # A missing row turns a column of whole numbers into floats: 7.0 is 7.
    return str(int(value) if isinstance(value, float) and value.is_integer() else value)


def _no_prompt_label(prompts: Collection[Any]) -> str:
    label = NO_PROMPT
    while label in prompts:
        label = f"({label})"
    return label


def _default_text_column(frame: pd.DataFrame) -> Hashable:
    if not len(frame.columns):
        raise ValueError("the data has no columns; give a frame with a column of outputs.")
    names = [name for name in frame.columns if str(name).lower() in TEXT_COLUMNS]
    if len(names) == 1:
        return names[0]
    if names:
        raise ValueError(
            f"the columns {' and '.join(map(repr, names))} could each hold the outputs; name one, such as"
            f" text={names[0]!r}."
        )
    listed = ", ".join(map(repr, frame.columns))
    raise ValueError(f"no column is named {', '.join(TEXT_COLUMNS)}; name one with text=: {listed}.")


def _existing_column(frame: pd.DataFrame, name: Hashable, keyword: str) -> Hashable:
    if isinstance(name, Hashable) and name in frame.columns:
        return name
    raise NotFound(f"{keyword}={name!r} is not a column; {hint(name, frame.columns, 'columns')}")
