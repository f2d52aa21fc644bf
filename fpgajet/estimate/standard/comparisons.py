"""Comparisons, gates, selections and divisions: masks of constituents, and means over those that are there."""

from __future__ import annotations

import math

import numpy as np

from fpgajet.estimate.standard.contractions import Made
from fpgajet.estimate.standard.elementwise import divide as by_constant
from fpgajet.estimate.standard.elementwise import realised_unless_one
from fpgajet.estimate.standard.scales import on_one_scale
from fpgajet.estimate.standard.signals import Call, Signal, merged, union
from fpgajet.fixed import FixedType
from fpgajet.ops.inventory import Inventory, Units

COMPARISONS = ("Greater", "GreaterOrEqual", "Less", "LessOrEqual", "Equal")
LOGIC = ("And", "Or", "Xor", "Not")
BIT = FixedType(False, 1, 0)
#: Of a reciprocal, as hls4ml's tables have it.
_TABLE_ADDRESS_BITS = 10


def compare(call: Call) -> Made:
    """A subtractor per value, whose sign is the result; with a constant as many bits as the variable has."""
    before, data = on_one_scale(call.data)
    bits = max(x.precision.bits for x in data)
    units = Inventory(adders=[Units(math.prod(call.shape), bits)], adder_levels=1)
    return merged(before, units), [call.result(BIT)]


def logic(call: Call) -> Made:
    """A gate per bit."""
    return Inventory(selectors=[Units(math.prod(call.shape), 1)]), [call.result(BIT)]


def where(call: Call) -> Made:
    """A selection per value."""
    branches = [call.required(k) for k in (1, 2)]
    before, data = on_one_scale([x for x in branches if x.constant is None])
    types = [x.precision for x in data]
    types += [x.precision for x in branches if x.constant is not None and x.known().any()]
    precision = union(types) if types else BIT
    units = Inventory(selectors=[Units(math.prod(call.shape), -(-precision.bits // 2))], adder_levels=1)
    exact = all(x.exact for x in data) and len(types) == len(data)
    scale = data[0].scale if data else np.ones(())
    return merged(before, units), [call.result(precision if exact else None, scale if exact else np.ones(()))]


def divide(call: Call) -> Made:
    """Div: by a constant it is a factor."""
    if call.required(1).constant is None:
        return _quotient(call, call.required(0), call.required(1))
    return by_constant(call)


def _quotient(call: Call, x: Signal, y: Signal) -> Made:
    """A division by a variable: its reciprocal from a table, as hls4ml's softmax has it, and a product per value."""
    (before, x), (also, y) = realised_unless_one(x), realised_unless_one(y)
    units = Inventory(tables=[Units(y.size, call.default.bits, min(y.precision.bits, _TABLE_ADDRESS_BITS))])
    units.adder_levels = 1
    units.sum_of_products(math.prod(call.shape), 1, x.precision.bits, call.default.bits)
    return merged(merged(before, also), units), [call.result(None)]
