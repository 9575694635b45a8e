"""The zip of a saved lens: members that are JSON or plain arrays, their sizes, the version, and damage.

The first member, `manifest.json`, holds the version of the format, the program that wrote the file, and the size of
every other member. A file may come from a stranger, so nothing in it is ever executed: sizes are checked before
anything is allocated, and arrays are read without pickle.
"""

from __future__ import annotations

import io
import json
import math
import os
import platform
import zipfile
from typing import IO, Any, NoReturn

import numpy as np
import numpy.typing as npt
import pandas as pd

from outlens import __version__

VERSION = 3
"""Version of the format.

Version 1 had no Arrow columns, lenses without a seed, or events that name clusters; 2 no corrections of points.
"""

MAX_BYTES = 1 << 30
"""Bytes that any file may unpack to; a larger file may unpack to `MAX_RATIO` times its size."""

MAX_RATIO = 100

NUMERIC = "biufcmM"
"""Kinds of NumPy dtypes that are stored directly."""

_MAGIC = b"PK\x03\x04"
_DATE = (1980, 1, 1, 0, 0, 0)
_LONGEST_HEADER = 12_000
"""The largest header of an array, in bytes, that NumPy reads."""


class NotReadable(Exception):
    """A file that is not damaged but that this outlens cannot read; the message says why."""


def require(condition: bool, problem: str) -> None:
    """Raise ValueError with the problem of the file unless the condition holds."""
    if not condition:
        raise ValueError(problem)


def is_texts(value: Any) -> bool:
    """Whether a value is a list of str."""
    return isinstance(value, list) and all(isinstance(text, str) for text in value)


class Packer:
    """Collects the members of a file to write, numbered in the order they are added."""

    def __init__(self) -> None:
        self.members: dict[str, bytes | memoryview] = {}
        # Vectors hardly compress.
        self._stored: set[str] = set()

    def array(self, array: npt.NDArray[Any]) -> str:
        """Add an array of numbers and return the member's name."""
        name = f"{len(self.members)}.npy"
        file = io.BytesIO()
        np.lib.format.write_array(file, np.ascontiguousarray(array), version=(1, 0), allow_pickle=False)
        self.members[name] = file.getbuffer()
        if array.ndim == 2 and array.dtype.kind == "f":
            self._stored.add(name)
        return name

    def json(self, value: Any) -> str:
        """Add a value as JSON and return the member's name."""
        name = f"{len(self.members)}.json"
        self.members[name] = to_json(value)
        return name

    def write(self, file: IO[bytes], parameters: dict[str, Any]) -> None:
        """Write the zip; the same members give the same bytes. `parameters` are for people who open the file."""
        manifest = {
            "outlens": "lens",
            "version": VERSION,
            "written_by": {
                "outlens": __version__, "python": platform.python_version(), "numpy": np.__version__,
                "pandas": pd.__version__,
            },
            "parameters": parameters,
            "members": {name: len(data) for name, data in self.members.items()},
        }  # fmt: skip
        with zipfile.ZipFile(file, "w") as target:
            for name, data in [("manifest.json", to_json(manifest)), *self.members.items()]:
                # A fixed date and system: the same lens gives the same file everywhere.
                info = zipfile.ZipInfo(name, _DATE)
                info.create_system = 3
                info.compress_type = zipfile.ZIP_STORED if name in self._stored else zipfile.ZIP_DEFLATED
                target.writestr(info, data)


class Unpacker:
    """Reads the members of a file, each checked against the manifest and its checksum.

    Parameters
    ----------
    file : a file open for reading.
    name : name of the file, for errors.

    Raises
    ------
    NotReadable
        If it is another kind of file, has a newer version, or would unpack to more than a lens can.
    """

    def __init__(self, file: IO[bytes], name: str) -> None:
        start = file.read(len(_MAGIC))
        if start != _MAGIC[: len(start)] or not start:
            raise _another_kind(name)
        size = file.seek(0, os.SEEK_END)
        self._zip = zipfile.ZipFile(file)
        infos = self._zip.infolist()
        self._infos = {info.filename: info for info in infos}
        total = sum(info.file_size for info in infos)
        if total > max(MAX_BYTES, MAX_RATIO * size):
            raise NotReadable(f"{name} would unpack from {size:,} to {total:,} bytes, which no saved lens does.")
        if "manifest.json" not in self._infos:
            raise _another_kind(name)
        manifest = from_json(self._bytes("manifest.json"))
        if not isinstance(manifest, dict) or manifest.get("outlens") != "lens":
            raise _another_kind(name)
        version = manifest["version"]
        require(type(version) is int and version >= 1, "its version is not a number")
        if version > VERSION:
            raise NotReadable(
                f"{name} was written by a newer outlens (format {version}, this one reads {VERSION}); update outlens."
            )
        sizes = {info.filename: info.file_size for info in infos if info.filename != "manifest.json"}
        complete = len(infos) == len(self._infos) and sizes == manifest["members"]
        require(complete, "its members are not those in its manifest")

    def array(self, name: Any, dtype: str | None = None, ndim: int | None = None) -> npt.NDArray[Any]:
        """Return an array of numbers; check its dtype and number of dimensions if they are given."""
        require(isinstance(name, str) and name.endswith(".npy"), "the name of an array is missing")
        data = self._bytes(name)
        file = io.BytesIO(data[:_LONGEST_HEADER])
        require(np.lib.format.read_magic(file) == (1, 0), f"{name} has another version")
        shape, fortran_order, stored = np.lib.format.read_array_header_1_0(file)
        begin = file.tell()
        # Do not trust the shape until the number of bytes confirms it.
        fits = stored.kind in NUMERIC and not fortran_order and math.prod(shape) * stored.itemsize == len(data) - begin
        require(fits, f"{name} is not a plain array")
        array = np.frombuffer(data, stored, offset=begin).reshape(shape)
        require(dtype is None or array.dtype == np.dtype(dtype), f"{name} has the dtype {array.dtype}, not {dtype}")
        require(ndim is None or array.ndim == ndim, f"{name} has {array.ndim} dimensions, not {ndim}")
        return array

    def column(self, name: Any, kinds: str = NUMERIC) -> npt.NDArray[Any]:
        """Return a one-dimensional array; check that its dtype is of one of these kinds."""
        array = self.array(name, ndim=1)
        require(array.dtype.kind in kinds, f"{name} has the dtype {array.dtype}")
        return array

    def json(self, name: Any) -> Any:
        """Return the value of a JSON member."""
        require(isinstance(name, str) and name.endswith(".json"), "the name of a JSON member is missing")
        return from_json(self._bytes(name))

    def lines(self, name: str) -> list[Any]:
        """Return the values of a member of JSON lines."""
        return [from_json(line) for line in self._bytes(name).split(b"\n") if line]

    def _bytes(self, name: str) -> bytearray:
        info = self._infos[name]
        known = info.compress_type in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) and not info.flag_bits & 1
        require(known, f"{name} is encrypted or compressed by another method")
        # Reading to the end checks the checksum.
        data = bytearray(self._zip.read(info))
        require(len(data) == info.file_size, f"{name} is cut off")
        return data


def to_json(value: Any) -> bytes:
    """Return a value as UTF-8 JSON, with lone surrogates unchanged."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.encode("utf-8", "surrogatepass")


def from_json(data: bytes | bytearray) -> Any:
    """Return the value that `to_json` encoded."""
    return json.loads(data.decode("utf-8", "surrogatepass"), parse_constant=_refuse_constant)


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _another_kind(name: str) -> NotReadable:
    return NotReadable(f"{name} was not written by lens.save; give the path of a file that was.")
