"""Comparison of two functions of one wide value by blocks of 2**k values, where each value would be too many.

A value x is written as 2**k h + l with 0 <= l < 2**k. For one h, what saturation, cut bits and comparisons with the
ends of a type make of x is either a constant or x itself but for factor and offset: a l + b. Where every operation on
the way keeps this form for every h, two functions agree for all x if they have the same a and b for every h. An
operation that does not keep it ends the comparison without a result. No arithmetic here may wrap: it is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fpgajet.prove.atoms import Atom, Kind, Values
from fpgajet.prove.cones import Cone
from fpgajet.prove.limit import check
from fpgajet.prove.polynomials import Frozen

#: Blocks, times values of the other leaves, that are tried.
MOST_BLOCKS = 1 << 16
#: Those that are tried at a time.
CHUNK = 1 << 18
#: Every number stays below this.
WIDEST = 1 << 61


class NotAffine(Exception):
    """A value that is not a l + b in some block."""


@dataclass(frozen=True, eq=False)
class Affine:
    """slope * l + start for 0 <= l < 2**bits, an element per block."""

    slope: Values
    start: Values
    bits: int

    #: numpy leaves operations with arrays to this class
    __array_ufunc__ = None

    def __post_init__(self) -> None:
        if _most(self.slope) * ((1 << self.bits) - 1) + _most(self.start) >= WIDEST:
            raise NotAffine

    def __add__(self, other: Affine | Values | int) -> Affine:
        slope, start = _parts(other)
        return Affine(self.slope + slope, self.start + start, self.bits)

    def __mul__(self, other: Affine | Values | int) -> Affine:
        slope, start = _parts(other)
        if _most(slope) and _most(self.slope) and (self.slope * (slope != 0)).any():
            raise NotAffine
        if max(_most(self.slope), _most(self.start)) * max(_most(slope), _most(start)) >= WIDEST:
            raise NotAffine
        return Affine(self.slope * start + self.start * slope, self.start * start, self.bits)

    __radd__ = __add__
    __rmul__ = __mul__

    def __floordiv__(self, divisor: int) -> Affine:
        if (self.slope % divisor).any():
            raise NotAffine
        return Affine(self.slope // divisor, self.start // divisor, self.bits)

    @property
    def ends(self) -> tuple[Values, Values]:
        """Least and greatest value in each block."""
        last = self.start + self.slope * ((1 << self.bits) - 1)
        return np.minimum(self.start, last), np.maximum(self.start, last)

    def constant(self, values: Values) -> Affine:
        """The same blocks with a value each."""
        return Affine(np.zeros_like(self.slope), values, self.bits)

    def operated(self, atom: Atom) -> Affine:
        """What an atom makes of this argument.

        Raises:
            NotAffine: it is no longer of this form.
        """
        if not self.slope.any():
            return self.constant(np.asarray(atom.rule(self.start)))
        return _RULES[atom.kind](self, atom.numbers)

    def same(self, other: Affine | Values) -> bool:
        """Whether two are equal in all blocks."""
        slope, start = _parts(other)
        return bool((self.slope == slope).all() and (self.start == start).all())


def agree_by_blocks(cone: Cone) -> int:
    """Blocks that were tried and show that both sides of a cone are equal; 0 where that is not shown."""
    if not cone.ranges:
        return 0
    widest = max(range(len(cone.ranges)), key=lambda k: cone.ranges[k][1] - cone.ranges[k][0])
    others = cone.size // (cone.ranges[widest][1] - cone.ranges[widest][0] + 1)
    for bits in cone.steps():
        low, high = (end >> bits for end in cone.ranges[widest])
        size = others * (high - low + 1)
        if size > MOST_BLOCKS:
            continue
        try:
            if all(cone.equal(given) for given in _assignments(cone, widest, bits, size)):
                return size
        except NotAffine:
            continue
    return 0


def _assignments(cone: Cone, widest: int, bits: int, size: int) -> Iterator[dict[Frozen, Any]]:
    """All values of the leaves but the widest, of which all blocks."""
    for start in range(0, size, CHUNK):
        check()
        places = np.arange(start, min(start + CHUNK, size))
        given: dict[Frozen, Any] = {}
        for place, base in enumerate(cone.leaves):
            low, high = cone.ranges[place]
            if place == widest:
                low, high = low >> bits, high >> bits
            values = places % (high - low + 1) + low
            places = places // (high - low + 1)
            one = np.ones_like(values)
            given[base] = Affine(one, values << bits, bits) if place == widest else values
        yield given


def _parts(other: Affine | Values | int) -> tuple[Values, Values]:
    if isinstance(other, Affine):
        return other.slope, other.start
    start = np.asarray(other, dtype=np.int64)
    if _most(start) >= WIDEST:
        raise NotAffine
    return np.zeros_like(start), start


def _most(values: Values) -> int:
    return max(abs(int(values.max(initial=0))), abs(int(values.min(initial=0))))


def _floor(x: Affine, numbers: tuple[int, ...]) -> Affine:
    step = 1 << numbers[0]
    low, high = x.ends
    whole = x.slope % step == 0
    inside = low // step == high // step
    if not (whole | inside).all():
        raise NotAffine
    slope = np.where(whole, x.slope // step, 0)
    return Affine(slope, np.where(whole, x.start // step, low // step), x.bits)


def _clip(x: Affine, numbers: tuple[int, ...]) -> Affine:
    lowest, highest = numbers
    low, high = x.ends
    free, under, over = (low >= lowest) & (high <= highest), high <= lowest, low >= highest
    if not (free | under | over).all():
        raise NotAffine
    start = np.where(free, x.start, np.where(under, lowest, highest))
    return Affine(np.where(free, x.slope, 0), start, x.bits)


def _sign(x: Affine) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Blocks without negative values, and those without positive ones."""
    low, high = x.ends
    if not ((low >= 0) | (high <= 0)).all():
        raise NotAffine
    return low >= 0, high <= 0


def _relu(x: Affine, _: tuple[int, ...]) -> Affine:
    positive, _other = _sign(x)
    return Affine(np.where(positive, x.slope, 0), np.where(positive, x.start, 0), x.bits)


def _abs(x: Affine, _: tuple[int, ...]) -> Affine:
    positive, _other = _sign(x)
    sign = np.where(positive, 1, -1)
    return Affine(sign * x.slope, sign * x.start, x.bits)


def _negative(x: Affine, _: tuple[int, ...]) -> Affine:
    low, high = x.ends
    if not ((low >= 0) | (high < 0)).all():
        raise NotAffine
    return x.constant((high < 0).astype(np.int64))


def _nonzero(x: Affine, _: tuple[int, ...]) -> Affine:
    low, high = x.ends
    certain = (low > 0) | (high < 0)
    if not (certain | ((low == 0) & (high == 0))).all():
        raise NotAffine
    return x.constant(certain.astype(np.int64))


def _table(x: Affine, numbers: tuple[int, ...]) -> Affine:
    raise NotAffine


_RULES: dict[Kind, Callable[[Affine, tuple[int, ...]], Affine]] = {
    Kind.FLOOR: _floor,
    Kind.CLIP: _clip,
    Kind.RELU: _relu,
    Kind.NEGATIVE: _negative,
    Kind.NONZERO: _nonzero,
    Kind.ABS: _abs,
    Kind.TABLE: _table,
}
