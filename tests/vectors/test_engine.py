from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from outlens.vectors import DefaultEngine, Engine, embed, landscape, models
from outlens.vectors.minilm import MiniLM, has_bfloat16


def letters(texts: Sequence[str]) -> np.ndarray:
    return np.array([[text.count("a"), text.count("b"), 1] for text in texts], np.float64)


def test_the_default_engine_matches_the_functions() -> None:
    texts = ["aa", "b", "ab", "aab"] * 3
    engine: Engine = DefaultEngine(letters, seed=3)
    made, wanted = engine.landscape(texts, prompt="a?"), landscape(texts, prompt="a?", model=letters, seed=3)
    np.testing.assert_array_equal(made.xy, wanted.xy)
    np.testing.assert_array_equal(made.vectors, engine.embed(texts))
    assert made.names == wanted.names
    assert (engine.name, engine.seed) == ("function", 3)
    assert DefaultEngine().name == "all-MiniLM-L6-v2"


def test_a_model_object_goes_on_where_it_was_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.modules[embed.__module__], "BATCH_TOKENS", 1)
    encoded: list[str] = []

    class Wrapped:
        room = 8

        def __init__(self, model: object) -> None:
            pass

        def tokens(self, texts: Sequence[str]) -> list[list[int]]:
            return [[ord(text)] for text in texts]

        def encode(self, windows: Sequence[Sequence[int]]) -> np.ndarray:
            encoded.extend(chr(token) for window in windows for token in window)
            return np.array([[window[0], 1] for window in windows], np.float32)

    class Transformer:
        def __call__(self, texts: list[str]) -> np.ndarray:
            raise NotImplementedError

        def tokenize(self) -> None:
            """Only a SentenceTransformer has this method."""

    def stopping_at(count: int) -> Any:
        def report(stage: str, done: int, total: int, share: float) -> None:
            if (stage, done) == ("embedding", count) or stage == "clustering":
                raise KeyboardInterrupt

        return report

    monkeypatch.setattr(models, "Wrapped", Wrapped)
    engine = DefaultEngine(Transformer())
    with pytest.raises(KeyboardInterrupt):
        engine.landscape(["a", "b", "c"], prompt="x?", report=stopping_at(2))
    # Another prompt meanwhile.
    engine.landscape(["d"], prompt="y?")
    with pytest.raises(KeyboardInterrupt):
        engine.landscape(["a", "b", "c"], prompt="x?", report=stopping_at(9))
    made = engine.landscape(["a", "b", "c", "e"], prompt="x?")
    assert encoded == list("abdce")
    np.testing.assert_array_equal(made.vectors, embed(["a", "b", "c", "e"], engine.model))
    # The vectors are in the landscape now.
    assert engine._kept == {}


def test_a_callable_is_not_called_again_if_the_work_was_stopped_after_it() -> None:
    asked: list[list[str]] = []

    def model(texts: list[str]) -> np.ndarray:
        asked.append(texts)
        return letters(texts)

    def stop(stage: str, done: int, total: int, share: float) -> None:
        if stage == "clustering":
            raise KeyboardInterrupt

    engine = DefaultEngine(model)
    with pytest.raises(KeyboardInterrupt):
        engine.landscape(["aa", "b", "aa"], report=stop)
    made = engine.landscape(["aa", "b", "aa"])
    np.testing.assert_array_equal(made.vectors, embed(["aa", "b", "aa"], letters))
    assert asked == [["aa", "b"]]
    with pytest.raises(KeyboardInterrupt):
        engine.landscape(["aa"], report=stop)
    # Its result may depend on all texts.
    engine.landscape(["b", "aa"])
    assert asked[1:] == [["aa"], ["b", "aa"]]


@pytest.mark.model
@pytest.mark.parametrize(
    ("can", "native"),
    [
        ({"architecture": "x86_64", "avx512_f": True, "avx512_bf16": False, "amx_bf16": False}, False),
        ({"architecture": "x86_64", "avx512_f": True, "avx512_bf16": True, "amx_bf16": False}, True),
        ({"architecture": "ARM64", "neon": True, "bf16": True}, True),
        ({"architecture": "ARM64", "neon": True, "bf16": False}, False),
    ],
)
def test_bfloat16_is_used_where_it_is_not_emulated(
    can: dict[str, Any], native: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch

    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: can, raising=False)
    model = MiniLM(models.default_folder())
    assert {value.dtype for value in model._embeddings.values()} == {torch.bfloat16 if native else torch.float32}
    monkeypatch.delattr(torch.cpu, "get_capabilities")
    assert not has_bfloat16()
