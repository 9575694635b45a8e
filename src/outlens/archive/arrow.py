"""Columns of pandas' ArrowDtype as JSON and back. The type is spelled out, so that reading it runs no code."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from outlens.archive.cells import is_zone, pack_cells, unpack_cells
from outlens.archive.container import Packer, Unpacker, require

if TYPE_CHECKING:
    import pyarrow  # type: ignore[import-untyped]

# Types without parameters, by the names that pyarrow prints.
_PLAIN = {
    "null": "null", "bool": "bool_", "int8": "int8", "int16": "int16", "int32": "int32", "int64": "int64",
    "uint8": "uint8", "uint16": "uint16", "uint32": "uint32", "uint64": "uint64", "halffloat": "float16",
    "float": "float32", "double": "float64", "string": "string", "large_string": "large_string", "binary": "binary",
    "large_binary": "large_binary", "date32[day]": "date32", "date64[ms]": "date64",
}  # fmt: skip
_UNITS = ("s", "ms", "us", "ns")


def pack_arrow(values: Any, where: str, packer: Packer) -> dict[str, Any]:
    """Return the description of an array of pandas' ArrowDtype; ValueError if its type cannot be kept."""
    import pyarrow as pa

    array = values.__arrow_array__().combine_chunks()
    try:
        described = _describe(array.type)
        cells = _as_numbers(array).to_pylist()
        packed = pack_cells(cells, where)
        rebuilt = _rebuilt(packed, described)
        # Compare the repr: NaN is not equal to itself.
        same = rebuilt.type == array.type and repr(_as_numbers(rebuilt).to_pylist()) == repr(cells)
    except (_UnsupportedType, pa.ArrowException, ValueError, TypeError):
        same = False
    if not same:
        raise ValueError(
            f"{where} has the dtype {values.dtype}, which a saved lens cannot hold; convert it, such as with"
            " .astype(object) or .astype(str)."
        )
    return {"kind": "arrow", "type": described, "at": packer.json(packed)}


def unpack_arrow(packed: dict[str, Any], file: Unpacker) -> Any:
    """Return the array that `pack_arrow` packed; an array of objects if pyarrow is not installed."""
    cells = file.json(packed["at"])
    require(isinstance(cells, list), "a column does not fit")
    try:
        return pd.arrays.ArrowExtensionArray(_rebuilt(cells, packed["type"]))
    except ImportError:
        return unpack_cells(cells)


class _UnsupportedType(Exception):
    """An Arrow type that a file cannot hold."""


def _describe(kind: pyarrow.DataType) -> list[Any]:
    """Return a type as JSON: its name and its parameters."""
    import pyarrow as pa

    name = str(kind)
    if name in _PLAIN:
        return [name]
    if pa.types.is_timestamp(kind):
        if kind.tz is None or is_zone(kind.tz):
            return ["timestamp", kind.unit, kind.tz]
    elif pa.types.is_duration(kind):
        return ["duration", kind.unit]
    elif pa.types.is_time(kind):
        return ["time", kind.unit]
    elif pa.types.is_decimal128(kind) or pa.types.is_decimal256(kind):
        return ["decimal", kind.bit_width, kind.precision, kind.scale]
    elif pa.types.is_list(kind) or pa.types.is_large_list(kind):
        return ["list" if pa.types.is_list(kind) else "large_list", _field(kind.value_field)]
    elif pa.types.is_struct(kind):
        return ["struct", [_field(kind.field(i)) for i in range(kind.num_fields)]]
    elif pa.types.is_dictionary(kind):
        return ["dictionary", _describe(kind.index_type), _describe(kind.value_type), kind.ordered]
    raise _UnsupportedType(name)


def _field(field: pyarrow.Field) -> list[Any]:
    return [field.name, _describe(field.type), field.nullable]


def _type(described: Any) -> pyarrow.DataType:
    import pyarrow as pa

    name, *parameters = described
    if name in _PLAIN and not parameters:
        kind = getattr(pa, _PLAIN[name])()
    elif name == "timestamp":
        unit, zone = parameters
        require(unit in _UNITS and (zone is None or is_zone(zone)), "the type of an Arrow column is damaged")
        kind = pa.timestamp(unit, zone)
    elif name == "duration":
        kind = pa.duration(*parameters)
    elif name == "time":
        kind = pa.time32(*parameters) if parameters[0] in ("s", "ms") else pa.time64(*parameters)
    elif name == "decimal":
        width, precision, scale = parameters
        kind = (pa.decimal128 if width == 128 else pa.decimal256)(precision, scale)
    elif name in ("list", "large_list"):
        kind = (pa.list_ if name == "list" else pa.large_list)(_field_of(*parameters))
    elif name == "struct":
        kind = pa.struct([_field_of(field) for field in parameters[0]])
    else:
        require(name == "dictionary", "the type of an Arrow column is unknown")
        index, value, ordered = parameters
        kind = pa.dictionary(_type(index), _type(value), ordered)
    return kind


def _field_of(described: Any) -> pyarrow.Field:
    import pyarrow as pa

    name, kind, nullable = described
    return pa.field(name, _type(kind), nullable)


def _number_type(kind: pyarrow.DataType) -> pyarrow.DataType | None:
    """Return the integer type that times are stored as: Python's times have no nanoseconds."""
    import pyarrow as pa

    if not pa.types.is_temporal(kind):
        return None
    return pa.int32() if kind.bit_width == 32 else pa.int64()


def _as_numbers(array: pyarrow.Array) -> pyarrow.Array:
    import pyarrow as pa

    if pa.types.is_dictionary(array.type):
        return array.dictionary_decode()
    numbers = _number_type(array.type)
    return array if numbers is None else array.cast(numbers)


def _rebuilt(packed: list[Any], described: Any) -> pyarrow.Array:
    import pyarrow as pa

    kind = _type(described)
    cells = unpack_cells(packed).tolist()
    numbers = _number_type(kind)
    if numbers is not None:
        return pa.array(cells, numbers).cast(kind)
    if pa.types.is_dictionary(kind):
        return pa.array(cells, kind.value_type).dictionary_encode().cast(kind)
    return pa.array(cells, kind)
