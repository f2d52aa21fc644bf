-- One bit of a table, as in fpgajet_rom.v: y = INIT[a], in one LUT6 for each 64 entries.
library ieee;
use ieee.std_logic_1164.all;
use ieee.numeric_std.all;
use work.fpgajet_primitives.all;

entity fpgajet_rom is
  generic (A_BITS : natural; INIT : unsigned);
  port (a : in unsigned(A_BITS-1 downto 0); y : out unsigned(0 downto 0));
end entity;

architecture rtl of fpgajet_rom is
  constant LEVELS : natural := maximum(A_BITS - 6, 0);

  function table_of(leaf : natural) return bit_vector is
    constant ENTRIES : unsigned(2**A_BITS-1 downto 0) := INIT;
    variable result : bit_vector(63 downto 0);
  begin
    for k in result'range loop
      result(k) := to_bit(ENTRIES((64 * leaf + k) mod 2**A_BITS));
    end loop;
    return result;
  end function;

  -- Levels below the root: node 1 is the root, 2k and 2k + 1 are below k.
  function depth_of(node : positive) return natural is
    variable rest : natural := node;
    variable result : natural := 0;
  begin
    while rest > 1 loop
      rest := rest / 2;
      result := result + 1;
    end loop;
    return result;
  end function;

  constant ENTRIES : unsigned(2**A_BITS-1 downto 0) := INIT;
  signal low : unsigned(5 downto 0);
  signal node : std_logic_vector(2**(LEVELS+1)-1 downto 1);
begin
  mapped : if synthesised generate
    low <= resize(a, 6);
    leaves : for i in 0 to 2**LEVELS-1 generate
      lut : LUT6 generic map (INIT => table_of(i)) port map (O => node(2**LEVELS+i), I0 => low(0), I1 => low(1),
        I2 => low(2), I3 => low(3), I4 => low(4), I5 => low(5));
    end generate;
    tree : for i in 1 to 2**LEVELS-1 generate
      constant LEVEL : natural := LEVELS - depth_of(i);
    begin
      choice : case LEVEL generate
        when 1 => mux : MUXF7 port map (O => node(i), I0 => node(2*i), I1 => node(2*i+1), S => a(6));
        when 2 => mux : MUXF8 port map (O => node(i), I0 => node(2*i), I1 => node(2*i+1), S => a(7));
        when others => node(i) <= node(2*i+1) when a(5+LEVEL) = '1' else node(2*i);
      end generate;
    end generate;
    y(0) <= node(1);
  else generate
    y(0) <= ENTRIES(to_integer(a));
  end generate;
end architecture;

library ieee;
use ieee.std_logic_1164.all;
use ieee.numeric_std.all;
use work.fpgajet_primitives.all;

-- Two bits of a table of at most 32 entries, in one LUT6_2.
entity fpgajet_rom2 is
  generic (A_BITS : natural; INIT0, INIT1 : unsigned);
  port (a : in unsigned(A_BITS-1 downto 0); high, low : out unsigned(0 downto 0));
end entity;

architecture rtl of fpgajet_rom2 is
  constant ENTRIES0 : unsigned(2**A_BITS-1 downto 0) := INIT0;
  constant ENTRIES1 : unsigned(2**A_BITS-1 downto 0) := INIT1;

  function table_of return bit_vector is
    variable result : bit_vector(63 downto 0);
  begin
    for k in 0 to 31 loop
      result(k) := to_bit(ENTRIES0(k mod 2**A_BITS));
      result(32 + k) := to_bit(ENTRIES1(k mod 2**A_BITS));
    end loop;
    return result;
  end function;

  signal given : unsigned(4 downto 0);
begin
  mapped : if synthesised generate
    given <= resize(a, 5);
    lut : LUT6_2 generic map (INIT => table_of) port map (O6 => high(0), O5 => low(0), I0 => given(0), I1 => given(1),
      I2 => given(2), I3 => given(3), I4 => given(4), I5 => '1');
  else generate
    high(0) <= ENTRIES1(to_integer(a));
    low(0) <= ENTRIES0(to_integer(a));
  end generate;
end architecture;
