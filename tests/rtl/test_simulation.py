"""The Verilog, clock by clock: right score, right cycle, bubbles, resets."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from fpgajet.errors import BadInput, Mismatch, ToolFailed
from fpgajet.fixed import from_real
from fpgajet.ops.forms import InputForm
from fpgajet.ops.network import Network
from fpgajet.rtl import RtlDesign, Simulation, VerilogSimulation, compare, emit
from fpgajet.rtl.ir.cells import Format
from fpgajet.rtl.tools.bus import pack, unpack
from tests.networks import LOG, TRIGGER, random_jets, random_network, with_row_sums
from tests.rtl.conftest import copy_of, raw_jets, wanted


def test_a_new_jet_every_clock(network: Network, simulation: Simulation) -> None:
    raw = raw_jets(network, 3000)
    expected = wanted(network, raw)
    assert len(np.unique(expected)) > 50
    np.testing.assert_array_equal(simulation.scores(raw), expected)


def test_bubbles_and_resets(network: Network, simulation: Simulation) -> None:
    rng = np.random.default_rng(7)
    raw = raw_jets(network, 2000)
    valid, reset = rng.random(len(raw)) < 0.6, rng.random(len(raw)) < 0.02
    shown = simulation.clock(raw.reshape(len(raw), -1), valid, reset)
    latency = simulation.design.latency_cycles
    # A jet counts if it was valid and no reset fell into its time in the pipeline.
    killed = np.convolve(reset, np.ones(latency))[: len(raw)] > 0
    expected = np.concatenate([np.zeros(latency - 1, bool), valid[: len(raw) - latency + 1]]) & ~killed
    np.testing.assert_array_equal(shown.valid, expected)
    at = np.flatnonzero(shown.valid)
    assert len(at) > 500
    np.testing.assert_array_equal(shown.scores[at], wanted(network, raw)[at - latency + 1])


@pytest.mark.parametrize("wrong", [-1, 1])
def test_the_right_score_at_the_wrong_cycle_fails(
    simulation: Simulation, network: Network, wrong: int
) -> None:
    stated = simulation.design
    try:
        simulation.design = replace(stated, latency_cycles=stated.latency_cycles + wrong)
        with pytest.raises(ToolFailed, match="latency"):
            simulation.scores(raw_jets(network, 50))
    finally:
        simulation.design = stated


def test_jets_of_another_shape_are_refused(simulation: Simulation) -> None:
    with pytest.raises(BadInput, match="12 inputs"):
        simulation.scores(np.zeros((5, 4, 4), dtype=int))


def test_changed_verilog_is_found(
    network: Network, design: RtlDesign, simulation: Simulation, tmp_path: Path
) -> None:
    changed = copy_of(design, tmp_path)
    last = tmp_path / f"fpgajet_stage_{design.latency_cycles - 1}.v"
    text = last.read_text()
    ending = text.rindex("  assign o")
    signal = text[ending:].split("= ")[1].split(";")[0]
    last.write_text(text[:ending] + text[ending:].replace(f"= {signal}", f"= ~{signal}"))
    assert compare(network, VerilogSimulation(changed), raw_jets(network, 50)) == 50


def test_verilog_that_does_not_parse_is_reported(
    simulation: Simulation, design: RtlDesign, tmp_path: Path
) -> None:
    changed = copy_of(design, tmp_path)
    (tmp_path / "fpgajet_top.v").write_text("module fpgajet_top (")
    with pytest.raises(ToolFailed, match="Verilator does not accept"):
        VerilogSimulation(changed)


def test_bus_packing_round_trip() -> None:
    formats = [Format(True, 14, 2), Format(False, 1, 0), Format(True, 40, 9), Format(False, 9, 0)]
    rng = np.random.default_rng(1)
    raw = np.stack([rng.integers(-(1 << 13), 1 << 13, 50), rng.integers(0, 2, 50),
                    rng.integers(-(1 << 39), 1 << 39, 50), rng.integers(0, 512, 50)], axis=1)  # fmt: skip
    np.testing.assert_array_equal(unpack(pack(raw, formats, 8), formats), raw)


def test_build_raises_on_a_difference(
    network: Network,
    design: RtlDesign,
    simulation: Simulation,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    module = sys.modules["fpgajet.rtl.build"]  # the package shows the function of that name

    monkeypatch.setattr(module, "VerilogSimulation", lambda design: simulation)
    monkeypatch.setattr(simulation, "scores", lambda raw: wanted(network, raw) + 1)
    with pytest.raises(Mismatch, match="50 of 50 jets"):
        module.build(network, tmp_path, 320, "xcvu9p", synth=False, jets=raw_jets(network, 50))


def test_row_sums_of_momenta(simulation: Simulation, tmp_path: Path) -> None:
    network = with_row_sums(random_network(n=3, hidden=1))
    raw = raw_jets(network, 600)
    found = VerilogSimulation(emit(network, tmp_path, 320, "xcvu9p")).scores(raw)
    np.testing.assert_array_equal(found, wanted(network, raw))
    assert len(np.unique(found)) > 50


@pytest.mark.parametrize("form", [TRIGGER, LOG])
def test_other_input_forms(form: InputForm, simulation: Simulation, tmp_path: Path) -> None:
    network = random_network(n=3, hidden=1, form=form)
    kind = network.input_type
    rng = np.random.default_rng(5)
    wild = rng.integers(kind.lowest, kind.highest + 1, (300, 3, 3))
    real = from_real(form.features(random_jets(300, 3, narrow=True)), kind)
    raw = np.concatenate([wild, real])
    found = VerilogSimulation(emit(network, tmp_path, 320, "xcvu9p")).scores(raw)
    np.testing.assert_array_equal(found, wanted(network, raw))
    assert len(np.unique(found)) > 50
