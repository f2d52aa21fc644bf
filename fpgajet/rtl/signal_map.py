"""Which operator, tensor and element a signal of the Verilog comes from: ``signals.csv`` beside the files.

Passes rewrite the circuit, so that a cell has no operator of its own any more. What it computes is found by comparing
values on a few jets: a cell that always equals an element of an operator's tensor, but for the place of the point,
*is* this element. Any other one is a *part of* the tensor that it is needed for first. The map is for readers; no
proof rests on it.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from fpgajet.fixed import FixedType
from fpgajet.ops.integers import FixedArray, IntegerArithmetic
from fpgajet.ops.network import Network
from fpgajet.ops.registers import registers_of, with_register_inputs
from fpgajet.rtl.ir.cells import Constant, Input
from fpgajet.rtl.ir.evaluate import Signals, compute, wrap
from fpgajet.rtl.ir.netlist import Netlist
from fpgajet.rtl.schedule.pipeline import Schedule
from fpgajet.rtl.write.expressions import name

MAP_FILE = "signals.csv"
COLUMNS = [
    "module",
    "signal",
    "clock",
    "bits",
    "fraction",
    "node",
    "operator",
    "tensor",
    "relation",
    "element",
]
#: Jets on which values are compared, and their seed.
JETS, SEED = 128, 23


class Origin(NamedTuple):
    """Where a signal comes from.

    Attributes:
        node, operator: of the network.
        tensor: "output", or one that the operator names inside, as "accumulator".
        element: of it; None for a part.
    """

    node: str
    operator: str
    tensor: str
    element: tuple[int, ...] | None


def signal_map(network: Network, netlist: Netlist, schedule: Schedule) -> str:
    """The text of ``signals.csv``, a line per cell.

    Columns: module; signal; clock, counted from the jet, at which the signal is that of the cell (hardware that is
    shared has several lines); bits, and how many of them stand behind the point; node, operator and tensor of the
    network; relation (``is`` or ``part of``) and element.
    """
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(COLUMNS)
    for number, origin in _origins(network, netlist):
        cell, leader = netlist.cells[number], schedule.sharing.leader[number]
        place = [f"fpgajet_stage_{schedule.stage[leader]}", name(leader)]
        if isinstance(cell, Input):
            place = ["fpgajet_top", f"r0_{number}"]
        shape = [max(schedule.stage[number], 0), cell.format.width, cell.format.fraction]
        relation = "part of" if origin.element is None else "is"
        element = " ".join(map(str, origin.element or ()))
        writer.writerow([*place, *shape, *origin[:3], relation, element])
    return stream.getvalue()


def _origins(network: Network, netlist: Netlist) -> Iterator[tuple[int, Origin]]:
    """Cells that are signals, with their origin."""
    raw = _jets(network)
    elements = _elements(network, raw)
    order = {origin[:3]: place for place, origin in enumerate(elements.values())}
    signals = Signals(netlist, with_register_inputs(network, raw))
    registers = [name for register in registers_of(network) for name in register.names()]
    events = math.prod(network.input_shape)
    for cell in netlist.cells:
        signals.values.append(wrap(compute(cell, signals), cell.format))
    output, last = network.output, len(elements)
    needed = [Origin(output.name, output.operator.op_type, "output", None)] * len(netlist.cells)
    found: list[Origin] = list(needed)
    for number in reversed(range(len(netlist.cells))):
        cell = netlist.cells[number]
        found[number] = elements.get(_key(signals.values[number]), needed[number])
        own = found[number]._replace(element=None)
        for arg in cell.args:
            if order.get(own[:3], last) <= order.get(needed[arg][:3], last):
                needed[arg] = own
        if isinstance(cell, Input) and cell.index >= events:
            found[number] = Origin("register", "", registers[cell.index - events], ())
        elif isinstance(cell, Input):
            index = np.unravel_index(cell.index, network.input_shape)
            found[number] = Origin("input", "", "", tuple(int(k) for k in index))
        if not isinstance(cell, Constant):
            yield number, found[number]


def _jets(network: Network) -> NDArray[np.int64]:
    """Raw inputs of every size: a first value above 0, which the energy or the momentum is; some slots are empty."""
    rng = np.random.default_rng(SEED)
    precision, shape = network.input_type, (JETS, *network.input_shape)
    sizes = 2.0 ** rng.uniform(1, precision.bits - 1, (JETS, *(1 for _ in network.input_shape)))
    raw = (rng.random(shape) * sizes).astype(np.int64)
    raw[..., 1:] *= rng.choice([-1, 1], raw[..., 1:].shape)
    filled = rng.random((JETS, shape[1], *(1 for _ in shape[2:]))) < rng.choice([0.8, 1.0], JETS).reshape(
        JETS, *(1 for _ in network.input_shape)
    )
    return np.clip(raw * filled, precision.lowest, precision.highest)


def _elements(network: Network, raw: NDArray[np.int64]) -> dict[bytes, Origin]:
    """Elements of all tensors by their values; the first of equal ones, none that is constant."""
    found: dict[bytes, Origin] = {}
    named = _Named()
    stages = network.reference(FixedArray(raw, network.input_type.fraction), named)
    for node in network.nodes:
        inside = [(name, tensor) for (owner, name), tensor in named.tensors.items() if owner == node.name]
        for tensor, stage in [*inside, ("output", stages[node.name])]:
            values = np.broadcast_to(stage.raw, (len(raw), *stage.raw.shape[1:]))
            columns = values.reshape(len(raw), -1)
            for place in np.flatnonzero((columns != columns[:1]).any(axis=0)):
                index = np.unravel_index(place, values.shape[1:])
                origin = Origin(node.name, node.operator.op_type, tensor, tuple(int(k) for k in index))
                found.setdefault(_key(columns[:, place]), origin)
    return found


def _key(raw: NDArray[np.int64]) -> bytes:
    """Equal for values that differ by a power of two: in the circuit these are other places of the point."""
    bits = int(np.bitwise_or.reduce(raw))
    lowest = bits & -bits
    return (raw // lowest if lowest else raw).astype(np.int64).tobytes()


class _Named(IntegerArithmetic):
    """The integer reference; keeps what the operators name, by node and name."""

    def __init__(self) -> None:
        self.node = ""
        self.tensors: dict[tuple[str, str], FixedArray] = {}

    def enter(self, stage: str) -> None:
        self.node = stage

    def note(self, name: str, x: FixedArray) -> FixedArray:
        self.tensors[self.node, name] = x
        return x

    def quantise(self, name: str, x: FixedArray, to: FixedType) -> FixedArray:
        return self.note(name, super().quantise(name, x, to))
