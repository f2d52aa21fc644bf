"""The fewest fraction bits that write values exactly, against trying them one by one."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fpgajet.ops.integers import exact_fraction


@given(st.lists(st.tuples(st.integers(-(2**30), 2**30), st.integers(0, 60)), max_size=6))
def test_the_fewest_bits(parts: list[tuple[int, int]]) -> None:
    values = np.array([whole * 2.0**-fraction for whole, fraction in parts])
    tried = next(f for f in range(65) if all(float(v * 2.0**f).is_integer() for v in values))
    assert exact_fraction(values) == tried


def test_more_bits_than_there_are_and_no_number_are_refused() -> None:
    for value in (2.0**-65, float("nan")):
        with pytest.raises(ValueError, match="more than 64"):
            exact_fraction(np.array([value]))
    with pytest.raises(ValueError, match="more than 3"):
        exact_fraction(np.array([2.0**-4]), limit=3)
    assert exact_fraction(np.array([2.0**-64])) == 64
