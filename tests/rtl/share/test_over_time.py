"""Initiation interval above 1: equal parts share hardware, and no bit changes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from fpgajet.ops.network import Network
from fpgajet.rtl import RtlOptions, available, emit, trace_network
from fpgajet.rtl.design import circuit
from fpgajet.rtl.ir.areas import area
from fpgajet.rtl.ir.cells import DSP_KINDS, Constant, Mac, Sum
from fpgajet.rtl.ir.evaluate import evaluate
from fpgajet.rtl.ir.netlist import Netlist
from fpgajet.rtl.ir.sharing import Sharing
from fpgajet.rtl.schedule.pipeline import pipeline
from fpgajet.rtl.tools.yosys import synthesise
from tests.networks import LOG, random_network, symmetric
from tests.rtl.conftest import raw_jets
from tests.rtl.share.networks import NETWORKS


@pytest.mark.parametrize("ii", [2, 3, 6])
@pytest.mark.parametrize("network", NETWORKS.values(), ids=NETWORKS)
def test_sharing_changes_no_bit_and_joins_equal_cells_only(network: Network, ii: int) -> None:
    netlist = trace_network(network, 320)
    shared, sharing = circuit(network, 320, RtlOptions(ii=ii))
    raw = raw_jets(network, 300).reshape(300, -1)
    np.testing.assert_array_equal(evaluate(shared, raw), evaluate(netlist, raw))
    assert 0 < max(sharing.slot) < ii
    for number, leader in enumerate(sharing.leader):
        cell, first = shared.cells[number], shared.cells[leader]
        assert (type(cell), cell.format, len(cell.args)) == (type(first), first.format, len(first.args))
        assert sharing.group[number] == sharing.group[leader]
    check_schedule(shared, sharing)


def check_schedule(netlist: Netlist, sharing: Sharing) -> None:
    """Members come one clock after the other, and what they read has been computed."""
    schedule = pipeline(netlist, 320, None, sharing)
    for number, leader in enumerate(sharing.leader):
        assert schedule.stage[number] == schedule.stage[leader] + sharing.slot[number]
        cell = netlist.cells[number]
        if isinstance(cell, Mac) and cell.z and isinstance(netlist.cells[cell.z.arg], Mac):
            assert schedule.stage[cell.z.arg] == schedule.stage[number] - 1
        for arg in cell.args:
            if not isinstance(netlist.cells[arg], Constant):
                through_register = sharing.group[arg] != sharing.group[number]
                through_register |= isinstance(cell, DSP_KINDS)
                assert schedule.stage[arg] + through_register <= schedule.stage[number]


def test_products_are_shared(tmp_path: Path) -> None:
    network = random_network(n=8, hidden=1)
    one, two, six = (emit(network, tmp_path / str(k), 320, "xcvu9p", RtlOptions(ii=k)).dsp for k in (1, 2, 6))
    assert two <= 0.6 * one
    assert six <= 0.35 * one


def test_sums_over_pairs_are_shared() -> None:
    """With a jet every 4 clocks, sums over all pairs of 8 constituents keep less than half of their adders."""
    network = symmetric(random_network(n=8, hidden=2, rounding="AP_TRN", form=LOG))
    kept = []
    for ii in (1, 4):
        netlist, sharing = circuit(network, 320, RtlOptions(ii=ii))
        leaders = [cell for n, cell in enumerate(netlist.cells) if sharing.leader[n] == n]
        kept.append(sum(area(cell, netlist.cells) for cell in leaders if isinstance(cell, Sum)))
    assert kept[1] <= 0.5 * kept[0]


def test_a_stage_without_logic_has_no_module(tmp_path: Path) -> None:
    design = emit(NETWORKS["logarithmic"], tmp_path, 320, "xcvu9p", RtlOptions(ii=2))
    modules = {path.name for path in tmp_path.glob("fpgajet_stage_*.v")}
    assert len(modules) < design.latency_cycles
    assert modules <= set(design.sources)
    if available()["yosys"].present:
        assert synthesise(design).lut > 0
