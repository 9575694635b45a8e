"""Permutations and bootstrap samples: what they keep, and that every labelling is equally likely."""

from __future__ import annotations

from collections import Counter
from math import comb

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from outlens.compare import resampling
from outlens.compare.groups import Groups, grouped
from outlens.compare.resampling import permutations, resamples


@st.composite
def some_groups(draw: st.DrawFn) -> Groups:
    n = draw(st.integers(1, 30))
    labels = draw(st.lists(st.sampled_from(["a", "b", "c", None]), min_size=n, max_size=n))
    prompts = draw(st.lists(st.integers(0, 7), min_size=n, max_size=n))
    return grouped(["a", *labels], n + 1, [0, *prompts])


@given(some_groups(), st.integers(0, 3))
def test_permutations_keep_the_sizes_of_groups_within_prompts(groups: Groups, seed: int) -> None:
    drawn = list(permutations(groups, 5, seed))
    assert len(drawn) == 5
    for codes in drawn:
        assert np.array_equal(codes == -1, groups.codes == -1)
        assert np.array_equal(groups._replace(codes=codes).cells(), groups.cells())


def test_every_labelling_within_prompts_is_equally_likely() -> None:
    groups = grouped([0, 0, 1, 1, None, 0, 1, 1], 8, list("ppppqqqq"))
    times = 18_000
    seen = Counter(tuple(codes.tolist()) for codes in permutations(groups, times, 1))
    labellings = comb(4, 2) * comb(3, 1)
    assert len(seen) == labellings
    expected = times / labellings
    # Chi-square with 17 degrees of freedom: 40.8 is its .999 quantile.
    assert sum((count - expected) ** 2 / expected for count in seen.values()) < 40.8


def test_permutations_do_not_depend_on_how_many_are_drawn_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    groups = grouped(list("aabbab"), 6)
    monkeypatch.setattr(resampling, "AT_ONCE", 1)
    one = [codes.tolist() for codes in permutations(groups, 20, 3)]
    monkeypatch.undo()
    assert [codes.tolist() for codes in permutations(groups, 20, 3)] == one
    assert [codes.tolist() for codes in permutations(groups, 20, 4)] != one


@given(some_groups(), st.integers(0, 3))
def test_resamples_draw_prompts_whole_or_outputs_within_group_and_prompt(groups: Groups, seed: int) -> None:
    labelled = np.flatnonzero(groups.codes >= 0)
    for rows in resamples(groups, 5, seed):
        assert np.isin(rows, labelled).all()
        drawn = Groups(groups.codes[rows], groups.names, groups.block[rows], groups.prompts)
        if groups.unit == "outputs":
            assert np.array_equal(drawn.cells(), groups.cells())
        else:
            times = np.bincount(rows, minlength=len(groups.codes))
            for prompt in np.unique(groups.block[labelled]):
                assert len(set(times[labelled][groups.block[labelled] == prompt])) == 1
            whole = groups.cells() * np.array(
                [times[labelled][groups.block[labelled] == p][:1].sum() for p in range(len(groups.prompts))]
            )
            assert np.array_equal(drawn.cells(), whole)


def test_as_many_prompts_are_drawn_as_there_are() -> None:
    groups = grouped(["a", "b"] * 6, 12, np.repeat(np.arange(6), 2))
    drawn = [np.bincount(groups.block[rows], minlength=6) // 2 for rows in resamples(groups, 6_000, 5)]
    assert {int(times.sum()) for times in drawn} == {6}
    # Each is drawn once on average, with the variance of a binomial count, 5 / 6.
    assert np.mean(drawn, axis=0) == pytest.approx(1, abs=0.05)
    assert np.var(drawn, axis=0) == pytest.approx(5 / 6, abs=0.08)


def test_the_bootstrap_of_a_mean_has_its_standard_error() -> None:
    values = np.random.default_rng(0).normal(size=40)
    groups = grouped(["a"] * 20 + ["b"] * 20, 40)
    means = [values[rows[:20]].mean() for rows in resamples(groups, 4_000, 2)]
    assert np.std(means) == pytest.approx(values[:20].std() / np.sqrt(20), rel=0.05)


def test_a_seed_gives_the_same_samples() -> None:
    groups = grouped(list("aabb"), 4)
    first, again = ([rows.tolist() for rows in resamples(groups, 9, 7)] for _ in range(2))
    assert first == again
