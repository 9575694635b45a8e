"""Distances of group means: the bias, the test over all labelings, the interval and the most telling outputs."""

from __future__ import annotations

from itertools import combinations, product
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.distance import cdist, pdist

from outlens.compare import difference, telling_pairs
from outlens.compare.difference import _holm


def unit(rows: np.ndarray) -> np.ndarray:
    scaled: np.ndarray = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return scaled


def drawn(seed: int, sizes: tuple[int, ...], shift: float = 0, d: int = 5) -> tuple[np.ndarray, list[int]]:
    """Return unit vectors of groups, the first shifted."""
    rng = np.random.default_rng(seed)
    labels = np.repeat(np.arange(len(sizes)), sizes)
    rows = rng.normal(size=(len(labels), d)) + 2 * np.eye(d)[0]
    rows[labels == 0] += shift * np.eye(d)[1]
    return unit(rows), labels.tolist()


def test_distance_and_cosine_are_those_of_the_means() -> None:
    rows, labels = drawn(0, (4, 6), 1)
    row = difference(rows, labels).iloc[0]
    mean1, mean2 = rows[:4].mean(axis=0), rows[4:].mean(axis=0)
    assert row["distance"] == pytest.approx(((mean1 - mean2) ** 2).sum(), rel=1e-5)
    assert row["cosine"] == pytest.approx(mean1 @ mean2 / np.linalg.norm(mean1) / np.linalg.norm(mean2), rel=1e-5)
    assert (row["n1"], row["n2"], row["unit"], row["note"]) == (4, 6, "outputs", "")


def test_the_estimate_is_the_unbiased_mmd_of_pairs() -> None:
    rows, labels = drawn(1, (5, 7), 1)
    # Half the squared distances: 1 - cosine. The energy-style U-statistic leaves out pairs of an output with itself.
    expected = (
        cdist(rows[:5], rows[5:], "sqeuclidean").mean()
        - pdist(rows[:5], "sqeuclidean").mean() / 2
        - pdist(rows[5:], "sqeuclidean").mean() / 2
    )
    assert difference(rows, labels)["estimate"][0] == pytest.approx(expected, rel=1e-5)


def test_with_prompts_the_estimate_is_the_mean_product_of_differences_at_two_prompts() -> None:
    rng = np.random.default_rng(2)
    rows = unit(rng.normal(size=(34, 4)) + np.eye(4)[0])
    labels = ["a", "a", "b"] * 6 + ["a", "b"] * 8
    prompts = np.concatenate([np.repeat(np.arange(6), 3), 6 + np.repeat(np.arange(4), 4)]).tolist()
    apart, weight = [], []
    for prompt in range(10):
        own = [[i for i in range(34) if prompts[i] == prompt and labels[i] == label] for label in "ab"]
        apart.append(rows[own[0]].mean(axis=0) - rows[own[1]].mean(axis=0))
        weight.append(len(own[0]) * len(own[1]) / (len(own[0]) + len(own[1])))
    products = {(p, q): weight[p] * weight[q] for p, q in product(range(10), repeat=2) if p != q}
    expected = sum(w * (apart[p] @ apart[q]) for (p, q), w in products.items()) / sum(products.values())
    row = difference(rows, labels, prompts).iloc[0]
    assert (row["estimate"], row["unit"]) == (pytest.approx(expected, rel=1e-4), "prompts")
    mean = np.average(apart, axis=0, weights=weight)
    assert row["distance"] == pytest.approx(mean @ mean, rel=1e-4)


@pytest.mark.parametrize("prompts", [1, 3, 6])
def test_equal_groups_are_estimated_at_0_on_average(prompts: int) -> None:
    estimates = []
    for seed in range(150):
        rows, _ = drawn(seed, (24,))
        rows = unit(rows + np.repeat(np.eye(5)[:prompts] if prompts < 6 else np.zeros((6, 5)), 24 // prompts, axis=0))
        labels = [0, 1, 1, 1] * 6
        kind = np.repeat(np.arange(prompts), 24 // prompts)
        estimates.append(difference(rows, labels, kind, permutations=1)["estimate"][0])
    standard_error = np.std(estimates) / np.sqrt(150)
    assert abs(np.mean(estimates)) < 3 * standard_error


def over_all_labelings(rows: np.ndarray, labels: list[int], prompts: list[int]) -> float:
    """Return the share of labelings within prompts with means at least as far apart."""
    blocks = [[i for i in range(len(rows)) if prompts[i] == prompt] for prompt in sorted(set(prompts))]

    def distance(first: set[int]) -> float:
        total, weights = np.zeros(rows.shape[1]), 0.0
        for block in blocks:
            one, other = [i for i in block if i in first], [i for i in block if i not in first]
            weight = len(one) * len(other) / len(block)
            total += weight * (rows[one].mean(axis=0) - rows[other].mean(axis=0))
            weights += weight
        return float((total / weights) @ (total / weights))

    observed = distance({i for i, label in enumerate(labels) if label == 0})
    choices = [combinations(block, sum(labels[i] == 0 for i in block)) for block in blocks]
    beyond = [distance({i for part in chosen for i in part}) >= observed - 1e-9 for chosen in product(*choices)]
    return float(np.mean(beyond))


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("prompts", [[0] * 9, [0] * 5 + [1] * 4])
@pytest.mark.parametrize("dimensions", [3, 20])
def test_p_is_that_of_all_labelings(seed: int, prompts: list[int], dimensions: int) -> None:
    rows, _ = drawn(seed, (9,), d=dimensions)
    labels = [0, 0, 1, 1, 1, 0, 0, 1, 1]
    rows[[0, 1, 5, 6], 1] += 0.5
    rows = unit(rows)
    expected = over_all_labelings(rows, labels, prompts)
    kept = difference(rows, labels, prompts, permutations=4000)
    rest = difference(rows, labels, prompts, against="rest", permutations=4000)
    # Four standard errors.
    error = 4 * np.sqrt(expected * (1 - expected) / 4000) + 1 / 4000
    assert kept["p"][0] == pytest.approx(expected, abs=error)
    assert rest["p"].to_numpy() == pytest.approx([expected, expected], abs=error)
    columns = ["distance", "cosine", "estimate"]
    assert rest[columns].to_numpy() == pytest.approx(np.repeat(kept[columns].to_numpy(), 2, axis=0))


def test_the_rest_is_all_other_outputs() -> None:
    rows, labels = drawn(3, (6, 5, 4), 2)
    rest = difference(rows, labels, against="rest").set_index("group")
    own = difference(rows, ["x" if label == 0 else "y" for label in labels]).iloc[0]
    columns = ["n1", "n2", "distance", "cosine", "estimate"]
    assert rest.loc[0, columns].tolist() == pytest.approx(own[columns].tolist())
    assert rest.loc[0, "p"] == pytest.approx(own["p"], abs=0.02)
    assert rest.loc[0, "low"] == pytest.approx(own["low"], abs=0.05)


@settings(max_examples=settings().max_examples // 2)
@given(st.integers(0, 99), st.booleans(), st.integers(1, 7))
def test_the_order_of_outputs_and_the_names_of_groups_do_not_matter(seed: int, several: bool, prompts: int) -> None:
    rng = np.random.default_rng(seed)
    rows, labels = drawn(seed, (8, 6, 7))
    kinds = rng.integers(0, prompts, 21).tolist() if several else None
    table = difference(rows, labels, kinds, permutations=9)
    order = rng.permutation(21)
    moved = difference(
        rows[order],
        [labels[i] + 5 for i in order],
        kinds and [kinds[i] for i in order],
        permutations=9,
    )
    columns = ["group", "other", "n1", "n2", "distance", "cosine", "estimate", "unit", "note"]
    named = moved.assign(
        group=moved["group"] - 5,
        other=moved["other"] - 5,
        note=moved["note"].replace({f" in {k + 5}": f" in {k}" for k in range(3)}, regex=True),
    )
    by = ["group", "other"]
    found, expected = (t[columns].sort_values(by, ignore_index=True) for t in (named, table))
    pd.testing.assert_frame_equal(found, expected, check_dtype=False, rtol=1e-4, atol=1e-6)


def test_the_interval_holds_the_estimate_and_covers_the_truth() -> None:
    # The means of large groups are the truth.
    rows, labels = drawn(5, (20_000, 20_000), 1.5)
    truth = difference(rows, labels, permutations=1)["estimate"][0]
    rng = np.random.default_rng(0)
    hits = 0
    for _ in range(100):
        own = np.concatenate([rng.integers(0, 20_000, 25), rng.integers(20_000, 40_000, 25)])
        row = difference(rows[own], [labels[i] for i in own], permutations=200).iloc[0]
        assert row["low"] < row["estimate"] < row["high"]
        hits += row["low"] <= truth <= row["high"]
    assert hits >= 88


def test_holm_is_that_of_the_paper() -> None:
    # By hand: 3 * .01, max(.03, 2 * .04), max(.08, .05).
    assert _holm(np.array([0.04, 0.01, 0.05])) == pytest.approx([0.08, 0.03, 0.08])


def test_p_is_adjusted_over_the_comparisons() -> None:
    rows, labels = drawn(6, (10, 10, 10), 5)
    # With another seed than 0, which draws the labelling itself, mirrored.
    table = difference(rows, labels, permutations=99, seed=1)
    assert table["p"].tolist()[:2] == [0.01, 0.01]
    assert table["p_holm"].tolist()[:2] == pytest.approx([0.03, 0.03])
    assert table["q"].tolist()[:2] == pytest.approx([0.015, 0.015])
    assert set(table["group"][:2]) == {0}
    assert difference(rows, labels, against=1, permutations=9)["other"].tolist() == [1, 1]


def test_equal_groups_do_not_differ() -> None:
    rows, _ = drawn(7, (6,))
    row = difference(np.concatenate([rows, rows]), ["a"] * 6 + ["b"] * 6).iloc[0]
    assert row["p"] == 1
    assert row["distance"] == pytest.approx(0, abs=1e-12)
    assert row["estimate"] < 0
    assert row["note"] == ""


@pytest.mark.parametrize("prompts", [None, [0, 1] * 6, list(range(6)) * 2])
def test_equal_vectors_have_no_difference(prompts: list[int] | None) -> None:
    row = difference(np.ones((12, 3)), ["a"] * 6 + ["b"] * 6, prompts).iloc[0]
    assert row[["p", "cosine"]].tolist() == pytest.approx([1, 1])
    assert row[["distance", "estimate", "low", "high"]].tolist() == pytest.approx([0] * 4, abs=1e-6)
    assert row["note"].startswith("constant: the vectors are equal")


def test_a_mean_of_zero_has_no_cosine() -> None:
    row = difference([[1, 0], [-1, 0], [0, 1], [0, -1], [1, 0], [1, 0], [1, 0]], ["a"] * 4 + ["b"] * 3).iloc[0]
    assert np.isnan(row["cosine"])
    assert row["note"] == "no cosine: a mean is zero"
    assert row["distance"] == pytest.approx(1)


def test_every_missing_value_has_its_reason() -> None:
    rows, _ = drawn(8, (12,))
    table = difference(rows, ["a"] * 5 + ["b"] * 2 + ["c"] + ["d"] * 4)
    notes = {(row["group"], row["other"]): row["note"] for row in table.to_dict("records")}
    assert notes["a", "d"] == ""
    assert notes["a", "b"] == "too few: 2 outputs in 'b'"
    assert notes["b", "c"] == "too few: 2 outputs in 'b', 1 output in 'c'"
    values = ["distance", "cosine", "estimate", "low", "high", "p", "q", "p_holm"]
    assert (table[values].isna().any(axis=1) == (table["p"].isna())).all()
    assert (table["note"] != "")[table["p"].isna()].all()
    apart = difference(rows, ["a"] * 6 + ["b"] * 6, [0] * 6 + [1] * 6).iloc[0]
    assert apart["note"] == "no prompt in common: 'a' and 'b'"
    assert (apart["n1"], apart["n2"]) == (0, 0)
    # Seven prompts, but two in common.
    few = difference(rows, ["a"] * 6 + ["b"] * 6, [0, 0, 1, 1, 2, 3, 0, 0, 1, 4, 5, 6]).iloc[0]
    assert few["note"] == "too few: 2 prompts in common"
    assert few["p"] <= 1
    assert np.isnan([few["estimate"], few["low"]]).all()
    single = difference(rows[:6], ["a", "b"] * 3, [0, 0, 1, 1, 2, 2]).iloc[0]
    assert single["note"] == "too few: 1 output a prompt in 'a'"


def test_a_seed_gives_the_same_table() -> None:
    rows, labels = drawn(9, (9, 9), 0.3)
    pd.testing.assert_frame_equal(difference(rows, labels, seed=1), difference(rows, labels, seed=1))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"permutations": 0}, "permutations is 0; give a whole number, 1 or more"),
        ({"groups": ["a"] * 6}, "give at least two groups"),
        ({"vectors": [[1, np.nan]] * 6}, "hold NaN or infinity"),
        ({"against": "x"}, "against is 'x'"),
    ],
)
def test_wrong_arguments_are_errors(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        difference(**{"vectors": np.eye(6), "groups": list("aaabbb"), **arguments})


def test_telling_pairs_are_nearest_to_their_own_mean_and_farthest_from_the_other() -> None:
    rows, labels = drawn(10, (9, 5), 2)
    table = telling_pairs(rows, labels, n=9)
    means = [rows[:9].mean(axis=0), rows[9:].mean(axis=0)]
    far = [((rows - mean) ** 2).sum(axis=1) for mean in means]
    score = np.where(np.arange(14) < 9, far[1] - far[0], far[0] - far[1])
    assert table["output"].tolist() == sorted(range(9), key=lambda i: -score[i])[:5]
    assert table["other_output"].tolist() == sorted(range(9, 14), key=lambda i: -score[i])
    assert table["score"].to_numpy() == pytest.approx(score[table["output"]], abs=1e-5)
    assert table["other_score"].to_numpy() == pytest.approx(score[table["other_output"]], abs=1e-5)
    assert table["rank"].tolist() == [1, 2, 3, 4, 5]


def test_telling_pairs_are_compared_within_prompts() -> None:
    # At each prompt, b turns towards the third axis; a mean over prompts would show the prompts.
    rows = np.eye(4)[[0, 0, 0, 1, 1, 1, 0, 1]] + np.outer([0, 0.1, 0, 0, 0, 0, 1, 1.5], np.eye(4)[2])
    table = telling_pairs(rows, list("aaaaaabb"), 1, [0, 0, 0, 1, 1, 1, 0, 1])
    assert table["other_output"].tolist() == [7]
    assert len(telling_pairs(rows, list("aaaabbbb"), 1, [0] * 4 + [1] * 4)) == 0
    with pytest.raises(ValueError, match="n is 0"):
        telling_pairs(rows, list("aaaabbbb"), 0)
