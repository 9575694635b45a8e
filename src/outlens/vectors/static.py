"""Static vectors: one vector per token, distilled once from the default model; embeds thousands of texts a second.

A text's vector is the mean of its tokens' vectors, weighted down for frequent tokens. The idea is model2vec's (Tulkens
and van Dongen 2024); the weights are the smooth inverse frequency of Arora et al. 2017 with Zipf ranks.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from outlens._arrays import unit_rows
from outlens._imports import importing
from outlens.vectors import models
from outlens.vectors.cache import folder
from outlens.vectors.minilm import MiniLM

VERSION = "static-1"


def encode(texts: Sequence[str]) -> npt.NDArray[np.float32]:
    """Return the (n, 384) float32 vectors of texts from the static table, not normalised."""
    sums, tokens = sums_of_tokens(texts)
    return sums / np.maximum(tokens, 1).astype(np.float32)[:, None]


def sums_of_tokens(texts: Sequence[str]) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.int64]]:
    """Return the (n, 384) float32 sums of the vectors of the tokens of texts, and the (n,) numbers of tokens."""
    with importing:
        from scipy import sparse
        from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(models.default_folder() / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    table = _table()
    sums = np.zeros((len(texts), table.shape[1]), np.float32)
    numbers = np.zeros(len(texts), np.int64)
    for start in range(0, len(texts), 4096):
        codes = tokenizer.encode_batch(list(texts[start : start + 4096]), add_special_tokens=False)
        ids = [np.asarray(code.ids, np.int32) for code in codes]
        ends = np.cumsum([0, *map(len, ids)])
        # One row per text with a 1 for each of its tokens. A sum by `np.add.reduceat` takes 35 times as long.
        tokens = sparse.csr_matrix(
            (np.ones(ends[-1], np.float32), np.concatenate(ids), ends), shape=(len(codes), len(table))
        )
        sums[start : start + len(codes)] = tokens @ table
        numbers[start : start + len(codes)] = np.diff(ends)
    return sums, numbers


def _table() -> npt.NDArray[np.float32]:
    path = folder() / f"{VERSION}-{models.SHA256[:12]}.npy"
    try:
        table: npt.NDArray[np.float32] = np.load(path)
        return table
    except (OSError, ValueError, EOFError):
        table = _distil(MiniLM(models.default_folder()))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_name(f".{path.stem}.{np.random.default_rng().integers(1 << 62)}.npy")
        np.save(partial, table)
        partial.replace(path)
    except OSError:
        pass  # distilled again next time
    return table


def _distil(model: MiniLM) -> npt.NDArray[np.float32]:
    from tqdm.auto import tqdm

    size = model.tokenizer.get_vocab_size()
    parts = [
        model.encode([[i] for i in range(start, min(start + 1024, size))])
        for start in tqdm(range(0, size, 1024), desc="distilling static vectors", leave=False)
    ]
    table = unit_rows(np.concatenate(parts))
    table -= table.mean(axis=0)
    # The vocabulary is sorted by frequency, so a token's id is its Zipf rank.
    probability = 1 / (np.arange(size) + 2)
    probability /= probability.sum()
    weighted: npt.NDArray[np.float32] = (table * (1e-3 / (1e-3 + probability))[:, None]).astype(np.float32)
    weighted[list(model.tokenizer.get_added_tokens_decoder())] = 0
    return weighted
