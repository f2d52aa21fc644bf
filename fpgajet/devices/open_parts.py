"""FPGAs and boards that open tools place and route, by name."""

from __future__ import annotations

from functools import cache
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, PositiveInt

from fpgajet.devices.clocks import HIGHEST_MHZ, LOWEST_MHZ
from fpgajet.devices.part_names import SHORT_NAME
from fpgajet.devices.tables import DATA, build, suggest
from fpgajet.errors import BadInput
from fpgajet.files import read_toml

#: Kept to what no tool and no constraint file reads as more than one word.
_Word = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.\-\[\]/]{0,63}$")]
#: Fewest clocks per bit with which the receiver of the boards still hits the middle of a bit.
LEAST_DIVIDER = 8


class OpenPart(BaseModel):
    """One FPGA with what its router has room for; ``device``, ``package``, ``speed`` are what the router is told.

    Attributes:
        lut: look-up tables of 4 inputs. dsp: multipliers of 18 x 18 bits. bram18: block RAMs of 18 Kb.
        pins: locations for the pins of a design that is only timed; none where the router finds them itself.
        source: where the figures come from; ``check``: what was not verified ("" = nothing).
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Annotated[str, Field(pattern=SHORT_NAME.pattern)]
    full_names: tuple[_Word, ...] = Field(min_length=1)
    family: Literal["ecp5", "gowin"]
    device: _Word
    package: _Word
    speed: _Word
    lut: PositiveInt
    ff: PositiveInt
    dsp: PositiveInt
    bram18: PositiveInt
    pins: tuple[_Word, ...] = ()
    source: str
    check: str = ""


class Board(BaseModel):
    """One board. Meaning of the keys: ``fpgajet/devices/data/boards.toml``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Annotated[str, Field(pattern=SHORT_NAME.pattern)]
    title: str
    part: str
    clock_mhz: float = Field(ge=LOWEST_MHZ, le=HIGHEST_MHZ)
    divider: int = Field(ge=LEAST_DIVIDER, le=65_535)
    ii: int = Field(ge=1, le=16)
    reset_level: Literal[0, 1]
    pins: dict[_Word, _Word]
    high: dict[_Word, _Word] = {}
    load: tuple[_Word | Annotated[str, Field(pattern=r"^--[a-z]+$")], ...]
    source: str
    check: str = ""

    @property
    def baud(self) -> int:
        """Bits per second of the serial port."""
        return round(1e6 * self.clock_mhz / self.divider)


@cache
def open_parts() -> tuple[OpenPart, ...]:
    """All parts that open tools route, in the order of the data file."""
    source = DATA / "open_parts.toml"
    return tuple(
        build(OpenPart, row, f"{source.name}, {row.get('name')}") for row in read_toml(source)["part"]
    )


@cache
def boards() -> tuple[Board, ...]:
    """All boards, in the order of the data file."""
    source = DATA / "boards.toml"
    return tuple(build(Board, row, f"{source.name}, {row.get('name')}") for row in read_toml(source)["board"])


def find_open_part(name: str) -> OpenPart | None:
    """The part with this short or full name (case is ignored), None if there is none."""
    wanted = name.strip().lower()
    return next(
        (p for p in open_parts() if wanted in (p.name, *(full.lower() for full in p.full_names))), None
    )


def open_part(name: str) -> OpenPart:
    """The part with this short or full name.

    Raises:
        BadInput: there is none; the message names close ones.
    """
    found = find_open_part(name)
    if found is None:
        hint = suggest(name.strip().lower(), [part.name for part in open_parts()])
        raise BadInput(f"no open tool routes for {name!r}{hint}. `fpgajet parts` lists what is known.")
    return found


def board(name: str) -> Board:
    """The board with this name.

    Raises:
        BadInput: there is none; the message names close ones.
    """
    for row in boards():
        if row.name == name.strip().lower():
            return row
    raise BadInput(f"unknown board {name!r}{suggest(name, [row.name for row in boards()])}.")
