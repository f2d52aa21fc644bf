"""Which operator of the network a cell of the circuit belongs to.

No pass keeps that: cells are merged, split and shared. It is found again from the values. On the same jets, a cell
whose values are those of an operator's output is that output, and what is before it, up to the outputs before, is the
operator. Where a pass has merged an output into the next operator, both carry the name of the next.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from fpgajet.ops.integers import FixedArray
from fpgajet.ops.network import Network
from fpgajet.rtl.ir.cells import Constant, Input
from fpgajet.rtl.ir.evaluate import Signals, compute, wrap
from fpgajet.rtl.ir.netlist import Netlist

#: Jets on which values are compared, and their seed.
JETS, SEED = 64, 7
#: Share of slots that are empty.
EMPTY = 0.3


def origins(network: Network, netlist: Netlist) -> list[str]:
    """By cell, the name of the operator that it belongs to; empty for inputs and constants."""
    raw = _jets(network)
    kind = network.input_type
    stages = network.reference(FixedArray(raw, kind.fraction))
    outputs: dict[bytes, int] = {}
    for number, node in enumerate(network.nodes):
        for column in np.asarray(stages[node.name].raw, dtype=np.int64).reshape(JETS, -1).T:
            if len(np.unique(column)) > 1:
                outputs.setdefault(_key(column), number)
    signals = Signals(netlist, raw.reshape(JETS, -1))
    for cell in netlist.cells:
        signals.values.append(wrap(compute(cell, signals), cell.format))
    none = last = len(network.nodes)
    found = [none] * len(netlist.cells)
    for number in netlist.outputs:
        found[number] = last - 1
    for number in range(len(netlist.cells) - 1, -1, -1):
        cell = netlist.cells[number]
        if isinstance(cell, Input | Constant):
            found[number] = none
            continue
        own = outputs.get(_key(signals.values[number]), none)
        found[number] = min(found[number], own)
        for arg in cell.args:
            found[arg] = min(found[arg], found[number])
    return ["" if number == none else network.nodes[number].name for number in found]


def _jets(network: Network) -> NDArray[np.int64]:
    """Raw jets of all sizes, some slots empty: at full range alone, every mask is set and every stage saturates."""
    rng, kind = np.random.default_rng(SEED), network.input_type
    raw = rng.integers(kind.lowest, kind.highest + 1, (JETS, *network.input_shape))
    one_each = (JETS,) + (1,) * len(network.input_shape)
    raw >>= rng.integers(0, kind.bits, one_each)
    return np.where(rng.random((*raw.shape[:-1], 1)) < EMPTY, 0, raw)


def _key(raw: NDArray[np.int64]) -> bytes:
    """The values up to a power of two, by which the circuit moves binary points."""
    together = int(np.bitwise_or.reduce(raw))
    return (raw // ((together & -together) or 1)).tobytes()
