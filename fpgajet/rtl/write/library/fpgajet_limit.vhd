-- Saturation, ReLU and masks of one value, as in fpgajet_limit.v: c holds overs, then gates, then kills.
library ieee;
use ieee.std_logic_1164.all;
use ieee.numeric_std.all;
use work.fpgajet_primitives.all;

entity fpgajet_limit is
  generic (W, OVERS, GATES, KILLS : natural);
  port (x : in unsigned(W-1 downto 0); c : in unsigned(OVERS+GATES+KILLS-1 downto 0);
    y : out unsigned(W-1 downto 0));
end entity;

architecture rtl of fpgajet_limit is
  constant N : natural := OVERS + GATES + KILLS;

  function limited(bit_in : std_logic; control : unsigned(N-1 downto 0)) return std_logic is
    variable result : std_logic := bit_in;
  begin
    for k in 0 to N-1 loop
      if k < OVERS then
        result := result or control(k);
      elsif k < OVERS + GATES then
        result := result and control(k);
      else
        result := result and not control(k);
      end if;
    end loop;
    return result;
  end function;

  -- Truth table of two bits (inputs 3 and 4) under three controls (inputs 0 to 2): O5 the lower, O6 the upper.
  function table_of return bit_vector is
    variable result : bit_vector(63 downto 0);
    variable k : unsigned(4 downto 0);
  begin
    for place in 0 to 31 loop
      k := to_unsigned(place, 5);
      result(place) := to_bit(limited(k(3), k(N-1 downto 0)));
      result(32 + place) := to_bit(limited(k(4), k(N-1 downto 0)));
    end loop;
    return result;
  end function;

  signal given : unsigned(2 downto 0);
begin
  mapped : if synthesised and N <= 3 generate
    given <= resize(c, 3);
    pairs : for i in 0 to W/2-1 generate
      lut : LUT6_2 generic map (INIT => table_of) port map (O6 => y(2*i+1), O5 => y(2*i), I0 => given(0),
        I1 => given(1), I2 => given(2), I3 => x(2*i), I4 => x(2*i+1), I5 => '1');
    end generate;
    last : if W mod 2 = 1 generate
      y(W-1) <= limited(x(W-1), c);
    end generate;
  else generate
    bits : for i in 0 to W-1 generate
      y(i) <= limited(x(i), c);
    end generate;
  end generate;
end architecture;
