"""Products with constant matrices: Dense layers, pointwise convolutions, everything that is one."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fpgajet.estimate.units import LARGEST_IN_LOGIC, dsp_slices
from fpgajet.fixed import EXACT_BITS, FixedType
from fpgajet.ops.inventory import Inventory, Units
from fpgajet.ops.signed_digits import count_digits

Raw = NDArray[np.int64]

#: A weight with up to two signed digits is one adder; HLS does not spend a DSP on it.
DIGITS_IN_LOGIC = 2


def effective_bits(weight: int) -> int:
    """Bits between the first and the last one of a raw weight; 0 for 0, 1 for a power of two."""
    weight = abs(weight)
    return weight.bit_length() - ((weight & -weight).bit_length() - 1) if weight else 0


def matrix_product(
    instances: int, weights: Raw, kind: FixedType, weight_fraction: int
) -> tuple[Inventory, FixedType]:
    """``instances`` products of a vector of type ``kind`` with a constant matrix.

    Args:
        weights: raw weights [inputs, outputs].
        weight_fraction: their fraction bits.

    Returns:
        The units, and the type of the exact result.
    """
    units = Inventory()
    values, counts = np.unique(weights, return_counts=True)
    in_dsp = 0
    for value, count in zip(values.tolist(), counts.tolist(), strict=True):
        bits = effective_bits(value)
        wide = max(kind.bits, bits + 1) > LARGEST_IN_LOGIC
        if wide and count_digits(value) > DIGITS_IN_LOGIC:
            # The constant's width decides the number of slices; the DSP adds the product to the sum.
            units.constant_products.append(Units(instances * count, kind.bits, max(bits, LARGEST_IN_LOGIC)))
            in_dsp += count * dsp_slices(kind.bits, bits + 1)
        else:
            units.matrix_ebops += float(instances * count * kind.bits * bits)
    terms = int(max((weights != 0).sum(axis=0).max(initial=0), 1))
    digits = max((count_digits(value) for value in values.tolist()), default=0)
    units.adder_levels += math.ceil(math.log2(terms)) + (
        0 if in_dsp else math.ceil(math.log2(max(digits, 1)))
    )
    units.cascade_levels += int(in_dsp > 0)
    largest = int(np.abs(weights).sum(axis=0).max(initial=0))
    bits = min(kind.bits + max(largest, 1).bit_length(), EXACT_BITS)
    return units, FixedType(True, max(bits, 2), kind.fraction + weight_fraction)


def raw_weights(values: NDArray[Any], fraction: int) -> Raw:
    """Real weights on a grid of 2**-fraction, rounded to nearest."""
    return np.rint(np.asarray(values, dtype=np.float64) * 2.0**fraction).astype(np.int64)
