"""Signals of a netlist as nodes of the scalar graph: binary points, bits and wrapping."""

from __future__ import annotations

from dataclasses import dataclass, field

from fpgajet.fixed import EXACT_BITS, FixedType, Overflow, Rounding
from fpgajet.rtl.ir.cell import Format, Term
from fpgajet.rtl.ir.netlist import Netlist
from fpgajet.scalars import ScalarGraph


@dataclass
class Symbols:
    """Nodes of the cells so far."""

    netlist: Netlist
    graph: ScalarGraph
    nodes: list[int] = field(default_factory=list)

    def format(self, number: int) -> Format:
        return self.netlist.cells[number].format

    def into(self, node: int, fraction: int, shape: Format) -> int:
        """Finer bits cut off, higher bits dropped."""
        node = self.moved(node, fraction, shape.fraction)
        if shape.signed and shape.width == 1:
            return self.negated(self.graph.quantise(node, 0, FixedType(False, 1, 0)))
        return self.graph.quantise(node, shape.fraction, precision(shape))

    def moved(self, node: int, fraction: int, wanted: int) -> int:
        """Another number of fraction bits; finer bits are cut off.

        Raises:
            ValueError: what is left has more than 53 bits.
        """
        if wanted >= fraction:
            return self.graph.shift(node, wanted - fraction)
        found = self.graph.nodes[node]
        wide = FixedType(True, EXACT_BITS, wanted, Rounding.FLOOR, Overflow.SAT)
        cut = fraction - wanted
        if not wide.lowest <= found.lowest >> cut <= found.highest >> cut <= wide.highest:
            raise ValueError(f"a signal of more than {EXACT_BITS} bits")
        return self.graph.quantise(node, fraction, wide)

    def at(self, number: int, fraction: int, shift: int = 0) -> int:
        """A signal times 2**shift with so many fraction bits; finer bits are cut off."""
        return self.moved(self.nodes[number], self.format(number).fraction - shift, fraction)

    def term(self, term: Term, fraction: int) -> int:
        """A term of a sum with so many fraction bits."""
        found = self.at(term.arg, fraction, term.shift)
        return found if term.sign > 0 else self.negated(found)

    def negated(self, node: int) -> int:
        """-node."""
        return self.graph.subtract(self.graph.constant(0), node)

    def top_bit(self, number: int) -> int:
        """The most significant bit of a signal, 0 or 1."""
        shape = self.format(number)
        if shape.signed:
            return self.graph.less(self.nodes[number], self.graph.constant(0))
        return self.graph.quantise(self.nodes[number], shape.width - 1, FixedType(False, 1, 0))

    def low_bit(self, number: int) -> int:
        """The least significant bit of a signal, 0 or 1."""
        return self.lowest(self.nodes[number])

    def lowest(self, node: int) -> int:
        """The least significant bit of a node, 0 or 1."""
        return self.graph.quantise(node, 0, FixedType(False, 1, 0))

    def is_bit(self, node: int) -> bool:
        """Whether a node is 0 or 1."""
        found = self.graph.nodes[node]
        return 0 <= found.lowest <= found.highest <= 1

    def inverted(self, bit: int) -> int:
        """1 - bit."""
        return self.graph.subtract(self.graph.constant(1), bit)

    def unsigned(self, number: int) -> int:
        """The bits of a signal as a number without sign."""
        shape = self.format(number)
        if not shape.signed:
            return self.nodes[number]
        return self.graph.quantise(self.nodes[number], 0, FixedType(False, shape.width, 0))


def precision(shape: Format) -> FixedType:
    """A format as a type that cuts bits off at both ends."""
    return FixedType(shape.signed, shape.width, shape.fraction, Rounding.FLOOR, Overflow.WRAP)
