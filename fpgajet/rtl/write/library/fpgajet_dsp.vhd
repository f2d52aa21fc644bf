-- What becomes one DSP48E2 each (AMD UG579): A and D up to 27 bits, B up to 18, P up to 48, all signed.
-- Behavioural; the pipeline registers are outside, in fpgajet_top, where vendor tools pull them in.
library ieee;
use ieee.std_logic_1164.all;
use ieee.numeric_std.all;
use work.fpgajet_primitives.all;

-- a * b
entity fpgajet_product is
  generic (WA, SA, WB, SB, WP : natural);
  port (a : in unsigned(WA-1 downto 0); b : in unsigned(WB-1 downto 0); p : out unsigned(WP-1 downto 0));
end entity;

architecture rtl of fpgajet_product is
  signal x : signed(WA downto 0);
  signal y : signed(WB downto 0);
  signal m : signed(WA+WB+1 downto 0);
  attribute use_dsp : string;
  attribute use_dsp of m : signal is "yes";
begin
  x <= signed((a(WA-1) and bit_of(SA = 1)) & a);
  y <= signed((b(WB-1) and bit_of(SB = 1)) & b);
  m <= x * y;
  p <= unsigned(m(WP-1 downto 0));
end architecture;

library ieee;
use ieee.std_logic_1164.all;
use ieee.numeric_std.all;
use work.fpgajet_primitives.all;

-- z + (a + d) * b + w, or with PRE = -1: a - d, with SIGN = -1: z - ((...) * b + w). Unused ports get 0.
-- z comes from the block before over the cascade, or from the C port; next to a cascade, w is the C port.
entity fpgajet_mac is
  generic (WA, SA, WB, SB, WD, SD : natural; PRE, SIGN : integer; WP : natural);
  port (a : in unsigned(WA-1 downto 0); b : in unsigned(WB-1 downto 0); d : in unsigned(WD-1 downto 0);
    z : in unsigned(WP-1 downto 0); w : in unsigned(WP-1 downto 0); p : out unsigned(WP-1 downto 0));
end entity;

architecture rtl of fpgajet_mac is
  signal x, y, ad : signed(26 downto 0);
  signal f : signed(WB downto 0);
  signal m : signed(WB+27 downto 0);
  signal wide, whole : signed(47 downto 0);
  attribute use_dsp : string;
  attribute use_dsp of m : signal is "yes";
begin
  x <= resize(signed((a(WA-1) and bit_of(SA = 1)) & a), 27);
  y <= resize(signed((d(WD-1) and bit_of(SD = 1)) & d), 27);
  f <= signed((b(WB-1) and bit_of(SB = 1)) & b);
  ad <= x + y when PRE = 1 else x - y;
  m <= ad * f;
  wide <= resize(m, 48);
  whole <= wide + signed(resize(w, 48));
  p <= z + unsigned(whole(WP-1 downto 0)) when SIGN = 1 else z - unsigned(whole(WP-1 downto 0));
end architecture;
