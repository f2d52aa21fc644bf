"""Fixed-point products equal a quantiser behind a real factor for every sum."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from fpgajet.fixed import FixedType, Overflow, Rounding, requantise
from fpgajet.graph.foreign.steps import Quantiser, fixed_product

FACTORS = st.one_of(
    st.floats(0, 3).map(Fraction),
    st.floats(0, 0.1).map(Fraction),
    st.sampled_from([0, 0.25, 0.75, 1e-9]).map(Fraction),
)
SUMMANDS = st.one_of(
    st.floats(-20, 20).map(Fraction), st.sampled_from([0, 0.5, 0.25, -3, 1e6, -1e6]).map(Fraction)
)


def by_definition(q: Quantiser, x: Fraction) -> int:
    """Round as qonnx says, then clip."""
    if q.mode == "FLOOR":
        n = x.__floor__()
    elif q.mode == "ROUND":
        n = round(x)
    else:
        n = (abs(x) + Fraction(1, 2)).__floor__() * (1 if x > 0 else -1)
    return min(max(n, q.lowest), q.highest)


@given(
    mode=st.sampled_from(["ROUND", "FLOOR", "HALF_UP"]), lowest=st.sampled_from([-8, -7, -1, 0]),
    highest=st.sampled_from([1, 7, 15]), alpha=st.lists(FACTORS, min_size=1, max_size=3), data=st.data(),
)  # fmt: skip
@settings(max_examples=150, deadline=None)
def test_every_sum_gives_the_integer_of_the_definition(
    mode: str, lowest: int, highest: int, alpha: list[Fraction], data: st.DataObject
) -> None:
    q = Quantiser(lowest, highest, mode)
    beta = [data.draw(SUMMANDS) for _ in alpha]
    ends = [(-data.draw(st.integers(0, 200)), data.draw(st.integers(0, 200))) for _ in alpha]
    found = fixed_product(alpha, beta, ends, q)
    kind = FixedType(True, 40, 0, found.rounding, Overflow.SAT)
    wrong = 0
    for a, b, (low, high), m, s in zip(alpha, beta, ends, found.factor, found.summand, strict=True):
        sums = np.arange(low, high + 1)
        made = np.clip(requantise(sums * m + s, found.fraction, kind), lowest, highest)
        wrong += int((made != [by_definition(q, a * int(n) + b) for n in sums]).sum())
    assert wrong <= found.wrong
    assert (found.wrong > 0) == (wrong > 0)


def test_a_product_that_needs_more_than_24_bits_says_for_how_many_sums_it_is_wrong() -> None:
    """Ties at every step of an even factor and at none of an odd one have no straight line in between."""
    alpha, q = [Fraction(1, 3), Fraction(1, 2)], Quantiser(-100, 100)
    found = fixed_product(alpha, [Fraction(1, 2), Fraction(0)], [(-200, 200)] * 2, q)
    assert found.wrong > 0
    assert max(abs(found.factor)) < 2**23


def test_the_shortest_product_is_found() -> None:
    alpha, q, sums = Fraction(0.2), Quantiser(-4, 3), np.arange(-20, 21)
    found = fixed_product([alpha], [Fraction(0)], [(-20, 20)], q)
    wanted = [by_definition(q, alpha * int(n)) for n in sums]
    assert found.wrong == 0
    for fraction in range(found.fraction):
        for rounding in (Rounding.FLOOR, Rounding.HALF_EVEN):
            kind = FixedType(True, 40, 0, rounding, Overflow.SAT)
            factors, summands = np.arange(2**fraction + 1), np.arange(-(2**fraction), 2 ** (fraction + 1))
            raw = factors[:, None, None] * sums + summands[:, None]
            made = np.clip(requantise(raw, fraction, kind), -4, 3)
            assert not (made == wanted).all(-1).any()
