"""Traits of groups: against scipy, all permutations, and hand calculations."""

from __future__ import annotations

from itertools import permutations, product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest, false_discovery_control, fisher_exact, mannwhitneyu, norm, spearmanr, t, ttest_1samp
from sklearn.metrics import roc_auc_score

from outlens.compare.groups import grouped
from outlens.compare.intervals import auc, newcombe, student, wilson
from outlens.compare.ranks import Ranked, midranks
from outlens.compare.traits import trait_means, trait_overlap, traits


def one(table: pd.DataFrame) -> dict[str, object]:
    assert len(table) == 1
    return {str(name): value for name, value in table.iloc[0].items()}


def test_one_prompt_is_the_test_of_mann_and_whitney() -> None:
    rng = np.random.default_rng(0)
    for ties in (False, True):
        values = rng.normal(size=80) + np.repeat([0, 0.4], 40)
        values = values.round() if ties else values
        row = one(traits(pd.DataFrame({"x": values}), ["a"] * 40 + ["b"] * 40))
        expected = mannwhitneyu(values[:40], values[40:], method="asymptotic")
        # With ties, scipy corrects by half a rank, here by half of the least distance of two ranks.
        assert row["p"] == pytest.approx(expected.pvalue, rel=0.2 if ties else 1e-9)
        assert row["auc"] == pytest.approx(expected.statistic / 1600)
        assert row["auc"] == pytest.approx(roc_auc_score([1] * 40 + [0] * 40, values))
        assert row["estimate"] == pytest.approx(values[:40].mean() - values[40:].mean())


def exact(values: np.ndarray, codes: np.ndarray, block: np.ndarray) -> float:
    """Return p of van Elteren's statistic over all assignments of labels within prompts."""
    parts = []
    for b in np.unique(block):
        own = values[block == b]
        rank = np.array([(own < v).sum() + ((own == v).sum() + 1) / 2 for v in own])
        score = (rank - (len(own) + 1) / 2) / (len(own) + 1)
        labels = set(permutations(codes[block == b].tolist()))
        parts.append([(sum(s for s, c in zip(score, label, strict=True) if c == 0), label) for label in labels])
    sums = [sum(part[0] for part in chosen) for chosen in product(*parts)]
    seen = sum(part[0] for own, b in zip(parts, np.unique(block), strict=True) for part in own
               if part[1] == tuple(codes[block == b].tolist()))  # fmt: skip
    return float(np.mean(np.abs(sums) >= abs(seen) - 1e-9))


@pytest.mark.parametrize("seed", range(6))
def test_p_of_small_groups_is_that_of_all_permutations(seed: int) -> None:
    rng = np.random.default_rng(seed)
    block = np.repeat(np.arange(3), 4)
    codes = np.concatenate([rng.permutation([0, 0, 1, 1]) for _ in range(3)])
    values = rng.integers(0, 4, 12) + (seed % 2) * codes
    row = one(traits(pd.DataFrame({"x": values}), codes, block, permuted=4_000))
    assert row["p"] == pytest.approx(exact(values, codes, block), abs=0.03)


@pytest.mark.parametrize("wins", [6, 8, 9, 10, 12])
def test_p_of_single_pairs_is_that_of_the_sign_test(wins: int) -> None:
    block = np.repeat(np.arange(12), 2)
    values = np.array([[1, 0] if i < wins else [0, 1] for i in range(12)]).ravel()
    row = one(traits(pd.DataFrame({"x": values}), [0, 1] * 12, block))
    # The correction for continuity is conservative in the tail.
    expected = binomtest(wins, 12).pvalue
    assert 0.85 * expected < row["p"] < (1.15 if expected > 0.005 else 3.5) * expected
    assert row["agreement"] == (wins / 12 if wins != 6 else 0)
    assert (row["prompts"], row["unit"]) == (12, "prompts")


def test_p_of_a_rare_trait_is_that_of_fisher() -> None:
    codes = np.repeat([0, 1], [20, 400])
    for held in ([1, 0], [2, 2], [3, 1], [4, 2]):
        values = np.zeros(420, bool)
        values[: held[0]] = True
        values[20 : 20 + held[1]] = True
        row = one(traits(pd.DataFrame({"x": values}), codes, permuted=9_999))
        expected = fisher_exact([[held[0], 20 - held[0]], [held[1], 400 - held[1]]]).pvalue
        assert 0.8 * expected < row["p"] < (2 * expected if expected > 0.005 else 0.005)


def test_labels_by_chance_are_rarely_significant() -> None:
    rng = np.random.default_rng(3)
    block = np.repeat(np.arange(10), 30)
    columns = np.stack([rng.poisson(0.02 * 4**k, 300) + 5.0 * block * (k > 2) for k in range(5)], axis=1)
    p = []
    for _ in range(40):
        codes = np.concatenate([rng.permutation(np.repeat(np.arange(6), 5)) for _ in range(10)])
        p.append(Ranked(columns, grouped(codes, 300, block)).permuted(199, 0))
    p = np.stack(p)
    assert (np.nan_to_num(p, nan=1.0) <= 0.05).mean() < 0.055
    # The last three traits hardly have ties.
    assert (p[:, 3:] <= 0.05).mean() > 0.035


def test_over_prompts_intervals_are_t_intervals() -> None:
    rng = np.random.default_rng(1)
    block = np.repeat(np.arange(8), 6)
    codes = np.array([0, 0, 1, 1, 1, 2] * 8)
    values = rng.normal(size=48) + block
    frame = pd.DataFrame({"x": values})
    row = one(traits(frame, codes, block).query("group == 0 and other == 1"))
    differences = [values[(block == b) & (codes == 0)].mean() - values[(block == b) & (codes == 1)].mean()
                   for b in range(8)]  # fmt: skip
    low, high = ttest_1samp(differences, 0).confidence_interval()
    assert (row["estimate"], row["low"], row["high"]) == pytest.approx((np.mean(differences), low, high))
    areas = [
        roc_auc_score(codes[(block == b) & (codes < 2)] == 0, values[(block == b) & (codes < 2)]) for b in range(8)
    ]
    assert row["auc"] == pytest.approx(np.mean(areas))
    against = one(traits(frame, codes, block, against="rest").query("group == 0"))
    rest = [values[(block == b) & (codes == 0)].mean() - values[(block == b) & (codes > 0)].mean() for b in range(8)]
    assert against["estimate"] == pytest.approx(np.mean(rest))
    means = trait_means(frame, codes, block)
    own = [values[(block == b) & (codes == 2)].mean() for b in range(8)]
    low, high = ttest_1samp(own, 0).confidence_interval()
    assert means.loc[2, ["estimate", "low", "high"]].tolist() == pytest.approx([np.mean(own), low, high])


def test_shares_of_one_prompt_have_intervals_of_wilson_and_newcombe() -> None:
    values = pd.DataFrame({"x": [True] * 7 + [False] * 3 + [True] * 2 + [False] * 18})
    codes = ["a"] * 10 + ["b"] * 20
    row = one(traits(values, codes))
    assert (row["low"], row["high"]) == pytest.approx([float(end) for end in newcombe(7, 10, 2, 20)])
    means = trait_means(values, codes)
    for i, (k, n) in enumerate([(7, 10), (2, 20)]):
        assert means.loc[i, ["low", "high"]].tolist() == pytest.approx([float(end) for end in wilson(k, n)])
    assert row["unit"] == "outputs"


def test_the_interval_of_the_auc_covers() -> None:
    rng = np.random.default_rng(5)
    for shift, n1, n2 in ((0.0, 10, 10), (1.0, 12, 40), (2.0, 8, 8)):
        true = norm.cdf(shift / np.sqrt(2))
        x, y = rng.normal(shift, 1, (2_000, n1)), rng.normal(0, 1, (2_000, n2))
        area = (x[:, :, None] > y[:, None, :]).mean((1, 2))
        low, high = auc(area, n1, n2)
        assert 0.93 < ((low <= true) & (true <= high)).mean() < 0.985


def test_the_interval_of_a_perfect_auc_does_not_vanish() -> None:
    low, high = auc([0, 1], 5, 5)
    assert low[0] == pytest.approx(0, abs=1e-9)
    assert 0.2 < high[0] < 0.6
    assert (low[1], high[1]) == pytest.approx((1 - high[0], 1))


def test_student_is_that_of_scipy() -> None:
    values = np.array([1.0, 4, 2, 8])
    low, high = student(values.mean(), values.var(ddof=1), 4)
    expected = t.interval(0.95, 3, values.mean(), values.std(ddof=1) / 2)
    assert (float(low), float(high)) == pytest.approx(expected)
    assert np.isnan(student(1, 0, 1)).all()


@given(st.lists(st.tuples(st.integers(0, 3) | st.just(np.nan), st.integers(0, 2)), max_size=20))
def test_midranks_are_counted(rows: list[tuple[float, int]]) -> None:
    values, block = np.array([row[0] for row in rows], float), np.array([row[1] for row in rows], np.int64)
    for rank, value, b in zip(midranks(values, block), values, block, strict=True):
        own = values[block == b]
        expected = (own < value).sum() + ((own == value).sum() + 1) / 2 if value == value else np.nan
        assert rank == expected or (np.isnan(rank) and np.isnan(expected))


def test_overlap_is_spearmans() -> None:
    rng = np.random.default_rng(0)
    values = pd.DataFrame(rng.integers(0, 6, (60, 3)), columns=list("abc")).astype(float)
    values.loc[:9, "b"] = np.nan
    table = trait_overlap(values)
    for row in table.itertuples():
        both = values[[row.trait, row.other]].dropna()
        assert row.estimate == pytest.approx(spearmanr(both[row.trait], both[row.other]).statistic)
        assert row.n == len(both)
        assert row.low < row.estimate < row.high


def test_overlap_within_prompts_ignores_what_prompts_do() -> None:
    block = np.repeat([0, 1], 50)
    rng = np.random.default_rng(2)
    values = pd.DataFrame({"a": rng.normal(size=100) + 9 * block, "b": rng.normal(size=100) + 9 * block})
    assert trait_overlap(values)["estimate"][0] > 0.6
    assert abs(trait_overlap(values, block)["estimate"][0]) < 0.3


def test_q_is_that_of_benjamini_and_hochberg() -> None:
    rng = np.random.default_rng(4)
    values = pd.DataFrame(rng.normal(size=(60, 5)) + np.repeat([0, 1], 30)[:, None], columns=list("vwxyz"))
    values["constant"] = 1.0
    table = traits(values, np.repeat([0, 1], 30))
    tested = table["note"] == ""
    assert table.loc[~tested, "trait"].tolist() == ["constant"]
    expected = false_discovery_control(table.loc[tested, "p"])
    np.testing.assert_allclose(table.loc[tested, "q"], expected)


@pytest.mark.parametrize(
    ("values", "groups", "prompts", "note"),
    [
        ([1.0, 2], ["a", "b"], None, "too few for an interval: 1 output of a group in a prompt"),
        ([1.0, 2, 3], ["a", "b", "b"], None, "too few for an interval: 1 output of a group in a prompt"),
        ([np.nan, 2, 3], ["a", "b", "b"], None, "too few: 0 outputs in 'a'"),
        ([3.0, 3, 3, 3], ["a", "a", "b", "b"], None, "constant"),
        ([1.0, 2, 3, 4], ["a", "a", "b", "b"], [0, 0, 1, 1], "no prompt has both groups"),
        ([1.0, 2] * 6, ["a", "b"] * 6, [i // 2 for i in range(12)], "constant in both groups"),
        (
            np.arange(10) // 2 + np.arange(10) % 2.0,
            ["a", "b"] * 5,
            np.arange(10) // 2,
            "the same difference in every prompt",
        ),
        ([1.0, 1, 2, 2, 5, 5, 7, 7], ["a", "a", "b", "b"] * 2, [0] * 4 + [1] * 4, "constant in each prompt"),
        ([1.0, 2, 1, 2], ["a", "a", "b", "b"], None, ""),
    ],
)
def test_what_cannot_be_compared_says_why(values: list[float], groups: list[str], prompts: object, note: str) -> None:
    row = one(traits(pd.DataFrame({"x": values}), groups, prompts))  # type: ignore[arg-type]
    assert row["note"] == note
    numbers = [value for name, value in row.items() if name not in ("trait", "group", "other", "unit", "note")]
    assert note or not any(np.isnan(np.array(numbers, float)))


def test_groups_without_values_and_of_one_have_notes() -> None:
    table = trait_means(pd.DataFrame({"x": [1.0, np.nan, 3, 4]}), ["a", "b", "c", "c"])
    assert table["note"].tolist() == ["too few for an interval: 1 output of 'a' in a prompt",
                                      "too few: 0 outputs in 'b'", ""]  # fmt: skip
    assert trait_overlap(pd.DataFrame({"x": [1, 2, 3, 4], "y": [1, 1, 1, 1]}))["note"].tolist() == ["constant: 'y'"]
    assert trait_overlap(pd.DataFrame({"x": [1.0], "y": [2.0]}))["note"].tolist() == ["too few: 1 output with both"]


def test_wrong_values_are_errors() -> None:
    with pytest.raises(TypeError, match="DataFrame"):
        traits([1, 2], ["a", "b"])  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="no column"):
        traits(pd.DataFrame(index=range(2)), ["a", "b"])
    with pytest.raises(TypeError, match="'x' is a str"):
        traits(pd.DataFrame({"x": ["u", "v"]}), ["a", "b"])
    with pytest.raises(ValueError, match="permuted is 0"):
        traits(pd.DataFrame({"x": [1, 2]}), ["a", "b"], permuted=0)


@settings(max_examples=30)
@given(st.integers(0, 2**32 - 1))
def test_the_order_of_rows_and_the_names_of_groups_do_not_matter(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n = 60
    values = pd.DataFrame({"x": rng.normal(size=n), "y": rng.random(n) < 0.4})
    groups, prompts = rng.integers(0, 2, n), rng.integers(0, 6, n)
    table = traits(values, groups, prompts)
    order = rng.permutation(n)
    moved = traits(values.iloc[order], groups[order], prompts[order])
    exact_ones = [name for name in table.columns if name not in ("p", "q")]
    pd.testing.assert_frame_equal(table[exact_ones], moved[exact_ones])
    renamed = traits(values, np.array(["m", "n"])[groups], prompts)
    numbers = [name for name in exact_ones if name not in ("group", "other", "note")]
    pd.testing.assert_frame_equal(table[numbers], renamed[numbers])
    swapped = traits(values, 1 - groups, prompts)
    np.testing.assert_allclose(swapped["estimate"], -table["estimate"], atol=1e-12)
    np.testing.assert_allclose(swapped["auc"], 1 - table["auc"], atol=1e-12)
    np.testing.assert_allclose(swapped["low"], -table["high"], atol=1e-12)


def test_the_mean_of_zeros_is_zero() -> None:
    values = pd.DataFrame({"links": [0.0] * 7 + [0.1, 0.2, 0.7]})
    groups = ["a"] * 7 + ["b"] * 3
    assert trait_means(values, groups)["estimate"].tolist()[0] == 0
    assert traits(values, groups)["mean1"].tolist() == [0]


def test_a_constant_trait_is_called_constant() -> None:
    values, groups = pd.DataFrame({"score": [1.0] * 6, "part": [0.1] * 3 + [0.2] * 3}), list("aaabbb")
    assert trait_means(values, groups)["note"].tolist() == ["constant"] * 4
    assert traits(values, groups)["note"].tolist() == ["constant", "constant in both groups"]
    # Two prompts, in each of which a group has one value, and five with one mean.
    assert trait_means(values, ["a"] * 6, list("pppqqq"))["note"].tolist() == ["constant", "constant in each prompt"]
    spread = pd.DataFrame({"score": [0.0, 2.0] * 5})
    assert trait_means(spread, ["a"] * 10, np.repeat(range(5), 2))["note"].tolist() == ["the same in every prompt"]
