"""Every kind of cell as a statement, in any :class:`Syntax`."""

from __future__ import annotations

from functools import singledispatch

from fpgajet.rtl.ir.cells import (
    AllBits,
    AnyBit,
    Bitwise,
    Cell,
    Constant,
    Copy,
    Distance,
    Input,
    Limit,
    Mac,
    Mux,
    Negate,
    Not,
    Product,
    Relu,
    Role,
    Sum,
    Table,
    Term,
    Trim,
    require_rows,
)
from fpgajet.rtl.ir.netlist import Netlist
from fpgajet.rtl.write.expressions import Writer, name
from fpgajet.rtl.write.roms import write_table
from fpgajet.rtl.write.syntax import Body, Syntax
from fpgajet.rtl.write.totals import write_sum


def written(netlist: Netlist, number: int, syntax: Syntax) -> Body:
    """The signal of a cell and the statements that compute it."""
    cell = netlist.cells[number]
    body = Body([(name(number), cell.format.width)])
    state(cell, Writer(netlist, number, syntax, body))
    return body


@singledispatch
def state(cell: Cell, to: Writer) -> None:
    """Write the statements that compute a cell."""
    raise NotImplementedError(type(cell))


@state.register
def _(cell: Trim, to: Writer) -> None:
    to.put(to.operand(cell.a, cell.shift))


@state.register
def _(cell: Relu, to: Writer) -> None:
    shape = to.format(cell.a)
    if not shape.signed:
        to.put(to.operand(cell.a))
        return
    positive = to.syntax.fill(name(cell.a), shape.width - 1, cell.format.width, invert=True)
    to.put(to.syntax.bitwise("and", to.operand(cell.a), positive))


@state.register
def _(cell: Negate, to: Writer) -> None:
    shape, s, width = to.format(cell.a), to.syntax, cell.format.width
    zeros = cell.format.fraction - shape.fraction
    if shape.width == 1 and not shape.signed and 0 <= zeros < width:  # 0 or all ones: no adder
        every = s.fill(name(cell.a), 0, width - zeros)
        to.put(s.join([every, *([s.literal(0, zeros)] if zeros else [])]))
    else:
        to.put(s.total([(to.operand(cell.a), True)], width))


@state.register
def _(cell: Not, to: Writer) -> None:
    to.put(to.syntax.complement(to.bits(cell.a, cell.format.width, 0)))


@state.register
def _(cell: AnyBit, to: Writer) -> None:
    to.put(to.syntax.reduced("or", name(cell.a)))


@state.register
def _(cell: AllBits, to: Writer) -> None:
    to.put(to.syntax.reduced("and", name(cell.a)))


@state.register
def _(cell: Bitwise, to: Writer) -> None:
    to.put(to.syntax.bitwise(cell.operation, to.operand(cell.a), to.operand(cell.b, cell.shift)))


@state.register
def _(cell: Mux, to: Writer) -> None:
    key = (name(cell.key), to.format(cell.key).width - 1, to.operand(cell.chosen))
    to.body.lines.append(to.syntax.choose(to.out, [key], to.operand(cell.otherwise, cell.shift)))


@state.register
def _(cell: Table, to: Writer) -> None:
    entries, address = to.netlist.tables[cell.table], to.format(cell.a).width
    write_table(to.body, to.syntax, entries, cell.format.width, address, name(cell.a), to.out)


@state.register
def _(cell: Distance, to: Writer) -> None:
    shape = to.format(cell.a)
    given = [(name(signal), shape.width) for signal in (cell.a, cell.b)]
    to.instance("distance", "d", [cell.format.width, int(shape.signed)], given, to.out)


@state.register
def _(cell: Sum, to: Writer) -> None:
    write_sum(cell, to)


@state.register
def _(cell: Product, to: Writer) -> None:
    a, b = to.format(cell.a), to.format(cell.b)
    if a.fraction + b.fraction != cell.format.fraction:
        raise NotImplementedError("a product keeps every bit")
    given = [(name(cell.a), a.width), (name(cell.b), b.width)]
    sizes = [a.width, int(a.signed), b.width, int(b.signed), cell.format.width]
    to.instance("product", "p", sizes, given, to.out)


@state.register
def _(cell: Mac, to: Writer) -> None:
    width = cell.format.width

    def port(term: Term | None) -> tuple[str, int]:
        return (to.operand(term.arg, term.shift) if term else to.syntax.literal(0, width)), width

    signals = [cell.a, cell.b, cell.a if cell.d is None else cell.d]
    formats = [to.format(signal) for signal in signals]
    given = [(name(signal), f.width) for signal, f in zip(signals, formats, strict=True)]
    if cell.d is None:
        given[2] = to.syntax.literal(0, formats[2].width), formats[2].width
    sizes = [size for f in formats for size in (f.width, int(f.signed))]
    parameters = [*sizes, cell.pre or 1, cell.sign, width]
    to.instance("mac", "p", parameters, [*given, port(cell.z), port(cell.w)], to.out)


@state.register
def _(cell: Limit, to: Writer) -> None:
    roles = [control.role for control in cell.controls]
    parts = [to.syntax.part(name(control.arg), 0, 0) for control in reversed(cell.controls)]
    given = [(name(cell.value), cell.format.width), (to.syntax.join(parts), len(roles))]
    parameters = [cell.format.width, *(roles.count(role) for role in Role)]
    to.instance("limit", "l", parameters, given, to.out)


# Inputs are ports, constants are literals, and copies are multiplexers, see :mod:`fpgajet.rtl.write.wiring`.
require_rows(state, without=(Input, Constant, Copy))
