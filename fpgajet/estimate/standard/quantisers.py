"""Quantisers: what ``Quant`` and ``BipolarQuant`` make of a constant, of the model's input and of any other tensor."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np

from fpgajet.estimate.standard.contractions import Made
from fpgajet.estimate.standard.scales import rescaled
from fpgajet.estimate.standard.signals import Call, is_power_of_two, normalised
from fpgajet.fixed import EXACT_BITS, FixedType, Overflow, Rounding
from fpgajet.ops.inventory import Inventory

QUANTISERS = ("Quant", "BipolarQuant")


def quantiser(call: Call) -> Made:
    """A constant gets its grid, a variable a requantiser; the model's input arrives on its grid."""
    x = call.required(0)
    scale = np.asarray(call.required(1).known())
    bipolar = call.node.op_type == "BipolarQuant"
    bits = 1 if bipolar else int(call.required(3).known().reshape(-1)[0])
    precision, own = quantised_type(call.node.attributes, scale, bits)
    if own.ndim:
        own = np.broadcast_to(own, call.shape)
    value = call.graph.tensors[call.node.outputs[0]].value if x.constant is not None else None
    result = replace(call.result(precision, own), constant=value)
    if x.constant is not None or x.arriving:
        return None, [result]
    if bits == 1 and (bipolar or call.node.integer("signed", 1)):
        return None, [result]  # the sign bit
    given, units = x.precision, Inventory()
    factor = x.scale / own
    if factor.ndim or not is_power_of_two(factor):
        units, given = rescaled(x, np.broadcast_to(factor, x.shape) if factor.ndim else factor)
    else:
        given, _ = normalised(given, factor)
    units.requantise(x.size, given, precision)
    units.selectors = [u for u in units.selectors if u.count]
    return (units if units != Inventory() else None), [result]


def quantised_type(attributes: dict[str, Any], scale: Any, bits: int) -> tuple[FixedType, Any]:
    """The type of a QONNX ``Quant`` node, and what its scale is beyond a power of two.

    Scales of channels that are all powers of two are described by their largest range and finest grid. One bit is
    one bit: with a sign it is +1 or -1 (as in BipolarQuant), without 0 or 1.
    """
    signed = bool(attributes.get("signed", 1)) and bits > 1
    rounding = {"FLOOR": Rounding.FLOOR, "HALF_UP": Rounding.HALF_UP}.get(
        str(attributes.get("rounding_mode", "ROUND")), Rounding.HALF_EVEN
    )
    if is_power_of_two(scale):
        finest, coarsest = (round(math.log2(float(end))) for end in (np.min(scale), np.max(scale)))
        width = min(bits + coarsest - finest, EXACT_BITS)
        return FixedType(signed, width, -finest, rounding, Overflow.SAT), np.ones(())
    return normalised(FixedType(signed, bits, 0, rounding, Overflow.SAT), scale)
