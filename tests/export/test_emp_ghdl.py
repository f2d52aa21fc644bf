"""The VHDL of the target ``emp`` in GHDL, compiled against the framework's record."""

from __future__ import annotations

import subprocess
from pathlib import Path

from fpgajet.export.firmware.emp import HDL
from fpgajet.ops.network import Network
from fpgajet.rtl import RtlDesign
from tests.export.conftest import need
from tests.export.test_emp import exported

#: The framework's packages as far as the payload names them, from the description of its record: for GHDL only.
FRAMEWORK = """
library ieee; use ieee.std_logic_1164.all;
package ipbus is
  type ipb_wbus is record ipb_strobe : std_logic; end record;
  type ipb_rbus is record ipb_ack : std_logic; end record;
  constant IPB_RBUS_NULL : ipb_rbus := (others => '0');
end package;
library ieee; use ieee.std_logic_1164.all;
package emp_data_types is
  type lword is record
    data : std_logic_vector(63 downto 0);
    valid, start_of_orbit, start, last, strobe : std_logic;
  end record;
  constant LWORD_NULL : lword := ((others => '0'), '0', '0', '0', '0', '0');
  type ldata is array (natural range <>) of lword;
end package;
package emp_device_decl is constant N_REGION : integer := 2; end package;
package emp_project_decl is constant NONE : integer := 0; end package;
package emp_ttc_decl is
  type ttc_stuff is record bctr : integer; end record;
  type ttc_stuff_array is array (1 downto 0) of ttc_stuff;
end package;
package emp_slink_types is
  constant SLINK_MAX_QUADS : integer := 1;
  type slink_input_data_quad_array is array (natural range <>) of integer;
  constant SLINK_INPUT_DATA_QUAD_ARRAY_NULL : slink_input_data_quad_array(0 downto 0) := (others => 0);
end package;
"""
#: In the place of the Verilog: what comes in goes out a clock later, the word inverted.
DOUBLE = """
library ieee; use ieee.std_logic_1164.all;
entity tagger_v5_emp is
  port (clk, rst : in std_logic; d_data : in std_logic_vector(63 downto 0);
    d_valid, d_start, d_last, d_orbit : in std_logic;
    q_data : out std_logic_vector(63 downto 0); q_valid, q_start, q_last, q_orbit : out std_logic);
end entity;
architecture a of tagger_v5_emp is begin
  process (clk) begin
    if rising_edge(clk) then
      q_data <= not d_data;
      q_valid <= d_valid and not rst; q_start <= d_start; q_last <= d_last; q_orbit <= d_orbit;
    end if;
  end process;
end architecture;
"""
BENCH = """
library ieee; use ieee.std_logic_1164.all; use work.ipbus.all; use work.emp_data_types.all; use work.emp_ttc_decl.all;
use work.emp_slink_types.all; use work.emp_device_decl.all;
entity bench is end entity;
architecture a of bench is
  signal clk : std_logic := '0';
  signal d, q : ldata(7 downto 0) := (others => LWORD_NULL);
  signal reset : std_logic_vector(1 downto 0) := "00";
  signal wbus : ipb_wbus; signal ctrs : ttc_stuff_array;
begin
  payload : entity work.emp_payload port map (clk => '0', rst => '0', ipb_in => wbus, ipb_out => open, clk40 => '0',
    clk_payload => "000", rst_payload => "000", clk_p => clk, rst_loc => reset, clken_loc => "11", ctrs => ctrs,
    bc0 => open, d => d, q => q, gpio => open, gpio_en => open, slink_q => open, backpressure => "0");
  process
    function bit_of(flags : integer) return std_logic is
    begin
      if flags mod 2 = 1 then return '1'; else return '0'; end if;
    end function;
    procedure tick is begin clk <= '1'; wait for 1 ns; clk <= '0'; wait for 1 ns; end procedure;
  begin
    for flags in 0 to 15 loop
      d(0) <= (x"0123456789abcdef", bit_of(flags), bit_of(flags / 2), bit_of(flags / 4), bit_of(flags / 8), '0');
      wait for 1 ns;
      tick;
      assert q(0) = (not d(0).data, d(0).valid, d(0).start_of_orbit, d(0).start, d(0).last, '1')
        report "link 0 is wired wrongly" severity failure;
      for k in 1 to 7 loop
        assert q(k) = LWORD_NULL report "another link is driven" severity failure;
      end loop;
    end loop;
    reset <= "01"; wait for 1 ns; tick;
    assert q(0).valid = '0' report "the reset of region 0 does not arrive" severity failure;
    report "payload is wired";
    wait;
  end process;
end architecture;
"""


def test_the_payload_in_ghdl(network: Network, design: RtlDesign, tmp_path: Path) -> None:
    """Compiled against the framework's record, and wired: the Verilog is replaced by a double of the same ports."""
    need("ghdl")
    core, _, _ = exported(network, design, tmp_path / "out")
    for name, text in (("framework", FRAMEWORK), ("double", DOUBLE), ("bench", BENCH)):
        (tmp_path / f"{name}.vhd").write_text(text)
    hdl = core.folder / HDL
    payload = [hdl / f"tagger_v5_emp_{part}.vhd" for part in ("entity", "payload")]
    files = [tmp_path / "framework.vhd", tmp_path / "double.vhd", *payload, tmp_path / "bench.vhd"]
    for step in (["-a", "--std=08", *map(str, files)], ["-r", "--std=08", "bench"]):
        done = subprocess.run(["ghdl", *step], cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
    assert "payload is wired" in done.stdout + done.stderr
