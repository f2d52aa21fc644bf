"""A quantised foreign graph as a :class:`fpgajet.ops.network.Network` of our operators, exact to the last bit.

Taken are multilayer perceptrons and deep sets: Dense layers (MatMul, Gemm, Conv with kernel 1) with quantised weights,
per jet or per constituent; batch normalisation, biases and constant factors; ReLU; any function of one quantised value
of at most 10 bits; sums, means and maxima over constituents; concatenations, sums and products of quantised tensors.
Everything else is refused by name. :mod:`fpgajet.graph.foreign.layers` says how scales and biases keep their effect.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from fpgajet.errors import BadInput
from fpgajet.fixed import FixedType
from fpgajet.graph.foreign import constants, pools
from fpgajet.graph.foreign.curves import CURVES, Curve, started, stepped, tabulated, whole
from fpgajet.graph.foreign.graph import ForeignGraph, ForeignNode
from fpgajet.graph.foreign.imported import Affine, Imported, Weight
from fpgajet.graph.foreign.inputs import QUANTISERS, Inputs
from fpgajet.graph.foreign.matrices import product
from fpgajet.graph.foreign.places import NOTHING, WIRING, Index, canonical, wired
from fpgajet.graph.foreign.precisions import grid_of
from fpgajet.graph.foreign.ratios import Ratio, quantised_ratio, ratio
from fpgajet.graph.foreign.scores import finished
from fpgajet.graph.reading import one_line
from fpgajet.ops.forms import GivenFeatures
from fpgajet.ops.network import Network
from fpgajet.ops.operator import Shape

#: Ends of classifiers that keep the order of the scores.
_LAST = ("Softmax", "LogSoftmax", "ArgMax", "Sigmoid")


@dataclass
class _Importer(Inputs):
    weights: dict[str, Weight] = field(default_factory=dict)
    curved: set[str] = field(default_factory=set)
    done: int = 0

    def run(self) -> Imported:
        """All nodes, then the output."""
        for node in self.graph.nodes:
            try:
                self.step(node)
            except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
                raise BadInput(
                    f"{self.graph.source}: the node {node.name!r} ({node.op_type}) has no exact hardware yet: "
                    f"{one_line(error)}."
                ) from error
            self.done += 1
        if len(self.graph.outputs) != 1:
            raise BadInput(f"{self.graph.source} has {len(self.graph.outputs)} outputs, not one.")
        name = self.before_softmax(self.graph.outputs[0])
        last = self.values.get(name)
        layers = self.layers
        if isinstance(last, Affine) and (
            last.weight is not None or last.relu or last.stage not in layers.origins
        ):
            last = finished(layers, last, name)
        if not isinstance(last, Affine) or not layers.nodes or layers.nodes[-1].name != last.stage:
            raise BadInput(f"{self.graph.source}: its output {name!r} is not what the last layer gives.")
        try:
            network = Network(
                self.graph.name or "foreign",
                self.input_name,
                self.shape,
                layers.types[self.input_name],
                tuple(layers.nodes),
                GivenFeatures(self.shape[-1]),
            )
            network.widths()
        except ValueError as error:
            raise BadInput(f"{self.graph.source} is not a valid network: {error}.") from error
        notes = (*self.notes, *layers.notes)
        return Imported(
            network,
            name,
            notes,
            layers.origins,
            self.quantiser,
            self.index.ravel(),
            layers.rounded,
            layers.carried,
            frozenset(self.curved),
        )

    def before_softmax(self, name: str) -> str:
        """A last Softmax, LogSoftmax, ArgMax or Sigmoid is left to whoever reads the scores: it keeps their order."""
        last = next((node for node in self.graph.nodes if name in node.outputs), None)
        while last is not None and last.op_type in NOTHING:
            name = last.inputs[0]
            last = next((node for node in self.graph.nodes if name in node.outputs), None)
        if last is None or last.op_type not in _LAST:
            return name
        self.notes.append(
            f"the last {last.op_type} is left out; the network gives its input {last.inputs[0]!r}"
        )
        return last.inputs[0]

    def step(self, node: ForeignNode) -> None:
        """One node."""
        result, first = node.outputs[0], node.inputs[0] if node.inputs else ""
        if self.graph.tensors[result].constant:
            constants.keep(self.graph, node, self.weights)
            return
        if node.op_type in _LAST and self.ends(result):
            return
        if not self.input_name and self.graph.input in node.inputs and not self.before_input(node):
            self.assume_input()
        if not self.input_name:
            self.wire_input(node)
        elif node.op_type in QUANTISERS:
            self.quantise(node)
        elif node.op_type in NOTHING:
            self.values[result] = self.values[first]
        elif node.op_type in WIRING:
            value = self.affine(first)
            for name, index in zip(node.outputs, wired(self.graph, node, value.index), strict=True):
                self.values[name] = replace(value, index=index)
        else:
            self.values[result] = self.layer(node)

    def layer(self, node: ForeignNode) -> Affine | Curve | Ratio:  # noqa: PLR0911 - one return per kind of layer
        """A node that computes something."""
        op, first = node.op_type, node.inputs[0]
        if op in ("MatMul", "Gemm", "Conv", "Einsum"):
            moving = next((n for n in node.inputs[:2] if n and not self.graph.tensors[n].constant), first)
            return product(self.graph, node, self.layers, self.affine(moving), self.weights)
        if op in pools.POOLS:
            return pools.pool(self.graph, node, self.layers, self.affine(first))
        if op in ("Concat", "Add", "Sub", "Mul") and self.joins(node):
            return pools.combined(self.graph, node, self.layers, [self.affine(name) for name in node.inputs])
        if op == "Div" and self.joins(node) and not self.graph.tensors[node.inputs[1]].constant:
            return self.divided(node)
        if op == "Relu" and isinstance(self.values.get(first), Affine):
            return replace(self.affine(first), relu=True)
        if op in constants.LINEAR and self.is_linear(node):
            moving = next(n for n in node.inputs if n in self.values)
            return constants.linear(self.graph, node, self.affine(moving), moving)
        if op in CURVES:
            return self.curve(node)
        raise ValueError("this layer is not one of those that can be imported")

    def ends(self, name: str) -> bool:
        """Whether a tensor is the output, perhaps under another name."""
        if name in self.graph.outputs:
            return True
        readers = [node for node in self.graph.nodes if name in node.inputs]
        return bool(readers) and all(
            node.op_type in NOTHING and self.ends(node.outputs[0]) for node in readers
        )

    def quantise(self, node: ForeignNode) -> None:
        """The end of a layer."""
        name, first = node.outputs[0], node.inputs[0]
        value = self.values.get(first)
        if isinstance(value, Ratio):
            grid = grid_of(node, self.graph, value.index % value.value.features, value.value.features)
            self.values[name] = quantised_ratio(self.layers, value, grid, name)
            return
        if isinstance(value, Curve):
            grid = grid_of(node, self.graph, value.index % value.features, value.features)
            self.values[name] = tabulated(self.graph, node, self.layers, value, grid)
            return
        value = self.affine(first)
        grid = grid_of(node, self.graph, value.index % value.features, value.features)
        self.values[name] = self.layers.quantised(value, grid, name, value.index)

    def joins(self, node: ForeignNode) -> bool:
        """Whether a node puts tensors together that are not functions of one and the same value."""
        found = [self.values.get(name) for name in node.inputs if not self.graph.tensors[name].constant]
        stages = {value.stage for value in found if value is not None and not isinstance(value, Ratio)}
        curved = any(isinstance(value, Curve) for value in found)
        return len(found) > 1 and not (curved and len(stages) == 1 and node.op_type != "Concat")

    def is_linear(self, node: ForeignNode) -> bool:
        """Whether a node multiplies or moves a tensor by constants."""
        moving = [n for n in node.inputs if n and not self.graph.tensors[n].constant]
        return len(moving) == 1 and isinstance(self.values.get(moving[0]), Affine)

    def divided(self, node: ForeignNode) -> Ratio:
        """By a function of one number per jet."""
        divisor = self.values[node.inputs[1]]
        if isinstance(divisor, Affine):
            divisor = started(self.layers, divisor, node)
        if not isinstance(divisor, Curve):
            raise ValueError("it divides by a quotient that no quantiser ends")
        return ratio(self.affine(node.inputs[0]), divisor, self.graph.tensors[node.outputs[0]].shape)

    def curve(self, node: ForeignNode) -> Curve:
        """A function of one quantised value."""
        found: dict[str, Curve] = {}
        for name in node.inputs:
            if name in self.values:
                value = self.values[name]
                if isinstance(value, Ratio):
                    raise ValueError("it follows a division that no quantiser ends")
                found[name] = value if isinstance(value, Curve) else started(self.layers, value, node)
        self.curved.add(node.name)
        return stepped(self.graph, node, found)

    def affine(self, name: str) -> Affine:
        """What a tensor is over the stages."""
        value = self.values.get(name)
        if value is None:
            raise ValueError(f"its input {name!r} is not quantised")
        if isinstance(value, Curve):
            value = self.values[name] = whole(self.layers, value, name)
        if isinstance(value, Ratio):
            raise ValueError("it follows a division that no quantiser ends")
        return value


def to_network(graph: ForeignGraph, given: FixedType | None = None) -> Imported:
    """The network of operators that computes the same integers as a quantised foreign graph.

    Args:
        given: precision of the input where the file does not quantise it.

    Raises:
        BadInput: a layer, scale or precision without exact hardware; the message names it.
    """
    attempts = [_Importer(graph, shape, index, given) for shape, index in layouts(graph)]
    failures: list[tuple[int, BadInput]] = []
    for attempt in attempts:
        try:
            return attempt.run()
        except BadInput as error:
            failures.append((attempt.done, error))
    raise max(failures, key=lambda pair: pair[0])[1]


def layouts(graph: ForeignGraph) -> list[tuple[Shape, Index]]:
    """Ways to take an event as [constituents, features]: as it is, turned (channels first), or as one list."""
    whole = graph.tensors[graph.input].shape
    shape = tuple(n for n in graph.input_shape if n > 1) or (1,)
    flat = canonical(whole)
    found = [((1, flat.size), flat)]
    if len(shape) == 2:
        turned = np.arange(flat.size).reshape(shape[::-1]).T.reshape(whole)
        found = [(shape, flat), ((shape[1], shape[0]), turned), *found]
    return [((int(a), int(b)), index) for (a, b), index in found]
