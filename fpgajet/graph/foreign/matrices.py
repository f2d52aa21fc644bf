"""MatMul, Gemm, Einsum and Conv with kernel 1 of a foreign graph as Dense layers."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from fpgajet.graph.foreign.constants import weight_of
from fpgajet.graph.foreign.graph import ForeignGraph, ForeignNode
from fpgajet.graph.foreign.imported import Affine, Numbers, Weight, exponent_of, fractions
from fpgajet.graph.foreign.layers import Layers
from fpgajet.graph.foreign.places import Index, rows
from fpgajet.graph.foreign.precisions import scales_of

#: Axes of the weights of a convolution over a list.
_CONV1D_AXES = 3


def product(
    graph: ForeignGraph, node: ForeignNode, layers: Layers, value: Affine, weights: dict[str, Weight]
) -> Affine:
    """The sums of a matrix times features.

    Raises:
        ValueError: no quantised input, no constant weights, or a matrix over something else than features.
    """
    if value.weight is None and value.relu:
        value = layers.rectified(value)
    if value.weight is not None or value.relu:
        raise ValueError("its input is not quantised")
    left = node.op_type == "MatMul" and graph.tensors[node.inputs[0]].constant
    weight, axis = _matrix(node, weight_of(graph, node.inputs[0 if left else 1], weights))
    if left:
        weight, axis = Weight(weight.raw.T, weight.scale.T), -2
    result = graph.tensors[node.outputs[0]].value.shape
    value, row, columns = _rows(layers, value, axis)
    raw, factor, offset = _combined(value, weight, columns)
    outputs = len(raw)
    index = (row[:, None] * outputs + np.arange(outputs)).reshape(_moved(result, axis))
    index = np.moveaxis(index, -1, axis)
    if index.shape != result:
        raise ValueError("its result has a shape that no Dense layer has")
    found = Affine(value.stage, raw, factor, offset, index, name=node.name)
    if node.op_type == "Gemm":
        found = found.scaled(fractions([node.number("alpha", 1.0)]), node.name)
    if len(node.inputs) > 2 and node.inputs[2]:
        found = found.moved(_bias(graph, node, index, outputs), node.name)
    return found


def _moved(shape: tuple[int, ...], axis: int) -> tuple[int, ...]:
    order = [n for k, n in enumerate(shape) if k != axis % len(shape)]
    return (*order, shape[axis])


def _matrix(node: ForeignNode, weight: Weight) -> tuple[Weight, int]:
    """Weights as [outputs, inputs], and the axis of the input's features."""
    turned = Weight(weight.raw.T, weight.scale.T)
    if node.op_type == "Conv":
        if weight.raw.ndim != _CONV1D_AXES or weight.raw.shape[2] != 1 or node.integer("group", 1) != 1:
            raise ValueError("a convolution has a kernel of 1 and one group")
        if any(node.integers("pads", [0])) or node.integers("strides", [1]) != [1]:
            raise ValueError("a convolution has no padding and a stride of 1")
        return Weight(weight.raw[:, :, 0], weight.scale[:, :, 0]), 1
    if weight.raw.ndim != 2:  # a matrix
        raise ValueError("its weights are not a matrix")
    if node.op_type == "Gemm":
        if node.integer("transA", 0):
            raise ValueError("it transposes its input (transA)")
        return (weight if node.integer("transB", 0) else turned), -1
    if node.op_type == "Einsum":
        given, result = node.text("equation", "").replace(" ", "").split("->")
        first, second = given.split(",")
        if first[:-1] != result[:-1] or set(second) != {first[-1], result[-1]} or len(second) != 2:
            raise ValueError("only a product with a matrix on the last axis can be imported")
        return (weight if second[1] == first[-1] else turned), -1
    return turned, -1


def _rows(layers: Layers, value: Affine, axis: int) -> tuple[Affine, Index, Index]:
    """The constituent of every row and the features in it; a row of all constituents is flattened first."""
    try:
        row, columns = rows(value.index, axis, value.features)
        if sorted(row.tolist()) != list(range(len(row))) or len(row) != _constituents(layers, value):
            raise ValueError("it takes some of the constituents, or one several times")
        return value, row, columns
    except ValueError:
        shape = layers.shapes[value.stage]
        if len(shape) == 1 or shape[0] == 1 or value.index.size != value.index.shape[axis]:
            raise
    return layers.flattened(value), np.zeros(1, np.int64), value.index.ravel()


def _constituents(layers: Layers, value: Affine) -> int:
    shape = layers.shapes[value.stage]
    return 1 if len(shape) == 1 else int(shape[0])


def _combined(value: Affine, weight: Weight, columns: Index) -> tuple[np.ndarray, Numbers, Numbers]:
    """Integers, factors and summands of W (factor x + offset), with W spread over all features of the stage.

    Raises:
        ValueError: scales of the inputs of a sum that are no powers of two of one another.
    """
    if weight.raw.shape[1] != len(columns):
        raise ValueError("it mixes constituents with the matrix")
    factors, offsets = value.factor[columns], value.offset[columns]
    raw = np.zeros((len(weight.raw), value.features), np.int64)
    factor, offset = np.empty(len(raw), dtype=object), np.empty(len(raw), dtype=object)
    same = len(set(factors.tolist())) == 1
    for g, (integers, scale) in enumerate(zip(weight.raw, weight.scale, strict=True)):
        scales = fractions(scale)
        whole = [Fraction(int(n)) for n in integers]
        offset[g] = sum(
            (n * s * o for n, s, o in zip(whole, scales, offsets, strict=True) if n and o), Fraction(0)
        )
        if same and len(set(scale.tolist())) == 1:
            factor[g], numbers = scales[0] * factors[0], integers
        else:
            factor[g], numbers = _one_scale(integers, scales * factors)
        np.add.at(raw[g], columns, numbers)
    return raw, factor, offset


def _one_scale(integers: np.ndarray, scales: Numbers) -> tuple[Fraction, np.ndarray]:
    """Integers with scales of their own as integers with one scale."""
    used = [s for n, s in zip(integers.tolist(), scales, strict=True) if n]
    if not used:
        return Fraction(scales[0]), integers
    exponents = [exponent_of(s / used[0]) for s in used]
    if None in exponents:
        raise ValueError("the inputs of one sum have scales that are no powers of two of one another")
    least = min(exponents, key=lambda e: e or 0) or 0
    unit = used[0] * Fraction(2) ** least
    return unit, np.array(
        [int(n * s / unit) if n else 0 for n, s in zip(integers.tolist(), scales, strict=True)]
    )


def _bias(graph: ForeignGraph, node: ForeignNode, index: Index, outputs: int) -> Numbers:
    """One constant per output."""
    values = graph.constant(node.inputs[2])
    if values is None:
        raise ValueError("it adds something that is not constant")
    if node.op_type == "Conv":
        values = values.reshape(1, -1, 1)
    found = scales_of(np.asarray(values, np.float64), index % outputs, outputs)
    return found * fractions([node.number("beta", 1.0)]) if node.op_type == "Gemm" else found
