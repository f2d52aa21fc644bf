"""Intervals against every value in them: they hold all results, and most primitives no more than that.

The interval is the proof that nothing overflows, so each primitive is compared with brute force.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from fpgajet.fixed import FixedType
from fpgajet.ops.exactness import NotExact
from fpgajet.ops.integers import FixedArray, IntegerArithmetic
from fpgajet.ops.interval_arithmetic import IntervalArithmetic, IntervalArray
from tests.ops.rational import targets

#: all values of a small array: raw values by element, and their common fraction
Sets = tuple[list[range], int]


@st.composite
def sets(draw: st.DrawFn, lowest: int = -6, highest: int = 6, elements: int = 2) -> Sets:
    """Ranges of raw values, on both sides of 0 and on one."""
    found = []
    for _ in range(elements):
        low = draw(st.integers(lowest, highest))
        found.append(range(low, draw(st.integers(low, min(low + 5, highest))) + 1))
    return found, draw(st.integers(-2, 3))


def intervals(of: Sets) -> IntervalArray:
    lo, hi = (np.array([values[end] for values in of[0]], dtype=object) for end in (0, -1))
    return IntervalArray(lo, hi, of[1])


def every(of: Sets) -> FixedArray:
    """All arrays within the ranges, [combinations, elements]."""
    return FixedArray(np.array(list(product(*of[0])), dtype=np.int64), of[1])


def check(interval: IntervalArray, values: FixedArray, *, tight: bool) -> None:
    """``values`` [combinations, ...] lie in the interval; ``tight``: and reach both ends in every element."""
    lo, hi = (real(bound, interval.fraction) for bound in (interval.lo, interval.hi))
    lowest, highest = (real(end, values.fraction) for end in (values.raw.min(0), values.raw.max(0)))
    assert np.all(lo <= lowest)
    assert np.all(highest <= hi)
    if tight:
        assert np.all(lo == lowest)
        assert np.all(highest == hi)


def real(raw: Any, fraction: int) -> np.ndarray:
    return np.asarray(raw, dtype=object) * Fraction(2) ** -fraction


def pairs(x: FixedArray, y: FixedArray) -> tuple[FixedArray, FixedArray]:
    """Every array of x with every array of y."""
    n, m = len(x.raw), len(y.raw)
    return FixedArray(np.repeat(x.raw, m, 0), x.fraction), FixedArray(np.tile(y.raw, (n, 1)), y.fraction)


TWO = {
    "add": lambda a, x, y: x + y,
    "subtract": lambda a, x, y: x - y,
    "multiply": lambda a, x, y: x * y,
    "concat": lambda a, x, y: a.concat([x, y], -1),
    "less": lambda a, x, y: a.less(x, y),
}


@pytest.mark.parametrize("name", TWO)
def test_of_two(name: str) -> None:
    @settings(max_examples=300, deadline=None)
    @given(sets(), sets())
    def of_two(x: Sets, y: Sets) -> None:
        found = TWO[name](IntervalArithmetic(), intervals(x), intervals(y))
        values = TWO[name](IntegerArithmetic(), *pairs(every(x), every(y)))
        check(found, values, tight=True)

    of_two()


ONE = {
    "scale": (True, lambda a, x: a.scale(x, 3)),
    "sum": (True, lambda a, x: a.sum(x, -1)),
    "take one": (True, lambda a, x: a.take(x, 1, -1)),
    "take some": (True, lambda a, x: a.take(x, np.array([[1, 0], [1, 1]]), -1)),
    "expand": (True, lambda a, x: a.expand(x, -1)),
    "relu": (True, lambda a, x: a.relu(x)),
    "abs": (True, lambda a, x: a.abs(x)),
    "constant": (True, lambda a, x: x + a.constant(np.array([-2.5, 0.75]))),
    "nonzero": (False, lambda a, x: a.nonzero(x)),
}


@pytest.mark.parametrize("name", ONE)
def test_of_one(name: str) -> None:
    tight, primitive = ONE[name]

    @settings(max_examples=200, deadline=None)
    @given(sets())
    def of_one(x: Sets) -> None:
        check(
            primitive(IntervalArithmetic(), intervals(x)),
            primitive(IntegerArithmetic(), every(x)),
            tight=tight,
        )

    of_one()


@settings(max_examples=300, deadline=None)
@given(sets(-40, 40), targets(), st.integers(-4, 8))
def test_quantise(x: Sets, to: FixedType, fraction: int) -> None:
    of = (x[0], fraction)
    found = IntervalArithmetic().quantise("q", intervals(of), to)
    values = IntegerArithmetic().quantise("q", every(of), to)
    # After wrapping nothing is known; without it, and wherever it saturates, both ends are reached.
    check(found, values, tight=to.overflow.value != "WRAP")
    assert (found.lo >= to.lowest).all()
    assert (found.hi <= to.highest).all()


@settings(max_examples=300, deadline=None)
@given(sets(), sets(), sets(0, 1))
def test_gate_and_select(x: Sets, y: Sets, bits: Sets) -> None:
    bits = (bits[0], 0)
    xs, ys = pairs(every(x), every(y))
    n = len(every(bits).raw)
    xs, ys = (FixedArray(np.repeat(v.raw, n, 0), v.fraction) for v in (xs, ys))
    choice = FixedArray(np.tile(every(bits).raw, (len(xs.raw) // n, 1)), 0)
    a, exact = IntervalArithmetic(), IntegerArithmetic()
    check(a.select(intervals(bits), intervals(x), intervals(y)), exact.select(choice, xs, ys), tight=True)
    check(a.gate(intervals(x), intervals(bits)), exact.gate(xs, choice), tight=False)


@settings(max_examples=200, deadline=None)
@given(sets(), st.lists(st.integers(-9, 9), min_size=6, max_size=6), st.integers(-2, 3))
def test_linear(x: Sets, weights: list[int], fraction: int) -> None:
    weight = FixedArray(np.array(weights, dtype=np.int64).reshape(3, 2), fraction)
    found = IntervalArithmetic().linear(intervals(x), IntervalArray.exactly(weight))
    check(found, IntegerArithmetic().linear(every(x), weight), tight=True)


@settings(max_examples=200, deadline=None)
@given(sets(0, 7), st.lists(st.integers(-9, 9), min_size=16, max_size=16))
def test_lookup(index: Sets, entries: list[int]) -> None:
    index = (index[0], 0)
    table = FixedArray(np.array(entries, dtype=np.int64).reshape(8, 2), 1)
    found = IntervalArithmetic().lookup(IntervalArray.exactly(table), intervals(index))
    check(found, IntegerArithmetic().lookup(table, every(index)), tight=True)


@pytest.mark.parametrize(("low", "high"), [(-1, 3), (0, 8), (8, 8), (-2, -1)])
def test_a_table_is_never_read_beyond_its_ends(low: int, high: int) -> None:
    table = IntervalArray.exactly(FixedArray(np.arange(8), 0))
    index = IntervalArray(np.array([low], dtype=object), np.array([high], dtype=object), 0)
    with pytest.raises(ValueError, match=f"looked up at {low}..{high}"):
        IntervalArithmetic().lookup(table, index)


@settings(max_examples=200, deadline=None)
@given(sets(-40, 40), st.integers(-2, 5), targets())
def test_bounded_keeps_every_value_of_the_promised_type(x: Sets, fraction: int, to: FixedType) -> None:
    """``bounded`` promises that a value, its bits below the type's left aside, is one of the type."""
    of = (x[0], fraction)
    step = Fraction(2) ** -to.fraction
    kept = [
        [raw for raw in values if to.lowest <= (raw * Fraction(2) ** -fraction) // step <= to.highest]
        for values in of[0]
    ]
    assume(all(kept))
    found = IntervalArithmetic().bounded(intervals(of), to)
    for element, values in enumerate(kept):
        ends = [
            Fraction(int(bound[element])) / Fraction(2) ** found.fraction for bound in (found.lo, found.hi)
        ]
        inside = [raw * Fraction(2) ** -fraction for raw in (min(values), max(values))]
        assert ends[0] <= inside[0]
        assert inside[1] <= ends[1]
        assert to.lowest * step <= ends[0]
        assert ends[1] < (to.highest + 1) * step
        if fraction >= to.fraction:
            assert ends == inside
    assert IntegerArithmetic().bounded(every(of), to).raw is not None


@pytest.mark.parametrize(
    ("raw", "fits"), [(2**52 - 1, True), (-(2**52), True), (2**52, False), (-(2**52) - 1, False)]
)
def test_what_is_rounded_has_at_most_53_bits(raw: int, fits: bool) -> None:
    x = IntervalArray(np.array([raw], dtype=object), np.array([raw], dtype=object), 0)
    to = FixedType(True, 8, -45)
    if fits:
        assert x.holding_type().bits <= 53
        IntervalArithmetic().quantise("q", x, to)
        return
    for use in (lambda a: a.note("n", x), lambda a: a.quantise("q", x, to)):
        with pytest.raises(NotExact, match="more than 53 bits"):
            use(IntervalArithmetic())


LARGE = IntervalArray(np.array([-(2**40)], dtype=object), np.array([2**40], dtype=object), 0)


@pytest.mark.parametrize(
    "overflowing",
    [
        lambda a: LARGE * LARGE,
        lambda a: LARGE + a.constant(np.array([2.0**-30])),
        lambda a: LARGE - a.constant(np.array([2.0**-30])),
        lambda a: a.less(LARGE, a.constant(np.array([2.0**-30]))),
        lambda a: a.sum(IntervalArray(np.array([2**62] * 2, dtype=object), np.array([2**62] * 2, dtype=object), 0), -1),
    ],
)  # fmt: skip
def test_what_int64_might_not_hold_is_refused(overflowing: Any) -> None:
    with pytest.raises(NotExact, match="more than 64 bits"):
        overflowing(IntervalArithmetic())
