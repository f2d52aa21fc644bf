"""Shortened mantissas stay physical and close."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from quant.data.checking.constituents import find_problems
from quant.data.writing.rounding import (
    FINE_ENERGY_BITS,
    LARGEST_MASS_SQUARED,
    ceil_mantissa,
    round_mantissa,
    round_massless,
)
from tests.toy_jets import toy_jets


@given(st.floats(-1e6, 1e6, allow_nan=False).filter(lambda x: abs(x) > 1e-6), st.integers(2, 24))
def test_round_and_ceil(value: float, bits: int) -> None:
    near, up = (float(f(np.array([value]), bits)[0]) for f in (round_mantissa, ceil_mantissa))
    assert abs(near - value) <= abs(value) * 2.0**-bits
    assert value <= up <= value + abs(value) * 2.0 ** (1 - bits)
    for result in (near, up):
        mantissa = np.frexp(result)[0] * 2**bits
        assert mantissa == round(mantissa)


def test_massless_stays_massless_and_short() -> None:
    jets = toy_jets(2000, 10)
    short = round_massless(jets.constituents, 12)
    wide = short.astype(np.float64)
    mass2 = wide[..., 0] ** 2 - (wide[..., 1:] ** 2).sum(axis=-1)
    assert mass2.min() >= 0
    # Plain rounding upwards would reach 5e-4 of the energy squared.
    assert (
        mass2 <= np.maximum(LARGEST_MASS_SQUARED, 2.0 ** (2 - FINE_ENERGY_BITS) * wide[..., 0] ** 2)
    ).all()
    used = jets.constituents[..., 0] > 0
    np.testing.assert_array_equal(short[~used], 0)
    mantissa = np.frexp(wide[..., 1:])[0] * 2**12
    np.testing.assert_array_equal(mantissa, np.round(mantissa))
    error = np.abs(wide - jets.constituents)[used]
    assert (error <= 1e-3 * np.abs(jets.constituents)[used] + 1e-9).all()
    assert {p.kind for p in find_problems(short)} <= {"unsorted"}
