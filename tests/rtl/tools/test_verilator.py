"""The Verilog, clock by clock, with a jet every clock and with shared hardware: right score, right cycle."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fpgajet.errors import BadInput, Mismatch, ToolFailed
from fpgajet.ops.forms import InputForm
from fpgajet.ops.network import Network
from fpgajet.rtl import RtlDesign, RtlOptions, VerilogSimulation, compare, emit
from fpgajet.rtl.tools import scratch, verilator
from tests.networks import (
    LOG,
    PUPPI,
    PUPPI_SUM,
    TRIGGER,
    random_network,
    with_features,
    with_jet,
    with_row_sums,
)
from tests.rtl.conftest import copy_of, need, raw_jets, wanted
from tests.rtl.share.networks import NETWORKS

Simulated = tuple[Network, VerilogSimulation]


@pytest.fixture(
    scope="module", params=[("momenta", 1), ("symmetric", 6), ("trigger", 3), ("momenta", 2)], ids=str
)
def simulated(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Simulated:
    need("verilator", "g++")
    name, ii = request.param
    design = emit(NETWORKS[name], tmp_path_factory.mktemp("design"), 320, "xcvu9p", RtlOptions(ii=ii))
    assert design.ii == ii
    return NETWORKS[name], VerilogSimulation(design)


def test_a_jet_every_ii_clocks(simulated: Simulated) -> None:
    network, simulation = simulated
    raw = raw_jets(network, 1000)
    expected = wanted(network, raw)
    assert len(np.unique(expected)) > 50
    np.testing.assert_array_equal(simulation.scores(raw), expected)


def test_bubbles_of_any_length_and_resets(simulated: Simulated) -> None:
    network, simulation = simulated
    ii, latency = simulation.design.ii, simulation.design.latency_cycles
    rng = np.random.default_rng(7)
    times = np.cumsum(ii + rng.integers(0, 2, 700) * rng.integers(0, 2 * ii, 700))
    clocks = times[-1] + latency
    raw = raw_jets(network, clocks)  # other jets show between the valid ones
    valid = np.zeros(clocks, dtype=bool)
    valid[times] = True
    reset = (rng.random(clocks) < 0.01) | (np.arange(clocks) == 0)
    shown = simulation.clock(raw.reshape(clocks, -1), valid, reset)
    # A jet counts if it was valid and no reset fell into its time in the pipeline.
    killed = np.convolve(reset, np.ones(latency))[:clocks] > 0
    expected = np.concatenate([np.zeros(latency - 1, bool), valid[: clocks - latency + 1]]) & ~killed
    np.testing.assert_array_equal(shown.valid, expected)
    at = np.flatnonzero(shown.valid)
    assert len(at) > 300
    np.testing.assert_array_equal(shown.scores[at], wanted(network, raw)[at - latency + 1])


@pytest.mark.parametrize("wrong", [-1, 1])
def test_the_right_score_at_the_wrong_cycle_fails(
    simulated: Simulated, wrong: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    network, simulation = simulated
    stated = simulation.design
    other = replace(stated, latency_cycles=stated.latency_cycles + wrong)
    monkeypatch.setattr(simulation, "design", other)
    with pytest.raises(Mismatch, match="latency"):
        simulation.scores(raw_jets(network, 50))


def test_jets_that_come_too_early_spoil_each_other(
    simulated: Simulated, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The initiation interval is needed: with a jet every clock, shared hardware gives wrong scores."""
    network, simulation = simulated
    shared = simulation.design.ii > 1
    raw = raw_jets(network, 100)
    monkeypatch.setattr(simulation, "design", replace(simulation.design, ii=1))
    assert (simulation.scores(raw) != wanted(network, raw)).any() == shared


def test_the_same_verilog_is_not_compiled_twice(
    network: Network, design: RtlDesign, simulation: VerilogSimulation, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*given: object, **named: object) -> None:
        raise AssertionError("a program was started")

    monkeypatch.setattr(verilator, "run_tool", refuse)
    raw = raw_jets(network, 50)
    np.testing.assert_array_equal(VerilogSimulation(design).scores(raw), wanted(network, raw))
    monkeypatch.setattr(verilator, "VERILATE", (*verilator.VERILATE, "--other"))
    with pytest.raises(AssertionError, match="was started"):
        VerilogSimulation(design)


def test_what_all_designs_share_is_compiled_once(
    network: Network, design: RtlDesign, simulation: VerilogSimulation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another option of Verilator makes another simulation, of the same runtime and headers."""
    commands: list[list[str]] = []

    def run_tool(command: list[str], *given: Any, **named: Any) -> None:
        commands.append(command)
        scratch.run_tool(command, *given, **named)

    monkeypatch.setattr(verilator, "run_tool", run_tool)
    monkeypatch.setattr(verilator, "VERILATE", (*verilator.VERILATE, "--noassert"))
    raw = raw_jets(network, 50)
    np.testing.assert_array_equal(VerilogSimulation(design).scores(raw), wanted(network, raw))
    compiled = [
        Path(command[-1]).name for command in commands if "-o" in command and "-shared" not in command
    ]
    assert compiled
    assert all(name.startswith("simulation_") for name in compiled)


def test_jets_of_another_shape_are_refused(simulation: VerilogSimulation) -> None:
    with pytest.raises(BadInput, match="12 inputs"):
        simulation.scores(np.zeros((5, 4, 4), dtype=int))


def test_changed_verilog_is_found(
    network: Network, design: RtlDesign, simulation: VerilogSimulation, tmp_path: Path
) -> None:
    changed = copy_of(design, tmp_path)
    last = tmp_path / f"fpgajet_stage_{design.latency_cycles - 1}.v"
    text = last.read_text()
    ending = text.rindex("  assign o")
    signal = text[ending:].split("= ")[1].split(";")[0]
    last.write_text(text[:ending] + text[ending:].replace(f"= {signal}", f"= ~{signal}"))
    assert compare(network, VerilogSimulation(changed), raw_jets(network, 50)) == 50


def test_verilog_that_does_not_parse_is_reported(
    simulation: VerilogSimulation, design: RtlDesign, tmp_path: Path
) -> None:
    changed = copy_of(design, tmp_path)
    (tmp_path / "fpgajet_top.v").write_text("module fpgajet_top (")
    with pytest.raises(ToolFailed, match="Verilator does not accept"):
        VerilogSimulation(changed)


@pytest.mark.parametrize("form", [TRIGGER, LOG, PUPPI, PUPPI_SUM, None])
def test_other_networks(form: InputForm | None, simulation: VerilogSimulation, tmp_path: Path) -> None:
    """Other input forms, sums over the rows of momenta, and the jet among the rows."""
    network = (
        random_network(n=3, hidden=1, form=form)
        if form
        else with_jet(with_row_sums(random_network(n=3, hidden=1)))
    )
    network = with_features(network) if form == PUPPI_SUM else network
    raw = raw_jets(network, 600)
    found = VerilogSimulation(emit(network, tmp_path, 320, "xcvu9p")).scores(raw)
    np.testing.assert_array_equal(found, wanted(network, raw))
    assert len(np.unique(found)) > 40


@pytest.mark.parametrize("word", ['`include "more.vh"', '$readmemh("rows.hex", rows)'])
def test_a_source_that_reads_another_file_is_compiled_every_time(
    word: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it reads may have changed; what is kept is known by the sources alone."""
    keys: list[str | None] = []
    monkeypatch.setattr(verilator.compiled, "fetch", lambda key, target: keys.append(key) or False)
    monkeypatch.setattr(verilator.compiled, "keep", lambda key, source: None)
    monkeypatch.setattr(verilator, "_compile", lambda *_: None)
    source = tmp_path / "fpgajet_top.v"
    for text in ("module fpgajet_top;", f"module fpgajet_top; {word}"):
        source.write_text(text)
        verilator.compile_verilog([source], tmp_path)
    assert keys[0] is not None
    assert keys[1] is None
