"""Files and containers, read into a frame."""

from __future__ import annotations

import json
from collections.abc import Hashable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

TEXT_COLUMNS = ("response", "output", "completion", "generation", "answer", "text")
"""Where the outputs are looked for when no column is named."""


def frame_of(data: Any, named: Sequence[Hashable] = ()) -> pd.DataFrame:
    """Return a frame of the user's own with what they gave; `named` are the columns that are read as text."""
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
            raise TypeError(f"a dict of lists is expected, such as {{'response': [...]}}, not {short(data)}.")
        lengths = {key: len(value) for key, value in data.items() if hasattr(value, "__len__")}
        if len(set(lengths.values())) > 1:
            raise ValueError(f"the lists have different lengths, {lengths}; give one value a row in each.")
        if not lengths:
            raise TypeError(f"a dict of lists is expected, such as {{'response': [...]}}, not {short(data)}.")
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
            raise TypeError(f"item {i} of the list is a {type(item).__name__}, {short(item)}; give str or dict items.")
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
                    raise ValueError(f"line {number} of {str(path)!r} is no JSON object, {short(row)}.")
                rows.append(row)
            except json.JSONDecodeError as error:
                raise ValueError(
                    f"line {number} of {str(path)!r} is not JSON, {short(line.strip())}: {error.msg}."
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
        raise ValueError(f"{str(path)!r} holds {short(data)}; give a list of texts or objects, or an object of lists.")
    return frame_of(data)


def _responses(item: Mapping[str, Any]) -> pd.DataFrame:
    if not isinstance(item["responses"], list):
        raise ValueError(f"'responses' is a list of texts or objects, not {short(item['responses'])}.")
    frame = _records(item["responses"])
    shared = {key: value for key, value in item.items() if key != "responses" and key not in frame}
    for place, (key, value) in enumerate(shared.items()):
        frame.insert(place, key, pd.Series([value] * len(frame), dtype=object))
    return frame


def short(value: Any) -> str:
    """Return a value as it prints, cut to 60 characters."""
    shown = repr(value)
    return shown if len(shown) <= 60 else f"{shown[:57]}..."
