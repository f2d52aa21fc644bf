"""Every cell of a netlist against the statement that was written for it, for all values of its operands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from fpgajet.prove.prover import Prover
from fpgajet.rtl.ir.cells import Constant, Copy, Input
from fpgajet.rtl.ir.netlist import Netlist
from fpgajet.rtl.ir.scalars import netlist_scalars
from fpgajet.rtl.ir.symbols import precision
from fpgajet.rtl.readback.hierarchy import Given, Hierarchy, Source
from fpgajet.rtl.readback.library import MEANINGS
from fpgajet.rtl.readback.machine import Machine
from fpgajet.rtl.readback.modules import Bit, Module
from fpgajet.rtl.readback.vectors import Numbers, Word, WordBit
from fpgajet.rtl.readback.wiring import Wiring
from fpgajet.rtl.write.expressions import name
from fpgajet.scalars import ScalarGraph

#: Values of the operands that propose what is to be proved.
SAMPLES, SEED = 64, 3


@dataclass
class Logic:
    """Comparisons of cells; equal ones are made once.

    Attributes:
        compared: cells that were compared.
        distinct: of these, different functions.
        assignments: values that were tried where the forms differ.
    """

    wiring: Wiring
    compared: int = 0
    assignments: int = 0
    _known: dict[object, bool] = field(default_factory=dict)

    @property
    def distinct(self) -> int:
        return len(self._known)

    def wrong(self) -> str:
        """The first cell that is not computed as it should be; empty if there is none.

        Raises:
            NotRead: a statement whose meaning is not known.
        """
        netlist = self.wiring.netlist
        for number, cell in enumerate(netlist.cells):
            if isinstance(cell, Input | Constant | Copy) or self.wiring.leader(number) != number:
                continue
            self.compared += 1
            if not self._equal(number):
                return f"{name(number)} in stage {self.wiring.schedule.stage[number]}"
        return ""

    def _equal(self, number: int) -> bool:
        netlist, module = self.wiring.netlist, self.wiring.stage(number)
        cell, graph = netlist.cells[number], ScalarGraph()
        args = list(dict.fromkeys(cell.args))
        small = _alone(netlist, number, args)
        (expected,) = netlist_scalars(small, graph)
        numbers, given = Numbers(graph), {}
        stops: dict[Bit, Given] = {}
        for index, arg in enumerate(args):
            if isinstance(netlist.cells[arg], Constant):
                continue
            word = Word(graph.input(index, precision(small.inputs[index])), small.inputs[index].width)
            for place, bit in enumerate(self.wiring.net(module, arg)):
                stops[bit] = Given(name(arg), place)
                given[stops[bit]] = (word, place)
        bits = self._bits(module, number, numbers, given, stops)
        found = (numbers.signed if cell.format.signed else numbers.unsigned)(bits)
        if found == expected:
            key: object = (tuple(graph.nodes), tuple(graph.tables), found)
            self._known.setdefault(key, True)
            return True
        key = (tuple(graph.nodes), tuple(graph.tables), found, expected)
        if key not in self._known:
            self._known[key] = self._proved(graph, small, expected, found)
        return self._known[key]

    def _bits(
        self,
        module: Module,
        number: int,
        numbers: Numbers,
        given: Mapping[Given, WordBit],
        stops: Mapping[Bit, Given],
    ) -> list[WordBit]:
        def nothing(port: str, place: int, time: int) -> Source:
            return None

        inside = Hierarchy(self.wiring.modules, module.name, nothing, MEANINGS.keys(), stops=stops)
        machine = Machine(inside, numbers, given, MEANINGS)
        return machine.net(name(number), 0)

    def _proved(self, graph: ScalarGraph, small: Netlist, expected: int, found: int) -> bool:
        rng = np.random.default_rng(SEED)
        ranges = [precision(shape) for shape in small.inputs]
        samples = np.stack([rng.integers(t.lowest, t.highest + 1, SAMPLES) for t in ranges], axis=-1)
        for row in range(2):
            samples[row] = [(t.lowest, t.highest)[row] for t in ranges]
        prover = Prover(graph, samples, nested=False)
        prover.reference([expected])
        left = prover.prove([expected], [found])
        self.assignments += prover.counts.assignments
        return not left


def _alone(netlist: Netlist, number: int, args: list[int]) -> Netlist:
    """One cell as a netlist, its operands inputs; constants stay constants."""
    formats = tuple(netlist.cells[arg].format for arg in args)
    cells = [
        given if isinstance(given := netlist.cells[arg], Constant) else Input(index, format=given.format)
        for index, arg in enumerate(args)
    ]
    cell = netlist.cells[number].moved({arg: index for index, arg in enumerate(args)})
    return Netlist((*cells, cell), formats, (len(args),), netlist.tables)
