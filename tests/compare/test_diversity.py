"""Diversity, against definitions over all subsets and pairs."""

from __future__ import annotations

import gzip
from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import entropy

from outlens.compare.between import likeness_between
from outlens.compare.diverse import (
    compression_ratio,
    distinct_ngrams,
    effective_number,
    expected_coverage,
    expected_distinct,
    mean_likeness,
    unit_vectors,
    vendi,
)
from outlens.compare.diversity import CLUSTERS, MEASURES, TEXT, VECTORS, diversity
from outlens.text.words import tokenize

WORDS = st.lists(st.sampled_from(["red", "green", "blue", "pink", "black"]), max_size=7).map(" ".join)
COUNTS = st.lists(st.integers(1, 4), min_size=1, max_size=4)


def value(table: pd.DataFrame, group: object, measure: str, column: str = "estimate") -> float:
    row = table[(table["group"] == group) & (table["measure"] == measure)]
    return float(row[column].iloc[0])


@given(st.lists(WORDS, min_size=1, max_size=6), st.integers(1, 8))
def test_distinct_ngrams_are_counted(texts: list[str], words: int) -> None:
    shares = distinct_ngrams(tokenize(texts), np.arange(len(texts)), words)
    for n, share in enumerate(shares, 1):
        grams = [tuple(own[i : i + n]) for text in texts for own in [text.split()[:words]]
                 for i in range(len(own) - n + 1)]  # fmt: skip
        if grams:
            assert share == len(set(grams)) / len(grams)
        else:
            assert np.isnan(share)


@given(COUNTS, st.data())
def test_expected_values_are_means_over_all_subsets(counts: list[int], data: st.DataObject) -> None:
    size = data.draw(st.integers(1, sum(counts)))
    labels = np.repeat(np.arange(len(counts)), counts)
    drawn = [np.bincount(labels[list(at)]) for at in combinations(range(len(labels)), size)]
    assert expected_distinct(np.array(counts), size) == pytest.approx(np.mean([(own > 0).sum() for own in drawn]))
    coverage = [1 - (own == 1).sum() / size for own in drawn]
    assert expected_coverage(np.array(counts), size) == pytest.approx(np.mean(coverage), abs=1e-9)


def vectors(n: int, d: int, seed: int = 0) -> np.ndarray:
    return unit_vectors(np.random.default_rng(seed).normal(size=(n, d)) + 0.5, n)


@pytest.mark.parametrize(("n", "d"), [(7, 3), (4, 9), (5, 5), (40, 6)])
def test_vendi_is_the_entropy_of_the_eigenvalues_of_the_kernel(n: int, d: int) -> None:
    own = vectors(n, d)
    eigenvalues = np.clip(np.linalg.eigvalsh(own @ own.T / n), 0, None)
    assert vendi(own) == pytest.approx(np.exp(entropy(eigenvalues)))


def test_vendi_of_equal_and_of_unlike_outputs() -> None:
    assert vendi(np.ones((5, 1))) == pytest.approx(1)
    assert vendi(np.eye(5)) == pytest.approx(5)


def test_mean_likeness_is_the_mean_over_all_pairs() -> None:
    own = vectors(9, 4)
    pairs = [float(own[i] @ own[j]) for i, j in combinations(range(9), 2)]
    assert mean_likeness(own) == pytest.approx(np.mean(pairs))


def test_the_effective_number_is_exp_of_the_entropy() -> None:
    assert effective_number(np.array([3, 3, 3])) == pytest.approx(3)
    assert effective_number(np.array([5, 1, 2])) == pytest.approx(np.exp(entropy([5, 1, 2])))


def test_the_compression_ratio_is_that_of_gzip() -> None:
    texts = ["one two three"] * 20
    data = "\n".join(texts).encode()
    assert compression_ratio(texts) == len(data) / len(gzip.compress(data, mtime=0)) > 3
    assert compression_ratio(["\ud800"]) > 0


def test_blank_outputs_are_alike_and_unlike_the_others() -> None:
    own = unit_vectors([[1, 0], [0, 0], [0, 0]], 3)
    np.testing.assert_allclose(own @ own.T, [[1, 0, 0], [0, 1, 1], [0, 1, 1]])


def test_groups_are_compared_at_the_number_of_the_smallest() -> None:
    texts = ["a", "b", "c", "a", "a", "b", "b", "c", "d"]
    groups = ["x"] * 3 + ["y"] * 6
    clusters = [0, 0, 1, 0, 0, 1, 1, 2, -1]
    table = diversity(texts, None, groups, clusters=clusters)
    assert set(table["measure"]) == {*TEXT, *CLUSTERS}
    assert set(table["size"].dropna()) == {3}
    subsets = list(combinations(range(3, 9), 3))
    assert value(table, "x", "different") == 1
    assert value(table, "y", "different") == pytest.approx(np.mean([len({texts[i] for i in at}) / 3 for at in subsets]))
    # -1 is a cluster of its own.
    own = [0, 0, 1, 1, 2, 3]
    assert value(table, "y", "clusters") == pytest.approx(np.mean([len({own[i - 3] for i in at}) for at in subsets]))
    assert value(table, "x", "coverage") == pytest.approx(1 - 1 / 3)
    assert table.loc[table["measure"] == "distinct_10", "note"].tolist() == [
        "too few: 3 outputs in 'x'",
        "too few: 6 outputs in 'y'",
    ]


def test_long_outputs_are_cut_to_the_words_of_the_shorter_group() -> None:
    long, short = "red green blue pink black white", "one two"
    table = diversity([long, long, short, short], None, list("aabb"))
    assert set(table["read"].dropna()) == {2}
    # Two words read, each twice.
    assert value(table, "a", "distinct_1") == 0.5
    assert value(table, "a", "compression") == compression_ratio(["red green"] * 2)
    assert table["mean_words"].unique().tolist() == [6, 2]
    assert set(diversity([long, long, short, short], None, list("aabb"), words=3)["read"].dropna()) == {3}


def test_prompts_are_measured_one_by_one() -> None:
    rng = np.random.default_rng(0)
    n = 6 * 2 * 4
    prompts, groups = np.repeat(np.arange(6), 8), np.tile(np.repeat(["a", "b"], 4), 6)
    texts = [" ".join(rng.choice(list("uvwxyz"), 3)) for _ in range(n)]
    own = vectors(n, 5)
    clusters = rng.integers(0, 3, n)
    table = diversity(texts, own, groups, prompts, clusters)
    for group in "ab":
        cells = [np.flatnonzero((prompts == p) & (groups == group)) for p in range(6)]
        assert value(table, group, "likeness") == pytest.approx(np.mean([mean_likeness(own[at]) for at in cells]))
        scores = [vendi(own[at]) for at in cells]
        half = 2.570582 * np.std(scores, ddof=1) / np.sqrt(6)
        assert value(table, group, "vendi") == pytest.approx(np.mean(scores))
        assert value(table, group, "vendi", "low") == pytest.approx(max(1, np.mean(scores) - half), abs=1e-5)
        assert value(table, group, "clusters") == pytest.approx(np.mean([len(set(clusters[at])) for at in cells]))
    assert set(table["unit"]) == {"prompts", "outputs"}
    # Ten outputs are not there.
    assert set(table.loc[table["unit"] == "outputs", "measure"]) == {"distinct_10"}


@pytest.mark.parametrize("measure", ["different", "likeness", "vendi", "effective_clusters", "coverage", "distinct_2"])
def test_intervals_over_outputs_cover(measure: str) -> None:
    rng = np.random.default_rng(7)
    kinds = 12
    share = rng.dirichlet(np.ones(kinds))
    centres = vectors(kinds, 8, 3)

    def sample(n: int, seed: int) -> pd.DataFrame:
        own = np.random.default_rng(seed)
        kind = own.choice(kinds, n, p=share)
        texts = [f"kind{k} has word{own.integers(0, 4)}" for k in kind]
        return diversity(texts, centres[kind] + 0.3 * own.normal(size=(n, 8)), ["a"] * n, clusters=kind, size=60)

    true = value(sample(4_000, 99), "a", measure)
    covered = 0
    for seed in range(40):
        table = sample(60, seed)
        covered += value(table, "a", measure, "low") <= true <= value(table, "a", measure, "high")
    # 95 % of 40 is 38; 32 or fewer would have a chance of .001.
    assert covered > 32


@pytest.mark.parametrize("sizes", [(1, 5), (2, 2), (3, 3), (0, 4), (1, 1)])
def test_small_groups_have_notes_for_what_is_missing(sizes: tuple[int, int]) -> None:
    n = sum(sizes)
    groups = ["a"] * sizes[0] + ["b"] * sizes[1]
    table = diversity([f"w{i}" for i in range(n)], vectors(n, 3), groups, clusters=range(n))
    for row in table.itertuples():
        assert row.note or not np.isnan([row.estimate, row.low, row.high, row.size, row.read]).any()
    if sizes == (1, 5):
        assert set(table.loc[table["group"] == "a", "note"]) == {"too few: 1 output in 'a'"}
        assert value(table, "b", "clusters") == 5


def test_equal_outputs_and_outputs_without_words() -> None:
    table = diversity(["same"] * 8 + ["…"] * 8, np.ones((16, 2)), ["a"] * 8 + ["b"] * 8, clusters=[0] * 16)
    assert (value(table, "a", "vendi"), value(table, "a", "likeness")) == (pytest.approx(1), pytest.approx(1))
    assert (value(table, "a", "different"), value(table, "a", "coverage")) == (1 / 8, 1)
    assert table.query("group == 'b' and measure == 'distinct_1'")["note"].tolist() == ["no words"]


@settings(max_examples=20)
@given(st.integers(0, 2**32 - 1))
def test_the_order_of_rows_and_the_names_of_groups_do_not_matter(seed: int) -> None:
    rng = np.random.default_rng(seed)
    texts = [f"word{i} and word{rng.integers(0, 5)}" for i in range(24)]
    own, groups, clusters = vectors(24, 4, seed), rng.integers(0, 2, 24), rng.integers(-1, 4, 24)
    groups[:4] = [0, 0, 1, 1]
    table = diversity(texts, own, groups, clusters=clusters)
    at = rng.permutation(24)
    moved = diversity([texts[i] for i in at], own[at], groups[at], clusters=clusters[at])
    pd.testing.assert_frame_equal(table, moved)
    renamed = diversity(texts, own, np.array(["m", "n"])[groups], clusters=clusters)
    numbers = [name for name in table.columns if name not in ("group", "note")]
    pd.testing.assert_frame_equal(table[numbers], renamed[numbers])


def test_wrong_arguments_are_named() -> None:
    with pytest.raises(ValueError, match="size is 1"):
        diversity(["a", "b"], None, ["x", "x"], size=1)
    with pytest.raises(ValueError, match="shape"):
        diversity(["a", "b"], [[1.0]], ["x", "x"])
    with pytest.raises(ValueError, match="NaN"):
        diversity(["a"], [[np.nan]], ["x"])
    with pytest.raises(ValueError, match="clusters has 1 values for 2"):
        diversity(["a", "b"], None, ["x", "x"], clusters=[1])
    assert MEASURES == TEXT + VECTORS + CLUSTERS


def test_likeness_between_groups_is_the_mean_over_all_pairs() -> None:
    own = vectors(14, 3)
    groups, prompts = np.array(list("aabbcc") * 2 + ["a", "c"]), np.repeat([0, 1], [6, 8])
    table = likeness_between(own, groups, prompts)
    assert len(table) == 6
    for row in table.itertuples():
        means = []
        for prompt in (0, 1):
            first, second = (np.flatnonzero((groups == g) & (prompts == prompt)) for g in (row.group, row.other))
            means.append(np.mean([own[i] @ own[j] for i in first for j in second if i != j]))
        assert row.estimate == pytest.approx(np.mean(means))
        assert row.prompts == 2


@pytest.mark.parametrize("at_once", [4_096, 4])
def test_the_interval_of_likeness_is_that_of_the_jackknife(at_once: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("outlens.compare.between.AT_ONCE", at_once)
    own = vectors(17, 3)
    groups = np.array(["a"] * 9 + ["b"] * 8)
    table = likeness_between(own, groups).set_index(["group", "other"])

    def mean(first: np.ndarray, second: np.ndarray) -> float:
        return float(np.mean([own[i] @ own[j] for i in first for j in second if i != j]))

    a, b = np.arange(9), np.arange(9, 17)
    without = np.array([mean(np.delete(a, i), np.delete(a, i)) for i in range(9)])
    row = table.loc[("a", "a")]
    error = np.sqrt(8 / 9 * ((without - without.mean()) ** 2).sum())
    assert row["high"] - row["estimate"] == pytest.approx(2.306004 * error, rel=1e-5)
    # Of two groups, one is left out of at a time; the means are linear in each.
    parts = [np.array([mean(a[[i]], b) for i in range(9)]), np.array([mean(a, b[[i]]) for i in range(8)])]
    error = np.sqrt(sum(part.var(ddof=1) / len(part) for part in parts))
    row = table.loc[("a", "b")]
    assert row["high"] - row["estimate"] == pytest.approx(2.364624 * error, rel=1e-5)


def test_likeness_between_small_groups_has_notes() -> None:
    table = likeness_between(vectors(4, 3), ["a", "b", "b", "c"], [0, 0, 0, 1]).set_index(["group", "other"])["note"]
    assert table.to_dict() == {
        ("a", "a"): "too few: 1 output in 'a'",
        ("a", "b"): "too few for an interval: 1 or 2 outputs",
        ("a", "c"): "no prompt has both groups",
        ("b", "b"): "too few for an interval: 1 or 2 outputs",
        ("b", "c"): "no prompt has both groups",
        ("c", "c"): "too few: 1 output in 'c'",
    }
