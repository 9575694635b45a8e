"""The traits that tell groups apart, against scikit-learn."""

from __future__ import annotations

import inspect
import warnings

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression

from outlens.compare.logistic import elastic_net
from outlens.compare.telling_traits import telling_traits


def by_sklearn(x: np.ndarray, y: np.ndarray, weights: np.ndarray, c: float, l1_ratio: float) -> np.ndarray:
    given: dict[str, object] = {"C": c, "l1_ratio": l1_ratio, "solver": "saga", "tol": 1e-8, "max_iter": 20_000}
    if inspect.signature(LogisticRegression).parameters["penalty"].default == "l2":
        given["penalty"] = "elasticnet"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fitted = LogisticRegression(random_state=0, **given).fit(x, y, weights)  # type: ignore[arg-type]
    return np.asarray(fitted.coef_[0])


@pytest.mark.parametrize(("c", "l1_ratio"), [(1.0, 0.5), (0.05, 0.5), (0.1, 1.0), (1.0, 0.0)])
def test_the_regression_is_that_of_scikit_learn(c: float, l1_ratio: float) -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(120, 5))
    x[:, 4] = x[:, 0] + 0.1 * x[:, 4]
    y = (x[:, 0] - 0.5 * x[:, 1] + rng.normal(size=120) > 0.3).astype(float)
    weights = np.stack([np.ones(120), rng.integers(0, 3, 120), rng.integers(0, 2, 120)]).astype(float)
    made = elastic_net(x, y, weights, c=c, l1_ratio=l1_ratio)[:, :-1]
    for own, coefficients in zip(weights, made, strict=True):
        np.testing.assert_allclose(coefficients, by_sklearn(x, y, own, c, l1_ratio), atol=2e-4)


def test_groups_that_are_fully_apart_have_finite_coefficients() -> None:
    x = np.linspace(-1, 1, 20)[:, None]
    y = (x[:, 0] > 0).astype(float)
    made = elastic_net(x, y, np.ones((1, 20)), c=1.0, l1_ratio=0.5)[:, :-1]
    np.testing.assert_allclose(made[0], by_sklearn(x, y, np.ones(20), 1.0, 0.5), atol=1e-3)


def frame(seed: int, n: int = 80) -> tuple[pd.DataFrame, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    groups, prompts = np.tile([0, 1], n // 2), np.repeat(np.arange(8), n // 8)
    values = pd.DataFrame({
        "told": rng.normal(size=n) + 1.5 * groups,
        "chance": rng.normal(size=n),
        "prompt": 10.0 * prompts,
        "judge": rng.choice([-1, 0, 1], n),
        "same": np.ones(n),
    })  # fmt: skip
    return values, groups, prompts


def test_a_trait_that_differs_is_stable_and_others_are_not() -> None:
    values, groups, prompts = frame(0)
    table = telling_traits(values, groups, prompts).set_index("trait")
    assert table.loc["told", "estimate"] < 0
    assert table.loc["told", "stability"] == 1
    assert table.loc["told", "high"] < 0
    assert table.loc["chance", "low"] < 0 < table.loc["chance", "high"]
    # What only differs between prompts is constant within them.
    assert table.loc[["prompt", "same"], "estimate"].tolist() == [0, 0]
    assert table.loc[["prompt", "same"], "note"].tolist() == ["constant", "constant"]
    assert set(table["unit"]) == {"prompts"}


def test_the_estimate_is_that_of_scikit_learn_on_standardised_traits() -> None:
    values, groups, prompts = frame(1)
    values.loc[3, "told"] = np.nan
    table = telling_traits(values, groups, prompts, resampled=2)
    centred = values - values.groupby(prompts).transform("mean")
    centred = centred.fillna(0)
    scale = np.sqrt((centred**2).mean())
    x = (centred / scale.where(scale > 1e-9, np.inf)).to_numpy()
    expected = by_sklearn(x, 1 - groups, np.ones(len(x)), 1.0, 0.5)
    np.testing.assert_allclose(table["estimate"], expected, atol=2e-4)


def test_several_groups_and_a_baseline() -> None:
    values, groups, _ = frame(2)
    three = np.where(np.arange(80) % 5 == 0, "c", np.array(["a", "b"])[groups])
    rest = telling_traits(values, three, against="rest", resampled=5)
    assert rest[["group", "other"]].drop_duplicates().to_numpy().tolist() == [[g, "rest"] for g in "abc"]
    base = telling_traits(values, three, against="c", resampled=5)
    assert base[["group", "other"]].drop_duplicates().to_numpy().tolist() == [["a", "c"], ["b", "c"]]


def test_groups_of_one_have_a_note() -> None:
    table = telling_traits(pd.DataFrame({"x": [1, 2, 3]}), ["a", "b", "b"], resampled=3)
    assert table["note"].tolist() == ["too few: 1 output in 'a'"]
    assert table[["estimate", "low", "high", "stability"]].isna().all(axis=None)


def test_the_order_of_rows_and_the_names_of_groups_do_not_matter() -> None:
    values, groups, prompts = frame(3)
    table = telling_traits(values, groups, prompts, resampled=3)
    at = np.random.default_rng(0).permutation(80)
    moved = telling_traits(values.iloc[at], groups[at], prompts[at], resampled=3)
    np.testing.assert_allclose(table["estimate"], moved["estimate"], atol=1e-6)
    swapped = telling_traits(values, 1 - groups, prompts, resampled=3)
    np.testing.assert_allclose(table["estimate"], -swapped["estimate"], atol=1e-6)


@pytest.mark.parametrize("wrong", [{"resampled": 0}, {"c": 0}, {"l1_ratio": 2}])
def test_wrong_arguments_are_named(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match=f"{next(iter(wrong))} is {next(iter(wrong.values()))}"):
        telling_traits(pd.DataFrame({"x": [1, 2]}), [0, 1], **wrong)  # type: ignore[arg-type]
