"""Products with constants: whole matrices (Dense, convolutions, contractions), and one constant per value."""

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
#: Bits behind the binary point of the mantissa of a scale that is no power of two.
SCALE_FRACTION = 10


def effective_bits(weight: int) -> int:
    """Bits between the first and the last one of a raw weight; 0 for 0, 1 for a power of two."""
    weight = abs(weight)
    return weight.bit_length() - ((weight & -weight).bit_length() - 1) if weight else 0


def needs_dsp(bits: int, weight: int) -> bool:
    """Whether HLS puts the product of a variable of ``bits`` with a raw weight into DSPs."""
    wide = max(bits, effective_bits(weight) + 1) > LARGEST_IN_LOGIC
    return wide and bits > 1 and count_digits(weight) > DIGITS_IN_LOGIC


def matrix_product(
    instances: int, weights: Raw, precision: FixedType, weight_fraction: int
) -> tuple[Inventory, FixedType]:
    """``instances`` products of a vector of type ``precision`` with a constant matrix.

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
        if needs_dsp(precision.bits, value):
            # The constant's width decides the number of slices; the DSP adds the product to the sum.
            units.constant_products.append(
                Units(instances * count, precision.bits, max(bits, LARGEST_IN_LOGIC))
            )
            in_dsp += count * dsp_slices(precision.bits, bits + 1)
        else:
            units.matrix_ebops += float(instances * count * precision.bits * bits)
    terms = int(max((weights != 0).sum(axis=0).max(initial=0), 1))
    digits = max((count_digits(value) for value in values.tolist()), default=0)
    units.adder_levels += math.ceil(math.log2(terms)) + (
        0 if in_dsp else math.ceil(math.log2(max(digits, 1)))
    )
    units.cascade_levels += int(in_dsp > 0)
    largest = int(np.abs(weights).sum(axis=0).max(initial=0))
    bits = min(precision.bits + max(largest, 1).bit_length(), EXACT_BITS)
    return units, FixedType(True, max(bits, 2), precision.fraction + weight_fraction)


def constant_products(constants: Raw, precision: FixedType, fraction: int) -> tuple[Inventory, FixedType]:
    """One product of a variable with each of the raw ``constants``; 0 and powers of two are wires.

    Returns:
        The units, and the type that holds every exact result.
    """
    units = Inventory()
    values, counts = np.unique(constants, return_counts=True)
    most = 0
    for value, count in zip(values.tolist(), counts.tolist(), strict=True):
        digits, bits = count_digits(value), effective_bits(value)
        most = max(most, digits)
        if value < 0 and digits == 1:
            units.adders.append(Units(count, precision.bits))  # a negation
        elif digits > 1:
            dsp = needs_dsp(precision.bits, value)
            other = max(bits, LARGEST_IN_LOGIC) if dsp else min(bits, LARGEST_IN_LOGIC - 1)
            units.constant_products.append(Units(count, precision.bits, other, float(digits)))
    units.adder_levels = math.ceil(math.log2(max(most, 1)))
    largest = int(np.abs(constants).max(initial=0))
    if not largest:
        return units, precision
    spare = (int(np.bitwise_or.reduce(np.abs(constants), axis=None)) & -int(
        np.bitwise_or.reduce(np.abs(constants), axis=None))).bit_length() - 1  # fmt: skip
    signed = precision.signed or bool((constants < 0).any())
    bits = precision.bits + (signed and not precision.signed) + max((largest >> spare).bit_length() - 1, 0)
    # -1 times the lowest value of a signed type lies one above its highest
    turned = precision.signed and int(constants.min()) == -largest
    bits += int((largest >> spare).bit_count() != 1 or turned)
    return units, FixedType(
        signed, min(max(bits, 1 + signed), EXACT_BITS), precision.fraction + fraction - spare
    )


def raw_weights(values: NDArray[Any], precision: FixedType) -> Raw:
    """Real weights on the grid of a type, rounded to nearest and kept in its range."""
    scaled = np.rint(np.asarray(values, dtype=np.float64) * 2.0**precision.fraction)
    return np.clip(scaled, precision.lowest, precision.highest).astype(np.int64)


def raw_scale(values: NDArray[Any]) -> Raw:
    """Mantissas of scales on a grid of 2**-SCALE_FRACTION."""
    return np.rint(np.asarray(values, dtype=np.float64) * 2.0**SCALE_FRACTION).astype(np.int64)
