"""Every cell of a netlist against the statement that was written for it, for all values of its operands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from fpgajet.fixed import FixedType
from fpgajet.prove.kept import write_proof
from fpgajet.prove.prover import Prover, Unproved
from fpgajet.rtl.ir.cell import Format
from fpgajet.rtl.ir.cells import Constant, Copy, Input
from fpgajet.rtl.ir.netlist import Netlist
from fpgajet.rtl.ir.scalars import symbol
from fpgajet.rtl.ir.symbols import Symbols, precision
from fpgajet.rtl.readback.hierarchy import Given, Hierarchy, NotRead, Source
from fpgajet.rtl.readback.library import MEANINGS
from fpgajet.rtl.readback.machine import Machine
from fpgajet.rtl.readback.modules import Bit, Module
from fpgajet.rtl.readback.vectors import Numbers, Word, WordBit
from fpgajet.rtl.readback.wiring import Wiring
from fpgajet.rtl.write.expressions import name
from fpgajet.scalars import ScalarGraph
from fpgajet.scalars.evaluate import evaluate_all

#: Outcomes of this process, with the assignments that each took: many circuits have the same functions.
_KNOWN: dict[object, tuple[bool, int]] = {}
#: Values of the operands that propose what is to be proved.
SAMPLES, SEED = 64, 3
#: Bits of all operands up to which every combination is tried.
TRIED_BITS = 20
#: Values of the inputs of a part of a cell that are tried, where operands share bits.
MOST_TRIED = 1 << 22


@dataclass
class Logic:
    """Comparisons of cells; equal ones are made once.

    Attributes:
        compared: cells that were compared.
        distinct: of these, different functions.
        assignments: values that were tried where the forms differ.
        keep: folder that gets a file per function, from which its proof can be checked.
    """

    wiring: Wiring
    compared: int = 0
    assignments: int = 0
    keep: Path | None = None
    _seen: set[object] = field(default_factory=set)

    @property
    def distinct(self) -> int:
        return len(self._seen)

    def wrong(self) -> list[int]:
        """Cells, in order, that are not shown to be computed as they should be."""
        netlist, found = self.wiring.netlist, []
        for number, cell in enumerate(netlist.cells):
            if isinstance(cell, Input | Constant | Copy) or self.wiring.leader(number) != number:
                continue
            self.compared += 1
            if not self._read_and_equal(number):
                found.append(number)
        return found

    def _read_and_equal(self, number: int) -> bool:
        try:
            return self._equal(number)
        except NotRead:
            return False

    def _equal(self, number: int) -> bool:
        netlist, module = self.wiring.netlist, self.wiring.stage(number)
        cell, graph = netlist.cells[number], ScalarGraph()
        small = _alone(netlist, number)
        numbers, operands = Numbers(graph), _Operands(graph)
        signals = Symbols(small, graph)
        for arg, given in zip(dict.fromkeys(cell.args), small.cells, strict=False):
            if isinstance(given, Constant):
                signals.nodes.append(graph.constant(given.raw))
            else:
                bits = operands.add(self.wiring.net(module, arg), given.format)
                signals.nodes.append((numbers.signed if given.format.signed else numbers.unsigned)(bits))
        expected = signals.into(symbol(small.cells[-1], signals), cell.format.fraction, cell.format)
        shown = self._bits(module, number, numbers, operands)
        found = (numbers.signed if cell.format.signed else numbers.unsigned)(shown)
        key: object = (tuple(graph.nodes), tuple(graph.tables), found, expected)
        if key not in _KNOWN:
            before = self.assignments
            equal = found == expected or self._proved(graph, operands.types, expected, found)
            _KNOWN[key] = equal, self.assignments - before
        elif key not in self._seen:
            self.assignments += _KNOWN[key][1]
        if self.keep is not None and key not in self._seen and _KNOWN[key][0]:
            write_proof(self.keep / f"{len(self._seen):05d}.json", graph, [expected], [found])
        self._seen.add(key)
        return _KNOWN[key][0]

    def _bits(self, module: Module, number: int, numbers: Numbers, operands: _Operands) -> list[WordBit]:
        def nothing(port: str, place: int, time: int) -> Source:
            return None

        stops = {bit: Given("", place) for place, bit in enumerate(operands.words)}
        given = {stops[bit]: word for bit, word in operands.words.items()}
        inside = Hierarchy(self.wiring.modules, module.name, nothing, MEANINGS.keys(), stops=stops)
        return Machine(inside, numbers, given, MEANINGS).net(name(number), 0)

    def _proved(self, graph: ScalarGraph, types: list[FixedType], expected: int, found: int) -> bool:
        if not types:  # operands that are all constants
            values = evaluate_all(graph, np.array([expected, found]), np.zeros((1, 0), dtype=np.int64))
            return bool((values[expected] == values[found]).all())
        rng = np.random.default_rng(SEED)
        samples = np.stack([rng.integers(t.lowest, t.highest + 1, SAMPLES) for t in types], axis=-1)
        samples[:2] = [[t.lowest for t in types], [t.highest for t in types]]
        left = self._left(Prover(graph, samples, nested=False), expected, found)
        if not left or left[0].differs:
            return not left
        if sum(t.bits for t in types) <= TRIED_BITS:
            return self._tried(graph, types, expected, found)
        # Operands that share bits: a part of the cell may have a form that only trying shows to be the same.
        return not self._left(Prover(graph, samples, nested=False, tried=MOST_TRIED), expected, found)

    def _left(self, prover: Prover, expected: int, found: int) -> list[Unproved]:
        prover.reference([expected])
        left = prover.prove([expected], [found])
        self.assignments += prover.counts.assignments
        return left

    def _tried(self, graph: ScalarGraph, types: list[FixedType], expected: int, found: int) -> bool:
        """Every combination of the operands: what the algebra has no common form for."""
        every = np.meshgrid(*(np.arange(t.lowest, t.highest + 1) for t in types), indexing="ij")
        values = evaluate_all(graph, np.array([expected, found]), np.stack([x.ravel() for x in every], -1))
        self.assignments += every[0].size
        return bool((values[expected] == values[found]).all())


@dataclass
class _Operands:
    """Bits of the operands of a cell as inputs. A bit that two operands have in common is one input."""

    graph: ScalarGraph
    words: dict[Bit, WordBit] = field(default_factory=dict)
    types: list[FixedType] = field(default_factory=list)

    def add(self, bits: Sequence[Bit], shape: Format) -> list[WordBit]:
        """Bits of one more operand."""
        new = [bit for bit in bits if isinstance(bit, int) and bit not in self.words]
        whole = len(set(new)) == len(bits)
        if new:
            # The upper bits of a number with sign, where its lower ones are known: they have the sign.
            upper = shape.signed and tuple(bits[-len(new) :]) == tuple(new)
            kind = shape if whole and bits[0] == new[0] else Format(upper, len(set(new)), 0)
            narrow = FixedType(False, 1, 0) if kind.width == 1 else precision(kind)
            self.types.append(FixedType(narrow.signed, narrow.bits, 0))
            word = Word(self.graph.input(len(self.types) - 1, self.types[-1]), kind.width)
            for place, bit in enumerate(dict.fromkeys(new)):
                self.words[bit] = (word, place)
        return [self.words[bit] if isinstance(bit, int) else int(bit) for bit in bits]


def _alone(netlist: Netlist, number: int) -> Netlist:
    """One cell as a netlist, its operands inputs; constants stay constants."""
    args = list(dict.fromkeys(netlist.cells[number].args))
    formats = tuple(netlist.cells[arg].format for arg in args)
    cells = [
        given if isinstance(given := netlist.cells[arg], Constant) else Input(index, format=given.format)
        for index, arg in enumerate(args)
    ]
    cell = netlist.cells[number].moved({arg: index for index, arg in enumerate(args)})
    return Netlist((*cells, cell), formats, (len(args),), netlist.tables)
