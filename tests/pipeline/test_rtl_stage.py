"""The RTL stages of a build on a small network: languages, intervals, what runs again."""

from __future__ import annotations

from dataclasses import replace
from importlib import import_module
from pathlib import Path

import onnx
import pytest

from fpgajet.errors import Mismatch
from fpgajet.files import read_json
from fpgajet.graph.export import export
from fpgajet.pipeline.paths import BuildDirectory
from fpgajet.pipeline.record import Stage
from fpgajet.pipeline.rtl_stages import cells_stage, verilog_stage
from fpgajet.rtl import available
from tests.networks import random_network
from tests.pipeline.contexts import context_of

pytestmark = pytest.mark.skipif(not available()["alkaid"].present, reason="needs alkaid")


@pytest.fixture
def build(tmp_path: Path) -> BuildDirectory:
    onnx.save(export(random_network(n=4, hidden=1, rounding="AP_TRN")), str(BuildDirectory(tmp_path).model))
    return BuildDirectory(tmp_path)


def verilog(build: BuildDirectory, **settings: object) -> Stage:
    return verilog_stage(context_of(build.root, **settings))


def test_vhdl_is_written_and_simulated_where_ghdl_is(build: BuildDirectory) -> None:
    said = verilog(build, language="vhdl", ii=2).run()
    assert "II 2" in said
    simulated = "simulated 200 jets in VHDL: 0 differences"
    assert (simulated if available()["ghdl"].present else "VHDL is written but not simulated") in said
    assert (build.verilog / "vhdl" / "fpgajet_top.vhd").is_file()
    assert (build.verilog / "fpgajet_top.v").is_file()


def test_vhdl_that_differs_ends_the_build(build: BuildDirectory, monkeypatch: pytest.MonkeyPatch) -> None:
    found = {"compared": 200, "differences": 3}
    module = import_module("fpgajet.rtl.build")  # not the function of that name
    monkeypatch.setattr(module, "check_vhdl", lambda *given: given[3]("3 differences") or found)
    with pytest.raises(Mismatch, match="3 differences"):
        verilog(build, language="vhdl").run()


def test_verilog_alone_leaves_no_vhdl_behind(build: BuildDirectory) -> None:
    verilog(build, language="vhdl").run()
    verilog(build).run()
    assert not list((build.verilog / "vhdl").glob("*.vhd"))


@pytest.mark.parametrize("changed", [{"ii": 2}, {"language": "vhdl"}, {"stages": 9}, {"multipliers": "lut"}])
def test_a_changed_option_runs_the_stage_again(build: BuildDirectory, changed: dict[str, object]) -> None:
    assert verilog(build).reads != verilog(build, **changed).reads


def test_without_counting_there_are_cycles_but_no_look_up_tables(build: BuildDirectory) -> None:
    verilog(build).run()
    assert cells_stage(context_of(build.root), count=False).run() == "cells not counted"
    row = read_json(build.cells)
    assert row["lut"] is None
    assert row["latency_cycles"] > 3
    low, high = row["intervals"]["ff"]
    assert 0 < low < high == row["ff"]


def test_another_version_of_a_tool_runs_its_stages_again(
    build: BuildDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those of the other tools stay."""
    known = available()
    other = known | {"alkaid": replace(known["alkaid"], version="alkaid 0.9")}
    before = verilog(build).reads
    monkeypatch.setattr("fpgajet.pipeline.rtl_stages.available", lambda: other)
    assert verilog(build).reads != before
