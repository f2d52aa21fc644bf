"""A quantiser behind a real factor as a fixed-point product, equal for every accumulator.

A quantiser of a foreign file rounds alpha A + beta, where A is an integer (a sum of products or over constituents) and
alpha and beta are real: scales, batch normalisation and biases. As a function of A this is a staircase with one step
per integer that comes out. Hardware computes (M A + B) / 2^k with whole numbers M and B, and rounds. The two staircases
are the same if every step begins at the same A. That is one inequality per end of a step, and this module looks for the
smallest k for which all hold.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fpgajet.fixed import Rounding
from fpgajet.ops.exactness import CARRIED_BITS

#: Bits of a factor or a summand: what float32 carries, the sign included.
LARGEST = 2 ** (CARRIED_BITS - 1) - 1
#: Fraction bits up to which a product is looked for.
MOST_FRACTION = 40


@dataclass(frozen=True)
class Quantiser:
    """What a quantiser does to a real number in units of its scale: round, then clip.

    Attributes:
        lowest, highest: of the integers that come out. mode: ROUND, FLOOR or HALF_UP, which in qonnx rounds halves away
            from zero.
    """

    lowest: int
    highest: int
    mode: str = "ROUND"

    def reaches(self, n: int, place: Fraction) -> bool:
        """Whether ``place``, where the step to ``n`` is, itself gives ``n``."""
        return self.mode == "FLOOR" or (n > 0 if self.mode == "HALF_UP" else n % 2 == 0)

    def place(self, n: int) -> Fraction:
        """Where the step to ``n`` is."""
        return Fraction(n) if self.mode == "FLOOR" else Fraction(2 * n - 1, 2)


@dataclass(frozen=True, eq=False)
class FixedProduct:
    """(M A + B) / 2^fraction, then ``rounding``.

    Attributes:
        factor, summand: raw [channels]. wrong: accumulators, of all channels, for which another integer comes out.
    """

    factor: NDArray[np.int64]
    summand: NDArray[np.int64]
    fraction: int
    rounding: Rounding
    wrong: int = 0


@dataclass(frozen=True, eq=False)
class _Staircase:
    """One channel: integers n that steps lead to, and the first accumulator of each."""

    alpha: Fraction
    beta: Fraction
    steps: NDArray[np.int64]
    first: NDArray[np.int64]
    start: int


def fixed_product(
    alpha: list[Fraction], beta: list[Fraction], ends: list[tuple[int, int]], quantiser: Quantiser
) -> FixedProduct:
    """The product with the fewest bits that is equal to a quantiser for every accumulator.

    Args:
        alpha, beta: [channels]; alpha is not negative.
        ends: lowest and highest accumulator of every channel.

    Returns:
        With ``wrong`` above 0 if no product of at most 24 bits is equal; then the finest.
    """
    stairs = [_staircase(a, b, end, quantiser) for a, b, end in zip(alpha, beta, ends, strict=True)]
    finest = None
    for fraction in range(MOST_FRACTION + 1):
        for rounding in (Rounding.FLOOR, Rounding.HALF_EVEN):
            found = [_line(s, fraction, rounding) for s in stairs]
            if all(found):
                return _product(found, fraction, rounding)
        near = [_nearest(s, fraction, quantiser) for s in stairs]
        if any(max(abs(m), abs(b)) > LARGEST for m, b in near):
            break
        finest = _product(near, fraction, Rounding.HALF_EVEN)
    if finest is None:
        raise ValueError("its factor does not fit 24 bits")
    wrong = sum(
        _wrong(s, int(m), int(b), finest)
        for s, m, b in zip(stairs, finest.factor, finest.summand, strict=True)
    )
    return FixedProduct(finest.factor, finest.summand, finest.fraction, finest.rounding, wrong)


def _product(found: list[Any], fraction: int, rounding: Rounding) -> FixedProduct:
    factor, summand = (np.array(values, np.int64) for values in zip(*found, strict=True))
    return FixedProduct(factor, summand, fraction, rounding)


def _staircase(alpha: Fraction, beta: Fraction, ends: tuple[int, int], q: Quantiser) -> _Staircase:
    """The steps that lie inside the range of the accumulator."""
    low, high = ends
    start, last = _value(alpha * low + beta, q), _value(alpha * high + beta, q)
    steps = np.arange(start + 1, last + 1)
    first = np.array([_first(alpha, beta, int(n), q) for n in steps], np.int64)
    return _Staircase(alpha, beta, steps, first, start)


def _value(x: Fraction, q: Quantiser) -> int:
    """The integer that comes out."""
    n = int(np.clip(x.__floor__(), q.lowest, q.highest))
    while n < q.highest and (x > q.place(n + 1) or (x == q.place(n + 1) and q.reaches(n + 1, x))):
        n += 1
    return n


def _first(alpha: Fraction, beta: Fraction, n: int, q: Quantiser) -> int:
    """The first accumulator that gives ``n``."""
    place = (q.place(n) - beta) / alpha
    whole = -(-place.numerator // place.denominator)
    return whole + 1 if place.denominator == 1 and not q.reaches(n, place) else whole


def _threshold(steps: NDArray[np.int64], fraction: int, rounding: Rounding) -> NDArray[np.int64]:
    """The least M A + B that is rounded to every step or above."""
    if rounding is Rounding.FLOOR:
        return steps << fraction
    if not fraction:
        return steps
    return (steps << fraction) - (1 << (fraction - 1)) + (steps & 1)


def _line(s: _Staircase, fraction: int, rounding: Rounding) -> tuple[int, int] | None:
    """M and B of one channel, or None."""
    if not len(s.steps):
        return 0, s.start << fraction
    exact = s.alpha * 2**fraction
    needed = _threshold(s.steps, fraction, rounding)
    for factor in {exact.__floor__(), exact.__ceil__()}:
        least = int((needed - factor * s.first).max())
        most = int((needed - 1 - factor * (s.first - 1)).min())
        if 0 <= factor <= LARGEST and least <= most:
            half = Fraction(1, 2) if rounding is Rounding.FLOOR else 0
            middle = round((s.beta + half) * 2**fraction)
            summand = min(max(middle, least), most)
            if abs(summand) <= LARGEST:
                return factor, summand
    return None


def _nearest(s: _Staircase, fraction: int, q: Quantiser) -> tuple[int, int]:
    if not len(s.steps):
        return 0, s.start << fraction
    shift = Fraction(1, 2) if q.mode == "FLOOR" else 0
    return round(s.alpha * 2**fraction), round((s.beta - shift) * 2**fraction)


def _wrong(s: _Staircase, factor: int, summand: int, found: FixedProduct) -> int:
    """Accumulators for which another integer comes out: those between the places of both steps."""
    if not factor:
        return int(len(s.steps) > 0)
    needed = _threshold(s.steps, found.fraction, found.rounding)
    return int(np.abs(-((summand - needed) // factor) - s.first).sum())
