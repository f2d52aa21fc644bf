"""AMD's primitives in VHDL, for the simulation of our library as it is synthesised."""

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
