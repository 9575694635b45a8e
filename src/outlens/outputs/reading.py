"""Files and containers, read into a frame."""

from __future__ import annotations

import json
import re
from collections.abc import Hashable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from outlens._errors import type_of

TEXT_COLUMNS = ("response", "output", "completion", "generation", "answer", "text")
"""Names of columns to use as the outputs by default."""

PROMPT_COLUMNS = ("prompt", "instruction")
"""Names of columns to use as the prompts by default; the second is AlpacaEval's."""

FILES = ".csv, .tsv, .jsonl, .json or .parquet file"

_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")
_LEADING_ZERO = re.compile(r"[+-]?0[0-9]")
_WHOLE = re.compile(r"[+-]?[0-9]+")
_LONGEST_NAME = 255
"""The longest file name that file systems allow."""


def to_frame(data: Any, text: Sequence[Hashable] = (), by: Sequence[Hashable] = ()) -> pd.DataFrame:
    """Read the user's data into an independent frame.

    Parameters
    ----------
    data : DataFrame, Series, list of str or dict, dict of lists, 1-D array, or the path of a file.
    text : columns of a .csv or .tsv file to keep exactly as written, besides those with the usual names.
    by : columns whose values must be the same in a .csv file as in a .jsonl file.

    Raises
    ------
    TypeError, ValueError
        If the data cannot be read; the message says what to give instead.
    """
    if isinstance(data, pd.DataFrame):
        # A deep copy: later changes to the user's frame must not show here.
        return data.copy()
    if isinstance(data, str | Path):
        return _file(data, text, by)
    if isinstance(data, pd.Series):
        return data.to_frame(data.name if data.name is not None else "response")
    if isinstance(data, Mapping):
        return _columns(data)
    if isinstance(data, Sequence) and not isinstance(data, bytes | bytearray):
        return _records(data)
    if isinstance(data, np.ndarray) and data.ndim == 1:
        return _records(data.tolist())
    raise TypeError(
        f"data is {type_of(data)}; give a DataFrame, a list of str or dict, a dict of lists, or the path of a file."
    )


def short(value: Any) -> str:
    """Return the repr of a value, cut to 60 characters; NumPy's scalars print as Python's."""
    shown = repr(value.item() if isinstance(value, np.generic) else value)
    return shown if len(shown) <= 60 else f"{shown[:57]}..."


# Containers


def _columns(data: Mapping[Any, Any]) -> pd.DataFrame:
    if not data or any(isinstance(value, str | bytes) for value in data.values()):
        raise TypeError(f"data is the dict {short(data)}; give a dict of lists, such as {{'response': [...]}}.")
    lengths = {key: len(value) for key, value in data.items() if hasattr(value, "__len__")}
    if not lengths:
        raise TypeError(f"data is the dict {short(data)}; give a dict of lists, such as {{'response': [...]}}.")
    if len(set(lengths.values())) > 1:
        raise ValueError(f"the lists have different lengths, {lengths}; give one value per row in each.")
    return _python_frame(dict(data))


def _records(items: Sequence[Any]) -> pd.DataFrame:
    for i, item in enumerate(items):
        if not (item is None or isinstance(item, str | Mapping)):
            raise TypeError(f"item {i} of the list is {type_of(item)}, {short(item)}; give str or dict items.")
    if items and all(isinstance(item, Mapping) for item in items):
        return _python_frame([dict(item) for item in items])
    if any(isinstance(item, Mapping) for item in items):
        raise TypeError("the list mixes str and dict items; give only one kind.")
    return pd.DataFrame({"response": pd.Series(list(items), dtype=object)})


def _python_frame(data: Any) -> pd.DataFrame:
    # Start with Python objects: Arrow strings reject a lone surrogate, and an int beside None would become a float.
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
            elif ints and not any(isinstance(v, float) and v == v for v in cells):
                frame[name] = cells.astype("Int64")
    return frame


# Files


def _file(data: str | Path, text: Sequence[Hashable], by: Sequence[Hashable]) -> pd.DataFrame:
    name = str(data)
    kind = Path(name).suffix.lower()
    if _ADDRESS.match(name):
        reader = {".jsonl": "json", ".tsv": "csv"}.get(kind, kind[1:])
        reader = reader if reader in ("csv", "json", "parquet") else "csv"
        raise ValueError(
            f"{short(name)} is a web address, and a lens only reads local files; download it, or give a DataFrame such"
            f" as pd.read_{reader}(address)."
        )
    if any(c in name for c in "\n\0") or any(len(part) > _LONGEST_NAME for part in Path(name).parts):
        raise ValueError(f"{short(name)} is read as a file's path; to look at texts give them in a list: [text].")
    path = Path(name)
    try:
        if path.is_dir():
            raise ValueError(f"{name!r} is a folder; give the path of a {FILES} in it.")
        if not path.is_file():
            raise ValueError(f"the file {name!r} does not exist; give the path of a {FILES}.")
        if kind in (".csv", ".tsv"):
            return _csv(path, "," if kind == ".csv" else "\t", text, by)
        if kind == ".jsonl":
            return _jsonl(path)
        if kind == ".json":
            return _json(path)
        if kind == ".parquet":
            return _parquet(path)
    except UnicodeDecodeError as error:
        raise ValueError(
            f"{name!r} is not UTF-8 (byte {error.start}); save it as UTF-8, or give the DataFrame that"
            " pd.read_csv(path, encoding=...) makes."
        ) from None
    except (pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        why = " ".join(str(error).split()).rstrip(".")
        raise ValueError(f"{name!r} is not a readable {kind} file: {why}.") from None
    except OSError as error:
        raise ValueError(f"{name!r} could not be read: {error.strerror or error}.") from None
    saved = " A file that lens.save wrote is opened with outlens.open." if kind == ".outlens" else ""
    raise ValueError(f"{name!r} ends in {kind or 'nothing'}; give a {FILES}.{saved}")


def _csv(path: Path, sep: str, text: Sequence[Hashable], by: Sequence[Hashable]) -> pd.DataFrame:
    """Read a table; columns of texts stay as written ("None", "007"), and pandas parses the others."""
    frame = pd.read_csv(path, sep=sep)
    if not isinstance(frame.index, pd.RangeIndex):
        return frame
    written = pd.read_csv(path, sep=sep, dtype=str, keep_default_na=False)
    for name in frame.columns:
        # An empty field is a missing value.
        cells = written[name].astype(object).where(written[name] != "", None)
        if name in text or str(name).lower() in (*TEXT_COLUMNS, *PROMPT_COLUMNS):
            frame[name] = cells
        elif name in by:
            frame[name] = _group_values(frame[name], cells)
    return frame


def _group_values(read: pd.Series[Any], written: pd.Series[Any]) -> pd.Series[Any]:
    """Return the values of a group column as they would come from a .jsonl file."""
    cells = [cell for cell in written if cell is not None]
    if pd.api.types.is_bool_dtype(read):
        return read
    if not pd.api.types.is_numeric_dtype(read) or any(_LEADING_ZERO.match(cell) for cell in cells):
        return written
    if len(cells) < len(written) and all(_WHOLE.fullmatch(cell) for cell in cells):
        return read.astype("Int64")
    return read


def _parquet(path: Path) -> pd.DataFrame:
    try:
        return pd.read_parquet(path)
    except ImportError:
        raise ValueError(f"reading {str(path)!r} needs pyarrow: pip install 'outlens[parquet]'.") from None
    except PermissionError:
        raise
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
            except (json.JSONDecodeError, RecursionError) as error:
                raise ValueError(
                    f"line {number} of {str(path)!r} is not JSON, {short(line.strip())}: {_json_problem(error)}."
                ) from None
            if not isinstance(row, Mapping):
                raise ValueError(f"line {number} of {str(path)!r} is not a JSON object but {short(row)}.")
            rows.append(row)
    return _records(rows)


def _json(path: Path) -> pd.DataFrame:
    try:
        data = json.loads(path.read_text("utf-8-sig"))
    except (json.JSONDecodeError, RecursionError) as error:
        where = f"line {error.lineno}, " if isinstance(error, json.JSONDecodeError) else ""
        raise ValueError(f"{str(path)!r} is not JSON: {where}{_json_problem(error)}.") from None
    if isinstance(data, list):
        if all(isinstance(item, Mapping) and {"prompt", "responses"} <= item.keys() for item in data) and data:
            return pd.concat([_responses(item) for item in data], ignore_index=True)
        return _records(data)
    if isinstance(data, Mapping) and "responses" in data:
        return _responses(data)
    if not isinstance(data, Mapping):
        raise ValueError(f"{str(path)!r} holds {short(data)}; give a list of texts or objects, or an object of lists.")
    return _columns(data)


def _json_problem(error: json.JSONDecodeError | RecursionError) -> str:
    return error.msg if isinstance(error, json.JSONDecodeError) else "nested too deeply"


def _responses(item: Mapping[str, Any]) -> pd.DataFrame:
    """Read {"prompt": ..., "responses": [...]}; the values beside the list apply to every row."""
    if not isinstance(item["responses"], list):
        raise ValueError(f"'responses' must be a list of texts or objects, not {short(item['responses'])}.")
    frame = _records(item["responses"])
    shared = {key: value for key, value in item.items() if key != "responses" and key not in frame}
    for place, (key, value) in enumerate(shared.items()):
        frame.insert(place, key, pd.Series([value] * len(frame), dtype=object))
    return frame
