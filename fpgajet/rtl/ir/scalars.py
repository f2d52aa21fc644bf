"""A netlist as nodes of the scalar graph: what is proved equal to the network for all inputs.

This is the meaning of every cell a second time, in exact integers of any size; :mod:`fpgajet.rtl.ir.evaluate` has it in
int64. Wrapping into a cell's format is a node only where the range of the value could leave the format.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import singledispatch

from fpgajet.fixed import EXACT_BITS, FixedType, Overflow, Rounding
from fpgajet.rtl.ir.cell import Cell, Format, Role, Term
from fpgajet.rtl.ir.cells import (
    AllBits,
    And,
    AnyBit,
    Bitwise,
    Constant,
    Copy,
    Distance,
    Input,
    Limit,
    Mac,
    Mux,
    Negate,
    Not,
    Or,
    Product,
    Relu,
    Sum,
    Table,
    Trim,
)
from fpgajet.rtl.ir.netlist import Netlist
from fpgajet.rtl.ir.rows import require_rows
from fpgajet.scalars import ScalarGraph


def netlist_scalars(netlist: Netlist, graph: ScalarGraph) -> list[int]:
    """Nodes of the netlist's outputs, on the inputs of ``graph``.

    Raises:
        NotImplementedError: a bitwise operation on signals of more than one bit.
        ValueError: the address of a table can leave it, or a signal has more than 53 bits.
    """
    signals = Symbols(netlist, graph)
    for cell in netlist.cells:
        signals.nodes.append(signals.into(symbol(cell, signals), cell.format.fraction, cell.format))
    return [signals.nodes[number] for number in netlist.outputs]


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
        return self.graph.quantise(self.nodes[number], 0, FixedType(False, 1, 0))

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


@singledispatch
def symbol(cell: Cell, signals: Symbols) -> int:
    """Node of a cell with the cell's fraction bits, before it is wrapped to its format."""
    raise NotImplementedError(type(cell))


@symbol.register
def _(cell: Input, signals: Symbols) -> int:
    return signals.graph.input(cell.index, precision(cell.format))


@symbol.register
def _(cell: Constant, signals: Symbols) -> int:
    return signals.graph.constant(cell.raw)


@symbol.register
def _(cell: Sum, signals: Symbols) -> int:
    finest = [signals.format(term.arg).fraction - term.shift for term in cell.terms]
    common = max(cell.format.fraction, cell.constant.fraction, *finest)
    total = signals.graph.constant(cell.constant.value << (common - cell.constant.fraction))
    for term in cell.terms:
        total = signals.graph.add(total, signals.term(term, common))
    return signals.moved(total, common, cell.format.fraction)


@symbol.register
def _(cell: Negate, signals: Symbols) -> int:
    return signals.negated(signals.at(cell.a, cell.format.fraction))


@symbol.register
def _(cell: Trim, signals: Symbols) -> int:
    return signals.at(cell.a, cell.format.fraction, cell.shift)


@symbol.register
def _(cell: Relu, signals: Symbols) -> int:
    positive = signals.graph.relu(signals.nodes[cell.a])
    return signals.moved(positive, signals.format(cell.a).fraction, cell.format.fraction)


@symbol.register
def _(cell: Table, signals: Symbols) -> int:
    entries = signals.netlist.tables[cell.table]
    return signals.graph.lookup(signals.graph.table(entries), signals.unsigned(cell.a))


@symbol.register
def _(cell: Not, signals: Symbols) -> int:
    return signals.graph.subtract(signals.graph.constant(-1), signals.nodes[cell.a])


@symbol.register
def _(cell: AnyBit, signals: Symbols) -> int:
    return signals.graph.nonzero(signals.nodes[cell.a])


@symbol.register
def _(cell: AllBits, signals: Symbols) -> int:
    ones = signals.graph.constant((1 << signals.format(cell.a).width) - 1)
    missing = signals.graph.subtract(ones, signals.unsigned(cell.a))
    return signals.inverted(signals.graph.nonzero(missing))


@symbol.register
def _(cell: Copy, signals: Symbols) -> int:
    return signals.nodes[cell.a]


@symbol.register
def _(cell: Mux, signals: Symbols) -> int:
    chosen = signals.at(cell.chosen, cell.format.fraction)
    otherwise = signals.at(cell.otherwise, cell.format.fraction, cell.shift)
    return signals.graph.select(signals.top_bit(cell.key), chosen, otherwise)


@symbol.register
def _(cell: Bitwise, signals: Symbols) -> int:
    x = signals.at(cell.a, cell.format.fraction)
    y = signals.at(cell.b, cell.format.fraction, cell.shift)
    for node in (x, y):
        found = signals.graph.nodes[node]
        if not 0 <= found.lowest <= found.highest <= 1:
            raise NotImplementedError(f"{cell.operation} of signals of more than one bit")
    both = signals.graph.gate(x, y)
    if isinstance(cell, And):
        return both
    either = signals.graph.subtract(signals.graph.add(x, y), both)
    return either if isinstance(cell, Or) else signals.graph.subtract(either, both)


@symbol.register
def _(cell: Product, signals: Symbols) -> int:
    product = signals.graph.multiply(signals.nodes[cell.a], signals.nodes[cell.b])
    fraction = signals.format(cell.a).fraction + signals.format(cell.b).fraction
    return signals.moved(product, fraction, cell.format.fraction)


@symbol.register
def _(cell: Distance, signals: Symbols) -> int:
    return signals.graph.abs(signals.graph.subtract(signals.nodes[cell.a], signals.nodes[cell.b]))


@symbol.register
def _(cell: Mac, signals: Symbols) -> int:
    total = signals.nodes[cell.a]
    if cell.d is not None:
        other = signals.nodes[cell.d]
        total = signals.graph.add(total, other if cell.pre > 0 else signals.negated(other))
    total = signals.graph.multiply(total, signals.nodes[cell.b])
    if cell.w is not None:
        total = signals.graph.add(total, signals.term(cell.w, cell.format.fraction))
    if cell.sign < 0:
        total = signals.negated(total)
    if cell.z is not None:
        total = signals.graph.add(total, signals.term(cell.z, cell.format.fraction))
    return total


@symbol.register
def _(cell: Limit, signals: Symbols) -> int:
    value = signals.nodes[cell.value]
    shape = signals.format(cell.value)
    ones = signals.graph.constant(-1 if shape.signed else (1 << shape.width) - 1)
    controls = [(signals.low_bit(control.arg), control.role) for control in cell.controls]
    for bit, role in controls:
        if role is Role.OVER:
            value = signals.graph.select(bit, ones, value)
    for bit, role in controls:
        if role is not Role.OVER:
            value = signals.graph.gate(value, bit if role is Role.GATE else signals.inverted(bit))
    return value


require_rows(symbol)
