"""The primitives of an arithmetic on rational numbers, written from their docstrings: what all others must equal."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from fpgajet.fixed import FixedType, Overflow, Rounding
from fpgajet.ops.arithmetic import Arithmetic, IntIndex
from tests.test_fixed import expected_raw

Rationals = NDArray[Any]


def each(function: Callable[..., Any], *arrays: Any) -> Rationals:
    """Elementwise, with broadcasting; always an array of objects."""
    out = np.frompyfunc(function, len(arrays), 1)(*arrays)
    made = np.empty(np.shape(out), dtype=object)
    made[...] = out
    return made


class Rational(Arithmetic[Rationals]):
    """Arrays of ``Fraction``."""

    def quantise(self, name: str, x: Rationals, to: FixedType) -> Rationals:
        return each(lambda v: expected_raw(v, to) * Fraction(2) ** -to.fraction, x)

    def constant(self, values: NDArray[Any]) -> Rationals:
        return each(Fraction, np.asarray(values, dtype=float))

    def scale(self, x: Rationals, exponent: int) -> Rationals:
        return each(lambda v: v * Fraction(2) ** exponent, x)

    def sum(self, x: Rationals, axis: int) -> Rationals:
        return each(lambda v: v, x.sum(axis=axis))

    def take(self, x: Rationals, index: IntIndex, axis: int) -> Rationals:
        return each(lambda v: v, np.take(x, index, axis=axis))

    def expand(self, x: Rationals, axis: int) -> Rationals:
        return np.expand_dims(x, axis)

    def concat(self, xs: Sequence[Rationals], axis: int) -> Rationals:
        return np.concatenate(list(xs), axis)

    def relu(self, x: Rationals) -> Rationals:
        return each(lambda v: max(v, Fraction(0)), x)

    def abs(self, x: Rationals) -> Rationals:
        return each(abs, x)

    def nonzero(self, x: Rationals) -> Rationals:
        return each(lambda v: Fraction(v != 0), x)

    def gate(self, x: Rationals, bit: Rationals) -> Rationals:
        return each(lambda v, b: v if b else Fraction(0), x, bit)

    def less(self, x: Rationals, y: Rationals) -> Rationals:
        return each(lambda v, w: Fraction(v < w), x, y)

    def select(self, bit: Rationals, x: Rationals, y: Rationals) -> Rationals:
        return each(lambda b, v, w: v if b else w, bit, x, y)

    def lookup(self, table: Rationals, index: Rationals) -> Rationals:
        return table[index.astype(int)]


@dataclass(frozen=True)
class Operand:
    """Raw values of a type."""

    raw: NDArray[np.int64]
    type: FixedType

    @property
    def values(self) -> Rationals:
        return each(lambda v: int(v) * Fraction(2) ** -self.type.fraction, self.raw)


@st.composite
def precisions(draw: st.DrawFn, bits: int = 12) -> FixedType:
    """Types of operands, signed and unsigned."""
    signed = draw(st.booleans())
    return FixedType(signed, draw(st.integers(1 + signed, bits)), draw(st.integers(-3, 8)))


@st.composite
def targets(draw: st.DrawFn) -> FixedType:
    """Types to round to, in every mode."""
    signed = draw(st.booleans())
    overflow = draw(st.sampled_from([o for o in Overflow if signed or o is not Overflow.SAT_SYM]))
    bits, fraction = draw(st.integers(1 + signed, 10)), draw(st.integers(-6, 10))
    return FixedType(signed, bits, fraction, draw(st.sampled_from(Rounding)), overflow)


@st.composite
def operands(draw: st.DrawFn, shape: tuple[int, ...] = (2, 3), bits: int = 12) -> Operand:
    """Arrays of which many elements are at the ends of their type, or next to them."""
    precision = draw(precisions(bits))
    ends = [precision.lowest, precision.highest, precision.lowest + 1, precision.highest - 1]
    ends.append(max(precision.lowest, 0))
    number = st.one_of(st.sampled_from(ends), st.integers(precision.lowest, precision.highest))
    count = int(np.prod(shape))
    raw = draw(st.lists(number, min_size=count, max_size=count))
    return Operand(np.array(raw, dtype=np.int64).reshape(shape), precision)


@dataclass(frozen=True)
class Case:
    """Operands, and all numbers that a primitive may need beside them."""

    x: Operand
    y: Operand
    bits: Operand
    weight: Operand
    table: Operand
    index: Operand
    to: FixedType
    exponent: int
    axis: int


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """For every primitive: x, y and bits [2, 3], weight [2, 3], table [4, 2], index [2, 3]."""

    def integers(bits: int) -> Operand:
        raw = draw(st.lists(st.integers(0, 2**bits - 1), min_size=6, max_size=6))
        return Operand(np.array(raw, dtype=np.int64).reshape(2, 3), FixedType(False, bits, 0))

    return Case(
        draw(operands()), draw(operands()), integers(1), draw(operands()), draw(operands((4, 2))), integers(2),
        draw(targets()), draw(st.integers(-6, 6)), draw(st.sampled_from([-1, -2])),
    )  # fmt: skip


#: every primitive, on the arrays of a case: (arithmetic, case, x, y, bits, weight, table, index) -> result
Primitive = Callable[..., Any]
PRIMITIVES: dict[str, Primitive] = {
    "add": lambda a, c, x, y, *_: x + y,
    "subtract": lambda a, c, x, y, *_: x - y,
    "multiply": lambda a, c, x, y, *_: x * y,
    "square": lambda a, c, x, *_: x * x,
    "quantise": lambda a, c, x, *_: a.quantise("q", x, c.to),
    "quantise a product": lambda a, c, x, y, *_: a.quantise("q", x * y, c.to),
    "constant": lambda a, c, x, *_: x + a.constant(np.array([0.0, -1.75, 40.5])),
    "scale": lambda a, c, x, *_: a.scale(x, c.exponent),
    "sum": lambda a, c, x, *_: a.sum(x, c.axis),
    "take one": lambda a, c, x, *_: a.take(x, 1, c.axis),
    "take some": lambda a, c, x, *_: a.take(x, np.array([[1, 0], [1, 1]]), c.axis),
    "expand": lambda a, c, x, y, *_: a.expand(x, c.axis) + a.expand(y, c.axis),
    "concat": lambda a, c, x, y, *_: a.concat([x, y], c.axis),
    "relu": lambda a, c, x, *_: a.relu(x),
    "abs": lambda a, c, x, *_: a.abs(x),
    "nonzero": lambda a, c, x, *_: a.nonzero(x),
    "gate": lambda a, c, x, y, bits, *_: a.gate(x, bits),
    "less": lambda a, c, x, y, *_: a.less(x, y),
    "select": lambda a, c, x, y, bits, *_: a.select(bits, x, y),
    "linear": lambda a, c, x, y, bits, weight, *_: a.linear(x, weight),
    "lookup": lambda a, c, x, y, bits, weight, table, index: a.lookup(table, index),
}


def expected(primitive: Primitive, case: Case) -> Rationals:
    """What a primitive gives on a case."""
    return primitive(Rational(), case, *(operand.values for operand in operands_of(case)))


def operands_of(case: Case) -> tuple[Operand, ...]:
    """The arrays that a primitive is called with."""
    return case.x, case.y, case.bits, case.weight, case.table, case.index
