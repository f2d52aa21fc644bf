"""A tagger for ECP5: Yosys' netlist against the reference, placed, routed, and packed twice."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from fpgajet.devices.open_parts import open_part
from fpgajet.errors import BudgetMissed, ToolFailed
from fpgajet.files import read_json
from fpgajet.ops.network import Network
from fpgajet.rtl import RtlDesign, RtlOptions, emit
from fpgajet.rtl.design import scheduled
from fpgajet.rtl.route.families import ECP5
from fpgajet.rtl.route.harness import TOP, added_registers, shifted
from fpgajet.rtl.route.netlist import synthesise
from fpgajet.rtl.route.router import REPORT, pack, route
from fpgajet.rtl.route.simulation import NetlistSimulation
from studies.rtl.stages import routed_stages
from tests.networks import TRIGGER, random_network
from tests.rtl.conftest import copy_of, need, raw_jets, wanted

PART = open_part("ecp5-25k")
OPTIONS = RtlOptions(ternary=False, accumulate=False)


@pytest.fixture(scope="module")
def tiny() -> Network:
    return random_network(n=2, hidden=1, form=TRIGGER)


@pytest.fixture(scope="module")
def mapped(tiny: Network, tmp_path_factory: pytest.TempPathFactory) -> tuple[RtlDesign, dict[str, int]]:
    """A design and what its cells use."""
    need("yosys", "verilator", "g++")
    folder = tmp_path_factory.mktemp("mapped")
    design = emit(tiny, folder, 150, PART.name, OPTIONS)
    return design, synthesised(design)


def synthesised(design: RtlDesign) -> dict[str, int]:
    """What the cells of a design use, from its netlist, which is made here."""
    folder = design.directory
    (folder / f"{TOP}.v").write_text(shifted(design))
    sources = [folder / f"{TOP}.v", *(folder / name for name in design.sources)]
    return synthesise(sources, TOP, PART, folder, None)


def test_the_netlist_has_the_scores_of_the_reference(
    tiny: Network, mapped: tuple[RtlDesign, dict[str, int]]
) -> None:
    design, used = mapped
    assert used["dsp"] == design.dsp > 0
    # What the Verilog declares, and what is around the tagger, without what Yosys merges. The count of the design is
    # no upper bound here: the P registers of DSP blocks are not inside a multiplier of ECP5.
    text = (design.directory / "fpgajet_top.v").read_text()
    declared = sum(int(high) + 1 for high in re.findall(r"reg \[(\d+):0\]", text))
    assert 0.9 * design.registers < used["ff"] <= declared + added_registers(design)
    raw = raw_jets(tiny, 60)
    assert len(np.unique(wanted(tiny, raw))) > 5
    simulation = NetlistSimulation(design)
    np.testing.assert_array_equal(simulation.scores(raw), wanted(tiny, raw))
    late = replace(design, latency_cycles=design.latency_cycles + 1)
    simulation._design = late
    with pytest.raises(ToolFailed, match="latency"):
        simulation.scores(raw)


def test_equal_verilog_gives_equal_bitstreams(
    tiny: Network, mapped: tuple[RtlDesign, dict[str, int]], tmp_path: Path
) -> None:
    """The whole way from Verilog twice, in two folders."""
    design, used = mapped
    ECP5.require()
    again = copy_of(design, tmp_path)
    assert synthesised(again) == used
    packed = []
    for folder in (design.directory, tmp_path):
        run = route(folder, PART, 1, 60.0, None)
        pack(folder, PART, folder / "board.bit")
        packed.append((folder / "board.bit").read_bytes())
    assert packed[0] == packed[1]
    assert len(packed[0]) > 10_000
    assert run.used["ff"] == used["ff"]
    assert run.used["dsp"] == used["dsp"]
    # The slowest stage is what sets the clock, unless that is the shift registers around the tagger.
    stages = routed_stages(read_json(tmp_path / REPORT), scheduled(tiny, 150, OPTIONS))
    slowest = max(stage.data_ns for stage in stages)
    assert 1.0 < slowest <= 1000.0 / run.fmax_mhz + 1e-3
    assert all(stage.bits for stage in stages)


def test_what_yosys_does_not_read_and_what_does_not_fit(
    tmp_path: Path, mapped: tuple[RtlDesign, dict[str, int]]
) -> None:
    source = tmp_path / "broken.v"
    source.write_text("module broken(; endmodule\n")
    with pytest.raises(ToolFailed, match=r"synthesis\.log") as raised:
        synthesise([source], "broken", PART, tmp_path, None)
    assert "ERROR" in str(raised.value)
    source.write_text(
        "module broken(input clk, input d, output reg q); always @(posedge clk) q <= d; endmodule\n"
    )
    with pytest.raises(BudgetMissed, match="1 flip-flops of 0"):
        synthesise([source], "broken", PART.model_copy(update={"ff": 0}), tmp_path, None)
