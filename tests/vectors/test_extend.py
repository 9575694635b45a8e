"""New outputs in a landscape, compared with the rules written out; the others do not change."""

from __future__ import annotations

import math

import numpy as np
import pytest

import outlens as ol
from outlens.archive.parts import _check_tree
from outlens.vectors import Landscape, landscape
from outlens.vectors import extend as module
from outlens.vectors.clusters import CUT
from outlens.vectors.extend import NEIGHBOURS, SOFT, SURE, Seen, extend, seen
from outlens.vectors.likeness import Likeness

CITIES = ["Paris", "Lima", "Quito", "Oslo", "Cairo", "Hanoi"]
WAYS = ["{}", "{}.", "I would say {}.", "The city of {}, of course", "My answer is **{}**", "Let me think: {} {}!"]
ODD = ["weather", "error", "music", "dentist", "gravel", "tax", "owl", "syrup", "monday", "engine", "bishop", "yarn"]


def outputs(n: int, seed: int) -> tuple[np.ndarray, list[str]]:
    rng = np.random.default_rng(seed)
    texts, vectors = [], []
    for c, d, w, r in rng.integers(0, [6, 6, 6, 40], (n, 4)).tolist():
        strange = r > 35
        texts.append(
            " ".join(rng.permutation(ODD)[:3])
            if strange
            else WAYS[w].format(CITIES[c], CITIES[d]) + " Really." * (r % 3)
        )
        vectors.append(rng.normal(size=8) if strange else 2 * np.eye(8)[c] + rng.normal(size=8) / 3)
    table = np.array(vectors)
    return (table / np.linalg.norm(table, axis=1, keepdims=True)).astype(np.float32), texts


@pytest.fixture(scope="module")
def base() -> tuple[Landscape, list[str], Seen]:
    vectors, texts = outputs(80, 0)
    land = landscape(texts, vectors=vectors)
    return land, texts, seen(land, texts)


def placed(land: Landscape, alike: Likeness, vector: np.ndarray, text: str) -> tuple[bool, int, list[float]]:
    """Whether an output joins a cluster, the row that it joins, and its position, by the rules without shortcuts."""
    distance = [float(d) for d in alike.distances_of(vector[None], [text])[0]]
    rows = [np.flatnonzero(alike.item == i) for i in range(len(alike))]
    numbers = [int(land.tree.cut()[here[0]]) for here in rows]
    order = sorted(range(len(alike)), key=lambda i: (round(distance[i] * 2**20), i))
    nearest = order[0]
    members = [i for i in range(len(alike)) if numbers[i] == numbers[nearest] >= 0]
    counts = [len(rows[i]) for i in members]
    mean = sum(distance[i] * c for i, c in zip(members, counts, strict=True)) / sum(counts) if members else math.inf
    joins = distance[nearest] <= SURE or mean <= CUT
    if joins:
        order = [i for i in order if i == nearest or i in members]
    chosen = order[:1] if distance[nearest] == 0 else order[:NEIGHBOURS]
    weights = [math.exp(-(distance[i] - distance[nearest]) / SOFT) for i in chosen]
    # Of the rows of an item, the first in the order of the texts has the projected position.
    first = {i: min(rows[i].tolist(), key=alike.order.tolist().index) for i in chosen}
    xy = [sum(w * land.xy[first[i]][axis] for w, i in zip(weights, chosen, strict=True)) for axis in (0, 1)]
    return joins, int(rows[nearest][0]), [float(one / sum(weights)) for one in xy]


def test_outputs_are_placed_by_the_rules(base: tuple[Landscape, list[str], Seen]) -> None:
    land, texts, before = base
    vectors, new = outputs(60, 1)
    more, outside = extend(land, texts, vectors, new, before)
    joined = []
    once: set[str] = {text.strip() for text in texts}
    for k, text in enumerate(new):
        joins, row, xy = placed(land, before.likeness, vectors[k], text)
        joined.append(joins)
        for level, granularity in enumerate(land.tree.granularities.tolist()):
            node = land.tree.levels[level][land.tree.leaf[row]] if joins else -1
            assert more.tree.levels[level][more.tree.leaf[80 + k]] == node
            there = land.tree.cut(granularity)[row] if joins else -1
            assert more.tree.cut(granularity)[80 + k] == there
        if text.strip() not in once:
            np.testing.assert_allclose(more.xy[80 + k], xy, atol=1e-4)
        once.add(text.strip())
        distance = before.likeness.distances_of(vectors[[k]], [text])[0]
        assert outside[k] == (distance.min() > before.reach)
        np.testing.assert_allclose(more.typical[80 + k], 1 - distance[before.likeness.item].mean(), atol=1e-5)
    assert 10 < sum(joined) < 60
    assert 0 < outside.sum() < 60


def test_the_other_outputs_do_not_change(base: tuple[Landscape, list[str], Seen]) -> None:
    land, texts, before = base
    vectors, new = outputs(60, 1)
    more, _ = extend(land, texts, vectors, new, before)
    n = len(texts)
    assert (more.added, len(more.xy), len(more.vectors), len(more.typical)) == (60, n + 60, n + 60, n + 60)
    for name in ("xy", "vectors", "typical"):
        assert np.array_equal(getattr(more, name)[:n], getattr(land, name))
    for granularity in land.tree.granularities.tolist():
        assert np.array_equal(more.tree.cut(granularity)[:n], land.tree.cut(granularity))
    assert np.array_equal(more.tree.medoids, land.tree.medoids)
    assert (more.names, more.separation) == (land.names, land.separation)
    _check_tree(more.tree, n + 60, 60)


def test_adding_one_by_one_equals_adding_at_once(base: tuple[Landscape, list[str], Seen]) -> None:
    land, texts, before = base
    vectors, new = outputs(40, 2)
    at_once, outside = extend(land, texts, vectors, new, before)
    growing, known, seen_outside = land, list(texts), []
    for vector, text in zip(vectors, new, strict=True):
        growing, apart = extend(growing, known, vector[None], [text], before)
        known.append(text)
        seen_outside.append(bool(apart[0]))
    np.testing.assert_allclose(growing.xy, at_once.xy, atol=1e-4)
    assert np.array_equal(growing.tree.leaf, at_once.tree.leaf)
    assert np.array_equal(growing.tree.levels, at_once.tree.levels)
    assert (growing.added, seen_outside) == (at_once.added, outside.tolist())


def test_equal_outputs_lie_beside_each_other_and_no_two_coincide() -> None:
    texts = ["Lima"] * 3 + ["Quito", "Oslo", "Cairo"]
    vectors = np.eye(4)[[0, 0, 0, 1, 2, 3]]
    land = landscape(texts, vectors=vectors)
    more, outside = extend(land, texts, np.eye(4)[[0, 0, 3]], ["Lima", " Lima", "Quito"], seen(land, texts))
    assert more.tree.leaf[[6, 7]].tolist() == [land.tree.leaf[0]] * 2
    assert more.tree.leaf[8] == land.tree.leaf[3]
    assert not outside.any()
    assert len(np.unique(more.xy, axis=0)) == 9
    assert np.abs(more.xy[[6, 7]] - land.xy[0]).max() < 0.02
    assert np.abs(more.xy[8] - land.xy[3]).max() < 0.02


def test_reach_is_the_99th_percentile_of_nearest_neighbour_distances() -> None:
    vectors, texts = outputs(70, 3)
    land = landscape(texts, vectors=vectors)
    alike = Likeness(land.vectors, texts)
    whole = alike.distances()[:, alike.item][alike.item]
    np.fill_diagonal(whole, np.inf)
    expected = np.quantile(whole.min(axis=1).astype(np.float64), 0.99)
    assert seen(land, texts).reach == pytest.approx(expected, abs=1e-6)


def test_a_landscape_of_few_or_equal_outputs_can_be_extended() -> None:
    for texts in (["Lima"], ["Lima", "Lima"], ["Lima", "Quito"]):
        land = landscape(texts, vectors=np.eye(3)[: len(texts)])
        more, outside = extend(land, texts, np.eye(3)[[0, 2]], ["Lima", "Oslo"], seen(land, texts))
        assert outside.tolist() == [False, len(set(texts)) == 1]
        assert np.isfinite(more.xy).all()
        _check_tree(more.tree, len(texts) + 2, 2)
        assert more.tree.cut()[len(texts) :].tolist() == [land.tree.cut()[0], -1]
    nothing, outside = extend(land, texts, np.zeros((0, 3)), [], seen(land, texts))
    assert nothing is land
    assert not len(outside)


def test_vectors_of_another_dimension_are_refused(base: tuple[Landscape, list[str], Seen]) -> None:
    land, texts, before = base
    with pytest.raises(ValueError, match="3 dimensions and the others 8"):
        extend(land, texts, np.eye(3), ["a", "b", "c"], before)


def test_a_likeness_that_was_not_kept_is_computed_again(monkeypatch: pytest.MonkeyPatch) -> None:
    vectors, texts = outputs(40, 4)
    land = landscape(texts, vectors=vectors)
    assert seen(land, texts).likeness is land.likeness
    without = landscape(texts, vectors=vectors)
    object.__setattr__(without, "likeness", None)
    more, _ = extend(land, texts, *outputs(9, 5), seen(land, texts))
    again, _ = extend(without, texts, *outputs(9, 5), seen(without, texts))
    np.testing.assert_array_equal(more.xy, again.xy)
    # Added outputs are not compared with, wherever the likeness comes from.
    object.__setattr__(more, "likeness", None)
    later = seen(more, texts + outputs(9, 5)[1])
    assert later.reach == seen(land, texts).reach
    assert len(later.likeness.item) == 40
    assert module.SAMPLED >= 40


@pytest.mark.model
def test_outputs_that_were_left_out_return_to_their_clusters() -> None:
    frame = ol.sample()
    texts = frame[next(c for c in frame if c in ("response", "text", "output"))].tolist()
    vectors = ol.vectors.embed(texts, "fast")
    land = landscape(texts, vectors=vectors)
    whole = land.tree.cut()
    left = np.arange(len(texts)) % 5 == 0
    kept = np.flatnonzero(~left)
    some = landscape([texts[i] for i in kept], vectors=vectors[kept])
    more, _ = extend(
        some, [texts[i] for i in kept], vectors[left], [texts[i] for i in np.flatnonzero(left)],
        seen(some, [texts[i] for i in kept]),
    )  # fmt: skip
    # The two clusterings number clusters differently: count the pairs of an old and a new output that agree.
    new, old = more.tree.cut()[len(kept) :], more.tree.cut()[: len(kept)]
    together = (new[:, None] == old) & (new[:, None] >= 0)
    wanted = (whole[left][:, None] == whole[kept]) & (whole[left][:, None] >= 0)
    assert (together == wanted).mean() > 0.85


def test_an_equal_output_comes_first_even_if_another_is_just_as_near() -> None:
    rng = np.random.default_rng(0)
    texts = [f"city {i} and {i % 7}" for i in range(60)] + ["Lima", "Lima!"]
    vectors = np.vstack([rng.normal(size=(60, 6)), np.tile(rng.normal(size=(1, 6)), (2, 1))])
    land = landscape(texts, vectors=vectors)
    for k in (60, 61):
        more, outside = extend(land, texts, vectors[[k]], [texts[k]], seen(land, texts))
        gap = np.hypot(*(more.xy[-1] - land.xy[k]))
        assert gap < 0.02
        assert more.tree.leaf[-1] == land.tree.leaf[k]
        assert not outside[0]
