"""A DataFrame as members of a file and back: columns by dtype, both indexes, and attrs."""

from __future__ import annotations

import contextlib
from collections.abc import Hashable
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from pandas.tseries.frequencies import to_offset

from outlens.archive.arrow import pack_arrow, unpack_arrow
from outlens.archive.cells import is_zone, pack_cells, unpack, unpack_cells
from outlens.archive.container import MAX_BYTES, NUMERIC, Packer, Unpacker, is_texts, require

_MASKED: dict[str, Any] = {
    str(kind()): kind
    for kind in (
        pd.BooleanDtype, pd.Int8Dtype, pd.Int16Dtype, pd.Int32Dtype, pd.Int64Dtype, pd.UInt8Dtype, pd.UInt16Dtype,
        pd.UInt32Dtype, pd.UInt64Dtype, pd.Float32Dtype, pd.Float64Dtype,
    )
}  # fmt: skip


def pack_frame(frame: pd.DataFrame, packer: Packer) -> dict[str, Any]:
    """Add a frame and return its description for `unpack_frame`; ValueError names a column that a file cannot hold."""
    return {
        "rows": len(frame),
        "columns": _pack_index(frame.columns, "the index of the columns", packer),
        "index": _pack_index(frame.index, "the index", packer),
        "data": [
            _pack_values(frame.iloc[:, i], f"the column {name!r}", packer) for i, name in enumerate(frame.columns)
        ],
        "attrs": pack_cells([frame.attrs], "frame.attrs")[0],
    }


def unpack_frame(packed: dict[str, Any], file: Unpacker) -> pd.DataFrame:
    """Return the frame that `pack_frame` packed."""
    n, data = packed["rows"], packed["data"]
    index, columns = _unpack_index(packed["index"], file), _unpack_index(packed["columns"], file)
    require(type(n) is int and len(index) == n and len(columns) == len(data), "its rows do not fit")
    series = []
    for part in data:
        values = _unpack_values(part, file)
        require(len(values) == n, "its rows do not fit")
        series.append(pd.Series(values, index=index, dtype=values.dtype, copy=False))
    frame = pd.concat(series, axis=1) if series else pd.DataFrame(index=index)
    frame.index, frame.columns = index, columns
    attrs = unpack(packed["attrs"])
    require(isinstance(attrs, dict), "its frame.attrs is not a dict")
    frame.attrs = attrs
    return frame


def _pack_index(index: pd.Index[Any], where: str, packer: Packer) -> dict[str, Any]:
    if isinstance(index, pd.MultiIndex):
        return {
            "kind": "multi",
            "names": pack_cells(list(index.names), where),
            "levels": [_pack_index(level.rename(None), where, packer) for level in index.levels],
            "codes": [packer.array(np.asarray(codes)) for codes in index.codes],
        }
    name = pack_cells([index.name], where)[0]
    if isinstance(index, pd.RangeIndex):
        return {"kind": "range", "name": name, "range": [index.start, index.stop, index.step]}
    freq = getattr(index, "freq", None) if isinstance(index, pd.DatetimeIndex | pd.TimedeltaIndex) else None
    # The name does not describe a frequency with custom holidays.
    freq = freq.freqstr if freq is not None and to_offset(freq.freqstr) == freq else None
    return {"kind": "index", "name": name, "freq": freq, "values": _pack_values(index, where, packer)}


def _unpack_index(packed: dict[str, Any], file: Unpacker) -> pd.Index[Any]:
    if packed["kind"] == "multi":
        codes: Any = [file.column(name, "i") for name in packed["codes"]]
        levels: Any = [_unpack_index(level, file) for level in packed["levels"]]
        require(len({len(code) for code in codes}) == 1, "its index does not fit")
        names = [_index_name(name) for name in packed["names"]]
        return pd.MultiIndex(levels=levels, codes=codes, names=names, verify_integrity=True)
    name = _index_name(packed["name"])
    if packed["kind"] == "range":
        start, stop, step = packed["range"]
        fits = type(start) is type(stop) is type(step) is int and 8 * len(range(start, stop, step)) <= MAX_BYTES
        # The file stores a range in a few bytes, however long it is.
        require(fits, "its index does not fit")
        return pd.RangeIndex(start, stop, step, name=name)
    require(packed["kind"] == "index", "its index is of an unknown kind")
    values = _unpack_values(packed["values"], file)
    if isinstance(values, np.ndarray) and values.dtype.kind == "O":
        return pd.Index(values, dtype=object, name=name, tupleize_cols=False)
    index: Any = pd.Index(values, name=name)
    if packed["freq"] is not None:
        require(isinstance(packed["freq"], str), "the frequency of its index is damaged")
        index.freq = packed["freq"]
    return index  # type: ignore[no-any-return]


def _index_name(packed: Any) -> Hashable:
    name = unpack(packed)
    hash(name)
    return name  # type: ignore[no-any-return]


def _pack_values(column: pd.Series[Any] | pd.Index[Any], where: str, packer: Packer) -> dict[str, Any]:
    dtype: Any = column.dtype
    values: Any = column.array
    if isinstance(dtype, np.dtype):
        if dtype.kind in NUMERIC:
            return {"kind": "plain", "at": packer.array(column.to_numpy())}
        if dtype.kind == "O":
            return {"kind": "object", "at": packer.json(pack_cells(list(values), where))}
    elif isinstance(dtype, pd.CategoricalDtype):
        categories = _pack_index(dtype.categories, where, packer)
        return {"kind": "category", "codes": packer.array(values.codes), "of": categories, "ordered": dtype.ordered}
    elif isinstance(dtype, pd.StringDtype):
        missing = "NA" if dtype.na_value is pd.NA else "nan"
        cells = [None if gone else str(cell) for cell, gone in zip(values, values.isna(), strict=True)]
        return {"kind": "string", "storage": dtype.storage, "missing": missing, "at": packer.json(cells)}
    elif isinstance(dtype, pd.DatetimeTZDtype) and _has_named_zone(dtype):
        return {"kind": "zone", "zone": str(dtype.tz), "at": packer.array(values.tz_convert(None).to_numpy())}
    elif isinstance(dtype, pd.PeriodDtype):
        return {"kind": "period", "freq": str(dtype)[len("period[") : -1], "at": packer.array(values.asi8)}
    elif isinstance(dtype, pd.IntervalDtype):
        sides = [_pack_index(getattr(values, side), where, packer) for side in ("left", "right")]
        return {"kind": "interval", "closed": dtype.closed, "sides": sides}
    elif type(dtype) is _MASKED.get(str(dtype)):
        plain = values.to_numpy(dtype=dtype.numpy_dtype, na_value=0)
        return {"kind": str(dtype), "at": packer.array(plain), "missing": packer.array(values.isna())}
    elif isinstance(dtype, pd.ArrowDtype):
        return pack_arrow(values, where, packer)
    raise ValueError(
        f"{where} has the dtype {dtype}, which a saved lens cannot hold; convert it, such as with .astype(object) or"
        " .astype(str)."
    )


def _unpack_values(packed: dict[str, Any], file: Unpacker) -> Any:
    kind = packed["kind"]
    if kind == "plain":
        return file.column(packed["at"])
    if kind == "object":
        return unpack_cells(file.json(packed["at"]))
    if kind == "category":
        require(isinstance(packed["ordered"], bool), "a categorical column does not fit")
        dtype = pd.CategoricalDtype(_unpack_index(packed["of"], file), packed["ordered"])
        return pd.Categorical.from_codes(file.column(packed["codes"], "i"), dtype=dtype)
    if kind == "string":
        cells = file.json(packed["at"])
        require(is_texts([cell for cell in cells if cell is not None]), "a column of strings does not fit")
        return _strings(cells, packed["storage"], packed["missing"])
    if kind == "zone":
        require(is_zone(packed["zone"]), "the time zone of a column is not valid")
        return pd.array(file.column(packed["at"], "M")).tz_localize("UTC").tz_convert(packed["zone"])
    if kind == "period":
        require(isinstance(packed["freq"], str), "a column of periods does not fit")
        periods: Any = pd.PeriodIndex
        return periods.from_ordinals(file.array(packed["at"], "<i8", 1), freq=packed["freq"]).array
    if kind == "interval":
        left, right = (_unpack_index(side, file) for side in packed["sides"])
        return pd.arrays.IntervalArray.from_arrays(left, right, closed=packed["closed"])
    if kind in _MASKED:
        values, gone = file.array(packed["at"]), file.column(packed["missing"], "b")
        dtype = _MASKED[kind]()
        require(values.dtype == dtype.numpy_dtype and values.shape == gone.shape, f"a column of {kind} does not fit")
        return dtype.construct_array_type()(values, gone)
    require(kind == "arrow", "a column is of an unknown kind")
    return unpack_arrow(packed, file)


def _has_named_zone(dtype: pd.DatetimeTZDtype) -> bool:
    try:
        return is_zone(str(dtype.tz)) and pd.DatetimeTZDtype(dtype.unit, str(dtype.tz)) == dtype
    except (TypeError, ValueError, KeyError):
        return False


def _strings(cells: list[str | None], storage: Any, missing: Any) -> npt.NDArray[Any] | Any:
    known = storage in ("python", "pyarrow") and missing in ("NA", "nan")
    require(known, "a column of strings is of an unknown kind")
    for available in dict.fromkeys((storage, "python")):
        # pyarrow may not be installed, and pandas before 2.3 has no other missing value.
        with contextlib.suppress(ImportError, TypeError):
            dtype = pd.StringDtype(available) if missing == "NA" else pd.StringDtype(available, np.nan)
            return pd.array(cells, dtype=dtype)
    return np.array(cells, object)
