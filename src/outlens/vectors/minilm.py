"""The default model, all-MiniLM-L6-v2, directly on torch.

sentence-transformers can run it too, but importing it and transformers delays the first view by five seconds. The
layers of torch are the same, and their fused path is faster. A test compares the two.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

LAYERS, HEADS, WIDTH, INNER, EPSILON = 6, 12, 384, 1536, 1e-12
CLS, SEP = 101, 102


class MiniLM:
    """all-MiniLM-L6-v2 from the folder of its official files (weights as .safetensors, tokenizer.json).

    It runs in bfloat16 if the processor computes in it: half the time, with a cosine of 0.9999 to float32.
    """

    room = 126
    """Tokens in a window without the two special ones: the length that the model was trained with."""

    def __init__(self, folder: Path) -> None:
        import torch
        from safetensors.torch import load_file
        from tokenizers import Tokenizer

        self._torch = torch
        self.tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self.tokenizer.no_truncation()
        self.tokenizer.no_padding()
        self._device = "cuda" if torch.cuda.is_available() else "cpu"
        dtype = torch.bfloat16 if self._device == "cpu" and has_bfloat16() else torch.float32
        weights = load_file(folder / "model.safetensors")
        self._embeddings = {
            name.removeprefix("embeddings."): tensor.to(self._device, dtype)
            for name, tensor in weights.items()
            if name.startswith("embeddings.") and tensor.is_floating_point()
        }
        layer = torch.nn.TransformerEncoderLayer(WIDTH, HEADS, INNER, 0.0, "gelu", EPSILON, batch_first=True)
        self._layers = torch.nn.TransformerEncoder(layer, LAYERS, enable_nested_tensor=False)
        self._layers.load_state_dict(_as_torch(weights))
        self._layers.eval().to(self._device, dtype)

    def tokens(self, texts: Sequence[str]) -> list[list[int]]:
        """Return the token ids of each text, without the special tokens around it."""
        return [code.ids for code in self.tokenizer.encode_batch(list(texts), add_special_tokens=False)]

    def encode(self, windows: Sequence[Sequence[int]]) -> npt.NDArray[np.float32]:
        """Return (windows, 384) vectors of windows of one length: the mean of their tokens' vectors, not normalised."""
        torch, functional = self._torch, self._torch.nn.functional
        with torch.inference_mode():
            ids = torch.tensor([[CLS, *window, SEP] for window in windows], device=self._device)
            tables = self._embeddings
            x = functional.embedding(ids, tables["word_embeddings.weight"])
            x = x + tables["position_embeddings.weight"][: ids.shape[1]] + tables["token_type_embeddings.weight"][0]
            x = functional.layer_norm(x, (WIDTH,), tables["LayerNorm.weight"], tables["LayerNorm.bias"], EPSILON)
            # Windows of one length need no padding and no mask; a mask makes torch's fused path several times slower.
            vectors: npt.NDArray[np.float32] = self._layers(x).float().mean(dim=1).cpu().numpy()
        return vectors


def has_bfloat16() -> bool:
    """Return whether the processor computes in bfloat16 itself.

    torch also says that it supports bfloat16 where it emulates it, which takes three times as long as float32.
    """
    import torch

    # Older versions of torch do not tell; float32 is slow nowhere.
    can: dict[str, Any] = getattr(torch.cpu, "get_capabilities", dict)()
    return any(can.get(name, False) for name in ("avx512_bf16", "amx_bf16", "bf16"))


def _as_torch(weights: dict[str, Any]) -> dict[str, Any]:
    """Rename the encoder's weights to the names of torch's layers."""
    import torch

    same = {
        "self_attn.out_proj": "attention.output.dense",
        "norm1": "attention.output.LayerNorm",
        "linear1": "intermediate.dense",
        "linear2": "output.dense",
        "norm2": "output.LayerNorm",
    }
    named = {}
    for i in range(LAYERS):
        ours, theirs = f"layers.{i}", f"encoder.layer.{i}"
        for kind in ("weight", "bias"):
            parts = [weights[f"{theirs}.attention.self.{part}.{kind}"] for part in ("query", "key", "value")]
            named[f"{ours}.self_attn.in_proj_{kind}"] = torch.cat(parts)
            for a, b in same.items():
                named[f"{ours}.{a}.{kind}"] = weights[f"{theirs}.{b}.{kind}"]
    return named
