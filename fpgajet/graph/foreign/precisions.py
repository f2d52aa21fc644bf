"""Fixed-point types of what a foreign graph says, for hardware that is exact."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fpgajet.fixed import FixedType, Overflow, Rounding
from fpgajet.graph.foreign.graph import ForeignNode


def quantiser_precision(node: ForeignNode, scale: Any, _zero: Any, bits: Any) -> FixedType:
    """The type of a quantiser.

    Raises:
        ValueError: several scales, one that is no power of two, or a mode that means something else in hardware.
    """
    if np.size(scale) != 1:
        raise ValueError("it has a scale for every channel; only one per tensor is supported")
    signed, narrow = node.integer("signed", 1), node.integer("narrow", 0)
    width, mode = int(np.ravel(bits)[0]), node.text("rounding_mode", "ROUND")
    if signed and width == 1:
        raise ValueError("it has one signed bit, +1 or -1, which no fixed-point type holds")
    if narrow and not signed:
        raise ValueError("it is narrow without a sign")
    if mode == "HALF_UP":
        raise ValueError("it rounds halves away from zero in qonnx, but up in hardware")
    return FixedType.from_qonnx(float(np.ravel(scale)[0]), width, signed, narrow, mode)


def joined(one: FixedType, other: FixedType) -> FixedType:
    """The type that holds every value of two."""
    fraction, signed = max(one.fraction, other.fraction), one.signed or other.signed
    integer = max(t.integer + (signed and not t.signed) for t in (one, other))
    return FixedType(signed, integer + fraction, fraction, Rounding.FLOOR, Overflow.SAT)


def of_sums(
    weights: NDArray[np.int64], given: FixedType, bias: NDArray[np.float64], grid: int, fraction: int
) -> FixedType:
    """The type that holds every W x + b.

    Args:
        weights: raw [outputs, inputs]. given: type of x. bias: |b| in units of the products' grid 2**-grid.
        fraction: fraction bits of the sums.
    """
    ends = np.abs(weights).sum(1) * max(given.highest, -given.lowest) + bias
    largest = int(np.ceil(ends.max() * 2.0 ** (fraction - grid)))
    return replace(FixedType.holding(-largest - 1, largest, fraction), overflow=Overflow.SAT)
