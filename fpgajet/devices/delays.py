"""Delays of logic by family of FPGAs: what registers are placed by."""

from __future__ import annotations

from functools import cache
from math import log2
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, NonNegativeFloat, PositiveFloat

from fpgajet.devices.part_names import SHORT_NAME
from fpgajet.devices.tables import DATA, build, suggest
from fpgajet.errors import BadInput
from fpgajet.files import read_toml

#: The family that registers are placed for unless another is named.
DEFAULT_DELAYS = "ultrascale-plus"
#: Cells from which the growth of wires with the size of a design is counted.
SMALL_DESIGN = 100


class Delays(BaseModel):
    """Delays of one family in ns, nets included. Meaning of the keys: ``fpgajet/devices/data/delays.toml``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Annotated[str, Field(pattern=SHORT_NAME.pattern)]
    register_ns: PositiveFloat
    lut_inputs: int = Field(ge=4, le=8)
    level_ns: PositiveFloat
    gate_ns: NonNegativeFloat
    limit_ns: PositiveFloat
    table_ns: PositiveFloat
    adder_ns: PositiveFloat
    ternary_ns: PositiveFloat
    carry8_ns: NonNegativeFloat
    distance_ns: PositiveFloat
    product_ns: NonNegativeFloat = 0.0
    doubling_ns: NonNegativeFloat = 0.0
    margin_ns: NonNegativeFloat = 0.0
    one_clock_product_mhz: PositiveFloat | None = None
    source: str
    check: str = ""

    def register_of(self, cells: int) -> float:
        """What a register and its wires cost in a design of so many cells, in ns."""
        return self.register_ns + self.doubling_ns * max(0.0, log2(max(cells, 1) / SMALL_DESIGN))


@cache
def all_delays() -> tuple[Delays, ...]:
    """All families, in the order of the data file."""
    source = DATA / "delays.toml"
    return tuple(
        build(Delays, row, f"{source.name}, {row.get('name')}") for row in read_toml(source)["delays"]
    )


@cache
def delays_of(name: str) -> Delays:
    """The delays of a family.

    Raises:
        BadInput: there are none; the message names close ones.
    """
    for row in all_delays():
        if row.name == name:
            return row
    raise BadInput(f"no delays for the family {name!r}{suggest(name, [row.name for row in all_delays()])}.")
