"""The netlist for ECP5, proved equal to its Verilog, and refused as soon as one cell is another."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from fpgajet.devices.open_parts import open_part
from fpgajet.errors import BadInput, ToolFailed
from fpgajet.rtl.route.netlist import NETLIST_VERILOG, synthesise
from fpgajet.rtl.route.proof import prove_mapped
from tests.rtl.conftest import needs_yosys

pytestmark = needs_yosys

#: Two stages with an enable and a reset; x and z are one register after synthesis.
SOURCE = """\
module small (input clk, input rst, input [5:0] a, input [5:0] b, output reg [6:0] s, output reg v);
  reg [5:0] x, y, z;
  reg enable;
  always @(posedge clk) begin
    x <= a; y <= b; z <= a; enable <= ~rst;
    if (enable) s <= {1'b0, x} - {1'b0, y} + {1'b0, z};
    v <= rst ? 1'b0 : enable;
  end
endmodule
"""


@pytest.fixture(scope="module")
def netlist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a netlist."""
    folder = tmp_path_factory.mktemp("proof")
    (folder / "small.v").write_text(SOURCE)
    synthesise([folder / "small.v"], "small", open_part("ecp5-25k"), folder, None)
    return folder


def test_a_netlist_is_proved(netlist: Path) -> None:
    found = prove_mapped([netlist / "small.v"], "small", netlist)
    assert found.equal
    # s, v, enable, x; Yosys keeps y or its opposite, and one of x and z.
    assert found.pairs >= 15
    assert found.unproved == ()


@pytest.mark.parametrize(("table", "differs"), [("INIT", "enable"), ("INIT0", "s")])
def test_another_cell_is_found(netlist: Path, tmp_path: Path, table: str, differs: str) -> None:
    """A table is turned round: the first one of a look-up table, and of an adder."""
    text = (netlist / NETLIST_VERILOG).read_text()
    place = re.search(rf"\.{table}\(16'h([0-9a-f]{{4}})", text)
    assert place
    turned = f"{int(place[1], 16) ^ 0xFFFF:04x}"
    (tmp_path / NETLIST_VERILOG).write_text(text[: place.start(1)] + turned + text[place.end(1) :])
    found = prove_mapped([netlist / "small.v"], "small", tmp_path)
    assert not found.equal
    assert differs in found.unproved


def test_what_cannot_be_proved(netlist: Path, tmp_path: Path) -> None:
    (tmp_path / NETLIST_VERILOG).write_text("module small (); MULT18X18D m (); endmodule")
    with pytest.raises(BadInput, match="has multipliers"):
        prove_mapped([netlist / "small.v"], "small", tmp_path)
    (tmp_path / NETLIST_VERILOG).write_text("module small (")
    with pytest.raises(ToolFailed, match="ERROR"):
        prove_mapped([netlist / "small.v"], "small", tmp_path)
