"""Biases in floating point as fixed-point numbers.

In front of a quantiser only the comparison with its thresholds matters, so that one bit below their grid replaces all
further bits of a bias, exactly. A sum that nothing rounds has no such grid.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fpgajet.fixed import FixedType

#: In a sum that nothing rounds, a bias may be so many bits finer than the products that it is added to.
BITS_BELOW = 8


def bias_before(precision: FixedType, bias: NDArray[Any], grid: int) -> tuple[NDArray[np.int64], int]:
    """A bias that gives the same bits as ``bias`` in front of a quantiser.

    The sum before the bias is a multiple of g = 2**-grid, and the thresholds of the quantiser are multiples of half its
    least significant bit. Let f be a grid that both lie on. Then sum + bias reaches a threshold if and only if
    sum + (floor(bias / f) + 1/2) f does, whenever the bias is not on that grid itself.

    Args:
        bias: real numbers or fractions.

    Returns:
        Raw values and their fraction bits.
    """
    fraction = max(grid, precision.fraction + 1)
    scaled = [Fraction(b) * Fraction(2) ** fraction for b in bias.tolist()]
    return np.array([2 * b.__floor__() + (b.denominator != 1) for b in scaled], np.int64), fraction + 1


def bias_alone(bias: NDArray[Any], grid: int) -> tuple[NDArray[np.int64], int, bool]:
    """Raw values of a bias and their fraction bits: exact if a few bits below the grid are enough, else on the grid.

    Returns:
        The raw values, their fraction bits, and whether they are exact.
    """
    for fraction in range(grid, grid + BITS_BELOW + 1):
        scaled = [Fraction(b) * Fraction(2) ** fraction for b in bias.tolist()]
        if all(b.denominator == 1 for b in scaled):
            return np.array([int(b) for b in scaled], np.int64), fraction, True
    return np.array([round(Fraction(b) * Fraction(2) ** grid) for b in bias.tolist()], np.int64), grid, False
