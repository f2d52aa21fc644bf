"""Sums, means and maxima over constituents, and tensors put together: of quantised tensors only."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from fpgajet.fixed import FixedType, Overflow
from fpgajet.graph.foreign.graph import ForeignGraph, ForeignNode
from fpgajet.graph.foreign.imported import Affine, fractions
from fpgajet.graph.foreign.layers import Layers
from fpgajet.graph.foreign.places import Index, reduced
from fpgajet.graph.foreign.precisions import holding, joined
from fpgajet.ops.elementwise import Join, Product, Skip
from fpgajet.ops.pooling import ConstituentMax, ConstituentSum

POOLS = ("ReduceSum", "ReduceMean", "ReduceMax", "GlobalAveragePool", "GlobalMaxPool")


def pool(graph: ForeignGraph, node: ForeignNode, layers: Layers, value: Affine) -> Affine:
    """A sum, mean or maximum over all constituents.

    Raises:
        ValueError: of something that is not quantised, or over other axes.
    """
    value = layers.rectified(value) if value.relu else value
    if value.weight is not None or value.relu:
        raise ValueError("what it pools is not quantised; put a Quant in front of it")
    shape = layers.shapes[value.stage]
    constituents = 1 if len(shape) == 1 else shape[0]
    axes, keep = _axes(graph, node, value.index.ndim)
    index = reduced(value.index, axes, keep, constituents, value.features)
    name, kind = node.outputs[0], layers.types[value.stage]
    if len(shape) == 1:
        return replace(value, index=index)
    if node.op_type.endswith(("Max", "MaxPool")):
        layers.place(name, ConstituentMax(kind, constituents), (value.stage,), {})
        return layers.stage(name, index, value.factor, value.offset)
    ends = [(constituents * kind.lowest, constituents * kind.highest)]
    whole = _like(kind, ends, kind.fraction)
    layers.place(name, ConstituentSum(whole), (value.stage,), {})
    mean = node.op_type in ("ReduceMean", "GlobalAveragePool")
    factor = value.factor * fractions([1.0]) if not mean else value.factor / constituents
    return layers.stage(name, index, factor, value.offset if mean else value.offset * constituents)


def _like(kind: FixedType, ends: list[tuple[int, int]], fraction: int) -> FixedType:
    """A type that holds sums of values of another one, without a sign if that has none."""
    if kind.signed:
        return holding(ends, fraction)
    return replace(FixedType.holding(0, ends[0][1], fraction), overflow=Overflow.SAT)


def _axes(graph: ForeignGraph, node: ForeignNode, rank: int) -> tuple[list[int], bool]:
    if node.op_type.startswith("Global"):
        return list(range(2, rank)), True
    axes = node.integers("axes", [])
    if len(node.inputs) > 1 and node.inputs[1]:
        axes = [int(n) for n in np.ravel(graph.tensors[node.inputs[1]].value)]
    if not axes and node.integer("noop_with_empty_axes", 0):
        raise ValueError("it reduces nothing")
    return axes, bool(node.integer("keepdims", 1))


def two(node: ForeignNode, graph: ForeignGraph) -> bool:
    """Whether several inputs of a node depend on the input of the network."""
    return sum(not graph.tensors[name].constant for name in node.inputs if name) > 1


def combined(graph: ForeignGraph, node: ForeignNode, layers: Layers, values: list[Affine]) -> Affine:
    """Concat, Add and Mul of quantised tensors.

    Raises:
        ValueError: tensors that are not quantised, or whose elements do not belong to one another.
    """
    values = [layers.rectified(value) if value.relu else value for value in values]
    if any(value.weight is not None or value.relu for value in values):
        raise ValueError("it combines tensors that are not quantised")
    name, shape = node.outputs[0], graph.tensors[node.outputs[0]].value.shape
    if node.op_type == "Concat":
        return _concatenated(layers, values, node.integer("axis", 0), name)
    if len(values) != 2 or node.op_type not in ("Add", "Mul"):
        raise ValueError("only sums and products of two quantised tensors can be imported")
    first, second = values if values[0].index.size >= values[1].index.size else values[::-1]
    index = np.broadcast_to(first.index, shape)
    if index.size != first.index.size:
        raise ValueError("it makes both of its inputs larger")
    return (_sum if node.op_type == "Add" else _product)(layers, first, second, index, name)


def _sum(layers: Layers, first: Affine, second: Affine, index: Index, name: str) -> Affine:
    other = np.broadcast_to(second.index, index.shape)
    if (other != index).any() or first.factor.tolist() != second.factor.tolist():
        raise ValueError("it adds tensors of other constituents or with other scales")
    kinds = [layers.types[value.stage] for value in (first, second)]
    fraction = max(kind.fraction for kind in kinds)
    low, high = (sum(end << (fraction - k.fraction) for k, end in zip(kinds, ends, strict=True)) for ends in
                 ([k.lowest for k in kinds], [k.highest for k in kinds]))  # fmt: skip
    layers.place(name, Skip(holding([(low, high)], fraction)), (first.stage, second.stage), {})
    return layers.stage(name, index, first.factor, first.offset + second.offset)


def _product(layers: Layers, first: Affine, second: Affine, index: Index, name: str) -> Affine:
    other = np.broadcast_to(second.index, index.shape)
    wide = layers.shapes[second.stage][-1] > 1
    if (
        (other != (index if wide else index // first.features)).any()
        or any(first.offset)
        or any(second.offset)
    ):
        raise ValueError("it multiplies tensors of other constituents, or with zero points")
    one, two_ = (layers.types[value.stage] for value in (first, second))
    corners = [a * b for a in (one.lowest, one.highest) for b in (two_.lowest, two_.highest)]
    kind = FixedType.holding(min(corners), max(corners), one.fraction + two_.fraction)
    layers.place(name, Product(replace(kind, overflow=Overflow.SAT)), (first.stage, second.stage), {})
    return layers.stage(name, index, first.factor * second.factor, first.offset)


def _constituents(layers: Layers, value: Affine) -> int:
    shape = layers.shapes[value.stage]
    return 1 if len(shape) == 1 else shape[0]


def _concatenated(layers: Layers, values: list[Affine], axis: int, name: str) -> Affine:
    """All features of the stages behind one another; the places say which of them are wanted, and in which order."""
    if len({_constituents(layers, value) for value in values}) > 1:
        values = [layers.flattened(v) if _constituents(layers, v) > 1 else v for v in values]
    stages = list(dict.fromkeys(value.stage for value in values))
    starts, start = {}, 0
    for stage in stages:
        starts[stage], start = start, start + layers.shapes[stage][-1]
    whole = stages[0]
    for number, stage in enumerate(stages[1:], 1):
        made = name if number == len(stages) - 1 else f"{name}.join{number}"
        layers.place(made, Join(joined(layers.types[whole], layers.types[stage])), (whole, stage), {})
        whole = made
    numbers = {value.stage: value for value in values}
    places = [v.index // v.features * start + starts[v.stage] + v.index % v.features for v in values]
    index = np.concatenate(places, axis=axis)
    factor, offset = (
        np.concatenate([getattr(numbers[stage], what) for stage in stages]) for what in ("factor", "offset")
    )
    if len(stages) == 1:
        return replace(values[0], index=index)
    if len(set(index.ravel().tolist())) != index.size or index.size != int(np.prod(layers.shapes[whole])):
        return Affine(whole, None, factor, offset, index)
    return layers.stage(whole, index, factor, offset)
