"""Embed texts as vectors."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import groupby
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from outlens._arrays import unit_rows
from outlens._errors import type_of
from outlens._unicode import clean as without_surrogates
from outlens.text.words import check as check_texts
from outlens.vectors import models, static
from outlens.vectors.cache import Cache, key

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

WINDOWING = "windows-2"
"""Part of the cache key. Change it whenever long texts are cut differently."""

Progress = bool | Callable[[int, int, float], object]

BATCH_TOKENS = 4096
"""Number of tokens in a batch; more is not faster on two cores."""


def embed(
    texts: Iterable[str],
    model: str | SentenceTransformer | Callable[[list[str]], Any] = models.DEFAULT,
    *,
    cache: bool | dict[bytes, npt.NDArray[np.float32]] = True,
    progress: Progress = True,
) -> npt.NDArray[np.float32]:
    """Embed texts.

    A text longer than the model's window is cut into windows, and its vector is the mean of theirs, weighted by tokens.
    Equal texts are embedded once. Vectors are cached on disk by model and text, batch by batch, so an interrupt loses
    little.

    Parameters
    ----------
    texts : n strings.
    model : "all-MiniLM-L6-v2" (packaged, no network), "fast" (static vectors distilled from it), any other
        sentence-transformers name or folder, a SentenceTransformer, or a callable from a list of str to an array.
    cache : store the vectors of named models on disk and reuse them. A dict does the same in memory for a model that
        is an object; a callable fills it at once, because its result may depend on all texts.
    progress : show a progress bar; or a function to call instead with the number of texts done, cached ones included,
        the number of all texts, and the share of the work that is done, 0 to 1. An error in it ends the computation.

    Returns
    -------
    (n, d) float32, rows of unit length.

    Raises
    ------
    ValueError
        If the model could not be loaded, or the result of a callable does not fit the texts.
    """
    # The tokenizers refuse lone surrogates; embed the text as it is shown.
    shown = [without_surrogates(text) for text in check_texts(texts)]
    copies = Counter(shown)
    unique = list(copies)
    memory = cache if isinstance(cache, dict) else {}
    if isinstance(model, str) and model == "fast":
        vectors = static.encode(unique)
    elif isinstance(model, str):
        store = Cache() if cache else None
        vectors = _kept(copies, models.cache_name(model), lambda: models.load(model), store, {}, progress)
    elif hasattr(model, "tokenize") or hasattr(model, "preprocess"):
        vectors = _kept(copies, "", lambda: models.Wrapped(model), None, memory, progress)
    else:
        check_model(model)
        keys = [key("", text) for text in unique]
        if not memory.keys() >= set(keys):
            memory.update(zip(keys, check(model(unique), len(unique)), strict=True))
        vectors = np.stack([memory[k] for k in keys]) if keys else np.zeros((0, 1), np.float32)
    place = {text: i for i, text in enumerate(unique)}
    return _unit(vectors)[[place[text] for text in shown]]


def check_model(model: Any) -> None:
    """Raise TypeError if a model is not a name, a SentenceTransformer or a callable."""
    if not (isinstance(model, str) or callable(model)):
        raise TypeError(f"model is {type_of(model)}; give a name, a SentenceTransformer or a callable.")


def check(vectors: Any, n: int) -> npt.NDArray[np.float32]:
    """Return your own vectors as (n, d) float32, rows of unit length.

    Parameters
    ----------
    vectors : one row per output: an (n, d) array, a DataFrame of numbers, or a list or column of equally long lists or
        arrays. The index of a DataFrame or Series does not matter.
    n : the number of outputs.

    Raises
    ------
    ValueError
        If they are not a table of finite numbers with n rows; the message names the first invalid value.
    """
    array = _numbers(vectors)
    if not len(array) and not n:
        return np.zeros((0, array.shape[1] if array.ndim == 2 else 1), np.float32)
    if array.ndim != 2:
        raise ValueError(f"the vectors have the shape {array.shape}; give two dimensions, ({n}, d).")
    if len(array) != n:
        raise ValueError(f"there are {len(array)} vectors for {n} outputs; give one vector per output.")
    bad = np.flatnonzero(~np.isfinite(array).all(axis=1))
    if len(bad):
        raise ValueError(
            f"{len(bad)} of {n} vectors hold NaN or infinity, the first in row {bad[0]}; fill these or leave the rows"
            " out."
        )
    return _unit(array)


def _numbers(vectors: Any) -> npt.NDArray[np.float64]:
    """Return the vectors as an array of float64."""
    if isinstance(vectors, pd.DataFrame):
        if vectors.shape[1] == 1 and not pd.api.types.is_numeric_dtype(vectors.dtypes.iloc[0]):
            # One column of lists.
            return _numbers(vectors.iloc[:, 0])
        for name, dtype in zip(vectors.columns, vectors.dtypes, strict=True):
            if not pd.api.types.is_numeric_dtype(dtype):
                value = vectors[name].iloc[0] if len(vectors) else None
                raise ValueError(
                    f"the column {name!r} of the vectors holds {type(value).__name__} ({value!r:.40}); give columns of"
                    " numbers only."
                )
        return vectors.to_numpy(np.float64, na_value=np.nan)
    if isinstance(vectors, str | bytes | Mapping) or not isinstance(vectors, Iterable):
        raise ValueError(f"vectors is {type_of(vectors)} ({vectors!r:.40}); give an (n, d) array.")
    # A tensor is converted to an array.
    array = np.asarray(vectors) if hasattr(vectors, "__array__") else None
    if array is not None and array.dtype != object and np.issubdtype(array.dtype, np.number):
        return array.astype(np.float64)
    rows = []
    for i, row in enumerate(vectors):
        try:
            rows.append(np.asarray(row, np.float64))
        except (TypeError, ValueError):
            hint = "; a column of a CSV file needs json.loads first" if isinstance(row, str) else ""
            raise ValueError(f"vectors[{i}] is {type_of(row)} ({row!r:.40}); give a list of numbers{hint}.") from None
        if rows[i].shape != rows[0].shape:
            missing = rows[i].ndim == 0 and rows[0].ndim == 1
            seen = f"vectors[{i}] is {row!r}" if missing else f"vectors[{i}] has the shape {rows[i].shape}"
            raise ValueError(f"{seen} and vectors[0] has the shape {rows[0].shape}; give vectors of equal length.")
    return np.stack(rows) if rows else np.zeros((0, 1))


def _unit(vectors: npt.NDArray[Any]) -> npt.NDArray[np.float32]:
    # Divide by the largest component first. The map depends on the last bit, so this must not change.
    largest = np.abs(vectors).max(axis=1, keepdims=True, initial=0)
    unit: npt.NDArray[np.float32] = unit_rows(vectors / np.where(largest > 0, largest, 1)).astype(np.float32)
    # A text without words has no direction; give it one, so that every row has unit length.
    unit[~unit.any(axis=1), :1] = 1
    return unit


def _kept(
    copies: Counter[str],
    name: str,
    load: Callable[[], models.Encoder],
    cache: Cache | None,
    known: dict[bytes, npt.NDArray[np.float32]],
    progress: Progress,
) -> npt.NDArray[np.float32]:
    """Return the vectors of different texts, given with the number of copies of each; `known` receives them."""
    from tqdm.auto import tqdm

    texts = list(copies)
    keys = [key(f"{WINDOWING} {name}", text) for text in texts]
    if cache:
        known |= cache.get(keys)
    todo = [i for i, k in enumerate(keys) if k not in known]
    if todo:
        encoder = load()
        left = [texts[i] for i in todo]
        total = sum(copies.values())
        finished = total - sum(copies[text] for text in left)
        bar = tqdm(
            total=total, initial=finished, desc="embedding", unit="text", disable=progress is not True, leave=False
        )
        with bar:
            for done, vectors, share in _batches(left, encoder):
                batch = [keys[todo[i]] for i in done]
                # Store each batch, so that an interrupt loses little.
                if cache and batch:
                    cache.put(batch, vectors)
                known.update(zip(batch, vectors, strict=True))
                new = sum(copies[left[i]] for i in done)
                finished += new
                bar.update(new)
                if callable(progress):
                    progress(finished, total, share)
    if not texts:
        return np.zeros((0, 1), np.float32)
    return np.stack([known[k] for k in keys])


def _batches(texts: list[str], encoder: models.Encoder) -> Iterator[tuple[list[int], npt.NDArray[np.float32], float]]:
    """Yield the positions and (batch, d) float32 vectors of texts as they are computed, and the share of tokens done.

    The first batch has no texts: it comes before any are encoded.
    """
    windows: list[tuple[int, list[int]]] = []
    for i, ids in enumerate(encoder.tokens(texts)):
        pieces = max(1, -(-len(ids) // encoder.room))
        # Use windows of equal length: a short last one would cost as much and weigh almost nothing.
        step = -(-len(ids) // pieces) or 1
        windows += [(i, ids[at : at + step]) for at in range(0, max(1, len(ids)), step)]
    windows.sort(key=lambda w: (len(w[1]), w[0]))
    left = np.bincount([i for i, _ in windows], minlength=len(texts))
    sums: dict[int, npt.NDArray[np.float64]] = {}
    tokens, encoded = sum(len(ids) + 2 for _, ids in windows), 0
    none = np.zeros((0, 1), np.float32)
    yield [], none, 0.0
    for batch in _batched(windows):
        vectors = encoder.encode([ids for _, ids in batch]).astype(np.float64)
        vectors = unit_rows(vectors)
        done: list[int] = []
        for (i, ids), vector in zip(batch, vectors, strict=True):
            sums[i] = sums.get(i, 0) + max(1, len(ids)) * vector
            left[i] -= 1
            if not left[i]:
                done.append(i)
        encoded += sum(len(ids) + 2 for _, ids in batch)
        yield done, _unit(np.stack([sums.pop(i) for i in done])) if done else none, encoded / tokens


def _batched(windows: list[tuple[int, list[int]]]) -> Iterator[list[tuple[int, list[int]]]]:
    """Yield batches of windows of one length: without padding, no vector depends on its neighbours."""
    for length, same in groupby(windows, key=lambda w: len(w[1])):
        alike = list(same)
        size = max(1, BATCH_TOKENS // (length + 2))
        for at in range(0, len(alike), size):
            yield alike[at : at + size]
