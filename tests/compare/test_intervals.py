"""Intervals of shares, against scipy and the table of Newcombe's paper."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from outlens.compare.intervals import newcombe, percentile, wilson


@given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), st.sampled_from([0.9, 0.95]))
def test_wilson_is_that_of_scipy(counts: tuple[int, int], level: float) -> None:
    k, n = counts
    low, high = wilson(k, n, level)
    expected = binomtest(k, n).proportion_ci(level, "wilson")
    assert (low, high) == (pytest.approx(expected.low, abs=1e-12), pytest.approx(expected.high, abs=1e-12))


@pytest.mark.parametrize(
    ("counts", "low", "high"),
    [
        # Newcombe (1998), Statistics in Medicine 17, 873-890, Table II, method 10.
        ((56, 70, 48, 80), 0.0524, 0.3339),
        ((9, 10, 3, 10), 0.1705, 0.8090),
        ((6, 7, 2, 7), 0.0582, 0.8062),
        ((5, 56, 0, 29), -0.0381, 0.1926),
        ((0, 10, 0, 20), -0.1611, 0.2775),
        ((0, 10, 0, 10), -0.2775, 0.2775),
        ((10, 10, 0, 20), 0.6791, 1.0),
        ((10, 10, 0, 10), 0.6075, 1.0),
    ],
)
def test_newcombe_is_that_of_the_paper(counts: tuple[int, int, int, int], low: float, high: float) -> None:
    assert newcombe(*counts) == (pytest.approx(low, abs=5e-5), pytest.approx(high, abs=5e-5))


def test_arrays_give_arrays_and_no_outputs_give_nan() -> None:
    low, high = wilson([0, 3, 5], [0, 5, 5])
    assert np.isnan([low[0], high[0]]).all()
    assert low[1:] == pytest.approx([binomtest(k, 5).proportion_ci(0.95, "wilson").low for k in (3, 5)])
    assert high[2] == 1
    low, high = newcombe([0, 3], [0, 5], 1, 2)
    assert np.isnan([low[0], high[0]]).all()
    assert low[1] < 0.1 < high[1]


@given(st.lists(st.integers(1, 40), min_size=2, max_size=2), st.data())
def test_swapping_the_groups_mirrors_the_interval(sizes: list[int], data: st.DataObject) -> None:
    k1, k2 = (data.draw(st.integers(0, n)) for n in sizes)
    low, high = newcombe(k1, sizes[0], k2, sizes[1])
    mirrored = newcombe(k2, sizes[1], k1, sizes[0])
    assert (low, high) == (pytest.approx(-mirrored[1]), pytest.approx(-mirrored[0]))
    assert low <= k1 / sizes[0] - k2 / sizes[1] <= high


def test_a_level_outside_0_and_1_is_an_error() -> None:
    with pytest.raises(ValueError, match=r"level is 95; give a number between 0 and 1"):
        wilson(1, 2, 95)


def test_percentiles_skip_nan() -> None:
    values = np.arange(101, dtype=float)
    table = np.stack([values, np.where(values < 51, values, np.nan), np.full(101, np.nan)], axis=1)
    low, high = percentile(table)
    assert low[:2] == pytest.approx([2.5, 1.25])
    assert high[:2] == pytest.approx([97.5, 48.75])
    assert np.isnan([low[2], high[2]]).all()
    assert np.isnan(percentile([])).all()
    assert percentile(table[:, :1].T, axis=1)[0] == pytest.approx([2.5])
