"""Where a netlist may be cut: cells that have the values of elements of operators' results on sample events.

This only proposes and keeps; :mod:`fpgajet.rtl.by_operator` proves.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from fpgajet.ops.integers import FixedArray
from fpgajet.ops.network import Network
from fpgajet.rtl.ir.cells import Constant, Input
from fpgajet.rtl.ir.evaluate import Signals, compute, wrap
from fpgajet.rtl.ir.netlist import Netlist
from fpgajet.rtl.ir.scalars import symbol
from fpgajet.rtl.ir.symbols import Symbols
from fpgajet.scalars import ScalarGraph

#: Cells with the values of one element that are tried.
MOST_CELLS = 8


class Found(NamedTuple):
    """A cell, and the number of zeros in which its values end on all samples."""

    cell: int
    zeros: int


class Pair(NamedTuple):
    """A cell that may be an element of a stage, but for a power of two.

    ``cell / 2**cell_zeros = element / 2**element_zeros``, of raw values.
    """

    place: int
    element_zeros: int
    cell: int
    cell_zeros: int


class Proposals:
    """Cells of a netlist and elements of its network on the same samples.

    Args:
        network: the reference.
        netlist: a circuit with the network's inputs, in C order.
        samples: raw inputs [events, inputs].

    Attributes:
        elements: raw values by stage [events, elements].
    """

    def __init__(self, network: Network, netlist: Netlist, samples: NDArray[np.int64]) -> None:
        self.elements = _elements(network, samples)
        self._cells: dict[bytes, list[Found]] = defaultdict(list)
        signals = Signals(netlist, samples)
        for number, cell in enumerate(netlist.cells):
            signals.values.append(wrap(compute(cell, signals), cell.format))
            if not isinstance(cell, Constant | Input) and _varies(signals.values[-1]):
                key, zeros = _without_twos(signals.values[-1])
                self._cells[key].append(Found(number, zeros))

    def pairs(self, stage: str, place: int) -> Iterator[Pair]:
        """Every cell that may be an element of a stage."""
        values = self.elements[stage][:, place]
        if _varies(values):
            key, zeros = _without_twos(values)
            for found in self._cells.get(key, [])[:MOST_CELLS]:
                yield Pair(place, zeros, found.cell, found.zeros)


class Cuts:
    """Cells of a netlist that are variables, and all others as expressions over these.

    Attributes:
        nodes: by cell that is cut, its node over the variables, and the stage that it is an element of.
    """

    def __init__(self, netlist: Netlist, graph: ScalarGraph, nodes: dict[int, tuple[int, str]]) -> None:
        self.netlist, self.graph, self.nodes = netlist, graph, nodes

    def cone(self, wanted: Sequence[int], cut: Collection[int], most: int | None = None) -> set[int]:
        """Cells that some cells depend on, themselves included, down to those that are cut; no more than ``most``."""
        needed: set[int] = set()
        waiting = list(wanted)
        while waiting and len(needed) != most:
            number = waiting.pop()
            if number not in needed:
                needed.add(number)
                waiting += () if number in cut else self.netlist.cells[number].args
        return needed

    def expressions(self, wanted: Sequence[int], opened: Sequence[str]) -> list[int]:
        """Nodes of cells over the variables so far, but those of some stages."""
        cut = {cell: node for cell, (node, stage) in self.nodes.items() if stage not in opened}
        signals = Symbols(self.netlist, self.graph, [-1] * len(self.netlist.cells))
        for number in sorted(self.cone(wanted, cut)):
            cell = self.netlist.cells[number]
            if number in cut:
                signals.nodes[number] = cut[number]
            else:
                signals.nodes[number] = signals.into(symbol(cell, signals), cell.format.fraction, cell.format)
        return [signals.nodes[number] for number in wanted]


def turns(pairs: Sequence[Pair]) -> list[list[Pair]]:
    """The first cells of all elements, the second ones, and so on."""
    turns: list[list[Pair]] = []
    counts: Counter[int] = Counter()
    for pair in pairs:
        if counts[pair.place] == len(turns):
            turns.append([])
        turns[counts[pair.place]].append(pair)
        counts[pair.place] += 1
    return turns


def connected(expected: Sequence[int], proved: Sequence[Pair]) -> list[list[Pair]]:
    """Pairs that have a cell or an expression in common, together."""
    group_of: dict[tuple[str, int], list[Pair]] = {}
    for pair in proved:
        keys = [("cell", pair.cell), ("element", expected[pair.place])]
        merged = [pair]
        for group in {id(group_of[key]): group_of[key] for key in keys if key in group_of}.values():
            merged += group
        for one in merged:
            group_of["cell", one.cell] = group_of["element", expected[one.place]] = merged
    return list({id(group): group for group in group_of.values()}.values())


def _elements(network: Network, samples: NDArray[np.int64]) -> dict[str, NDArray[np.int64]]:
    shaped = samples.reshape(len(samples), *network.input_shape)
    stages = network.reference(FixedArray(shaped, network.input_type.fraction))
    shapes, types = network.shapes(), network.types()
    found = {}
    for name, x in stages.items():
        raw = x.raw << np.int64(types[name].fraction - x.fraction)
        found[name] = np.broadcast_to(raw, (len(shaped), *shapes[name])).reshape(len(shaped), -1)
    return found


def _varies(values: NDArray[np.int64]) -> bool:
    return bool((values != values[0]).any())


def _without_twos(values: NDArray[np.int64]) -> tuple[bytes, int]:
    """Values without the zeros in which all end, and how many these are."""
    bits = int(np.bitwise_or.reduce(values))
    zeros = (bits & -bits).bit_length() - 1
    return (values >> np.int64(zeros)).astype(np.int64).tobytes(), zeros
