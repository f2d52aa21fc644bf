"""A plain QONNX or ONNX graph, node by node, to blocks: for models that are not made of our operators."""

from __future__ import annotations

import math

import numpy as np
import onnx
from onnx import helper, numpy_helper

from fpgajet.errors import BadInput
from fpgajet.estimate import layers
from fpgajet.estimate.blocks import Block
from fpgajet.estimate.layers import Attributes, Layer
from fpgajet.estimate.tensors import DEFAULT, Edge, quant_type
from fpgajet.estimate.wires import POOLS, WIRES, pooled, wired
from fpgajet.ops.inventory import Inventory

LAYERS: dict[str, Layer] = {
    "MatMul": layers.dense,
    "Gemm": layers.dense,
    "Conv": layers.convolution,
    "Mul": layers.multiply,
    "Div": layers.divide,
    "Add": layers.add,
    "Sub": layers.add,
    "Relu": layers.relu,
    "LeakyRelu": layers.relu,
    "BatchNormalization": layers.batch_norm,
    "Sigmoid": layers.table,
    "Tanh": layers.table,
    "Exp": layers.table,
    "Softmax": layers.softmax,
}
QUANTS = ("Quant", "BipolarQuant")


def blocks_of_graph(model: onnx.ModelProto, source: str) -> tuple[tuple[Block, ...], int]:
    """Blocks of a graph, and the link words that its input takes (64 bits each).

    Raises:
        BadInput: a node that is not known, or shapes that do not fit; the message names the node.
    """
    return _Walk(model, source).run()


class _Walk:
    """One pass over the nodes in their order, which ONNX requires to be topological."""

    def __init__(self, model: onnx.ModelProto, source: str) -> None:
        self.graph, self.source = model.graph, source
        self.edges: dict[str, Edge] = {}
        self.blocks: list[Block] = []
        for tensor in self.graph.initializer:
            values = numpy_helper.to_array(tensor)
            self.edges[tensor.name] = Edge(values.shape, DEFAULT, (), constant=values)
        inputs = [i for i in self.graph.input if i.name not in self.edges]
        if len(inputs) != 1:
            raise BadInput(f"{source} has {len(inputs)} inputs; fpgajet takes models with exactly one.")
        self.input = inputs[0].name
        shape = tuple(d.dim_value for d in inputs[0].type.tensor_type.shape.dim)[1:]
        if not shape or any(n < 1 for n in shape):
            raise BadInput(f"{source}: the input {self.input!r} has no fixed shape behind its batch axis.")
        self.edges[self.input] = Edge(shape, DEFAULT, ())
        self.given = self.edges[self.input]

    def run(self) -> tuple[tuple[Block, ...], int]:
        """Blocks and input words."""
        for node in self.graph.node:
            name = node.name or node.output[0]
            try:
                self.step(node, name)
            except (KeyError, ValueError, IndexError, AttributeError, TypeError) as error:
                raise BadInput(
                    f"{self.source}: node {name!r} ({node.op_type}) cannot be estimated: {error}."
                ) from error
        if not self.blocks:
            raise BadInput(f"{self.source} has no node that takes any logic.")
        shape, bits = self.given.shape, self.given.type.bits
        return tuple(self.blocks), shape[0] if len(shape) > 1 else math.ceil(math.prod(shape) * bits / 64)

    def step(self, node: onnx.NodeProto, name: str) -> None:
        """One node: its result, and a block if it takes any units."""
        attributes: Attributes = {a.name: helper.get_attribute_value(a) for a in node.attribute}
        attributes = {k: v.decode() if isinstance(v, bytes) else v for k, v in attributes.items()}
        if node.op_type == "Constant":
            values = numpy_helper.to_array(attributes["value"])
            self.edges[node.output[0]] = Edge(values.shape, DEFAULT, (), constant=values)
            return
        inputs = [self.edges[i] for i in node.input if i]
        if node.op_type in QUANTS:
            units, result = self.quantiser(node.op_type, attributes, inputs)
        elif node.op_type in WIRES:
            units, result = None, wired(node.op_type, attributes, inputs)
        elif node.op_type in POOLS:
            units, result = pooled(node.op_type, attributes, inputs)
        elif node.op_type in LAYERS:
            units, result = LAYERS[node.op_type](attributes, inputs)
        else:
            known = ", ".join(sorted([*LAYERS, *WIRES, *POOLS, *QUANTS]))
            raise BadInput(
                f"{self.source}: no estimate for node {name!r} of type {node.op_type}. Known: {known}."
            )
        if node.input and node.input[0] == self.input:
            self.given = result if node.op_type in QUANTS else self.given
        makers = tuple(dict.fromkeys(name for e in inputs for name in e.made_by))
        if units is not None and result.constant is None:
            bits = result.size * result.type.bits
            self.blocks.append(Block(name, node.op_type, makers, units, bits))
            result = Edge(result.shape, result.type, (name,), result.quantised)
        self.edges[node.output[0]] = result

    def quantiser(self, op: str, attributes: Attributes, inputs: list[Edge]) -> tuple[Inventory | None, Edge]:
        """Quant: a constant gets its grid, a variable a requantiser (the model's input arrives on its grid)."""
        x = inputs[0]
        scale = inputs[1].constant
        bits = np.array([2.0]) if op == "BipolarQuant" else inputs[3].constant
        kind = quant_type(attributes, scale, 0.0, bits)
        result = Edge(x.shape, kind, x.made_by, quantised=True, constant=x.constant)
        if x.constant is not None or not x.made_by:
            return None, result
        units = Inventory()
        units.requantise(x.size, x.type, kind)
        return (units if units.selectors else None), result
