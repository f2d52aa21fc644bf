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
from fpgajet.graph.foreign.imported import Affine, Imported, Weight, fractions
from fpgajet.graph.foreign.layers import Layers
from fpgajet.graph.foreign.matrices import product
from fpgajet.graph.foreign.places import NOTHING, WIRING, Index, canonical, wired
from fpgajet.graph.foreign.precisions import annotated_type, grid_of
from fpgajet.graph.reading import one_line
from fpgajet.ops.forms import GivenFeatures
from fpgajet.ops.network import Network
from fpgajet.ops.operator import Shape

#: Ends of classifiers that keep the order of the scores.
_LAST = ("Softmax", "LogSoftmax", "ArgMax", "Sigmoid")
QUANTISERS = ("Quant", "BipolarQuant")


@dataclass
class _Importer:
    graph: ForeignGraph
    shape: Shape
    index: Index
    given: FixedType | None = None
    values: dict[str, Affine | Curve] = field(default_factory=dict)
    weights: dict[str, Weight] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    input_name: str = ""
    quantiser: ForeignNode | None = None
    waiting: dict[str, Index] = field(default_factory=dict)
    curved: set[str] = field(default_factory=set)
    done: int = 0

    def __post_init__(self) -> None:
        self.layers = Layers(self.graph.source)

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
            last = layers.finished(last, name)
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

    def start(self, name: str, kind: FixedType) -> None:
        """The input stage."""
        self.input_name = name
        self.layers.types[name], self.layers.shapes[name] = kind, self.shape

    def assume_input(self) -> None:
        """The precision that the caller states for an input without a quantiser."""
        name, ones = self.graph.input, fractions([1.0])
        stated = annotated_type(self.graph.annotated)
        if self.given is not None:
            self.start(name, self.given)
            self.values[name] = self.layers.stage(name, self.index, ones, ones * 0)
            self.notes.append(f"the input {name!r} has no quantiser and is taken as {self.given}")
        elif stated is not None:
            kind, unit, offset = stated
            self.start(name, kind)
            self.values[name] = self.layers.stage(name, self.index, ones * unit, ones * offset)
            self.notes.append(f"the input {name!r} is {self.graph.annotated}, as the file says")
        else:
            raise ValueError(
                "its input is not quantised; state the precision of the input (--input-precision)"
            )

    def step(self, node: ForeignNode) -> None:
        """One node."""
        result, first = node.outputs[0], node.inputs[0]
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

    def layer(self, node: ForeignNode) -> Affine | Curve:
        """A node that computes something."""
        op, first = node.op_type, node.inputs[0]
        if op in ("MatMul", "Gemm", "Conv", "Einsum"):
            return product(self.graph, node, self.layers, self.affine(first), self.weights)
        if op in pools.POOLS:
            return pools.pool(self.graph, node, self.layers, self.affine(first))
        if op in ("Concat", "Add", "Sub", "Mul") and self.joins(node):
            return pools.combined(self.graph, node, self.layers, [self.affine(name) for name in node.inputs])
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

    def before_input(self, node: ForeignNode) -> bool:
        """Whether a node may come before the input's quantiser."""
        return node.op_type in (*QUANTISERS, *NOTHING) or (node.op_type in WIRING and self.given is None)

    def wire_input(self, node: ForeignNode) -> None:
        """Nodes between the input and its quantiser, and that quantiser."""
        name = node.inputs[0]
        index = self.index if name == self.graph.input else self.waiting[name]
        if node.op_type in NOTHING:
            self.waiting[node.outputs[0]] = index
        elif node.op_type in WIRING:
            self.waiting |= dict(zip(node.outputs, wired(self.graph, node, index), strict=True))
        elif node.op_type in QUANTISERS:
            self.quantise_input(node, index)
        else:
            raise ValueError(
                "its input is not quantised; state the precision of the input (--input-precision)"
            )

    def quantise_input(self, node: ForeignNode, index: Index) -> None:
        """The first quantiser is the input of the network."""
        name, columns = node.outputs[0], self.shape[-1]
        if len(set(index.ravel().tolist())) != int(np.prod(self.shape)):
            raise ValueError("it quantises a part of the input only")
        grid = grid_of(node, self.graph, index % columns, columns)
        self.start(name, grid.type(grid.rounding or constants.NEAREST))
        self.values[name] = self.layers.stage(name, index, grid.unit, grid.offset)
        self.quantiser = node

    def quantise(self, node: ForeignNode) -> None:
        """The end of a layer."""
        name, first = node.outputs[0], node.inputs[0]
        value = self.values.get(first)
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
        stages = {value.stage for value in found if value is not None}
        curved = any(isinstance(value, Curve) for value in found)
        return len(found) > 1 and not (curved and len(stages) == 1 and node.op_type != "Concat")

    def is_linear(self, node: ForeignNode) -> bool:
        """Whether a node multiplies or moves a tensor by constants."""
        moving = [n for n in node.inputs if n and not self.graph.tensors[n].constant]
        return len(moving) == 1 and isinstance(self.values.get(moving[0]), Affine)

    def curve(self, node: ForeignNode) -> Curve:
        """A function of one quantised value."""
        found: dict[str, Curve] = {}
        for name in node.inputs:
            if name in self.values:
                value = self.values[name]
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
