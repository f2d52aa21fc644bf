"""The input of an imported network: the file's first quantiser, or what the file or the user states."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from fpgajet.fixed import FixedType
from fpgajet.graph.foreign.constants import NEAREST
from fpgajet.graph.foreign.curves import Curve
from fpgajet.graph.foreign.graph import ForeignGraph, ForeignNode
from fpgajet.graph.foreign.imported import Affine, fractions
from fpgajet.graph.foreign.layers import Layers
from fpgajet.graph.foreign.places import NOTHING, WIRING, Index, wired
from fpgajet.graph.foreign.precisions import annotated_type, grid_of
from fpgajet.graph.foreign.ratios import Ratio
from fpgajet.ops.operator import Shape

QUANTISERS = ("Quant", "BipolarQuant")


@dataclass
class Inputs:
    """An import that begins.

    Attributes:
        shape, index: of the network's input, and where every element of an event of the file lies in it.
        given: precision that the user states. values: by tensor of the file, what it is over the stages.
        quantiser: the node that quantises the input. waiting: places of tensors in front of it.
    """

    graph: ForeignGraph
    shape: Shape
    index: Index
    given: FixedType | None = None
    values: dict[str, Affine | Curve | Ratio] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    input_name: str = ""
    quantiser: ForeignNode | None = None
    waiting: dict[str, Index] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.layers = Layers(self.graph.source)

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
        self.start(name, grid.type(grid.rounding or NEAREST))
        self.values[name] = self.layers.stage(name, index, grid.unit, grid.offset)
        self.quantiser = node
