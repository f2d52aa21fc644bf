"""The Verilog, clock by clock: right score, right cycle, bubbles, resets."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from fpgajet.errors import BadInput, Mismatch, ToolFailed
from fpgajet.ops.network import Network
from fpgajet.rtl import RtlDesign, Simulation, compare
from fpgajet.rtl.design import LIBRARY
from fpgajet.rtl.netlist import Format
from fpgajet.rtl.simulate import pack, unpack
from fpgajet.rtl.tools import verilator_root
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
    assert compare(network, Simulation(changed), raw_jets(network, 50)) == 50


def test_verilog_that_does_not_parse_is_reported(
    simulation: Simulation, design: RtlDesign, tmp_path: Path
) -> None:
    changed = copy_of(design, tmp_path)
    (tmp_path / "fpgajet_top.v").write_text("module fpgajet_top (")
    with pytest.raises(ToolFailed, match="Verilator does not accept"):
        Simulation(changed)


def test_bus_packing_round_trip() -> None:
    formats = [Format(True, 14, 2), Format(False, 1, 0), Format(True, 40, 9), Format(False, 9, 0)]
    rng = np.random.default_rng(1)
    raw = np.stack([rng.integers(-(1 << 13), 1 << 13, 50), rng.integers(0, 2, 50),
                    rng.integers(-(1 << 39), 1 << 39, 50), rng.integers(0, 512, 50)], axis=1)  # fmt: skip
    np.testing.assert_array_equal(unpack(pack(raw, formats, 8), formats), raw)


def test_ternary_adder_from_primitives(simulation: Simulation, tmp_path: Path) -> None:
    """The look-up tables and carry chains that are synthesised, against a + b + c."""
    cases = [(w, nb, nc) for w in (3, 8, 19) for nb in (0, 1) for nc in (0, 1)]
    lines = ["module top (input [18:0] a, b, c, output [11:0] wrong);"]
    for k, (w, nb, nc) in enumerate(cases):
        lines += [
            f"  wire [{w - 1}:0] y{k};",
            f"  fpgajet_ternary #({w}, {nb}, {nc}) t{k} (a[{w - 1}:0], b[{w - 1}:0], c[{w - 1}:0], y{k});",
            f"  wire [18:0] s{k} = a {'-+'[not nb]} b {'-+'[not nc]} c;",
            f"  assign wrong[{k}] = y{k} != s{k}[{w - 1}:0];",
        ]
    cells = """
module LUT6_2 #(parameter [63:0] INIT = 0) (output O6, O5, input I0, I1, I2, I3, I4, I5);
  assign O6 = INIT[{I5, I4, I3, I2, I1, I0}];
  assign O5 = INIT[{1'b0, I4, I3, I2, I1, I0}];
endmodule
module CARRY8 (output [7:0] CO, O, input CI, CI_TOP, input [7:0] DI, S);
  wire [8:0] c = {CO, CI};
  genvar i;
  for (i = 0; i < 8; i = i + 1) assign CO[i] = S[i] ? c[i] : DI[i];
  assign O = S ^ c[7:0];
endmodule
"""
    (tmp_path / "top.v").write_text("\n".join([*lines, "endmodule", cells]))
    (tmp_path / "main.cpp").write_text(
        '#include "Vtop.h"\n#include "verilated.h"\n#include <random>\n'
        "int main() { VerilatedContext context; Vtop top(&context); std::mt19937 rng(1);\n"
        "  for (int i = 0; i < 20000; i++) { top.a = rng() & 0x7ffff; top.b = rng() & 0x7ffff;\n"
        "    top.c = rng() & 0x7ffff; top.eval(); if (top.wrong) return 3; } return 0; }\n"
    )
    root = verilator_root()
    assert root is not None
    verilator = [str(root / "bin" / "verilator_bin"), "--cc", "-DSYNTHESIS", "-Wno-fatal", "-Wno-lint"]
    verilator += ["--top-module", "top", "--Mdir", str(tmp_path / "obj"), str(tmp_path / "top.v")]
    subprocess.run([*verilator, str(LIBRARY / "fpgajet_ternary.v")], env={"VERILATOR_ROOT": str(root)}, check=True,
                   capture_output=True)  # fmt: skip
    unit = tmp_path / "all.cc"
    parts = [tmp_path / "main.cpp", *(tmp_path / "obj").glob("*.cpp")]
    parts += [root / "include" / name for name in ("verilated.cpp", "verilated_threads.cpp")]
    unit.write_text("".join(f'#include "{part}"\n' for part in parts))
    folders = [f"-I{folder}" for folder in (root / "include", root / "include" / "vltstd", tmp_path / "obj")]
    subprocess.run(["g++", "-std=c++17", "-w", *folders, str(unit), "-o", str(tmp_path / "run")], check=True)
    assert subprocess.run([str(tmp_path / "run")], check=False).returncode == 0


def test_build_raises_on_a_difference(
    network: Network,
    design: RtlDesign,
    simulation: Simulation,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    module = sys.modules["fpgajet.rtl.build"]  # the package shows the function of that name

    monkeypatch.setattr(module, "Simulation", lambda design: simulation)
    monkeypatch.setattr(simulation, "scores", lambda raw: wanted(network, raw) + 1)
    with pytest.raises(Mismatch, match="50 of 50 jets"):
        module.build(network, tmp_path, 320, "xcvu9p", synth=False, jets=raw_jets(network, 50))
