-- AMD's primitives (UG974) as components, and whether a synthesiser reads this.
library ieee;
use ieee.std_logic_1164.all;

package fpgajet_primitives is
  component LUT6_2 is
    generic (INIT : bit_vector(63 downto 0));
    port (O6, O5 : out std_logic; I0, I1, I2, I3, I4, I5 : in std_logic);
  end component;
  component LUT6 is
    generic (INIT : bit_vector(63 downto 0));
    port (O : out std_logic; I0, I1, I2, I3, I4, I5 : in std_logic);
  end component;
  component MUXF7 is
    port (O : out std_logic; I0, I1, S : in std_logic);
  end component;
  component MUXF8 is
    port (O : out std_logic; I0, I1, S : in std_logic);
  end component;
  component CARRY8 is
    port (CO, O : out std_logic_vector(7 downto 0); CI, CI_TOP : in std_logic;
      DI, S : in std_logic_vector(7 downto 0));
  end component;

  -- True where "translate_off" hides the first return: in synthesis.
  function synthesised return boolean;
  function bit_of(condition : boolean) return std_logic;
end package;

package body fpgajet_primitives is
  function synthesised return boolean is
  begin
    -- synthesis translate_off
    return false;
    -- synthesis translate_on
    return true;
  end function;

  function bit_of(condition : boolean) return std_logic is
  begin
    if condition then
      return '1';
    end if;
    return '0';
  end function;
end package body;
