"""Products with a constant matrix as shifts and adds: how many bits of adders they take, weight by weight.

A weight is a sum of signed digits (canonical form), a digit is a shift, so a row of a matrix is one sum of shifted
inputs. Two rows that multiply the same input with 5 and with -40 share 5 x. An adder takes a look-up table wherever
both of its operands have a bit, sign extensions included; elsewhere the carry chain alone does.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fpgajet.fixed import FixedType
from fpgajet.ops.signed_digits import count_digits, signed_digits


@dataclass(frozen=True)
class ShiftAdds:
    """Adders of one product of a vector with a constant matrix.

    Attributes:
        bits: bits of all adders. levels: adders one after the other on the longest path.
    """

    bits: int
    levels: int


#: A value as a sum sees it: its highest bit (which orders the sum), its lowest bit, lowest and highest raw value.
_Term = tuple[int, int, int, int]


def shift_adds(weights: NDArray[np.int64], kind: FixedType, zeros: Sequence[int] = ()) -> ShiftAdds:
    """Adders of W x without its bias.

    Args:
        weights: raw, [outputs, inputs]. kind: type of every input.
        zeros: how many low bits of each input are always 0; without it, none.
    """
    bits = levels = 0
    inputs = [_term(k, kind.lowest >> k, kind.highest >> k) for k in zeros or [0] * weights.shape[1]]
    for whole, column in zip(inputs, weights.T.tolist(), strict=True):
        for odd in {_odd(weight) for weight in column} - {0, 1}:
            bits += _sum(_digits(odd, whole))[0]
    for row in weights.tolist():
        terms = [_times(x, weight) for x, weight in zip(inputs, row, strict=True) if weight]
        bits += _sum(terms)[0]
        digits = sum(count_digits(weight) for weight in row)
        levels = max(levels, math.ceil(math.log2(max(digits, 1))))
    return ShiftAdds(bits, levels)


def longest(weights: NDArray[np.int64]) -> int:
    """Bits of the longest weight, zeros at its end left out, sign included."""
    return max((_odd(weight) for weight in weights.ravel().tolist()), default=0).bit_length() + 1


def _odd(weight: int) -> int:
    """|weight| without its factors of two."""
    weight = abs(weight)
    return weight // (weight & -weight) if weight else 0


def _digits(value: int, x: _Term) -> Iterable[_Term]:
    return [_times(x, sign << position) for position, sign in signed_digits(value)]


def _times(x: _Term, weight: int) -> _Term:
    shift = (abs(weight) & -abs(weight)).bit_length() - 1
    ends = sorted((x[2] * weight >> shift, x[3] * weight >> shift))
    return _term(x[1] + shift, *ends)


def _term(low_bit: int, low: int, high: int) -> _Term:
    """A value between bounds; one that is never positive is the other's positive value, subtracted."""
    if low >= 0 or high <= 0:
        width = max(high, -low).bit_length()
    else:
        width = max(high.bit_length(), (-low - 1).bit_length()) + 1
    return low_bit + width, low_bit, low, high


def _sum(terms: Iterable[_Term]) -> tuple[int, _Term | None]:
    """Bits of the adders of a sum, the narrowest first, and the sum."""
    queue, bits = list(terms), 0
    heapq.heapify(queue)
    while len(queue) > 1:
        (a_top, a_bit, *a), (b_top, b_bit, *b) = heapq.heappop(queue), heapq.heappop(queue)
        bottom, overlap = min(a_bit, b_bit), max(a_bit, b_bit)
        ends = [(x << (a_bit - bottom)) + (y << (b_bit - bottom)) for x, y in zip(a, b, strict=True)]
        made = _term(bottom, *ends)
        bits += max(min(_reach(a, a_top, made[0]), _reach(b, b_top, made[0])) - overlap, 0)
        heapq.heappush(queue, made)
    return bits, queue[0] if queue else None


def _reach(ends: list[int], top: int, of_sum: int) -> int:
    """Where the bits of an operand end: of one that can have either sign, with those of the sum."""
    return of_sum if ends[0] < 0 < ends[1] else top
