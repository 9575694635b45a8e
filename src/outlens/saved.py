"""A lens as one file, and back: a zip of JSON and plain arrays, of which nothing is ever run.

The first member, `manifest.json`, tells the format's version, what wrote the file, and the size of every other member.
`lens.json` holds all that is small and names the members with the rest: `.npy` files without pickles, JSON lists in
UTF-8 (lone surrogates as they are), and `events.jsonl`, as `tags.write_events` writes it. A file may come from a
stranger, so what is read is checked before anything is made of it.
"""

from __future__ import annotations

import base64
import contextlib
import datetime
import io
import json
import math
import os
import platform
import re
import uuid
import zipfile
from collections.abc import Callable, Hashable
from dataclasses import dataclass, fields
from decimal import Decimal
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import numpy.typing as npt
import pandas as pd
from pandas.tseries.frequencies import to_offset

from outlens import __version__, layers, outputs
from outlens.outputs import Outputs
from outlens.settings import DEFAULTS
from outlens.tags.events import Event
from outlens.tags.session import Session
from outlens.vectors import Landscape, Name, Tree
from outlens.vectors.models import is_default

VERSION = 1
"""Of the format; a change that this code would read wrongly counts it up."""

MOST = 1 << 30
"""Bytes that a file may unpack to without a question; above that, `SWOLLEN` times its own size."""

SWOLLEN = 100

_HEAD = b"PK\x03\x04"
_STAMP = (1980, 1, 1, 0, 0, 0)
_HEADER = 12_000
"""Bytes in which the header of an array ends: numpy reads none that is longer."""
_NUMBERS = "biufcmM"
_MASKED: dict[str, Any] = {
    str(kind()): kind
    for kind in (
        pd.BooleanDtype, pd.Int8Dtype, pd.Int16Dtype, pd.Int32Dtype, pd.Int64Dtype, pd.UInt8Dtype, pd.UInt16Dtype,
        pd.UInt32Dtype, pd.UInt64Dtype, pd.Float32Dtype, pd.Float64Dtype,
    )
}  # fmt: skip
# Cells that are no JSON, as text and back.
_TOLD: dict[str, tuple[type, Callable[[Any], str], Callable[[str], Any]]] = {
    "float": (float, repr, float),
    "bytes": (bytes, bytes.hex, bytes.fromhex),
    "date": (datetime.date, datetime.date.isoformat, datetime.date.fromisoformat),
    "time": (datetime.time, datetime.time.isoformat, datetime.time.fromisoformat),
    "datetime": (datetime.datetime, datetime.datetime.isoformat, datetime.datetime.fromisoformat),
    "Decimal": (Decimal, str, Decimal),
    "UUID": (uuid.UUID, str, uuid.UUID),
}
# A zone's name is looked up on this machine: nothing that could be a path elsewhere.
_ZONE = re.compile(r"(?!dateutil|tzlocal)[A-Za-z0-9_+-]+(?:[/:][A-Za-z0-9_+-]+)*")


class Lost:
    """Stands for a model that is not taken from a file: an object, or a name that would be looked up on the network.

    Attributes
    ----------
    label : str
        The model's name, or the name of its type.
    named : bool
        Which of them.
    """

    def __init__(self, label: str, named: bool) -> None:
        self.label = label
        self.named = named

    def __call__(self, texts: list[str]) -> NoReturn:
        """Raise ValueError: what it takes to embed."""
        give = f"ol.open(path, model={self.label!r})" if self.named else "ol.open(path, model=...) with that one"
        raise ValueError(
            f"this prompt was not shown when the lens was saved, and its model, {self.label!r}, is not taken from a"
            f" file; to embed its {len(texts)} texts write {give}."
        )


@dataclass(frozen=True)
class Parts:
    """What a lens is made of."""

    outputs: Outputs
    vectors: npt.NDArray[np.float32] | None
    """(n, d), the user's own."""
    model: Any
    """A name, or an object; of an object its type's name is kept."""
    seed: int
    lands: dict[int, Landscape]
    """Of the prompts that were shown, by number."""
    layers: dict[str, layers.Layer]
    events: list[Event]
    prompt: int
    """The one that is shown."""
    granularity: float
    selection: npt.NDArray[np.int64]
    view: dict[str, Any]


def events_of(session: Session) -> list[Event]:
    """The events on the outputs of a session, also those that could not be written yet, in order.

    What is undone or done again is told only of these; definitions of tags count for all.
    """
    session.retry()
    known = session.store.events(session.keys)
    here = {event.gesture for event in known if event.action not in ("undo", "redo")}
    here |= {gesture.gesture for gesture in session.pending}
    found = [event for event in known if event.action not in ("undo", "redo") or event.value in here]
    return found + session.waiting(max((event.time for event in found), default=0))


def write(path: str | os.PathLike[str], parts: Parts) -> Path:
    """Write the parts of a lens, whole or not at all; the same parts give the same bytes. Returns the path.

    Raises
    ------
    ValueError
        Where a column holds what no file can hold without code (it says which), or the path is no place for a file.
    """
    target = Path(path)
    if target.is_dir():
        raise ValueError(f"{str(target)!r} is a folder; give the lens a file name, such as 'answers.outlens'.")
    if not target.absolute().parent.is_dir():
        raise ValueError(f"the folder {str(target.absolute().parent)!r} does not exist; make it first.")
    pack = _Pack()
    pack.members["lens.json"] = _dump(_told(parts, pack))
    manifest = {
        "outlens": "lens",
        "version": VERSION,
        "written_by": {
            "outlens": __version__, "python": platform.python_version(), "numpy": np.__version__,
            "pandas": pd.__version__,
        },
        "parameters": {"model": label(parts.model), "seed": parts.seed, "own_vectors": parts.vectors is not None},
        "members": {name: len(data) for name, data in pack.members.items()},
    }  # fmt: skip
    partial = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        with zipfile.ZipFile(partial, "w") as file:
            for name, data in [("manifest.json", _dump(manifest)), *pack.members.items()]:
                # Without the time of day in it, so that the same lens gives the same file.
                info = zipfile.ZipInfo(name, _STAMP)
                info.create_system = 3
                # Vectors hardly get smaller.
                info.compress_type = zipfile.ZIP_STORED if name in pack.dense else zipfile.ZIP_DEFLATED
                file.writestr(info, data)
        try:
            read(partial)
        except ValueError as error:
            # Better told now than when it is opened.
            raise ValueError(f"this lens cannot be saved: it would not open again ({error.__cause__}).") from error
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)
    return target


def read(path: str | os.PathLike[str]) -> Parts:
    """Read what `write` wrote. The file is only read, and nothing in it is run.

    Raises
    ------
    ValueError
        Where there is no such file, it is none of a lens, is damaged, or was written by a newer outlens.
    """
    name = repr(str(path))
    if not Path(path).is_file():
        raise ValueError(f"there is no file {name}; give the path of one that lens.save wrote.")
    try:
        with Path(path).open("rb") as file:
            head = file.read(len(_HEAD))
            if head != _HEAD[: len(head)] or not head:
                raise _Unreadable(f"{name} is not a file that lens.save wrote; give the path of one.")
            size = file.seek(0, os.SEEK_END)
            return _parts(_Unpack(zipfile.ZipFile(file), size, name))
    except _Unreadable as error:
        raise ValueError(f"{error} The file is left as it is.") from None
    except OSError as error:
        raise ValueError(f"{name} cannot be read: {error.strerror or error}.") from error
    except Exception as error:
        # Whatever a damaged or forged file makes of the libraries that read it.
        why = str(error).splitlines()[0].rstrip(".") if str(error).strip() else type(error).__name__
        raise ValueError(
            f"{name} is damaged or cut off ({why:.200}); take a copy of it, or save the lens again. The file is left"
            " as it is."
        ) from error


class _Unreadable(Exception):
    """The file is whole, and nothing for this outlens; the message says why."""


# The file


class _Pack:
    """Members of a file to be written, numbered in the order in which they come."""

    def __init__(self) -> None:
        self.members: dict[str, bytes | memoryview] = {}
        self.dense: set[str] = set()

    def array(self, array: npt.NDArray[Any]) -> str:
        """Add an array of numbers; returns the member's name."""
        name = f"{len(self.members)}.npy"
        file = io.BytesIO()
        np.lib.format.write_array(file, np.ascontiguousarray(array), version=(1, 0), allow_pickle=False)
        self.members[name] = file.getbuffer()
        if array.ndim == 2 and array.dtype.kind == "f":
            self.dense.add(name)
        return name

    def json(self, value: Any) -> str:
        """Add JSON; returns the member's name."""
        name = f"{len(self.members)}.json"
        self.members[name] = _dump(value)
        return name


class _Unpack:
    """The members of a file, each checked against the manifest and its checksum."""

    def __init__(self, file: zipfile.ZipFile, size: int, name: str) -> None:
        self.file = file
        infos = file.infolist()
        self.infos = {info.filename: info for info in infos}
        total = sum(info.file_size for info in infos)
        if total > max(MOST, SWOLLEN * size):
            raise _Unreadable(f"{name} would unpack to {total:,} bytes from {size:,}, which no lens does.")
        if "manifest.json" not in self.infos:
            raise _Unreadable(f"{name} is not a file that lens.save wrote; give the path of one.")
        manifest = _load(self._bytes("manifest.json"))
        if not isinstance(manifest, dict) or manifest.get("outlens") != "lens":
            raise _Unreadable(f"{name} is not a file that lens.save wrote; give the path of one.")
        version = manifest["version"]
        _demand(type(version) is int and version >= 1, "its version is no number")
        if version > VERSION:
            raise _Unreadable(
                f"{name} was written by a newer outlens (format {version}, this one reads {VERSION}); update outlens."
            )
        sizes = {info.filename: info.file_size for info in infos if info.filename != "manifest.json"}
        _demand(len(infos) == len(self.infos) and sizes == manifest["members"], "its parts are not those it lists")

    def array(self, name: Any) -> npt.NDArray[Any]:
        """An array of numbers."""
        _demand(isinstance(name, str) and name.endswith(".npy"), "a part is not where it should be")
        data = self._bytes(name)
        file = io.BytesIO(data[:_HEADER])
        _demand(np.lib.format.read_magic(file) == (1, 0), f"{name} is of another version")
        shape, fortran, dtype = np.lib.format.read_array_header_1_0(file)
        where = file.tell()
        # The shape is only a claim until it is known that there are as many bytes.
        fits = dtype.kind in _NUMBERS and not fortran and math.prod(shape) * dtype.itemsize == len(data) - where
        _demand(fits, f"{name} is no plain array")
        return np.frombuffer(data, dtype, offset=where).reshape(shape)

    def json(self, name: Any) -> Any:
        """A value."""
        _demand(isinstance(name, str) and name.endswith(".json"), "a part is not where it should be")
        return _load(self._bytes(name))

    def lines(self, name: str) -> list[Any]:
        """The values of JSON lines."""
        return [_load(line) for line in self._bytes(name).split(b"\n") if line]

    def _bytes(self, name: str) -> bytearray:
        info = self.infos[name]
        plain = info.compress_type in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) and not info.flag_bits & 1
        _demand(plain, f"{name} is packed in another way")
        # The checksum is compared where all is read.
        data = bytearray(self.file.read(info))
        _demand(len(data) == info.file_size, f"{name} is cut off")
        return data


def _dump(value: Any) -> bytes:
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.encode("utf-8", "surrogatepass")


def _load(data: bytes | bytearray) -> Any:
    return json.loads(data.decode("utf-8", "surrogatepass"), parse_constant=_no_constant)


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


def _demand(right: bool, why: str) -> None:
    if not right:
        raise ValueError(why)


# The parts


def _told(parts: Parts, pack: _Pack) -> dict[str, Any]:
    """All that is small of a lens, with the names of the members that hold the rest."""
    given = parts.outputs
    place: dict[Hashable, int] = {name: i for i, name in enumerate(given.frame.columns)}
    prompts = given.prompts()
    # A ranking is not kept: it is made anew of the tags.
    view = {**parts.view, "order": "row"} if parts.view["order"] == "ranked" else parts.view
    vectors = None
    if parts.vectors is not None:
        # Of the prompts that were shown they are in the landscapes.
        shown = np.concatenate([prompts[p][1] for p in parts.lands])
        vectors = pack.array(np.delete(parts.vectors, shown, axis=0))
    pack.members["events.jsonl"] = b"".join(
        _dump(line) + b"\n"
        for line in [
            {"outlens": "events", "version": 1},
            *({field.name: getattr(event, field.name) for field in fields(Event)} for event in parts.events),
        ]
    )
    return {
        "frame": _frame(given.frame, pack),
        "text": place[given.text],
        "prompt": None if given.prompt is None else place[given.prompt],
        "by": [place[name] for name in given.by],
        "id": None if given.id is None else place[given.id],
        "vectors": vectors,
        "model": {
            "label": label(parts.model),
            "named": parts.model.named if isinstance(parts.model, Lost) else isinstance(parts.model, str),
        },
        "seed": parts.seed,
        "lands": [
            {
                "prompt": p, "vectors": pack.array(land.vectors), "xy": pack.array(land.xy),
                "typical": pack.array(land.typical),
                "tree": {field.name: pack.array(getattr(land.tree, field.name)) for field in fields(Tree)},
                "names": pack.json([[name.name, name.share, list(name.words)] for name in land.names]),
            }
            for p, land in sorted(parts.lands.items())
        ],
        "layers": [
            {
                "name": layer.name, "types": layer.types, "output": pack.array(layer.output),
                "start": pack.array(layer.start), "end": pack.array(layer.end), "code": pack.array(layer.code),
            }
            for layer in parts.layers.values()
        ],
        "shown": parts.prompt,
        "granularity": parts.granularity,
        "selection": pack.array(parts.selection),
        "view": {name: value for name, value in sorted(view.items())},
    }  # fmt: skip


def label(model: Any) -> str:
    """What a model is called: its name, or that of its type."""
    if isinstance(model, str):
        return model
    return model.label if isinstance(model, Lost) else type(model).__name__


def _parts(file: _Unpack) -> Parts:
    told = file.json("lens.json")
    frame = _read_frame(told["frame"], file)
    columns = list(frame.columns)
    given = outputs.read(
        frame,
        text=columns[_count(told["text"], len(columns))],
        prompt=None if told["prompt"] is None else columns[_count(told["prompt"], len(columns))],
        by=[columns[_count(place, len(columns))] for place in told["by"]],
        id=None if told["id"] is None else columns[_count(told["id"], len(columns))],
    )
    _demand((given.prompt is None) == (told["prompt"] is None), "its prompts are not those it tells of")
    n = len(given.texts)
    prompts = given.prompts()
    lands = {_count(land["prompt"], len(prompts)): land for land in told["lands"]}
    made = {p: _landscape(land, len(prompts[p][1]), file) for p, land in lands.items()}
    shown = _count(told["shown"], len(prompts))
    _demand(shown in made and len(made) == len(told["lands"]), "its prompts are not those it tells of")
    vectors = None
    if told["vectors"] is not None:
        rest = _array(file, told["vectors"], "f4", 2)
        vectors = np.zeros((n, made[shown].vectors.shape[1]), np.float32)
        left = np.ones(n, bool)
        for p, land in made.items():
            vectors[prompts[p][1]] = land.vectors
            left[prompts[p][1]] = False
        _demand(rest.shape == (left.sum(), vectors.shape[1]) and _is_unit(rest), "its vectors do not fit")
        vectors[left] = rest
    selection = _array(file, told["selection"], "i8", 1)
    _demand(bool((np.diff(selection) > 0).all()) and _within(selection, 0, n), "its selection does not fit")
    own = [_layer(layer, given.texts, file) for layer in told["layers"]]
    named = {layer.name: layer for layer in own}
    _demand(len(named) == len(own), "two of its layers have one name")
    granularity, seed = told["granularity"], told["seed"]
    _demand(type(granularity) is float and 0 <= granularity <= 1, "its granularity is out of range")
    _demand(type(seed) is int, "its seed is no number")
    return Parts(
        outputs=given,
        vectors=vectors,
        model=_model(told["model"]["label"], told["model"]["named"]),
        seed=seed,
        lands=made,
        layers=named,
        events=_events(file),
        prompt=shown,
        granularity=granularity,
        selection=selection,
        view=_view(told["view"], n),
    )


def _model(name: Any, named: Any) -> Any:
    _demand(isinstance(name, str) and isinstance(named, bool), "its model is not told")
    # Another name would load what the file's author chose, from anywhere.
    return name if named and (name == "fast" or is_default(name)) else Lost(name, named)


def _landscape(told: dict[str, Any], n: int, file: _Unpack) -> Landscape:
    vectors = _array(file, told["vectors"], "f4", 2)
    xy, typical = _array(file, told["xy"], "f4", 2), _array(file, told["typical"], "f4", 1)
    right = len(vectors) == n and _is_unit(vectors) and xy.shape == (n, 2) and typical.shape == (n,)
    _demand(right and bool(np.isfinite(xy).all() and np.isfinite(typical).all()), "its map does not fit")
    kinds = {
        "leaf": ("i4", 1), "granularities": ("f8", 1), "levels": ("i4", 2), "sizes": ("i8", 1), "medoids": ("i8", 1),
    }  # fmt: skip
    tree = Tree(**{name: _array(file, told["tree"][name], *kind) for name, kind in kinds.items()})
    nodes, (steps, leaves) = len(tree.sizes), tree.levels.shape
    right = (
        len(tree.leaf) == n and _within(tree.leaf, 0, leaves)
        and len(tree.granularities) == steps > 0 and bool((np.diff(tree.granularities) > 0).all())
        and _within(tree.levels, -1, nodes) and tree.medoids.shape == (nodes,) and _within(tree.medoids, 0, n)
        and bool(((tree.granularities >= 0) & (tree.granularities <= 1)).all())
    )  # fmt: skip
    _demand(right, "its clusters do not fit")
    for level in tree.levels:
        held = np.zeros(nodes + 1, np.int64)  # the last is for -1
        np.add.at(held, level, tree.weights)
        here = np.unique(level[level >= 0])
        _demand(bool((held[here] == tree.sizes[here]).all()), "its clusters do not fit")
    names = file.json(told["names"])
    _demand(len(names) == nodes, "its clusters' names do not fit")
    return Landscape(vectors, tree, [_name(*name) for name in names], xy, typical)


def _name(name: Any, share: Any, words: Any) -> Name:
    _demand(_is_texts([name]) and type(share) is float and _is_texts(words), "a cluster's name is none")
    return Name(name, share, tuple(words))


def _layer(told: dict[str, Any], texts: list[str], file: _Unpack) -> layers.Layer:
    name, types = told["name"], told["types"]
    _demand(_is_texts([name]) and _is_texts(types), "a layer's name is none")
    _demand(bool(name.strip()) and name.casefold() not in layers.RESERVED, f"a layer is named {name!r}")
    output, start, end, code = (_array(file, told[part], "i8", 1) for part in ("output", "start", "end", "code"))
    right = len(output) == len(start) == len(end) == len(code) and _within(output, 0, len(texts))
    right = right and bool((np.diff(output) >= 0).all()) and _within(code, 0, min(len(types), layers.TYPES) + 1)
    _demand(right, f"the layer {name!r} does not fit")
    lengths = np.array([len(text) for text in texts], np.int64)[output]
    _demand(bool(((start >= 0) & (start <= end) & (end <= lengths)).all()), f"the layer {name!r} does not fit")
    return layers.Layer(name, types, output, start, end, code)


def _events(file: _Unpack) -> list[Event]:
    head, *rows = file.lines("events.jsonl")
    _demand(head == {"outlens": "events", "version": 1}, "its tags are of another version")
    wanted = {field.name for field in fields(Event)}
    for row in rows:
        right = isinstance(row, dict) and set(row) == wanted and type(row["time"]) is int
        _demand(right and _is_texts([row[name] for name in wanted - {"time"}]), "a tag in it is none")
    return [Event(**row) for row in rows]


def _view(told: Any, n: int) -> dict[str, Any]:
    """The settings of the view that are known here, each of the kind that it has."""
    view = {**DEFAULTS, **{name: value for name, value in told.items() if name in DEFAULTS}}
    for name, value in view.items():
        if name == "pins":
            right = isinstance(value, list) and all(type(row) is int and 0 <= row < n for row in value)
        elif name == "scroll_to":
            right = value is None or (type(value) is int and 0 <= value < n)
        elif name in ("rows", "columns"):
            right = value is None or isinstance(value, str)
        elif name in ("filter", "tagged"):
            right = value is None or (
                isinstance(value, dict) and all(cell is None or isinstance(cell, str) for cell in value.values())
            )
        elif name == "layers":
            right = _is_texts(value)
        elif name == "min_outputs":
            right = type(value) in (int, float) and value > 0
        else:
            right = type(value) is type(DEFAULTS[name])
        _demand(right, f"its view.{name} is {value!r:.60}")
    return view


def _array(file: _Unpack, name: Any, kind: str, dimensions: int) -> npt.NDArray[Any]:
    array = file.array(name)
    _demand(array.dtype == np.dtype(f"<{kind}") and array.ndim == dimensions, f"{name} is another array")
    return array


def _count(value: Any, end: int) -> int:
    _demand(type(value) is int and 0 <= value < end, "a number in it is out of range")
    return int(value)


def _within(array: npt.NDArray[Any], begin: int, end: int) -> bool:
    return bool(((array >= begin) & (array < end)).all())


def _is_unit(vectors: npt.NDArray[np.float32]) -> bool:
    # A sum of squares that is not a number is not near 1 either.
    return bool((np.abs(np.einsum("ij,ij->i", vectors, vectors) - 1) < 1e-3).all())


def _is_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(text, str) for text in value)


# The frame


def _frame(frame: pd.DataFrame, pack: _Pack) -> dict[str, Any]:
    return {
        "rows": len(frame),
        "columns": _index(frame.columns, "the columns' names", pack),
        "index": _index(frame.index, "the index", pack),
        "data": [_values(frame.iloc[:, i], f"the column {name!r}", pack) for i, name in enumerate(frame.columns)],
        "attrs": _cells([frame.attrs], "frame.attrs")[0],
    }


def _read_frame(told: dict[str, Any], file: _Unpack) -> pd.DataFrame:
    n, data = told["rows"], told["data"]
    index, columns = _read_index(told["index"], file), _read_index(told["columns"], file)
    _demand(type(n) is int and len(index) == n and len(columns) == len(data), "its rows do not fit")
    series = []
    for part in data:
        values = _read_values(part, file)
        _demand(len(values) == n, "its rows do not fit")
        series.append(pd.Series(values, index=index, dtype=values.dtype, copy=False))
    frame = pd.concat(series, axis=1) if series else pd.DataFrame(index=index)
    frame.index, frame.columns = index, columns
    attrs = _cell(told["attrs"])
    _demand(isinstance(attrs, dict), "its frame's attrs are no dict")
    frame.attrs = attrs
    return frame


def _index(index: pd.Index[Any], what: str, pack: _Pack) -> dict[str, Any]:
    if isinstance(index, pd.MultiIndex):
        return {
            "kind": "multi",
            "names": _cells(list(index.names), what),
            "levels": [_index(level.rename(None), what, pack) for level in index.levels],
            "codes": [pack.array(np.asarray(codes)) for codes in index.codes],
        }
    name = _cells([index.name], what)[0]
    if isinstance(index, pd.RangeIndex):
        return {"kind": "range", "name": name, "range": [index.start, index.stop, index.step]}
    freq = getattr(index, "freq", None) if isinstance(index, pd.DatetimeIndex | pd.TimedeltaIndex) else None
    # One with holidays of its own is not its name.
    freq = freq.freqstr if freq is not None and to_offset(freq.freqstr) == freq else None
    return {"kind": "index", "name": name, "freq": freq, "values": _values(index, what, pack)}


def _read_index(told: dict[str, Any], file: _Unpack) -> pd.Index[Any]:
    if told["kind"] == "multi":
        codes: Any = [_numbers(file.array(name), "i") for name in told["codes"]]
        levels: Any = [_read_index(level, file) for level in told["levels"]]
        _demand(len({len(code) for code in codes}) == 1, "its index does not fit")
        names = [_label_of(name) for name in told["names"]]
        return pd.MultiIndex(levels=levels, codes=codes, names=names, verify_integrity=True)
    name = _label_of(told["name"])
    if told["kind"] == "range":
        start, stop, step = told["range"]
        _demand(type(start) is type(stop) is type(step) is int, "its index does not fit")
        return pd.RangeIndex(start, stop, step, name=name)
    _demand(told["kind"] == "index", "its index is of no known kind")
    values = _read_values(told["values"], file)
    if isinstance(values, np.ndarray) and values.dtype.kind == "O":
        return pd.Index(values, dtype=object, name=name, tupleize_cols=False)
    index: Any = pd.Index(values, name=name)
    if told["freq"] is not None:
        _demand(isinstance(told["freq"], str), "its index has no such frequency")
        index.freq = told["freq"]
    found: pd.Index[Any] = index
    return found


def _label_of(told: Any) -> Hashable:
    name = _cell(told)
    hash(name)
    return name  # type: ignore[no-any-return]


def _values(column: pd.Series[Any] | pd.Index[Any], what: str, pack: _Pack) -> dict[str, Any]:
    """The values of a column or an index, by dtype."""
    dtype: Any = column.dtype
    values: Any = column.array
    if isinstance(dtype, np.dtype):
        if dtype.kind in _NUMBERS:
            return {"kind": "plain", "at": pack.array(column.to_numpy())}
        if dtype.kind == "O":
            return {"kind": "object", "at": pack.json(_cells(list(values), what))}
    elif isinstance(dtype, pd.CategoricalDtype):
        categories = _index(dtype.categories, what, pack)
        return {"kind": "category", "codes": pack.array(values.codes), "of": categories, "ordered": dtype.ordered}
    elif isinstance(dtype, pd.StringDtype):
        missing = "NA" if dtype.na_value is pd.NA else "nan"
        cells = [None if gone else str(cell) for cell, gone in zip(values, values.isna(), strict=True)]
        return {"kind": "string", "storage": dtype.storage, "missing": missing, "at": pack.json(cells)}
    elif isinstance(dtype, pd.DatetimeTZDtype) and _is_zone(dtype):
        return {"kind": "zone", "zone": str(dtype.tz), "at": pack.array(values.tz_convert(None).to_numpy())}
    elif isinstance(dtype, pd.PeriodDtype):
        return {"kind": "period", "freq": str(dtype)[len("period[") : -1], "at": pack.array(values.asi8)}
    elif isinstance(dtype, pd.IntervalDtype):
        sides = [_index(getattr(values, side), what, pack) for side in ("left", "right")]
        return {"kind": "interval", "closed": dtype.closed, "sides": sides}
    elif type(dtype) is _MASKED.get(str(dtype)):
        plain = values.to_numpy(dtype=dtype.numpy_dtype, na_value=0)
        return {"kind": str(dtype), "at": pack.array(plain), "missing": pack.array(values.isna())}
    raise ValueError(
        f"{what} has the dtype {dtype}, which a saved lens cannot hold; convert it, such as by"
        " .astype(object) or .astype(str)."
    )


def _read_values(told: dict[str, Any], file: _Unpack) -> Any:
    kind = told["kind"]
    if kind == "category":
        categories = _read_index(told["of"], file)
        _demand(isinstance(told["ordered"], bool), "a category in it does not fit")
        dtype = pd.CategoricalDtype(categories, told["ordered"])
        return pd.Categorical.from_codes(_numbers(file.array(told["codes"]), "i"), dtype=dtype)
    if kind == "zone":
        _demand(bool(_ZONE.fullmatch(told["zone"])), "a time zone in it is none")
        return pd.array(_numbers(file.array(told["at"]), "M")).tz_localize("UTC").tz_convert(told["zone"])
    if kind == "string":
        cells = file.json(told["at"])
        _demand(_is_texts([cell for cell in cells if cell is not None]), "a text in it is none")
        return _strings(cells, told["storage"], told["missing"])
    if kind == "period":
        _demand(isinstance(told["freq"], str), "a period in it is none")
        periods: Any = pd.PeriodIndex
        return periods.from_ordinals(_array(file, told["at"], "i8", 1), freq=told["freq"]).array
    if kind == "interval":
        left, right = (_read_index(side, file) for side in told["sides"])
        return pd.arrays.IntervalArray.from_arrays(left, right, closed=told["closed"])
    if kind in _MASKED:
        values, gone = file.array(told["at"]), _numbers(file.array(told["missing"]), "b")
        dtype = _MASKED[kind]()
        _demand(values.dtype == dtype.numpy_dtype and values.shape == gone.shape, f"a column of {kind} does not fit")
        return dtype.construct_array_type()(values, gone)
    if kind == "plain":
        return _numbers(file.array(told["at"]), _NUMBERS)
    _demand(kind == "object", "a column is of no known kind")
    told_cells = file.json(told["at"])
    _demand(isinstance(told_cells, list), "a column does not fit")
    # By its items: numpy would make a table of lists of one length.
    cells = (cell if isinstance(cell, str) else _cell(cell) for cell in told_cells)
    return np.fromiter(cells, object, len(told_cells))


def _numbers(array: npt.NDArray[Any], kinds: str) -> npt.NDArray[Any]:
    _demand(array.ndim == 1 and array.dtype.kind in kinds, "a column does not fit")
    return array


def _is_zone(dtype: pd.DatetimeTZDtype) -> bool:
    try:
        return bool(_ZONE.fullmatch(str(dtype.tz))) and pd.DatetimeTZDtype(dtype.unit, str(dtype.tz)) == dtype
    except (TypeError, ValueError, KeyError):
        return False


def _strings(cells: list[str | None], storage: Any, missing: Any) -> Any:
    _demand(storage in ("python", "pyarrow") and missing in ("NA", "nan"), "a column is of no known kind")
    for kept in dict.fromkeys((storage, "python")):
        # pyarrow may be missing here, and pandas before 2.3 knows no other missing value.
        with contextlib.suppress(ImportError, TypeError):
            return pd.array(cells, dtype=pd.StringDtype(kept) if missing == "NA" else pd.StringDtype(kept, np.nan))
    return np.array(cells, object)


# Cells of columns of objects: JSON as it is, and {"$": kind, "v": value} for what is none


def _cells(cells: list[Any], what: str) -> list[Any]:
    try:
        told = [cell if type(cell) is str else _tell(cell) for cell in cells]
        _dump(told)
    except _Untold as error:
        cell = error.args[0]
        raise ValueError(
            f"{what} holds {cell!r:.60} of type {type(cell).__name__}, which a saved lens cannot hold; convert it,"
            " such as by .astype(str)."
        ) from None
    except (RecursionError, ValueError, OverflowError):
        raise ValueError(f"{what} holds a value that is too deep or too large for a saved lens; convert it.") from None
    return told


class _Untold(Exception):
    """A cell that no file can hold without code."""


def _tell(cell: Any) -> Any:
    kind = type(cell)
    if cell is None or kind in (bool, int, str) or (kind is float and math.isfinite(cell)):
        return cell
    if kind is list:
        return [_tell(item) for item in cell]
    if kind is dict:
        if "$" not in cell and all(type(key) is str for key in cell):
            return {key: _tell(item) for key, item in cell.items()}
        return {"$": "dict", "v": [[_tell(key), _tell(item)] for key, item in cell.items()]}
    if kind is tuple:
        return {"$": "tuple", "v": [_tell(item) for item in cell]}
    if cell is pd.NA or cell is pd.NaT:
        return {"$": "NA" if cell is pd.NA else "NaT", "v": None}
    if isinstance(cell, np.str_):
        return str(cell)
    if kind is np.ndarray or isinstance(cell, np.generic):
        array = np.asarray(cell)
        if array.dtype.kind not in _NUMBERS:
            raise _Untold(cell)
        data = base64.b64encode(array.tobytes()).decode("ascii")
        return {"$": "array", "v": [array.dtype.str, list(array.shape), data, kind is np.ndarray]}
    if kind is pd.Timestamp or kind is pd.Timedelta:
        zone = None if kind is pd.Timedelta or cell.tz is None else str(cell.tz)
        value = cell.tz_convert(None) if zone is not None else cell
        told = {"$": kind.__name__, "v": [int(value.to_numpy().astype(np.int64)), cell.unit, zone]}
        return _same(told, cell)
    for name, (known, tell, _) in _TOLD.items():
        if kind is known:
            return _same({"$": name, "v": tell(cell)}, cell)
    raise _Untold(cell)


def _same(told: dict[str, Any], cell: Any) -> dict[str, Any]:
    """What is told, where it reads back as the same."""
    try:
        same = repr(_cell(told)) == repr(cell)
    except Exception:
        same = False
    if not same:
        raise _Untold(cell)
    return told


def _cell(told: Any) -> Any:
    if isinstance(told, list):
        return [_cell(item) for item in told]
    if not isinstance(told, dict):
        return told
    if "$" not in told:
        return {key: _cell(item) for key, item in told.items()}
    kind, value = told["$"], told["v"]
    if kind == "dict":
        return {_cell(key): _cell(item) for key, item in value}
    if kind == "tuple":
        return tuple(_cell(item) for item in value)
    if kind in ("NA", "NaT"):
        return pd.NA if kind == "NA" else pd.NaT
    if kind == "array":
        name, shape, data, whole = value
        dtype = np.dtype(name)
        _demand(isinstance(name, str) and dtype.kind in _NUMBERS, "an array in it is none")
        array = np.frombuffer(bytearray(base64.b64decode(data, validate=True)), dtype).reshape(shape)
        return array if whole else array[()]
    if kind in ("Timestamp", "Timedelta"):
        number, unit, zone = value
        _demand(type(number) is int and unit in ("s", "ms", "us", "ns"), "a time in it is none")
        if kind == "Timedelta":
            return pd.Timedelta(np.timedelta64(number, unit))
        stamp = pd.Timestamp(np.datetime64(number, unit))
        _demand(zone is None or bool(_ZONE.fullmatch(zone)), "a time zone in it is none")
        return stamp if zone is None else stamp.tz_localize("UTC").tz_convert(zone)
    _demand(kind in _TOLD and isinstance(value, str), "a cell is of no known kind")
    return _TOLD[kind][2](value)
