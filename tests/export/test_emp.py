"""The target ``emp``: packets of 54 frames through the link in Verilator."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from fpgajet.devices import budget
from fpgajet.devices.links import last_jet
from fpgajet.errors import BadInput
from fpgajet.export.firmware.answer import DECISION, THERE, Answer, answer_of
from fpgajet.export.firmware.core import Core, copy_core, copy_halves
from fpgajet.export.firmware.emp import HDL, EmpSimulation, packing_of, write_emp
from fpgajet.export.firmware.front_end import Halves
from fpgajet.export.firmware.interface import Interface, interface_of
from fpgajet.export.firmware.words import flag, packets
from fpgajet.export.patterns.board import LAST, START, VALID, Channel, Packing
from fpgajet.export.patterns.compare import Layout
from fpgajet.ops.network import Network
from fpgajet.rtl import RtlDesign
from tests.export.conftest import Words, need
from tests.networks import PUPPI, random_jets, t
from tests.rtl.conftest import wanted

Jets = Callable[[int], np.ndarray]


def exported(
    network: Network, design: RtlDesign, folder: Path, halves: Halves | None = None
) -> tuple[Core, Interface, Answer]:
    core, interface = copy_core(design, folder, "tagger_v5", HDL), interface_of(network, design)
    if halves is not None:
        core = copy_halves(halves.front, halves.rest, folder, "tagger_v5", HDL)
    answer = answer_of(network.output.operator.output, threshold=0.25)
    write_emp(core, interface, answer, network.name)
    return core, interface, answer


class Link:
    """A compiled link, its jets and the answers that the reference wants."""

    def __init__(
        self, network: Network, design: RtlDesign, raw: np.ndarray, folder: Path, halves: Halves | None = None
    ) -> None:
        need("verilator", "g++")
        self.core, self.interface, self.answer = exported(network, design, folder / "out", halves)
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
    shown = link.simulation.run(link.sent, reset=reset)
    jets = link.packing.jets
    late = shown.data[2 * 54 - 1 :]
    expected = link.expected[2 * jets :]
    np.testing.assert_array_equal(late[late != 0], expected[expected != 0])
    assert not shown.data[61 : 2 * 54 - 1].any()
    assert not (shown.flags[61 : 61 + link.simulation.delay - 1] & VALID).any()


@pytest.mark.parametrize("streaming", [False, True])
def test_candidates_as_the_link_brings_them(streaming: bool, words: Words, tmp_path: Path) -> None:
    """With the input form ``puppi`` a packet holds the word of a jet and those of its candidates, bit for bit.

    The front end is part of the tagger, or works on every word as it comes; the answer's clock is the same.
    """
    network, design = words.network, words.design
    features = PUPPI.features(random_jets(40, 3, narrow=True))
    raw = features.astype(np.int64).reshape(40, -1)
    link = Link(network, design, raw, tmp_path, words.halves if streaming else None)
    assert link.packing.words == 4
    pt = (link.words[:, 1:] & np.uint64((1 << 14) - 1)).astype(int)
    np.testing.assert_array_equal(pt, features[:, 1:, 0].astype(int) & ((1 << 14) - 1))
    np.testing.assert_array_equal(link.answers(link.sent)[:40], link.expected)
    assert len(np.unique(link.expected)) > 10
    assert link.core.latency_cycles <= design.latency_cycles + 1
    first = np.flatnonzero(link.simulation.run(link.sent).data)[0] + 1
    assert first == link.packing.words + link.core.latency_cycles + 1
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


def test_the_dep_file_names_every_source(network: Network, design: RtlDesign, tmp_path: Path) -> None:
    core, _, _ = exported(network, design, tmp_path)
    dep = (tmp_path / "firmware" / "cfg" / "tagger_v5.dep").read_text()
    names = re.findall(r"^src (?:--vhdl2008 )?(\S+)$", dep, re.MULTILINE)
    assert sorted(names) == sorted(p.name for p in (tmp_path / HDL).iterdir())
    assert len(names) == len(design.sources) + 4
    assert isinstance(packing_of(core, interface_of(network, design)), Packing)
