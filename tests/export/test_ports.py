"""The target ``ports``: names, both languages simulated through the named ports, and two taggers in one firmware."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from fpgajet.errors import BadInput
from fpgajet.export.firmware.core import Core, copy_core
from fpgajet.export.firmware.interface import Interface, interface_of
from fpgajet.export.firmware.ports import simulated_ports, write_ports
from fpgajet.ops.network import Network
from fpgajet.rtl import RtlDesign, VerilogSimulation
from fpgajet.rtl.tools.ghdl import VhdlSimulation
from tests.export.conftest import need, source_names
from tests.rtl.conftest import wanted

Jets = Callable[[int], np.ndarray]


def exported(network: Network, design: RtlDesign, folder: Path) -> tuple[Core, Interface]:
    core, interface = copy_core(design, folder, "tagger_v3"), interface_of(network, design)
    write_ports(core, interface, network.name)
    return core, interface


@pytest.mark.parametrize("which", ["design", "slow_design"])
def test_the_named_ports_give_the_scores_of_the_reference(
    which: str, network: Network, raw_jets: Jets, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    need("verilator", "g++")
    design = request.getfixturevalue(which)
    core, interface = exported(network, design, tmp_path / "out")
    raw = raw_jets(60)
    found = VerilogSimulation(simulated_ports(core, interface, tmp_path)).scores(raw)
    expected = wanted(network, raw.reshape(-1, *network.input_shape)).reshape(len(raw), -1)
    np.testing.assert_array_equal(found, expected)
    assert len(np.unique(found)) > 20


def test_the_vhdl_top(network: Network, design: RtlDesign, raw_jets: Jets, tmp_path: Path) -> None:
    need("ghdl")
    core, interface = exported(network, design, tmp_path)
    pins = [f"{p.name} => {kind(p)}(jet({p.msb} downto {p.lsb}))" for p in interface.inputs]
    pins += [f"std_logic_vector({p.name}) => score({p.msb} downto {p.lsb})" for p in interface.outputs]
    shim = tmp_path / "vhdl" / "shim.vhd"
    shim.write_text(
        "library ieee; use ieee.std_logic_1164.all; use ieee.numeric_std.all;\n"
        "entity fpgajet_top is port (clk, rst, valid_in : in std_logic;\n"
        f"jet : in std_logic_vector({core.bits_in - 1} downto 0); valid_out : out std_logic;\n"
        f"score : out std_logic_vector({core.bits_out - 1} downto 0)); end entity;\n"
        "architecture a of fpgajet_top is begin\n"
        "top : entity work.tagger_v3 port map (clk => clk, rst => rst, valid_in => valid_in,\n"
        f"valid_out => valid_out, {', '.join(pins)}); end architecture;\n"
    )
    vhdl = (*(Path(name).name for name in core.vhdl), "tagger_v3.vhd", "shim.vhd")
    raw = raw_jets(40)
    found = VhdlSimulation(replace(design, directory=tmp_path, vhdl=vhdl)).scores(raw)
    np.testing.assert_array_equal(
        found, wanted(network, raw.reshape(-1, *network.input_shape)).reshape(40, -1)
    )


def kind(port: object) -> str:
    return "signed" if port.signed else "unsigned"  # type: ignore[attr-defined]


def test_the_sheet_says_what_every_bit_is(network: Network, design: RtlDesign, tmp_path: Path) -> None:
    _, interface = exported(network, design, tmp_path)
    names = [port.name for port in interface.inputs]
    assert names[:5] == [
        "constituent_00_energy", "constituent_00_px", "constituent_00_py", "constituent_00_pz", "constituent_01_energy",
    ]  # fmt: skip
    document = json.loads((tmp_path / "interface.json").read_text())
    assert document["latency_cycles"] == design.latency_cycles
    bits = [bit for port in document["inputs"] for bit in range(port["lsb"], port["lsb"] + port["width"])]
    assert bits == list(range(sum(f.width for f in design.jet)))
    sheet = (tmp_path / "interface.md").read_text()
    assert all(f"`{name}`" in sheet for name in [*names, "score"])
    assert f"{design.latency_cycles} clocks" in sheet


def test_no_name_of_another_version(network: Network, design: RtlDesign, tmp_path: Path) -> None:
    """Every module, entity and package carries name and version, so two of them share one firmware."""
    exported(network, design, tmp_path)
    text = source_names(tmp_path)
    defined = re.findall(r"^\s*(?:module|entity|package)\s+(?!body\b)(\w+)", text, re.MULTILINE)
    assert len(defined) > 10
    assert {name for name in defined if not re.fullmatch(r"tagger_v3(_\w+)?", name)} == set()
    assert "fpgajet_" not in text


def test_without_vhdl_the_verilog_is_a_component(
    network: Network, slow_design: RtlDesign, tmp_path: Path
) -> None:
    exported(network, slow_design, tmp_path)
    assert "component tagger_v3_core" in (tmp_path / "vhdl" / "tagger_v3.vhd").read_text()


def test_files_outside_the_design_are_refused(design: RtlDesign, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no file that fpgajet writes"):
        copy_core(replace(design, sources=("../secret.v",)), tmp_path, "tagger_v1")
