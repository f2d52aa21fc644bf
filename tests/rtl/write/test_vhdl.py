"""Text of VHDL, and where it is put."""

from __future__ import annotations

from pathlib import Path

from fpgajet.rtl import RtlDesign, RtlOptions, emit
from fpgajet.rtl.write.vhdl import VHDL
from tests.networks import random_network


def test_vhdl_lies_beside_the_verilog_and_goes_when_it_is_not_wanted(tmp_path: Path) -> None:
    network = random_network(n=3, hidden=1)
    design = emit(network, tmp_path, 320, "xcvu9p", RtlOptions(language="vhdl"))
    assert RtlDesign.read(tmp_path) == design
    assert design.vhdl[0] == "fpgajet_primitives.vhd"
    assert design.vhdl[-1] == "fpgajet_top.vhd"
    assert {path.name for path in (tmp_path / "vhdl").iterdir()} == set(design.vhdl)
    assert not emit(network, tmp_path, 320, "xcvu9p").vhdl
    assert not (tmp_path / "vhdl").exists()


def test_expressions_do_not_depend_on_their_surroundings() -> None:
    assert VHDL.literal(5, 4) == 'unsigned\'("0101")'
    assert VHDL.part("v1", 3, 3) == "v1(3 downto 3)"
    assert VHDL.fill("v1", 3, 2, invert=True) == "unsigned'(1 downto 0 => not v1(3))"
    assert VHDL.total([("a", True), ("b", False)], 2) == '(unsigned\'("00") - a + b)'
