"""FPGA parts: what a die offers, by short name, full name or card name."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, PositiveInt, field_validator

from fpgajet.devices.part_names import SHORT_NAME, parse
from fpgajet.devices.tables import DATA, build, suggest
from fpgajet.errors import BadInput
from fpgajet.files import read_toml

#: The resources a part offers and a design uses; ``bram`` counts blocks of 36 Kb.
RESOURCES = ("lut", "ff", "dsp", "bram", "uram")


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
    def _full_names_are_in_the_grammar(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        if any(parse(name) is None for name in names):
            raise ValueError(
                "a full name is die, package and an existing speed grade, like xcvu9p-flga2104-2-e"
            )
        return names

    @field_validator("aliases")
    @classmethod
    def _aliases_are_names(cls, aliases: dict[str, str]) -> dict[str, str]:
        if any(SHORT_NAME.fullmatch(short) is None or parse(full) is None for short, full in aliases.items()):
            raise ValueError("an alias is a short name with the full name of a part")
        return aliases

    @field_validator("name")
    @classmethod
    def _name_is_plain(cls, name: str) -> str:
        if SHORT_NAME.fullmatch(name) is None:
            raise ValueError("a name has lower-case letters, digits, - and _, at most 64")
        return name

    @property
    def full_name(self) -> str:
        """The name for the vendor tools."""
        return self.full_names[0]

    @property
    def speed_grade(self) -> int:
        """1 (slowest) to 3, from the full name."""
        name = parse(self.full_name)
        assert name is not None  # the validator has seen to it
        return int(name.speed[0])

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


def part(name: str | Path) -> Part:
    """The part with this short name, full name or card name (case is ignored), or a user's own from a TOML file.

    A full name of a known die in another package or speed grade is accepted, because the resources are those of the
    die. A file (a name that ends in .toml or holds a slash) has the keys of a table in ``parts.toml`` at top level; it
    may name a known part as ``base``, and give only what differs. Its part is known by its name from then on.

    Raises:
        BadInput: no such part or file, an unknown key, a value out of range; the message names close ones.
    """
    text = str(name).strip()
    if text.endswith(".toml") or "/" in text:
        return _own_part(Path(text))
    wanted = text.lower()
    for row in (*parts(), *_own_parts.values()):
        if wanted == row.name:
            return row
        for full in (*row.full_names, *row.aliases.values()):
            if wanted == full.lower():
                return _renamed(row, full)
        if wanted in row.aliases:
            return _renamed(row, row.aliases[wanted])
    full_name = parse(text)
    for row in parts():
        if full_name is not None and full_name.die == row.name:
            return _renamed(row, full_name.full)
        if wanted.startswith(row.name):
            raise BadInput(
                f"unknown part {text!r}: after {row.name} come a package and a speed grade that exists, as in "
                f"{row.full_name}. `fpgajet parts` lists the parts."
            )
    known = [n for row in parts() for n in (row.name, *row.aliases)]
    raise BadInput(
        f"unknown part {text!r}{suggest(wanted, known)}. `fpgajet parts` lists them; a path to a TOML file works too."
    )


#: Parts of users' files that were read in this process, by name: later stages name a part, not its file.
_own_parts: dict[str, Part] = {}


def _own_part(path: Path) -> Part:
    values = read_toml(path)
    start: dict[str, Any] = {"source": "user"}
    if "base" in values:
        base = part(str(values.pop("base")))
        start = base.model_dump() | {"aliases": {}, "source": f"user, from {base.name}"}
    result = build(Part, start | {"name": path.stem.lower()} | values, f"the part {path}")
    if any(result.name in (row.name, *row.aliases) for row in parts()):
        raise BadInput(
            f"the part {path} cannot be used: {result.name} is the name of a known part; choose another."
        )
    _own_parts[result.name] = result
    return result


def _renamed(row: Part, full_name: str) -> Part:
    others = tuple(n for n in row.full_names if n != full_name)
    return row.model_copy(update={"full_names": (full_name, *others)})
