"""Cells of a circuit belong to the operators that they compute."""

from __future__ import annotations

import pytest

from fpgajet.ops.network import Network
from fpgajet.rtl import RtlOptions
from fpgajet.rtl.design import scheduled
from fpgajet.rtl.ir.cells import Constant, Input, Mac, Product
from fpgajet.rtl.route.origins import origins


@pytest.mark.parametrize("accumulate", [True, False])
def test_every_cell_has_an_operator(network: Network, accumulate: bool) -> None:
    netlist = scheduled(network, 320, RtlOptions(accumulate=accumulate)).netlist
    found = origins(network, netlist)
    names = [node.name for node in network.nodes]
    for cell, origin in zip(netlist.cells, found, strict=True):
        assert (origin == "") == isinstance(cell, Input | Constant)
        if isinstance(cell, Product | Mac):
            assert origin == "dots"  # the only products of two signals
    assert {names[0], "dots", "pairs", names[-1]} <= set(found)
    assert [found[n] for n in netlist.outputs] == [names[-1]]
    for cell, origin in zip(netlist.cells, found, strict=True):  # nothing is fed by a later operator
        for arg in cell.args:
            if origin and found[arg]:
                assert names.index(found[arg]) <= names.index(origin)
