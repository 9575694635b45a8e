"""The parts of a lens as members of a file and back, each checked when it is read."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, fields
from typing import Any, NoReturn

import numpy as np
import numpy.typing as npt

from outlens import layers, outputs, settings
from outlens.archive.container import Packer, Unpacker, is_texts, require, to_json
from outlens.archive.frames import pack_frame, unpack_frame
from outlens.outputs import Outputs
from outlens.settings import without_columns
from outlens.tags.events import ACTIONS, Event, is_id
from outlens.vectors import Landscape, Name, Tree
from outlens.vectors.likeness import Likeness
from outlens.vectors.models import is_default
from outlens.vectors.positions import check_xy
from outlens.vectors.separation import separation

EVENTS_HEADER = {"outlens": "events", "version": 1}

_TREE_ARRAYS = {
    "leaf": ("<i4", 1), "granularities": ("<f8", 1), "levels": ("<i4", 2), "sizes": ("<i8", 1), "medoids": ("<i8", 1),
}  # fmt: skip


class ModelNotKept(ValueError):
    """A prompt cannot be embedded, because the model is not loaded from the file of the lens."""


class UnavailableModel:
    """Stands in for a model that is not loaded from a file: an object, or a name that needs the network.

    Attributes
    ----------
    label : str
        The model's name, or the name of its type.
    named : bool
        Whether `label` is the model's name.
    """

    def __init__(self, label: str, named: bool) -> None:
        self.label = label
        self.named = named

    def __call__(self, texts: list[str]) -> NoReturn:
        """Raise an error that names the argument needed to embed."""
        example = f"ol.open(path, model={self.label!r})" if self.named else "ol.open(path, model=...) with that model"
        raise ModelNotKept(
            f"the lens has no vectors for these outputs, and its model, {self.label!r}, is not loaded from a file; to"
            f" embed the {len(texts)} text{'s' * (len(texts) != 1)} write {example}."
        )


@dataclass(frozen=True)
class Parts:
    """The parts of a lens."""

    outputs: Outputs
    vectors: npt.NDArray[np.float32] | None
    """(n, d), the user's vectors."""
    xy: npt.NDArray[np.float64] | None
    """(n, 2), the user's positions."""
    model: Any
    """A name or an object; only the name of an object's type is saved."""
    seed: int | None
    lands: dict[int, Landscape]
    """The landscapes of the prompts that were shown, by number."""
    layers: dict[str, layers.Layer]
    events: list[Event]
    prompt: int
    """The number of the current prompt."""
    granularity: float
    selection: npt.NDArray[np.int64]
    view: dict[str, Any]


def label(model: Any) -> str:
    """Return the name of a model, or of its type."""
    if isinstance(model, str):
        return model
    return model.label if isinstance(model, UnavailableModel) else type(model).__name__


def is_kept(model: Any) -> bool:
    """Return whether a file may name this model; any other name would load whatever the author of a file chose."""
    return isinstance(model, str) and (model == "fast" or is_default(model))


def pack_parts(parts: Parts, packer: Packer) -> None:
    """Add all parts; `lens.json` holds the small ones and names the members with the others."""
    given = parts.outputs
    place: dict[Hashable, int] = {name: i for i, name in enumerate(given.frame.columns)}
    vectors = None
    if parts.vectors is not None:
        # The vectors of prompts that were shown are in their landscapes.
        prompts = given.prompts()
        shown = np.concatenate([np.zeros(0, np.int64), *(prompts[p][1] for p in parts.lands)])
        vectors = packer.array(np.delete(parts.vectors, shown, axis=0))
    # A ranking is not saved: it is computed from the tags.
    view = {**parts.view, "order": "row"} if parts.view["order"] == "ranked" else dict(parts.view)
    # Nor are measures.
    view |= without_columns(view, [column.name for column in given.columns])
    packer.members["events.jsonl"] = _pack_events(parts.events)
    packer.members["lens.json"] = to_json({
        "frame": pack_frame(given.frame, packer),
        "text": place[given.text],
        "prompt": None if given.prompt is None else place[given.prompt],
        "by": [place[name] for name in given.by],
        "id": None if given.id is None else place[given.id],
        "vectors": vectors,
        "xy": None if parts.xy is None else packer.array(parts.xy),
        "model": _pack_model(parts.model),
        "seed": None if parts.seed is None else int(parts.seed),
        "lands": [{"prompt": p, **_pack_landscape(land, packer)} for p, land in sorted(parts.lands.items())],
        "layers": [_pack_layer(layer, packer) for layer in parts.layers.values()],
        "shown": parts.prompt,
        "granularity": parts.granularity,
        "selection": packer.array(np.asarray(parts.selection)),
        "view": dict(sorted(view.items())),
    })  # fmt: skip


def unpack_parts(file: Unpacker) -> Parts:
    """Return the parts; raise ValueError if they do not fit together."""
    packed = file.json("lens.json")
    given = _unpack_outputs(packed, file)
    prompts = given.prompts()
    lands: dict[int, Landscape] = {}
    for land in packed["lands"]:
        p = _index_below(land["prompt"], len(prompts))
        require(p not in lands, "a prompt is there twice")
        label, rows = prompts[p]
        texts = [given.texts[row] for row in rows.tolist()]
        lands[p] = _unpack_landscape(land, texts, label if given.prompt is not None else None, file)
    shown = _index_below(packed["shown"], len(prompts))
    granularity, seed = packed["granularity"], packed["seed"]
    require(type(granularity) is float and 0 <= granularity <= 1, "its granularity is out of range")
    require(seed is None or type(seed) is int, "its seed is not a whole number")
    selection = file.array(packed["selection"], "<i8", 1)
    fits = bool((np.diff(selection) > 0).all()) and _all_within(selection, 0, len(given.texts))
    require(fits, "its selection does not fit")
    own_layers = [_unpack_layer(layer, given.texts, file) for layer in packed["layers"]]
    by_name = {layer.name: layer for layer in own_layers}
    require(len(by_name) == len(own_layers), "two of its layers have one name")
    return Parts(
        outputs=given,
        vectors=None if packed["vectors"] is None else _unpack_vectors(packed["vectors"], given, lands, file),
        # Earlier files hold none.
        xy=None if packed.get("xy") is None else check_xy(file.array(packed["xy"], "<f8", 2), len(given.texts)),
        model=_unpack_model(packed["model"]["label"], packed["model"]["named"]),
        seed=seed,
        lands=lands,
        layers=by_name,
        events=_unpack_events(file),
        prompt=shown,
        granularity=granularity,
        selection=outputs.Positions(selection),
        view=_unpack_view(packed["view"], len(given.texts)),
    )


# Outputs, vectors and model


def _unpack_outputs(packed: dict[str, Any], file: Unpacker) -> Outputs:
    frame = unpack_frame(packed["frame"], file)
    columns = list(frame.columns)
    return outputs.read(
        frame,
        text=columns[_index_below(packed["text"], len(columns))],
        # False: do not look for a column of prompts by name.
        prompt=False if packed["prompt"] is None else columns[_index_below(packed["prompt"], len(columns))],
        by=[columns[_index_below(place, len(columns))] for place in packed["by"]],
        id=None if packed["id"] is None else columns[_index_below(packed["id"], len(columns))],
        alike_ids=True,
    )


def _unpack_vectors(name: Any, given: Outputs, lands: dict[int, Landscape], file: Unpacker) -> npt.NDArray[np.float32]:
    """Return the user's vectors, joined from the landscapes and the remaining prompts."""
    prompts = given.prompts()
    others = file.array(name, "<f4", 2)
    vectors = np.zeros((len(given.texts), others.shape[1]), np.float32)
    left = np.ones(len(vectors), bool)
    for p, land in lands.items():
        require(land.vectors.shape[1] == vectors.shape[1], "its vectors do not fit")
        vectors[prompts[p][1]] = land.vectors
        left[prompts[p][1]] = False
    require(len(others) == left.sum() and _has_unit_rows(others), "its vectors do not fit")
    vectors[left] = others
    return vectors


def _pack_model(model: Any) -> dict[str, Any]:
    named = model.named if isinstance(model, UnavailableModel) else isinstance(model, str)
    return {"label": label(model), "named": named}


def _unpack_model(name: Any, named: Any) -> Any:
    require(isinstance(name, str) and isinstance(named, bool), "its model is not named")
    return name if named and is_kept(name) else UnavailableModel(name, named)


# Landscapes and layers


def _pack_landscape(land: Landscape, packer: Packer) -> dict[str, Any]:
    return {
        "vectors": packer.array(land.vectors),
        "xy": packer.array(land.xy),
        "typical": packer.array(land.typical),
        "separation": float(land.separation),
        "added": int(land.added),
        "tree": {field.name: packer.array(getattr(land.tree, field.name)) for field in fields(Tree)},
        "names": packer.json([[name.name, name.share, list(name.words)] for name in land.names]),
    }


def _unpack_landscape(packed: dict[str, Any], texts: list[str], prompt: str | None, file: Unpacker) -> Landscape:
    n = len(texts)
    vectors = file.array(packed["vectors"], "<f4", 2)
    xy, typical = file.array(packed["xy"], "<f4", 2), file.array(packed["typical"], "<f4", 1)
    fits = len(vectors) == n and _has_unit_rows(vectors) and xy.shape == (n, 2) and typical.shape == (n,)
    require(fits and bool(np.isfinite(xy).all() and np.isfinite(typical).all()), "its map does not fit")
    tree = Tree(**{name: file.array(packed["tree"][name], *kind) for name, kind in _TREE_ARRAYS.items()})
    # Older files do not hold it.
    added = packed.get("added", 0)
    require(type(added) is int and 0 <= added < max(n, 1), "its map does not fit")
    _check_tree(tree, n, added)
    names = file.json(packed["names"])
    require(len(names) == len(tree.sizes), "the names of its clusters do not fit")
    clear = packed.get("separation")
    if clear is None:
        # Older files do not hold it.
        clear = separation(Likeness(vectors, texts, prompt=prompt), tree.cut())
    require(type(clear) is float and -1 <= clear <= 1, "the separation of its clusters is out of range")
    return Landscape(vectors, tree, [_unpack_name(*name) for name in names], xy, typical, clear, added)


def _check_tree(tree: Tree, n: int, added: int) -> None:
    nodes, (steps, leaves) = len(tree.sizes), tree.levels.shape
    fits = (
        len(tree.leaf) == n and _all_within(tree.leaf, 0, leaves)
        and len(tree.granularities) == steps > 0 and bool((np.diff(tree.granularities) > 0).all())
        and _all_within(tree.levels, -1, nodes) and tree.medoids.shape == (nodes,) and _all_within(tree.medoids, 0, n)
        and bool(((tree.granularities >= 0) & (tree.granularities <= 1)).all())
    )  # fmt: skip
    require(fits, "its clusters do not fit")
    weights = np.bincount(tree.leaf[: n - added], minlength=leaves)
    for level in tree.levels:
        held = np.zeros(nodes + 1, np.int64)  # the last is for -1
        np.add.at(held, level, weights)
        here = np.unique(level[level >= 0])
        require(bool((held[here] == tree.sizes[here]).all()), "the sizes of its clusters do not fit")


def _unpack_name(name: Any, share: Any, words: Any) -> Name:
    require(is_texts([name]) and type(share) is float and is_texts(words), "the name of a cluster is damaged")
    return Name(name, share, tuple(words))


def _pack_layer(layer: layers.Layer, packer: Packer) -> dict[str, Any]:
    arrays = {part: packer.array(getattr(layer, part)) for part in ("output", "start", "end", "code")}
    return {"name": layer.name, "types": layer.types, **arrays}


def _unpack_layer(packed: dict[str, Any], texts: list[str], file: Unpacker) -> layers.Layer:
    name, types = packed["name"], packed["types"]
    require(is_texts([name]) and is_texts(types), "the name of a layer is damaged")
    require(bool(name.strip()) and name.casefold() not in layers.RESERVED, f"a layer is named {name!r}")
    output, start, end, code = (file.array(packed[part], "<i8", 1) for part in ("output", "start", "end", "code"))
    fits = len(output) == len(start) == len(end) == len(code) and _all_within(output, 0, len(texts))
    fits = fits and bool((np.diff(output) >= 0).all()) and _all_within(code, 0, min(len(types), layers.TYPES) + 1)
    require(fits, f"the layer {name!r} does not fit")
    lengths = np.array([len(text) for text in texts], np.int64)[output]
    require(bool(((start >= 0) & (start <= end) & (end <= lengths)).all()), f"the layer {name!r} does not fit")
    return layers.Layer(name, types, output, start, end, code)


# Events and view


def _pack_events(events: list[Event]) -> bytes:
    """Return events as the lines that `tags.write_events` writes."""
    rows = [{field.name: getattr(event, field.name) for field in fields(Event)} for event in events]
    return b"".join(to_json(line) + b"\n" for line in [EVENTS_HEADER, *rows])


def _unpack_events(file: Unpacker) -> list[Event]:
    header, *rows = file.lines("events.jsonl")
    require(header == EVENTS_HEADER, "its tags are of another version")
    names = {field.name for field in fields(Event)}
    for row in rows:
        require(isinstance(row, dict) and set(row) == names, "a tag in it has missing or unknown fields")
        require(type(row["time"]) is int and 0 <= row["time"] < 1 << 53, "the time of a tag in it is out of range")
        require(is_texts([row[name] for name in names - {"time"}]), "a tag in it has a field that is not text")
        require(is_id(row["id"]) and is_id(row["gesture"]), "the id of a tag in it is damaged")
        require(row["action"] in ACTIONS, "a tag in it has an unknown action")
    return [Event(**row) for row in rows]


def _unpack_view(packed: Any, n: int) -> dict[str, Any]:
    """Return the checked settings of the view; rows that do not exist are refused here, not dropped."""
    require(isinstance(packed, dict), "its view is not a dict")
    view = settings.checked(packed, n)
    for name in ("pins", "scroll_to"):
        require(name not in packed or view[name] == packed[name], f"its view.{name} is {packed.get(name)!r:.60}")
    return view


def _index_below(value: Any, end: int) -> int:
    require(type(value) is int and 0 <= value < end, "a number in it is out of range")
    return int(value)


def _all_within(array: npt.NDArray[Any], begin: int, end: int) -> bool:
    return bool(((array >= begin) & (array < end)).all())


def _has_unit_rows(vectors: npt.NDArray[np.float32]) -> bool:
    # This also refuses NaN, which is not near 1.
    return bool((np.abs(np.einsum("ij,ij->i", vectors, vectors) - 1) < 1e-3).all())
