"""What the user gives, read and checked: their rows, untouched, and the texts in them."""

from __future__ import annotations

import difflib
import json
from collections import Counter
from collections.abc import Hashable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

TEXT_COLUMNS = ("response", "output", "completion", "generation", "answer", "text")
"""Where the outputs are looked for when no column is named."""

NO_PROMPT = "(no prompt)"

REPEATED = (
    "labels repeat in the frame's index, so these could be several rows; give a mask with one True or False a row."
)


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

    def positions(self, rows: Any) -> npt.NDArray[np.int64]:
        """Positions of some rows, int64, sorted, each once.

        Parameters
        ----------
        rows : a boolean mask (a Series is aligned by its index), a DataFrame or Series of some of the rows, index
            labels (one or many; a label that several rows bear means all of them), or None for none.

        Raises
        ------
        KeyError
            Where a label is not in the index.
        ValueError
            Where a mask has another length than the rows.
        """
        if rows is None:
            return np.zeros(0, np.int64)
        index = self.frame.index
        if isinstance(rows, pd.DataFrame):
            return self._rows(rows)
        if isinstance(rows, pd.Series):
            if not pd.api.types.is_bool_dtype(rows) and not _is_mask(rows):
                return self._rows(rows)
            if len(rows) == len(index) and rows.index.equals(index):
                return self._mask(_as_mask(rows))
            if len(rows) > len(index) and not rows.index.isin(index).all():
                raise ValueError(
                    f"the mask has {len(rows)} values for {len(index)} rows; make it from the frame that the lens was"
                    " made of."
                )
            chosen = rows.index[_as_mask(rows)]
            if not index.is_unique and self._ambiguous(chosen):
                raise ValueError(REPEATED)
            return self._labelled(chosen)
        if isinstance(rows, Iterator | Set):
            rows = list(rows)
        if (
            isinstance(rows, str | bytes)
            or not isinstance(rows, Sequence | np.ndarray | pd.Index | pd.api.extensions.ExtensionArray)
            or (isinstance(rows, tuple) and isinstance(index, pd.MultiIndex))
        ):
            return self._labelled([rows])
        if getattr(rows, "ndim", 1) == 1 and _is_mask(rows):
            return self._mask(_as_mask(rows))
        if getattr(rows, "dtype", None) == np.bool_ and len(rows):
            return self._mask(np.asarray(rows))
        return self._labelled(rows)

    def _ambiguous(self, labels: pd.Index[Any]) -> bool:
        """Whether some labels stand for more rows than they are given times."""
        given = labels.value_counts()
        return bool((self.frame.index.value_counts().reindex(given.index).fillna(0) > given).any())

    def _rows(self, rows: pd.DataFrame | pd.Series[Any]) -> npt.NDArray[np.int64]:
        """Positions of rows of the frame; where labels repeat, by what the rows hold."""
        found = self._labelled(rows.index)
        if self.frame.index.is_unique or not self._ambiguous(rows.index):
            return found
        part = rows if isinstance(rows, pd.DataFrame) else rows.to_frame()
        shared = [c for c in part.columns if c in self.frame.columns]
        if not shared:
            raise ValueError(REPEATED)
        mine = _contents(self.frame.iloc[found], shared)
        given = Counter(_contents(part, shared))
        there = Counter(mine)
        # Rows that are alike in all may be told apart only where all of them are given.
        if any(count != there[key] for key, count in given.items()):
            raise ValueError(REPEATED)
        return found[[key in given for key in mine]]

    def _mask(self, mask: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
        if mask.shape != (len(self.texts),):
            raise ValueError(
                f"the mask has {mask.size} values for {len(self.texts)} rows; give one True or False a row."
            )
        return np.flatnonzero(mask).astype(np.int64)

    def _mask_for(self, value: Any) -> str:
        """How to write the mask for a value that is no label, but may stand in a column."""
        holds = next((c for c in self.by if (self.frame[c] == value).any()), None)
        return f"df[{holds!r}] == {value!r}" if holds is not None else "df['model'] == 'x'"

    def _labelled(self, labels: Any) -> npt.NDArray[np.int64]:
        index = self.frame.index
        try:
            wanted = labels if isinstance(labels, pd.Index) else pd.Index(list(labels), tupleize_cols=index.nlevels > 1)
            if index.nlevels > 1 and wanted.nlevels != index.nlevels and len(wanted):
                raise TypeError
            hash(tuple(wanted))
        except (TypeError, ValueError):
            raise ValueError(
                f"{_short(labels)} is no list of row labels; give labels of the frame's index"
                f"{' (tuples)' if index.nlevels > 1 else ''}, or a mask such as {self._mask_for(None)}."
            ) from None
        if not len(wanted):
            return np.zeros(0, np.int64)
        missing = wanted[~wanted.isin(index)]
        if len(missing):
            shown = ", ".join(repr(label) for label in missing[:5].tolist())
            more = f" and {len(missing) - 5} more" if len(missing) > 5 else ""
            raise KeyError(
                f"no row is labelled {shown}{more}; give labels of the frame's index, or a mask such as"
                f" {self._mask_for(missing[0])}."
            )
        return np.flatnonzero(index.isin(wanted)).astype(np.int64)


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
    frame = _frame(data, [name for name in (text, prompt, id, *_names(by)) if name is not None])
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


def factorize(values: pd.Series[Any]) -> tuple[npt.NDArray[np.int64], list[Any]]:
    """The number of each cell's value, int64, and the values in order of first appearance, None for a missing one.

    Values that print alike are one, and a list or a dict counts as it prints.
    """
    keys = [None if gone else str(v) for v, gone in zip(values, missing(values), strict=True)]
    numbers = {key: number for number, key in enumerate(dict.fromkeys(keys))}
    return np.array([numbers[key] for key in keys], np.int64), list(numbers)


def missing(values: pd.Series[Any]) -> npt.NDArray[np.bool_]:
    """Which cells hold nothing."""
    return np.asarray(values.isna(), dtype=bool)


def _is_mask(values: Any) -> bool:
    """Whether some values are a mask: True and False, and nothing else but missing ones."""
    if getattr(values, "ndim", 1) != 1:
        return False
    held = [v for v in values if not _is_missing(v)]
    return len(held) > 0 and all(isinstance(v, bool | np.bool_) for v in held)


def _is_missing(value: Any) -> bool:
    return value is None or value is pd.NA or (isinstance(value, float) and value != value)


def _as_mask(values: Any) -> npt.NDArray[np.bool_]:
    return np.array([not _is_missing(v) and bool(v) for v in values], dtype=bool)


def _names(by: Hashable | Sequence[Hashable] | None) -> list[Hashable]:
    return [] if by is None else [by] if isinstance(by, str) or not isinstance(by, Sequence) else list(by)


def _frame(data: Any, named: Sequence[Hashable] = ()) -> pd.DataFrame:
    if isinstance(data, pd.DataFrame):
        # Deep, so that what they change later does not move what they see here.
        return data.copy()
    if isinstance(data, str | Path):
        return _file(Path(data), named)
    if isinstance(data, pd.Series):
        return data.to_frame(data.name if data.name is not None else "response")
    if isinstance(data, Mapping):
        lone = next((value for value in data.values() if isinstance(value, str | bytes)), None)
        if lone is not None:
            raise TypeError(f"a dict of lists is expected, such as {{'response': [...]}}, not {_short(data)}.")
        lengths = {key: len(value) for key, value in data.items() if hasattr(value, "__len__")}
        if len(set(lengths.values())) > 1:
            raise ValueError(f"the lists have different lengths, {lengths}; give one value a row in each.")
        if not lengths:
            raise TypeError(f"a dict of lists is expected, such as {{'response': [...]}}, not {_short(data)}.")
        return _new_frame(dict(data))
    if isinstance(data, Sequence) and not isinstance(data, bytes):
        return _records(data)
    if isinstance(data, np.ndarray) and data.ndim == 1:
        return _records(data.tolist())
    raise TypeError(
        f"data is a {type(data).__name__}; give a DataFrame, a list of str or dict, a dict of lists, or a file's path."
    )


def _records(items: Sequence[Any]) -> pd.DataFrame:
    for i, item in enumerate(items):
        if not (item is None or isinstance(item, str | Mapping)):
            raise TypeError(f"item {i} of the list is a {type(item).__name__}, {_short(item)}; give str or dict items.")
    if items and all(isinstance(item, Mapping) for item in items):
        return _new_frame([dict(item) for item in items])
    if any(isinstance(item, Mapping) for item in items):
        raise TypeError("the list mixes str and dict items; give only one kind.")
    return pd.DataFrame({"response": pd.Series(list(items), dtype=object)})


def _new_frame(data: Any) -> pd.DataFrame:
    # As Python's own first: Arrow's strings take no lone surrogate, and an int beside a None would become a float.
    given = pd.DataFrame(data, dtype=object)
    try:
        frame = pd.DataFrame(data)
    except UnicodeEncodeError:
        return given
    for place, name in enumerate(given.columns):
        if pd.api.types.is_float_dtype(frame.iloc[:, place]):
            cells = given.iloc[:, place]
            ints = sum(isinstance(v, int) and not isinstance(v, bool) for v in cells)
            if ints and str(name).lower() in TEXT_COLUMNS:
                frame[name] = cells
            elif ints and not _floats(cells):
                frame[name] = cells.astype("Int64")
    return frame


def _floats(cells: pd.Series[Any]) -> bool:
    return any(isinstance(v, float) and v == v for v in cells)


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


def _contents(frame: pd.DataFrame, columns: Sequence[Hashable]) -> list[tuple[str, ...]]:
    """Each row's label and cells, printed: a cell may be a list, and nan is not itself."""
    cells = [map(repr, frame[c].tolist()) for c in columns]
    return list(zip(map(repr, frame.index.tolist()), *cells, strict=True))


def _column(frame: pd.DataFrame, name: Hashable, what: str) -> Hashable:
    if isinstance(name, Hashable) and name in frame.columns:
        return name
    near = difflib.get_close_matches(str(name), [str(c) for c in frame.columns], 1)
    hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(repr(c) for c in frame.columns)}."
    raise KeyError(f"{what}={name!r} is not a column; {hint}")


def _file(path: Path, named: Sequence[Hashable]) -> pd.DataFrame:
    if not path.is_file():
        raise ValueError(f"no file {str(path)!r}; give the path of a .csv, .tsv, .jsonl, .json or .parquet file.")
    kind = path.suffix.lower()
    try:
        if kind in (".csv", ".tsv"):
            return _csv(path, "," if kind == ".csv" else "\t", named)
        if kind == ".jsonl":
            return _jsonl(path)
        if kind == ".json":
            return _json(path)
        if kind == ".parquet":
            return _parquet(path)
    except (UnicodeDecodeError, pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise ValueError(f"{str(path)!r} is not a readable {kind} file: {str(error).strip()}.") from None
    raise ValueError(f"{str(path)!r} ends in {kind or 'nothing'}; give a .csv, .tsv, .jsonl, .json or .parquet file.")


def _csv(path: Path, sep: str, named: Sequence[Hashable]) -> pd.DataFrame:
    """The columns that are read as text stay as written ("None", "007"); pandas reads the others."""
    frame = pd.read_csv(path, sep=sep)
    if not isinstance(frame.index, pd.RangeIndex):
        return frame
    written = pd.read_csv(path, sep=sep, dtype=str, keep_default_na=False)
    for name in frame.columns:
        if name in named or str(name).lower() in (*TEXT_COLUMNS, "prompt", "instruction"):
            # An empty field is a missing text.
            frame[name] = written[name].astype(object).where(written[name] != "", None)
    return frame


def _parquet(path: Path) -> pd.DataFrame:
    try:
        return pd.read_parquet(path)
    except ImportError:
        raise ValueError(f"reading {str(path)!r} needs pyarrow: pip install 'outlens[parquet]'.") from None
    except (OSError, ValueError) as error:
        raise ValueError(f"{str(path)!r} is not a parquet file: {str(error).splitlines()[0]}") from None


def _jsonl(path: Path) -> pd.DataFrame:
    rows = []
    with path.open(encoding="utf-8-sig") as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
                if not isinstance(row, Mapping):
                    raise ValueError(f"line {number} of {str(path)!r} is no JSON object, {_short(row)}.")
                rows.append(row)
            except json.JSONDecodeError as error:
                raise ValueError(
                    f"line {number} of {str(path)!r} is not JSON, {_short(line.strip())}: {error.msg}."
                ) from None
    return _records(rows)


def _json(path: Path) -> pd.DataFrame:
    try:
        data = json.loads(path.read_text("utf-8-sig"))
    except json.JSONDecodeError as error:
        raise ValueError(f"{str(path)!r} is not JSON: line {error.lineno}, {error.msg}.") from None
    if isinstance(data, list):
        if all(isinstance(item, Mapping) and {"prompt", "responses"} <= item.keys() for item in data) and data:
            return pd.concat([_responses(item) for item in data], ignore_index=True)
        return _records(data)
    if isinstance(data, Mapping) and "responses" in data:
        return _responses(data)
    if not isinstance(data, Mapping):
        raise ValueError(f"{str(path)!r} holds {_short(data)}; give a list of texts or objects, or an object of lists.")
    return _frame(data)


def _responses(item: Mapping[str, Any]) -> pd.DataFrame:
    if not isinstance(item["responses"], list):
        raise ValueError(f"'responses' is a list of texts or objects, not {_short(item['responses'])}.")
    frame = _records(item["responses"])
    shared = {key: value for key, value in item.items() if key != "responses" and key not in frame}
    for place, (key, value) in enumerate(shared.items()):
        frame.insert(place, key, pd.Series([value] * len(frame), dtype=object))
    return frame


def _short(value: Any) -> str:
    shown = repr(value)
    return shown if len(shown) <= 60 else f"{shown[:57]}..."
