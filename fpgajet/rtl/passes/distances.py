"""|a - b| as one DISTANCE cell: a comparison that decides which of the two is subtracted.

alkaid traces difference, its negative and a multiplexer: three look-up tables a bit. With s = (a < b),
|a - b| = (a ^ s) + (~b ^ s) + 1 needs one a bit and half a one for s (``library/fpgajet_distance.v``).
"""

from __future__ import annotations

from fpgajet.rtl.ir.builder import Builder
from fpgajet.rtl.ir.cells import Cell, Distance, Mux, Negate, Sum
from fpgajet.rtl.ir.netlist import Netlist


def merge_distances(netlist: Netlist) -> Netlist:
    """Turn absolute values of a difference of two signals of one format into DISTANCE cells."""
    builder = Builder(netlist.inputs, netlist.tables)
    renumbered: list[int] = []
    for cell in netlist.cells:
        if pair := _operands(netlist, cell):
            a, b = sorted(renumbered[number] for number in pair)
            renumbered.append(builder.add(Distance(a, b, format=cell.format, bounds=cell.bounds)))
        else:
            renumbered.append(builder.add(cell.moved(renumbered)))
    return builder.build(tuple(renumbered[number] for number in netlist.outputs))


def _operands(netlist: Netlist, cell: Cell) -> tuple[int, int] | None:
    """a and b where a cell is |a - b|: the negative difference where the difference is negative."""
    if not isinstance(cell, Mux) or cell.format.signed or cell.shift or cell.key != cell.otherwise:
        return None
    negative, inner = netlist.cells[cell.chosen], netlist.cells[cell.otherwise]
    if not isinstance(negative, Negate) or negative.a != cell.otherwise:
        return None
    if not isinstance(inner, Sum) or inner.constant.value:
        return None
    formats = {netlist.cells[arg].format for arg in inner.args}
    signs = sorted(term.sign for term in inner.terms if term.shift == 0)
    shape = next(iter(formats))
    exact = shape.fraction == inner.format.fraction == cell.format.fraction
    if len(formats) == 1 and signs == [-1, 1] and exact and cell.format.width == shape.width:
        return inner.args[0], inner.args[1]
    return None
