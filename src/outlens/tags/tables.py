"""Write tables as CSV, JSONL and Parquet files or Hugging Face datasets, and read them with every cell unchanged."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from outlens._files import replacing
from outlens._imports import importing
from outlens.tags._json import Location, check_file, parse_line, read_text, to_json, write_bytes
from outlens.tags.judgements import is_missing, tags_of_cell

# Characters that start a formula in a spreadsheet (OWASP, "CSV Injection"), and the ' that escapes them.
_FORMULA = re.compile("[=+\\-@\t\r\n'＝＋－＠]")


def write_table(frame: pd.DataFrame, path: Location, excel: bool = False) -> Path:
    """Write a table atomically, in the format of the file's suffix: `.csv`, `.jsonl` or `.parquet`.

    Parameters
    ----------
    frame : DataFrame
        Its column names must be str. Its index is not written; call `reset_index()` first to keep it.
    path : path
    excel : bool, default False
        For CSV: put a ' before a text that a spreadsheet would read as a formula (it begins with = + - @, a tab or a
        line end) or that begins with '. `read_table(path, excel=True)` removes it. Numbers stay numbers. The file
        begins with a byte order mark, so that Excel recognises UTF-8.

    Returns
    -------
    Path

    Notes
    -----
    In CSV all text is quoted, while numbers, True and False are not; a missing cell is empty, and lists are JSON text.
    So `read_table` distinguishes `"7"` from `7`. CSV and JSONL return dates as ISO text. A missing cell is read as NaN
    or None, whichever pandas chooses.

    Raises
    ------
    ValueError
        If the suffix is another one, two columns have the same name, a name is not a str, or a CSV or Parquet file
        would have to hold half of a surrogate pair (JSONL can).
    TypeError
        If `frame` is not a DataFrame.
    """
    _check_frame(frame, "write_table")
    kind = _kind(path, excel)
    names = list(frame.columns)
    if not all(isinstance(name, str) for name in names) or len(set(names)) < len(names):
        raise ValueError(f"the columns must have distinct names of type str, but they are {names[:8]!r}; rename them.")
    try:
        if kind == ".parquet":
            with replacing(path) as file:
                frame.to_parquet(file, index=False)
            return Path(path)
        cells = [[_plain(cell) for cell in frame[name].tolist()] for name in names]
        rows = list(zip(*cells, strict=True)) if names else []
        if kind == ".jsonl":
            text = "".join(to_json(dict(zip(names, row, strict=True))) + "\n" for row in rows)
            return write_bytes(path, text.encode("utf-8", "surrogatepass"))
        text = "".join(",".join(_cell(cell, excel) for cell in row) + "\r\n" for row in [names, *rows])
        return write_bytes(path, text.encode("utf-8-sig" if excel else "utf-8"))
    except UnicodeEncodeError as error:
        raise ValueError(
            f"a text holds half of a surrogate pair, which {kind} cannot hold; write .jsonl, or clean the text."
        ) from error


def read_table(path: Location, excel: bool = False, lists: Sequence[str] = ("tags",)) -> pd.DataFrame:
    """Read a file that `write_table` wrote.

    It also reads CSV files of other programs: a cell without quotes is a number, True or False if it looks like one,
    otherwise text.

    Parameters
    ----------
    path : path
    excel : bool, default False
        Whether it was written with `excel=True`.
    lists : sequence of str
        The columns of a CSV file that hold lists.

    Raises
    ------
    ValueError
        If the suffix is unknown, or the file is damaged.
    """
    kind = _kind(path, excel)
    if kind == ".parquet":
        check_file(path)
        return _with_lists(pd.read_parquet(path))
    text = read_text(path)
    if kind == ".jsonl":
        return pd.DataFrame([parse_line(path, line, i) for i, line in enumerate(text.split("\n"), 1) if line.strip()])
    head, *rows = list(_csv(text, excel)) or [[]]
    if len(head) > 1:
        rows = [row for row in rows if row != [None]]  # a blank line; with one column it is a missing cell
    for i, row in enumerate(rows, 2):
        if len(row) != len(head):
            raise ValueError(f"{str(path)!r}, row {i}: {len(row)} cells, but the header has {len(head)}.")
    frame = pd.DataFrame(rows, columns=pd.Index(head, dtype=object))
    for name in set(lists) & set(head):
        column = [list(tags_of_cell(cell)) if isinstance(cell, str) else cell for cell in frame[name].tolist()]
        frame[name] = pd.Series(column, dtype=object, index=frame.index)
    return frame


def _with_lists(frame: pd.DataFrame) -> pd.DataFrame:
    """Convert arrays, which Parquet and datasets return for lists, to lists."""
    for name in frame.columns:
        if frame[name].map(lambda cell: isinstance(cell, np.ndarray)).any():
            frame[name] = pd.Series([_plain(cell) for cell in frame[name]], dtype=object, index=frame.index)
    return frame


def _check_frame(frame: object, function: str) -> None:
    if not isinstance(frame, pd.DataFrame):
        raise TypeError(f"{function} was given a {type(frame).__name__}; give a DataFrame, such as lens.frame.")


def _kind(path: Location, excel: bool) -> str:
    kind = Path(path).suffix.lower()
    if kind not in (".csv", ".jsonl", ".parquet"):
        raise ValueError(f"{str(path)!r} has the suffix {kind!r}; name the file .csv, .jsonl or .parquet.")
    if excel and kind != ".csv":
        raise ValueError(f"excel=True is for .csv, not for {kind}.")
    return kind


def _plain(cell: Any) -> Any:
    """Return a cell in JSON's types: arrays as lists, Python numbers, None for missing, dates as ISO text."""
    if isinstance(cell, (list, tuple, np.ndarray)):
        return [_plain(item) for item in cell]
    if is_missing(cell):
        return None
    if isinstance(cell, np.generic):
        return cell.item()
    return cell if isinstance(cell, (str, bool, int, float, dict)) else str(cell)


def _cell(cell: Any, excel: bool) -> str:
    if cell is None:
        return ""
    if isinstance(cell, (bool, int, float)):
        return repr(cell)
    text = cell if isinstance(cell, str) else to_json(cell)
    if excel and _FORMULA.match(text):
        text = "'" + text
    return '"' + text.replace('"', '""') + '"'


_TOKEN = re.compile(r'(?:"((?:[^"]|"")*)"|([^,\r\n"]*))(,|\r\n|\n|\r|\Z)')


def _csv(text: str, excel: bool) -> Iterator[list[Any]]:
    at, head = 0, True
    row: list[Any] = []
    while at < len(text) or row:
        token = _TOKEN.match(text, at)
        if token is None:
            raise ValueError(f"the CSV is damaged at character {at}: a quote is not closed, or is inside a cell.")
        quoted, bare, end = token.groups()
        value = quoted.replace('""', '"') if quoted is not None else bare if head else _bare(bare)
        if excel and isinstance(value, str) and value.startswith("'"):
            value = value[1:]
        row.append(value)
        at = token.end()
        if end != ",":
            yield row
            row, head = [], False


# Numbers as `repr` writes them: "1_000" and "٣" are text, though int() accepts them; "007" loses meaning as a number.
_NUMBER = re.compile(r"-?(?:(?:0|[1-9][0-9]{0,18})(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|inf)")


def _bare(text: str) -> Any:
    if text == "":
        return None
    if text in ("True", "False", "TRUE", "FALSE"):
        return text.upper() == "TRUE"
    if _NUMBER.fullmatch(text):
        return float(text) if set(text) & set(".eEinf") else int(text)
    return text


# Hugging Face datasets


def to_datasets(frame: pd.DataFrame) -> Any:
    """Return the table as a `datasets.Dataset`, without its index. Needs the package `datasets`."""
    _check_frame(frame, "to_datasets")
    try:
        with importing:
            from datasets import Dataset  # type: ignore[import-not-found, unused-ignore]
            from datasets.table import InMemoryTable  # type: ignore[import-not-found, unused-ignore]
    except ImportError as error:
        raise ImportError("to_datasets needs the package datasets: pip install outlens[datasets].") from error
    # Compute the fingerprint here: that of `Dataset.from_pandas` pickles all of pyarrow, which may fail.
    content = repr(frame.to_dict("list")).encode("utf-8", "surrogatepass")
    table = InMemoryTable.from_pandas(frame, preserve_index=False)
    return Dataset(table, fingerprint=blake2b(content, digest_size=8).hexdigest())


def from_datasets(dataset: Any) -> pd.DataFrame:
    """Return a `datasets.Dataset` as a DataFrame, with lists as lists."""
    if not hasattr(dataset, "to_pandas"):
        raise TypeError(
            f"from_datasets was given a {type(dataset).__name__}; give a datasets.Dataset, such as one split of what "
            "load_dataset returns."
        )
    return _with_lists(dataset.to_pandas())
