from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.cluster.hierarchy import linkage
from scipy.spatial.distance import squareform
from sklearn.metrics import adjusted_mutual_info_score

from outlens.vectors.clusters import Tree, _joins, cluster

CITIES = ["Paris", "Lima", "Quito", "Oslo", "Cairo", "Hanoi"]
WAYS = ["{}", "{}.", "I would say {}.", "The city of {}, of course", "My answer is **{}**", "Let me think: {}!"]
PROMPT = "Name a city."


def unit(vectors: np.ndarray) -> np.ndarray:
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def answers(n: int, seed: int = 0) -> tuple[np.ndarray, list[str], np.ndarray]:
    """Return vectors and texts of n answers in several wordings, and the city that each names."""
    rng = np.random.default_rng(seed)
    city = rng.integers(0, len(CITIES), n)
    way = rng.integers(0, len(WAYS), n)
    texts = [WAYS[w].format(CITIES[c]) for c, w in zip(city, way, strict=True)]
    # Like a model's vectors: equal for equal texts, near for the same city, not far for the same wording.
    directions = rng.normal(size=(len(CITIES) + len(WAYS), 32))
    return unit(directions[city] + 0.4 * directions[len(CITIES) + way]), texts, city


def prose(n: int) -> tuple[np.ndarray, list[str]]:
    """Return long outputs that mostly say the same in other words, and a few different ones."""
    rng = np.random.default_rng(1)
    common = [f"word{chr(97 + i)}{chr(97 + j)}" for i in range(26) for j in range(8)]
    texts = [" ".join(rng.choice(common, 180)) for _ in range(n)]
    vectors = np.ones(64) + 0.4 * rng.normal(size=(n, 64))
    return unit(vectors), texts


def alike(a: np.ndarray, b: np.ndarray) -> bool:
    """Return whether two labellings are the same partition."""
    return bool(((a[:, None] == a[None]) == (b[:, None] == b[None])).all())


def check(tree: Tree, n: int) -> None:
    """Check the properties of every tree."""
    assert len(tree.granularities) == len(tree.levels) == 21
    assert tree.leaf.shape == (n,)
    before = np.full(n, -1)
    for level, granularity in enumerate(tree.granularities):
        cut = tree.cut(float(granularity))
        order = tree.order(level)
        assert [int((cut == number).sum()) for number in range(len(order))] == tree.sizes[order].tolist()
        assert sorted(tree.sizes[order].tolist(), reverse=True) == tree.sizes[order].tolist()
        assert all(cut[tree.medoids[node]] == number for number, node in enumerate(order))
        if level:
            # An unclustered output forms a group of one, and each finer level subdivides the coarser one.
            fine, coarse = (np.where(c < 0, -1 - np.arange(n), c) for c in (cut, before))
            assert len(set(zip(fine, coarse, strict=True))) == len(set(fine))
        before = cut


def test_answers_are_found_whatever_the_wording() -> None:
    vectors, texts, city = answers(200)
    tree = cluster(vectors, texts, prompt=PROMPT)
    check(tree, 200)
    assert alike(tree.cut(), city)


def test_an_output_unlike_all_others_is_unclustered() -> None:
    vectors, texts, city = answers(60)
    odd = unit(-vectors.mean(axis=0, keepdims=True))
    cut = cluster(np.concatenate([vectors, odd]), [*texts, "zzz qqq"], prompt=PROMPT).cut()
    assert cut[-1] == -1
    assert alike(cut[:-1], city)


@given(st.integers(0, 40), st.randoms(use_true_random=False))
@settings(deadline=None, max_examples=settings().max_examples // 4)
def test_the_order_of_the_rows_changes_nothing(n: int, random: object) -> None:
    vectors, texts, _ = answers(n, seed=n)
    vectors = unit(vectors + 0.0) if n else np.zeros((0, 32), np.float32)
    order = list(range(n))
    random.shuffle(order)  # type: ignore[attr-defined]
    one = cluster(vectors, texts, prompt=PROMPT)
    other = cluster(vectors[order], [texts[i] for i in order], prompt=PROMPT)
    for granularity in one.granularities:
        assert (one.cut(float(granularity))[order] == other.cut(float(granularity))).all()
    assert [texts[i] for i in one.medoids] == [texts[order[i]] for i in other.medoids]


def test_order_of_long_outputs() -> None:
    vectors, texts = prose(80)
    order = np.random.default_rng(3).permutation(80)
    one, other = cluster(vectors, texts), cluster(vectors[order], [texts[i] for i in order])
    assert all((one.cut(g)[order] == other.cut(g)).all() for g in (0.25, 0.5, 0.75, 1.0))


def test_equal_outputs_stay_together_and_count() -> None:
    vectors, texts, _ = answers(80)
    tree = cluster(np.repeat(vectors, 3, axis=0), [text + " " * i for text in texts for i in range(3)], prompt=PROMPT)
    check(tree, 240)
    assert (tree.leaf.reshape(-1, 3) == tree.leaf[::3, None]).all()
    assert (tree.cut()[::3] == cluster(vectors, texts, prompt=PROMPT).cut()).all()


@pytest.mark.parametrize("n", range(4))
@pytest.mark.parametrize("kind", ["different", "equal", "blank"])
def test_small_sets(n: int, kind: str) -> None:
    texts = {"different": ["Paris", "a cat", "x = 3"], "equal": ["Paris"] * 3, "blank": ["", " ", "\n"]}[kind][:n]
    tree = cluster(np.eye(3, dtype=np.float32)[:n] if kind == "different" else np.ones((n, 3), np.float32), texts)
    check(tree, n)
    expected = range(n) if kind == "different" else [0] * n
    assert sorted(tree.cut().tolist()) == list(expected)


def test_zero_vectors_and_odd_texts() -> None:
    texts = ["", "\ud800", "**", "?", "?", "👍"]
    check(cluster(np.zeros((6, 4), np.float32), texts), 6)


def test_long_outputs_are_divided() -> None:
    vectors, texts = prose(200)
    odd = unit(np.tile(-np.ones(64), (3, 1)))
    tree = cluster(np.concatenate([vectors, odd]), [*texts, *["I cannot help with that."] * 3])
    check(tree, 203)
    cut = tree.cut()
    assert np.bincount(cut[cut >= 0]).max() <= 0.6 * 203
    assert len(set(cut[:200])) >= 4
    # Really different outputs are not mixed with the rest.
    assert len(set(cut[200:])) == 1
    assert cut[200] not in cut[:200]


def test_a_long_answer_shared_by_almost_all_stays_one_cluster() -> None:
    vectors, texts, _ = answers(40)
    long = " ".join(f"reason{i}" for i in range(150))
    same = [f"**Paris**. {long} {i}" for i in range(120)]
    tree = cluster(np.concatenate([np.tile(vectors[:1], (120, 1)), vectors]), [*same, *texts], prompt=PROMPT)
    assert len(set(tree.cut()[:120])) == 1


def test_very_many_outputs() -> None:
    rng = np.random.default_rng(0)
    group = rng.integers(0, 40, 3_600)
    texts = [f"thing{g} is what {i} people say" for i, g in enumerate(group)]
    vectors = unit(rng.normal(size=(40, 32))[group] + 0.2 * rng.normal(size=(3_600, 32)))
    tree = cluster(vectors, texts)
    check(tree, 3_600)
    assert adjusted_mutual_info_score(group, tree.cut()) > 0.95


@pytest.mark.parametrize("bad", [-0.1, 1.1, float("nan"), True, "fine", None])
def test_granularity_out_of_range(bad: object) -> None:
    vectors, texts, _ = answers(5)
    with pytest.raises(ValueError, match="granularity"):
        cluster(vectors, texts).cut(bad)  # type: ignore[arg-type]


def test_granularity_takes_the_nearest_level() -> None:
    vectors, texts, _ = answers(5)
    tree = cluster(vectors, texts)
    assert [tree.level(g) for g in (0, 0.02, 0.03, 0.5, 1)] == [0, 0, 1, 10, 20]


@pytest.mark.parametrize("ward", [False, True])
@given(st.lists(st.integers(1, 4), min_size=2, max_size=12), st.integers(0, 10**6))
@settings(deadline=None, max_examples=settings().max_examples * 2 // 5)
def test_weighted_linkage_matches_repeated_rows(ward: bool, weights: list[int], seed: int) -> None:
    points = np.random.default_rng(seed).normal(size=(len(weights), 3))
    squared = ((points[:, None] - points[None]) ** 2).sum(axis=2)
    owner = np.repeat(np.arange(len(weights)), weights)
    distance = np.sqrt(squared)
    expected = linkage(squareform(distance[np.ix_(owner, owner)], checks=False), "ward" if ward else "average")[:, 2]
    expected = expected[-(len(weights) - 1) :]
    heights = _joins(squared if ward else distance, np.array(weights), ward=ward)[1]
    # Scipy's height of Ward is the root of twice the growth.
    assert np.allclose(np.sqrt(heights) if ward else heights, expected)
