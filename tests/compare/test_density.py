from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binomtest, false_discovery_control, hypergeom

from outlens.compare import density

RNG = np.random.default_rng(5)


def apart(first: int, second: int) -> np.ndarray:
    """Return two groups of vectors that point in two directions."""
    vectors = RNG.normal(size=(first + second, 3))
    vectors[:first, 0] += 9
    vectors[first:, 1] += 9
    return vectors


def brute_force(vectors: np.ndarray, groups: list, k: int) -> list[tuple[float, float, float]]:
    """Return the share, the base and p of each output in a group, one at a time."""
    used = [i for i, group in enumerate(groups) if group is not None]
    name = sorted({groups[i] for i in used})[0]
    rows = []
    for i in used:
        others = [j for j in used if j != i]
        cosine = {j: vectors[i] @ vectors[j] / np.linalg.norm(vectors[i]) / np.linalg.norm(vectors[j]) for j in others}
        nearest = sorted(others, key=lambda j: -cosine[j])[:k]
        x = sum(groups[j] == name for j in nearest)
        own = sum(groups[j] == name for j in others)
        chances = hypergeom(len(others), own, len(nearest)).pmf(np.arange(len(nearest) + 1))
        p = chances[chances <= chances[x] * (1 + 1e-7)].sum()
        rows.append((x / len(nearest), own / len(others), p))
    return rows


@pytest.mark.parametrize(("n", "k"), [(30, 7), (12, 40), (9, 1)])
def test_shares_and_p_match_brute_force(n: int, k: int) -> None:
    vectors = RNG.normal(size=(n, 4))
    groups = [None if i % 5 == 4 else "ab"[i % 3 > 0] for i in range(n)]
    table = density(vectors, groups, neighbours=k)
    share, base, p = map(np.array, zip(*brute_force(vectors, groups, k), strict=True))
    assert table["output"].tolist() == [i for i, group in enumerate(groups) if group is not None]
    assert table["group"].tolist() == [group for group in groups if group is not None]
    np.testing.assert_allclose(table["share"], share)
    np.testing.assert_allclose(table["base"], base)
    np.testing.assert_allclose(table["p"], p, rtol=1e-9)
    np.testing.assert_allclose(table["q"], false_discovery_control(p), rtol=1e-9)
    exact = binomtest(round(share[0] * table["n"][0]), int(table["n"][0])).proportion_ci(method="wilson")
    np.testing.assert_allclose(table.loc[0, ["low", "high"]].astype(float), [exact.low, exact.high])


def test_separate_groups_are_denser_where_they_are() -> None:
    vectors = apart(40, 60)
    groups = ["b"] * 40 + ["a"] * 60
    assert density(vectors, groups)["denser"].tolist() == groups
    mixed = RNG.permutation(groups).tolist()
    assert density(vectors, mixed)["denser"].isna().mean() > 0.9


def test_labels_at_random_are_hardly_ever_called_denser() -> None:
    vectors = RNG.normal(size=(80, 5))
    labels = np.arange(80) < 30
    wrong = [density(vectors, RNG.permutation(labels).tolist())["denser"].notna().any() for _ in range(200)]
    assert np.mean(wrong) < 0.1


def test_the_order_of_outputs_does_not_matter() -> None:
    vectors, groups = RNG.normal(size=(50, 6)), np.array(["a", "b"])[RNG.integers(0, 2, 50)]
    order = RNG.permutation(50)
    one = density(vectors, groups.tolist()).set_index("output")
    other = density(vectors[order], groups[order].tolist()).set_index("output")
    np.testing.assert_allclose(one.loc[order, "p"], other["p"])
    assert one.loc[order, "denser"].tolist() == other["denser"].tolist()


@pytest.mark.parametrize(
    ("sizes", "note"), [((2, 5), "too few: 2 outputs in 'a'"), ((1, 1), "too few: 1 output in 'a'")]
)
def test_few_outputs_are_not_tested(sizes: tuple[int, int], note: str) -> None:
    table = density(np.eye(sum(sizes)), ["a"] * sizes[0] + ["b"] * sizes[1])
    assert table["note"].str.startswith(note).all()
    assert table[["p", "q"]].isna().all(axis=None)
    assert table["denser"].isna().all()


def test_more_outputs_than_are_looked_through(monkeypatch: pytest.MonkeyPatch) -> None:
    # The package has a function with the name of its module.
    monkeypatch.setitem(density.__globals__, "MOST", 30)
    monkeypatch.setitem(density.__globals__, "CELLS", 100)
    vectors = apart(40, 60)
    groups = ["a"] * 40 + ["b"] * 60
    table = density(vectors, groups, neighbours=10)
    assert table["denser"].tolist() == groups
    assert (table["n"] == 10).all()


@pytest.mark.parametrize(
    ("groups", "options", "message"),
    [
        (["a", "b", "c"], {}, "groups has 3 labels; give None to the outputs of all but two."),
        (["a", "a", None], {}, "groups holds only 'a'"),
        (["a", "b", "b"], {"neighbours": 0}, "neighbours is 0; give a whole number, 1 or more."),
    ],
)
def test_wrong_calls(groups: list, options: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message.split(";")[0]):
        density(np.eye(3), groups, **options)
