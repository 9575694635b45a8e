"""Agreement within prompts, pair by pair and with each output left out, and calibration against scikit-learn."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import entropy, t
from sklearn.calibration import calibration_curve
from sklearn.metrics import roc_auc_score

from outlens.compare.calibration import calibration
from outlens.compare.consistency import consistency, prompt_consistency
from outlens.compare.intervals import wilson
from outlens.points import find

MEASURES = ["exact", "likeness", "cluster_share", "entropy", "support", "observed"]


def drawn(seed: int, n: int = 9) -> dict[str, object]:
    """Return the arguments for n outputs to one prompt, with tables of units and points."""
    rng = np.random.default_rng(seed)
    texts = [f" {word}\n" if rng.random() < 0.3 else str(word) for word in rng.choice(["x", "y", "z"], n)]
    rows = [(int(o), int(p)) for o, p in zip(rng.integers(0, n, 3 * n), rng.integers(-1, 6, 3 * n), strict=True)]
    # 5 is a frame: there are only five points.
    return {
        "texts": texts,
        "vectors": rng.normal(size=(n, 3)),
        "clusters": rng.choice([0, 1, 2, -1], n),
        "units": pd.DataFrame(rows, columns=["output", "point"]),
        "points": pd.DataFrame({"point": range(5)}),
        "contradiction": rng.random((n, n)),
    }


def by_hand(given: dict[str, object], kept: list[int], alpha: float = 0.8) -> dict[str, list[float]]:
    """Return the measures of the kept outputs, from the definitions, pair by pair."""
    texts = [str(given["texts"][i]).strip() for i in kept]  # type: ignore[index]
    own = np.asarray(given["vectors"])[kept]
    own = own / np.linalg.norm(own, axis=1, keepdims=True)
    cluster = [c if c >= 0 else -10 - i for i, c in zip(kept, np.asarray(given["clusters"])[kept], strict=True)]
    table = np.asarray(given["contradiction"])
    rows = given["units"].to_numpy().tolist()  # type: ignore[attr-defined]
    made: dict[str, list[float]] = {name: [] for name in MEASURES}
    n = len(kept)
    for i in range(n):
        others = [j for j in range(n) if j != i]
        equal = [float(texts[i] == texts[j]) for j in others]
        made["exact"].append(float(np.mean(equal)))
        made["likeness"].append(float((np.mean([own[i] @ own[j] for j in others]) + 1) / 2))
        made["cluster_share"].append(cluster.count(cluster[i]) / n)
        between = [(table[kept[i], kept[j]] + table[kept[j], kept[i]]) / 2 for j in others]
        made["observed"].append(
            float(np.mean([alpha * (1 - c) + (1 - alpha) * e for c, e in zip(between, equal, strict=True)]))
        )
        said = [p for o, p in rows if o == kept[i] and 0 <= p < 5]
        support = [sum((kept[j], p) in {tuple(row) for row in rows} for j in others) / (n - 1) for p in said]
        made["support"].append(float(np.mean(support)) if support else np.nan)
    made["entropy"] = [float(entropy([cluster.count(c) for c in sorted(set(cluster))]))]
    return made


@pytest.mark.parametrize("seed", range(5))
def test_each_output_is_compared_with_every_other(seed: int) -> None:
    given = drawn(seed)
    table = consistency(**given)  # type: ignore[arg-type]
    expected = by_hand(given, list(range(9)))
    for name in table.columns.drop(["n", "note"]):
        np.testing.assert_allclose(table[name], expected[str(name)], err_msg=str(name))
    lacking = np.isnan(expected["support"])
    assert table["note"].tolist() == ["no unit makes a point" if lack else "" for lack in lacking]


@pytest.mark.parametrize("seed", range(5))
def test_prompts_have_means_and_jackknife_intervals(seed: int) -> None:
    given = drawn(seed)
    n = 9
    table = prompt_consistency(**given).set_index("measure")  # type: ignore[arg-type]
    expected = by_hand(given, list(range(n)))
    without = [by_hand(given, [j for j in range(n) if j != i]) for i in range(n)]
    for name in MEASURES:
        assert table.loc[name, "estimate"] == pytest.approx(np.nanmean(expected[name])), name
        means = np.array([np.nanmean(one[name]) for one in without])
        half = t.ppf(0.975, n - 1) * np.sqrt((n - 1) / n * ((means - means.mean()) ** 2).sum())
        most = np.log(n) if name == "entropy" else 1
        assert table.loc[name, "low"] == pytest.approx(max(0, np.nanmean(expected[name]) - half)), name
        assert table.loc[name, "high"] == pytest.approx(min(most, np.nanmean(expected[name]) + half)), name


def test_prompts_do_not_mix() -> None:
    parts = [drawn(seed, n) for seed, n in ((1, 4), (2, 6))]
    texts = [text for part in parts for text in part["texts"]]  # type: ignore[attr-defined]
    prompts = ["p"] * 4 + ["q"] * 6
    clusters = np.concatenate([np.asarray(part["clusters"]) for part in parts])
    vectors = np.concatenate([np.asarray(part["vectors"]) for part in parts])
    at = np.random.default_rng(0).permutation(10)
    table = consistency([texts[i] for i in at], vectors[at], [prompts[i] for i in at], clusters[at])
    alone = [consistency(part["texts"], part["vectors"], None, part["clusters"]) for part in parts]  # type: ignore[arg-type]
    expected = pd.concat(alone, ignore_index=True).iloc[at].reset_index(drop=True)
    pd.testing.assert_frame_equal(table, expected)
    summary = prompt_consistency(texts, vectors, prompts, clusters)
    assert summary["prompt"].tolist() == ["p"] * 4 + ["q"] * 4
    assert summary["n"].tolist() == [4] * 4 + [6] * 4


def test_a_callable_contradicts_as_a_matrix_does() -> None:
    texts = ["yes", "no", "yes ", "maybe"]
    calls = []

    def against(a: str, b: str) -> float:
        calls.append((a, b))
        return 0.0 if "maybe" in (a, b) else 1.0 if a == "yes" else 0.5

    table = np.array([[0 if a.strip() == b.strip() else against(a.strip(), b.strip()) for b in texts] for a in texts])
    calls.clear()
    one, two = (consistency(texts, contradiction=given)["observed"] for given in (against, table))
    np.testing.assert_allclose(one, two)
    assert len(calls) == len(set(calls)) == 6
    # "yes" by hand: against "no" .75 in both directions, equal to "yes ", and neutral to "maybe".
    assert one[0] == pytest.approx(0.8 * (1 - 0.75 / 3) + 0.2 / 3)


def test_cocoa_is_uncertainty_times_unlikeness() -> None:
    table = consistency(["a", "b", "c"], [[1, 0], [1, 0], [0, 1]], log_probability=[-2.0, np.nan, 0])
    # Likeness of the first: (mean(1, 0) + 1) / 2.
    assert table["cocoa"][0] == pytest.approx(2 * (1 - 0.75))
    assert np.isnan(table["cocoa"][1])
    assert (table["cocoa"][2], table["note"].tolist()) == (0, ["", "no log-probability", ""])


def test_support_of_points_that_were_found() -> None:
    texts = ["Water it weekly. It needs sun.", "Water it weekly.", "Feed it in spring."]
    units, points = find(texts)
    table = consistency(texts, units=units, points=points)
    assert table["support"].tolist() == [0.25, 0.5, 0]


def test_few_outputs_have_notes() -> None:
    table = consistency(["a", "b", "c", "d"], prompts=["p", "q", "q", None])
    assert table["note"].tolist() == ["too few: 1 output", "", "", "no prompt"]
    assert table["n"].tolist() == [0, 1, 1, 0]
    summary = prompt_consistency(["a", "b", "b"], prompts=["p", "q", "q"])
    assert summary["note"].tolist() == ["too few: 1 output", "too few for an interval: 2 outputs"]
    assert summary["estimate"].tolist()[1] == 1
    assert len(consistency([])) == len(prompt_consistency([])) == 0
    same = prompt_consistency(["a"] * 5, np.ones((5, 2)), clusters=[0] * 5).set_index("measure")
    assert same["estimate"].tolist() == pytest.approx([1, 1, 1, 0])
    assert same["low"].tolist() == pytest.approx([1, 1, 1, 0])


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"alpha": 2}, "alpha is 2"),
        ({"units": pd.DataFrame()}, "points is missing"),
        ({"contradiction": np.zeros((3, 3))}, r"shape \(3, 3\) for 2"),
        ({"contradiction": [[0, 2], [0, 0]]}, "from 0 to 1"),
        ({"contradiction": lambda a, b: float("nan")}, "returned nan"),
        ({"log_probability": [-1, -1]}, "needs vectors"),
        ({"log_probability": [-1, 1], "vectors": [[1], [1]]}, "holds 1.0"),
    ],
)
def test_wrong_arguments_are_named(wrong: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        consistency(["a", "b"], **wrong)  # type: ignore[arg-type]


def test_calibration_is_that_of_scikit_learn() -> None:
    rng = np.random.default_rng(0)
    confidence = rng.random(300).round(3) * 0.998 + 0.0005
    correct = rng.random(300) < confidence**2
    table = calibration(confidence, correct, bins=7)
    curve = table[(table["measure"] == "bin") & (table["n"] > 0)]
    share, mean = calibration_curve(correct, confidence, n_bins=7)
    np.testing.assert_allclose(curve["estimate"], share)
    np.testing.assert_allclose(curve["confidence"], mean)
    low, high = wilson(curve["estimate"] * curve["n"], curve["n"])
    np.testing.assert_allclose(curve[["low", "high"]], np.stack([low, high], axis=1))
    rest = table.set_index("measure").loc[["ece", "auroc"]]
    assert rest.loc["ece", "estimate"] == pytest.approx((np.abs(share - mean) * curve["n"]).sum() / 300)
    assert rest.loc["auroc", "estimate"] == pytest.approx(roc_auc_score(correct, confidence))
    assert (rest["low"] < rest["estimate"]).all()
    assert (rest["estimate"] < rest["high"]).all()
    tied = calibration(confidence.round(1), correct).set_index("measure")
    assert tied.loc["auroc", "estimate"] == pytest.approx(roc_auc_score(correct, confidence.round(1)))


def test_the_upper_end_belongs_to_a_bin_and_0_to_the_first() -> None:
    table = calibration([0, 0.5, 0.5001, 1], [1, 1, 0, 1], bins=2)
    assert table["n"].tolist() == [2, 2, 4, 4]
    assert table["estimate"].tolist()[:2] == [1, 0.5]


def test_prompts_are_resampled_together() -> None:
    rng = np.random.default_rng(3)
    prompts = np.repeat(np.arange(20), 15)
    # Every output of a prompt is right or wrong with the others, so that there are twenty cases and not 300.
    correct = np.repeat(rng.random(20) < 0.5, 15)
    confidence = np.repeat(rng.random(20), 15)
    one, by_prompt = (calibration(confidence, correct, given).set_index("measure") for given in (None, prompts))
    assert set(by_prompt.loc[["ece", "auroc"], "unit"]) == {"prompts"}
    width = {name: table.loc["auroc", "high"] - table.loc["auroc", "low"]
             for name, table in (("one", one), ("prompts", by_prompt))}  # fmt: skip
    assert width["prompts"] > 2 * width["one"]


@pytest.mark.parametrize(
    ("confidence", "correct", "notes"),
    [
        ([], [], ["too few: 0 outputs"] * 2),
        ([np.nan], [True], ["too few: 0 outputs"] * 2),
        ([0.5], [True], ["too few for an interval: 1 output", "constant: all are correct"]),
        ([0.5, 0.7, 0.2], [False, False, False], ["", "constant: all are wrong"]),
        ([0.5, 0.5, np.nan, 0.5], [True, False, True, None], ["", ""]),
    ],
)
def test_what_cannot_be_calibrated_says_why(confidence: list[float], correct: list[object], notes: list[str]) -> None:
    table = calibration(confidence, correct).set_index("measure")
    assert table.loc[["ece", "auroc"], "note"].tolist() == notes
    missing = table["estimate"].isna() | table["low"].isna()
    assert (table.loc[missing, "note"] != "").all()


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=2, max_size=30), st.integers(1, 12))
def test_the_order_of_outputs_does_not_matter(rows: list[tuple[float, bool]], bins: int) -> None:
    confidence, correct = ([row[i] for row in rows] for i in (0, 1))
    table = calibration(confidence, correct, bins=bins, resampled=5)
    moved = calibration(confidence[::-1], correct[::-1], bins=bins, resampled=5)
    names = ["estimate", "n", "note"]
    pd.testing.assert_frame_equal(table[names], moved[names])
    ece = table.set_index("measure").loc["ece", "estimate"]
    assert 0 <= ece <= 1


def test_wrong_confidences_are_named() -> None:
    with pytest.raises(ValueError, match=r"confidence holds 1\.5"):
        calibration([1.5], [True])
    with pytest.raises(ValueError, match=r"correct holds 2\.0"):
        calibration([0.5], [2])
    with pytest.raises(ValueError, match="bins is 0"):
        calibration([0.5], [1], bins=0)
