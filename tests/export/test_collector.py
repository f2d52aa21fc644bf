"""The budget's 16 jets of 16 candidates over its links, to the clock: a double of the tagger shows what reaches it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest

from fpgajet.devices import budget
from fpgajet.devices.links import last_jet
from fpgajet.errors import BadInput
from fpgajet.export.firmware.answer import Answer, answer_of
from fpgajet.export.firmware.core import Core, copy_halves
from fpgajet.export.firmware.emp import HDL, EmpSimulation, packing_of, write_emp
from fpgajet.export.firmware.front_end import cut
from fpgajet.export.firmware.interface import Interface, interface_of
from fpgajet.export.firmware.words import packets
from fpgajet.export.patterns.board import Packing
from fpgajet.ops.forms import MOMENTA
from fpgajet.ops.integers import FixedArray
from fpgajet.ops.network import Network
from fpgajet.rtl import RtlDesign, emit
from fpgajet.rtl.ir.cell import Format
from fpgajet.rtl.tools.bus import pack
from tests.export.conftest import need
from tests.networks import PUPPI, PUPPI_SUM, random_jets, random_network

CANDIDATES, JETS, CYCLES, CLOCK = 16, 16, 3, 360.0
CT_L2 = budget("cms-p2-ct-l2")


def double(name: str, design: RtlDesign) -> str:
    """A tagger of three clocks whose score tells every jet from every other: a weighted sum of its 16-bit pieces."""
    bits = sum(shape.width for shape in design.jet)
    pieces = -(-bits // 16)
    return f"""module {name} (input clk, input rst, input valid_in, input [{bits - 1}:0] jet,
    output valid_out, output [15:0] score);
  wire [{16 * pieces - 1}:0] padded = jet;
  reg [15:0] sum, first, second, third;
  reg [2:0] valid;
  integer i;
  always @(*) begin
    sum = 0;
    for (i = 0; i < {pieces}; i = i + 1) sum = sum + padded[16 * i +: 16] * (2 * i + 1);
  end
  always @(posedge clk) begin
    valid <= rst ? 0 : {{valid[1:0], valid_in}};
    first <= sum;
    second <= first;
    third <= second;
  end
  assign valid_out = valid[2];
  assign score = third;
endmodule
"""


def double_scores(raw: np.ndarray, design: RtlDesign) -> np.ndarray:
    size = -(-sum(shape.width for shape in design.jet) // 16) * 2
    pieces = pack(raw, design.jet, size).view("<u2").astype(np.int64)
    total = (pieces * (2 * np.arange(pieces.shape[1]) + 1)).sum(1) & 0xFFFF
    return total - ((total >> 15) << 16)


@dataclass
class Wrapper:
    """An exported payload around the double, and what is sent to it."""

    core: Core
    interface: Interface
    answer: Answer
    packing: Packing
    network: Network
    folder: Path


@pytest.fixture(scope="module")
def network() -> Network:
    return random_network(n=CANDIDATES, hidden=1, form=PUPPI)


@pytest.fixture(scope="module")
def front(network: Network, tmp_path_factory: pytest.TempPathFactory) -> RtlDesign:
    return emit(cut(network)[0], tmp_path_factory.mktemp("front"), CLOCK, "xcvu13p")


def wrapped(
    network: Network, front: RtlDesign | None, folder: Path, ii: int, links: int, aligned: bool = False
) -> Wrapper:
    kind, score = network.input_type, (Format(True, 16, 0),)
    jet = (Format(kind.signed, kind.bits, 0),) * int(np.prod(network.input_shape))
    facts = {"sources": ("fpgajet_top.v",), "latency_cycles": CYCLES, "ii": ii, "clock_mhz": CLOCK,
             "part": "xcvu13p", "registers": 0, "dsp": 0, "slowest_stage_ns": 0.0}  # fmt: skip
    whole = RtlDesign(folder / "whole", jet=jet, score=score, **facts)  # type: ignore[arg-type]
    core = Core("tagger_v9", folder, (f"{HDL}/tagger_v9_core.v",), (), whole)
    (folder / HDL).mkdir(parents=True)
    (folder / HDL / "tagger_v9_core.v").write_text(double("tagger_v9_core", whole))
    if front is not None:
        rest = cut(network)[1]
        numbers = (Format(rest.input_type.signed, rest.input_type.bits, 0),) * int(np.prod(rest.input_shape))
        half = RtlDesign(folder / "rest", jet=numbers, score=score, **facts)  # type: ignore[arg-type]
        half.directory.mkdir()
        (half.directory / "fpgajet_top.v").write_text(double("fpgajet_top", half))
        core = copy_halves(front, half, folder, "tagger_v9", HDL)
    interface = interface_of(network, whole)
    answer = answer_of(network.output.operator.output)
    write_emp(core, interface, answer, network.name, links, aligned)
    return Wrapper(core, interface, answer, packing_of(core, interface, links, aligned), network, folder)


#: Front end on every word or in the tagger, interval, links, whether jets begin in clocks of their own.
CASES = {
    "the budget's order, tagger with front end": (False, 1, 6, False),
    "the budget's order, streaming, a jet every 3 clocks": (True, 3, 6, False),
    "aligned, streaming": (True, 5, 4, True),
}


@pytest.mark.parametrize("case", CASES)
def test_the_verdicts_sum_is_the_simulated_clock(
    case: str, network: Network, front: RtlDesign, tmp_path: Path
) -> None:
    """Every jet of two full events arrives bit for bit; the 16th decision comes in the clock of the verdict."""
    need("verilator", "g++")
    streaming, ii, links, aligned = CASES[case]
    made = wrapped(network, front if streaming else None, tmp_path, ii, links, aligned)
    count = made.packing.jets
    assert count >= (JETS if links == 6 else 1)
    features = PUPPI.features(random_jets(2 * count, CANDIDATES, narrow=True))
    raw = features.astype(np.int64).reshape(2 * count, -1)
    raw[-2] = 0
    words = packets(raw, made.interface)
    reaching, design = raw, made.core.design
    if streaming:
        first = network.nodes[0]
        tables = {name: tensor.values for name, tensor in first.tensors.items()}
        given = FixedArray(raw.reshape(-1, *network.input_shape), 0)
        alone = network.reference(given)[first.name].at(0)
        assert tables
        reaching = alone.reshape(len(raw), -1)
    expected = made.answer.words(double_scores(reaching, design), (words != 0).any(axis=1))
    assert len(np.unique(expected)) >= 2 * count - 3  # some random jets are empty
    shown = EmpSimulation(made.core, tmp_path).run(*made.packing.channels(words))
    np.testing.assert_array_equal(made.packing.last_words(shown), expected)
    assert np.count_nonzero(shown.data) == np.count_nonzero(expected)
    # Clock 1 is that of the first word; the answer of a jet stands after the edge that the verdict says.
    order = "aligned" if aligned else "packed"
    changes = {"input_links": links, "jet_order": order, "jets_per_event": min(count, JETS)}
    slot = CT_L2.model_copy(update=changes)
    way = last_jet(slot, network.input_shape[0], ii)
    edges = np.flatnonzero(shown.data) + 1
    tagger = (made.core.front.latency_cycles + (links > 1) if made.core.front else 0) + CYCLES
    assert edges[min(count, JETS) - 1] == way.entered + tagger + way.output


def test_the_links_of_the_budget_take_its_jets() -> None:
    """Every word of every jet has a place of its own, and comes back from it."""
    cases = (6, False, 1, 19), (6, False, 3, 17), (6, True, 3, 18), (1, False, 17, 3), (2, True, 9, 6)
    for links, aligned, ii, jets in cases:
        packing = Packing(17, links=links, aligned=aligned, ii=ii)
        assert packing.jets == jets
        sent = np.arange(1, 1 + 17 * (jets + 2), dtype=np.uint64).reshape(-1, 17)
        channels = packing.channels(sent)
        assert len(channels) == links
        assert all(len(channel.data) == 2 * 54 for channel in channels)
        together = np.stack([channel.data for channel in channels], axis=1).ravel()
        np.testing.assert_array_equal(together[together != 0], sent.ravel())
        begins = np.flatnonzero(np.isin(together, sent[:, 0]))
        assert not aligned or not (begins % links).any()
    # A jet that waits must be gone before the next one is complete.
    assert Packing(17, links=6, ii=4).jets == 4


def test_what_links_do_not_bring(network: Network, tmp_path: Path) -> None:
    for links, ii, message in (
        (18, 1, "--links is 1 to 17"),
        (6, 4, "every 4 clocks, but one comes every 2.83"),
    ):
        with pytest.raises(BadInput, match=message):
            wrapped(network, None, tmp_path / str(links), ii, links)
    for form in (MOMENTA, PUPPI_SUM, replace(PUPPI, order="any")):
        with pytest.raises(BadInput, match="reads whole jets"):
            cut(random_network(n=3, hidden=1, form=form))
