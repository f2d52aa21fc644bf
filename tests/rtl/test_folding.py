"""Initiation interval above 1: shared hardware, the same score at the stated cycle."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from fpgajet.errors import BadInput, ToolFailed
from fpgajet.ops.network import Network
from fpgajet.rtl import RtlOptions, Simulation, VerilogSimulation, available, emit, trace
from fpgajet.rtl.design import circuit
from fpgajet.rtl.ir.delays import DSP_KINDS
from fpgajet.rtl.ir.evaluate import evaluate
from fpgajet.rtl.ir.netlist import Cell, Kind, Netlist
from fpgajet.rtl.schedule.pipeline import pipeline
from fpgajet.rtl.share.cones import area, families
from fpgajet.rtl.share.over_time import Folding
from fpgajet.rtl.tools.yosys import synthesise
from tests.networks import LOG, TRIGGER, random_network, symmetric
from tests.rtl.conftest import raw_jets, wanted

MOMENTA_NETWORK = random_network(n=3, hidden=1)
NETWORKS = {
    "momenta": MOMENTA_NETWORK,
    "symmetric": symmetric(random_network(n=4, hidden=2, rounding="AP_TRN", seed=3)),
    "trigger": symmetric(random_network(n=4, hidden=2, rounding="AP_TRN", form=TRIGGER)),
    "logarithmic": symmetric(random_network(n=4, hidden=1, rounding="AP_TRN", form=LOG)),
}


@pytest.mark.parametrize("ii", [2, 3, 6])
@pytest.mark.parametrize("network", NETWORKS.values(), ids=NETWORKS)
def test_folding_changes_no_bit_and_shares_equal_cells_only(network: Network, ii: int) -> None:
    netlist = trace(network, 320)
    folded, folding = circuit(network, 320, RtlOptions(ii=ii))
    raw = raw_jets(network, 300).reshape(300, -1)
    np.testing.assert_array_equal(evaluate(folded, raw), evaluate(netlist, raw))
    assert 0 < max(folding.slot) < ii
    for number, leader in enumerate(folding.leader):
        cell, first = folded.cells[number], folded.cells[leader]
        assert (cell.kind, cell.format, len(cell.args)) == (first.kind, first.format, len(first.args))
        assert folding.group[number] == folding.group[leader]
    check(folded, folding)


def check(folded: Netlist, folding: Folding) -> None:
    """Members come one clock after the other, and what they read is there."""
    schedule = pipeline(folded, 320, None, folding)
    for number, leader in enumerate(folding.leader):
        assert schedule.stage[number] == schedule.stage[leader] + folding.slot[number]
        cell = folded.cells[number]
        if cell.kind is Kind.MAC and cell.mac.z and folded.cells[cell.mac.z.arg].kind is Kind.MAC:
            assert schedule.stage[cell.mac.z.arg] == schedule.stage[number] - 1
        for arg in cell.args:
            if folded.cells[arg].kind is not Kind.CONSTANT:
                through_register = folding.group[arg] != folding.group[number]
                through_register |= cell.kind in DSP_KINDS
                assert schedule.stage[arg] + through_register <= schedule.stage[number]


@pytest.fixture(scope="module", params=[("symmetric", 6), ("trigger", 3), ("momenta", 2)], ids=str)
def folded(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Network, Simulation]:
    if not (available()["verilator"].present and available()["g++"].present):
        pytest.skip("needs verilator and g++")
    name, ii = request.param
    design = emit(NETWORKS[name], tmp_path_factory.mktemp("folded"), 320, "xcvu9p", RtlOptions(ii=ii))
    assert design.ii == ii
    return NETWORKS[name], VerilogSimulation(design)


def test_a_jet_every_ii_clocks(folded: tuple[Network, Simulation]) -> None:
    network, simulation = folded
    raw = raw_jets(network, 1000)
    expected = wanted(network, raw)
    assert len(np.unique(expected)) > 50
    np.testing.assert_array_equal(simulation.scores(raw), expected)


def test_bubbles_of_any_length_and_resets(folded: tuple[Network, Simulation]) -> None:
    network, simulation = folded
    ii, latency = simulation.design.ii, simulation.design.latency_cycles
    rng = np.random.default_rng(7)
    times = np.cumsum(ii + rng.integers(0, 2, 700) * rng.integers(0, 2 * ii, 700))
    clocks = times[-1] + latency
    raw = raw_jets(network, clocks)  # other jets show between the valid ones
    valid = np.zeros(clocks, dtype=bool)
    valid[times] = True
    reset = rng.random(clocks) < 0.01
    shown = simulation.clock(raw.reshape(clocks, -1), valid, reset)
    killed = np.convolve(reset, np.ones(latency))[:clocks] > 0
    expected = np.concatenate([np.zeros(latency - 1, bool), valid[: clocks - latency + 1]]) & ~killed
    np.testing.assert_array_equal(shown.valid, expected)
    at = np.flatnonzero(shown.valid)
    assert len(at) > 300
    np.testing.assert_array_equal(shown.scores[at], wanted(network, raw)[at - latency + 1])


@pytest.mark.parametrize("wrong", [-1, 1])
def test_the_right_score_at_the_wrong_cycle_fails(folded: tuple[Network, Simulation], wrong: int) -> None:
    network, simulation = folded
    stated = simulation.design
    try:
        simulation.design = replace(stated, latency_cycles=stated.latency_cycles + wrong)
        with pytest.raises(ToolFailed, match="latency"):
            simulation.scores(raw_jets(network, 50))
    finally:
        simulation.design = stated


def test_jets_that_come_too_early_spoil_each_other(folded: tuple[Network, Simulation]) -> None:
    """The interval is needed: with a jet every clock, scores are wrong."""
    network, simulation = folded
    stated = simulation.design
    raw = raw_jets(network, 100)
    try:
        simulation.design = replace(stated, ii=1)
        assert (simulation.scores(raw) != wanted(network, raw)).any()
    finally:
        simulation.design = stated


def test_products_are_shared(tmp_path: Path) -> None:
    network = random_network(n=8, hidden=1)
    one, two, six = (emit(network, tmp_path / str(k), 320, "xcvu9p", RtlOptions(ii=k)).dsp for k in (1, 2, 6))
    assert two <= 0.6 * one
    assert six <= 0.35 * one


def test_sums_over_pairs_are_shared() -> None:
    """At an interval of 4, sums over all pairs of 8 constituents keep less than half of their adders."""
    network = symmetric(random_network(n=8, hidden=2, rounding="AP_TRN", form=LOG))
    kept = []
    for ii in (1, 4):
        netlist, folding = circuit(network, 320, RtlOptions(ii=ii))
        leaders = [cell for n, cell in enumerate(netlist.cells) if folding.leader[n] == n]
        kept.append(sum(area(netlist, cell) for cell in leaders if cell.kind is Kind.SUM))
    assert kept[1] <= 0.5 * kept[0]


def test_a_stage_in_which_signals_only_wait_has_no_module(tmp_path: Path) -> None:
    design = emit(NETWORKS["logarithmic"], tmp_path, 320, "xcvu9p", RtlOptions(ii=2))
    modules = {path.name for path in tmp_path.glob("fpgajet_stage_*.v")}
    assert len(modules) < design.latency_cycles
    assert modules <= set(design.sources)
    if available()["yosys"].present:
        assert synthesise(design).lut > 0


def test_cones_need_the_same_wiring() -> None:
    """(a + b) & a and (a + b) & c have the same cells, but not the same signature."""
    netlist = trace(MOMENTA_NETWORK, 320)
    for family in families(netlist)[:5]:
        first, *others = family.cones
        for cone in others:
            where = dict(zip(first.cells + first.reads, cone.cells + cone.reads, strict=True))
            for number in first.cells:
                ours, theirs = netlist.cells[number], netlist.cells[where[number]]
                assert sorted(_wires(netlist, ours, where)) == sorted(_wires(netlist, theirs, {}))


def _wires(netlist: Netlist, cell: Cell, where: dict[int, int]) -> list[tuple[object, ...]]:
    """Operands of a cell with their shifts and signs, through a map of signals."""
    shifts = [(t.shift, t.sign) for t in cell.terms] if cell.kind is Kind.SUM else [()] * len(cell.args)
    args = [where.get(arg, arg) if netlist.cells[arg].kind is not Kind.CONSTANT else arg for arg in cell.args]
    return list(zip(args, shifts, strict=True))


def test_an_interval_out_of_range_is_refused() -> None:
    with pytest.raises(BadInput, match="--ii is 1 to 16"):
        RtlOptions(ii=0)
