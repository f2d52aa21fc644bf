"""Biases in floating point as fixed-point numbers.

In front of a quantiser only the comparison with its thresholds matters, so that one bit below their grid replaces all
further bits of a bias, exactly. A sum that nothing rounds has no such grid.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from fpgajet.fixed import FixedType

#: In a sum that nothing rounds, a bias may be so many bits finer than the products that it is added to.
BITS_BELOW = 8


def bias_before(precision: FixedType, bias: NDArray[np.float64], grid: int) -> tuple[NDArray[np.int64], int]:
    """A bias that gives the same bits as ``bias`` in front of a quantiser.

    The sum before the bias is a multiple of g = 2**-grid, and the thresholds of the quantiser are multiples of half its
    least significant bit. Let f be a grid that both lie on. Then sum + bias reaches a threshold if and only if
    sum + (floor(bias / f) + 1/2) f does, whenever the bias is not on that grid itself.

    Returns:
        Raw values and their fraction bits.
    """
    fraction = max(grid, precision.fraction + 1)
    scaled = bias * 2.0**fraction
    below = np.floor(scaled)
    return (2 * below + (scaled != below)).astype(np.int64), fraction + 1


def bias_alone(bias: NDArray[np.float64], grid: int) -> tuple[NDArray[np.int64], int]:
    """Raw values of a bias and their fraction bits: exact if a few bits below the grid are enough, else on the grid."""
    for fraction in range(grid, grid + BITS_BELOW + 1):
        scaled = bias * 2.0**fraction
        if (scaled == np.rint(scaled)).all():
            return scaled.astype(np.int64), fraction
    return np.rint(bias * 2.0**grid).astype(np.int64), grid
