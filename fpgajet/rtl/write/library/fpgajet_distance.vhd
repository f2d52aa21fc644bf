-- y = |a - b| with one and a half look-up tables a bit, as in fpgajet_distance.v.
library ieee;
use ieee.std_logic_1164.all;
use ieee.numeric_std.all;
use work.fpgajet_primitives.all;

entity fpgajet_distance is
  generic (W, SIGNED_VALUES : natural);
  port (a : in unsigned(W-1 downto 0); b : in unsigned(W-1 downto 0); y : out unsigned(W-1 downto 0));
end entity;

architecture rtl of fpgajet_distance is
  constant HALF : natural := (W + 1) / 2;
  constant COMPARE : natural := (HALF + 7) / 8;
  constant BLOCKS : natural := (W + 7) / 8;

  -- With the sign bit turned round, signed numbers compare and subtract as unsigned ones.
  function turn return unsigned is
    variable result : unsigned(W-1 downto 0) := (others => '0');
  begin
    result(W-1) := bit_of(SIGNED_VALUES = 1);
    return result;
  end function;

  signal p, q : unsigned(W-1 downto 0);
  signal u, v : unsigned(2*HALF-1 downto 0);
  signal same, less, chain, unused : std_logic_vector(8*COMPARE-1 downto 0);
  signal equal, first, difference, carry : std_logic_vector(8*BLOCKS-1 downto 0);
  signal foot : std_logic_vector(COMPARE downto 0);
  signal start : std_logic_vector(BLOCKS downto 0);
  signal s : std_logic;
begin
  p <= a xor turn;
  q <= b xor turn;
  mapped : if synthesised generate
    u <= resize(p, 2*HALF);
    v <= resize(q, 2*HALF);
    -- I0, I1: lower bits of a and b; I2, I3: upper. O6: equal. O5: a < b.
    pair : for i in 0 to HALF-1 generate
      lut : LUT6_2 generic map (INIT => x"0000900900004f04") port map (O6 => same(i), O5 => less(i), I0 => u(2*i),
        I1 => v(2*i), I2 => u(2*i+1), I3 => v(2*i+1), I4 => '0', I5 => '1');
    end generate;
    above : for i in HALF to 8*COMPARE-1 generate
      same(i) <= '0';
      less(i) <= '0';
    end generate;
    foot(0) <= '0';
    comparison : for i in 0 to COMPARE-1 generate
      block8 : CARRY8 port map (CO => chain(8*i+7 downto 8*i), O => unused(8*i+7 downto 8*i), CI => foot(i),
        CI_TOP => '0', DI => less(8*i+7 downto 8*i), S => same(8*i+7 downto 8*i));
      foot(i+1) <= chain(8*i+7);
    end generate;
    s <= chain(HALF-1);
    -- O6: ~(a ^ b). O5: a ^ s.
    bits : for i in 0 to W-1 generate
      lut : LUT6_2 generic map (INIT => x"000000990000005a") port map (O6 => equal(i), O5 => first(i), I0 => p(i),
        I1 => q(i), I2 => s, I3 => '0', I4 => '0', I5 => '1');
    end generate;
    beyond : for i in W to 8*BLOCKS-1 generate
      equal(i) <= '0';
      first(i) <= '0';
    end generate;
    start(0) <= '1';
    subtraction : for i in 0 to BLOCKS-1 generate
      block8 : CARRY8 port map (CO => carry(8*i+7 downto 8*i), O => difference(8*i+7 downto 8*i), CI => start(i),
        CI_TOP => '0', DI => first(8*i+7 downto 8*i), S => equal(8*i+7 downto 8*i));
      start(i+1) <= carry(8*i+7);
    end generate;
    y <= unsigned(difference(W-1 downto 0));
  else generate
    y <= q - p when p < q else p - q;
  end generate;
end architecture;
