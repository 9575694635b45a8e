"""`lens.measure` and `lens.overview`: the plain functions of `compare`, called prompt by prompt, are the oracle."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import outlens as ol
from outlens import compare


def made(**columns: Any) -> tuple[pd.DataFrame, np.ndarray]:
    """Return 12 outputs to one prompt, 6 to another, in turn, and one to a third; one has no text."""
    rng = np.random.default_rng(3)
    prompt = ["p", "q", "p"] * 6 + ["r"]
    texts = [f"Say {'yes' if i % 4 else 'no'} to {i % 3}." for i in range(19)]
    texts[5] = None  # type: ignore[call-overload]
    frame = pd.DataFrame(
        {"prompt": prompt, "response": texts, "model": ["a", "a", "b", "b"] * 4 + ["a", "b", "a"], **columns},
        index=rng.permutation(19) + 7,
    )
    vectors = rng.normal(size=(19, 3)) + 2 * (frame["model"] == "a").to_numpy()[:, None]
    return frame, vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def lens_of(frame: pd.DataFrame, vectors: np.ndarray) -> ol.Lens:
    return ol.Lens(frame, by="model", vectors=vectors, xy=np.zeros((len(frame), 2)), store=False)


def test_consistency_is_that_of_each_prompt_in_the_users_index() -> None:
    frame, vectors = made()
    lens = lens_of(frame, vectors)
    table = lens.measure("consistency")
    assert table.index.equals(frame.index)
    clusters = lens.frame["cluster"]
    for prompt in "pqr":
        kept = (frame["prompt"] == prompt) & frame["response"].notna()
        expected = compare.consistency(
            frame.loc[kept, "response"].tolist(), vectors[kept], clusters=clusters[kept].tolist()
        )
        pd.testing.assert_frame_equal(table[kept].reset_index(drop=True), expected, rtol=1e-5)
    assert table.loc[frame["response"].isna(), "note"].tolist() == ["no text"]
    assert table.loc[frame["response"].isna(), "exact"].isna().all()


def test_a_measure_is_a_column_of_frame_and_never_of_the_users_data() -> None:
    frame, vectors = made(words=range(19))
    before = frame.copy()
    lens = lens_of(frame, vectors)
    assert lens.measure("words").columns.tolist() == ["words_lens"]
    # A missing text has no number of words.
    expected = [np.nan if missing else 4.0 for missing in frame["response"].isna()]
    np.testing.assert_array_equal(lens.frame["words_lens"], expected)
    assert lens.measure("refusal_opening").iloc[:, 0].dropna().tolist() == [False] * 18
    lens.measure("words")
    assert [name for name in lens.frame if str(name).startswith("words")] == ["words", "words_lens"]
    pd.testing.assert_frame_equal(frame, before)
    assert "words_lens" not in lens.selected


def test_points_are_measured_once() -> None:
    frame, vectors = made()
    lens = lens_of(frame, vectors)
    table = lens.measure("points")
    names = ["points", "alone", "completeness"]
    assert table.columns.tolist() == names
    pd.testing.assert_frame_equal(lens.frame[names], table, check_dtype=False)
    assert "support" in lens.measure("consistency")


def test_a_measure_colours_and_orders_the_widget() -> None:
    frame, vectors = made()
    lens = lens_of(frame, vectors)
    with pytest.raises(ValueError, match=r"view\.color"):
        lens.view.color = "likeness"
    table = lens.measure("consistency")
    lens.view.color = "likeness"
    widget = lens._bridge.widget
    own = table.loc[frame["prompt"] == "p", "likeness"].to_numpy()
    np.testing.assert_array_equal(np.frombuffer(widget._columns["likeness"], "<f4"), own.astype("f4"))
    assert "likeness" in [column["name"] for column in widget._info["columns"]]
    for name, sign in (("likeness", -1), ("-likeness", 1)):
        lens.view.order = name
        assert lens.view.order == "ranked"
        rank = np.frombuffer(widget._ranked["rank"], "<u4")
        np.testing.assert_array_equal(np.argsort(rank), np.argsort(sign * own.astype("f4"), kind="stable"))
    with pytest.raises(ValueError, match=r"view\.order"):
        lens.view.order = "-model"


def test_missing_values_come_last_in_both_orders() -> None:
    frame, vectors = made(score=[np.nan, 1, 2] * 6 + [0])
    lens = lens_of(frame, vectors)
    for name in ("score", "-score"):
        lens.view.order = name
        rank = np.frombuffer(lens._bridge.widget._ranked["rank"], "<u4")
        missing = frame.loc[frame["prompt"] == "p", "score"].isna().to_numpy()
        assert rank[missing].min() > rank[~missing].max()


def test_a_measure_is_dropped_when_outputs_are_added_and_not_saved(tmp_path: Path) -> None:
    frame, vectors = made()
    lens = lens_of(frame, vectors)
    lens.prepare()
    lens.measure("words")
    lens.view.color = "words"
    with ol.open(lens.save(tmp_path / "a.outlens"), store=False) as opened:
        assert opened.view.color == "cluster"
    assert lens.view.color == "words"
    lens.add(frame.iloc[:1].set_axis([99]), vectors=vectors[:1], xy=[[0, 0]])
    assert "words" not in lens.frame
    assert lens.view.color == "cluster"


def test_an_unknown_measure_names_the_nearest() -> None:
    with pytest.raises(KeyError, match="did you mean 'consistency'"):
        lens_of(*made()).measure("consistancy")


def test_overview_is_that_of_each_prompt() -> None:
    frame, vectors = made()
    lens = lens_of(frame, vectors)
    lens.tag("good", frame.index[[0, 2]].tolist())
    table = lens.overview
    assert table["prompt"].tolist() == lens.prompts == ["p", "q", "r"]
    assert table.index.tolist() == [0, 1, 2]
    assert table["n"].tolist() == [11, 6, 1]
    assert table["tagged"].tolist() == [2, 0, 0]
    clusters = lens.frame["cluster"]
    for row, prompt in enumerate("pq"):
        kept = (frame["prompt"] == prompt) & frame["response"].notna()
        texts, groups = frame.loc[kept, "response"].tolist(), frame.loc[kept, "model"]
        expected = compare.prompt_consistency(texts, vectors[kept], clusters=clusters[kept].tolist())
        for name, of in (("likeness", "likeness"), ("consistency", "cluster_share"), ("answers", "entropy")):
            one = expected[expected["measure"] == of].iloc[0]
            ends = one[["estimate", "low", "high"]].astype(float).to_numpy()
            ends = np.exp(ends) if name == "answers" else ends
            found = table.loc[row, [name, f"{name}_low", f"{name}_high"]].astype(float)
            np.testing.assert_allclose(found, ends, rtol=1e-5)
        assert table["clusters"][row] == clusters[kept][clusters[kept] >= 0].nunique()
        assert table["unlike"][row] == (clusters[kept] < 0).sum()
        if groups.value_counts().min() >= 3:
            difference = compare.difference(vectors[kept], groups.tolist())
            assert {table["source"][row], table["other"][row]} == {"a", "b"}
            np.testing.assert_allclose(table["distance"][row], difference["estimate"][0], rtol=1e-5)
        else:
            assert table["source"][row] is None
    one = table.iloc[2]
    assert (one["answers"], one["note"], one["source"]) == (1.0, "too few: 1 output", None)
    assert np.isnan(one["likeness"])


def test_overview_without_prompts_or_sources() -> None:
    lens = ol.Lens(["yes", "yes", "no"], vectors=[[1, 0], [1, 0], [0, 1]], store=False)
    table = lens.overview
    # Two are alike: (2 pairs of cosine 1 of 6 ordered pairs + 1) / 2.
    assert table[["prompt", "n", "source"]].values.tolist() == [["", 3, None]]
    assert table["likeness"][0] == pytest.approx((1 / 3 + 1) / 2)


def test_overview_of_outputs_without_texts() -> None:
    frame = pd.DataFrame({"prompt": ["p", "p", "q"], "response": ["yes", "no", None]})
    lens = ol.Lens(frame, vectors=np.eye(3), xy=np.zeros((3, 2)), store=False)
    assert lens.overview["note"].tolist() == ["too few for an interval: 2 outputs", "no output with a text"]
    assert lens.overview["n"].tolist() == [2, 0]
