"""`lens.compare`: the plain functions of `compare`, called on the user's own columns, are the oracle."""

from __future__ import annotations

import html.parser
import math
import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import outlens as ol
from outlens import compare
from outlens.figures import number, p_value

SAYS = ["Water the fern once a week.", "Give it plenty of sun.", "Turn the pot now and then.", "Ask a keeper of bees."]
EVIL = "<script>alert('x')</script> | *bold* [link](http://a.b) `code`"


DIFFERS = r"differs? \(|differ:|differ, but|used more by"
"""How a summary begins to call something a difference."""


def made(n: int = 16, prompts: int = 1, **columns: Any) -> tuple[pd.DataFrame, np.ndarray]:
    """Return n outputs a prompt by "a" and "b" in turn, in a permuted integer index, and their vectors."""
    rng = np.random.default_rng(1)
    total = n * prompts
    model = np.array(["a", "b"])[np.arange(total) % 2]
    said = [
        [SAYS[0]] * (i % 3 > 0)
        + [SAYS[1]] * (model[i] == "a")
        + [SAYS[2]] * (i % 5 > 1)
        + [SAYS[3]] * (model[i] == "b")
        for i in range(total)
    ]
    frame = pd.DataFrame(
        {
            "prompt": [f"Prompt {i // n}?" for i in range(total)],
            "response": [" ".join(each) for each in said],
            "model": model,
            "score": rng.integers(0, 5, total),
            **columns,
        },
        index=rng.permutation(total) + 3,
    )
    vectors = rng.normal(size=(total, 4)) + 1.5 * np.eye(4)[(model == "b").astype(int)]
    return frame, vectors


def lens_of(frame: pd.DataFrame, vectors: np.ndarray, **keywords: Any) -> ol.Lens:
    xy = np.random.default_rng(0).normal(size=(len(frame), 2))
    return ol.Lens(frame, **{"by": "model", "vectors": vectors, "xy": xy, "store": False, **keywords})


def same(table: pd.DataFrame, expected: pd.DataFrame) -> None:
    pd.testing.assert_frame_equal(table, expected, check_exact=False, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("prompts", [1, 6])
def test_tables_are_those_of_the_plain_functions(prompts: int) -> None:
    frame, vectors = made(12, prompts)
    lens = lens_of(frame, vectors)
    found = lens.compare()
    blocks = frame["prompt"].tolist() if prompts > 1 else None
    groups, texts = frame["model"].tolist(), frame["response"].tolist()
    unit = np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), np.float32)
    same(found.difference, compare.difference(unit, groups, blocks))
    same(found.traits, compare.traits(compare.trait_values(texts), groups, blocks))
    same(found.likeness, compare.likeness_between(unit, groups, blocks))
    same(found.words.drop(columns="other"), ol.text.distinctive(texts, groups, prompts=blocks))
    assert found.words["other"].tolist() == ["b" if group == "a" else "a" for group in found.words["group"]]
    clusters = lens.frame["cluster"].tolist()
    same(found.diversity, compare.diversity(texts, unit, groups, blocks, clusters))
    pairs = compare.telling_pairs(unit, groups, 5, blocks)
    assert found.pairs["output"].tolist() == frame.index[pairs["output"]].tolist()
    assert found.pairs["other_text"].tolist() == frame["response"].iloc[pairs["other_output"]].tolist()
    assert (frame.loc[found.pairs["output"], "model"] == "a").all()
    lens.close()


@pytest.mark.model
def test_points_are_those_of_each_prompt_with_q_over_all() -> None:
    frame, vectors = made(12, 2)
    with lens_of(frame, vectors) as lens:
        found = lens.compare().points
        tables = []
        for prompt in lens.prompts:
            own = frame[frame["prompt"] == prompt]
            units, points = ol.points.find(own["response"].tolist())
            tables.append(compare.points(units, points, own["model"].tolist()).assign(prompt=prompt))
    expected = pd.concat(tables, ignore_index=True)
    keys = ["prompt", "point", "text", "group", "other", "f1", "n1", "f2", "n2", "estimate", "low", "high", "p"]
    same(
        found[keys].sort_values(["prompt", "point"], ignore_index=True),
        expected[keys].sort_values(["prompt", "point"], ignore_index=True).astype({"prompt": object}),
    )
    p = found["p"].to_numpy()
    q = np.minimum.accumulate((np.sort(p) * len(p) / np.arange(1, len(p) + 1))[::-1])[::-1].clip(max=1)
    np.testing.assert_allclose(found["q"], q)


def test_clusters_count_the_outputs_of_the_frame() -> None:
    frame, vectors = made(40)
    vectors = np.eye(4)[np.where(frame["model"] == "a", 0, np.arange(40) % 4 // 2)] + 0.01 * vectors
    with lens_of(frame, vectors) as lens:
        shown, found = lens.frame, lens.compare().clusters
    from scipy.stats import fisher_exact

    assert len(found)
    for _, row in found.iterrows():
        inside = shown["cluster"] == row["cluster"]
        first, other = (int((inside & (shown["model"] == model)).sum()) for model in "ab")
        assert (row["f1"], row["f2"], row["n1"], row["n2"]) == (first, other, 20, 20)
        assert row["name"] == shown.loc[inside, "cluster_name"].iloc[0]
        assert row["p"] == pytest.approx(fisher_exact([[first, other], [20 - first, 20 - other]])[1])


def test_missing_texts_and_groups_are_left_out_and_counted() -> None:
    frame, vectors = made(20)
    frame.iloc[[0, 3], 1] = None
    frame.iloc[[4, 5, 6], 2] = None
    with lens_of(frame, vectors) as lens:
        found = lens.compare()
        kept = frame["response"].notna() & frame["model"].notna()
        assert (found.missing, found.ungrouped) == (2, 3)
        assert found.sizes == frame[kept].groupby("model").size().tolist()
        groups = frame["model"].where(kept, None).tolist()
        unit = np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), np.float32)
        same(found.difference, compare.difference(unit, groups))
        assert "Left out: 2 outputs without a text; 3 outputs without a group." in repr(found)


def test_cases_refer_to_the_rows_of_the_frame() -> None:
    frame, vectors = made(4, 3)
    with lens_of(frame, vectors) as lens:
        found = lens.compare(on="score", baseline="b")
        expected = compare.paired(frame["score"], frame["model"], frame["prompt"], "b")
        same(found.cases.iloc[:, :-2], expected.cases)
        same(found.case_summary, expected.summary)
        for _, row in found.cases.iterrows():
            own = frame[(frame["prompt"] == row["case"]) & (frame["model"] == "b")]
            assert sorted(row["outputs_baseline"]) == sorted(own.index)
            assert frame.loc[list(row["outputs_version"]), "score"].mean() == row["version"]
        # A trait and a function are scores as well, and a column may name the cases.
        words = lens.compare(on="words", baseline="b").cases
        by_hand = lens.compare(on=lambda text: len(text.split()), baseline="b").cases
        pd.testing.assert_series_equal(words["difference"], by_hand["difference"])
        assert set(lens.compare(on="score", cases="score").cases["case"]) == set(frame["score"])


def test_a_missing_output_makes_its_case_missing() -> None:
    frame, vectors = made(2, 4)
    frame.iloc[1, 1] = None
    with lens_of(frame, vectors) as lens:
        cases = lens.compare(on="score", baseline="a").cases.set_index("case")
    assert (cases["state"] == "missing").tolist() == (cases.index == "Prompt 0?").tolist()


def test_more_than_six_groups_are_compared_with_the_rest() -> None:
    frame, vectors = made(42)
    for count, against, rows in ((6, "pairs", 15), (7, "rest", 7)):
        frame["model"] = [f"m{i % count}" for i in range(42)]
        with lens_of(frame, vectors) as lens:
            found = lens.compare()
            assert (found.against, len(found.difference)) == (against, rows)
            assert len(lens.compare(baseline="m1").difference) == count - 1
            words = "compared by pairs" if against == "pairs" else "each compared with all other outputs"
            assert words in repr(found)


def test_many_groups_of_one_output() -> None:
    frame, vectors = made(60)
    frame["model"] = [f"m{i}" for i in range(60)]
    with lens_of(frame, vectors) as lens:
        found = lens.compare()
        assert "cannot be tested: too few" in repr(found)
        assert "nan" not in repr(found).lower()
        assert "NaN" not in found._repr_html_()


@pytest.mark.parametrize("few", [1, 2])
def test_few_outputs_get_a_reason_in_words(few: int, tmp_path: Path) -> None:
    frame, vectors = made(12)
    frame["model"] = ["a"] * few + ["b"] * (12 - few)
    with lens_of(frame, vectors) as lens:
        found = lens.compare(on="score")
        shown = repr(found)
        found.report(tmp_path / "few.md")
    assert f"too few: {few} output{'s' if few > 1 else ''} in 'a'" in shown
    assert not re.search(DIFFERS, shown)
    assert "nan" not in shown.lower()


def test_equal_groups_show_no_difference() -> None:
    frame, vectors = made(20)
    frame["response"] = [SAYS[i // 2 % 4] for i in range(20)]
    vectors = np.eye(4)[np.arange(20) // 2 % 4]
    with lens_of(frame, vectors) as lens:
        shown = repr(lens.compare())
    assert "no difference between a and b is seen" in shown
    assert "Words are not tested" in shown
    assert not re.search(DIFFERS, shown)


def test_a_difference_is_given_with_effect_interval_and_n() -> None:
    frame, vectors = made(40)
    with lens_of(frame, vectors) as lens:
        found = lens.compare()
        row = found.difference.iloc[0]
        assert row["q"] <= 0.05
        expected = f"a and b differ: squared distance {number(row['estimate'])} [{number(row['low'])}, "
        assert expected in repr(found)
        assert "p = .001, n = 20 and 20" in repr(found)


def test_the_frame_stays_and_the_comparison_is_a_snapshot() -> None:
    frame, vectors = made(16)
    before = frame.copy()
    with lens_of(frame, vectors) as lens:
        found = lens.compare(on="score")
        lens.add(frame.assign(model="c").set_axis(range(100, 116)), vectors=vectors, xy=np.zeros((16, 2)))
        assert found.groups == ["a", "b"]
        assert found.difference["n1"].tolist() == [8]
        assert found.points["n1"].max() == 8
        assert found.clusters["n1"].max() == 8
        repr(found), found._repr_html_(), found.cases
        assert lens.compare().groups == ["a", "b", "c"]
    pd.testing.assert_frame_equal(frame, before)


def test_tables_are_computed_once() -> None:
    frame, vectors = made()
    with lens_of(frame, vectors) as lens:
        found = lens.compare()
        assert found.traits is found.traits
        assert found.points is found.points


def test_index_labels_of_any_kind() -> None:
    frame, vectors = made(12)
    frame.index = pd.MultiIndex.from_arrays([list("xy") * 6, range(12)])
    with lens_of(frame, vectors) as lens:
        found = lens.compare(on="score")
        assert set(found.pairs["output"]) <= set(frame.index)
        assert set(found.cases["outputs_version"][0]) == set(frame.index[frame["model"] == "b"])


def test_groups_keep_the_users_values() -> None:
    frame, vectors = made(12)
    frame["temperature"] = [0.0, 0.7] * 6
    with lens_of(frame, vectors) as lens:
        found = lens.compare(by="temperature", baseline=0.7)
        assert (found.groups, found.difference[["group", "other"]].values.tolist()) == ([0.0, 0.7], [[0.0, 0.7]])


def test_clusters_as_groups_are_not_called_different(frame: pd.DataFrame, vectors: np.ndarray) -> None:
    with lens_of(frame, vectors) as lens:
        found = lens.compare(by="cluster")
        assert sorted(found.sizes) == sorted(lens.clusters["size"])
        assert sum(found.sizes) == 30
        assert "made from the vectors" in repr(found)


class _Tags(html.parser.HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: set[str] = set()

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.seen.add(tag)


def test_nothing_in_an_output_or_a_name_is_markup(tmp_path: Path) -> None:
    frame, vectors = made(20)
    evil = "<img src=x onerror=alert(1)>"
    frame["response"] = [f"{EVIL} {text}" if i % 2 else text for i, text in enumerate(frame["response"])]
    frame["model"] = frame["model"].replace("b", evil)
    with lens_of(frame, vectors) as lens:
        found = lens.compare(on="score")
        page, marked = found.report(tmp_path / "c.html"), found.report(str(tmp_path / "c.md"))
        parts = [found._repr_html_(), page.read_text("utf-8")]
    for part in parts:
        tags = _Tags()
        tags.feed(part)
        assert not tags.seen & {"script", "img", "a", "link", "iframe"}
        assert "&lt;img" in part
    text = marked.read_text("utf-8")
    assert "<" not in text
    assert "\\*bold\\*" in text or "*bold*" not in text
    rows = [line for line in text.splitlines() if line.startswith("|")]
    columns = {line.replace("\\|", "").count("|") for line in rows}
    assert columns <= {5, 6, 7, 8}


def test_tables_say_what_they_leave_out() -> None:
    frame, vectors = made(40)
    with lens_of(frame, vectors) as lens:
        found = lens.compare()
        assert f"Traits (5 of {len(found.traits)}, strongest first)" in found._repr_html_()


@pytest.mark.parametrize(
    ("keywords", "error", "message"),
    [
        ({"by": "modle"}, KeyError, "did you mean 'model'"),
        ({"by": "one"}, ValueError, "'one' has one group with outputs, 'x'; give by="),
        (
            {"baseline": "B"},
            ValueError,
            "baseline is 'B', not a value of 'model' with outputs; the groups are 'a', 'b'",
        ),
        ({"baseline": "aa"}, ValueError, "did you mean 'a'"),
        ({"on": "scor"}, KeyError, "neither a column nor a trait; did you mean 'score'"),
        ({"on": 3}, KeyError, "on is 3, neither"),
        ({"cases": "promt"}, KeyError, "did you mean 'prompt'"),
        ({"by": "kind"}, ValueError, "a group is called 'rest'"),
    ],
)
def test_errors_say_what_to_write(keywords: dict[str, Any], error: type[Exception], message: str) -> None:
    frame, vectors = made(12, one="x", kind=["rest", "more"] * 6)
    with lens_of(frame, vectors) as lens, pytest.raises(error, match=message):
        lens.compare(**keywords)


def test_cases_without_a_score_or_baseline_and_other_errors(tmp_path: Path) -> None:
    frame, vectors = made(12, 2)
    with lens_of(frame, vectors) as lens:
        with pytest.raises(ValueError, match="cases need a score"):
            _ = lens.compare().cases
        with pytest.raises(ValueError, match="clusters are within a prompt"):
            lens.compare(by="cluster")
        with pytest.raises(TypeError, match="model"):
            _ = lens.compare(on="model").cases
        with pytest.raises(ValueError, match=r"end the path .* in \.html or \.md"):
            lens.compare().report(tmp_path / "c.pdf")
        with pytest.raises(ValueError, match="does not exist"):
            lens.compare().report(tmp_path / "no" / "c.md")
    frame["model"] = ["a", "b", "c"] * 8
    with lens_of(frame, vectors) as lens:
        with pytest.raises(ValueError, match="cases need a baseline with 3 groups"):
            _ = lens.compare(on="score").cases
        assert "By score" not in repr(lens.compare(on="score"))


@pytest.mark.parametrize("p", [0.0004, 0.0499, 0.05, 0.0500001, 0.0504, 0.051, 0.3, 0.9996])
def test_a_printed_p_is_on_the_right_side_of_the_limit(p: float) -> None:
    shown = p_value(p, "")
    value = 0.0 if shown.startswith("<") else float(shown)
    assert (value <= 0.05) == (p <= 0.05)
    assert math.isclose(value, p, abs_tol=0.0011)
