"""Equal parts of a circuit: the same cells, wired alike."""

from __future__ import annotations

from fpgajet.rtl import trace_network
from fpgajet.rtl.ir.cell import Cell
from fpgajet.rtl.ir.cells import Constant, Sum
from fpgajet.rtl.ir.netlist import Netlist
from fpgajet.rtl.share.cones import families
from tests.rtl.share.networks import NETWORKS


def test_cones_need_the_same_wiring() -> None:
    """(a + b) & a and (a + b) & c have the same cells, but not the same signature."""
    netlist = trace_network(NETWORKS["momenta"], 320)
    compared = 0
    for family in families(netlist)[:5]:
        first, *others = family.cones
        for cone in others:
            where = dict(zip(first.cells + first.reads, cone.cells + cone.reads, strict=True))
            for number in first.cells:
                ours, theirs = netlist.cells[number], netlist.cells[where[number]]
                assert sorted(_wires(netlist, ours, where)) == sorted(_wires(netlist, theirs, {}))
                compared += 1
    assert compared > 20


def _wires(netlist: Netlist, cell: Cell, where: dict[int, int]) -> list[tuple[object, ...]]:
    """Operands of a cell with their shifts and signs, through a map of signals."""
    weights = [(t.shift, t.sign) for t in cell.terms] if isinstance(cell, Sum) else [()] * len(cell.args)
    args = [arg if isinstance(netlist.cells[arg], Constant) else where.get(arg, arg) for arg in cell.args]
    return list(zip(args, weights, strict=True))
