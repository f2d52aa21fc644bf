"""Pattern files as text: EMPv2, EMPv1 and APx.

Written from the descriptions of the formats, and read as CMSSW's DemonstratorTools read them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from fpgajet.errors import BadInput
from fpgajet.export.patterns.board import LAST, ORBIT, START, VALID, Board, Channel

_EMPV2 = re.compile(r"([01])?([01])([01])([01])([01]) ([0-9a-fA-F]{16})")
_EMPV1 = re.compile(r"(?:[01]s)?([01])v([0-9a-fA-F]{16})")
_METADATA = "Metadata: (strobe,) start of orbit, start of packet, end of packet, valid"
#: Larger files are not read.
MOST_BYTES = 1 << 28


def write_empv2(board: Board) -> str:
    """EMPv2: start of orbit, start and end of packet, valid, and the word."""
    links = "".join(f"            {number:03d}        " for number in board.channels)
    lines = [f"ID: {board.name}", _METADATA, "", f"      Link  {links}"]
    for k, row in enumerate(_rows(board)):
        words = "".join(f"  {f >> 2 & 1}{f >> 1 & 1}{f >> 3 & 1}{f & 1} {word:016x}" for word, f in row)
        lines.append(f"Frame {k:04d}  {words}")
    return "\n".join(lines) + "\n"


def write_empv1(board: Board) -> str:
    """EMPv1: valid and the word; packets are not marked."""
    chans = "".join(f"        q{n // 4:02d}c{n % 4}      " for n in board.channels)
    links = "".join(f"         {n:02d}        " for n in board.channels)
    lines = [f"Board {board.name}", f" Quad/Chan : {chans}", f"      Link : {links}"]
    for k, row in enumerate(_rows(board)):
        lines.append(f"Frame {k:04d} : " + " ".join(f"{f & 1}v{word:016x}" for word, f in row))
    return "\n".join(lines) + "\n"


def write_apx(board: Board) -> str:
    """APx: a side band with valid, start of packet, start of orbit, end of packet, and the word."""
    labels = "".join(f"                LINK_{number:02d}    " for number in board.channels)
    lines = ["#Sideband ON", f"#LinkLabel{labels}", "#BeginData"]
    for k, row in enumerate(_rows(board)):
        lines.append(f"0x{k:04x}" + "".join(f"    0x{f:02x} 0x{word:016x}" for word, f in row))
    return "\n".join(lines) + "\n"


#: By folder of an export.
FORMATS: dict[str, Callable[[Board], str]] = {"EMPv2": write_empv2, "EMPv1": write_empv1, "APx": write_apx}


def read_board(path: Path) -> tuple[Board, bool]:
    """A pattern file of any of the formats, and whether it marks packets.

    Raises:
        BadInput: it cannot be read, or is none of them; the message names the line.
    """
    try:
        if path.stat().st_size > MOST_BYTES:
            raise BadInput(f"{path} has more than {MOST_BYTES >> 20} MiB: that is no pattern file.")
        lines = path.read_text(encoding="ascii").splitlines()
    except (OSError, ValueError) as error:
        raise BadInput(f"{path} cannot be read ({error}).") from error
    numbered = [(k, line) for k, line in enumerate(lines, 1) if line.strip()]
    if numbered and numbered[0][1].startswith(("#Sideband", "#LinkLabel")):
        return _read_apx(path, numbered), True
    numbered = [(k, line) for k, line in numbered if not line.startswith("#")]
    if numbered and numbered[0][1].startswith("ID: "):
        return _read_emp(path, numbered, numbered[0][1][4:], "Link  ", "  ", _EMPV2), True
    if numbered and numbered[0][1].startswith("Board "):
        return _read_emp(path, numbered, numbered[0][1][6:], "Link :", " : ", _EMPV1), False
    raise BadInput(f"{path} begins neither as an EMPv2, nor an EMPv1, nor an APx pattern file.")


def _read_emp(
    path: Path, lines: list[tuple[int, str]], name: str, label: str, gap: str, token: re.Pattern[str]
) -> Board:
    heads = [k for k, (_, line) in enumerate(lines[:4]) if line.strip().startswith(label.strip())]
    if not heads:
        raise BadInput(f"{path} has no line of links ({label.strip()!r}).")
    _, links = lines[heads[0]]
    rows: list[tuple[int, list[tuple[int, int]]]] = []
    for number, line in lines[heads[0] + 1 :]:
        prefix = f"Frame {len(rows):04d}{gap}"
        if not line.startswith(prefix):
            raise BadInput(f"{path}, line {number}: {prefix.strip()!r} was expected.")
        row = []
        for word in token.split(line[len(prefix) :])[:: token.groups + 1]:
            if word.strip():
                raise BadInput(f"{path}, line {number}: {word.strip()!r} is no frame.")
        for found in token.finditer(line, len(prefix)):
            row.append((int(found[token.groups], 16), _flags(found)))
        rows.append((number, row))
    return _board(path, name.strip(), _numbers(path, links.split(label.strip(), 1)[1].split()), rows)


def _flags(found: re.Match[str]) -> int:
    if found.re is _EMPV1:
        return VALID * int(found[1])
    return ORBIT * int(found[2]) | START * int(found[3]) | LAST * int(found[4]) | VALID * int(found[5])


def _read_apx(path: Path, lines: list[tuple[int, str]]) -> Board:
    if lines[0][1].startswith("#Sideband"):
        lines = lines[1:]
    if len(lines) < 2 or not lines[0][1].startswith("#LinkLabel") or lines[1][1].strip() != "#BeginData":
        raise BadInput(f"{path} lacks the lines #LinkLabel and #BeginData of an APx file.")
    labels = [label.removeprefix("LINK_") for label in lines[0][1].split()[1:]]
    rows: list[tuple[int, list[tuple[int, int]]]] = []
    for number, line in lines[2:]:
        words = line.split()
        if not all(re.fullmatch(r"0x[0-9a-fA-F]{1,16}", word) for word in words) or not len(words) % 2:
            raise BadInput(f"{path}, line {number}: not a row number with side bands and words.")
        values = [int(word, 16) for word in words]
        if values[0] != len(rows):
            raise BadInput(f"{path}, line {number}: row {len(rows)} was expected, not {values[0]}.")
        rows.append((number, [(w, f & 15) for f, w in zip(values[1::2], values[2::2], strict=True)]))
    return _board(path, "", _numbers(path, labels), rows)


def _numbers(path: Path, labels: Sequence[str]) -> list[int]:
    if not labels or not all(label.isdecimal() for label in labels) or len(set(labels)) < len(labels):
        raise BadInput(f"{path} does not number its links, each once.")
    return [int(label) for label in labels]


def _board(
    path: Path, name: str, links: Sequence[int], rows: Sequence[tuple[int, list[tuple[int, int]]]]
) -> Board:
    for number, row in rows:
        if len(row) != len(links):
            raise BadInput(f"{path}, line {number}: {len(row)} words for {len(links)} links.")
    data = np.array([[word for word, _ in row] for _, row in rows], dtype=np.uint64).reshape(
        len(rows), len(links)
    )
    flags = np.array([[f for _, f in row] for _, row in rows], dtype=np.uint8).reshape(len(rows), len(links))
    return Board(name, {link: Channel(data[:, k], flags[:, k]) for k, link in enumerate(links)})


def _rows(board: Board) -> list[list[tuple[int, int]]]:
    columns = [list(zip(c.data.tolist(), c.flags.tolist(), strict=True)) for c in board.channels.values()]
    return [list(row) for row in zip(*columns, strict=True)]
