"""Sums and products of single values, and batch normalisation that was not folded into a layer before."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from fpgajet.estimate.standard.contractions import Made, biased, product_type
from fpgajet.estimate.standard.matrices import constant_products, raw_weights
from fpgajet.estimate.standard.scales import on_one_scale, realised
from fpgajet.estimate.standard.signals import Call, Signal, is_power_of_two, merged, normalised, union
from fpgajet.fixed import EXACT_BITS, FixedType
from fpgajet.ops.inventory import Inventory, Units


def add(call: Call) -> Made:
    """Add, Sub and Sum: of variables, or of a variable and a bias."""
    data, constants = call.data, [x for x in call.given if x.constant is not None]
    if call.node.op_type == "Sum" and len(call.given) > 2:
        raise ValueError("a Sum of more than two tensors is not supported; write it as Adds")
    if constants:
        return _plus_constant(call, data[0], constants[0])
    if len(data) == 1:  # a Sum of one
        return None, [call.result(data[0].precision, data[0].scale, data[0].exact)]
    before, data = on_one_scale(data)
    exact = all(x.exact for x in data)
    precision = union([x.precision for x in data], more=1) if exact else None
    result = call.result(precision, data[0].scale if exact else np.ones(()))
    units = Inventory(adders=[Units(result.size, result.precision.bits)], adder_levels=1)
    return merged(before, units), [result]


def _plus_constant(call: Call, x: Signal, constant: Signal) -> Made:
    if not constant.known().any():
        return None, [call.result(x.precision, _broadcast(x.scale, call.shape), x.exact)]
    if not x.exact:
        return biased(call, None, call.result(None), constant)
    before, x = (Inventory(), x) if x.scale.ndim == 0 else realised(x)
    types = [x.precision]
    if constant.exact and constant.scale.ndim == 0 and not constant.scaled:
        types.append(FixedType(True, 2, constant.precision.fraction))
    fraction = max(t.fraction for t in types)
    bits = min(x.precision.integer + (not x.precision.signed) + 1 + fraction, EXACT_BITS)
    result = call.result(FixedType(True, max(bits, 2), fraction), x.scale)
    units, results = biased(call, None, result, constant)
    return merged(before, units or Inventory()), results


def multiply(call: Call) -> Made:
    """Elementwise Mul; by a constant it is a scale (nothing for powers of two)."""
    data, constants = call.data, [x for x in call.given if x.constant is not None]
    if not constants:
        return _of_variables(call, data[0], data[1])
    return _scaled(call, data[0], constants[0].known(), constants[0])


def divide(call: Call) -> Made:
    """Div by a constant."""
    divisor = call.required(1)
    if not divisor.known().all():
        raise ValueError("it divides by 0")
    return _scaled(call, call.required(0), 1.0 / divisor.known(), None)


def power(call: Call) -> Made:
    """Pow with the exponent 1 or 2."""
    exponents = set(call.required(1).known().ravel().tolist())
    x = call.required(0)
    if exponents == {1.0}:
        return None, [call.result(x.precision, _broadcast(x.scale, call.shape), x.exact)]
    if exponents != {2.0}:
        raise ValueError("only the exponents 1 and 2 are supported")
    return _of_variables(call, x, x)


def batch_norm(call: Call) -> Made:
    """BatchNormalization that was not folded: a product with a constant and an adder per value."""
    x = call.required(0)
    gain, bias, mean, variance = (call.required(k).known() for k in range(1, 5))
    shape = [1, -1, *[1] * (len(x.shape) - 2)]
    spread = np.sqrt(variance + call.node.number("epsilon", 1e-5))
    units, (result,) = _scaled(call, x, (gain / spread).reshape(shape), None)
    offset = (bias - mean * gain / spread).reshape(shape)
    return biased(call, units, result, Signal(offset.shape, call.default, False, np.ones(()), (), offset))


def negate(call: Call) -> Made:
    """Neg and Abs: a subtractor per value."""
    x = call.required(0)
    precision = FixedType(True, min(x.precision.bits + 1, EXACT_BITS), x.precision.fraction)
    result = call.result(precision if x.exact else None, x.scale if x.exact else np.ones(()))
    return Inventory(adders=[Units(x.size, x.precision.bits)], adder_levels=1), [result]


def _of_variables(call: Call, x: Signal, y: Signal) -> Made:
    """A product per value of the result; scales multiply."""
    (before, x), (also, y) = realised_unless_one(x), realised_unless_one(y)
    units = Inventory()
    units.sum_of_products(math.prod(call.shape), 1, x.precision.bits, y.precision.bits)
    return merged(merged(before, also), units), [product_type(call, x, y)]


def realised_unless_one(x: Signal) -> tuple[Inventory, Signal]:
    """The signal itself if it has at most one scale, else its values."""
    return (Inventory(), x) if x.scale.ndim == 0 else realised(x)


def _scaled(call: Call, x: Signal, factor: NDArray[np.float64], source: Signal | None) -> Made:
    """Product with a constant per value; ``source`` is the constant's signal, if it has a precision of its own."""
    shift = (factor > 0).all() and is_power_of_two(factor) and (factor == factor.flat[0]).all()
    if shift:
        precision, scale = normalised(x.precision, _broadcast(x.scale, call.shape) * factor.flat[0])
        return None, [call.result(precision, scale, x.exact)]
    exact = source is not None and source.exact
    grid = source.precision if source is not None and exact else call.default
    if source is not None and exact and source.scaled:
        grid = FixedType(True, min(grid.bits + 11, EXACT_BITS), grid.fraction + 10)
    grid = FixedType(True, min(grid.bits + (not grid.signed), EXACT_BITS), grid.fraction)
    constants = np.broadcast_to(raw_weights(factor * x.scale, grid), call.shape)
    units, precision = constant_products(constants, x.precision, grid.fraction)
    return units, [call.result(precision if exact and x.exact else None)]


def _broadcast(scale: NDArray[np.float64], shape: tuple[int, ...]) -> NDArray[np.float64]:
    return scale if scale.ndim == 0 else np.broadcast_to(scale, shape)
