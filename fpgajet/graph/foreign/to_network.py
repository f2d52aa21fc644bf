"""A quantised foreign graph as a :class:`fpgajet.ops.network.Network` of our operators, exact to the last bit.

What can be turned into operators so far: multilayer perceptrons, also per constituent, of Dense layers (MatMul or
Gemm with constant weights), biases, ReLU, concatenations of two tensors and quantisers with one power-of-two scale.
Everything else is refused by name. The yardstick is qonnx's own execution of the file.

Biases are often left in floating point; :mod:`fpgajet.graph.foreign.biases` says how they keep their effect. Only in a
last layer without a quantiser may one be rounded, and the result lists it.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from fpgajet.errors import BadInput
from fpgajet.fixed import FixedType, Overflow, Rounding, from_real, to_real
from fpgajet.graph.foreign.biases import bias_alone, bias_before
from fpgajet.graph.foreign.graph import ForeignGraph, ForeignNode, real
from fpgajet.graph.foreign.imported import Imported, UnroundedSum
from fpgajet.graph.foreign.precisions import joined, of_sums, quantiser_precision
from fpgajet.graph.reading import one_line
from fpgajet.ops.dense import Dense
from fpgajet.ops.elementwise import Join
from fpgajet.ops.forms import GivenFeatures
from fpgajet.ops.integers import FixedArray
from fpgajet.ops.network import Network, Node, Tensor

#: float32, in which qonnx and onnxruntime compute, carries integers of so many bits exactly.
FLOAT32_BITS = 24
#: Ends of classifiers that keep the order of the scores.
_LAST = ("Softmax", "LogSoftmax", "ArgMax")
#: Nodes that leave the values of an event as they are, if its shape stays the same.
_SAME_SHAPE = ("Identity", "Dropout", "Flatten", "Reshape", "Squeeze", "Unsqueeze", "Cast")


@dataclass
class _Importer:
    graph: ForeignGraph
    given: FixedType | None = None
    types: dict[str, FixedType] = field(default_factory=dict)
    stages: dict[str, str] = field(default_factory=dict)
    sums: dict[str, UnroundedSum] = field(default_factory=dict)
    weights: dict[str, Tensor] = field(default_factory=dict)
    nodes: list[Node] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    input_name: str = ""
    rounded: bool = False

    def run(self) -> Imported:
        """All nodes, then the output."""
        for node in self.graph.nodes:
            try:
                self.step(node)
            except (ArithmeticError, LookupError, ValueError) as error:
                raise BadInput(
                    f"{self.graph.source}: the node {node.name!r} ({node.op_type}) has no exact hardware yet: "
                    f"{one_line(error)}."
                ) from error
        if len(self.graph.outputs) != 1:
            raise BadInput(f"{self.graph.source} has {len(self.graph.outputs)} outputs, not one.")
        name = self.before_softmax(self.graph.outputs[0])
        if name in self.sums:
            self.finish(name)
        if not self.nodes or self.nodes[-1].name != self.stages.get(name):
            raise BadInput(f"{self.graph.source}: its output {name!r} is not what the last layer gives.")
        shape = self.graph.input_shape
        try:
            network = Network(
                self.graph.name or "foreign",
                self.input_name,
                shape,
                self.types[self.input_name],
                tuple(self.nodes),
                GivenFeatures(shape[-1]),
            )
            network.widths()
        except ValueError as error:
            raise BadInput(f"{self.graph.source} is not a valid network: {error}.") from error
        return Imported(network, name, tuple(self.notes), self.rounded)

    def before_softmax(self, name: str) -> str:
        """A last Softmax, LogSoftmax or ArgMax is left to whoever reads the scores: it does not change their order."""
        last = next((node for node in self.graph.nodes if name in node.outputs), None)
        if last is None or last.op_type not in _LAST:
            return name
        self.notes.append(
            f"the last {last.op_type} is left out; the network gives its input {last.inputs[0]!r}"
        )
        return last.inputs[0]

    def assume_input(self) -> None:
        """The precision that the caller states for an input without a quantiser."""
        name = self.graph.input
        if self.given is None:
            raise ValueError(
                "its input is not quantised; state the precision of the input (--input-precision)"
            )
        self.input_name, self.types[name], self.stages[name] = name, self.given, name
        self.notes.append(f"the input {name!r} has no quantiser and is taken as {self.given}")

    def step(self, node: ForeignNode) -> None:
        """One node."""
        result = node.outputs[0]
        if not self.input_name and node.inputs[0] == self.graph.input and node.op_type != "Quant":
            self.assume_input()
        if node.op_type == "Quant":
            self.quantiser(node, result)
        elif self.graph.tensors[result].constant or (node.op_type in _LAST and result in self.graph.outputs):
            return
        elif node.op_type in ("MatMul", "Gemm"):
            self.sums[result] = self.product(node)
        elif node.op_type == "Add":
            self.sums[result] = self.bias(node)
        elif node.op_type == "Relu":
            self.sums[result] = replace(self.sum_of(node.inputs[0]), relu=1)
        elif node.op_type == "Concat" and len(node.inputs) == 2:
            self.join(node, result)
        elif node.op_type in _SAME_SHAPE and self.shape(result) == self.shape(node.inputs[0]):
            if node.inputs[0] in self.stages:
                self.stages[result] = self.stages[node.inputs[0]]
            if node.inputs[0] in self.sums:
                self.sums[result] = self.sums[node.inputs[0]]
        else:
            raise ValueError("this layer is not one of those that can be imported")

    def shape(self, name: str) -> tuple[int, ...]:
        """Shape of one event."""
        whole = self.graph.tensors[name].shape
        return whole if self.graph.batch is None else whole[1:]

    def quantiser(self, node: ForeignNode, result: str) -> None:
        """The input's grid, a weight, or the end of a layer."""
        given = node.inputs[0]
        precision = quantiser_precision(node, *(self.graph.tensors[name].value for name in node.inputs[1:]))
        if self.graph.tensors[given].constant:
            raw = from_real(real(self.graph.tensors[given].value), precision)
            self.weights[result] = Tensor(FixedArray(raw, precision.fraction), precision)
        elif given == self.graph.input and not self.input_name:
            self.input_name = result
            self.types[result] = precision
            self.stages[result] = result
        else:
            self.emit(self.sum_of(given), precision, result)

    def sum_of(self, name: str) -> UnroundedSum:
        """An accumulator that no quantiser has rounded yet."""
        if name not in self.sums:
            raise ValueError("it does not follow a Dense layer directly")
        return self.sums[name]

    def product(self, node: ForeignNode) -> UnroundedSum:
        """MatMul and Gemm of a stage with quantised weights."""
        stage, weight = node.inputs[:2]
        if stage not in self.stages:
            raise ValueError("its input is not quantised")
        if weight not in self.weights:
            raise ValueError("its weights are not constants behind a Quant")
        if node.number("alpha", 1.0) != 1.0 or node.number("beta", 1.0) != 1.0 or node.integer("transA", 0):
            raise ValueError("alpha and beta have to be 1, and transA 0")
        tensor = self.weights[weight]
        raw = tensor.values.raw
        if raw.ndim != 2:
            raise ValueError("its weights are not a matrix")
        raw = raw if node.integer("transB", 0) else raw.T
        if raw.shape[1] != self.shape(stage)[-1]:
            raise ValueError("it mixes constituents with the matrix")
        turned = Tensor(FixedArray(np.ascontiguousarray(raw), tensor.values.fraction), tensor.type)
        bias = np.zeros(len(raw))
        if len(node.inputs) > 2 and node.inputs[2]:
            bias = self.constant_bias(node.inputs[2], len(raw))
        return UnroundedSum(self.stages[stage], turned, bias, name=node.name)

    def constant_bias(self, name: str, count: int) -> NDArray[np.float64]:
        """One constant per output."""
        values = self.graph.constant(name)
        if values is None:
            raise ValueError("it adds something that is not constant")
        if any(n != 1 for n in values.shape[:-1]):
            raise ValueError("its bias differs between constituents")
        return np.broadcast_to(real(values).reshape(-1), (count,)).copy()

    def bias(self, node: ForeignNode) -> UnroundedSum:
        """An Add behind a Dense layer."""
        names = sorted(node.inputs, key=lambda name: self.graph.tensors[name].constant)
        before = self.sum_of(names[0])
        if before.relu:
            raise ValueError("it adds behind a ReLU")
        added = self.constant_bias(names[1], len(before.bias))
        return replace(before, bias=before.bias + added)

    def join(self, node: ForeignNode, result: str) -> None:
        """Concat of two quantised tensors on their last axis."""
        rank = len(self.graph.tensors[result].shape)
        if node.integer("axis", 0) % rank != rank - 1 or any(name not in self.stages for name in node.inputs):
            raise ValueError("only two quantised tensors can be joined, on their last axis")
        stages = [self.stages[name] for name in node.inputs]
        one, other = (self.types[name] for name in stages)
        precision = joined(one, other)
        self.place(Node(result, Join(precision), tuple(stages)), precision)

    def finish(self, name: str) -> None:
        """A last layer without a quantiser keeps every bit of its accumulator."""
        found = self.sums[name]
        given = self.types[found.stage]
        grid = given.fraction + found.weight.type.fraction
        raw, fraction = bias_alone(found.bias, grid)
        bias = np.abs(raw).astype(np.float64) * 2.0 ** (grid - fraction)
        precision = of_sums(found.weight.values.raw, given, bias, grid, fraction)
        if precision.bits > FLOAT32_BITS:
            raise BadInput(
                f"{self.graph.source}: its output {name!r} needs {precision.bits} bits, more than float32 carries; "
                "put a Quant behind the last layer."
            )
        if (to_real(raw, fraction) != found.bias).any():
            self.rounded = True
            self.notes.append(f"the bias of {found.name} is rounded to 2^-{fraction}")
        self.emit(replace(found, bias=to_real(raw, fraction)), precision, name)

    def emit(self, found: UnroundedSum, precision: FixedType, result: str) -> None:
        """One Dense operator."""
        grid = self.types[found.stage].fraction + found.weight.type.fraction
        raw, fraction = bias_before(precision, found.bias, grid)
        bits = max(int(np.abs(raw).max(initial=0)).bit_length() + 1, 2)
        kind = FixedType(True, bits, fraction, Rounding.HALF_EVEN, Overflow.SAT)
        tensors = {"weight": found.weight, "bias": Tensor(FixedArray(raw, fraction), kind)}
        operator = Dense(precision, len(raw), found.relu)
        self.place(Node(result, operator, (found.stage,), tensors), precision)

    def place(self, node: Node, precision: FixedType) -> None:
        """A node as the newest stage."""
        self.nodes.append(node)
        self.types[node.name] = precision
        self.stages[node.name] = node.name


def to_network(graph: ForeignGraph, given: FixedType | None = None) -> Imported:
    """The network of operators that computes the same bits as a quantised foreign graph.

    Args:
        given: precision of the input where the file does not quantise it.

    Raises:
        BadInput: a layer, scale or precision without exact hardware; the message names it.
    """
    return _Importer(graph, given).run()
