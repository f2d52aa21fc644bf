"""Interval arithmetic: how wide every intermediate of an operator can get in the worst case.

Bounds are Python integers (numpy dtype object), so the analysis itself can never overflow. Types differ
from element to element only through their bounds; the fraction is one for the whole array.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fpgajet.fixed import EXACT_BITS, FixedType, Overflow, requantise
from fpgajet.ops.arithmetic import Arithmetic, IntIndex
from fpgajet.ops.exactness import NotExact
from fpgajet.ops.integers import FixedArray

Bounds = NDArray[Any]


@dataclass(frozen=True, eq=False)
class IntervalArray:
    """Elementwise bounds ``lo <= raw <= hi`` with a common number of fraction bits."""

    lo: Bounds
    hi: Bounds
    fraction: int

    @classmethod
    def of_type(cls, shape: tuple[int, ...], precision: FixedType) -> IntervalArray:
        """Every value of ``precision`` is possible in every element."""
        return cls(_full(shape, precision.lowest), _full(shape, precision.highest), precision.fraction)

    @classmethod
    def exactly(cls, x: FixedArray) -> IntervalArray:
        """Known values: weights and tables."""
        raw = np.asarray(x.raw).astype(object)
        return cls(raw, raw, x.fraction)

    def at(self, fraction: int) -> tuple[Bounds, Bounds]:
        """Bounds written with more fraction bits."""
        factor = 1 << (fraction - self.fraction)
        return _in_int64(self.lo * factor, self.hi * factor)

    def __add__(self, other: IntervalArray) -> IntervalArray:
        fraction = max(self.fraction, other.fraction)
        (a, b), (c, d) = self.at(fraction), other.at(fraction)
        return IntervalArray(*_in_int64(a + c, b + d), fraction)

    def __sub__(self, other: IntervalArray) -> IntervalArray:
        fraction = max(self.fraction, other.fraction)
        (a, b), (c, d) = self.at(fraction), other.at(fraction)
        return IntervalArray(*_in_int64(a - d, b - c), fraction)

    def __mul__(self, other: IntervalArray) -> IntervalArray:
        corners = [self.lo * other.lo, self.lo * other.hi, self.hi * other.lo, self.hi * other.hi]
        lo, hi = corners[0], corners[0]
        for corner in corners[1:]:
            lo, hi = np.minimum(lo, corner), np.maximum(hi, corner)
        return IntervalArray(*_in_int64(lo, hi), self.fraction + other.fraction)

    def holding_type(self) -> FixedType:
        """The narrowest type that holds every element without loss.

        Raises:
            NotExact: more than 53 bits would be needed, so float64 could not carry the value.
        """
        lowest, highest = int(np.min(self.lo)), int(np.max(self.hi))
        if max(max(highest, 0).bit_length(), max(-lowest - 1, 0).bit_length()) >= EXACT_BITS:
            raise NotExact(f"an intermediate needs more than {EXACT_BITS} bits: use narrower types")
        return FixedType.holding(lowest, highest, self.fraction)


def _in_int64(lo: Bounds, hi: Bounds) -> tuple[Bounds, Bounds]:
    """The bounds themselves, once it is certain that the integer reference can hold what lies between them."""
    if np.size(lo) and (np.min(lo) < -(2**63) or np.max(hi) >= 2**63):
        raise NotExact("an intermediate needs more than 64 bits: use narrower types")
    return lo, hi


def _full(shape: tuple[int, ...], value: int) -> Bounds:
    full = np.empty(shape, dtype=object)
    full[...] = value
    return full


@dataclass
class IntervalArithmetic(Arithmetic[IntervalArray]):
    """Runs an operator on intervals and remembers the type of every named intermediate."""

    types: dict[str, FixedType] = field(default_factory=dict)

    def note(self, name: str, x: IntervalArray) -> IntervalArray:
        self.types[name] = x.holding_type()
        return x

    def quantise(self, name: str, x: IntervalArray, to: FixedType) -> IntervalArray:
        x.holding_type()  # what is rounded must itself be exact
        roomy = FixedType(True, EXACT_BITS, to.fraction, to.rounding, Overflow.SAT)
        rounded = [requantise(bound, x.fraction, roomy) for bound in (x.lo, x.hi)]
        overflows = bool((rounded[0] < to.lowest).any() or (rounded[1] > to.highest).any())
        if overflows and to.overflow is Overflow.WRAP:
            return IntervalArray.of_type(x.lo.shape, to)  # after wrapping nothing is known
        lo, hi = (np.clip(bound, to.lowest, to.highest) for bound in rounded)
        return IntervalArray(lo, hi, to.fraction)

    def constant(self, values: NDArray[Any]) -> IntervalArray:
        return IntervalArray.exactly(FixedArray.exactly(values))

    def scale(self, x: IntervalArray, exponent: int) -> IntervalArray:
        return IntervalArray(x.lo, x.hi, x.fraction - exponent)

    def sum(self, x: IntervalArray, axis: int) -> IntervalArray:
        lo, hi = _in_int64(np.asarray(x.lo.sum(axis=axis)), np.asarray(x.hi.sum(axis=axis)))
        return IntervalArray(lo, hi, x.fraction)

    def take(self, x: IntervalArray, index: IntIndex, axis: int) -> IntervalArray:
        lo, hi = np.take(x.lo, index, axis=axis), np.take(x.hi, index, axis=axis)
        return IntervalArray(np.asarray(lo, dtype=object), np.asarray(hi, dtype=object), x.fraction)

    def expand(self, x: IntervalArray, axis: int) -> IntervalArray:
        return IntervalArray(np.expand_dims(x.lo, axis), np.expand_dims(x.hi, axis), x.fraction)

    def concat(self, xs: Sequence[IntervalArray], axis: int) -> IntervalArray:
        fraction = max(x.fraction for x in xs)
        lows, highs = zip(*(x.at(fraction) for x in xs), strict=True)
        return IntervalArray(np.concatenate(lows, axis), np.concatenate(highs, axis), fraction)

    def relu(self, x: IntervalArray) -> IntervalArray:
        return IntervalArray(np.maximum(x.lo, 0), np.maximum(x.hi, 0), x.fraction)

    def abs(self, x: IntervalArray) -> IntervalArray:
        lo = np.maximum(np.maximum(x.lo, -x.hi), 0)  # 0 where the interval contains it
        return IntervalArray(lo, np.maximum(-x.lo, x.hi), x.fraction)

    def nonzero(self, x: IntervalArray) -> IntervalArray:
        return IntervalArray(_full(x.lo.shape, 0), _full(x.lo.shape, 1), 0)

    def gate(self, x: IntervalArray, bit: IntervalArray) -> IntervalArray:
        shape = np.broadcast_shapes(x.lo.shape, bit.lo.shape)
        lo, hi = (np.broadcast_to(b, shape) for b in (x.lo, x.hi))
        return IntervalArray(np.minimum(lo, 0), np.maximum(hi, 0), x.fraction)

    def less(self, x: IntervalArray, y: IntervalArray) -> IntervalArray:
        difference = x - y
        return IntervalArray(
            (difference.hi < 0).astype(object) * 1, (difference.lo < 0).astype(object) * 1, 0
        )

    def select(self, bit: IntervalArray, x: IntervalArray, y: IntervalArray) -> IntervalArray:
        fraction = max(x.fraction, y.fraction)
        (a, b), (c, d) = x.at(fraction), y.at(fraction)
        always, never = bit.lo > 0, bit.hi < 1
        lo = np.where(always, a, np.where(never, c, np.minimum(a, c)))
        hi = np.where(always, b, np.where(never, d, np.maximum(b, d)))
        return IntervalArray(lo, hi, fraction)

    def bounded(self, x: IntervalArray, to: FixedType) -> IntervalArray:
        lo, hi = x.at(max(x.fraction, to.fraction))
        factor = 1 << max(x.fraction - to.fraction, 0)
        return IntervalArray(
            np.clip(lo, to.lowest * factor, to.highest * factor + factor - 1),
            np.clip(hi, to.lowest * factor, to.highest * factor + factor - 1),
            max(x.fraction, to.fraction),
        )

    def lookup(self, table: IntervalArray, index: IntervalArray) -> IntervalArray:
        entries = len(table.lo)
        if index.fraction != 0 or np.min(index.lo) < 0 or np.max(index.hi) >= entries:
            raise ValueError(
                f"a table of {entries} entries could be looked up at {np.min(index.lo)}..{np.max(index.hi)}"
            )
        shape = index.lo.shape + table.lo.shape[1:]
        lo, hi = np.empty(shape, dtype=object), np.empty(shape, dtype=object)
        for place in np.ndindex(index.lo.shape):
            rows = slice(int(index.lo[place]), int(index.hi[place]) + 1)
            lo[place], hi[place] = table.lo[rows].min(axis=0), table.hi[rows].max(axis=0)
        return IntervalArray(lo, hi, table.fraction)
