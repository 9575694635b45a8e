"""Shares of points: counts by hand, p by scipy and by enumeration, intervals by their formulas."""

from __future__ import annotations

from itertools import combinations, product
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest, false_discovery_control, fisher_exact, hypergeom

from outlens.compare import points
from outlens.compare.exact import fisher, within_prompts
from outlens.compare.intervals import newcombe
from outlens.points import find


def tables(makers: list[list[int]], n: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the tables of `points.find` for n outputs: points with these makers, each unit twice, and a frame."""
    rows = [(output, point) for point, own in enumerate(makers) for output in own] * 2
    rows += [(output, len(makers)) for output in range(n)]
    units = pd.DataFrame(rows, columns=["output", "point"]).astype("int64")
    said = [f"point {point}" for point in range(len(makers))]
    outputs = np.array([len(own) for own in makers], dtype=np.int64)
    frame = pd.DataFrame({"point": np.arange(len(makers)), "text": said, "name": said})
    return units, frame.assign(outputs=outputs, share=outputs / n)


def drawn(seed: int, n: int = 60, groups: int = 3) -> tuple[list[int], list[Any]]:
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, groups, n)
    labels[:groups] = np.arange(groups)
    makers = [np.flatnonzero(rng.random(n) < np.where(labels == k % groups, 0.5, 0.1)).tolist() for k in range(12)]
    return labels.tolist(), [own or [0] for own in makers]


@pytest.mark.parametrize("seed", range(3))
def test_p_and_intervals_are_those_of_scipy(seed: int) -> None:
    labels, makers = drawn(seed)
    table = points(*tables(makers, 60), [f"m{label}" for label in labels], min_outputs=1)
    assert (table["note"] == "").all()
    assert (table["unit"] == "outputs").all()
    for row in table.to_dict("records"):
        for side, label in (("1", row["group"]), ("2", row["other"])):
            members = {i for i in range(60) if f"m{labels[i]}" == label}
            f, n = len(members & set(makers[row["point"]])), len(members)
            assert (row[f"f{side}"], row[f"n{side}"], row[f"share{side}"]) == (f, n, f / n)
            interval = binomtest(f, n).proportion_ci(method="wilson")
            assert (row[f"low{side}"], row[f"high{side}"]) == pytest.approx((interval.low, interval.high), abs=1e-12)
        counts = [[row["f1"], row["n1"] - row["f1"]], [row["f2"], row["n2"] - row["f2"]]]
        assert row["p"] == pytest.approx(fisher_exact(counts).pvalue)
        assert row["estimate"] == pytest.approx(row["share1"] - row["share2"])
        expected = newcombe(row["f1"], row["n1"], row["f2"], row["n2"])
        assert (row["low"], row["high"]) == pytest.approx(tuple(map(float, expected)))
    assert table["q"].to_numpy() == pytest.approx(false_discovery_control(table["p"]))
    assert (table["p"].diff().dropna() > -1e-9).all()


@given(st.integers(1, 40).flatmap(lambda n: st.tuples(st.just(n), st.integers(1, n), st.integers(0, n))), st.data())
def test_fisher_is_that_of_scipy(sizes: tuple[int, int, int], data: st.DataObject) -> None:
    n, n1, f = sizes
    f1 = data.draw(st.integers(max(0, f + n1 - n), min(f, n1)))
    counts = [[f1, n1 - f1], [f - f1, n - n1 - f + f1]]
    assert fisher(np.array([f1]), n1, np.array([f]), n)[0] == pytest.approx(fisher_exact(counts).pvalue)


def enumerated(makers1: list[int], sizes1: list[int], makers2: list[int], sizes2: list[int]) -> float:
    """Return twice the smaller tail over all labelings within prompts."""
    chances: dict[int, float] = {}
    ranges = []
    for k1, n1, k2, n2 in zip(makers1, sizes1, makers2, sizes2, strict=True):
        x = np.arange(n1 + 1)
        ranges.append(list(zip(x.tolist(), hypergeom.pmf(x, n1 + n2, k1 + k2, n1).tolist(), strict=True)))
    for drawn in product(*ranges):
        total = sum(x for x, _ in drawn)
        chances[total] = chances.get(total, 0) + float(np.prod([chance for _, chance in drawn]))
    f1 = sum(makers1)
    above = sum(chance for x, chance in chances.items() if x >= f1)
    below = sum(chance for x, chance in chances.items() if x <= f1)
    return min(1.0, 2 * min(above, below))


@given(st.data())
def test_the_blocked_test_is_that_of_all_labelings(data: st.DataObject) -> None:
    prompts = data.draw(st.integers(2, 4))
    sizes = [[data.draw(st.integers(1, 5)) for _ in range(prompts)] for _ in range(2)]
    counts = [[data.draw(st.integers(0, n)) for n in row] for row in sizes]
    p = within_prompts(
        *(
            np.array(x).reshape(shape)
            for k, n in zip(counts, sizes, strict=True)
            for x, shape in ((k, (-1, 1)), (n, -1))
        )
    )
    assert p[0] == pytest.approx(enumerated(counts[0], sizes[0], counts[1], sizes[1]), abs=1e-9)


def test_a_point_of_one_prompt_does_not_make_the_groups_of_that_prompt_differ() -> None:
    # Group a answers mostly p, b mostly q, and everybody says the point at p.
    labels, prompts = ["a"] * 20 + ["b"] * 20, ["p"] * 16 + ["q"] * 4 + ["p"] * 4 + ["q"] * 16
    makers = [[i for i in range(40) if prompts[i] == "p"]]
    pooled = points(*tables(makers, 40), labels).iloc[0]
    within = points(*tables(makers, 40), labels, prompts).iloc[0]
    assert pooled["p"] < 0.001
    assert (within["p"], within["estimate"]) == (1.0, 0.0)
    assert within["low"] < 0 < within["high"]


def test_the_difference_within_prompts_is_weighted_after_mantel_and_haenszel() -> None:
    # p: 3 of 4 against 1 of 2; q: 1 of 2 against 4 of 8. Weights 8 / 6 and 16 / 10.
    labels = ["a"] * 4 + ["b"] * 2 + ["a"] * 2 + ["b"] * 8 + ["a"]
    prompts = ["p"] * 6 + ["q"] * 10 + ["only a"]
    makers = [[0, 1, 2, 4, 6, 8, 9, 10, 11, 16]]
    row = points(*tables(makers, 17), labels, prompts).iloc[0]
    assert (row["f1"], row["n1"], row["f2"], row["n2"]) == (4, 6, 5, 10)
    weight = np.array([8 / 6, 16 / 10]) / (8 / 6 + 16 / 10)
    assert row["estimate"] == pytest.approx(weight @ [0.25, 0])
    share1, share2 = weight @ [0.75, 0.5], 0.5
    n1, n2 = 1 / (weight**2 @ [1 / 4, 1 / 2]), 1 / (weight**2 @ [1 / 2, 1 / 8])
    ends = []
    for share, n in ((share1, n1), (share2, n2)):
        z2 = 1.959963984540054**2
        # The roots of (share - x)^2 = z^2 x (1 - x) / n.
        ends.append(np.sort(np.roots([1 + z2 / n, -2 * share - z2 / n, share**2])))
    difference = share1 - share2
    low = difference - np.hypot(share1 - ends[0][0], ends[1][1] - share2)
    high = difference + np.hypot(ends[0][1] - share1, share2 - ends[1][0])
    assert (row["low"], row["high"]) == pytest.approx((low, high))


def test_against_the_rest_or_a_baseline() -> None:
    labels, makers = drawn(5)
    given_tables = tables(makers, 60)
    rest = points(*given_tables, labels, against="rest")
    for k in range(3):
        pair = points(*given_tables, ["own" if label == k else "rest of them" for label in labels])
        expected = pair.set_index("point").sort_index()
        found = rest[rest["group"] == k].set_index("point").sort_index()
        columns = ["f1", "n1", "f2", "n2", "estimate", "low", "high", "p"]
        pd.testing.assert_frame_equal(found[columns], expected[columns])
        assert set(found["other"]) == {"rest"}
    baseline = points(*given_tables, labels, against=1)
    assert set(zip(baseline["group"], baseline["other"], strict=True)) == {(0, 1), (2, 1)}


@pytest.mark.parametrize("prompts", [None, [0, 1] * 30])
def test_the_order_of_outputs_and_the_names_of_groups_do_not_matter(prompts: list[int] | None) -> None:
    labels, makers = drawn(8)
    table = points(*tables(makers, 60), labels, prompts)
    order = np.random.default_rng(0).permutation(60)
    place = np.argsort(order)
    moved = points(
        *tables([place[own].tolist() for own in makers], 60),
        ["xyz"[labels[i]] for i in order],
        None if prompts is None else [prompts[i] for i in order],
    )
    named = moved.assign(group=moved["group"].map("xyz".index), other=moved["other"].map("xyz".index))
    pd.testing.assert_frame_equal(named, table, check_dtype=False)


def test_small_groups_are_not_tested_and_the_note_says_why() -> None:
    makers = [[0, 1, 2, 5, 6]]
    table = points(*tables(makers, 10), ["a"] * 5 + ["b"] * 2 + ["c"] + [None] * 2, min_outputs=1)
    notes = dict(zip(zip(table["group"], table["other"], strict=True), table["note"], strict=True))
    assert notes == {
        ("a", "b"): "too few: 2 outputs in 'b'",
        ("a", "c"): "too few: 1 output in 'c'",
        ("b", "c"): "too few: 2 outputs in 'b', 1 output in 'c'",
    }
    assert table[["p", "q"]].isna().all(axis=None)
    assert table[["estimate", "low", "high"]].notna().all(axis=None)


def test_groups_without_a_common_prompt_get_one_row_with_the_reason() -> None:
    table = points(*tables([[0, 1, 2, 3, 4, 5]], 6), [(1, 2)] * 3 + ["b"] * 3, ["p"] * 3 + ["q"] * 3)
    assert len(table) == 1
    assert table.loc[0, ["point", "text", "n1", "n2"]].tolist() == [-1, "", 0, 0]
    assert table.loc[0, "note"].startswith("no prompt in common: ")
    assert table[["share1", "low1", "estimate", "low", "p", "q"]].isna().all(axis=None)


def test_points_that_all_or_none_make_do_not_differ() -> None:
    table = points(*tables([list(range(8)), [0, 1]], 8), ["a"] * 4 + ["b"] * 4)
    assert table[["f1", "f2", "estimate", "p", "q"]].to_numpy().tolist() == [[4, 4, 0.0, 1.0, 1.0]]
    assert len(points(*tables([list(range(8)), [0, 1]], 8), ["a"] * 4 + ["b"] * 4, min_outputs=2)) == 2


def test_no_points_give_an_empty_table_with_all_columns() -> None:
    units, table = find(["", "", "", ""])
    found = points(units, table, ["a", "a", "b", "b"])
    assert len(found) == 0
    assert list(found.columns) == list(points(*tables([[0, 1, 2]], 4), ["a", "a", "b", "b"]).columns)


def test_one_group_or_a_wrong_number_of_labels_is_an_error() -> None:
    given_tables = tables([[0, 1, 2]], 4)
    with pytest.raises(ValueError, match="give at least two groups"):
        points(*given_tables, ["a"] * 4)
    with pytest.raises(ValueError, match="groups has 3 values for 4 texts"):
        points(*given_tables, list("aab"))
    with pytest.raises(ValueError, match="min_outputs is 0"):
        points(*given_tables, list("aabb"), min_outputs=0)


def test_all_labelings_of_small_sets_exceed_05_at_most_so_often() -> None:
    # The test is exact: over all labelings, p <= .05 in at most 5 % of them.
    makers = [0, 1, 2, 4, 5]
    p = []
    for chosen in combinations(range(10), 5):
        f1 = len(set(chosen) & set(makers))
        p.append(fisher(np.array([f1]), 5, np.array([5]), 10)[0])
    assert np.mean(np.array(p) <= 0.05) <= 0.05
