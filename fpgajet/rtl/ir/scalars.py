"""A netlist as nodes of the scalar graph: what is proved equal to the network for all inputs.

This is the meaning of every cell a second time, in exact integers of any size; :mod:`fpgajet.rtl.ir.evaluate` has it in
int64. Wrapping into a cell's format is a node only where the range of the value could leave the format.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import singledispatch

from fpgajet.rtl.ir import cells as kinds
from fpgajet.rtl.ir.cell import Cell, Role
from fpgajet.rtl.ir.netlist import Netlist
from fpgajet.rtl.ir.rows import require_rows
from fpgajet.rtl.ir.symbols import Symbols, precision
from fpgajet.scalars import ScalarGraph


def netlist_scalars(
    netlist: Netlist, graph: ScalarGraph, other: Mapping[int, Callable[[Symbols], int]] | None = None
) -> list[int]:
    """Nodes of the netlist's outputs, on the inputs of ``graph``.

    Args:
        netlist, graph: the circuit, and where its nodes go.
        other: cells that something else computes, with what makes their nodes.

    Raises:
        NotImplementedError: a bitwise operation on two signals of more than one bit.
        ValueError: the address of a table can leave it, or a signal has more than 53 bits.
    """
    signals = Symbols(netlist, graph)
    for number, cell in enumerate(netlist.cells):
        if other and number in other:
            signals.nodes.append(other[number](signals))
        else:
            signals.nodes.append(signals.into(symbol(cell, signals), cell.format.fraction, cell.format))
    return [signals.nodes[number] for number in netlist.outputs]


@singledispatch
def symbol(cell: Cell, signals: Symbols) -> int:
    """Node of a cell with the cell's fraction bits, before it is wrapped to its format."""
    raise NotImplementedError(type(cell))


@symbol.register
def _(cell: kinds.Input, signals: Symbols) -> int:
    return signals.graph.input(cell.index, precision(cell.format))


@symbol.register
def _(cell: kinds.Constant, signals: Symbols) -> int:
    return signals.graph.constant(cell.raw)


@symbol.register
def _(cell: kinds.Sum, signals: Symbols) -> int:
    finest = [signals.format(term.arg).fraction - term.shift for term in cell.terms]
    common = max(cell.format.fraction, cell.constant.fraction, *finest)
    total = signals.graph.constant(cell.constant.value << (common - cell.constant.fraction))
    for term in cell.terms:
        total = signals.graph.add(total, signals.term(term, common))
    return signals.moved(total, common, cell.format.fraction)


@symbol.register
def _(cell: kinds.Negate, signals: Symbols) -> int:
    return signals.negated(signals.at(cell.a, cell.format.fraction))


@symbol.register
def _(cell: kinds.Trim, signals: Symbols) -> int:
    return signals.at(cell.a, cell.format.fraction, cell.shift)


@symbol.register
def _(cell: kinds.Relu, signals: Symbols) -> int:
    positive = signals.graph.relu(signals.nodes[cell.a])
    return signals.moved(positive, signals.format(cell.a).fraction, cell.format.fraction)


@symbol.register
def _(cell: kinds.Table, signals: Symbols) -> int:
    entries = signals.netlist.tables[cell.table]
    return signals.graph.lookup(signals.graph.table(entries), signals.unsigned(cell.a))


@symbol.register
def _(cell: kinds.Not, signals: Symbols) -> int:
    return signals.graph.subtract(signals.graph.constant(-1), signals.nodes[cell.a])


@symbol.register
def _(cell: kinds.AnyBit, signals: Symbols) -> int:
    return signals.graph.nonzero(signals.nodes[cell.a])


@symbol.register
def _(cell: kinds.AllBits, signals: Symbols) -> int:
    ones = signals.graph.constant((1 << signals.format(cell.a).width) - 1)
    missing = signals.graph.subtract(ones, signals.unsigned(cell.a))
    return signals.inverted(signals.graph.nonzero(missing))


@symbol.register
def _(cell: kinds.Copy, signals: Symbols) -> int:
    return signals.nodes[cell.a]


@symbol.register
def _(cell: kinds.Mux, signals: Symbols) -> int:
    chosen = signals.at(cell.chosen, cell.format.fraction)
    otherwise = signals.at(cell.otherwise, cell.format.fraction, cell.shift)
    return signals.graph.select(signals.top_bit(cell.key), chosen, otherwise)


@symbol.register
def _(cell: kinds.Bitwise, signals: Symbols) -> int:
    x = signals.at(cell.a, cell.format.fraction)
    y = signals.at(cell.b, cell.format.fraction, cell.shift)
    if not any(signals.is_bit(node) for node in (x, y)):
        raise NotImplementedError(f"{cell.operation} of two signals of more than one bit")
    # x & y reads one bit of each. x | y = x + y - (x & y).
    both = signals.graph.gate(*(n if signals.is_bit(n) else signals.lowest(n) for n in (x, y)))
    if isinstance(cell, kinds.And):
        return both
    either = signals.graph.subtract(signals.graph.add(x, y), both)
    return either if isinstance(cell, kinds.Or) else signals.graph.subtract(either, both)


@symbol.register
def _(cell: kinds.Product, signals: Symbols) -> int:
    product = signals.graph.multiply(signals.nodes[cell.a], signals.nodes[cell.b])
    fraction = signals.format(cell.a).fraction + signals.format(cell.b).fraction
    return signals.moved(product, fraction, cell.format.fraction)


@symbol.register
def _(cell: kinds.Distance, signals: Symbols) -> int:
    return signals.graph.abs(signals.graph.subtract(signals.nodes[cell.a], signals.nodes[cell.b]))


@symbol.register
def _(cell: kinds.Mac, signals: Symbols) -> int:
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
def _(cell: kinds.Limit, signals: Symbols) -> int:
    value = signals.nodes[cell.value]
    ones = signals.graph.constant(-1 if cell.format.signed else (1 << cell.format.width) - 1)
    controls = [(signals.low_bit(control.arg), control.role) for control in cell.controls]
    for bit, role in controls:
        if role is Role.OVER:
            value = signals.graph.select(bit, ones, value)
    for bit, role in controls:
        if role is not Role.OVER:
            value = signals.graph.gate(value, bit if role is Role.GATE else signals.inverted(bit))
    return value


require_rows(symbol)
