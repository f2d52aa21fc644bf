"""Sums of few terms are made slice by slice: the same integers, of the same shape."""

from __future__ import annotations

import numpy as np
import pytest

from fpgajet.ops.integers import FEW_TERMS, FixedArray, IntegerArithmetic


@pytest.mark.parametrize("axis", [0, 1, -1])
@pytest.mark.parametrize("terms", [0, 1, 2, 3, FEW_TERMS, FEW_TERMS + 1])
def test_a_sum_is_that_of_numpy(terms: int, axis: int) -> None:
    shape = [4, 5, 6]
    shape[axis] = terms
    raw = np.random.default_rng(terms).integers(-(2**50), 2**50, shape)
    given = raw.copy()
    found = IntegerArithmetic().sum(FixedArray(raw, 3), axis)
    np.testing.assert_array_equal(found.raw, given.sum(axis))
    np.testing.assert_array_equal(raw, given, err_msg="the input stays as it is")
    assert found.raw.shape == given.sum(axis).shape
    assert found.fraction == 3


def test_the_sum_of_a_vector() -> None:
    assert int(IntegerArithmetic().sum(FixedArray(np.arange(5), 0), 0).raw) == 10
