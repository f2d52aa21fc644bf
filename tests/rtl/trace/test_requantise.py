"""Rounding and saturation of symbols, over every value of a type, against the definition."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from alkaid.trace import trace

from fpgajet.fixed import FixedType, Overflow, Rounding, requantise
from fpgajet.rtl.ir.evaluate import evaluate
from fpgajet.rtl.trace.arithmetic import AlkaidArithmetic, symbolic_input
from fpgajet.rtl.trace.tracing import from_symbols

SOURCES = [FixedType(True, 8, 5), FixedType(False, 7, 3), FixedType(True, 6, -1)]
#: signed, bits, fraction: coarser, finer, all above, all below, one bit, only the sign left
TARGETS = [
    (1, 4, 2),
    (0, 3, 1),
    (1, 10, 6),
    (1, 3, -3),
    (0, 1, 0),
    (1, 2, -6),
    (0, 5, 8),
    (1, 6, 4),
    (0, 4, -4),
]


def all_values(kind: FixedType) -> np.ndarray:
    return np.arange(kind.lowest, kind.highest + 1)


@pytest.mark.parametrize("rounding", Rounding)
@pytest.mark.parametrize("overflow", Overflow)
@pytest.mark.parametrize("relu", [False, True])
def test_every_value(rounding: Rounding, overflow: Overflow, relu: bool) -> None:
    for source, (signed, bits, fraction) in itertools.product(SOURCES, TARGETS):
        if overflow is Overflow.SAT_SYM and not signed:
            continue
        to = FixedType(bool(signed), bits, fraction, rounding, overflow)
        a, x, raw = AlkaidArithmetic(), symbolic_input((1,), source), all_values(source)
        y = a.quantise("output", a.relu(x) if relu else x, to)
        got = trace(x, y, keep_dead_inputs=True).predict((raw * source.lsb)[:, None])[:, 0]
        expected = requantise(np.maximum(raw, 0) if relu else raw, source.fraction, to) * to.lsb
        np.testing.assert_array_equal(got, expected, err_msg=f"{source} -> {to}, relu {relu}")


@pytest.mark.parametrize("rounding", [Rounding.HALF_UP, Rounding.HALF_EVEN])
def test_half_an_lsb_moves_into_shared_terms(rounding: Rounding) -> None:
    kind, to = FixedType(True, 5, 3), FixedType(True, 4, 1, rounding, Overflow.SAT)
    a, x = AlkaidArithmetic(), symbolic_input((4,), kind)
    rows, columns = a.expand(a.take(x, np.array([0, 1]), -1), -1), a.take(x, np.array([2, 3]), -1)
    program = trace(x, a.quantise("output", rows * a.constant(np.array(0.75)) + columns, to))
    raw = np.random.default_rng(1).integers(kind.lowest, kind.highest + 1, (4000, 4))
    exact = 3 * raw[:, :2, None] + 4 * raw[:, None, 2:]  # five fraction bits
    expected = requantise(exact, 5, to).reshape(len(raw), -1) * to.lsb
    np.testing.assert_array_equal(program.predict(raw * kind.lsb), expected)
    assert sum(op.opcode == 4 for op in program.ops) == 2  # once a column, not once a sum


def test_only_the_end_that_can_be_left_is_saturated() -> None:
    """x - y of x in -8 ... 7 and y in 0 ... 31 leaves the 4 bits at the bottom, never at the top: one multiplexer."""
    a, to = AlkaidArithmetic(), FixedType(True, 4, 0, Rounding.FLOOR, Overflow.SAT)
    x, y = symbolic_input((1,), FixedType(True, 4, 0)), symbolic_input((1,), FixedType(False, 5, 0))
    program = trace(a.concat([x, y], -1), a.quantise("output", x - y, to))
    assert sum(abs(op.opcode) == 6 for op in program.ops) == 1


@pytest.mark.parametrize("weights", [(1, 1), (2, 2), (2, 6), (4, -4), (-2, 6), (-8, -8)])
@pytest.mark.parametrize("fraction", [3, 4, 5, 6, 7])
def test_sums_that_are_multiples_of_a_power_of_two(weights: tuple[int, int], fraction: int) -> None:
    """A saturating sum whose weights share a factor of two: the bits above the range are those of the whole sum."""
    kind, to = FixedType(True, 8, fraction), FixedType(True, 9, 5, Rounding.FLOOR, Overflow.SAT)
    a, x = AlkaidArithmetic(), symbolic_input((2,), kind)
    total = a.take(x, np.array([0]), -1) * a.constant(np.array(float(weights[0])))
    total = total + a.take(x, np.array([1]), -1) * a.constant(np.array(float(weights[1])))
    netlist = from_symbols(x, [kind, kind], a.quantise("output", total, to), to)
    raw = np.random.default_rng(1).integers(kind.lowest, kind.highest + 1, (4000, 2))
    raw[:2] = kind.lowest, kind.highest
    np.testing.assert_array_equal(
        np.asarray(evaluate(netlist, raw)).ravel(), requantise(raw @ np.array(weights), fraction, to)
    )
