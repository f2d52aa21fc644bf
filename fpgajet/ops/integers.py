"""int64 arithmetic: the definition that every other implementation is compared with."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fpgajet.fixed import FixedType, requantise, to_real
from fpgajet.ops.arithmetic import Arithmetic, IntIndex

Raw = NDArray[np.int64]
#: Bits of an int64 that any integer may fill, its sign left out.
INT64_BITS = 62
#: Terms up to which a sum is made slice by slice.
FEW_TERMS = 16


@dataclass(frozen=True, eq=False)
class FixedArray:
    """Raw int64 values, all with the same number of fraction bits; value = raw * 2**-fraction."""

    raw: Raw
    fraction: int

    @classmethod
    def of_type(cls, raw: NDArray[Any], precision: FixedType) -> FixedArray:
        """Wrap raw values of a type.

        Raises:
            ValueError: a raw value lies outside the range of ``precision``.
        """
        raw = np.asarray(raw, dtype=np.int64)
        if raw.size and (raw.min() < precision.lowest or raw.max() > precision.highest):
            raise ValueError(f"raw values {raw.min()}..{raw.max()} do not fit {precision}")
        return cls(raw, precision.fraction)

    @classmethod
    def exactly(cls, values: NDArray[Any]) -> FixedArray:
        """Real values with as few fraction bits as hold them all; see :func:`exact_fraction`."""
        fraction = exact_fraction(values)
        raw = np.asarray(np.asarray(values, dtype=np.float64) * 2.0**fraction, dtype=np.int64)
        return cls(raw, fraction)

    @property
    def real(self) -> NDArray[np.float64]:
        """The values as float64."""
        return to_real(self.raw, self.fraction)

    def at(self, fraction: int) -> Raw:
        """Raw values written with more fraction bits."""
        return self.raw << np.int64(fraction - self.fraction)

    def _aligned(self, other: FixedArray) -> tuple[Raw, Raw, int]:
        fraction = max(self.fraction, other.fraction)
        return self.at(fraction), other.at(fraction), fraction

    def __add__(self, other: FixedArray) -> FixedArray:
        a, b, fraction = self._aligned(other)
        return FixedArray(a + b, fraction)

    def __sub__(self, other: FixedArray) -> FixedArray:
        a, b, fraction = self._aligned(other)
        return FixedArray(a - b, fraction)

    def __mul__(self, other: FixedArray) -> FixedArray:
        return FixedArray(self.raw * other.raw, self.fraction + other.fraction)


def exact_fraction(values: NDArray[Any], limit: int = 64) -> int:
    """The fewest fraction bits that write every real value exactly.

    Raises:
        ValueError: more than ``limit`` would be needed.
    """
    reals = np.asarray(values, dtype=np.float64)
    largest = float(np.abs(reals).max()) if reals.size else 0.0
    if largest == 0.0:
        return 0
    if np.isfinite(largest) and largest < 2.0**INT64_BITS:
        # Scaled so that the largest nearly fills int64, the numbers are integers, unless they need more bits than that.
        exponent = INT64_BITS - int(np.frexp(largest)[1])
        scaled = np.ldexp(reals, exponent)
        if (scaled == np.rint(scaled)).all():
            used = int(np.bitwise_or.reduce(scaled.astype(np.int64), axis=None))
            fraction = max(exponent - (used & -used).bit_length() + 1, 0)
            return _within(fraction, limit)

    def enough(fraction: int) -> bool:
        scaled = reals * 2.0**fraction
        return bool((scaled == np.rint(scaled)).all())

    # What a number of bits writes, more bits write as well: bisect.
    return _within(bisect_left(range(limit + 1), True, key=enough), limit)


def _within(fraction: int, limit: int) -> int:
    if fraction > limit:
        raise ValueError(f"constants need more than {limit} fraction bits")
    return fraction


def _sum(raw: Raw, axis: int) -> Raw:
    """``raw.sum(axis)``; few terms are added slice by slice, which numpy does ten times faster."""
    if not 1 < raw.shape[axis] <= FEW_TERMS:
        return np.asarray(raw.sum(axis=axis))
    first, second, *others = np.moveaxis(raw, axis, 0)
    total: Raw = np.asarray(first + second)
    for other in others:
        total += other
    return total


class IntegerArithmetic(Arithmetic[FixedArray]):
    """numpy int64. Exact as long as raw values stay below 2**63, which the width analysis checks."""

    def quantise(self, name: str, x: FixedArray, to: FixedType) -> FixedArray:
        return FixedArray(requantise(x.raw, x.fraction, to), to.fraction)

    def constant(self, values: NDArray[Any]) -> FixedArray:
        return FixedArray.exactly(values)

    def scale(self, x: FixedArray, exponent: int) -> FixedArray:
        return FixedArray(x.raw, x.fraction - exponent)

    def sum(self, x: FixedArray, axis: int) -> FixedArray:
        return FixedArray(_sum(x.raw, axis), x.fraction)

    def take(self, x: FixedArray, index: IntIndex, axis: int) -> FixedArray:
        return FixedArray(np.take(x.raw, index, axis=axis), x.fraction)

    def expand(self, x: FixedArray, axis: int) -> FixedArray:
        return FixedArray(np.expand_dims(x.raw, axis), x.fraction)

    def concat(self, xs: Sequence[FixedArray], axis: int) -> FixedArray:
        fraction = max(x.fraction for x in xs)
        return FixedArray(np.concatenate([x.at(fraction) for x in xs], axis=axis), fraction)

    def relu(self, x: FixedArray) -> FixedArray:
        return FixedArray(np.maximum(x.raw, 0), x.fraction)

    def abs(self, x: FixedArray) -> FixedArray:
        return FixedArray(np.abs(x.raw), x.fraction)

    def nonzero(self, x: FixedArray) -> FixedArray:
        return FixedArray((x.raw != 0).astype(np.int64), 0)

    def gate(self, x: FixedArray, bit: FixedArray) -> FixedArray:
        return FixedArray(np.where(bit.raw != 0, x.raw, 0), x.fraction)

    def less(self, x: FixedArray, y: FixedArray) -> FixedArray:
        a, b, _ = x._aligned(y)
        return FixedArray((a < b).astype(np.int64), 0)

    def select(self, bit: FixedArray, x: FixedArray, y: FixedArray) -> FixedArray:
        a, b, fraction = x._aligned(y)
        return FixedArray(np.where(bit.raw != 0, a, b), fraction)

    def linear(self, x: FixedArray, weight: FixedArray) -> FixedArray:
        return FixedArray(x.raw @ weight.raw.T, x.fraction + weight.fraction)

    def lookup(self, table: FixedArray, index: FixedArray) -> FixedArray:
        return FixedArray(table.raw[index.raw], table.fraction)
