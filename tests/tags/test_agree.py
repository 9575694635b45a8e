"""Agreement: published examples, and a brute force over pairs of judgements."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from itertools import permutations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score

import outlens as ol
from outlens.tags.agree import agreement, kappas

# Krippendorff (2011), "Computing Krippendorff's Alpha-Reliability", sections A, B and C; a dot is a missing value.
BINARY = ["0100000000", "1110010010"]
NOMINAL = ["aabbdcccedda", "babbbccceddd"]
MISSING = ["123321412...", "1233224125.3", ".3332342251.", "12332441251."]


def labels(rows: list[str]) -> pd.DataFrame:
    cells = [(unit, f"p{i}", value) for i, row in enumerate(rows) for unit, value in enumerate(row) if value != "."]
    return pd.DataFrame(cells, columns=["output", "annotator", "label"])


def brute(table: pd.DataFrame, value: str) -> tuple[float, float]:
    """Return the raw agreement and alpha, pair by pair."""
    pairs: Counter[tuple[object, object]] = Counter()
    weighted: dict[tuple[object, object], float] = {}
    for _, rows in table.groupby("output"):
        given_ = list(rows[value])
        for pair in permutations(given_, 2):
            pairs[pair] += 1
            weighted[pair] = weighted.get(pair, 0) + 1 / (len(given_) - 1)
    total = sum(weighted.values())
    if not total:
        return np.nan, np.nan
    margin: dict[object, float] = {}
    for (a, _), weight in weighted.items():
        margin[a] = margin.get(a, 0) + weight
    raw = sum(weight for (a, b), weight in weighted.items() if a == b) / total
    expected = sum(margin[a] * margin[b] for a, b in permutations(margin, 2)) / (total * (total - 1))
    return raw, 1 - (1 - raw) / expected if expected else np.nan


@pytest.mark.parametrize(("rows", "alpha"), [(BINARY, 0.095), (NOMINAL, 0.692), (MISSING, 0.743)])
def test_alpha_matches_the_published_examples(rows: list[str], alpha: float) -> None:
    result = agreement(labels(rows)).iloc[0]
    assert round(result["alpha"], 3) == alpha
    assert result["alpha_low"] <= result["alpha"] <= result["alpha_high"]
    assert result["raters"] == len(rows)


def test_an_output_with_one_judgement_does_not_count() -> None:
    # The last of the twelve units of the published example has one judgement.
    assert agreement(labels(MISSING))["outputs"].item() == 11


CELLS = st.dictionaries(
    st.tuples(st.integers(0, 7), st.sampled_from(["ann", "bob", "cyd", "dee"])), st.sampled_from("xyz"), max_size=28
)


@given(CELLS)
def test_alpha_matches_brute_force_over_pairs(cells: dict[tuple[int, str], str]) -> None:
    rows = [(unit, who, value) for (unit, who), value in cells.items()]
    table = pd.DataFrame(rows, columns=["output", "annotator", "label"])
    result = agreement(table, samples=20).iloc[0]
    raw, alpha = brute(table, "label")
    np.testing.assert_allclose([result["agreement"], result["alpha"]], [raw, alpha], atol=1e-12)
    assert (result["reason"] == "") == (not np.isnan(alpha))


@given(CELLS)
def test_kappa_compares_observed_agreement_with_chance_for_each_pair(cells: dict[tuple[int, str], str]) -> None:
    rows = [(unit, who, value == "x", "t") for (unit, who), value in cells.items()]
    result = kappas(pd.DataFrame(rows, columns=["output", "annotator", "on", "tag"]), samples=20)
    people = sorted({who for _, who in cells})
    assert len(result) == len(people) * (len(people) - 1) / 2
    for row in result.itertuples():
        assert (row.reason == "") == (not np.isnan(row.kappa))
        both = [unit for unit in range(8) if (unit, row.rater_a) in cells and (unit, row.rater_b) in cells]
        a = [cells[unit, row.rater_a] == "x" for unit in both]
        b = [cells[unit, row.rater_b] == "x" for unit in both]
        assert row.outputs == len(both)
        if len({*a, *b}) < 2:
            assert np.isnan([row.kappa, row.low, row.high]).all()
            continue
        observed = sum(x == y for x, y in zip(a, b, strict=True)) / len(both)
        chance = sum(a.count(v) * b.count(v) for v in (True, False)) / len(both) ** 2
        assert row.kappa == pytest.approx((observed - chance) / (1 - chance))


def test_no_overlap_gives_nan_without_a_warning() -> None:
    table = pd.DataFrame({"output": [1, 2], "annotator": ["a", "b"], "tag": "t", "on": [True, False]})
    result = agreement(table).iloc[0]
    assert (result["outputs"], result["raters"]) == (0, 0)
    assert result[["agreement", "alpha", "alpha_low", "alpha_high"]].isna().all()
    assert result["reason"] == "no output was judged by two people"
    pair = kappas(table).iloc[0]
    assert pair[["kappa", "low", "high"]].isna().all()
    assert pair["reason"] == "no output was judged by both"


def test_a_single_value_agrees_fully_but_has_no_alpha() -> None:
    table = pd.DataFrame({"output": [1, 1, 2, 2], "annotator": [*"abab"], "tag": "t", "on": True})
    result = agreement(table).iloc[0]
    assert result["agreement"] == 1
    assert result[["alpha", "alpha_low", "alpha_high"]].isna().all()
    assert result["reason"] == "all judgements are equal"
    assert kappas(table)["kappa"].isna().all()
    assert kappas(table)["reason"].tolist() == ["all judgements are equal"]


def test_tags_are_rows_and_can_be_chosen() -> None:
    table = labels(BINARY)
    table["on"] = table.pop("label") == "1"
    both = pd.concat([table.assign(tag="b"), table.assign(tag="a", on=table["output"] < 5)])
    result = agreement(both)
    assert list(result["tag"]) == ["a", "b"]
    assert list(result["alpha"].round(3)) == [1, 0.095]
    assert list(agreement(both, ["b"])["tag"]) == ["b"]
    assert list(kappas(both)["tag"]) == ["a", "b"]


def test_the_same_seed_gives_the_same_interval() -> None:
    table = labels(MISSING)
    pd.testing.assert_frame_equal(agreement(table, seed=3), agreement(table, seed=3))
    assert agreement(table, seed=3)["alpha_low"].item() != agreement(table, seed=4)["alpha_low"].item()


@pytest.mark.newest
def test_the_intervals_match_drawing_outputs_one_by_one() -> None:
    rng = np.random.default_rng(5)
    truth = rng.random(60) < 0.4
    rows = [(i, who, bool(t ^ (rng.random() < 0.15)), "t") for i, t in enumerate(truth) for who in ("ann", "bob")]
    table = pd.DataFrame(rows, columns=["output", "annotator", "on", "tag"])
    wide = table.pivot(index="output", columns="annotator", values="on").to_numpy()
    alphas, cohens = [], []
    for _ in range(400):
        draw = wide[rng.integers(0, 60, 60)]
        again = pd.DataFrame({"output": np.repeat(np.arange(60), 2), "on": draw.ravel()})
        alphas.append(brute(again, "on")[1])
        cohens.append(cohen_kappa_score(*draw.T))
    found, pair = agreement(table, samples=4000).iloc[0], kappas(table, samples=4000).iloc[0]
    np.testing.assert_allclose(
        found[["alpha_low", "alpha_high"]].to_list(), np.percentile(alphas, [2.5, 97.5]), atol=0.05
    )
    np.testing.assert_allclose(pair[["low", "high"]].to_list(), np.percentile(cohens, [2.5, 97.5]), atol=0.05)


def test_an_empty_table_has_no_rows() -> None:
    table = pd.DataFrame({"output": [], "annotator": [], "tag": [], "on": []})
    assert agreement(table).empty
    assert kappas(table).empty


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({"output": [1], "annotator": ["a"], "tag": ["t"]}, "no column 'on'"),
        ({"output": [1], "annotator": ["a"], "tag": ["t"], "on": ["yes"]}, "True or False"),
        ({"output": [1], "annotator": [None], "tag": ["t"], "on": [True]}, "empty cell"),
        ({"output": [1, 1], "annotator": ["a", "a"], "tag": ["t", "t"], "on": [True, False]}, "'a' judged .* twice"),
    ],
)
def test_a_wrong_table_raises_an_error_that_names_the_fault(table: dict[str, list[object]], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        agreement(pd.DataFrame(table))


def test_an_unknown_tag_is_named() -> None:
    with pytest.raises(ValueError, match=r"no row of the table has the tag 'u'; the tags are 't'\."):
        agreement(pd.DataFrame({"output": [1], "annotator": ["a"], "tag": ["t"], "on": [True]}), ["u"])


@pytest.mark.parametrize("measure", [agreement, kappas])
def test_anything_but_a_table_is_refused(measure: Callable[..., pd.DataFrame]) -> None:
    lens = ol.Lens(["Yes.", "No."], vectors=[[1, 0], [0, 1]], store=False)
    lens.tag("late", [0])
    with pytest.raises(ValueError, match="the table has no column 'output'; it needs output, annotator"):
        agreement(pd.DataFrame({"tags": [("a",)]}))
    with pytest.raises(TypeError, match=r"^the table is a Lens, not a DataFrame; give lens\.judgements\(\)\.$"):
        measure(lens)
    with pytest.raises(TypeError, match=r"^tags is the text 'late'; give a list of tags, such as \['late'\]\.$"):
        measure(lens.judgements(), "late")
    with pytest.raises(ValueError, match=r"^samples=0 must be a whole number of at least 1"):
        measure(lens.judgements(), samples=0)


def test_labels_that_are_not_tags_are_named() -> None:
    lens = ol.Lens(["Yes.", "No."], vectors=[[1, 0], [0, 1]], store=False)
    lens.tag("late", [0])
    with pytest.raises(KeyError, match=r"no output has the tag 'nope'; the tags are 'late'\."):
        lens.judgements(["late", "nope"])
    with pytest.raises(TypeError, match=r"^labels is the text 'late'; give a list of tags, such as \['late'\]\.$"):
        lens.judgements("late")  # type: ignore[arg-type]


def test_two_people_on_real_refusals_have_the_published_kappa_within_a_hundredth(shared_data: Path) -> None:
    frame = pd.read_parquet(shared_data / "tags_xstest_refusal_human.parquet")
    table = frame.reset_index(names="output").melt(
        "output", ["annotator_1", "annotator_2"], var_name="annotator", value_name="label"
    )
    row = kappas(table).iloc[0]
    assert row["outputs"] == 625
    # .88 is over all of the answers; the half used here gives .885, computed below from the 3 x 3 table.
    assert abs(row["kappa"] - 0.88) < 0.01
    assert row["low"] < 0.88 < row["high"]
    cells = pd.crosstab(frame["annotator_1"], frame["annotator_2"]).to_numpy() / 625
    chance = (cells.sum(axis=0) * cells.sum(axis=1)).sum()
    assert row["kappa"] == pytest.approx((np.trace(cells) - chance) / (1 - chance))
