"""Convolutions and everything that takes a sum, a mean or a maximum over axes or windows."""

from __future__ import annotations

import math

import numpy as np

from fpgajet.estimate.standard.contractions import Made, biased, weights_of
from fpgajet.estimate.standard.elementwise import realised_unless_one
from fpgajet.estimate.standard.matrices import (
    SCALE_FRACTION,
    constant_products,
    matrix_product,
    raw_scale,
    raw_weights,
)
from fpgajet.estimate.standard.scales import on_one_scale
from fpgajet.estimate.standard.signals import Call, Signal, merged, normalised, union, wider
from fpgajet.ops.inventory import Inventory, Units

MEANS = ("GlobalAveragePool", "AveragePool", "ReduceMean")
MAXIMA = ("GlobalMaxPool", "MaxPool", "ReduceMax", "ReduceMin")
_WINDOWS = ("AveragePool", "MaxPool")


def convolution(call: Call) -> Made:
    """Conv over [1, channels, positions...]: at every position of the result one product with a matrix."""
    x, w = call.required(0), call.required(1)
    if w.constant is None or x.constant is not None:
        raise ValueError("only convolutions of a variable with constant weights are supported")
    before, x = realised_unless_one(x)
    values, grid, scale = weights_of(call, w, list(range(1, len(w.shape))))
    matrix = raw_weights(values, grid).reshape(w.shape[0], -1).T
    units, precision = matrix_product(math.prod(call.shape[2:]), matrix, x.precision, grid.fraction)
    if x.exact and w.exact:
        if scale.ndim:
            own = scale.reshape(w.shape[0], -1)[:, :1].reshape(1, -1, *[1] * (len(call.shape) - 2))
            scale = np.broadcast_to(own, call.shape)
        precision, scale = normalised(precision, x.scale * scale)
        result = call.result(precision, scale)
    else:
        result = call.result(None)
    return biased(call, merged(before, units), result, _along_channels(call.input(2), len(call.shape)))


def _along_channels(bias: Signal | None, rank: int) -> Signal | None:
    if bias is None or bias.constant is None:
        return bias
    values = bias.known().reshape(1, -1, *[1] * (rank - 2))
    return Signal(values.shape, bias.precision, bias.exact, bias.scale, (), values)


def pool(call: Call) -> Made:
    """Sums, means and maxima over axes or windows; a mean of a power of two of values only moves the point."""
    before, x = realised_unless_one(call.required(0))
    made = math.prod(call.shape)
    terms = x.size // made if made else 0
    if call.node.op_type in _WINDOWS:
        terms = math.prod(call.node.integers("kernel_shape", [1]))
    if terms < 1:
        raise ValueError("it pools over no values")
    if call.node.op_type in MAXIMA:
        units = largest(made, terms, x.precision.bits)
        return merged(before, units), [call.result(x.precision if x.exact else None, x.scale)]
    units = Inventory()
    units.add_tree(made, terms, x.precision.bits)
    precision = wider(x.precision, math.ceil(math.log2(terms))) if terms > 1 else x.precision
    if call.node.op_type in MEANS:
        base, mantissa = normalised(precision, np.array(1.0 / terms))
        precision = base
        if float(mantissa) != 1.0:
            constants = np.full(made, raw_scale(mantissa))
            scaling, precision = constant_products(constants, base, SCALE_FRACTION)
            units = merged(units, scaling)
    return merged(before, units), [
        call.result(precision if x.exact else None, x.scale if x.exact else np.ones(()))
    ]


def extremum(call: Call) -> Made:
    """Max and Min of tensors, and Clip between constants: a comparison and a selection each."""
    data = call.data
    constants = [x for x in call.given if x.constant is not None and np.isfinite(x.known()).all()]
    steps = len(data) - 1 + len(constants)
    before, data = on_one_scale(data)
    precision = union([x.precision for x in data])
    units = Inventory()
    if steps:
        units = largest(math.prod(call.shape), steps + 1, precision.bits)
    exact = all(x.exact for x in data)
    return merged(before, units), [call.result(precision if exact else None, data[0].scale)]


def argmax(call: Call) -> Made:
    """ArgMax and ArgMin: a tree of comparisons that selects the value and its index."""
    from fpgajet.fixed import FixedType

    before, x = realised_unless_one(call.required(0))
    made = math.prod(call.shape)
    classes = x.size // made
    index = max(math.ceil(math.log2(max(classes, 2))), 1)
    units = largest(made, classes, x.precision.bits)
    units.selectors.append(Units(made * (classes - 1), index))
    return merged(before, units), [call.result(FixedType(False, index, 0))]


def largest(count: int, terms: int, bits: int) -> Inventory:
    """``count`` maxima over ``terms`` values: a comparison and a selection per step of a tree."""
    if terms < 2:
        return Inventory()
    steps = count * (terms - 1)
    units = Inventory(adders=[Units(steps, bits)], selectors=[Units(steps, bits)])
    units.adder_levels = math.ceil(math.log2(terms))
    return units
