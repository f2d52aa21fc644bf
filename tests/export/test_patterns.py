"""Pattern files: the three formats, their lines as the descriptions have them, and what ``compare`` names."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fpgajet.errors import BadInput
from fpgajet.export.patterns.board import LAST, ORBIT, START, VALID, Board, Channel, Packing, split
from fpgajet.export.patterns.compare import Field, Layout, compare_patterns
from fpgajet.export.patterns.formats import FORMATS, read_board
from fpgajet.files import write_json

Run = Callable[..., subprocess.CompletedProcess[str]]
FIELDS = (Field("probability", 0, 10), Field("score", 10, 48, True))
LAYOUT = Layout(4, 54, ((Field("pt", 0, 14), Field("eta", 14, 12, True)),) * 4, (FIELDS,) * 4)


def board_of(jets: int, seed: int = 1, idle: int = 0) -> Board:
    """Answers of some jets on two links, after some idle frames."""
    rng = np.random.default_rng(seed)
    channels = {}
    for link in (3, 12):
        sent = Packing(4).answers(rng.integers(0, 2**64, jets, dtype=np.uint64))
        data = np.concatenate([np.zeros(idle, np.uint64), sent.data])
        channels[link] = Channel(data, np.concatenate([np.zeros(idle, np.uint8), sent.flags]))
    return Board("x1", channels)


def file_of(board: Board, kind: str, path: Path) -> Path:
    path.write_text(FORMATS[kind](board))
    return path


def test_the_lines_of_each_format() -> None:
    board = Board(
        "x0", {4: Channel(np.array([0xAB, 1], np.uint64), np.array([VALID | START | ORBIT, VALID | LAST]))}
    )
    empv2, empv1, apx = (FORMATS[kind](board).splitlines() for kind in ("EMPv2", "EMPv1", "APx"))
    assert empv2[:3] == [
        "ID: x0", "Metadata: (strobe,) start of orbit, start of packet, end of packet, valid", "",
    ]  # fmt: skip
    assert empv2[3].split() == ["Link", "004"]
    assert empv2[4:] == ["Frame 0000    1101 00000000000000ab", "Frame 0001    0011 0000000000000001"]
    assert empv1[0] == "Board x0"
    assert empv1[2].split() == ["Link", ":", "04"]
    assert empv1[3:] == ["Frame 0000 : 1v00000000000000ab", "Frame 0001 : 1v0000000000000001"]
    assert apx[:1] + apx[2:3] == ["#Sideband ON", "#BeginData"]
    assert apx[1].split() == ["#LinkLabel", "LINK_04"]
    assert [line.split() for line in apx[3:]] == [
        ["0x0000", "0x07", "0x00000000000000ab"], ["0x0001", "0x09", "0x0000000000000001"],
    ]  # fmt: skip


@pytest.mark.parametrize("kind", FORMATS)
def test_what_is_written_is_read(kind: str, tmp_path: Path) -> None:
    board = board_of(30, idle=5)
    found, marks = read_board(file_of(board, kind, tmp_path / "a.txt"))
    assert marks == (kind != "EMPv1")
    for link, channel in board.channels.items():
        np.testing.assert_array_equal(found.channels[link].data, channel.data)
        np.testing.assert_array_equal(found.channels[link].flags, channel.flags & (15 if marks else VALID))


@given(st.integers(1, 54), st.integers(1, 60), st.integers(0, 2**32))
def test_packing_loses_no_jet(words: int, jets: int, seed: int) -> None:
    sent = np.random.default_rng(seed).integers(0, 2**64, (jets, words), dtype=np.uint64)
    packing = Packing(words)
    pieces = split(packing.packets(sent))
    assert all(
        len(piece.data) <= 1024 and piece.flags[0] & ORBIT and piece.flags[0] & START for piece in pieces
    )
    found = np.concatenate([packing.last_words(piece) for piece in pieces])
    np.testing.assert_array_equal(found[:jets], sent[:, -1])
    assert not found[jets:].any()
    starts = sum(int((piece.flags & START > 0).sum()) for piece in pieces)
    assert starts == sum(int((piece.flags & LAST > 0).sum()) for piece in pieces) == -(-jets // packing.jets)


@pytest.mark.parametrize("kinds", [("EMPv2", "EMPv2"), ("EMPv2", "APx"), ("EMPv1", "EMPv2")])
def test_a_delay_does_not_matter_and_the_first_difference_is_named(
    kinds: tuple[str, str], tmp_path: Path
) -> None:
    returned = file_of(board_of(30, idle=7), kinds[0], tmp_path / "a.txt")
    expected = file_of(board_of(30), kinds[1], tmp_path / "b.txt")
    equal = compare_patterns(returned, expected, LAYOUT)
    assert (equal.difference, equal.frames) == ("", 2 * 3 * 54)
    wrong = board_of(30, idle=7)
    data = wrong.channels[12].data
    data[7 + 54 + 4 * 4 + 3] ^= np.uint64(1 << 10)  # packet 1, slot 4, last word
    data[7 + 2 * 54] ^= np.uint64(1)
    found = compare_patterns(file_of(wrong, kinds[0], returned), expected, LAYOUT).difference
    assert "jet 17 " in found
    assert "link 12, packet 1, frame 19 of the packet (frame 80 of the file, 73 of the expected one)" in found
    assert "score is" in found
    assert "probability" not in found


def test_other_kinds_of_difference(tmp_path: Path) -> None:
    expected = file_of(board_of(30), "EMPv2", tmp_path / "b.txt")
    cases = {}
    for name in ("flag", "padding", "short", "link"):
        board = board_of(30)
        channel = board.channels[3]
        if name == "flag":
            channel.flags[54] ^= START
        elif name == "padding":
            channel.data[53] = np.uint64(5)
        elif name == "short":
            channel.flags[-1] = 0
        else:
            board = Board("x1", {3: channel})
        cases[name] = compare_patterns(file_of(board, "EMPv2", tmp_path / name), expected, LAYOUT).difference
    assert "marked differently" in cases["flag"]
    assert "packet 1, frame 0" in cases["flag"]
    assert "in the padding" in cases["padding"]
    assert "after 161 of 162 valid frames" in cases["short"]
    assert cases["link"].startswith("link 12 is missing")


def test_the_command(fpgajet: Run, tmp_path: Path) -> None:
    fields = [{"name": f.name, "low": f.low, "bits": f.bits, "signed": f.signed} for f in FIELDS]
    frames = {"words": 4, "packet": 54, "input_words": [fields] * 4, "output_words": [fields] * 4}
    write_json(tmp_path / "interface.json", {"frames": frames})
    (tmp_path / "patterns").mkdir()
    expected = file_of(board_of(9), "EMPv2", tmp_path / "patterns" / "out.txt")
    equal = fpgajet("patterns", "compare", file_of(board_of(9, idle=2), "APx", tmp_path / "a.txt"), expected)
    assert (equal.returncode, "108 valid frames agree" in equal.stdout) == (0, True)
    differs = fpgajet(
        "patterns", "compare", file_of(board_of(9, seed=2), "APx", tmp_path / "a.txt"), expected
    )
    assert (differs.returncode, "jet 0 " in differs.stderr) == (3, True)
    (tmp_path / "a.txt").write_text("nothing\n")
    assert fpgajet("patterns", "compare", tmp_path / "a.txt", expected).returncode == 2


@pytest.mark.parametrize(
    ("kind", "change", "complaint"),
    [
        ("EMPv2", ("Frame 0001", "Frame 0007"), "line 6: 'Frame 0001' was expected"),
        ("EMPv2", ("  0001 0", "  000x 0"), "is no frame"),
        ("EMPv1", ("Link :", "Lynx :"), "has no line of links"),
        ("APx", ("0x0002 ", "0x0005 "), "row 2 was expected"),
        ("APx", ("LINK_12", "LINK_zz"), "does not number its links"),
        ("EMPv2", ("  012 ", "  003 "), "does not number its links"),
    ],
)
def test_damaged_files(kind: str, change: tuple[str, str], complaint: str, tmp_path: Path) -> None:
    path = file_of(board_of(9), kind, tmp_path / "a.txt")
    text = path.read_text()
    assert change[0] in text
    path.write_text(text.replace(*change, 1))
    with pytest.raises(BadInput, match=complaint):
        read_board(path)
