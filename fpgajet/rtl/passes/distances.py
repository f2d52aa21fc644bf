"""|a - b| as one DISTANCE cell: a comparison that decides which of the two is subtracted.

alkaid traces difference, its negative and a multiplexer: three look-up tables a bit. With s = (a < b),
|a - b| = (a ^ s) + (~b ^ s) + 1 needs one a bit and half a one for s (``library/fpgajet_distance.v``).
"""

from __future__ import annotations

from fpgajet.rtl.ir.builder import Builder
from fpgajet.rtl.ir.netlist import Cell, Kind, Netlist


def merge_distances(netlist: Netlist) -> Netlist:
    """Turn absolute values of a difference of two signals of one format into DISTANCE cells."""
    builder = Builder(netlist.inputs, netlist.tables)
    renumbered: list[int] = []
    for cell in netlist.cells:
        pair = _operands(netlist, cell)
        moved = cell._replace(args=tuple(renumbered[arg] for arg in pair or cell.args))
        if pair:
            moved = Cell(Kind.DISTANCE, tuple(sorted(moved.args)), cell.format, (), cell.bounds)
        renumbered.append(builder.add(moved))
    return builder.build(tuple(renumbered[number] for number in netlist.outputs))


def _operands(netlist: Netlist, cell: Cell) -> tuple[int, int] | None:
    """a and b where a cell is |a - b|: the negative difference where the difference is negative."""
    if cell.kind is not Kind.MUX or cell.format.signed or cell.data[0]:
        return None
    negative, difference, key = cell.args
    if key != difference or netlist.cells[negative].kind is not Kind.NEGATE:
        return None
    inner = netlist.cells[difference]
    if netlist.cells[negative].args != (difference,) or inner.kind is not Kind.SUM or inner.constant[0]:
        return None
    formats = {netlist.cells[arg].format for arg in inner.args}
    signs = sorted(term.sign for term in inner.terms if term.shift == 0)
    shape = next(iter(formats))
    exact = shape.fraction == inner.format.fraction == cell.format.fraction
    if len(formats) == 1 and signs == [-1, 1] and exact and cell.format.width == shape.width:
        return inner.args[0], inner.args[1]
    return None
