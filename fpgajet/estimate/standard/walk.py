"""A foreign graph, node by node, to blocks of units."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace

from fpgajet.errors import BadInput
from fpgajet.estimate.blocks import Block
from fpgajet.estimate.standard import activations, comparisons, contractions, elementwise, pooling, wires
from fpgajet.estimate.standard.quantisers import QUANTISERS, quantiser
from fpgajet.estimate.standard.scales import realised
from fpgajet.estimate.standard.signals import ONE, Call, Signal
from fpgajet.fixed import FixedType
from fpgajet.graph.foreign import ForeignGraph, ForeignNode
from fpgajet.graph.reading import one_line
from fpgajet.ops.inventory import Inventory

#: hls4ml's default precision, for whatever a model leaves unquantised.
DEFAULT_PRECISION = FixedType.from_ap_fixed("ap_fixed<16,6>")

Layer = Callable[[Call], tuple[Inventory | None, list[Signal]]]

LAYERS: dict[str, Layer] = {
    "MatMul": contractions.matmul,
    "Gemm": contractions.gemm,
    "Einsum": contractions.einsum,
    "Conv": pooling.convolution,
    "Mul": elementwise.multiply,
    "Div": comparisons.divide,
    "Where": comparisons.where,
    "Pow": elementwise.power,
    "Add": elementwise.add,
    "Sub": elementwise.add,
    "Sum": elementwise.add,
    "Neg": elementwise.negate,
    "Abs": elementwise.negate,
    "BatchNormalization": elementwise.batch_norm,
    "Relu": activations.relu,
    "LeakyRelu": activations.leaky_relu,
    "PRelu": activations.leaky_relu,
    "Softmax": activations.softmax,
    "ArgMax": pooling.argmax,
    "ArgMin": pooling.argmax,
    "Max": pooling.extremum,
    "Min": pooling.extremum,
    "Clip": pooling.extremum,
    "Concat": wires.concat,
    **dict.fromkeys(("ReduceSum", *pooling.MEANS, *pooling.MAXIMA), pooling.pool),
    **dict.fromkeys(comparisons.COMPARISONS, comparisons.compare),
    **dict.fromkeys(comparisons.LOGIC, comparisons.logic),
    **dict.fromkeys(activations.TABLES, activations.table),
    **dict.fromkeys(wires.WIRES, wires.wired),
    **dict.fromkeys(QUANTISERS, quantiser),
}
#: Of a constant, only these keep the precision that a quantiser gave it.
_KEEP_PRECISION = (*wires.WIRES, "Concat", *QUANTISERS)


@dataclass(frozen=True)
class Walked:
    """What a graph takes.

    Attributes:
        words: link words of 64 bits of the input, or its constituents.
        assumed: what got the default precision, because the file states none.
        signals: what is known of every tensor.
    """

    blocks: tuple[Block, ...]
    words: int
    assumed: tuple[str, ...]
    signals: dict[str, Signal]


def walk(graph: ForeignGraph, default: FixedType = DEFAULT_PRECISION) -> Walked:
    """Blocks of a graph.

    Args:
        default: precision of everything that the file leaves unquantised.

    Raises:
        BadInput: a node that is not known or not supported as it is; the message names it.
    """
    return _Walk(graph, default).run()


class _Walk:
    def __init__(self, graph: ForeignGraph, default: FixedType) -> None:
        self.graph, self.default = graph, default
        self.blocks: list[Block] = []
        self.assumed: list[str] = []
        self.signals: dict[str, Signal] = {
            name: Signal(t.shape, default, False, ONE, (), t.value)
            for name, t in graph.tensors.items()
            if t.constant
        }
        shape = graph.tensors[graph.input].shape
        self.given = Signal(shape, default, False, ONE, (), None, arriving=True)
        self.signals[graph.input] = self.given
        names = Counter(node.name for node in graph.nodes)
        self.repeated = {name for name, count in names.items() if count > 1}

    def run(self) -> Walked:
        """All nodes, then the scales of the outputs."""
        for node in self.graph.nodes:
            try:
                self.step(node)
            except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
                raise BadInput(
                    f"{self.graph.source}: the node {node.name!r} ({node.op_type}) cannot be estimated: "
                    f"{one_line(error)}."
                ) from error
        for name in self.graph.outputs:
            self._finish(name)
        if not self.blocks:
            raise BadInput(f"{self.graph.source} has no node that takes any logic.")
        if not self.given.exact:
            self.assumed.insert(0, self.graph.input)
        shape, bits = self.graph.input_shape, self.given.precision.bits
        words = shape[0] if len(shape) > 1 else math.ceil(math.prod(shape) * bits / 64)
        return Walked(tuple(self.blocks), words, tuple(self.assumed), self.signals)

    def step(self, node: ForeignNode) -> None:
        """One node: its results, and a block if it takes any units."""
        outputs = [name for name in node.outputs if name]
        constant = all(self.graph.tensors[name].constant for name in outputs)
        if constant and node.op_type not in _KEEP_PRECISION:
            return
        if node.op_type not in LAYERS:
            known = ", ".join(sorted(LAYERS))
            raise BadInput(
                f"{self.graph.source}: no estimate for the node {node.name!r} of type {node.op_type}. "
                f"Known: {known}."
            )
        inputs = [self.signals[name] if name else None for name in node.inputs]
        if constant and any(x is not None and x.constant is None for x in inputs[:1]):
            return  # a shape of something that varies
        call = Call(self.graph, node, inputs, self.default)
        units, results = LAYERS[node.op_type](call)
        if node.op_type in QUANTISERS and inputs[0] is not None and inputs[0].arriving:
            self.given = results[0]
        name = outputs[0] if node.name in self.repeated else node.name
        if units is not None and units != Inventory() and not constant:
            makers = tuple(dict.fromkeys(m for x in call.given for m in x.made_by))
            bits = sum(r.size * r.precision.bits for r in results)
            self.blocks.append(Block(name, node.op_type, makers, units, bits))
            results = [replace(r, made_by=(name,), arriving=False) for r in results]
        if not constant and not results[0].exact and node.op_type not in wires.WIRES:
            self.assumed.append(name)
        self.signals |= dict(zip(outputs, results, strict=True))

    def _finish(self, name: str) -> None:
        """An output whose scale is no power of two is multiplied with it."""
        x = self.signals[name]
        if x.constant is not None:
            return
        units, made = realised(x)
        if units != Inventory():
            bits = x.size * made.precision.bits
            self.blocks.append(Block(f"{name} scale", "Scale", x.made_by, units, bits))
