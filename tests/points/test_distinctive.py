"""Points that distinguish groups: the counts by hand, the statistics by scipy, and the browser's values."""

from __future__ import annotations

import json
import math
import subprocess
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import beta, false_discovery_control, fisher_exact

from outlens.points import distinctive

JS = Path(__file__).parents[2] / "js"

PROGRAM = """
import { build } from "esbuild";
import { readFileSync } from "node:fs";
const stdin = { contents: `export * from "./src/core/distinguishing"`, resolveDir: process.cwd(), loader: "ts" };
const made = await build({ stdin, bundle: true, format: "esm", write: false });
const code = Buffer.from(made.outputFiles[0].text).toString("base64");
const { distinguishing } = await import("data:text/javascript;base64," + code);
const answers = JSON.parse(readFileSync(0, "utf8")).map(({ groups, makers }) => {
  const first = [0];
  for (const own of makers) first.push(first.at(-1) + own.length);
  const lists = { first: Uint32Array.from(first), items: Uint32Array.from(makers.flat()) };
  return distinguishing(Int32Array.from(groups), { pointCount: makers.length, makers: lists });
});
console.log(JSON.stringify(answers));
"""


def tables(makers: list[list[int]], n: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the tables of `points.find` for n outputs: points with these makers, each unit twice, and a frame."""
    rows = [(output, point) for point, own in enumerate(makers) for output in own] * 2
    rows += [(output, len(makers)) for output in {output for output, _ in rows}]
    units = pd.DataFrame(rows, columns=["output", "point"]).astype("int64")
    said = [f"point {point}" for point in range(len(makers))]
    points = pd.DataFrame({"point": np.arange(len(makers)), "text": said, "name": said})
    outputs = np.array([len(own) for own in makers])
    return units, points.assign(outputs=outputs, share=outputs / n)


def drawn(seed: int) -> tuple[list[int], list[list[int]]]:
    """Return the groups of outputs, from -1 on, and the makers of points: some of chance, some mostly of one group."""
    rng = np.random.default_rng(seed)
    n, k = int(rng.integers(20, 120)), int(rng.integers(2, 6))
    groups = rng.choice(np.arange(-1, k), n, p=rng.dirichlet(np.ones(k + 1)))
    groups[: k + 1] = np.arange(-1, k)
    makers = []
    for point in range(40):
        share = np.where(groups == point % k, 0.7, 0.1) if point % 2 else rng.random() * np.ones(n)
        makers.append(np.flatnonzero(rng.random(n) < share).tolist())
    # As in the tables of points, those made by the most outputs come first.
    return groups.tolist(), sorted(makers, key=len, reverse=True)


def test_a_point_of_one_group_counts_outputs() -> None:
    units, points = tables([[0, 1, 2, 3, 9], [0, 5], [4, 5, 6, 7, 8, 9]], 10)
    table = distinctive(units, points, ["a"] * 5 + ["b"] * 5)
    found = table[["group", "text", "f1", "n1", "f2", "n2"]].values.tolist()
    assert found == [["a", "point 0", 4, 5, 1, 5], ["b", "point 2", 5, 5, 1, 5]]
    # Without the last output, which has no label.
    table = distinctive(units, points, ["a"] * 5 + ["b"] * 4 + [None])
    assert table[["f1", "n1", "f2", "n2"]].values.tolist() == [[4, 5, 0, 4], [4, 4, 1, 5]]


@pytest.mark.parametrize("seed", range(8))
def test_counts_are_those_of_sets_and_statistics_those_of_scipy(seed: int) -> None:
    groups, makers = drawn(seed)
    table = distinctive(*tables(makers, len(groups)), groups)
    n = len(groups)
    sizes = {g: groups.count(g) for g in set(groups)}
    wanted = {}
    for g, n1 in sizes.items():
        for point, own in enumerate(makers):
            f1 = sum(groups[i] == g for i in own)
            if f1 >= min(3, n1) and f1 * (n - n1) > (len(own) - f1) * n1:
                wanted[g, point] = (f1, n1, len(own) - f1, n - n1)
    assert {(r.group, r.point): (r.f1, r.n1, r.f2, r.n2) for r in table.itertuples()} == wanted
    tests = sum(size >= 5 for size in sizes.values()) * sum(len(own) >= 3 for own in makers)
    for r in table.itertuples():
        if r.n1 < 5:
            assert math.isnan(r.p)
        else:
            assert r.p == pytest.approx(fisher_exact([[r.f1, r.n1 - r.f1], [r.f2, r.n2 - r.f2]], "greater")[1])
        low = beta.ppf(0.025 / tests, r.f1, r.f2 + 1)
        assert r.lrc == pytest.approx(max(0, math.log2(low / (1 - low) * r.n2 / r.n1)), abs=1e-9)
    p = table["p"].dropna().to_numpy()
    adjusted = false_discovery_control(np.concatenate([p, np.ones(tests - len(p))]))
    np.testing.assert_allclose(table["q"].dropna(), adjusted[: len(p)])
    for _, own in table.groupby("group"):
        keys = [(-r.lrc, 1 if math.isnan(r.p) else r.p) for r in own.itertuples()]
        assert all(a <= b for a, b in pairwise(keys))


def test_the_browser_lists_the_significant_points_of_python() -> None:
    cases = [drawn(seed) for seed in range(40)]
    sent = json.dumps([{"groups": groups, "makers": makers} for groups, makers in cases])
    run = subprocess.run(
        ["node", "--input-type=module", "-e", PROGRAM], input=sent, capture_output=True, text=True, cwd=JS, check=True
    )
    listed = 0
    for (groups, makers), lists in zip(cases, json.loads(run.stdout), strict=True):
        table = distinctive(*tables(makers, len(groups)), groups)
        for g, rows in enumerate(lists, -1):
            own = table[(table["group"] == g) & (table["q"] <= 0.05)]
            listed += len(own)
            assert [row["point"] for row in rows] == own["point"].tolist()
            for name in ("f1", "n1", "f2", "n2", "lrc", "q"):
                np.testing.assert_allclose([row[name] for row in rows], own[name], rtol=1e-6, atol=1e-9)
    assert listed > 100


def test_wrong_labels_are_refused() -> None:
    units, points = tables([[0, 1, 2]], 3)
    with pytest.raises(ValueError, match="groups has 2 values for 3"):
        distinctive(units, points, [0, 1])
    with pytest.raises(ValueError, match="groups holds only 'a'"):
        distinctive(units, points, ["a", "a", None])
    with pytest.raises(TypeError, match="not hashable"):
        distinctive(units, points, [[], [], []])
    with pytest.raises(ValueError, match="min_outputs is 0"):
        distinctive(units, points, [0, 0, 1], min_outputs=0)


def test_small_groups_are_counted_as_tests_by_their_own_threshold() -> None:
    units, points = tables([list(range(6)), list(range(6, 12))], 12)
    groups = ["a"] * 6 + ["b"] * 6
    np.testing.assert_allclose(
        distinctive(units, points, groups, min_outputs=7)["q"], distinctive(units, points, groups)["q"]
    )


def test_labels_must_fit_the_outputs() -> None:
    units, points = tables([list(range(6)), list(range(6, 12))], 12)
    for wrong, error in [(["a"] * 20, ValueError), ("aaaaaabbbbbb", TypeError), (5, TypeError)]:
        with pytest.raises(error, match="groups"):
            distinctive(units, points, wrong)  # type: ignore[arg-type]
