from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from outlens.vectors import DefaultEngine, Engine, landscape


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
