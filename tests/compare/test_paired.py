"""Case by case: states by hand, p by scipy's paired permutation test, and cases that are missing."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest, permutation_test

from outlens.compare import paired


def differences(values: list[float]) -> Any:
    """Return what `paired` says of these differences."""
    n = len(values)
    return paired([0.0] * n + values, ["old"] * n + ["new"] * n, [*range(n)] * 2, "old")


def test_states_and_counts_by_hand() -> None:
    frame = pd.DataFrame(
        [
            # case, group, score
            *[("p", "old", 1), ("p", "old", 0), ("p", "new", 1)],
            *[("q", "old", 1), ("q", "new", 0.8)],
            *[("r", "old", 0), ("r", "new", 0.05)],
            *[("s", "old", 1), ("s", "new", None)],
            *[("t", "new", 1), ("u", "old", 0), ("v", None, 1)],
        ],
        columns=["case", "group", "score"],
    )
    found = paired(frame["score"], frame["group"], frame["case"], "old", tolerance=0.1)
    columns = ["case", "baseline", "version", "n_baseline", "n_version", "state"]
    rows = found.cases[columns].astype(object).where(found.cases[columns].notna(), None).to_numpy().tolist()
    assert rows == [
        ["q", 1.0, 0.8, 1, 1, "worse"],
        ["r", 0.0, 0.05, 1, 1, "same"],
        ["p", 0.5, 1.0, 2, 1, "better"],
        ["s", 1.0, None, 1, 0, "missing"],
        ["t", None, 1.0, 0, 1, "missing"],
        ["u", 0.0, None, 1, 0, "missing"],
    ]
    row = found.summary.iloc[0]
    assert row[["group", "other", "unit", "note"]].tolist() == ["new", "old", "cases", ""]
    assert row[["better", "worse", "same", "missing", "n"]].tolist() == [1, 1, 1, 3, 3]
    assert row["effect"] == 0
    assert row["estimate"] == pytest.approx((0.5 - 0.2 + 0.05) / 3)
    # The sums of .5, .2 and .05 with signs: all but +-.25 are at least .35 from 0.
    assert row["p"] == pytest.approx(6 / 8)


@given(st.lists(st.sampled_from([-2.0, -1.0, -0.3, 0.0, 0.1, 1.0, 2.5]), min_size=3, max_size=9))
def test_p_of_few_cases_is_that_of_scipy(values: list[float]) -> None:
    expected = permutation_test(
        (np.array(values), np.zeros(len(values))),
        lambda x, y, axis: np.abs((x - y).mean(axis=axis)),
        permutation_type="samples",
        alternative="greater",
        n_resamples=np.inf,
        vectorized=True,
    ).pvalue
    assert differences(values).summary["p"][0] == pytest.approx(expected)


def test_of_booleans_it_is_the_sign_test() -> None:
    # 9 cases change for the better, 2 for the worse: McNemar's exact test.
    values = [1.0] * 9 + [-1.0] * 2 + [0.0] * 40
    found = differences(values).summary.iloc[0]
    assert found["p"] == pytest.approx(binomtest(2, 11).pvalue)
    assert found["effect"] == pytest.approx(7 / 11)


def test_of_many_cases_p_is_drawn() -> None:
    values = [1.0] * 22 + [-1.0] * 10
    expected = binomtest(10, 32).pvalue
    found = differences(values).summary.iloc[0]
    assert found["p"] == pytest.approx(expected, abs=4 * np.sqrt(expected / 10_000))
    assert found["p"] != expected
    assert differences([1.0] * 30).summary["p"][0] == pytest.approx(1 / 10_001, abs=1e-12)


def test_the_interval_is_that_of_the_mean() -> None:
    values = np.random.default_rng(0).normal(0.2, 1, 200)
    found = differences(values.tolist()).summary.iloc[0]
    error = values.std() / np.sqrt(200)
    assert found["low"] == pytest.approx(values.mean() - 1.96 * error, abs=0.15 * error)
    assert found["high"] == pytest.approx(values.mean() + 1.96 * error, abs=0.15 * error)


@given(st.lists(st.floats(-5, 5), min_size=3, max_size=20), st.randoms(use_true_random=False))
def test_the_order_of_outputs_and_the_direction_of_scores_do_not_matter(values: list[float], random: Any) -> None:
    n = len(values)
    scores, groups, cases = [0.0] * n + values, ["old"] * n + ["new"] * n, [*range(n)] * 2
    order = list(range(2 * n))
    random.shuffle(order)
    first = paired(scores, groups, cases, "old")
    moved = paired(*([column[i] for i in order] for column in (scores, groups, cases)), "old")
    pd.testing.assert_frame_equal(moved.cases, first.cases)
    pd.testing.assert_frame_equal(moved.summary, first.summary)
    turned = paired([-score for score in scores], groups, cases, "old", larger_is_better=False)
    assert turned.cases["state"].tolist() == first.cases["state"].tolist()
    columns = ["better", "worse", "same", "effect"]
    pd.testing.assert_frame_equal(turned.summary[columns], first.summary[columns])


def test_several_versions_are_adjusted_together() -> None:
    n = 11
    scores = [0.0] * n + [1.0] * n + [1.0, -1.0] * 5 + [0.0]
    found = paired(scores, ["rest"] * n + ["good"] * n + ["same"] * n, [*range(n)] * 3, "rest").summary
    assert found["group"].tolist() == ["good", "same"]
    assert found["p"].tolist() == [2 / 2**n, 1]
    assert found["q"].tolist() == [4 / 2**n, 1]


def test_every_missing_value_has_its_reason() -> None:
    few = differences([1.0, 2.0]).summary.iloc[0]
    assert few["note"] == "too few: 2 cases with a score of both"
    assert few[["low", "high", "p", "q"]].isna().all()
    assert few["estimate"] == 1.5
    none = paired([1, 0], ["new", "old"], ["p", "q"], "old")
    assert none.summary.loc[0, "note"] == "too few: 0 cases with a score of both"
    assert none.cases["state"].tolist() == ["missing", "missing"]
    same = differences([0.0] * 5).summary.iloc[0]
    assert same[["estimate", "low", "high", "p", "effect", "note"]].tolist() == [
        0,
        0,
        0,
        1,
        0,
        "constant: no case differs",
    ]
    shifted = differences([0.1] * 5).summary.iloc[0]
    assert (shifted["p"], shifted["note"]) == (2 / 32, "constant: all cases differ by the same")


def test_rounding_is_not_a_change() -> None:
    found = paired([0.1 + 0.2, 0.3] * 3, ["new", "old"] * 3, [0, 0, 1, 1, 2, 2], "old")
    assert set(found.cases["state"]) == {"same"}
    assert found.summary.loc[0, "p"] == 1


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"scores": ["good", 1, 1, 1]}, TypeError, r"scores\[0\] is 'good'; give numbers or booleans"),
        ({"scores": [1, 1, np.inf, 1]}, ValueError, r"scores\[2\] is inf; give finite numbers"),
        ({"scores": "good"}, TypeError, "scores is a str"),
        ({"groups": ["a"] * 4}, ValueError, "give at least two groups"),
        ({"cases": [1, 1, None, 2]}, ValueError, r"cases\[2\] is missing"),
        ({"baseline": "c"}, ValueError, "baseline is 'c', not a group; the groups are 'a', 'b'"),
        ({"cases": [1, 2]}, ValueError, "cases has 2 values for 4 texts"),
        ({"baseline": "rest"}, ValueError, "baseline is 'rest', not a group"),
        ({"tolerance": -1}, ValueError, "tolerance is -1"),
        ({"permutations": 0}, ValueError, "permutations is 0"),
    ],
)
def test_wrong_arguments_are_errors(arguments: dict[str, Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        paired(**{"scores": [1] * 4, "groups": list("aabb"), "cases": [1, 2, 1, 2], "baseline": "a", **arguments})
