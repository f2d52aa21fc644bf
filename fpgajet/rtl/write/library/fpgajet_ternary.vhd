-- a +- b +- c with one look-up table a bit, as in fpgajet_ternary.v.
library ieee;
use ieee.std_logic_1164.all;
use ieee.numeric_std.all;
use work.fpgajet_primitives.all;

entity fpgajet_ternary is
  generic (W, NB, NC : natural);
  port (a : in unsigned(W-1 downto 0); b : in unsigned(W-1 downto 0); c : in unsigned(W-1 downto 0);
    y : out unsigned(W-1 downto 0));
end entity;

architecture rtl of fpgajet_ternary is
  constant BLOCKS : natural := (W + 7) / 8;

  -- Truth table: inputs a, b, c, carry of the bit below; O6 = a ^ b ^ c ^ carry, O5 = majority of a, b, c.
  function table_of return bit_vector is
    variable result : bit_vector(63 downto 0);
    variable one, two, three, carry : boolean;
  begin
    for k in 0 to 31 loop
      one := k mod 2 = 1;
      two := (k / 2 mod 2 = 1) xor (NB = 1);
      three := (k / 4 mod 2 = 1) xor (NC = 1);
      carry := k / 8 mod 2 = 1;
      result(k) := to_bit(bit_of((one and two) or (one and three) or (two and three)));
      result(32 + k) := to_bit(bit_of(one xor two xor three xor carry));
    end loop;
    return result;
  end function;

  signal s, di, o, co : std_logic_vector(8*BLOCKS-1 downto 0);
  signal m : std_logic_vector(W downto 0);
  signal foot : std_logic_vector(BLOCKS downto 0);
  signal second, third : unsigned(W-1 downto 0);
begin
  mapped : if synthesised generate
    m(0) <= bit_of(NB = 1 and NC = 1);  -- two negated operands need + 2: one here, one at the foot of the chain
    foot(0) <= bit_of(NB = 1 or NC = 1);
    bits : for i in 0 to W-1 generate
      lut : LUT6_2 generic map (INIT => table_of) port map (O6 => s(i), O5 => m(i+1), I0 => a(i), I1 => b(i),
        I2 => c(i), I3 => m(i), I4 => '0', I5 => '1');
      di(i) <= m(i);
    end generate;
    unused : for i in W to 8*BLOCKS-1 generate
      s(i) <= '0';
      di(i) <= '0';
    end generate;
    chain : for i in 0 to BLOCKS-1 generate
      carry : CARRY8 port map (CO => co(8*i+7 downto 8*i), O => o(8*i+7 downto 8*i), CI => foot(i), CI_TOP => '0',
        DI => di(8*i+7 downto 8*i), S => s(8*i+7 downto 8*i));
      foot(i+1) <= co(8*i+7);
    end generate;
    y <= unsigned(o(W-1 downto 0));
  else generate
    second <= a - b when NB = 1 else a + b;
    third <= second - c when NC = 1 else second + c;
    y <= third;
  end generate;
end architecture;
