"""The number contract: requantisation against exact rational arithmetic, and every conversion."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fpgajet.fixed import FixedType, Overflow, Rounding, from_real, requantise, to_real


@st.composite
def fixed_types(draw: st.DrawFn) -> FixedType:
    signed = draw(st.booleans())
    overflow = draw(st.sampled_from([o for o in Overflow if signed or o is not Overflow.SAT_SYM]))
    bits = draw(st.integers(1 + signed, 24))
    return FixedType(signed, bits, draw(st.integers(-8, 30)), draw(st.sampled_from(Rounding)), overflow)


def expected_raw(value: Fraction, to: FixedType) -> int:
    """The definition in rational arithmetic, written independently of the code under test."""
    scaled = value * Fraction(2) ** to.fraction
    if to.rounding is Rounding.FLOOR:
        raw = math.floor(scaled)
    elif to.rounding is Rounding.HALF_UP:
        raw = math.floor(scaled + Fraction(1, 2))
    else:
        raw = round(scaled)  # Python rounds fractions half to even
    if to.overflow is Overflow.WRAP:
        size = 2**to.bits
        raw %= size
        return raw - size if to.signed and raw >= size // 2 else raw
    highest = 2 ** (to.bits - to.signed) - 1
    lowest = 0 if not to.signed else -highest - (to.overflow is Overflow.SAT)
    return min(max(raw, lowest), highest)


@given(st.integers(-(2**60), 2**60) | st.integers(-(2**20), 2**20), st.integers(-90, 100), fixed_types())
def test_requantise_equals_rational_arithmetic(raw: int, fraction: int, to: FixedType) -> None:
    result = requantise(np.array([raw], dtype=np.int64), fraction, to)
    assert int(result[0]) == expected_raw(Fraction(raw) / Fraction(2) ** fraction, to)
    assert int(requantise(np.array([raw], dtype=object), fraction, to)[0]) == int(result[0])


@pytest.mark.parametrize("shift", [61, 62, 63, 64, 65, 100, -61, -62, -63, -64, -65, -100])
@pytest.mark.parametrize("overflow", [Overflow.SAT, Overflow.WRAP])
@pytest.mark.parametrize("rounding", Rounding)
def test_shifts_beyond_int64(rounding: Rounding, overflow: Overflow, shift: int) -> None:
    to = FixedType(True, 8, 0, rounding, overflow)
    raw = np.array([-(2**52), -5, -1, 0, 1, 5, 2**52])
    expected = [expected_raw(Fraction(int(v)) / Fraction(2) ** shift, to) for v in raw]
    assert requantise(raw, shift, to).tolist() == expected


@given(st.floats(-1e6, 1e6, allow_nan=False, width=32), fixed_types())
def test_from_real_equals_rational_arithmetic(value: float, to: FixedType) -> None:
    assert int(from_real(np.array([value]), to)[0]) == expected_raw(Fraction(value), to)


@pytest.mark.parametrize("rounding", Rounding)
@pytest.mark.parametrize("half", [-2.5, -1.5, -0.5, 0.5, 1.5, 2.5])
def test_ties(rounding: Rounding, half: float) -> None:
    to = FixedType(True, 8, 0, rounding, Overflow.SAT)
    expected = {
        Rounding.FLOOR: math.floor(half),
        Rounding.HALF_UP: math.floor(half + 0.5),
        Rounding.HALF_EVEN: round(half),
    }[rounding]
    assert from_real(np.array([half]), to)[0] == expected
    assert requantise(np.array([int(half * 2)]), 1, to)[0] == expected


@given(fixed_types())
def test_ap_fixed_round_trip(kind: FixedType) -> None:
    assert FixedType.from_ap_fixed(kind.ap_fixed()) == kind


def test_ap_fixed_defaults_and_spelling() -> None:
    assert FixedType.from_ap_fixed("ap_fixed<16,6>") == FixedType(True, 16, 10)
    assert (
        FixedType.from_ap_fixed("ap_ufixed< 8, 0, AP_RND, AP_SAT >").ap_fixed()
        == "ap_ufixed<8,0,AP_RND,AP_SAT>"
    )


@pytest.mark.parametrize(
    "text", ["fixed<16,6>", "ap_fixed<16>", "ap_fixed<16,6,AP_RND_ZERO>", "ap_fixed<0,0>"]
)
def test_ap_fixed_refuses(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the text of each differs
        FixedType.from_ap_fixed(text)


@given(fixed_types().filter(lambda k: k.overflow is not Overflow.WRAP))
def test_qonnx_round_trip(kind: FixedType) -> None:
    q = kind.qonnx()
    back = FixedType.from_qonnx(q["scale"], q["bit_width"], q["signed"], q["narrow"], q["rounding_mode"])
    assert back == kind


def test_qonnx_refuses() -> None:
    with pytest.raises(ValueError, match="power of two"):
        FixedType.from_qonnx(0.3, 6, 1, 0, "ROUND")
    with pytest.raises(ValueError, match="wrapping"):
        FixedType(True, 8, 0).qonnx()


def test_kif_is_what_hgq_counts() -> None:
    # reference: ap_fixed<W, I> = kif(1, I-1, W-I)
    assert FixedType.from_ap_fixed("ap_fixed<16,6>").kif() == (True, 5, 10)
    assert FixedType.from_ap_fixed("ap_ufixed<8,3>").kif() == (False, 3, 5)


@given(st.integers(-(2**30), 2**30), st.integers(0, 2**31), st.integers(-5, 20))
def test_holding_is_the_narrowest(lowest: int, width: int, fraction: int) -> None:
    kind = FixedType.holding(lowest, lowest + width, fraction)
    assert kind.lowest <= lowest
    assert kind.highest >= lowest + width
    if kind.bits > 1 + kind.signed:
        narrower = FixedType(kind.signed, kind.bits - 1, fraction)
        assert lowest < narrower.lowest or lowest + width > narrower.highest


@pytest.mark.parametrize("values", [[np.nan], [np.inf], [1.0, -np.inf]])
def test_not_a_number_is_refused(values: list[float]) -> None:
    with pytest.raises(ValueError, match="NaN"):
        from_real(np.array(values), FixedType(True, 8, 0, Rounding.HALF_EVEN, Overflow.SAT))


def test_to_real() -> None:
    assert to_real(np.array([-3, 5]), 2).tolist() == [-0.75, 1.25]


@pytest.mark.parametrize(("signed", "bits"), [(True, 1), (False, 0), (True, 54)])
def test_impossible_types(signed: bool, bits: int) -> None:
    with pytest.raises(ValueError, match="bits"):
        FixedType(signed, bits, 0)


def test_a_range_that_begins_at_zero_needs_no_sign() -> None:
    assert FixedType.holding(0, 5, 0) == FixedType(False, 3, 0)
    assert FixedType.holding(0, 0, 0) == FixedType(False, 1, 0)
    assert FixedType.holding(-1, 5, 0) == FixedType(True, 4, 0)


def test_values_of_53_bits_do_not_wrap_exactly() -> None:
    wrapping = FixedType(True, 8, 0)
    assert from_real(np.array([2.0**53 - 1]), wrapping).tolist() == [-1]
    with pytest.raises(ValueError, match="too large to wrap exactly"):
        from_real(np.array([2.0**53]), wrapping)
