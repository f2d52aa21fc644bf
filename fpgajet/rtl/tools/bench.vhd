-- Drives fpgajet_top clock by clock: a line of in.txt is rst, valid_in and the jet, one of out.txt valid_out and score.
library ieee;
use ieee.std_logic_1164.all;
use std.textio.all;

entity bench is
  generic (BITS_IN, BITS_OUT : natural);
end entity;

architecture test of bench is
  signal clk, rst, valid_in : std_logic := '0';
  signal valid_out : std_logic;
  signal jet : std_logic_vector(BITS_IN-1 downto 0);
  signal score : std_logic_vector(BITS_OUT-1 downto 0);
begin
  top : entity work.fpgajet_top port map (clk, rst, valid_in, jet, valid_out, score);

  process
    file given : text open read_mode is "in.txt";
    file shown : text open write_mode is "out.txt";
    variable row : line;
    variable bits : std_logic_vector(BITS_IN+1 downto 0);
  begin
    while not endfile(given) loop
      readline(given, row);
      read(row, bits);
      rst <= bits(BITS_IN+1);
      valid_in <= bits(BITS_IN);
      jet <= bits(BITS_IN-1 downto 0);
      clk <= '0';
      wait for 1 ns;
      clk <= '1';
      wait for 1 ns;
      write(row, valid_out);
      write(row, score);
      writeline(shown, row);
    end loop;
    wait;
  end process;
end architecture;
