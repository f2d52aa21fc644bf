"""A quantiser behind a real factor as a fixed-point product, equal for every accumulator.

A quantiser of a foreign file rounds alpha A + beta, where A is an integer (a sum of products or over constituents) and
alpha and beta are real: scales, batch normalisation and biases. As a function of A this is a staircase with one step
per integer that comes out. Hardware computes (M A + B) / 2^k with whole numbers M and B, and rounds. The two staircases
are the same if every step begins at the same A. That is one inequality per end of a step, and this module looks for the
smallest k for which all hold.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import takewhile
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fpgajet.fixed import Rounding
from fpgajet.ops.exactness import CARRIED_BITS

#: Bits of a factor or a summand: what float32 carries, the sign included.
LARGEST = 2 ** (CARRIED_BITS - 1) - 1
#: Steps of one channel up to which all pairs of them are compared.
MOST_PAIRED = 1024
#: Fraction bits up to which a product is looked for.
MOST_FRACTION = 40


@dataclass(frozen=True)
class Quantiser:
    """What a quantiser does to a real number in units of its scale: round, then clip.

    Attributes:
        lowest, highest: of the integers that come out. mode: ROUND, FLOOR or HALF_UP, which in qonnx rounds halves away
            from zero.
        zero: the integer that stands for 0, from which ROUND and HALF_UP count.
    """

    lowest: int
    highest: int
    mode: str = "ROUND"
    zero: int = 0

    def reaches(self, n: int, place: Fraction) -> bool:
        """Whether ``place``, where the step to ``n`` is, itself gives ``n``."""
        return self.mode == "FLOOR" or (n > self.zero if self.mode == "HALF_UP" else (n - self.zero) % 2 == 0)

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
    """One channel.

    Attributes:
        start: the integer at the lowest sum. steps, first: the integers above it, and the first sum of each.
        reached: sums that have to reach an integer, and these integers. below: sums that have to stay below one.
    """

    alpha: Fraction
    beta: Fraction
    start: int
    steps: NDArray[np.int64]
    first: NDArray[np.int64]
    reached: tuple[NDArray[np.int64], NDArray[np.int64]]
    below: tuple[NDArray[np.int64], NDArray[np.int64]]


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
            lines = list(
                takewhile(lambda line: line is not None, (_line(s, fraction, rounding) for s in stairs))
            )
            if len(lines) == len(stairs):
                return _product(lines, fraction, rounding)
        near = [_nearest(s, fraction, quantiser) for s in stairs]
        if all(max(abs(m), abs(b)) <= LARGEST for m, b in near):
            finest = _product(near, fraction, Rounding.HALF_EVEN)
    if finest is None:
        raise ValueError("its factor does not fit 24 bits")
    wrong = sum(
        _wrong(s, int(m), int(b), finest)
        for s, m, b in zip(stairs, finest.factor, finest.summand, strict=True)
    )
    return replace(finest, wrong=wrong)


def _product(found: list[Any], fraction: int, rounding: Rounding) -> FixedProduct:
    factor, summand = (np.array(values, np.int64) for values in zip(*found, strict=True))
    return FixedProduct(factor, summand, fraction, rounding)


def _staircase(alpha: Fraction, beta: Fraction, ends: tuple[int, int], q: Quantiser) -> _Staircase:
    """The steps that lie inside the range of the accumulator."""
    low, high = ends
    start, last = _value(alpha * low + beta, q), _value(alpha * high + beta, q)
    steps = np.arange(start + 1, last + 1)
    first = np.array([_first(alpha, beta, int(n), q) for n in steps], np.int64)
    lowest, highest = (
        ([low], [start]) if start > q.lowest else ([], []),
        ([high], [last + 1]) if last < q.highest else ([], []),
    )
    reached = (np.append(first, lowest[0]).astype(np.int64), np.append(steps, lowest[1]).astype(np.int64))
    below = (np.append(first - 1, highest[0]).astype(np.int64), np.append(steps, highest[1]).astype(np.int64))
    return _Staircase(alpha, beta, start, steps, first, reached, below)


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
    """M and B of one channel, the shortest ones, or None."""
    if not len(s.steps):
        return 0, s.start << fraction
    reached, below = ((sums, _threshold(n, fraction, rounding)) for sums, n in (s.reached, s.below))
    exact = s.alpha * 2**fraction
    low, high = exact.__floor__(), exact.__ceil__()
    if len(s.steps) <= MOST_PAIRED:
        low, high = _slopes(reached, below)
        low = max(low, 0)
        high = min(high, max(low, exact.__ceil__()))
    factor = _shortest(low, min(high, LARGEST))
    if factor is None:
        return None
    least = int((reached[1] - factor * reached[0]).max(initial=-LARGEST))
    most = int((below[1] - 1 - factor * below[0]).min(initial=LARGEST))
    summand = _shortest(max(least, -LARGEST), min(most, LARGEST))
    return None if summand is None else (factor, summand)


def _slopes(
    reached: tuple[NDArray[np.int64], NDArray[np.int64]], below: tuple[NDArray[np.int64], NDArray[np.int64]]
) -> tuple[int, int]:
    """The least and the greatest M for which there is a B.

    M A + B reaches one threshold, and M A' + B stays below another. The difference is an inequality for M alone.
    """
    across = reached[0][:, None] - below[0][None, :]
    rise = reached[1][:, None] - below[1][None, :]
    up, down = across > 0, across < 0
    if (rise[across == 0] >= 0).any():
        return 1, 0
    low = int((rise[up] // across[up]).max(initial=-1)) + 1
    high = int((-(-rise[down] // across[down])).min(initial=LARGEST + 1)) - 1
    return low, high


def _shortest(low: int, high: int) -> int | None:
    """The number between two with the most zeros at its end, None if there is none."""
    if low > high:
        return None
    if low <= 0 <= high:
        return 0
    for shift in range(max(abs(low), abs(high)).bit_length(), -1, -1):
        found = -(-low >> shift) << shift
        if found <= high:
            return found
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
