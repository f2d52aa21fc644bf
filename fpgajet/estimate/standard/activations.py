"""Functions of one value, and softmax."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from fpgajet.estimate.standard.contractions import Made
from fpgajet.estimate.standard.elementwise import realised_unless_one
from fpgajet.estimate.standard.matrices import constant_products, raw_weights
from fpgajet.estimate.standard.scales import realised
from fpgajet.estimate.standard.signals import Call, merged, union
from fpgajet.fixed import FixedType
from fpgajet.ops.inventory import Inventory, Units

#: hls4ml makes all of these from a table of 1024 entries.
TABLES = (
    "Sigmoid", "Tanh", "Exp", "Log", "Sqrt", "Reciprocal", "Elu", "Selu", "Celu", "Softplus", "Softsign", "Erf",
    "Gelu", "HardSigmoid", "HardSwish", "Mish", "Sin", "Cos", "Atan", "ThresholdedRelu",
)  # fmt: skip
_TABLE_ADDRESS_BITS = 10
#: Table entries of hls4ml's softmax, ``ap_fixed<18,8>``.
_SOFTMAX_BITS = 18


def relu(call: Call) -> Made:
    """Relu: one selection, half a LUT per bit; the requantiser behind it takes the level."""
    x = call.required(0)
    precision = FixedType(False, max(x.precision.bits - x.precision.signed, 1), x.precision.fraction)
    result = replace(call.result(precision, x.scale), exact=x.exact)
    return Inventory(selectors=[Units(x.size, -(-precision.bits // 2))]), [result]


def leaky_relu(call: Call) -> Made:
    """LeakyRelu and PRelu: below zero a product with a constant, and a selection over the full width."""
    before, x = realised_unless_one(call.required(0))
    if call.node.op_type == "PRelu":
        slope = np.asarray(call.required(1).known())
    else:
        slope = np.asarray(call.node.number("alpha", 0.01))
    constants = np.broadcast_to(raw_weights(slope, call.default), x.shape)
    units, product = constant_products(constants, x.precision, call.default.fraction)
    precision = union([x.precision, product])
    units.selectors.append(Units(x.size, -(-precision.bits // 2)))
    result = call.result(precision if x.exact else None, x.scale if x.exact else np.ones(()))
    return merged(before, units), [result]


def table(call: Call) -> Made:
    """A look-up of at most 1024 entries; a scale is part of the table, except where scales differ."""
    before, x = realised_unless_one(call.required(0))
    bits = min(x.precision.bits, _TABLE_ADDRESS_BITS)
    units = Inventory(tables=[Units(x.size, call.default.bits, bits)], adder_levels=1)
    return merged(before, units), [call.result(None)]


def softmax(call: Call) -> Made:
    """hls4ml's stable softmax: maximum, exponentials and one inverse from tables, a sum, products."""
    before, x = realised(call.required(0))
    axis = call.node.integer("axis", -1)
    n = x.shape[axis] if -len(x.shape) <= axis < len(x.shape) else x.size
    rows = x.size // n
    units = Inventory(tables=[Units(x.size + rows, _SOFTMAX_BITS, _TABLE_ADDRESS_BITS)])
    units.adders.append(Units(rows * (3 * n - 2), x.precision.bits))
    units.add_tree(rows, n, _SOFTMAX_BITS)
    units.adder_levels += math.ceil(math.log2(max(n, 2))) + 3
    units.sum_of_products(x.size, 1, _SOFTMAX_BITS, _SOFTMAX_BITS)
    return merged(before, units), [call.result(None)]
