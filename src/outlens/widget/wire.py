"""Arrays, columns and texts as the bytes that travel to the browser."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from outlens.outputs import factorize
from outlens.vectors import Landscape

PAGED_ABOVE = 8_000_000
"""Bytes of text above which the browser asks for texts as it shows them."""

MISSING = 65_535
"""The code of a missing category."""

MAX_CATEGORIES = 60
"""Columns with more different strings than this are texts or ids rather than categories."""

MAX_LENGTH = 100
"""Characters above which a string is a text rather than a category."""

FEW = 5
"""Different short strings that are categories even where none comes twice."""

_SURROGATE = re.compile("[\ud800-\udfff]")


def encode(texts: Sequence[str]) -> tuple[bytes, npt.NDArray[np.uint32]]:
    """UTF-8 of all texts, one after the other, and the (n + 1) byte offsets between them.

    A lone surrogate has no UTF-8; it becomes U+FFFD here, on the wire only.
    """
    parts = []
    for text in texts:
        try:
            parts.append(text.encode())
        except UnicodeEncodeError:
            parts.append(_SURROGATE.sub("\ufffd", text).encode())
    offsets = np.zeros(len(parts) + 1, np.uint32)
    np.cumsum([len(p) for p in parts], out=offsets[1:])
    return b"".join(parts), offsets


def clean(text: str) -> str:
    """A string that a JSON packer takes: lone surrogates become U+FFFD."""
    return _SURROGATE.sub("\ufffd", text)


def column(series: pd.Series[Any], *, by: bool) -> tuple[dict[str, Any], bytes] | None:
    """A column one can colour by: its description and its codes or numbers; None if it is neither.

    Categories travel as uint16 codes (65535 = missing), numbers as float32 (NaN = missing). A column named in
    `by` is always categories, unless it has more different values than codes.
    """
    name = clean(str(series.name))
    numeric = pd.api.types.is_numeric_dtype(series) and not pd.api.types.is_bool_dtype(series)
    if numeric and not (by and series.nunique() <= MAX_CATEGORIES):
        if pd.api.types.is_complex_dtype(series):
            return None
        values = series.to_numpy(dtype=np.float64, na_value=np.nan)
        most = float(np.finfo(np.float32).max)
        values = np.where(np.isfinite(values), np.clip(values, -most, most), np.nan)
        finite = values[np.isfinite(values)]
        if not len(finite):
            return None
        values = values.astype(np.float32)
        about = {
            "name": name,
            "kind": "number",
            "by": by,
            "min": float(finite.min()),
            "max": float(finite.max()),
        }
        return about, values.tobytes()
    if not by and not numeric and not _categorical(series):
        return None
    codes, strings = factorize(series)
    if None in strings:
        gap = strings.index(None)
        codes = np.where(codes == gap, -1, codes - (codes > gap))
        strings.pop(gap)
    if len(strings) > (MISSING - 1 if by else MAX_CATEGORIES):
        return None
    # Most frequent first: the colours that can be told apart go to the strings that are seen most.
    counts = np.bincount(codes[codes >= 0], minlength=len(strings))
    order = np.lexsort((np.asarray(strings, dtype=object).astype(str), -counts))
    rank = np.empty(len(strings) + 1, np.uint16)
    rank[order] = np.arange(len(strings))
    rank[-1] = MISSING
    about = {"name": name, "kind": "category", "by": by, "categories": [clean(str(strings[i])) for i in order]}
    return about, rank[codes].tobytes()


def _categorical(series: pd.Series[Any]) -> bool:
    if isinstance(series.dtype, pd.CategoricalDtype) or pd.api.types.is_bool_dtype(series):
        return True
    if not (series.dtype == object or pd.api.types.is_string_dtype(series)):
        return False
    values = series.dropna().tolist()
    # A list or a dict in a cell is data, not a category.
    if not all(isinstance(v, str | bool | int) and len(str(v)) <= MAX_LENGTH for v in values):
        return False
    # Categories come again; what is different in most rows is a text or an id.
    return len({str(v) for v in values}) <= max(len(values) // 2, FEW)


def labels(index: pd.Index[Any]) -> dict[str, int] | list[str]:
    """The user's row labels: a start and a step for counting ones, else strings."""
    if isinstance(index, pd.RangeIndex):
        return {"start": index.start, "step": index.step}
    return [clean(str(label)) for label in index]


def tree(land: Landscape) -> dict[str, Any]:
    """The cluster tree: per granularity the node of each leaf; per node its name."""
    t = land.tree
    return {
        "granularities": [round(float(g), 4) for g in t.granularities],
        "levels": t.levels.tolist(),
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
