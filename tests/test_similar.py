"""`lens.similar` compared with brute force."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import outlens as ol
from outlens.vectors.features import answer_words

TEXTS = ["I say Lima.", "Lima", "Quito, I say", "Lima it is", "Quito", "Lima ", "Oslo", "Oslo it is"]


def lens_of(frame: pd.DataFrame) -> ol.Lens:
    rng = np.random.default_rng(0)
    of = {text.strip(): rng.normal(size=8) for text in frame["response"]}
    return ol.Lens(frame, vectors=np.array([of[text.strip()] for text in frame["response"]]), store=False)


def frame() -> pd.DataFrame:
    index = pd.Index([f"r{i}" for i in range(16)])
    prompts = ["Name a city."] * 8 + ["Again."] * 8
    return pd.DataFrame({"prompt": prompts, "response": TEXTS + TEXTS, "n": range(16)}, index=index)


def test_similar_outputs_match_brute_force() -> None:
    lens = lens_of(frame())
    stripped = sorted({text.strip() for text in TEXTS})
    counts = [sum(text.strip() == one for text in TEXTS) for one in stripped]
    words = answer_words(stripped, "Name a city.", counts=counts).toarray()
    v = lens.vectors[[[text.strip() for text in TEXTS].index(one) for one in stripped]]
    similarity = 0.4 * v @ v.T + 0.6 * np.sqrt(words @ words.T)
    np.fill_diagonal(similarity, 1)
    item = [stripped.index(text.strip()) for text in TEXTS]
    for i in range(8):
        expected = sorted((-round(float(similarity[item[i], item[j]]), 5), j) for j in range(8) if j != i)
        found = lens.similar(f"r{i}", n=5)
        assert found.index.tolist() == [f"r{j}" for _, j in expected[:5]]
        np.testing.assert_allclose(found["similarity"], [-s for s, _ in expected[:5]], atol=1e-4)
        assert found[["prompt", "response", "n"]].equals(frame().loc[found.index])


def test_outputs_are_compared_within_their_prompt() -> None:
    lens = lens_of(frame())
    assert set(lens.similar("r9", n=50).index) == {f"r{i}" for i in range(8, 16)} - {"r9"}
    assert lens.prompt == "Name a city."
    assert lens.selection.tolist() == []


def test_a_column_of_the_same_name_is_kept() -> None:
    given = frame().assign(similarity="mine")
    found = lens_of(given).similar(given.iloc[[1]], n=1)
    assert (found["similarity"].tolist(), found["similarity_lens"].tolist()) == (["mine"], [1.0])


def test_one_output_has_no_similar_ones() -> None:
    lens = ol.Lens(["Lima"], vectors=[[1, 0]], store=False)
    assert lens.similar(0).columns.tolist() == ["response", "similarity"]
    assert len(lens.similar(0)) == 0


def test_anything_but_one_row_is_an_error() -> None:
    lens = lens_of(frame())
    with pytest.raises(KeyError, match="r99"):
        lens.similar("r99")
    for row, count in ((["r1", "r2"], 2), (None, 0)):
        with pytest.raises(ValueError, match=f"names {count}"):
            lens.similar(row)
    for n in (0, -1, 2.5, True, "3"):
        with pytest.raises(ValueError, match="number of outputs you want, 1 or more"):
            lens.similar("r1", n)  # type: ignore[arg-type]


def test_the_reader_lists_the_most_similar_outputs_first() -> None:
    lens = lens_of(frame())
    sent: list[dict] = []
    lens._bridge.widget.send = lambda content, buffers=None: sent.append(content)
    message = {"kind": "tags", "id": 7, "prompt": 0, "action": "similar", "value": ""}
    lens._bridge.widget._handle_custom_msg(message, [memoryview(np.array([4], "<u4").tobytes())])
    assert sent == [
        {"kind": "tagged", "id": 7, "prompt": 0, "says": "Listed first: the outputs most similar to row r4"}
    ]
    ranked = lens._bridge.widget._ranked
    assert (ranked["name"], lens.view.order) == ("similar to row r4 first", "ranked")
    order = np.argsort(np.frombuffer(ranked["rank"], "<u4"))
    assert [f"r{i}" for i in order] == ["r4", *lens.similar("r4", n=7).index]
