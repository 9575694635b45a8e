"""Python objects in a column's cells as JSON and back: JSON values unchanged, others as {"$": kind, "v": value}."""

from __future__ import annotations

import base64
import datetime
import math
import re
import uuid
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd

from outlens.archive.container import NUMERIC, require, to_json

# Kinds with a textual form, to text and back.
_TEXTUAL: dict[str, tuple[type, Callable[[Any], str], Callable[[str], Any]]] = {
    "float": (float, repr, float),
    "bytes": (bytes, bytes.hex, bytes.fromhex),
    "date": (datetime.date, datetime.date.isoformat, datetime.date.fromisoformat),
    "time": (datetime.time, datetime.time.isoformat, datetime.time.fromisoformat),
    "datetime": (datetime.datetime, datetime.datetime.isoformat, datetime.datetime.fromisoformat),
    "Decimal": (Decimal, str, Decimal),
    "UUID": (uuid.UUID, str, uuid.UUID),
}
# The name of a zone is looked up on this machine: it must not be a path or name another source of zones.
_ZONE = re.compile(r"(?!dateutil|tzlocal)[A-Za-z0-9_+-]+(?:[/:][A-Za-z0-9_+-]+)*")


def pack_cells(cells: list[Any], where: str) -> list[Any]:
    """Return cells as JSON values.

    Raises
    ------
    ValueError
        If a cell has a type that a file cannot hold without code. `where` names the column in the message.
    """
    try:
        packed = [cell if type(cell) is str else _pack(cell) for cell in cells]
        to_json(packed)
    except _Unsupported as error:
        cell = error.args[0]
        raise ValueError(
            f"{where} holds {cell!r:.60} of type {type(cell).__name__}, which a saved lens cannot hold; convert it,"
            " such as with .astype(str)."
        ) from None
    except (RecursionError, ValueError, OverflowError):
        raise ValueError(
            f"{where} holds a value that is too deep or too large for a saved lens; convert it, such as with"
            " .astype(str)."
        ) from None
    return packed


def unpack_cells(packed: Any) -> Any:
    """Return cells from the JSON values of `pack_cells`, as an array of objects."""
    require(isinstance(packed, list), "a column does not fit")
    # Item by item: NumPy would turn lists of equal length into a 2-D array.
    return np.fromiter((cell if isinstance(cell, str) else unpack(cell) for cell in packed), object, len(packed))


def is_zone(name: Any) -> bool:
    """Whether this can be the name of a time zone, and nothing else."""
    return isinstance(name, str) and _ZONE.fullmatch(name) is not None


class _Unsupported(Exception):
    """A cell that a file cannot hold without code."""


def _pack(cell: Any) -> Any:
    kind = type(cell)
    if cell is None or kind in (bool, int, str) or (kind is float and math.isfinite(cell)):
        return cell
    if kind is list:
        return [_pack(item) for item in cell]
    if kind is dict:
        if "$" not in cell and all(type(key) is str for key in cell):
            return {key: _pack(item) for key, item in cell.items()}
        return {"$": "dict", "v": [[_pack(key), _pack(item)] for key, item in cell.items()]}
    if kind is tuple:
        return {"$": "tuple", "v": [_pack(item) for item in cell]}
    if cell is pd.NA or cell is pd.NaT:
        return {"$": "NA" if cell is pd.NA else "NaT", "v": None}
    if isinstance(cell, np.str_):
        return str(cell)
    if kind is np.ndarray or isinstance(cell, np.generic):
        array = np.asarray(cell)
        if array.dtype.kind not in NUMERIC:
            raise _Unsupported(cell)
        data = base64.b64encode(array.tobytes()).decode("ascii")
        return {"$": "array", "v": [array.dtype.str, list(array.shape), data, kind is np.ndarray]}
    if kind is pd.Timestamp or kind is pd.Timedelta:
        zone = None if kind is pd.Timedelta or cell.tz is None else str(cell.tz)
        value = cell.tz_convert(None) if zone is not None else cell
        return _verified({"$": kind.__name__, "v": [int(value.to_numpy().astype(np.int64)), cell.unit, zone]}, cell)
    if kind is pd.Interval:
        return _verified({"$": "Interval", "v": [_pack(cell.left), _pack(cell.right), cell.closed]}, cell)
    if kind is pd.Period:
        return _verified({"$": "Period", "v": [int(cell.ordinal), cell.freqstr]}, cell)
    for name, (known, to_text, _) in _TEXTUAL.items():
        if kind is known:
            return _verified({"$": name, "v": to_text(cell)}, cell)
    raise _Unsupported(cell)


def _verified(packed: dict[str, Any], cell: Any) -> dict[str, Any]:
    """Return the packed cell if it unpacks to the same value."""
    try:
        same = repr(unpack(packed)) == repr(cell)
    except Exception:
        same = False
    if not same:
        raise _Unsupported(cell)
    return packed


def unpack(packed: Any) -> Any:
    """Return one cell from its JSON value."""
    if isinstance(packed, list):
        return [unpack(item) for item in packed]
    if not isinstance(packed, dict):
        return packed
    if "$" not in packed:
        return {key: unpack(item) for key, item in packed.items()}
    kind, value = packed["$"], packed["v"]
    if kind == "dict":
        return {unpack(key): unpack(item) for key, item in value}
    if kind == "tuple":
        return tuple(unpack(item) for item in value)
    if kind in ("NA", "NaT"):
        return pd.NA if kind == "NA" else pd.NaT
    if kind == "array":
        name, shape, data, whole = value
        require(isinstance(name, str) and np.dtype(name).kind in NUMERIC, "an array in a cell does not hold numbers")
        array = np.frombuffer(bytearray(base64.b64decode(data, validate=True)), np.dtype(name)).reshape(shape)
        return array if whole else array[()]
    if kind in ("Timestamp", "Timedelta"):
        return _time(kind, *value)
    if kind == "Interval":
        left, right, closed = value
        return pd.Interval(unpack(left), unpack(right), closed)
    if kind == "Period":
        ordinal, freq = value
        require(type(ordinal) is int and isinstance(freq, str), "a period in a cell is damaged")
        return pd.Period(ordinal=ordinal, freq=freq)
    require(kind in _TEXTUAL and isinstance(value, str), "a cell is of an unknown kind")
    return _TEXTUAL[kind][2](value)


def _time(kind: str, number: Any, unit: Any, zone: Any) -> Any:
    require(type(number) is int and unit in ("s", "ms", "us", "ns"), "a time in a cell is damaged")
    if kind == "Timedelta":
        return pd.Timedelta(np.timedelta64(number, unit))
    stamp = pd.Timestamp(np.datetime64(number, unit))
    require(zone is None or is_zone(zone), "the time zone of a cell is not valid")
    return stamp if zone is None else stamp.tz_localize("UTC").tz_convert(zone)
