"""VHDL of the same circuit, simulated with GHDL: plain, folded, and as it is synthesised from AMD's primitives."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from fpgajet.errors import BadInput, ToolFailed
from fpgajet.ops.network import Network
from fpgajet.rtl import RtlDesign, RtlOptions, available, emit
from fpgajet.rtl.write.vhdl import VHDL
from tests.networks import LOG, random_network
from tests.rtl.conftest import raw_jets, wanted

NETWORKS = {
    "momenta": (random_network(n=3, hidden=1), 1),
    "folded": (random_network(n=3, hidden=1), 2),
    "log": (random_network(n=3, hidden=1, rounding="AP_TRN", form=LOG), 1),
}
#: What AMD's primitives do (UG974), as far as our library uses them.
PRIMITIVES = """
library ieee; use ieee.std_logic_1164.all; use ieee.numeric_std_unsigned.all;
entity LUT6_2 is generic (INIT : bit_vector(63 downto 0));
  port (O6, O5 : out std_logic; I0, I1, I2, I3, I4, I5 : in std_logic); end entity;
architecture a of LUT6_2 is begin
  O6 <= to_stdulogic(INIT(to_integer(std_logic_vector'(I5 & I4 & I3 & I2 & I1 & I0))));
  O5 <= to_stdulogic(INIT(to_integer(std_logic_vector'(I4 & I3 & I2 & I1 & I0)))); end architecture;
library ieee; use ieee.std_logic_1164.all; use ieee.numeric_std_unsigned.all;
entity LUT6 is generic (INIT : bit_vector(63 downto 0));
  port (O : out std_logic; I0, I1, I2, I3, I4, I5 : in std_logic); end entity;
architecture a of LUT6 is begin
  O <= to_stdulogic(INIT(to_integer(std_logic_vector'(I5 & I4 & I3 & I2 & I1 & I0)))); end architecture;
library ieee; use ieee.std_logic_1164.all;
entity MUXF7 is port (O : out std_logic; I0, I1, S : in std_logic); end entity;
architecture a of MUXF7 is begin O <= I1 when S = '1' else I0; end architecture;
library ieee; use ieee.std_logic_1164.all;
entity MUXF8 is port (O : out std_logic; I0, I1, S : in std_logic); end entity;
architecture a of MUXF8 is begin O <= I1 when S = '1' else I0; end architecture;
library ieee; use ieee.std_logic_1164.all;
entity CARRY8 is port (CO, O : out std_logic_vector(7 downto 0); CI, CI_TOP : in std_logic;
  DI, S : in std_logic_vector(7 downto 0)); end entity;
architecture a of CARRY8 is signal c : std_logic_vector(8 downto 0); begin
  c(0) <= CI;
  g : for i in 0 to 7 generate c(i+1) <= c(i) when S(i) = '1' else DI(i); end generate;
  CO <= c(8 downto 1); O <= S xor c(7 downto 0); end architecture;
"""

needs_ghdl = pytest.mark.skipif(not available()["ghdl"].present, reason="needs ghdl")


def written(network: Network, ii: int, folder: Path) -> RtlDesign:
    return emit(network, folder, 320, "xcvu9p", RtlOptions(language="vhdl", ii=ii))


@needs_ghdl
@pytest.mark.parametrize("synthesised", [False, True])
@pytest.mark.parametrize("case", NETWORKS.values(), ids=NETWORKS)
def test_vhdl_scores_like_the_reference(case: tuple[Network, int], synthesised: bool, tmp_path: Path) -> None:
    from fpgajet.rtl.tools.ghdl import VhdlSimulation

    network, ii = case
    design = written(network, ii, tmp_path)
    if synthesised:
        package = tmp_path / "vhdl" / "fpgajet_primitives.vhd"
        text = package.read_text()
        assert text.count("return false;") == 1
        package.write_text(text.replace("return false;", "return true;"))
        (tmp_path / "vhdl" / "amd.vhd").write_text(PRIMITIVES)
        design = replace(design, vhdl=("amd.vhd", *design.vhdl))
    raw = raw_jets(network, 300)
    expected = wanted(network, raw)
    assert len(np.unique(expected)) > 20
    np.testing.assert_array_equal(VhdlSimulation(design).scores(raw), expected)


@needs_ghdl
def test_vhdl_that_does_not_parse_is_reported(tmp_path: Path) -> None:
    from fpgajet.rtl.tools.ghdl import VhdlSimulation

    network = NETWORKS["momenta"][0]
    design = written(network, 1, tmp_path)
    (tmp_path / "vhdl" / "fpgajet_stage_0.vhd").write_text("entity nothing")
    with pytest.raises(ToolFailed, match="GHDL does not accept"):
        VhdlSimulation(design).scores(raw_jets(network, 10))


def test_vhdl_lies_beside_the_verilog_and_goes_when_it_is_not_wanted(tmp_path: Path) -> None:
    network = NETWORKS["momenta"][0]
    design = written(network, 1, tmp_path)
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


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(BadInput, match="verilog, vhdl"):
        RtlOptions(language="chisel")
