"""Where a netlist may be cut: cells that have the values of elements of operators' results on sample events.

This only proposes; :mod:`fpgajet.rtl.by_operator` proves.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from fpgajet.ops.integers import FixedArray
from fpgajet.ops.network import Network
from fpgajet.rtl.ir.cells import Constant, Input
from fpgajet.rtl.ir.evaluate import Signals, compute, wrap
from fpgajet.rtl.ir.netlist import Netlist

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
