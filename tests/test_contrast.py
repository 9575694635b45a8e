"""What one set of outputs says more than another."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import outlens as ol
from outlens import compare, text
from outlens.compare.intervals import newcombe
from outlens.contrast import ALIKE, COLUMNS, Contrast, contrast
from outlens.part import Part


def part_of(texts: list[str]) -> Part:
    return ol.Lens(texts, vectors=np.ones((len(texts), 2)), store=False)._part


@pytest.fixture(scope="module")
def sample() -> tuple[Part, np.ndarray, np.ndarray, Contrast]:
    frame = ol.sample("two_models")
    part = part_of(frame["response"].tolist())
    part.points.get()
    heron = (frame["source"] == "Heron").to_numpy()
    first, second = np.flatnonzero(heron), np.flatnonzero(~heron)
    return part, first, second, contrast(part, first, second)


def test_each_row_counts_its_outputs(sample: tuple[Part, np.ndarray, np.ndarray, Contrast]) -> None:
    _, first, second, found = sample
    assert list(found.table) == list(COLUMNS)
    assert set(found.table["kind"]) == {"point", "phrase", "trait"}
    for row, ids in zip(found.table.itertuples(), found.outputs, strict=True):
        assert ids.tolist() == sorted({*ids.tolist()})
        assert (np.isin(ids, first).sum(), np.isin(ids, second).sum()) == (row.f1, row.f2)
        assert (row.n1, row.n2) == (25, 25)


def test_the_numbers_are_those_of_the_tables(sample: tuple[Part, np.ndarray, np.ndarray, Contrast]) -> None:
    part, first, _, found = sample
    groups = np.isin(np.arange(len(part)), first)
    labels = ["a" if here else "b" for here in groups]
    units, points = part.points.get().cut(0.5)[:2]
    compared = compare.points(units, points, labels).set_index("text")
    rows = found.table.set_index("text")
    of = rows[rows["kind"] == "point"]
    assert found.tested["point"] == len(compared)
    pd.testing.assert_frame_equal(
        of[["f1", "f2", "estimate", "low", "high", "p", "q"]].astype(float).set_axis(of.index.astype(object)),
        compared.loc[of.index, ["f1", "f2", "estimate", "low", "high", "p", "q"]].astype(float),
        check_index_type=False,
    )
    words = text.distinctive(part.texts, labels).set_index("text")
    for name, row in rows[rows["kind"] == "phrase"].iterrows():
        own = words.loc[name]
        mine, other = ("f1", "f2") if own["group"] == "a" else ("f2", "f1")
        assert (own[mine], own[other], own["p"], own["q"]) == (row["f1"], row["f2"], row["p"], row["q"])
        assert row["estimate"] == pytest.approx(row["f1"] / row["n1"] - row["f2"] / row["n2"])
        assert (row["low"], row["high"]) == newcombe(row["f1"], row["n1"], row["f2"], row["n2"])
    traits = compare.traits(compare.trait_values(part.texts), labels).set_index("trait")
    for name, row in rows[rows["kind"] == "trait"].iterrows():
        own = traits.loc[str(name).replace(" ", "_")]
        assert row["estimate"] == pytest.approx(2 * own["auc"] - 1)
        assert (row["p"], row["q"]) == (own["p"], own["q"])


def test_differences_come_first_by_size_and_the_others_by_p(
    sample: tuple[Part, np.ndarray, np.ndarray, Contrast],
) -> None:
    table = sample[3].table
    differ = table["q"] <= 0.05
    assert differ.any()
    assert not differ.all()
    assert differ.tolist() == sorted(differ, reverse=True)
    effects = table.loc[differ, "estimate"].abs().round(9).tolist()
    assert effects == sorted(effects, reverse=True)
    chances = table.loc[~differ, "p"].tolist()
    assert chances == sorted(chances)


def test_swapping_the_sets_turns_the_signs(sample: tuple[Part, np.ndarray, np.ndarray, Contrast]) -> None:
    part, first, second, found = sample
    swapped = contrast(part, second, first)
    columns = ["f1", "n1", "f2", "n2", "mean1", "mean2", "estimate", "low", "high", "p", "q"]
    turned = ["f2", "n2", "f1", "n1", "mean2", "mean1", "estimate", "high", "low", "p", "q"]
    one = found.table.set_index(["kind", "text"])[columns].astype(float)
    other = swapped.table.set_index(["kind", "text"])[turned].astype(float).set_axis(columns, axis=1)
    other[["estimate", "low", "high"]] *= -1
    pd.testing.assert_frame_equal(one.sort_index(), other.sort_index(), rtol=1e-9, atol=1e-9)


WORDS = st.sampled_from(["so", "sorry", "no", "the", "of", "cat", "dog."])


@settings(max_examples=25)
@given(st.lists(st.lists(WORDS, max_size=6).map(" ".join), min_size=8, max_size=14))
def test_listed_phrases_say_different_things(texts: list[str]) -> None:
    n = len(texts)
    found = contrast(part_of(texts), np.arange(n // 2), np.arange(n // 2, n))
    phrases = [
        (set(row.text.lower().replace(".", "").split()), set(ids.tolist()))
        for row, ids in zip(found.table.itertuples(), found.outputs, strict=True)
        if row.kind == "phrase"
    ]
    for i, (words, ids) in enumerate(phrases):
        assert words - {"the", "of", "so", "no"}
        for others, theirs in phrases[:i]:
            assert not words & others or len(ids & theirs) < ALIKE * len(ids | theirs)
    for row, ids in zip(found.table.itertuples(), found.outputs, strict=True):
        assert ((ids < n // 2).sum(), (ids >= n // 2).sum()) == (row.f1, row.f2)


def test_a_trait_that_is_a_number_counts_above_its_median() -> None:
    texts = [" ".join(["word"] * n) for n in (1, 2, 3, 4, 5, 6, 7, 8)]
    found = contrast(part_of(texts), np.array([0, 1, 2]), np.array([3, 4, 5, 6, 7]))
    rows = found.table.set_index("text")
    row = rows.loc["words"]
    assert (row["cut"], row["f1"], row["f2"], row["mean1"], row["mean2"]) == (4.5, 0, 4, 2.0, 6.0)
    assert row["estimate"] == -1
    # The largest value is the median: it is counted from the next smaller one on.
    texts = ["no"] * 2 + ["why not?"] * 6
    found = contrast(part_of(texts), np.array([0, 1, 2]), np.array([3, 4, 5, 6, 7]))
    row = found.table.set_index("text").loc["question marks"]
    assert (row["cut"], row["f1"], row["f2"]) == (0, 1, 5)


@pytest.mark.parametrize(
    ("first", "second", "message"),
    [
        ([], [0], "One of the sets has no outputs; choose another one."),
        ([0], [], "One of the sets has no outputs; choose another one."),
        ([0, 1], [1, 2], "1 output is in both sets; compare"),
    ],
)
def test_sets_that_cannot_be_compared(first: list[int], second: list[int], message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        contrast(part_of(["a", "b", "c"]), np.array(first, int), np.array(second, int))


@pytest.mark.parametrize("texts", [["", ""], ["a", "a"], ["same text here"] * 12])
def test_equal_outputs_do_not_differ(texts: list[str]) -> None:
    half = len(texts) // 2
    found = contrast(part_of(texts), np.arange(half), np.arange(half, len(texts)))
    assert not (found.table["q"] <= 0.05).any()
    assert "point" not in found.tested


def test_few_outputs_are_listed_without_a_test() -> None:
    found = contrast(part_of(["a red cat", "a red dog", "a blue cat"]), np.array([0, 1]), np.array([2]))
    red = found.table.set_index("text").loc["a red"]
    assert (red["f1"], red["n1"], red["f2"], red["n2"]) == (2, 2, 0, 1)
    assert np.isnan(red["q"])
