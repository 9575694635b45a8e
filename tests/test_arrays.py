from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

from outlens._arrays import unit_rows, unit_rows_sparse


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_rows_become_unit_length_and_zeros_stay_zero(dtype: type) -> None:
    big, small = (1e38, 1e-38) if dtype == np.float32 else (1e308, 1e-308)
    unit = unit_rows(np.array([[3, 4], [0, 0], [big, big], [small, 0], [-2, 0]], dtype))
    root = np.sqrt(0.5)
    np.testing.assert_allclose(unit, [[0.6, 0.8], [0, 0], [root, root], [1, 0], [-1, 0]], rtol=1e-6)
    assert unit.dtype == dtype


def test_no_rows_and_integers_are_rows_too() -> None:
    assert unit_rows(np.zeros((0, 3))).shape == (0, 3)
    assert unit_rows(np.zeros((2, 0))).shape == (2, 0)
    assert unit_rows([[0, 2]]).tolist() == [[0.0, 1.0]]


def test_sparse_rows_are_those_of_the_dense_table() -> None:
    table = np.array([[3, 0, 4], [0, 0, 0], [0, 5, 0]], np.float32)
    unit = unit_rows_sparse(sparse.csr_matrix(table))
    assert unit.dtype == np.float32
    np.testing.assert_allclose(unit.toarray(), unit_rows(table))
