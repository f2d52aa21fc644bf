"""FPGA parts: what a die offers, by short name, full name or card name."""

from __future__ import annotations

import re
from functools import cache
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, PositiveInt, field_validator

from fpgajet.devices.tables import DATA, build, suggest
from fpgajet.errors import BadInput
from fpgajet.files import read_toml

#: The resources a part offers and a design uses; ``bram`` counts blocks of 36 Kb.
RESOURCES = ("lut", "ff", "dsp", "bram", "uram")

_SPEED = re.compile(r"-(\d)[A-Z]*(?:-|$)")


class Part(BaseModel):
    """One FPGA. Figures are totals of the device; ``full_name`` is what the vendor tools are given.

    Attributes:
        slr: super logic regions, i.e. dies; crossing between them costs time, so a tagger stays in one.
        source: where the figures come from; ``check``: what was not verified ("" = nothing).
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    full_names: tuple[str, ...] = Field(min_length=1)
    aliases: dict[str, str] = {}
    family: Literal["UltraScale+", "UltraScale", "Zynq UltraScale+", "Virtex-7", "Zynq-7000"]
    lut: PositiveInt
    ff: PositiveInt
    dsp: PositiveInt
    bram36: PositiveInt
    uram: int = Field(ge=0)
    slr: PositiveInt
    source: str
    check: str = ""

    @field_validator("full_names")
    @classmethod
    def _start_with_the_die(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        if any(_SPEED.search(name) is None for name in names):
            raise ValueError("a full name ends in -speed grade, like xcvu9p-flga2104-2-e")
        return names

    @property
    def full_name(self) -> str:
        """The name for the vendor tools."""
        return self.full_names[0]

    @property
    def speed_grade(self) -> int:
        """1 (slowest) to 3, from the full name."""
        match = _SPEED.search(self.full_name)
        assert match is not None  # the validator has seen to it
        return int(match[1])

    @property
    def bram(self) -> int:
        """Block RAMs of 36 Kb; some tools count halves (BRAM_18K = 2 x this)."""
        return self.bram36

    def total(self, resource: str) -> int:
        """How much of one of :data:`RESOURCES` the whole device has."""
        return int(getattr(self, resource))

    def per_slr(self, resource: str) -> float:
        """How much of one of :data:`RESOURCES` one SLR has: total / SLRs."""
        return self.total(resource) / self.slr


@cache
def parts() -> tuple[Part, ...]:
    """All known parts, in the order of the data file."""
    source = DATA / "parts.toml"
    return tuple(build(Part, row, f"{source.name}, {row.get('name')}") for row in read_toml(source)["part"])


def part(name: str) -> Part:
    """The part with this short name, full name or card name (case is ignored).

    A full name of a known die in another package or speed grade is accepted as it stands, because the
    resources are those of the die.

    Raises:
        BadInput: unknown; the message names close ones.
    """
    wanted = name.strip().lower()
    for row in parts():
        if wanted == row.name:
            return row
        for full in (*row.full_names, *row.aliases.values()):
            if wanted == full.lower():
                return _renamed(row, full)
        if wanted in row.aliases:
            return _renamed(row, row.aliases[wanted])
        if wanted.startswith(row.name) and re.fullmatch(
            r"-?[a-z]{2,4}\d{3,4}-\d\S*", wanted[len(row.name) :]
        ):
            return _renamed(row, name.strip())
    known = [n for row in parts() for n in (row.name, *row.aliases)]
    raise BadInput(f"unknown part {name!r}{suggest(wanted, known)}. `fpgajet parts` lists them.")


def _renamed(row: Part, full_name: str) -> Part:
    others = tuple(n for n in row.full_names if n != full_name)
    return row.model_copy(update={"full_names": (full_name, *others)})
