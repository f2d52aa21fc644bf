"""A tagger behind a serial port: the host program against the simulated Verilog, over a pseudo-terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("alkaid")
pytest.importorskip("serial")

from serial import Serial

from fpgajet.devices.open_parts import board
from fpgajet.errors import BadInput, ToolFailed
from fpgajet.export.board.frames import END, FAULTS, frame
from fpgajet.export.board.link import NO_ANSWER, Link
from fpgajet.export.board.package import BoardPackage, read_facts, write_package
from fpgajet.export.board.simulation import SimulatedBoard
from fpgajet.export.firmware.core import copy_core
from fpgajet.ops.network import Network
from fpgajet.rtl import RtlDesign
from fpgajet.rtl.tools.bus import pack, unpack
from tests.rtl.conftest import need, raw_jets, wanted

#: Nothing is timed: with these the tests wait long where the line is clean, and not where frames are lost on purpose.
PATIENT, IMPATIENT = 60.0, 0.5


@pytest.fixture(scope="module")
def package(slow_design: RtlDesign, tmp_path_factory: pytest.TempPathFactory) -> BoardPackage:
    """A tagger with shared hardware, which takes a jet every three clocks."""
    need("verilator", "g++")
    core = copy_core(slow_design, tmp_path_factory.mktemp("board"), "tagger_v1")
    return write_package(core, board("ulx3s"), "00c0dbff", "a tagger")


@pytest.fixture(scope="module")
def compiled(package: BoardPackage) -> Iterator[SimulatedBoard]:
    with SimulatedBoard(package.facts, package.sources) as simulated:
        yield simulated


@pytest.fixture
def simulated(compiled: SimulatedBoard) -> SimulatedBoard:
    """The board after a press of the button, with a clean line."""
    compiled.mangle = lambda sent: sent
    compiled.reset()
    return compiled


@pytest.fixture
def serial(simulated: SimulatedBoard) -> Iterator[Serial]:
    with Serial(simulated.port, 1_000_000, timeout=0.02) as port:
        yield port


@pytest.fixture(scope="module")
def jets(network: Network) -> np.ndarray:
    return raw_jets(network, 200)


def sent(package: BoardPackage, raw: np.ndarray) -> list[bytes]:
    flat = raw.reshape(len(raw), -1)
    return [row.tobytes() for row in pack(flat, package.facts.jet_formats, package.facts.jet_bytes)]


def assert_scores(package: BoardPackage, network: Network, raw: np.ndarray, results: list[bytes]) -> None:
    rows = np.frombuffer(b"".join(results), dtype=np.uint8).reshape(len(raw), -1)
    np.testing.assert_array_equal(unpack(rows, package.facts.score_formats), wanted(network, raw))


def test_every_jet_gets_its_score(
    package: BoardPackage, network: Network, serial: Serial, jets: np.ndarray
) -> None:
    link = Link(serial, package.facts.result_bytes, PATIENT)
    link.identify(package.facts.identity)
    assert_scores(package, network, jets, link.scores(sent(package, jets)))
    assert len({bytes(x) for x in wanted(network, jets)}) > 20
    assert (link.tally.sent, link.tally.answered, link.tally.repeated) == (len(jets), len(jets), 0)
    assert not link.tally.faults


def flipped(bytes_sent: bytes) -> bytes:
    """A bit of a jet turned round; the place is no END and no ESC afterwards."""
    place = 6
    return bytes_sent[:place] + bytes([bytes_sent[place] ^ 1]) + bytes_sent[place + 1 :]


@pytest.mark.parametrize(
    ("damage", "fault"),
    [
        (flipped, FAULTS[1]),
        (lambda given: given[:-9] + given[-1:], FAULTS[2]),
        (lambda given: given[:-2] + b"\xdb\x00" + given[-1:], FAULTS[3]),
        (lambda given: b"", NO_ANSWER),
    ],
    ids=["corrupted", "truncated", "escape", "swallowed"],
)
def test_damage_is_named_and_sent_again(
    package: BoardPackage,
    network: Network,
    simulated: SimulatedBoard,
    serial: Serial,
    jets: np.ndarray,
    damage: Callable[[bytes], bytes],
    fault: str,
) -> None:
    link = Link(serial, package.facts.result_bytes, PATIENT)
    link.identify(package.facts.identity)
    link._timeout = IMPATIENT if fault == NO_ANSWER else PATIENT
    few, hit = jets[:24], [0]

    def once(given: bytes) -> bytes:
        hit[0] += 1
        return damage(given) if hit[0] == 2 else given

    simulated.mangle = once
    assert_scores(package, network, few, link.scores(sent(package, few)))
    assert fault in link.tally.faults
    assert link.tally.repeated > 0


def test_a_frame_that_comes_twice_is_noticed(
    package: BoardPackage, network: Network, simulated: SimulatedBoard, serial: Serial, jets: np.ndarray
) -> None:
    link = Link(serial, package.facts.result_bytes, PATIENT)
    link.identify(package.facts.identity)
    simulated.mangle = lambda given: given + given
    assert_scores(package, network, jets[:8], link.scores(sent(package, jets[:8])))
    assert link.tally.faults["answer to no frame"] > 0


def test_a_reset_between_frames_loses_no_jet(
    package: BoardPackage, network: Network, simulated: SimulatedBoard, serial: Serial, jets: np.ndarray
) -> None:
    link = Link(serial, package.facts.result_bytes, IMPATIENT)
    link.identify(package.facts.identity)
    hit = [0]

    def pressed(given: bytes) -> bytes:
        hit[0] += 1
        if hit[0] == 2:
            simulated.exchange(given[: len(given) // 2])
            simulated.reset()
            return given[len(given) // 2 :]
        return given

    simulated.mangle = pressed
    assert_scores(package, network, jets[:24], link.scores(sent(package, jets[:24])))
    assert link.tally.faults


def test_another_host_takes_over_within_a_frame(
    package: BoardPackage, network: Network, serial: Serial, jets: np.ndarray
) -> None:
    serial.write(frame(7, sent(package, jets)[0])[:-5])
    link = Link(serial, package.facts.result_bytes, PATIENT)
    link.identify(package.facts.identity)
    assert_scores(package, network, jets[:8], link.scores(sent(package, jets[:8])))


def test_another_tagger_and_an_empty_line_are_refused(
    package: BoardPackage, simulated: SimulatedBoard, serial: Serial
) -> None:
    with pytest.raises(BadInput, match="another tagger"):
        Link(serial, package.facts.result_bytes, PATIENT).identify("12345678")
    simulated.mangle = lambda given: b""
    with pytest.raises(ToolFailed, match="does not answer"):
        Link(serial, package.facts.result_bytes, 0.05, 0.05).identify(package.facts.identity)


def test_a_hopeless_line_is_given_up(
    package: BoardPackage, simulated: SimulatedBoard, serial: Serial, jets: np.ndarray
) -> None:
    simulated.mangle = lambda given: given.replace(END, b"\x00")
    with pytest.raises(ToolFailed, match="no score in 5 attempts"):
        Link(serial, package.facts.result_bytes, 0.05, 0.05).scores(sent(package, jets[:2]))


def test_facts_are_checked(package: BoardPackage, tmp_path: Path) -> None:
    assert read_facts(package.folder) == package.facts
    with pytest.raises(BadInput, match=r"has no board\.json"):
        read_facts(tmp_path)
    text = (package.folder / "board.json").read_text()
    (tmp_path / "board.json").write_text(text.replace("verilog/", "../", 1))
    with pytest.raises(BadInput, match=r"sources"):
        read_facts(tmp_path)
