"""The decision bit in Verilog, VHDL and C++: every jet, every kind of threshold, and nothing without it."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from fpgajet.fixed import to_real
from fpgajet.graph.export import export
from fpgajet.ops.network import Network
from fpgajet.rtl import RtlDesign, RtlOptions, VerilogImplementation, VerilogSimulation, compare, emit
from fpgajet.rtl.design import scheduled
from fpgajet.rtl.readback.files import compare_files
from fpgajet.verify.certificate import certify
from tests.networks import random_jets
from tests.rtl.conftest import need, raw_jets, wanted


def threshold_of(network: Network) -> int:
    """A score that several jets have, negative if there is one: ties are accepted."""
    values, counts = np.unique(wanted(network, raw_jets(network, 400)), return_counts=True)
    return int(values[np.argmax(counts * (values < np.median(values)))])


def test_the_bit_of_the_verilog(network: Network, design: RtlDesign, tmp_path: Path) -> None:
    need("verilator", "g++")
    threshold = threshold_of(network)
    decided = emit(network, tmp_path, 320, "xcvu9p", RtlOptions(threshold=threshold))
    assert (decided.threshold, RtlDesign.read(tmp_path).threshold) == (threshold, threshold)
    assert decided.latency_cycles == design.latency_cycles
    simulation = VerilogSimulation(decided)
    raw = raw_jets(network, 400)
    shown, scores = simulation.outcome(raw), wanted(network, raw).ravel()
    np.testing.assert_array_equal(shown.scores.ravel(), scores)
    assert shown.decision is not None
    np.testing.assert_array_equal(shown.decision, scores >= threshold)
    assert (scores == threshold).any()
    assert 0 < shown.decision.mean() < 1
    assert compare(network, simulation, raw) == 0
    # Without a threshold every file is as before, and one digit of the threshold makes a difference.
    for path in design.directory.glob("*.v"):
        if path.name != "fpgajet_top.v":
            assert path.read_bytes() == (tmp_path / path.name).read_bytes()
    assert "decision" not in (design.directory / "fpgajet_top.v").read_text()
    assert "threshold" not in (design.directory / "design.json").read_text()

    jets = to_real(raw, network.input_type.fraction).astype(np.float32)
    found = [
        certify(
            network,
            [VerilogImplementation(network, simulation)],
            {"jets": jets},
            score_kind="jets",
            threshold=t,
        )
        for t in (threshold, threshold + 1)
    ]
    assert found[0].total_differences == 0
    assert found[0].document()["decision"] == {"threshold": threshold, "compared": {"verilog": 400}}
    assert found[1].total_differences == (scores == threshold).sum() > 0
    assert found[1].first_differences[0].stage == "decision"


@pytest.mark.parametrize("where", ["lowest", "highest", "zero"])
def test_thresholds_at_the_ends_of_the_range(network: Network, where: str, tmp_path: Path) -> None:
    """By the text: the constant has one bit more than the score, so that it has its sign."""
    precision = network.output.operator.output
    threshold = {"lowest": precision.lowest, "highest": precision.highest, "zero": 0}[where]
    text = (
        emit(network, tmp_path, 320, "xcvu9p", RtlOptions(threshold=threshold)).directory / "fpgajet_top.v"
    ).read_text()
    width = precision.bits + 1
    number = f"-{width}'sd{-threshold}" if threshold < 0 else f"{width}'sd{threshold}"
    assert f">= {number};" in text
    assert abs(threshold) < 2**precision.bits


def test_the_bit_of_the_vhdl(network: Network, tmp_path: Path) -> None:
    need("ghdl")
    from fpgajet.rtl.tools.ghdl import VhdlSimulation

    threshold = threshold_of(network)
    decided = emit(network, tmp_path, 320, "xcvu9p", RtlOptions(threshold=threshold, language="vhdl"))
    raw = raw_jets(network, 40)
    shown, scores = VhdlSimulation(decided).outcome(raw), wanted(network, raw).ravel()
    np.testing.assert_array_equal(shown.scores.ravel(), scores)
    assert shown.decision is not None
    np.testing.assert_array_equal(shown.decision, scores >= threshold)


def test_the_bit_of_the_cpp(network: Network, tmp_path: Path) -> None:
    from fpgajet.hls.csim import CSimulation, compile_project
    from fpgajet.hls.project import write_project

    need("g++")
    threshold = threshold_of(network)
    vectors = random_jets(20, 3)
    settings = {"part": "xcvu9p-flga2104-2-e", "clock_mhz": 360.0, "vectors": vectors}
    write_project(export(network), network, tmp_path / "hls", **settings, threshold=threshold)
    raw = raw_jets(network, 300)
    jets = to_real(raw, network.input_type.fraction).astype(np.float32)
    simulation = CSimulation(tmp_path / "hls", compile_project(tmp_path / "hls", tmp_path / "work"))
    found = certify(network, [simulation], {"jets": jets}, score_kind="jets", threshold=threshold)
    assert (found.total_differences, found.decision["compared"]) == (0, {"csim": 300})
    wrong = certify(network, [simulation], {"jets": jets}, score_kind="jets", threshold=threshold + 1)
    assert wrong.total_differences == (wanted(network, raw) == threshold).sum() > 0


def test_the_bit_is_proved(network: Network, tmp_path: Path) -> None:
    """For every score, from the files; a change is found, though the score is the same."""
    need("yosys")
    options = RtlOptions(threshold=threshold_of(network))
    made = scheduled(network, 320, options)
    design = emit(network, tmp_path, 320, "xcvu9p", options, made)
    assert compare_files(design, made.netlist, made.schedule).problem == ""
    top = tmp_path / "fpgajet_top.v"
    text = top.read_text()
    line = next(line for line in text.splitlines() if "assign decision" in line)
    for old, new in ((">=", ">"), ("score", "r0_0")):
        assert old in line
        top.write_text(text.replace(line, line.replace(old, new)))
        assert compare_files(design, made.netlist, made.schedule).problem, (old, new)
    top.write_text(text)
    other = dataclasses.replace(design, threshold=options.threshold + 1)
    assert "decision is not score >=" in compare_files(other, made.netlist, made.schedule).problem
    without = dataclasses.replace(design, threshold=None)
    assert "whether there is a bit" in compare_files(without, made.netlist, made.schedule).problem
