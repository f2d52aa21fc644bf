"""The target ``emp``: packets of 54 frames through the link in Verilator, the payload's VHDL in GHDL."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from fpgajet.devices import budget
from fpgajet.devices.links import last_jet
from fpgajet.errors import BadInput
from fpgajet.export.firmware.answer import DECISION, THERE, Answer, answer_of
from fpgajet.export.firmware.core import Core, copy_core
from fpgajet.export.firmware.emp import HDL, EmpSimulation, packing_of, write_emp
from fpgajet.export.firmware.interface import Interface, interface_of
from fpgajet.export.firmware.words import flag, packets
from fpgajet.export.patterns.board import LAST, START, VALID, Channel, Packing
from fpgajet.export.patterns.compare import Layout
from fpgajet.ops.network import Network
from fpgajet.rtl import RtlDesign, emit
from tests.export.conftest import need
from tests.networks import PUPPI, random_jets, random_network, t
from tests.rtl.conftest import wanted

Jets = Callable[[int], np.ndarray]


def exported(
    network: Network, design: RtlDesign, folder: Path, threshold: float = 0.25
) -> tuple[Core, Interface, Answer]:
    core, interface = copy_core(design, folder, "tagger_v5", HDL), interface_of(network, design)
    answer = answer_of(network.output.operator.output, threshold=0.25)
    write_emp(core, interface, answer, network.name)
    return core, interface, answer


class Link:
    """A compiled link, its jets and the answers that the reference wants."""

    def __init__(self, network: Network, design: RtlDesign, raw: np.ndarray, folder: Path) -> None:
        need("verilator", "g++")
        self.core, self.interface, self.answer = exported(network, design, folder / "out")
        self.simulation = EmpSimulation(self.core, folder)
        self.packing = packing_of(self.core, self.interface)
        self.words = packets(raw, self.interface)
        scores = wanted(network, raw.reshape(-1, *network.input_shape)).reshape(-1)
        self.expected = self.answer.words(scores, (self.words != 0).any(axis=1))
        self.sent = self.packing.packets(self.words)

    def answers(self, sent: Channel, **more: np.ndarray) -> np.ndarray:
        return self.packing.last_words(self.simulation.run(sent, **more))


@pytest.fixture(scope="module", params=["design", "slow_design"])
def link(request: pytest.FixtureRequest, network: Network, tmp_path_factory: pytest.TempPathFactory) -> Link:
    from tests.rtl.conftest import raw_jets

    raw = raw_jets(network, 72).reshape(72, -1)
    return Link(network, request.getfixturevalue(request.param), raw, tmp_path_factory.mktemp("emp"))


def test_every_jet_has_its_answer(link: Link) -> None:
    shown = link.simulation.run(link.sent)
    np.testing.assert_array_equal(link.packing.last_words(shown), link.expected)
    wanted_channel = link.packing.answers(link.expected)
    np.testing.assert_array_equal(shown.data[shown.valid], wanted_channel.data)
    np.testing.assert_array_equal(shown.flags[shown.valid], wanted_channel.flags)
    assert {bool(x) for x in flag(link.expected, DECISION)} == {True, False}
    assert {bool(x) for x in flag(link.expected, THERE)} == {True, False}
    assert len(np.unique(link.expected)) > 20


def test_the_latency_is_that_of_the_sheet_and_of_the_verdict(link: Link) -> None:
    """From the clock of the first word to the edge behind which its answer stands."""
    sheet = json.loads((link.core.folder / "interface.json").read_text())
    assert sheet["latency_cycles"] == link.simulation.delay
    jets = link.packing.jets
    first = Channel(link.sent.data[:54], link.sent.flags[:54])
    shown = link.simulation.run(first)
    edges = np.flatnonzero(shown.data) + 1
    assert len(edges) == int((link.expected[:jets] != 0).sum())
    words, core = link.packing.words, link.core.design
    # The budget's own sum, for one jet on one link: its words, the tagger, and the register of the answer.
    one = budget("cms-p2-ct-l2").model_copy(update={"jets_per_event": 1, "input_links": 1})
    way = last_jet(one, words - one.words_per_jet(0), core.ii)
    assert way.complete == words
    assert way.output == 1
    assert edges[0] == way.entered + core.latency_cycles + way.output
    assert sheet["latency_cycles"] == edges[0] - words + 1


def test_idle_frames_and_bubbles(link: Link) -> None:
    rng = np.random.default_rng(4)
    place = np.sort(rng.choice(3 * len(link.sent.data), len(link.sent.data), replace=False))
    data = rng.integers(0, 2**64, 3 * len(place), dtype=np.uint64)
    flags = np.zeros(len(data), np.uint8)
    data[place], flags[place] = link.sent.data, link.sent.flags
    shown = link.simulation.run(Channel(data, flags))
    assert sorted(shown.data[shown.data != 0]) == sorted(link.expected[link.expected != 0])
    np.testing.assert_array_equal(shown.data[shown.data != 0], link.expected[link.expected != 0])


def test_packets_too_short_and_too_long(link: Link) -> None:
    """A packet that ends in the middle of a jet loses this jet only; what comes after the last jet is ignored."""
    jets, words = link.packing.jets, link.packing.words
    short = 2 * words + words - 1  # two jets and nearly a third one
    pieces = [link.sent.data[54:108][:short], link.sent.data[108:162], np.full(200, 7, np.uint64)]
    data = np.concatenate(pieces)
    flags = np.full(len(data), VALID, np.uint8)
    flags[[0, short]] |= START
    flags[[short - 1, len(data) - 1]] |= LAST
    shown = link.simulation.run(Channel(data, flags)).data
    whole = [*link.expected[jets : jets + 2], *link.expected[2 * jets : 3 * jets]]
    np.testing.assert_array_equal(shown[shown != 0], [word for word in whole if word])


def test_reset_in_the_middle(link: Link) -> None:
    """Nothing of what came before the reset leaves after it; from the next packet on, all is well."""
    reset = np.zeros(len(link.sent.data), dtype=bool)
    reset[60:62] = True
    shown = link.simulation.run(link.sent, reset)
    jets = link.packing.jets
    late = shown.data[2 * 54 - 1 :]
    expected = link.expected[2 * jets :]
    np.testing.assert_array_equal(late[late != 0], expected[expected != 0])
    assert not shown.data[61 : 2 * 54 - 1].any()
    assert not (shown.flags[61 : 61 + link.simulation.delay - 1] & VALID).any()


def test_candidates_as_the_link_brings_them(tmp_path: Path) -> None:
    """With the input form ``puppi`` a packet holds the word of a jet and those of its candidates, bit for bit."""
    network = random_network(n=3, hidden=1, form=PUPPI)
    design = emit(network, tmp_path / "rtl", 320, "xcvu9p")
    features = PUPPI.features(random_jets(40, 3, narrow=True))
    raw = features.astype(np.int64).reshape(40, -1)
    link = Link(network, design, raw, tmp_path)
    assert link.packing.words == 4
    pt = (link.words[:, 1:] & np.uint64((1 << 14) - 1)).astype(int)
    np.testing.assert_array_equal(pt, features[:, 1:, 0].astype(int) & ((1 << 14) - 1))
    np.testing.assert_array_equal(link.answers(link.sent)[:40], link.expected)
    assert len(np.unique(link.expected)) > 10
    layout = Layout.read(link.core.folder / "interface.json")
    fields = {field.name: field.of(int(link.words[0][2])) for field in layout.inputs[2]}
    assert set(fields) == {"constituent_01_pt", "constituent_01_eta", "constituent_01_phi"}
    assert fields["constituent_01_pt"] == pt[0, 1]
    names = [port.name for port in link.interface.inputs[3:5]]
    assert names == ["jet_bits_63_48", "constituent_00_bits_15_0"]


def test_what_the_words_of_an_answer_are() -> None:
    output = t("ap_fixed<16,6,AP_RND_CONV,AP_SAT>")
    answer = answer_of(output, threshold=1.5)
    scores = np.array([-32768, -1, 0, 1535, 1536, 32767])
    words = answer.words(scores, np.array([True] * 5 + [False]))
    np.testing.assert_array_equal(answer.scores(words), scores)
    np.testing.assert_array_equal(flag(words, DECISION), [False, False, False, False, True, True])
    np.testing.assert_array_equal(flag(words, THERE), [True] * 5 + [False])
    probability = (words & np.uint64(1023)).astype(float) / 512
    exact = 1 / (1 + np.exp(-scores / 1024))
    assert np.abs(probability - exact).max() <= 1 / 256 + 1 / 1024  # half a step of 1/32, and rounding
    assert (np.diff(probability) >= 0).all()


def test_what_cannot_be_exported(network: Network, design: RtlDesign) -> None:
    output = network.output.operator.output
    for kind in ("ap_fixed<10,1>", "ap_ufixed<15,1>", "float"):
        with pytest.raises(BadInput, match="type"):
            answer_of(output, kind)
    with pytest.raises(BadInput, match="finite"):
        answer_of(output, threshold=float("nan"))
    interface = interface_of(network, design)
    slow = Core("x", Path(), (), (), replace(design, ii=4))
    with pytest.raises(BadInput, match="every 4 clocks"):
        packing_of(slow, interface)
    two = replace(interface, outputs=interface.outputs * 2)
    with pytest.raises(BadInput, match="one score"):
        packing_of(Core("x", Path(), (), (), design), two)


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


def test_the_dep_file_names_every_source(network: Network, design: RtlDesign, tmp_path: Path) -> None:
    core, _, _ = exported(network, design, tmp_path)
    dep = (tmp_path / "firmware" / "cfg" / "tagger_v5.dep").read_text()
    names = re.findall(r"^src (?:--vhdl2008 )?(\S+)$", dep, re.MULTILINE)
    assert sorted(names) == sorted(p.name for p in (tmp_path / HDL).iterdir())
    assert len(names) == len(design.sources) + 3
    assert isinstance(packing_of(core, interface_of(network, design)), Packing)
