"""Scales that are no powers of two: the products that they take where the values themselves are needed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from fpgajet.estimate.standard.matrices import SCALE_FRACTION, constant_products, raw_scale
from fpgajet.estimate.standard.signals import ONE, Signal, is_power_of_two, normalised, same_scale
from fpgajet.fixed import FixedType
from fpgajet.ops.inventory import Inventory


def realised(x: Signal) -> tuple[Inventory, Signal]:
    """The values themselves: one product per value with the mantissa of its scale, if one is pending."""
    if x.scale.ndim == 0 and float(x.scale) == 1.0:
        return Inventory(), x
    units, precision = rescaled(x, x.scale)
    return units, replace(x, precision=precision, scale=ONE)


def rescaled(x: Signal, factor: NDArray[np.float64]) -> tuple[Inventory, FixedType]:
    """Raw integers times ``factor``, one or one per value: units, and the type of the product."""
    base, mantissas = normalised(x.precision, factor)
    constants = np.broadcast_to(raw_scale(mantissas), x.shape)
    if is_power_of_two(mantissas) and mantissas.ndim == 0:
        return Inventory(), base
    return constant_products(constants, base, SCALE_FRACTION)


def on_one_scale(signals: list[Signal]) -> tuple[Inventory, list[Signal]]:
    """Several signals as they are if they have the same scale without axes, else their values."""
    first = signals[0].scale
    if first.ndim == 0 and all(same_scale(first, x.scale) for x in signals):
        return Inventory(), signals
    whole, results = Inventory(), []
    levels = 0
    for x in signals:
        units, made = realised(x)
        whole.adders += units.adders
        whole.constant_products += units.constant_products
        levels = max(levels, units.adder_levels)
        results.append(made)
    whole.adder_levels = levels
    return whole, results
