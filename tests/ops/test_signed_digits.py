"""Canonical signed digits: they add up, no two are neighbours, and their number is counted right."""

from __future__ import annotations

import itertools

from hypothesis import example, given
from hypothesis import strategies as st

from fpgajet.ops.signed_digits import count_digits, mean_digits, signed_digits


@given(st.integers(-(1 << 300), 1 << 300))
@example(0)
def test_digits_add_up_and_are_no_neighbours(value: int) -> None:
    digits = signed_digits(value)
    assert sum(sign << place for place, sign in digits) == value
    assert all(later - place > 1 for (place, _), (later, _) in itertools.pairwise(digits))
    assert count_digits(value) == len(digits)


def test_known_counts() -> None:
    counts = {0: 0, 1: 1, 7: 2, -7: 2, 11: 3, 15: 2, 31: 2, -30: 2, 21: 3, 85: 4}
    assert {value: count_digits(value) for value in counts} == counts
    assert mean_digits([0, 3, 4]) == 1
    assert mean_digits([]) == 0
