"""Encode arrays, columns and texts as bytes for the browser."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from outlens._unicode import clean
from outlens.contrast import Contrast
from outlens.layers import Layer, fitted
from outlens.naming import tree_id
from outlens.outputs import Categories, Numbers
from outlens.text import Index, alignment_strength, varying
from outlens.text.align import NO_ALIGNMENT
from outlens.text.utf16 import utf16
from outlens.text.words import tokenize
from outlens.vectors import Landscape

PAGED_ABOVE = 8_000_000
"""With more bytes of text, the browser requests texts when it shows them."""

INDEXED = 4_000_000
"""A page includes shared words if the distinct texts have at most this many words."""

ALIGNED_IN_PAGE = 2_000
"""A page includes the alignment of at most this many outputs."""


def encode(texts: Sequence[str]) -> tuple[bytes, npt.NDArray[np.uint32]]:
    """Return all texts in UTF-8, one after another, and the (n + 1) byte offsets between them.

    A lone surrogate has no UTF-8 form; it is sent as U+FFFD.
    """
    parts = []
    for text in texts:
        try:
            parts.append(text.encode())
        except UnicodeEncodeError:
            parts.append(clean(text).encode())
    return b"".join(parts), offsets(texts)


def offsets(texts: Sequence[str]) -> npt.NDArray[np.uint32]:
    """Return the (n + 1) byte offsets between texts, as `encode` does."""
    sizes = list(map(len, texts))
    if not all(map(str.isascii, texts)):
        # A lone surrogate and its replacement U+FFFD have three bytes each.
        sizes = [len(text.encode("utf-8", "surrogatepass")) for text in texts]
    return np.concatenate([[0], np.cumsum(sizes, dtype=np.int64)]).astype(np.uint32)


def paged(texts: Sequence[str]) -> bool:
    """Return whether the browser requests these texts when it shows them."""
    characters = sum(map(len, texts))
    if characters > PAGED_ABOVE or 4 * characters <= PAGED_ABOVE:
        return characters > PAGED_ABOVE
    return int(offsets(texts)[-1]) > PAGED_ABOVE


def column(described: Categories | Numbers, rows: npt.NDArray[np.int64]) -> tuple[dict[str, Any], bytes]:
    """Return the description of a column and its bytes for some rows: uint16 (65535 = missing) or float32 (NaN)."""
    about: dict[str, Any] = {"name": described.name, "by": described.by}
    if isinstance(described, Numbers):
        return {**about, "kind": "number", "min": described.min, "max": described.max}, little(described.values[rows])
    return {**about, "kind": "category", "categories": described.values}, little(described.codes[rows])


def labels(index: pd.Index[Any]) -> dict[str, int] | list[str]:
    """Return the user's row labels: start and step of a range, else strings."""
    if isinstance(index, pd.RangeIndex):
        return {"start": index.start, "step": index.step}
    return [clean(str(label)) for label in index]


def tree(land: Landscape) -> dict[str, Any]:
    """Return the cluster tree: the node of each leaf per granularity, and the name of each node."""
    t = land.tree
    return {
        "id": tree_id(land),
        "granularities": [round(float(g), 4) for g in t.granularities],
        "levels": t.levels.tolist(),
        # Added outputs do not count when a name is looked up.
        "sizes": np.bincount(t.leaf[: len(t.leaf) - land.added], minlength=t.levels.shape[1]).tolist(),
        "order": [[int(k) for k in t.order(i)] for i in range(len(t.granularities))],
        "nodes": [
            {
                "name": clean(name.name),
                "share": round(float(name.share), 4),
                "medoid": int(medoid),
                "words": [clean(w) for w in name.words],
            }
            for name, medoid in zip(land.names, t.medoids, strict=True)
        ],
    }


def variants(texts: Sequence[str]) -> bytes:
    """Return the number of each distinct text as uint32, by first appearance."""
    numbers: dict[str, int] = {}
    return np.array([numbers.setdefault(text, len(numbers)) for text in texts], "<u4").tobytes()


def indexed(texts: Sequence[str]) -> bool:
    """Whether a page includes the words that these outputs share."""
    different = list(set(texts))
    # There are no more words than characters: most pages need no counting.
    return sum(map(len, different)) <= INDEXED or len(tokenize(different).form) <= INDEXED


def index(made: Index) -> dict[str, Any]:
    """Return the arrays of an index by name, and `fit`, the share of the outputs above which words are marked."""
    return {"fit": fitted(made), **{name: little(array) for name, array in made.arrays().items()}}


def little(array: npt.NDArray[Any]) -> bytes:
    """Return the little-endian bytes of an array."""
    return array.astype(array.dtype.newbyteorder("<"), copy=False).tobytes()


_FLAGS = {"number": 1, "negation": 2, "name": 4}
_MEDOID = 8
_WHAT = {"": 0, "number": 1, "negation": 2, "name": 3}


def alignment(texts: Sequence[str], aligned: pd.DataFrame) -> dict[str, Any]:
    """Encode an alignment for the browser.

    Parameters
    ----------
    texts : the outputs of a prompt.
    aligned : the result of `text.align` for them.

    Returns
    -------
    strength, enough : how much structure the outputs share, and whether that is enough to align them.
    first : uint32 (n + 1,), the units first[i] to first[i + 1] are those of output i.
    start, end : uint32 (units,), UTF-16 in the output's text.
    group : int32 (units,), the rank of the group; -1 = alone.
    unit : uint32 (units,), the same number for units with the same wording.
    times : uint16 (units,). position : float32 (units,).
    flags : uint8 (units,), 1 number, 2 negation, 4 name, 8 the medoid's wording.
    vary_first : uint32 (units + 1,), the index of each unit's first triple in `vary`.
    vary : uint32 (start, end, what)*, the words that differ from the medoid; what 1 number, 2 negation, 3 name.
    """
    output, start = aligned["output"].to_numpy(), aligned["start"].to_numpy()
    spans = zip(output.tolist(), start.tolist(), aligned["end"].tolist(), strict=True)
    numbers: dict[str, int] = {}
    unit = [numbers.setdefault(texts[o][a:b].strip(), len(numbers)) for o, a, b in spans]
    flags = aligned["medoid"].to_numpy() * _MEDOID
    for name, bit in _FLAGS.items():
        flags = flags + bit * aligned["differs"].map(lambda differs, name=name: name in differs.split(", ")).to_numpy(
            bool
        )
    varies = varying(texts, aligned)
    # Find the unit of each of these words: units are sorted and do not overlap.
    places = (output << 32) + start
    unit_of_word = (
        np.searchsorted(places, (varies["output"].to_numpy() << 32) + varies["start"].to_numpy(), "right") - 1
    )
    strength = alignment_strength(aligned)
    vary = varies[["output", "start", "end"]].assign(what=varies["what"].map(_WHAT)).to_numpy(np.int64)
    vary = vary[np.argsort(unit_of_word, kind="stable")]
    vary[:, 1:3] = units(texts, vary[:, 0], vary[:, 1:3])
    place = units(texts, output, aligned[["start", "end"]].to_numpy())
    arrays: dict[str, npt.NDArray[Any]] = {
        "first": np.searchsorted(output, np.arange(len(texts) + 1)).astype(np.uint32),
        "start": place[:, 0].astype(np.uint32),
        "end": place[:, 1].astype(np.uint32),
        "group": aligned["rank"].to_numpy(np.int32),
        "unit": np.array(unit, np.uint32),
        "times": np.minimum(aligned["times"].to_numpy(), np.iinfo(np.uint16).max).astype(np.uint16),
        "position": aligned["position"].to_numpy(np.float32),
        "flags": flags.astype(np.uint8),
        "vary_first": np.concatenate([[0], np.cumsum(np.bincount(unit_of_word, minlength=len(aligned)))]).astype(
            np.uint32
        ),
        "vary": vary[:, 1:].astype(np.uint32),
    }
    made = {name: little(array) for name, array in arrays.items()}
    return {"strength": strength, "enough": strength >= NO_ALIGNMENT, **made}


def units(texts: Sequence[str], output: npt.NDArray[np.int64], offsets: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Convert offsets in code points, one row per entry of `output` (ascending), to UTF-16 units of its text."""
    shifted = offsets.copy()
    held, first = np.unique(output, return_index=True)
    edges = [*first.tolist(), len(output)]
    for i, (a, b) in zip(held.tolist(), pairwise(edges), strict=True):
        if not texts[i].isascii():
            shifted[a:b] = utf16(texts[i], offsets[a:b].reshape(-1)).reshape(offsets[a:b].shape)
    return shifted


def layer(made: Layer, texts: Sequence[str], rows: npt.NDArray[np.int64]) -> dict[str, Any]:
    """Encode a user layer for some outputs.

    Returns
    -------
    name, types.
    first : uint32 (n + 1,), the pieces first[i] to first[i + 1] are those of output i.
    pieces : uint32 (start, end, code)*, in UTF-16 units.
    """
    of, pieces = made.pieces(texts, rows)
    pieces[:, :2] = units([texts[row] for row in rows.tolist()], of, pieces[:, :2])
    arrays = {"first": np.searchsorted(of, np.arange(len(rows) + 1)), "pieces": pieces}
    return {"name": made.name, "types": made.types, **{k: little(v.astype("<u4")) for k, v in arrays.items()}}


def contrast(found: Contrast) -> tuple[list[dict[str, Any]], list[bytes]]:
    """Encode how two sets of outputs differ.

    Returns
    -------
    rows : the columns of the table, None for NaN.
    buffers : uint32, the outputs of all rows, one after another; uint32 (rows + 1,), where those of each row begin.
    """
    table = found.table.assign(text=found.table["text"].map(clean)).to_dict("records")
    rows = [{str(name): None if value != value else value for name, value in row.items()} for row in table]
    offsets = np.concatenate([[0], np.cumsum([len(ids) for ids in found.outputs])])
    joined = np.concatenate([*found.outputs, np.zeros(0, np.int64)])
    return rows, [little(joined.astype(np.uint32)), little(offsets.astype(np.uint32))]
