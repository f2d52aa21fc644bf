"""Verilog of a tagger for a board, its pins, and what the host has to know."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

import fpgajet
from fpgajet.devices.open_parts import LEAST_DIVIDER, Board, open_part
from fpgajet.errors import BadInput
from fpgajet.export.firmware.core import Core, renamed
from fpgajet.export.templates import render
from fpgajet.files import write_json, write_text
from fpgajet.files.checked import read_checked
from fpgajet.quoting import comment
from fpgajet.rtl.ir.cell import Format
from fpgajet.rtl.route.pins import constraint_file

VERILOG = Path(__file__).with_name("verilog")
FACTS = "board.json"
#: Bytes of a frame beside the jet: END twice, number, length, CRC.
AROUND = 9
#: A result has room for the identity.
LEAST_RESULT = 4

_Format = tuple[bool, Annotated[int, Field(ge=1, le=4096)], Annotated[int, Field(ge=-4096, le=4096)]]


class BoardFacts(BaseModel):
    """``board.json``.

    Attributes:
        identity: what the board answers when asked: 8 hexadecimal digits.
        jet, score: formats on the buses, lowest bits first: signed, width, fraction.
        sources: Verilog, the board's top first.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
    board: str
    part: str
    clock_mhz: float
    divider: Annotated[int, Field(ge=LEAST_DIVIDER, le=65535)]
    baud: Annotated[int, Field(ge=300, le=50_000_000)]
    identity: Annotated[str, Field(pattern=r"^[0-9a-f]{8}$")]
    jet: tuple[_Format, ...] = Field(min_length=1)
    score: tuple[_Format, ...] = Field(min_length=1)
    latency_cycles: Annotated[int, Field(ge=1, le=100_000)]
    sources: tuple[Annotated[str, Field(pattern=r"^verilog/[a-z0-9_]+\.v$")], ...] = Field(min_length=1)

    @property
    def jet_formats(self) -> tuple[Format, ...]:
        """Formats of the inputs."""
        return tuple(Format(*entry) for entry in self.jet)

    @property
    def score_formats(self) -> tuple[Format, ...]:
        """Formats of the outputs."""
        return tuple(Format(*entry) for entry in self.score)

    @property
    def jet_bytes(self) -> int:
        """Bytes of a jet in a frame."""
        return bytes_of(self.jet_formats)

    @property
    def result_bytes(self) -> int:
        """Bytes of a result in an answer."""
        return max(bytes_of(self.score_formats), LEAST_RESULT)


def read_facts(folder: Path) -> BoardFacts:
    """``board.json`` of an export.

    Raises:
        BadInput: there is none, or it is not what fpgajet writes.
    """
    path = folder / FACTS
    if not path.is_file():
        raise BadInput(
            f"{folder} has no {FACTS}: give a folder that `fpgajet export --target board-...` made."
        )
    return read_checked(path, BoardFacts)


@dataclass(frozen=True)
class BoardPackage:
    """A finished package.

    Attributes:
        facts: for the host. constraints: file with the pins. top: the module for the board.
    """

    folder: Path
    facts: BoardFacts
    constraints: str
    top: str

    @property
    def sources(self) -> list[Path]:
        """What synthesis and simulation read."""
        return [(self.folder / name).resolve() for name in self.facts.sources]


def write_package(core: Core, board: Board, identity: str, title: str) -> BoardPackage:
    """Verilog, pins and ``board.json`` around a copied tagger.

    Args:
        identity: 8 hexadecimal digits by which the host recognises the tagger.

    Raises:
        BadInput: a jet is so short that the next frame could come before its score.
        CannotWrite: the folder cannot be written.
    """
    design, part = core.design, open_part(board.part)
    bits_in, bits_out = core.bits_in, core.bits_out
    jet_bytes = bytes_of(design.jet)
    if design.latency_cycles + design.ii > 10 * LEAST_DIVIDER * (jet_bytes + AROUND):
        raise BadInput(
            f"a score takes {design.latency_cycles} clocks, longer than a frame of {jet_bytes} bytes: this tagger is "
            "no case for a serial port."
        )
    result_bytes = max(bytes_of(design.score), LEAST_RESULT)
    fill = 8 * result_bytes - bits_out
    values = {
        "name": core.name, "title": comment(title), "board": board.title, "version": fpgajet.__version__,
        "divider": board.divider, "latency": design.latency_cycles, "level": board.reset_level, "bytes": jet_bytes,
        "result_bytes": result_bytes, "bits_in": bits_in, "bits_out": bits_out, "identity": identity,
        "high": list(board.high), "extended": f"{fill}'d0, score" if fill else "score",
    }  # fmt: skip
    top = f"{core.name}_board"
    write_text(core.folder / "verilog" / f"{top}.v", render("board", "board.v", **values))
    ours = []
    for path in sorted(VERILOG.glob("*.v")):
        ours.append(f"verilog/{renamed(path.name, core.name)}")
        write_text(core.folder / ours[-1], renamed(path.read_text(encoding="utf-8"), core.name))
    name, text = constraint_file(part, {**board.pins, **board.high}, "clk", board.clock_mhz)
    write_text(core.folder / name, text)
    facts = BoardFacts(
        name=core.name, board=board.name, part=part.name, clock_mhz=board.clock_mhz, divider=board.divider,
        baud=board.baud, identity=identity, latency_cycles=design.latency_cycles,
        jet=tuple((f.signed, f.width, f.fraction) for f in design.jet),
        score=tuple((f.signed, f.width, f.fraction) for f in design.score),
        sources=(f"verilog/{top}.v", *ours, *core.verilog),
    )  # fmt: skip
    write_json(core.folder / FACTS, facts.model_dump(mode="json"))
    return BoardPackage(core.folder, facts, name, top)


def bytes_of(formats: tuple[Format, ...]) -> int:
    """Bytes that hold all signals of a bus."""
    return -(-sum(shape.width for shape in formats) // 8)
