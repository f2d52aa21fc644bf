"""The scalar graph in numpy: one int64 vector per node, an element per event."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from fpgajet.fixed import requantise
from fpgajet.scalars.arithmetic import Numbers
from fpgajet.scalars.graph import ScalarGraph
from fpgajet.scalars.node import Op, Scalar

Raw = NDArray[np.int64]


def evaluate(graph: ScalarGraph, outputs: Numbers, inputs: NDArray[np.int64]) -> Raw:
    """Values of some nodes.

    Args:
        graph: the graph.
        outputs: numbers of nodes, of any shape.
        inputs: raw inputs [events, inputs].

    Returns:
        int64 [events, *outputs.shape].
    """
    values = evaluate_all(graph, outputs, inputs)
    found = [values[int(n)] for n in outputs.ravel()]
    return np.stack(found, axis=-1).reshape(len(inputs), *outputs.shape)


def evaluate_all(graph: ScalarGraph, outputs: Numbers, inputs: NDArray[np.int64]) -> dict[int, Raw]:
    """Values int64 [events] of some nodes and of everything that they depend on, by number."""
    values: dict[int, Raw] = {}
    for number in graph.needed(map(int, outputs.ravel())):
        node = graph.nodes[number]
        if node.op is Op.INPUT:
            values[number] = np.ascontiguousarray(inputs[:, node.number])
        elif node.op is Op.CONSTANT:
            values[number] = np.full(len(inputs), node.number, dtype=np.int64)
        else:
            values[number] = compute(graph, node, *(values[n] for n in node.arguments))
    return values


def compute(graph: ScalarGraph, node: Scalar, *arguments: Raw) -> Raw:
    """The operation of a node, neither input nor constant, on values of its arguments."""
    if node.op is Op.LOOKUP:
        return np.asarray(graph.tables[node.number], np.int64)[arguments[0]]
    return _RULES[node.op](node, *arguments)


def _quantised(node: Scalar, x: Raw) -> Raw:
    assert node.precision is not None
    return requantise(x, node.number, node.precision)


_RULES: dict[Op, Callable[..., Raw]] = {
    Op.ADD: lambda _, x, y: x + y,
    Op.SUBTRACT: lambda _, x, y: x - y,
    Op.MULTIPLY: lambda _, x, y: x * y,
    Op.SHIFT: lambda node, x: x << np.int64(node.number),
    Op.QUANTISE: _quantised,
    Op.CLIP: lambda node, x: np.clip(x, node.lowest, node.highest),
    Op.RELU: lambda _, x: np.maximum(x, 0),
    Op.ABS: lambda _, x: np.abs(x),
    Op.NONZERO: lambda _, x: (x != 0).astype(np.int64),
    Op.GATE: lambda _, x, bit: x * (bit != 0),
    Op.LESS: lambda _, x, y: (x < y).astype(np.int64),
    Op.SELECT: lambda _, bit, x, y: np.asarray(np.where(bit != 0, x, y)),
}
