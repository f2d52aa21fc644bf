"""The standard layers: from one ONNX node to the units of a fully unrolled block.

Every function takes (attributes, inputs) and returns the units and the resulting tensor, or None for the units
where the node is only wires. hls4ml's io_parallel with ReuseFactor 1 is what is counted.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from fpgajet.estimate.matrices import matrix_product, raw_weights
from fpgajet.estimate.tensors import DEFAULT, Edge
from fpgajet.fixed import EXACT_BITS, FixedType
from fpgajet.ops.inventory import Inventory, Units

Attributes = dict[str, Any]
Layer = Callable[[Attributes, list[Edge]], tuple[Inventory | None, Edge]]


def wider(kind: FixedType, bits: int) -> FixedType:
    """``bits`` more integer bits, signed, exact."""
    return FixedType(True, min(kind.bits + (not kind.signed) + bits, EXACT_BITS), kind.fraction)


def dense(attributes: Attributes, inputs: list[Edge]) -> tuple[Inventory, Edge]:
    """MatMul and Gemm with a constant matrix, on the last axis of the data."""
    x, w = inputs[0], inputs[1]
    if w.constant is None:
        return products(attributes, inputs)
    matrix = w.constant.T if attributes.get("transB", 0) else w.constant
    if x.shape[-1] != matrix.shape[0]:
        raise ValueError(f"a vector of {x.shape[-1]} does not fit a matrix of {matrix.shape[0]} rows")
    units, kind = matrix_product(
        x.size // x.shape[-1], raw_weights(matrix, w.type.fraction), x.type, w.type.fraction
    )
    shape = (*x.shape[:-1], matrix.shape[1])
    result = Edge(shape, kind, x.made_by)
    if len(inputs) > 2:
        units.adders.append(Units(result.size, kind.bits))
        units.adder_levels += 1
    return units, result


def convolution(attributes: Attributes, inputs: list[Edge]) -> tuple[Inventory, Edge]:
    """Conv over [channels, positions...]: at every position of the result one product with a matrix."""
    x, w = inputs[0], inputs[1]
    if w.constant is None or attributes.get("group", 1) != 1:
        raise ValueError("only convolutions with constant weights and one group are supported")
    kernel = w.constant.shape[2:]
    strides = attributes.get("strides") or [1] * len(kernel)
    pads = attributes.get("pads") or [0] * 2 * len(kernel)
    positions = tuple(
        (x.shape[1 + k] + pads[k] + pads[k + len(kernel)] - kernel[k]) // strides[k] + 1
        for k in range(len(kernel))
    )
    matrix = w.constant.reshape(w.constant.shape[0], -1).T
    units, kind = matrix_product(
        math.prod(positions), raw_weights(matrix, w.type.fraction), x.type, w.type.fraction
    )
    result = Edge((w.constant.shape[0], *positions), kind, x.made_by)
    if len(inputs) > 2:
        units.adders.append(Units(result.size, kind.bits))
        units.adder_levels += 1
    return units, result


def products(_: Attributes, inputs: list[Edge]) -> tuple[Inventory, Edge]:
    """MatMul or elementwise Mul of two variables."""
    x, y = inputs
    kind = FixedType(True, min(x.type.bits + y.type.bits, EXACT_BITS), x.type.fraction + y.type.fraction)
    units = Inventory()
    if len(x.shape) >= 2 and len(y.shape) >= 2 and x.shape[-1] == y.shape[-2] and x.shape != y.shape:
        shape = (*x.shape[:-1], y.shape[-1])
        units.sum_of_products(math.prod(shape), x.shape[-1], x.type.bits, y.type.bits)
        return units, Edge(shape, wider(kind, math.ceil(math.log2(x.shape[-1]))), x.made_by)
    shape = np.broadcast_shapes(x.shape, y.shape)
    units.sum_of_products(math.prod(shape), 1, x.type.bits, y.type.bits)
    return units, Edge(shape, kind, x.made_by)


def multiply(attributes: Attributes, inputs: list[Edge]) -> tuple[Inventory | None, Edge]:
    """Elementwise Mul; by a constant it is a scale (nothing for powers of two)."""
    data, constants = _split(inputs)
    if not constants:
        return products(attributes, inputs)
    return _scaled(data[0], np.asarray(constants[0].constant, dtype=np.float64))


def divide(_: Attributes, inputs: list[Edge]) -> tuple[Inventory | None, Edge]:
    """Div by a constant."""
    if inputs[1].constant is None:
        raise ValueError("division by a variable is not supported")
    return _scaled(inputs[0], 1.0 / np.asarray(inputs[1].constant, dtype=np.float64))


def add(_: Attributes, inputs: list[Edge]) -> tuple[Inventory, Edge]:
    """Add and Sub of variables, or of a variable and a bias."""
    data, _constants = _split(inputs)
    fraction = max(e.type.fraction for e in inputs if e.constant is None or e.quantised)
    integer = max(e.type.integer for e in data) + 1
    shape = np.broadcast_shapes(*(e.shape for e in data)) if len(data) > 1 else data[0].shape
    kind = FixedType(True, min(max(integer + fraction, 2), EXACT_BITS), fraction)
    units = Inventory(adders=[Units(math.prod(shape), kind.bits)], adder_levels=1)
    return units, Edge(shape, kind, data[0].made_by)


def relu(_: Attributes, inputs: list[Edge]) -> tuple[Inventory, Edge]:
    """Relu and LeakyRelu: one selection, half a LUT a bit; the requantiser behind it takes the level."""
    x = inputs[0]
    kind = FixedType(False, max(x.type.bits - x.type.signed, 1), x.type.fraction)
    return Inventory(selectors=[Units(x.size, -(-kind.bits // 2))]), Edge(x.shape, kind, x.made_by)


def batch_norm(_: Attributes, inputs: list[Edge]) -> tuple[Inventory, Edge]:
    """BatchNormalization that was not folded: a constant product and an adder an element."""
    x = inputs[0]
    gain, _bias, _mean, variance = (np.asarray(e.constant, dtype=np.float64) for e in inputs[1:5])
    units, result = _scaled(x, gain / np.sqrt(variance + 1e-5))
    units = units or Inventory()
    units.adders.append(Units(x.size, result.type.bits))
    units.adder_levels += 1
    return units, result


def pool_sum(axes: tuple[int, ...], x: Edge, mean: bool, keep: bool) -> tuple[Inventory | None, Edge]:
    """Sum or mean over axes; a mean over a power of two only moves the point."""
    terms = math.prod(x.shape[a] for a in axes)
    shape = tuple(
        1 if a in axes else n for a, n in enumerate(x.shape) if keep or a not in axes
    )  # the axis stays with length 1 if it is kept
    units = Inventory()
    units.add_tree(math.prod(shape), terms, x.type.bits)
    result = Edge(shape, wider(x.type, math.ceil(math.log2(max(terms, 1)))), x.made_by)
    if mean:
        scaled, result = _scaled(result, np.array([1.0 / terms]))
        if scaled is not None:
            units.constant_products += scaled.constant_products
            units.adder_levels += scaled.adder_levels
            units.product_levels += scaled.product_levels
    return units, result


def pool_max(axes: tuple[int, ...], x: Edge, keep: bool) -> tuple[Inventory, Edge]:
    """Maximum over axes: a tree of comparisons and selections."""
    units, result = pool_sum(axes, x, mean=False, keep=keep)
    assert units is not None
    steps = result.size * (math.prod(x.shape[a] for a in axes) - 1)
    tree = Inventory(adders=[Units(steps, x.type.bits)], selectors=[Units(steps, x.type.bits)])
    tree.adder_levels = units.adder_levels
    return tree, Edge(result.shape, x.type, x.made_by)


def table(_: Attributes, inputs: list[Edge]) -> tuple[Inventory, Edge]:
    """Sigmoid, Tanh, Exp ...: a look-up of at most 1024 entries, hls4ml's default."""
    x = inputs[0]
    units = Inventory(tables=[Units(x.size, DEFAULT.bits, min(x.type.bits, 10))], adder_levels=1)
    return units, Edge(x.shape, DEFAULT, x.made_by)


def softmax(_: Attributes, inputs: list[Edge]) -> tuple[Inventory, Edge]:
    """hls4ml's stable softmax: maximum, exponentials and one inverse from tables, a sum, products."""
    x = inputs[0]
    n = x.shape[-1]
    rows = x.size // n
    units = Inventory(tables=[Units(x.size + rows, 18, 10)])
    units.adders.append(Units(rows * (3 * n - 2), x.type.bits))
    units.add_tree(rows, n, 18)
    units.adder_levels += math.ceil(math.log2(max(n, 2))) + 3
    units.sum_of_products(x.size, 1, 18, 18)
    return units, Edge(x.shape, DEFAULT, x.made_by)


def _split(inputs: list[Edge]) -> tuple[list[Edge], list[Edge]]:
    return [e for e in inputs if e.constant is None], [e for e in inputs if e.constant is not None]


def _scaled(x: Edge, factor: Any) -> tuple[Inventory | None, Edge]:
    """Product with one constant, or one a channel, on hls4ml's default grid unless powers of two."""
    mantissa, exponent = np.frexp(np.abs(factor[factor != 0]))
    if mantissa.size and (mantissa == 0.5).all() and (exponent == exponent[0]).all():
        shift = int(exponent[0]) - 1
        kind = FixedType(x.type.signed, x.type.bits, x.type.fraction - shift)
        return None, Edge(x.shape, kind, x.made_by)
    raw = raw_weights(factor.reshape(1, -1), DEFAULT.fraction)
    units, kind = matrix_product(x.size // max(raw.size, 1) or 1, raw, x.type, DEFAULT.fraction)
    return units, Edge(x.shape, kind, x.made_by)
